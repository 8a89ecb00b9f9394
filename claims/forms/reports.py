"""What people may choose of a report."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from claims.forms.fields import WorkForm


class ReportForm(WorkForm):
    """A report's title; the claims are chosen by the filter in the address."""

    title = forms.CharField(
        label=_("Title"), max_length=200, help_text=_("As it stands on the title page."),
        widget=forms.TextInput(attrs={"class": "input"}),
    )  # fmt: skip
