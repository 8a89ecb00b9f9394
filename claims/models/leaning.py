"""What rests on what: the origins and sources that verdicts lean on, and what changed under a verdict since."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from claims.models.cases import Case
from claims.models.claims import Claim
from claims.models.evidence import Evidence
from claims.models.records import Recorded, RecordedQuerySet
from claims.models.sources import Source
from claims.models.verdicts import Verdict


class Leaning(models.Model):
    """A verdict leans on a source: some of its evidence is of the source's origin.

    It is a linchpin where the verdict would lose its required support without that origin.
    """

    verdict = models.ForeignKey(Verdict, on_delete=models.CASCADE, related_name="leanings")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="leanings")
    linchpin = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["verdict", "source"], name="leaning_once_per_source")]

    def __str__(self) -> str:
        return f"{self.verdict} leans on {self.source}"


class Reliance(models.Model):
    """How many standing verdicts of a case lean on a source: kept, so that no page has to count them."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="reliances")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="reliances")
    verdicts = models.PositiveIntegerField(default=0)
    linchpins = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "source"], name="reliance_once_per_source")]
        indexes = [models.Index(fields=["case", "-linchpins", "-verdicts", "id"], name="reliance_by_weight")]

    def __str__(self) -> str:
        return f"{self.case}: {self.verdicts} on {self.source}"


class EvidenceChange(Recorded):
    """Something that a standing verdict relied on is no longer as it was; an editor says what follows from it."""

    class What(models.TextChoices):
        GRADE = "grade", _("the source was graded anew")
        LINEAGE = "lineage", _("where the exhibit comes from was said anew")
        CAPTURE = "capture", _("the exhibit was captured again, and differs")
        MERGE = "merge", _("its source was merged with another, or parted from it")
        RATING = "rating", _("its credibility was rated")

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="evidence_changes")
    verdict = models.ForeignKey(Verdict, on_delete=models.PROTECT, related_name="evidence_changes")
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="changes")
    what = models.CharField(max_length=8, choices=What)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    editor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="evidence_changes",
        help_text=_("In whose queue it stands: who proposed the verdict; nobody's where they edit here no more."),
    )  # fmt: skip
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="evidence_changes")
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(_("why the verdict still stands"), blank=True, max_length=2000)

    objects = RecordedQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["claim", "-id"], name="evidence_change_of_claim"),
            models.Index(
                fields=["case", "editor", "id"], condition=Q(answered_at=None), name="evidence_change_unanswered"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.claim.ref}, evidence {self.evidence.number}: {self.get_what_display()}"

    @property
    def log_claim_id(self) -> int:
        return self.claim_id

    def facts(self) -> dict[str, Any]:
        """As the log keeps it, by the evidence's number: of a withheld source it says no name."""
        return {"what": self.what, "evidence": self.evidence.number, "answer": self.answer}
