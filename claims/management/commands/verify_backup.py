"""`manage.py verify_backup FILE`: whether a backup could be restored, without restoring it."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from claims.keeping.checking import verify_backup
from claims.models import Refused


class Command(BaseCommand):
    """Reads a backup to its end, hashes all of it, and tries its database out."""

    help = "Read a backup to its end, hash all of it, and try out its database and log, without restoring anything."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the backup")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            account = verify_backup(file)
        except Refused as refusal:
            raise CommandError(f"{file}: {refusal}") from refusal
        except OSError as fault:
            raise CommandError(f"{file} cannot be read: {fault}") from fault
        about = account.about
        self.stdout.write(
            f"{file}: made at {about['made_at'][:19]} by workbench {about['version']}, {about['database']}"
        )
        self.stdout.write(f"{account.files:,} files, {account.size / 1e6:,.1f} MB, every hash holds; {account.told}")
        for code, head in about["log_heads"].items():
            self.stdout.write(f"{code or 'outside cases'}: head {head}")
        if account.amiss:
            for sha256, what in sorted(account.amiss.items()):
                self.stdout.write(self.style.ERROR(f"files/{sha256} was {what} already when the backup was made"))
            raise CommandError("It can be restored, but what was amiss when it was made is amiss in it.")
