"""`manage.py disclose`: print one field of one log entry with its salt, for a reader from whom it was kept back."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from claims.models import Case, Entry, Refused
from claims.reports.disclosing import disclosed


class Command(BaseCommand):
    """Discloses one field; nothing else that is kept back can be learnt from it."""

    help = "Print one field of a log entry with its salt: verify.py report.zip --disclosed FILE checks it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("case", metavar="CASE", help="the case's code")
        parser.add_argument("entry", metavar="ENTRY", type=int, help="the entry's number")
        parser.add_argument("field", metavar="FIELD", help="as in by_name, why, after.statement")

    def handle(self, *args: Any, case: str, entry: int, field: str, **options: Any) -> None:
        found = Case.objects.filter(code=case).first()
        if found is None:
            raise CommandError(f"There is no case {case}.")
        row = Entry.objects.select_related("case").filter(case=found, number=entry).first()
        if row is None:
            raise CommandError(f"The log of {case} has no entry {entry}.")
        try:
            told = disclosed(row, field)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(json.dumps(told, ensure_ascii=False, sort_keys=True))
