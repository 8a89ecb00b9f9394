"""`manage.py send_digests`: mail people who want it what they have not read; to be run once a day."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from claims.management.installed import InstalledCommand
from claims.reports.digests import send_digests


class Command(InstalledCommand):
    """Sends the daily mails; says how many, and who could not be reached."""

    help = "Mail everybody who wants it, at most once a day, what they have not read of their notices (WORKBENCH_MAIL)."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.MAIL:
            raise CommandError("No mail server is set: WORKBENCH_MAIL names it, as in smtp://user:password@host:587.")
        outcome = send_digests()
        self.stdout.write(f"{outcome.notices} notices mailed to {outcome.people} people.")
        for name, why in outcome.failed:
            self.stdout.write(self.style.ERROR(f"{name}: {why}"))
        if outcome.failed:
            raise CommandError("Not everybody was reached. It is tried again when this runs again.")
