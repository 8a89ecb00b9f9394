"""`manage.py disclose`: print with its salt what was kept back from a report's readers, a field or a hash at a time."""

import json
from typing import Any

from django.core.management.base import CommandError, CommandParser

from claims.management.installed import InstalledCommand
from claims.models import Case, Entry, Refused
from claims.reports.disclosing import disclosed, disclosed_hash


class Command(InstalledCommand):
    """Discloses one thing; nothing else that is kept back can be learnt from it."""

    help = "Print something that was kept back, with its salt: verify.py report.zip --disclosed FILE checks it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("case", metavar="CASE", help="the case's code")
        parser.add_argument("entry", metavar="ENTRY", nargs="?", type=int, help="the number of an entry of its log")
        parser.add_argument("field", metavar="FIELD", nargs="?", help="as in by_name, why, after.statement")
        parser.add_argument("--hash", help="of a text or file, as a report tells it: print its own SHA-256")

    def handle(self, *args: Any, case: str, entry: int | None, field: str | None, **options: Any) -> None:
        found = Case.objects.filter(code=case).first()
        if found is None:
            raise CommandError(f"There is no case {case}.")
        if bool(options["hash"]) == (entry is not None and field is not None):
            raise CommandError("Name an entry and one of its fields, or a hash with --hash.")
        try:
            told = (
                disclosed_hash(found, options["hash"])
                if options["hash"]
                else self._field(found, entry or 0, field or "")
            )
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(json.dumps(told, ensure_ascii=False, sort_keys=True))

    def _field(self, case: Case, entry: int, field: str) -> dict[str, Any]:
        row = Entry.objects.select_related("case").filter(case=case, number=entry).first()
        if row is None:
            raise CommandError(f"The log of {case.code} has no entry {entry}.")
        return disclosed(row, field)
