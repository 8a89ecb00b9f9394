"""Who has a claim's page open just now.

No record, and so not in the log: it holds for a minute and a half, nobody can rely on it later, and a log of who looked
at what would be a watch kept on people. It says nothing of whether somebody answers, which is for nobody to know.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from claims.models.cases import Membership
from claims.models.claims import Claim
from claims.models.moves import Role, may

if TYPE_CHECKING:
    from claims.models.people import User

AWAY = datetime.timedelta(seconds=90)  # three times as long as pages wait between two signs
MOST = 50  # told of
TOLD = [role for role in Role if may(role, "assess")]


class PresenceManager(models.Manager["Presence"]):
    """Signs of life, from the side of a page."""

    def meet(self, claim: Claim, person: User) -> list[User]:
        """Note that the person is on this claim, and return who else is: those who review, and never who only reads.

        What is older than a page may be silent is deleted on the way, of this claim and of this person.
        """
        now = timezone.now()
        with transaction.atomic():
            self.bulk_create(
                [Presence(claim=claim, user=person, seen_at=now)],
                update_conflicts=True, unique_fields=["user", "claim"], update_fields=["seen_at"],
            )  # fmt: skip
            old = Q(seen_at__lt=now - AWAY) | Q(seen_at__gt=now + AWAY)  # or from before the clock was turned back
            self.filter(Q(claim=claim) | Q(user=person), old).delete()
        reviews = Membership.objects.filter(case=claim.case_id, user=OuterRef("user"), role__in=TOLD)
        here = self.filter(Exists(reviews) | Q(user__is_superuser=True), claim=claim, user__is_active=True)
        rows = here.exclude(user=person).select_related("user").order_by("user_id").fetch_mode(models.FETCH_RAISE)
        return [row.user for row in rows[:MOST]]


class Presence(models.Model):
    """Somebody's last sign of life on one claim."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField()

    objects = PresenceManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "claim"], name="presence_once_per_person_and_claim")]

    def __str__(self) -> str:
        return f"{self.user} on {self.claim}"
