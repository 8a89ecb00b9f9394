"""What people may type about a source."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from claims.forms.fields import PlainWords, WorkForm
from claims.models import Case, Reliability, Role, Source, User


class SourceForm(WorkForm):
    """Who speaks."""

    name = forms.CharField(label=_("Name"), max_length=200)
    kind = forms.ChoiceField(label=_("Kind"), choices=Source.Kind)
    country = forms.CharField(label=_("Country"), max_length=60, required=False)
    note = forms.CharField(
        label=_("Note"), max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Sources are shared: note and grades are read in every case that cites the source."),
    )  # fmt: skip


class NewSourceForm(SourceForm):
    """Who speaks, and in which of the person's cases that is known."""

    case = forms.ModelChoiceField(
        label=_("Known in"), queryset=Case.objects.none(), empty_label=None,
        help_text=_("The source is seen by the people of this case; others see it once their case cites it."),
    )  # fmt: skip
    field_order = ["case"]

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cases = Case.objects.visible_to(user).filter(role__in=[Role.ANALYST, Role.EDITOR])
        self.fields["case"].queryset = cases.order_by("title", "pk")  # type: ignore[attr-defined]


class GradeForm(WorkForm):
    """How far a source is to be relied on, and why."""

    letter = forms.ChoiceField(label=_("Reliability"), choices=Reliability, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What it rests on. It is read in every case that cites the source; earlier grades are kept."),
        error_messages={"required": _("Say why this grade: it will be asked.")},
    )  # fmt: skip


class SourceFilters(PlainWords, forms.Form):
    """Which sources a list shows; it stands in the address."""

    name = forms.CharField(label=_("Name begins with"), max_length=200, required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=[("", _("Any kind")), *Source.Kind.choices], required=False)
    reliability = forms.ChoiceField(
        label=_("Reliability"), required=False,
        choices=[("", _("Any reliability")), *Reliability.choices, ("none", _("Not graded"))],
    )  # fmt: skip
    after = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)
