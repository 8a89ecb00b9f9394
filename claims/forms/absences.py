"""What people may type about a search that found nothing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from claims.forms.evidence import StanceForm
from claims.forms.fields import are_languages, initial_of
from claims.models import Claim, Evidence, User

SEARCH = ["place", "query", "languages", "since", "until", "searched_on", "searched_by", "limits"]
PEOPLE = 200  # how many the list offers


class AbsenceForm(StanceForm):
    """Where was searched, for what, and what bounds the search; new, or of a piece of evidence that records it."""

    cursor = "place"

    place = forms.CharField(
        label=_("Where was searched"), max_length=300,
        help_text=_("The archive, register, site or set of images, by its name."),
    )  # fmt: skip
    query = forms.CharField(
        label=_("For what"), max_length=1000, help_text=_("The words as they were entered, or what was looked for.")
    )
    languages = forms.CharField(
        label=_("In which languages"), max_length=120, required=False, validators=[are_languages],
        help_text=_("As in en, uk, be, ar."),
    )  # fmt: skip
    since = forms.DateField(label=_("Period from"), required=False)
    until = forms.DateField(label=_("to"), required=False)
    searched_on = forms.DateField(label=_("Searched on"), initial=timezone.localdate)
    searched_by = forms.ModelChoiceField(User.objects.none(), label=_("By"), empty_label=None)
    limits = forms.CharField(
        label=_("Limits of the search"), required=False, max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        help_text=_("What it could not reach: closed parts, years that are missing, only the first results looked at."),
    )  # fmt: skip
    field_order = [*SEARCH, "bearing", "stance"]

    def __init__(self, claim: Claim, user: User, data: Any = None, *, evidence: Evidence | None = None) -> None:
        begin: dict[str, Any] = {"searched_by": user.pk}
        if evidence is not None and evidence.absence is not None:
            begin = initial_of(evidence, ["stance", "bearing"])
            begin |= {name: getattr(evidence.absence, name) for name in SEARCH}
        super().__init__(data, initial=begin)
        self.claim, self.user, self.evidence = claim, user, evidence
        named = [user.pk, *([evidence.absence.searched_by_id] if evidence and evidence.absence else [])]
        people = User.objects.filter(pk__in=named) | User.objects.filter(memberships__case=claim.case)
        people = people.distinct().order_by("name", "pk")
        self.fields["searched_by"].queryset = people  # type: ignore[attr-defined]
        self.fields["searched_by"].widget.choices = [(one.pk, str(one)) for one in people[:PEOPLE]]
        for name in ("place", "query"):
            self.fields[name].widget.attrs["dir"] = "auto"

    def record(self) -> Evidence:
        """The evidence that the search found nothing."""
        return Evidence.absent(self.claim, by=self.user, once=self.key(self.user), **self.values)

    def revise(self) -> Evidence:
        """Save what was typed over the version that the person saw."""
        if self.evidence is None:
            raise TypeError("there is nothing to revise yet")
        self.evidence.search_anew(by=self.user, expect=self.seen_version, **self.values)
        return self.evidence
