"""`manage.py move_database ADDRESS`: from SQLite to PostgreSQL, or back."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from claims.keeping.moving import Moved, move_database
from claims.models import Refused


class Command(BaseCommand):
    """Copies all records to an empty database, and compares every table."""

    help = "Copy every record to an empty database, SQLite or PostgreSQL, and compare the two, table by table."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "address", help="postgres://user@host/name (the password as PGPASSWORD), sqlite:///FILE, or sqlite"
        )

    def handle(self, *args: Any, address: str, **options: Any) -> None:
        def tell(moved: Moved) -> None:
            self.stdout.write(f"{moved.sum.rows:>9,}  {moved.table}  {moved.sum.sha256[:16]}…")

        try:
            moved = move_database(address, tell)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        total = sum(each.sum.rows for each in moved)
        self.stdout.write(f"{total:,} rows in {len(moved):,} tables are the same there. What stands here stays.")
        self.stdout.write("Files and heads of the log stay where they are. Now set DATABASE_URL to the new address.")
