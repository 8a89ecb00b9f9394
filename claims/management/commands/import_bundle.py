"""`manage.py import_bundle report.zip --by person@example.org`: another installation's report as a new case."""

import contextlib
import io
import re
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from claims.loading.bundled_account import told
from claims.loading.bundles import import_bundle
from claims.management.installed import InstalledCommand
from claims.management.people import find_person
from claims.models import Case, Refused
from claims.reports import verify


class Command(InstalledCommand):
    """Brings a bundle in."""

    help = "Check the bundle of another installation's report, and make a new case of what it holds."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the bundle, report.zip")
        parser.add_argument("--by", required=True, help="e-mail of whoever brings it in, and edits the new case")
        parser.add_argument("--code", default="", help="of the new case; otherwise the one that it has there")
        parser.add_argument("--key", default="", help="the fingerprint of the key that must have signed it")

    def handle(self, *args: Any, file: Path, by: str, code: str, key: str, **options: Any) -> None:
        named = re.sub(r"[\s:]", "", key).lower()

        def check(path: str) -> None:
            with contextlib.redirect_stdout(io.StringIO()) as said:
                verified(path, named)
            self.stdout.write(said.getvalue())

        try:
            case = import_bundle(file, check=check, by=find_person(by), code=code.upper(), named=bool(named))
        except verify.Wrong as fault:
            raise CommandError(f"{fault}\nNothing was brought in.") from fault
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        except OSError as fault:
            raise CommandError(f"{file} cannot be read: {fault}") from fault
        self._tell(case)

    def _tell(self, case: Case) -> None:
        """What came in, what was checked, and what is taken on the other house's word."""
        account = told(case.bundle)
        figures = ", ".join(f"{label.lower()} {figure}" for label, figure in account.figures)
        self.stdout.write(f"{case.get_absolute_url()} is new, and you are its editor: {figures}.")
        for title, sentences in (
            ("Checked here", account.checked),
            ("On the other house's word", account.trusted),
            ("Not brought in", account.absent),
        ):
            if sentences:
                self.stdout.write("\n".join([f"\n{title}:", *(f"- {sentence}" for sentence in sentences)]))
        self.stdout.write(f"\nThe same stands at {case.get_absolute_url()}bundle/.")


def verified(path: str, named: str) -> None:
    """Run the verifier. Raises Wrong, whatever somebody has written into the bundle."""
    try:
        verify.verify(path, named)  # type: ignore[no-untyped-call]
    except (verify.Wrong, OSError):
        raise
    except Exception as fault:
        raise verify.Wrong(f"It cannot be checked: {type(fault).__name__}, {fault}") from fault
