"""`manage.py doctor`: how the installation is, and what to do."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from claims.views.examining import Standing, findings

SIGNS = {Standing.GOOD: "ok  ", Standing.LOOK: "look", Standing.BAD: "BAD "}


class Command(BaseCommand):
    """Looks at everything that an installation needs."""

    help = (
        "Say how database, worker, files, space, clock and others stand, and what to do. Ends with 1 if one is broken."
    )
    requires_system_checks = []  # what they find is told here

    def handle(self, *args: Any, **options: Any) -> None:
        found = list(findings())
        for each in found:
            self.stdout.write(f"{SIGNS[each.standing]}  {each.name}: {each.said}")
            if each.do:
                self.stdout.write(f"      {each.do}")
        if any(each.standing == Standing.BAD for each in found):
            sys.exit(1)
