"""What a reviewer may answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from claims.forms.facets import FacetsField, rows, typed_of
from claims.forms.fields import WorkForm, clock
from claims.forms.names import refuse_names, refuse_names_in
from claims.models import (
    Assessment,
    Case,
    Claim,
    Confidence,
    Evidence,
    Likelihood,
    Rating,
    Stale,
    User,
    WasSaid,
    assess,
    reconsider,
)
from claims.models.facets import rule
from claims.weighing.contradictions import contradict

UNANSWERED = ("", _("Not answered"))
PLAIN = ("was_said", "likelihood", "confidence", "rationale", "would_change", "override_reason")
FIELDS = (*PLAIN, "facets")


class RatingField(forms.CharField):
    """One of a scale's ratings, which are handed over and not looked up again; its value is the rating's key."""

    ratings: list[Rating] = []

    def clean(self, value: Any) -> Rating | None:
        """The rating; None where none is chosen."""
        key = super().clean(value)
        if not key:
            return None
        for rating in self.ratings:
            if str(rating.pk) == key:
                return rating
        raise ValidationError(_("This answer is not on the case's scale."))


class ReliedOnField(forms.TypedMultipleChoiceField):
    """Some of a claim's pieces of evidence, by their numbers; they are looked up only where some are named."""

    evidence: Iterable[Evidence] = ()

    def clean(self, value: Any) -> list[Evidence]:
        """The pieces of evidence."""
        if not value:
            return []
        self.choices = [(item.number, item.number) for item in self.evidence]
        numbers = super().clean(value)
        return [item for item in self.evidence if item.number in numbers]


def _says(own: Assessment, typed: dict[str, Any]) -> bool:
    """Whether an assessment holds what was typed. A reason that was none, as nothing was overridden, is not kept."""
    names = [name for name in (*FIELDS, "rating") if name != "override_reason" or own.override_reason]
    return all(getattr(own, name) == typed.get(name) for name in names)


