"""`manage.py import_case case.zip --by person@example.org`: a case from another installation, whole."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from claims.keeping.importing import import_case
from claims.management.installed import InstalledCommand
from claims.management.people import find_person
from claims.management.records import Said
from claims.models import Refused

# What no file brings along, whatever is in it.
NEVER = (
    "passwords, tokens, webhooks, links by which strangers read, and keys that sign",
    "notices and jobs: nobody is told anew",
    "merges of sources: merged sources are, and cannot be parted here",
    "signed bundles of the reports that came with it: only the installation that froze them can sign them",
)


class Command(InstalledCommand):
    """Checks everything, then brings all of it in or nothing."""

    help = (
        "Check a file that export_case wrote, of this format or an earlier one, and bring the case in, whole or not at "
        "all. People are found by e-mail; who has no account here comes in with a closed one. Others wait with writing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="what export_case wrote")
        parser.add_argument("--as", dest="code", default="", metavar="CODE", help="what the case is called here")
        parser.add_argument("--by", default="", help="e-mail of whoever brings it in; else the first administrator")
        parser.add_argument("--sha256", default="", help="refuse any file but the one of this hash")

    def handle(self, *args: Any, file: Path, code: str, by: str, sha256: str, **options: Any) -> None:
        try:
            came = import_case(
                file, by=find_person(by), code=code.upper(), sha256=sha256.lower(), tell=Said(self.stderr)
            )
        except Refused as refusal:
            raise CommandError(f"Nothing was brought in. {file}: {refusal}") from refusal
        except OSError as fault:
            raise CommandError(f"Nothing was brought in: {fault}") from fault
        told = ", ".join(f"{word} {count:,}" for word, count in sorted(came.counts.items()))
        self.stdout.write(f"{came.case.get_absolute_url()} is new: {told}.")
        self._list("People who have an account here, found by e-mail", came.found)
        self._list("People who came in with a closed account", came.new)
        self._list("Changed here", came.said)
        self._list("Not brought in", NEVER)
        self.stdout.write("Now run manage.py integrity.")

    def _list(self, title: str, said: Any) -> None:
        if said:
            self.stdout.write("\n".join([f"{title}:", *(f"- {each}" for each in said)]))
