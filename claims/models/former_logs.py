"""Logs that cases had in installations before this one: kept as they came, so that what they say can be checked."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from claims.models.captures import StoredFile
from claims.models.cases import Case


class FormerLog(models.Model):
    """The log of a case as it stood when the case left another installation: whole, under its hash."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="former_logs")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="former_logs")
    code = models.CharField(max_length=12, help_text=_("What the case was called there."))
    count = models.PositiveBigIntegerField(help_text=_("How many entries it had."))
    head = models.CharField(max_length=64)
    brought_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    brought_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["case", "pk"]
        constraints = [models.UniqueConstraint(fields=["case", "file"], name="former_log_once_per_case")]

    def __str__(self) -> str:
        return f"{self.code} {self.count}:{self.head[:12]}"
