"""What a token may do, where, and for how long."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from claims.forms.shares import ShareForm
from claims.models import Case, Scope, Token, User, issue


class Lasting(models.TextChoices):
    """How long."""

    MONTH = "month", _("A month")
    QUARTER = "quarter", _("Three months")
    YEAR = "year", _("A year")
    DATE = "date", _("Until the day below")


class TokenForm(ShareForm):
    """A new token."""

    cursor = "name"

    days = {Lasting.MONTH.value: 30, Lasting.QUARTER.value: 91, Lasting.YEAR.value: 365}
    no_day = _("Write the last day on which the token is to work.")

    name = forms.CharField(
        label=_("What it is for"), max_length=60, help_text=_("As in: wire feed. The log names it with what it does."),
    )  # fmt: skip
    scopes = forms.MultipleChoiceField(
        label=_("It may"), choices=Scope, initial=[Scope.READ], widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick at least one thing that it may do.")},
    )  # fmt: skip
    case = forms.ModelChoiceField(
        label=_("Where"), queryset=Case.objects.none(), required=False,
        empty_label=_("In every case in which I have a role"), widget=forms.Select(attrs={"class": "input"}),
        help_text=_("It never may more than you may there, and nothing once you have no role there any more."),
    )  # fmt: skip
    lasting = forms.ChoiceField(
        label=_("It works for"), choices=Lasting, initial=Lasting.QUARTER, widget=forms.Select(attrs={"class": "input"})
    )
    field_order = ["name", "scopes", "case", "lasting", "until"]

    def __init__(self, user: User, data: Any = None) -> None:
        super().__init__(data)
        self.user = user
        mine = Case.objects.filter(memberships__user=user).order_by("title", "pk")
        self.fields["case"].queryset = mine  # type: ignore[attr-defined]
        self.fields["case"].label_from_instance = lambda case: f"{case.title} ({case.code})"  # type: ignore[attr-defined]

    def issue(self) -> tuple[Token, str | None] | None:
        """The token and its secret, which is None where this form made it before; None where a rule refused."""
        given = self.cleaned_data
        return self.attempt(
            lambda: issue(
                self.user, name=given["name"], scopes=given["scopes"], case=given["case"], until=self.ends,
                once=self.key(self.user),
            )
        )  # fmt: skip
