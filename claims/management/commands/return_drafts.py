"""`manage.py return_drafts`: asks no more whoever left a draft untouched for longer than their case lets them."""

from typing import Any

from claims.management.installed import InstalledCommand
from claims.models import return_all


class Command(InstalledCommand):
    """Says of how many assignments of which cases; the worker does so by itself once an hour."""

    help = "Take claims back whose drafts lie untouched for longer than their cases let them; the drafts stay."

    def handle(self, *args: Any, **options: Any) -> None:
        returned = return_all()
        for code, many in returned.items():
            self.stdout.write(f"{code}: {many} taken back")
        if not returned:
            self.stdout.write("No draft lies for too long.")
