"""`manage.py integrity`: whether everything is what it was, and what to do where it is not."""

from collections import Counter
from typing import Any

from django.core.management.base import CommandError

from claims.custody.store import OutOfReach
from claims.keeping.integrity import LOOKS
from claims.management.installed import InstalledCommand


class Command(InstalledCommand):
    """Looks at database, log, files, documents, passages, quotations and keys, and says what is wrong with each."""

    help = "Look at everything that is kept, name what is not as it was, and say what to do about it."

    def handle(self, *args: Any, **options: Any) -> None:
        found: Counter[str] = Counter()
        for title, look in LOOKS:
            try:
                for what, do in look():
                    if not found[title]:
                        self.stdout.write(f"{title}:")
                    found[title] += 1
                    self.stdout.write(self.style.ERROR(f"  {what}"))
                    self.stdout.write(f"    {do}")
            except OutOfReach as fault:
                found[title] += 1
                self.stdout.write(self.style.ERROR(f"{title}: the store cannot be asked: {fault}"))
            if not found[title]:
                self.stdout.write(f"{title}: as it should be")
        if found:
            counts = ", ".join(f"{title} {count:,}" for title, count in found.items() if count)
            raise CommandError(f"Not everything is as it was: {counts}.")
