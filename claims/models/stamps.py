"""Stamps: what a stamping service attests of the log, so that its age does not rest on our word alone."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from claims.models.cases import Case


class Stamp(models.Model):
    """A token (RFC 3161) for the head of a chain: the service saw this head at its own time."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, blank=True, related_name="stamps")
    count = models.PositiveBigIntegerField(help_text=_("How many entries the chain had."))
    head = models.CharField(max_length=64)
    token = models.BinaryField(help_text=_("The service's answer, in DER."))
    service = models.CharField(max_length=500)
    stamped_at = models.DateTimeField(help_text=_("The time that the service gives."))
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["case", "count"], name="stamp_once_per_head"),
            models.UniqueConstraint(fields=["count"], condition=models.Q(case=None), name="stamp_once_outside_cases"),
        ]

    def __str__(self) -> str:
        return f"{self.case.code if self.case else '–'} {self.count}:{self.head[:12]}, {self.stamped_at:%Y-%m-%d %H:%M}"