class AssessmentForm(WorkForm):
    """A reviewer's judgement: a draft may be incomplete, what is submitted may not (`assess` says so)."""

    rating = RatingField(label=_("Is it true?"), required=False)
    was_said = forms.ChoiceField(label=_("Was it said?"), choices=[UNANSWERED, *WasSaid.choices], required=False)
    likelihood = forms.ChoiceField(
        label=_("Likelihood that it is true"), choices=[UNANSWERED, *Likelihood.choices], required=False
    )
    confidence = forms.ChoiceField(
        label=_("Confidence in the judgement"), choices=[UNANSWERED, *Confidence.choices], required=False
    )
    rationale = forms.CharField(label=_("Rationale"), required=False, max_length=20_000)
    would_change = forms.CharField(label=_("What would change it"), required=False, max_length=5000)
    relied_on = ReliedOnField(label=_("Evidence relied on"), required=False, coerce=int)
    facets = FacetsField(label=_("Its parts"), required=False)
    override_reason = forms.CharField(
        label=_("Why it is not what the parts add up to"), required=False, max_length=2000
    )
    meant = forms.CharField(label=_("I mean both"), required=False, max_length=60)

    at_odds = ""  # a rating and a likelihood that contradict each other; `meant` names them where that is meant

    def __init__(
        self,
        data: Any = None,
        *,
        ratings: list[Rating],
        evidence: Iterable[Evidence],
        unrated: Iterable[Evidence] = (),
        own: Assessment | None = None,
        case: Case | None = None,
    ) -> None:
        # Minus one stands for "there was no draft": a draft saved meanwhile in another window is not overwritten.
        begin: dict[str, Any] = {"version": own.version if own else -1}
        if own is not None:
            begin |= {name: getattr(own, name) for name in PLAIN} | {"facets": typed_of(own.facets)}
            begin |= {"rating": own.rating_id, "relied_on": own.relied_numbers}
        super().__init__(data, initial=begin)
        self.own, self.case = own, case
        self.ratings = ratings
        self.evidence, self.unrated = evidence, unrated
        self.fields["rating"].ratings = ratings  # type: ignore[attr-defined]
        self.fields["facets"].ratings = ratings  # type: ignore[attr-defined]
        self.fields["relied_on"].evidence = evidence  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Answers that contradict each other are asked back once; a draft may hold them unasked.

        What is submitted is shown to readers one day, and names nobody whom the case withholds.
        """
        typed = super().clean()
        if self.submits and self.case is not None:
            refuse_names(self, self.case, ("rationale", "would_change", "override_reason"))
            refuse_names_in(
                self, self.case, "facets", (said.get("note", "") for said in typed.get("facets", {}).values())
            )
        rating, likelihood = typed.get("rating"), typed.get("likelihood", "")
        if self.submits and rating is not None and contradict(rating.look, likelihood):
            self.at_odds = f"{rating.pk} {likelihood}"
            if typed.get("meant") != self.at_odds:
                said = {"rating": rating, "likelihood": Likelihood(likelihood).label}
                self.add_error("likelihood", _("“%(rating)s” and “%(likelihood)s” contradict each other. Change one "
                               "of them, or tick that you mean both and submit again.") % said)  # fmt: skip
        return typed

    @property
    def values(self) -> dict[str, Any]:
        """The answers; that a contradiction is meant is none of them."""
        return {name: value for name, value in super().values.items() if name != "meant"}

    def overtaken(self, stale: Stale) -> str:
        """When one saved the draft in another window: nobody else can have."""
        time = clock(stale.stored.saved_at)  # type: ignore[attr-defined]
        return _("You saved this at %(time)s in another window. Nothing was overwritten.") % {"time": time}

    @property
    def submits(self) -> bool:
        """Whether this is the final answer rather than a draft."""
        return bool(self.data.get("act") != "draft")

    def keep(self, claim: Claim, user: User) -> Assessment:
        """Save the draft, or submit the answer. What the same page saved meanwhile is its own."""
        window = str(self.cleaned_data.get("once") or "")
        return assess(claim, by=user, submit=self.submits, expect=self.seen_version, window=window, **self.values)

    def kept_before(self, claim: Claim, user: User) -> Assessment | None:
        """What holds these very answers already, where the form was sent twice."""
        own = Assessment.objects.filter(claim=claim, reviewer=user, round=claim.round, follows=None).first()
        if own is None or (own.submitted_at is not None) != self.submits:
            return None
        own.claim = claim.locked()
        typed = self.cleaned_data
        return own if _says(own, typed) and list(own.relied_on.order_by("number")) == typed.get("relied_on") else None

    def rating_value(self) -> str:
        """The key of the rating that is ticked, for the template."""
        return str(self["rating"].value() or "")

    @property
    def off_the_scale(self) -> bool:
        """Whether the answer that is ticked leaves it open, so that it must be said what would settle it."""
        ticked = self.rating_value()
        return any(rating.position is None and str(rating.pk) == ticked for rating in self.ratings)

    def parts(self) -> list[dict[str, Any]]:
        """The parts to judge, for the template."""
        return rows(self["facets"].value() or {}, self.ratings)

    def rule(self) -> list[str]:
        """How the parts add up, in sentences."""
        return rule()

    def parts_open(self) -> bool:
        """Whether the parts are unfolded: where one was judged, or something is to be said of them."""
        return bool(self["facets"].value() or self["override_reason"].value() or self.errors.get("override_reason"))

    def relied_numbers(self) -> set[str]:
        """The numbers of the evidence that is ticked, for the template."""
        return {str(number) for number in self["relied_on"].value() or []}


class ReconsiderForm(AssessmentForm):
    """Another answer in the place of one that is sealed, and what changed one's mind."""

    moved_reason = forms.CharField(
        label=_("What changed your mind"), max_length=2000,
        error_messages={"required": _("Say what changed your mind: both answers are shown, and this stands between "
                                      "them.")},
    )  # fmt: skip

    def __init__(self, data: Any = None, *, own: Assessment, **kwargs: Any) -> None:
        super().__init__(data, own=own, **kwargs)
        self.fields["version"].initial = self.initial["version"] = own.pk

    @property
    def submits(self) -> bool:
        """Always: nothing is drafted here."""
        return True

    def keep(self, claim: Claim, user: User) -> Assessment:
        """Put it after the one that was on the page."""
        values = self.values
        return reconsider(claim, by=user, reason=values.pop("moved_reason"), seen=self.seen_version, **values)

    def kept_before(self, claim: Claim, user: User) -> Assessment | None:
        """The answer that followed the one on the page, where the form was sent twice."""
        own: Assessment | None = Assessment.objects.filter(follows=self.seen_version, reviewer=user).first()
        if own is None or not _says(own, self.cleaned_data):
            return None
        own.claim = claim.locked()
        return own
