"""Typed figures of claims and of evidence: they alone are ever compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from claims.models.records import Recorded, RecordedQuerySet

if TYPE_CHECKING:
    from claims.models.cases import Case
    from claims.models.claims import Claim


class Quantity(Recorded):
    """A typed figure, of a claim or of a piece of evidence. Only typed figures are ever compared."""

    claim = models.ForeignKey(
        "claims.Claim", on_delete=models.PROTECT, null=True, blank=True, related_name="quantities"
    )
    evidence = models.ForeignKey(
        "claims.Evidence", on_delete=models.PROTECT, null=True, blank=True, related_name="quantities"
    )
    position = models.PositiveSmallIntegerField()
    measure = models.CharField(_("measure"), max_length=100, help_text=_("What is counted, as in: strength."))
    low = models.DecimalField(_("low"), max_digits=20, decimal_places=4, null=True, blank=True)
    high = models.DecimalField(_("high"), max_digits=20, decimal_places=4, null=True, blank=True)
    unit = models.CharField(_("unit"), max_length=60, blank=True)
    entity = models.CharField(_("of whom or what"), max_length=200, blank=True)
    place = models.CharField(_("place"), max_length=200, blank=True)
    as_of = models.DateField(_("as of"), null=True, blank=True)
    case = models.ForeignKey(
        "claims.Case", on_delete=models.PROTECT, null=True, editable=False, related_name="quantities"
    )
    series = models.CharField(
        max_length=64, blank=True, editable=False, help_text=_("What it can be compared with: a hash of what counts.")
    )

    objects = RecordedQuerySet.as_manager()
    not_logged = {"series", "evidence"}

    class Meta:
        verbose_name_plural = _("quantities")
        ordering = ["claim", "evidence", "position"]
        constraints = [
            models.UniqueConstraint(fields=["claim", "position"], name="quantity_one_per_position"),
            models.UniqueConstraint(fields=["evidence", "position"], name="quantity_one_per_position_of_evidence"),
            models.CheckConstraint(
                condition=Q(claim=None, evidence__isnull=False) | Q(claim__isnull=False, evidence=None),
                name="quantity_of_a_claim_or_of_evidence",
            ),
            models.CheckConstraint(
                condition=Q(low=None) | Q(high=None) | Q(low__lte=F("high")),
                name="quantity_low_not_above_high",
            ),
        ]
        indexes = [models.Index(fields=["case", "series", "id"], name="quantity_of_series")]

    def __str__(self) -> str:
        return f"{self.measure}: {self.span} {self.unit}".strip()

    @property
    def span(self) -> str:
        """The figure as people read it: 100,000–150,000."""
        ends = [f"{value.normalize():,f}" for value in (self.low, self.high) if value is not None]
        return "–".join(dict.fromkeys(ends))

    @property
    def of_claim(self) -> Claim:
        """The claim that it is a figure of, or on which its evidence bears."""
        found: Claim = self.evidence.claim if self.evidence is not None else self.claim  # type: ignore[assignment]
        return found

    @property
    def log_case(self) -> Case:
        return self.of_claim.case

    @property
    def log_claim_id(self) -> int:
        return self.of_claim.pk

    @property
    def log_label(self) -> str:
        return f"{self.of_claim.ref}: {self}"


class Distinction(Recorded):
    """Two figures that a person says count different things, so that they neither agree nor contradict."""

    one = models.ForeignKey(Quantity, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(Quantity, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(_("how they differ"), max_length=500)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    objects = RecordedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(Least("one", "other"), Greatest("one", "other"), name="distinction_once_per_pair"),
            models.CheckConstraint(condition=~Q(one=F("other")), name="distinction_between_two"),
            models.CheckConstraint(condition=~Q(reason=""), name="distinction_has_a_reason"),
        ]

    def __str__(self) -> str:
        return self.reason

    @property
    def log_case(self) -> Case:
        return self.one.log_case

    @property
    def log_claim_id(self) -> int:
        return self.one.log_claim_id


class Series(models.Model):
    """The figures of a case's claims that count the same: kept, so that the page that lists them never counts."""

    class State(models.TextChoices):
        ALONE = "alone", _("nothing to compare")
        AGREES = "agrees", _("agree")
        DRIFTS = "drifts", _("change with the date")
        CONTRADICTS = "contradicts", _("contradict each other")

    case = models.ForeignKey("claims.Case", on_delete=models.CASCADE, related_name="series")
    key = models.CharField(max_length=64)
    title = models.CharField(max_length=400)
    figures = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=12, choices=State, default=State.ALONE)

    class Meta:
        verbose_name_plural = _("series")
        constraints = [models.UniqueConstraint(fields=["case", "key"], name="series_once_per_case")]
        indexes = [models.Index(fields=["case", "state", "-id"], name="series_by_state")]

    def __str__(self) -> str:
        return self.title
