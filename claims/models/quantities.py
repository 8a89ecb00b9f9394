"""Typed figures of claims and of evidence: they alone are ever compared."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from claims.models.entries import writing
from claims.models.records import OfClaim, RecordedQuerySet, Refused
from claims.weighing.figures import Figure, Kind, compare, series_key, state_of

if TYPE_CHECKING:
    from claims.models.cases import Case
    from claims.models.claims import Claim
    from claims.models.people import User

MOST = 500  # figures of a series that are held against each other: the newest


class Quantity(OfClaim):
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
    def figure(self) -> Figure:
        """What it says, to be compared."""
        return Figure(self.measure, self.low, self.high, self.unit, self.entity, self.place, self.as_of)

    def save(self, *args: Any, by: User | None = None, **kwargs: Any) -> None:
        """Save, and weigh anew the series that it stands in, and the one it stood in."""
        with writing(self.log_case):
            before = self.stored() if self.pk else None
            self.case, self.series = self.log_case, series_key(self.figure)
            super().save(*args, by=by, **kwargs)
            for key in {self.series, before.series if before else self.series}:
                Series.weigh(self.log_case, key)

    def delete(self, *args: Any, by: User | None = None, why: str = "", **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete; what was told apart from it goes with it, and its series is weighed anew."""
        with writing(self.log_case):
            case, key = self.log_case, self.series
            for told in Distinction.objects.filter(Q(one=self) | Q(other=self)):
                told.delete(by=by, why=why)
            gone = super().delete(*args, by=by, why=why, **kwargs)
            Series.weigh(case, key)
        return gone

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
    def log_label(self) -> str:
        return f"{self.of_claim.ref}: {self}"


def set_rows(model: type[Any], rows: Sequence[dict[str, Any]], *, by: User, **owner: Any) -> None:
    """Make these, in this order, the owner's rows of a kind that is numbered by position."""
    stand = list(model._base_manager.filter(**owner).order_by("position"))
    for record in stand[len(rows) :]:
        record.delete(by=by)
    for place, values in enumerate(rows, start=1):
        record = stand[place - 1] if place <= len(stand) else model(**owner, position=place)
        for name, value in values.items():
            setattr(record, name, value)
        record.save(by=by)


class Distinction(OfClaim):
    """Two figures that a person says count different things, so that they neither agree nor contradict."""

    one = models.ForeignKey(Quantity, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(Quantity, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(_("how they differ"), max_length=500)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    objects = RecordedQuerySet.as_manager()
    one_id: int
    other_id: int

    class Meta:
        constraints = [
            models.UniqueConstraint(Least("one", "other"), Greatest("one", "other"), name="distinction_once_per_pair"),
            models.CheckConstraint(condition=~Q(one=F("other")), name="distinction_between_two"),
            models.CheckConstraint(condition=~Q(reason=""), name="distinction_has_a_reason"),
        ]

    def __str__(self) -> str:
        return self.reason

    @property
    def of_claim(self) -> Claim:
        return self.one.of_claim


def tell_apart(one: Quantity, other: Quantity, *, by: User, reason: str) -> Distinction:
    """Say that two figures count different things. Raises Refused for a figure and itself, or without a reason."""
    if one.pk == other.pk:
        raise Refused(_("These are one figure."), "reason")
    if not reason.strip():
        raise Refused(_("Say how what they count differs: the reason stands beside the figures."), "reason")
    with writing(one.log_case):
        pair = Q(one=one, other=other) | Q(one=other, other=one)
        made = Distinction.objects.filter(pair).first() or Distinction(one=one, other=other)
        made.reason, made.made_by, made.made_at = reason.strip(), by, timezone.now()
        made.save(by=by, verb="told_apart")
        Series.weigh(one.log_case, one.series)
    return made


def tell_apart_no_more(one: Quantity, other: Quantity, *, by: User) -> None:
    """Take back that two figures count different things, if it was said."""
    with writing(one.log_case):
        for made in told_apart([one, other]).values():
            made.delete(by=by)
        Series.weigh(one.log_case, one.series)


COMPARED = {
    "agrees": _("agrees"),
    "overlaps": _("overlaps"),
    "other_date": _("of another date"),
    "other_definition": _("counts something else"),
    "contradicts": _("contradicts"),
}


def compared(own: Sequence[Quantity], brought: Sequence[Quantity], apart: Collection[frozenset[int]]) -> list[str]:
    """Each of these figures in words, with how it compares with the first of a claim's own that counts the same."""
    said = []
    for figure in brought:
        words = f"{figure.measure}: {figure.span} {figure.unit}".strip()
        words += f", {date_format(figure.as_of, 'j M Y')}" if figure.as_of else ""
        kind = compares(own, figure, apart)
        said.append(f"{words} ({COMPARED[kind]})" if kind else words)
    return said


def compares(own: Sequence[Quantity], figure: Quantity, apart: Collection[frozenset[int]]) -> Kind | None:
    """How a figure compares with the first of a claim's own that counts the same; None where none does."""
    kinds = (compare(each.figure, figure.figure, told_apart=frozenset({each.pk, figure.pk}) in apart) for each in own)
    return next((kind for kind in kinds if kind), None)


def told_apart(figures: Sequence[Quantity]) -> dict[frozenset[int], Distinction]:
    """Which of these figures somebody told apart, by the keys of the two."""
    keys = [figure.pk for figure in figures]
    found = Distinction.objects.filter(one__in=keys, other__in=keys).select_related("made_by")
    return {frozenset({each.one_id, each.other_id}): each for each in found}


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

    def newest(self) -> list[Quantity]:
        """The newest figures of claims that count this; those of withdrawn claims are left out."""
        found = Quantity.objects.filter(case=self.case_id, series=self.key, claim__isnull=False)
        rows = found.exclude(claim__status="withdrawn").select_related("claim__case", "claim__rating")
        return list(rows.order_by("-pk")[:MOST])

    @classmethod
    def weigh(cls, case: Case, key: str) -> None:
        """Bring what is kept of a series in step with its figures; inside `writing(case)`."""
        series = cls.objects.filter(case=case, key=key).first() or cls(case=case, key=key)
        figures = series.newest()
        if not figures:
            if series.pk:
                series.delete()
            return
        places = {figure.pk: place for place, figure in enumerate(figures)}
        apart = [frozenset(places[pk] for pk in pair) for pair in told_apart(figures)]
        first = figures[-1]
        series.title = " · ".join(filter(None, (first.measure, first.entity, first.place)))[:400]
        series.figures = len(figures)
        series.state = state_of([figure.figure for figure in figures], apart)
        series.save()
