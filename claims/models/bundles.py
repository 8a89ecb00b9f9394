"""Bundles that cases were brought in with: kept as they came, so that what the other house signed can be shown."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from claims.models.captures import StoredFile
from claims.models.cases import Case
from claims.models.claims import Claim


class Bundle(models.Model):
    """The bundle that a case was brought in with, whole: the log, the seals and the signature of another house."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="bundle")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="bundles")
    code = models.CharField(max_length=12, help_text=_("What the case was called there."))
    number = models.PositiveIntegerField(help_text=_("The report's number there."))
    audience = models.CharField(max_length=8)
    snapshot_sha256 = models.CharField(max_length=64)
    key = models.CharField(max_length=64, help_text=_("The fingerprint of the key that signed it."))
    log_count = models.PositiveBigIntegerField()
    log_head = models.CharField(max_length=64)
    brought_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    brought_at = models.DateTimeField(default=timezone.now)
    account = models.JSONField(
        default=dict, blank=True, help_text=_("What came in, and what of it nobody here has checked.")
    )

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.code}, report {self.number}"


class Unchecked(models.Model):
    """Words that a claim was made from elsewhere, in a text that was left out of the bundle: nobody here has seen them.

    It is no passage: what this installation quotes stands in a text that is here.
    """

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="unchecked")
    document = models.JSONField(help_text=_("What the report tells of the text, and why it is not here."))
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    exact = models.TextField()
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)

    class Meta:
        ordering = ["claim", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(end__gt=models.F("start")), name="unchecked_end_after_start"),
            models.CheckConstraint(condition=~Q(exact=""), name="unchecked_says_something"),
        ]

    def __str__(self) -> str:
        return f"“{self.exact[:80]}”"
