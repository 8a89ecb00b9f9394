"""`manage.py stamp_log`: have the stamping service attest the heads of the log's chains that moved since."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.utils import timezone

from claims.custody.stamps import stamp_heads
from claims.management.installed import InstalledCommand


class Command(InstalledCommand):
    """Stamps what the worker would stamp today; says which chains were, and why one was not."""

    help = "Have the stamping service (WORKBENCH_STAMPS) attest each chain of the log that moved, once a day."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.STAMPS:
            raise CommandError("No stamping service is set: WORKBENCH_STAMPS names its address.")
        outcome = stamp_heads(timezone.now().date())
        for stamp in outcome.stamps:
            self.stdout.write(f"{stamp.case.code if stamp.case else 'outside cases'}: stamped, {stamp}")
        if not outcome.stamps and not outcome.failed:
            self.stdout.write("Nothing to stamp: no chain has moved since its last stamp, or each has today's.")
        for name, why in outcome.failed:
            self.stdout.write(self.style.ERROR(f"{name or 'outside cases'}: {why}"))
        if outcome.failed:
            raise CommandError("Not every chain was stamped. It is tried again when this runs again.")
