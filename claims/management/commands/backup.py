"""`manage.py backup`: everything that an installation holds, as one file, while people work."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from claims.keeping.backing_up import back_up, folder, thin_out
from claims.keeping.checking import verify_backup
from claims.keeping.sealing import can_open
from claims.management.installed import InstalledCommand
from claims.models import Refused


class Command(InstalledCommand):
    """Makes a backup, reads it back, and lets old ones go."""

    any_form = True  # before it is brought to this program's form, above all
    help = "Back up database, files, keys and heads of the log to one file, read it back, and let old ones go."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", type=Path, metavar="FOLDER", help="instead of WORKBENCH_BACKUPS")
        parser.add_argument("--keep", type=at_least_one, default=7, metavar="N", help="so many of the newest stay (7)")
        parser.add_argument("--weeks", type=int, default=4, metavar="N", help="and one a week of those before (4)")
        parser.add_argument("--no-verify", action="store_true", help="do not read it back")

    def handle(self, *args: Any, to: Path | None, keep: int, weeks: int, no_verify: bool, **options: Any) -> None:
        to = (to or folder()).resolve()
        try:
            made = back_up(to)
            self.stdout.write(f"{made.file}: {made.size / 1e6:,.1f} MB")
            with made.file.open("rb") as file:
                here = can_open(file)
            if no_verify or not here:
                self.stdout.write("It was not read back" + ("." if here else ": what opens it is not here."))
            else:
                account = verify_backup(made.file)
                self.stdout.write(f"Read back: {account.files:,} files, {account.told}")
            # One that lacks something never drives out one that has it.
            for gone in thin_out(to, newest=keep, weeks=weeks) if made.whole else ():
                self.stdout.write(f"{gone.name} was let go.")
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        except OSError as fault:
            raise CommandError(f"No backup was made: {fault}. Nothing of it stays.") from fault
        if not (settings.BACKUP_KEYS or settings.BACKUP_PASSPHRASE):
            self.stdout.write(
                "It is not locked: whoever has it has all records, and can sign as this house. "
                "WORKBENCH_BACKUP_KEYS locks it."
            )
        if made.lacks:
            raise CommandError(
                f"The backup stands, but it lacks {made.lacks}: that is not in {settings.DATA}. Put it back from an "
                "earlier backup. Where several machines share a database, have them share these folders too, or make "
                "backups on the machine that has them."
            )
        if made.amiss:
            raise CommandError(
                f"The backup stands, but {made.amiss:,} of the files that it should hold are missing or altered here: "
                "manage.py verify_files names them."
            )


def at_least_one(text: str) -> int:
    """How many backups stay; the new one always does."""
    if not text.isdigit() or int(text) < 1:
        raise ValueError(text)
    return int(text)
