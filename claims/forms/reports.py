"""What people may choose of a report."""

from __future__ import annotations

import base64
from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from claims.forms.fields import WorkForm
from claims.forms.filters import cursor
from claims.forms.logos import LogoField, of_base64
from claims.models import Case, Report, ReportTemplate
from claims.reports.choices import GROUPINGS, INTERNAL_ALONE, ORDERS, PRESELECTED, SECTIONS, Choice

ALL, PICKED = "all", "picked"
KEPT = ("audience", "sections", "order", "grouping", "language", "imprint")  # what a template holds beside the logo


def told_sections() -> list[tuple[str, str]]:
    """The sections by their codes; of those that never stand in public it is said."""
    internal = _("internal reports alone")
    return [(code, f"{name} ({internal})" if code in INTERNAL_ALONE else str(name)) for code, name in SECTIONS.items()]


class Comma(forms.CharField):
    """Numbers with commas between them: those ticked on other pages, or all that stand on this one."""

    widget = forms.HiddenInput

    def clean(self, value: Any) -> Any:
        """The numbers; what is none is passed over."""
        return {number for each in (value or "").split(",") if (number := cursor(each)) is not None}


class ReportForm(WorkForm):
    """All that is chosen of a report but its claims' filter, which stands in the address."""

    cursor = "title"

    title = forms.CharField(
        label=gettext_lazy("Title"), max_length=200, help_text=gettext_lazy("As it stands on the title page."),
        widget=forms.TextInput(attrs={"class": "input"}),
    )  # fmt: skip
    claims = forms.ChoiceField(
        label=gettext_lazy("Claims"), widget=forms.RadioSelect, initial=ALL, required=False,
        choices=[(ALL, gettext_lazy("All that the filter finds")), (PICKED, gettext_lazy("Those ticked below"))],
    )  # fmt: skip
    held = Comma(required=False)
    shown = Comma(required=False)
    order = forms.ChoiceField(label=gettext_lazy("Order"), choices=list(ORDERS.items()), required=False)
    grouping = forms.ChoiceField(label=gettext_lazy("Groups"), choices=list(GROUPINGS.items()), required=False)
    sections = forms.MultipleChoiceField(
        label=gettext_lazy("Sections"), choices=told_sections, widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("What is left out here is in no format of the report."),
        error_messages={"required": gettext_lazy("Tick what the report is to have, one section at least.")},
    )  # fmt: skip
    audience = forms.ChoiceField(
        label=gettext_lazy("For whom"), choices=Report.Audience.choices, widget=forms.RadioSelect,
        initial=Report.Audience.PUBLIC,
        help_text=gettext_lazy("In a public report people of the house are told apart by numbers, and comments stay "
                               "out; withheld sources stay out of both."),
    )  # fmt: skip
    language = forms.ChoiceField(label=gettext_lazy("Language of the labels"), required=False)
    imprint = forms.CharField(
        label=gettext_lazy("Imprint"), required=False, max_length=1000,
        help_text=gettext_lazy("Who answers for the report, and how they are reached."),
        widget=forms.Textarea(attrs={"rows": 3, "class": "input"}),
    )  # fmt: skip
    logo = LogoField(label=gettext_lazy("Logo"), required=False)
    logo_kept = forms.CharField(required=False, widget=forms.HiddenInput)
    logo_off = forms.BooleanField(label=gettext_lazy("Without this logo"), required=False)

    def __init__(self, case: Case, data: Any = None, files: Any = None, **kwargs: Any) -> None:
        super().__init__(data, files, **kwargs)
        self.case = case
        self.fields["language"].choices = languages_of(case)  # type: ignore[attr-defined]
        self.fields["sections"].initial = list(PRESELECTED)

    def clean_logo_kept(self) -> str:
        """The logo that was sent before, checked as if it had just come."""
        return of_base64(self.cleaned_data["logo_kept"])

    @property
    def picks(self) -> set[int] | None:
        """The numbers of the claims ticked, on this page and on those before; None where all are chosen."""
        if not isinstance(self.data, QueryDict) or not self.is_bound:
            return None
        ticked = {n for each in self.data.getlist("claim") if (n := cursor(each)) is not None}
        return (self._numbers("held") - self._numbers("shown")) | ticked

    def _numbers(self, name: str) -> set[int]:
        found: set[int] = self.fields[name].clean(self.data.get(name))
        return found

    @property
    def by_hand(self) -> bool:
        """Whether the claims are those ticked."""
        return self.is_bound and self.data.get("claims") == PICKED

    @property
    def logo_now(self) -> str:
        """The logo as it stands by now, in base64; "" for none."""
        if not self.is_bound:
            return str(self.initial.get("logo_kept") or "")
        values = getattr(self, "cleaned_data", {})
        return "" if values.get("logo_off") else values.get("logo") or values.get("logo_kept") or ""

    @property
    def choice(self) -> Choice:
        """What was chosen; where a field is wrong, as usual."""
        said = self.cleaned_data if self.is_bound else self.initial
        told = {name: said[name] for name in KEPT if said.get(name)}
        usual = {"audience": Report.Audience.PUBLIC.value, "sections": PRESELECTED}
        return Choice.of(usual | told | {"logo": self.logo_now or None})


def languages_of(case: Case) -> list[tuple[str, str]]:
    """The languages that labels can have: those of the workbench, and those that the case's scale is translated to."""
    codes = dict(settings.LANGUAGES)
    for rating in case.scale.ratings.all():
        for code in rating.translations:
            codes.setdefault(code, _name_of(code))
    return list(codes.items())


def _name_of(code: str) -> str:
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code


class TemplateForm(WorkForm):
    """A template's name."""

    name = forms.CharField(
        label=gettext_lazy("Name of the template"), max_length=100, widget=forms.TextInput(attrs={"class": "input"}),
        error_messages={"required": gettext_lazy("Give the template a name, by which it is found again.")},
    )  # fmt: skip


def initial_of_template(template: ReportTemplate, case: Case) -> dict[str, Any]:
    """A form's values as a template has them; what is no choice any more is left as usual."""
    known: dict[str, Any] = {
        "order": ORDERS, "grouping": GROUPINGS, "language": dict(languages_of(case)),
        "audience": Report.Audience.values,
    }  # fmt: skip
    said: dict[str, Any] = {n: v for n, v in template.choice.items() if n in KEPT and v in known.get(n, [v])}
    said["sections"] = [code for code in said.get("sections", PRESELECTED) if code in SECTIONS]
    return said | {"logo_kept": template_logo(template)}


def template_logo(template: ReportTemplate) -> str:
    """A template's logo in base64."""
    return base64.b64encode(bytes(template.logo)).decode()
