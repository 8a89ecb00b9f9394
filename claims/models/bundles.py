"""Bundles that cases were brought in with: kept as they came, so that what the other house signed can be shown."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from claims.models.captures import StoredFile
from claims.models.cases import Case


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

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.code}, report {self.number}"
