"""Reports: a frozen selection of claims."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from claims.models.cases import Case
from claims.models.entries import sha256
from claims.models.records import Recorded, RecordedQuerySet


class Report(Recorded):
    """A frozen selection of claims; every format is rendered from the frozen data alone."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reports")
    number = models.PositiveIntegerField()
    title = models.CharField(_("title"), max_length=200)
    selection = models.CharField(_("selection"), max_length=500, blank=True)
    claims_in = models.PositiveIntegerField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reports")
    made_at = models.DateTimeField(default=timezone.now)
    snapshot = models.TextField(help_text=_("The frozen data: JSON, exactly as it was hashed."))
    sha256 = models.CharField(max_length=64)

    objects = RecordedQuerySet.as_manager()
    not_logged = {"snapshot"}

    class Meta:
        ordering = ["case", "-number"]
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="report_numbered_once_per_case")]

    def __str__(self) -> str:
        return f"{self.title} ({self.number})"

    def get_absolute_url(self) -> str:
        return reverse("claims:report-detail", args=[self.case.code, self.number])

    @property
    def log_label(self) -> str:
        return f"report {self.number}, {self.title}"

    @property
    def data(self) -> dict[str, Any]:
        """The frozen data, read back."""
        loaded: dict[str, Any] = json.loads(self.snapshot)
        return loaded

    def holds_its_data(self) -> bool:
        """Whether the frozen data are still those that were hashed."""
        return sha256(self.snapshot) == self.sha256
