"""`manage.py rotate_key`: make a new key that signs reports from now on, vouched for by the one before."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from claims.custody.keys import KeyGone, rotate
from claims.management.installed import InstalledCommand
from claims.management.people import find_person


class Command(InstalledCommand):
    """Makes a new key; the old ones stay, so that what they signed can be checked."""

    help = "Make a new key that signs reports from now on; the key before signs a statement that vouches for it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--by", metavar="EMAIL", help="who makes it; the first administrator if not given")
        parser.add_argument("--why", default="", metavar="REASON", help="why, for the log")
        parser.add_argument(
            "--lost", action="store_true", help="the old key's file is gone for good: it vouches for none"
        )

    def handle(self, *args: Any, by: str | None, why: str, lost: bool, **options: Any) -> None:
        person = find_person(by)
        try:
            key = rotate(by=person, why=why, lost=lost)
        except (KeyGone, OSError) as fault:
            raise CommandError(str(fault)) from fault
        self.stdout.write(f"This key signs from now on: {key.grouped}")
        if key.before is not None:
            vouched = "vouches for it" if key.signature else "cannot vouch for it"
            self.stdout.write(f"The key before {vouched}: {key.before.grouped}")
