"""`manage.py restore FILE`: an installation as it was when the backup was made."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from claims.keeping.restoring import restore
from claims.models import Refused
from workbench.data_folder import is_demo


class Command(BaseCommand):
    """Restores a backup into the data folder, database and store of the settings, whole or not at all."""

    help = "Put a backup back, whole or not at all. Nothing is deleted: what stood before goes aside."
    requires_system_checks = []  # there may be no database yet

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the backup")
        parser.add_argument("--replace", action="store_true", help="put aside the installation that stands here")

    def handle(self, *args: Any, file: Path, replace: bool, **options: Any) -> None:
        try:
            done = restore(file, replace=replace)
        except Refused as refusal:
            raise CommandError(f"Nothing was restored. {file}: {refusal}") from refusal
        except OSError as fault:
            raise CommandError(f"Nothing was restored: {fault}") from fault
        about, logs = done.about, len(done.about["log_heads"])
        self.stdout.write(f"Restored as of {about['made_at'][:19]} UTC: {logs:,} logs, {done.files:,} files.")
        if done.aside:
            name = Path(done.aside).name
            self.stdout.write(
                f"What stood before is aside, as {name}: delete it when nobody misses it. Files that only it knows "
                "stay in the store, and verify_files calls them orphaned."
            )
        if about["secret_key"] != "held" and about["with_files"]:  # noqa: S105 - says where it is
            self.stdout.write("The secret key is not in the backup: set WORKBENCH_SECRET_KEY to the one of then.")
        if is_demo(settings.DATA):
            self.stdout.write("It is a demo: everybody knows its passwords, so it is reached from this machine alone.")
        for sha256 in done.amiss:
            self.stdout.write(self.style.ERROR(f"files/{sha256} was missing or altered when the backup was made."))
        self.stdout.write("Now run manage.py migrate, then manage.py integrity, and start the server.")
