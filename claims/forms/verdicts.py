"""What an editor may propose and decide, and the reasons that moves ask for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from claims.forms.assessments import RatingField
from claims.forms.fields import WorkForm
from claims.forms.names import refuse_names
from claims.models import Case, Difference, Rating, Role, User


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
    open_questions = forms.CharField(label=_("Open questions"), max_length=5000, required=False)
    review_by = forms.DateField(label=_("Look at it again by"), required=False)

    def __init__(self, data: Any = None, *, ratings: list[Rating], case: Case | None = None) -> None:
        super().__init__(data)
        self.ratings, self.case = ratings, case
        self.fields["rating"].ratings = ratings  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Nothing that readers are shown names whom the case withholds."""
        typed = super().clean()
        if self.case is not None:
            refuse_names(self, self.case, ("summary", "one_origin", "open_questions"))
        return typed

    def rating_value(self) -> str:
        """The key of the rating that is ticked, for the template."""
        return str(self["rating"].value() or "")


class DecisionForm(WorkForm):
    """A decision on the proposal that the person saw: `version` is its key."""

    reason = forms.CharField(label=_("Reason"), required=False, max_length=5000)


class UpholdForm(WorkForm):
    """Why a verdict still stands after what changed under it: `version` is the key of the last change that was seen."""

    reason = forms.CharField(label=_("The verdict still stands, because …"), required=False, max_length=2000)


class ReasonForm(WorkForm):
    """A move that needs a reason; the rules themselves ask for it."""

    reason = forms.CharField(label=_("Reason"), required=False, max_length=5000)


class ReviewersForm(WorkForm):
    """Who is asked for an assessment of a claim."""

    reviewers = forms.TypedMultipleChoiceField(
        label=_("Reviewers"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, case: Case, data: Any = None, *, asked: list[int]) -> None:
        super().__init__(data, initial={"reviewers": asked})
        roles = case.memberships.filter(role__in=[Role.ANALYST, Role.EDITOR], user__is_active=True)
        self.members = {row.user_id: row for row in roles.select_related("user").order_by("user__name", "pk")[:200]}
        self.fields["reviewers"].choices = [  # type: ignore[attr-defined]
            (key, f"{row.user} · {row.get_role_display()}") for key, row in self.members.items()
        ]

    def chosen(self) -> list[User]:
        """The people who are ticked."""
        return [self.members[key].user for key in self.cleaned_data["reviewers"]]
