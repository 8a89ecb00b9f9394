"""How long a link to a report works."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _l

from claims.forms.fields import WorkForm


class Lasting(models.TextChoices):
    """How long."""

    DAY = "day", _l("A day")
    WEEK = "week", _l("A week")
    MONTH = "month", _l("A month")
    DATE = "date", _l("Until the day below")


DAYS = {Lasting.DAY.value: 1, Lasting.WEEK.value: 7, Lasting.MONTH.value: 30}


class ShareForm(WorkForm):
    """For how long a link is to work, or until the end of which day."""

    days = DAYS
    no_day = _l("Write the last day on which the link is to work.")

    lasting = forms.ChoiceField(
        label=_l("It works for"), choices=Lasting, initial=Lasting.MONTH,
        widget=forms.Select(attrs={"class": "input"}),
    )  # fmt: skip
    until = forms.DateField(
        label=_l("Until the end of"), required=False, widget=forms.DateInput(attrs={"class": "input"}),
        help_text=_l("Only where you chose a day."),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """A day where one was chosen."""
        cleaned = super().clean()
        if cleaned.get("lasting") == Lasting.DATE and not cleaned.get("until") and "until" not in self.errors:
            self.add_error("until", self.no_day)
        return cleaned

    @property
    def ends(self) -> datetime.datetime:
        """When the link ends: after so many days, or when the chosen day ends for the person who chose it."""
        lasting, until = self.cleaned_data["lasting"], self.cleaned_data["until"]
        if lasting in self.days:
            return timezone.now() + datetime.timedelta(days=self.days[lasting])
        next_day = datetime.datetime.combine(min(until, datetime.date(9998, 1, 1)), datetime.time())
        return timezone.make_aware(next_day + datetime.timedelta(days=1))
