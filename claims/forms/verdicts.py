"""What an editor may propose and decide, and the reasons that moves ask for."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from claims.forms.assessments import RatingField
from claims.forms.fields import WorkForm
from claims.forms.names import refuse_names
from claims.models import Assessment, Case, Difference, Rating, User
from claims.models.asking import reviewers_of


class ProposalForm(WorkForm):
    """The case's answer, as an editor proposes it."""

    rating = RatingField(label=_("The case's answer"), error_messages={"required": _("Choose an answer.")})
    summary = forms.CharField(
        label=_("Summary"),
        max_length=10_000,
        required=False,
        help_text=_("What the answer rests on, in a few sentences. It stands in the report."),
    )
    difference = forms.ChoiceField(
        label=_("Why they differed"),
        choices=[("", _("Does not apply: they agree")), *Difference.choices],
        required=False,
    )
    one_origin = forms.CharField(
        label=_("Why so few origins are enough"), max_length=2000, required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Asked where the answer is that the claim is supported, and fewer than two independent origins "
                    "support it. The report prints it."),
    )  # fmt: skip
    to_overruled = forms.CharField(
        label=_("To whoever is overruled"), max_length=5000, required=False,
        help_text=_("Needed where a reviewer answered otherwise: why this answer is proposed all the same. They are "
                    "told, read this, and can reply once."),
    )  # fmt: skip
    open_questions = forms.CharField(
        label=_("Open questions"), max_length=5000, required=False,
        help_text=_("What would settle it, one question a line. Needed where the answer is off the scale."),
    )  # fmt: skip
    review_by = forms.DateField(label=_("Look at it again by"), required=False)

    taken_from: User | None = None  # whose rationale the summary begins with
    agreed: int = 0  # how many reviewers there are, where all of them give the answer that it begins with

    def __init__(
        self, data: Any = None, *, ratings: list[Rating], case: Case | None = None, begin: Assessment | None = None
    ) -> None:
        super().__init__(data, initial=begun_with(begin))
        self.ratings, self.case = ratings, case
        self.fields["rating"].ratings = ratings  # type: ignore[attr-defined]
        self.taken_from = begin.reviewer if begin is not None and data is None else None
        self.begin = begin

    def clean(self) -> dict[str, Any]:
        """Nothing that readers are shown names whom the case withholds."""
        typed = super().clean()
        if self.case is not None:
            refuse_names(self, self.case, ("summary", "one_origin", "to_overruled", "open_questions"))
        return typed

    def rating_value(self) -> str:
        """The key of the rating that is ticked, for the template."""
        return str(self["rating"].value() or "")


def begun_with(answer: Assessment | None) -> dict[str, Any]:
    """What a proposal begins with that adopts a reviewer's answer."""
    if answer is None or answer.rating is None:
        return {}
    left_open = answer.would_change if answer.rating.position is None else ""
    return {"rating": answer.rating_id, "summary": answer.rationale, "open_questions": left_open}


class DecisionForm(WorkForm):
    """A decision on the proposal that the person saw: `version` is its key."""

    reason = forms.CharField(label=_("Reason"), required=False, max_length=5000)


class RenewForm(WorkForm):
    """A proposal as it now stands: `version` is its key, `basis` the hash of what the person saw it rest on."""

    basis = forms.CharField(required=False, max_length=64)


class ReplyForm(WorkForm):
    """What a reviewer says to a verdict that gives another answer than theirs."""

    text = forms.CharField(label=_("Your reply"), required=False, max_length=2000)

    def __init__(self, case: Case, data: Any = None) -> None:
        super().__init__(data)
        self.case = case

    def clean(self) -> dict[str, Any]:
        """Readers are shown it, so it names nobody whom the case withholds."""
        typed = super().clean()
        refuse_names(self, self.case, ["text"])
        return typed


class UpholdForm(WorkForm):
    """Why a verdict still stands after what changed under it: `version` is the key of the last change that was seen."""

    reason = forms.CharField(label=_("The verdict still stands, because …"), required=False, max_length=2000)


class ReasonForm(WorkForm):
    """A move that needs a reason; the rules themselves ask for it."""

    reason = forms.CharField(label=_("Reason"), required=False, max_length=5000)


class ReviewersForm(WorkForm):
    """Who is asked for an assessment of a claim, and by which day."""

    reviewers = forms.TypedMultipleChoiceField(
        label=_("Reviewers"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    due = forms.DateField(
        label=_("Due"), required=False, help_text=_("For all who have not answered. Empty: no day is set.")
    )

    def __init__(
        self, case: Case, data: Any = None, *, asked: Iterable[int] = (), due: datetime.date | None = None
    ) -> None:
        super().__init__(data, initial={"reviewers": list(asked), "due": due})
        self.members = reviewers_of(case)
        self.fields["reviewers"].choices = [  # type: ignore[attr-defined]
            (key, f"{row.user} · {row.get_role_display()}") for key, row in self.members.items()
        ]

    def clean_due(self) -> datetime.date | None:
        """A day that is still to come, or the one that stands there."""
        due: datetime.date | None = self.cleaned_data["due"]
        if due and due < timezone.localdate() and due != self.initial["due"]:
            raise forms.ValidationError(_("This day has passed. Choose today or a later day."))
        return due

    def chosen(self) -> list[User]:
        """The people who are ticked."""
        return [self.members[key].user for key in self.cleaned_data["reviewers"]]


class AskingForm(ReviewersForm):
    """Who is asked about many claims: all who are ticked, or so many of them for each claim."""

    how = forms.ChoiceField(
        label=_("Whom to ask"), widget=forms.RadioSelect, initial="number",
        choices=[
            ("number", _("So many for each claim, shared out evenly among those ticked (none ticked: among all). "
                         "Never who made the claim, or proposed a verdict on it")),
            ("all", _("All who are ticked, about every claim")),
        ],
    )  # fmt: skip
    each = forms.IntegerField(label=_("How many for each claim"), min_value=1, max_value=20, required=False)
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    field_order = ["how", "each", "reviewers", "due"]

    def __init__(self, case: Case, data: Any = None) -> None:
        super().__init__(case, data)
        self.fields["each"].initial = case.assessments_required

    def clean(self) -> dict[str, Any]:
        """How many are needed just where they are shared out."""
        typed = super().clean()
        if typed.get("how") == "number" and not typed.get("each") and "each" not in self.errors:
            self.add_error("each", _("Say how many are asked about each claim."))
        return typed

    @property
    def people(self) -> list[int]:
        """The keys of the people who are ticked."""
        return [int(key) for key in self.cleaned_data["reviewers"]]

    @property
    def number(self) -> int | None:
        """How many for each claim; None where all who are ticked are asked."""
        return self.cleaned_data["each"] if self.cleaned_data["how"] == "number" else None
