"""Commands for an installation that is there."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from claims.keeping.databases import applied, shipped


class InstalledCommand(BaseCommand):
    """One that says so where there is no installation, or one whose database has not this program's form yet."""

    any_form = False  # whether an older form of the database will do

    def execute(self, *args: Any, **options: Any) -> str | None:
        """As any command. Raises CommandError first where there is nothing for it to work on."""
        there = applied()
        if not there:
            raise CommandError(
                f"There is no installation here: the database is empty, and the data folder is {settings.DATA}. Name "
                "another with --data or WORKBENCH_DATA; manage.py serve begins a new one."
            )
        if not self.any_form and shipped() - there:
            raise CommandError("The database is not of this version yet: run manage.py migrate first.")
        return super().execute(*args, **options)
