"""What people may say of an open question, and which of them a page lists."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from claims.forms.fields import WorkForm, initial_of
from claims.forms.names import refuse_names
from claims.models import Case, OpenQuestion, Role, User

PEOPLE = 200  # members one can choose from


def workers_of(case: Case) -> dict[int, User]:
    """Whoever can look into a question of the case, by their keys."""
    roles = case.memberships.filter(role__in=[Role.ANALYST, Role.EDITOR], user__is_active=True)
    return {row.user_id: row.user for row in roles.select_related("user").order_by("user__name", "pk")[:PEOPLE]}


class QuestionForm(WorkForm):
    """Who looks into it and by when, or how it ended."""

    owner = forms.TypedChoiceField(label=_("Owner"), required=False, coerce=int, empty_value=None)
    due = forms.DateField(label=_("Due"), required=False)
    state = forms.ChoiceField(label=_("State"), choices=OpenQuestion.State.choices)
    answer = forms.CharField(
        label=_("Answer, or why it is dropped"), required=False, max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        help_text=_("Needed once it is no longer open."),
    )  # fmt: skip

    def __init__(self, question: OpenQuestion, data: Any = None) -> None:
        begin = initial_of(question, ["due", "state", "answer"]) | {"owner": question.owner_id}
        super().__init__(data, initial=begin)
        self.case = question.case
        self.people = workers_of(question.case)
        if question.owner_id is not None and question.owner is not None:
            self.people.setdefault(question.owner_id, question.owner)
        names = [(key, str(person)) for key, person in self.people.items()]
        self.fields["owner"].choices = [("", _("Nobody yet")), *names]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Readers are shown the answer, so it names nobody whom the case withholds."""
        typed = super().clean()
        refuse_names(self, self.case, ["answer"])
        return typed

    def settle(self, question: OpenQuestion, by: User) -> OpenQuestion:
        """The question as it then stands."""
        values = self.values
        owner = self.people.get(values.pop("owner"))
        return question.settle(by=by, expect=self.seen_version, owner=owner, **values)
