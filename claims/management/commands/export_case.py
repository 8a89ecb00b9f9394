"""`manage.py export_case BY case.zip`: one case whole, for another installation."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from claims.keeping.exporting import export_case
from claims.management.installed import InstalledCommand
from claims.management.records import Said
from claims.models import Case, Refused


class Command(InstalledCommand):
    """Writes a case with its files and its log to one file, while people go on working."""

    help = (
        "Write one case whole, with its texts, captures, drafts, reports and log, to a file that import_case reads, "
        "whatever version or database is there. It holds drafts and names: treat it as you treat a backup."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", help="the case, as in BY")
        parser.add_argument("file", type=Path, help="where it goes, as in by.zip; nothing is overwritten")

    def handle(self, *args: Any, code: str, file: Path, **options: Any) -> None:
        case = Case.objects.filter(code=code.upper()).select_related("scale").first()
        if case is None:
            raise CommandError(f"There is no case {code}.")
        try:
            left = export_case(case, file.resolve(), Said(self.stderr))
        except Refused as refusal:
            raise CommandError(f"Nothing was written. {refusal}") from refusal
        except OSError as fault:
            raise CommandError(f"Nothing was written: {fault}") from fault
        told = ", ".join(f"{word} {count:,}" for word, count in sorted(left.counts.items()))
        self.stdout.write(f"{file}: {left.size:,} bytes. {told}.")
        self.stdout.write(f"SHA-256 {left.sha256}: tell it to whoever brings it in, by another way than the file.")
        for said in left.stayed:
            self.stdout.write(f"Stays here: {said}.")
        for sha256, what in sorted(left.amiss.items()):
            self.stdout.write(self.style.ERROR(f"files/{sha256} is {what} here, so it is not in it."))
        if left.amiss:
            raise CommandError("The file stands, but not all that it should hold is here: verify_files tells more.")
