"""What people may type about a source."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.forms.fields import PlainWords, WorkForm, are_languages, initial_of
from claims.models import Case, Reliability, Role, Source, User
from claims.search.sources import called, named

KNOWN = ["name", "kind", "aliases", "belongs_to", "country", "languages", "interests", "note"]
BY_KEY = re.compile(r"^(.*)\(#(\d{1,18})\)$", re.ASCII | re.DOTALL)
PROPOSED = 5  # sources that a name may have meant
OFFERED = 300  # names that a field proposes while one types


def with_key(source: Source) -> str:
    """A source by its name and key, as two may bear one name: “Ministry (#12)”."""
    return f"{source.name} (#{source.pk})"


def of_name(typed: str, user: User) -> Source:
    """The source that somebody means by a name, or by a name and a key. Raises ValidationError with what they may mean.

    Only of sources that they see and that were not merged into another.
    """
    listed = Source.objects.visible_to(user).listed()
    if keyed := BY_KEY.match(typed):
        found: Source | None = listed.filter(pk=int(keyed[2])).first()
        if found is not None:
            return found
        typed = keyed[1].strip()
    bearing = called(typed, user)
    if len(bearing) == 1:
        return bearing[0]
    if bearing:
        raise ValidationError(
            _("Several sources are called so. Write which: %(names)s.")
            % {"names": ", ".join(map(with_key, bearing[:PROPOSED]))}
        )
    near = listed.filter(pk__in=named(typed, user, PROPOSED) or []).order_by("name", "pk")
    if near:
        raise ValidationError(
            _("No source that you see is called so. Did you mean %(names)s?")
            % {"names": ", ".join(with_key(one) for one in near)}
        )
    raise ValidationError(_("No source that you see is called so. Add it first, or leave this empty."))


class SourceForm(WorkForm):
    """Who speaks."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Source.Kind)
    aliases = forms.CharField(
        label=gettext_lazy("Other names"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Other names and spellings, one a line. The source is found by them too."),
    )  # fmt: skip
    belongs_to = forms.CharField(
        label=gettext_lazy("Belongs to"), max_length=240, required=False,
        widget=forms.TextInput(attrs={"list": "known-sources", "autocomplete": "off"}),
        help_text=gettext_lazy("The name of another source: the owner, the employer, the body above it."),
    )  # fmt: skip
    country = forms.CharField(label=gettext_lazy("Country"), max_length=60, required=False)
    languages = forms.CharField(
        label=gettext_lazy("Languages"), max_length=120, required=False, validators=[are_languages],
        help_text=gettext_lazy("As in en, uk, be, ar."),
    )  # fmt: skip
    interests = forms.CharField(
        label=gettext_lazy("Interests"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("What it stands to gain or lose by what it says."),
    )  # fmt: skip
    note = forms.CharField(
        label=gettext_lazy("Note"), max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Sources are shared: note and grades are read in every case that cites the source."),
    )  # fmt: skip

    def __init__(self, user: User, data: Any = None, *, source: Source | None = None) -> None:
        super().__init__(data, initial=self._begun(source, user) if source else {})
        self.user, self.source = user, source

    @staticmethod
    def _begun(source: Source, user: User) -> dict[str, Any]:
        above = source.belongings(user)
        return initial_of(source, KNOWN) | {"belongs_to": with_key(above[0]) if above else ""}

    @property
    def known(self) -> list[str]:
        """Names to propose for what it belongs to: the first of those that the person sees."""
        listed = Source.objects.visible_to(self.user).listed().order_by("name", "pk")
        return [with_key(one) for one in listed.only("name")[:OFFERED]]

    def clean_aliases(self) -> str:
        """One name a line, each once."""
        lines = (" ".join(line.split()) for line in self.cleaned_data["aliases"].splitlines())
        names = list(dict.fromkeys(filter(None, lines)))
        if long := next((name for name in names if len(name) > 200), None):
            raise ValidationError(
                _("“%(name)s…” is longer than a name may be: 200 characters. Put each name on a line of its own.")
                % {"name": long[:40]}
            )
        return "\n".join(names)

    def clean_belongs_to(self) -> Source | None:
        """The source that was named; one that the person does not see stays."""
        typed = self.cleaned_data["belongs_to"].strip()
        if typed:
            return of_name(typed, self.user)
        above = self.source.belongs_to if self.source is not None else None
        if above is not None and not Source.objects.visible_to(self.user).filter(pk=above.pk).exists():
            return above
        return None


class NewSourceForm(SourceForm):
    """Who speaks, and in which of the person's cases that is known."""

    cursor = "case"

    case = forms.ModelChoiceField(
        label=gettext_lazy("Known in"), queryset=Case.objects.none(), empty_label=None,
        help_text=gettext_lazy("The source is seen by the people of this case; others see it once their case cites "
                               "it."),
    )  # fmt: skip
    anyway = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)
    field_order = ["case"]

    def __init__(self, user: User, data: Any = None) -> None:
        super().__init__(user, data)
        cases = Case.objects.visible_to(user).filter(role__in=[Role.ANALYST, Role.EDITOR])
        self.fields["case"].queryset = cases.order_by("title", "pk")  # type: ignore[attr-defined]
        self.alike: list[Source] = []

    def clean(self) -> dict[str, Any]:
        """What was typed. Whoever bears one of these names already is shown first, once."""
        typed = super().clean()
        names = [typed.get("name") or "", *(typed.get("aliases") or "").splitlines()][:20]
        meant = (typed.pop("anyway", None) or "").split()  # the keys of those that were shown
        found = {source.pk: source for name in names if name for source in called(name, self.user)}
        self.alike = list(found.values())[:PROPOSED]
        once = self.key(self.user)
        made = once and Source.objects.filter(once=once).exists()  # asked last: it may have come in meanwhile
        if not made and any(str(source.pk) not in meant for source in self.alike):
            self.add_error(
                "name",
                _("There is “%(name)s” already: use it, or add this one all the same.") % {"name": self.alike[0]},
            )
        return typed


class GradeForm(WorkForm):
    """How far a source is to be relied on, and why."""

    letter = forms.ChoiceField(label=gettext_lazy("Reliability"), choices=Reliability, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("What it rests on. It is read in every case that cites the source; earlier grades are "
                               "kept."),
        error_messages={"required": gettext_lazy("Say why this grade: it will be asked.")},
    )  # fmt: skip


class MergeForm(WorkForm):
    """Which of two sources is kept, and why they are one."""

    other = forms.CharField(widget=forms.HiddenInput)
    keep = forms.ChoiceField(
        label=gettext_lazy("Which one is kept"), widget=forms.RadioSelect,
        help_text=gettext_lazy("Exhibits of the other, its members and its names go to this one. Nothing is lost, and "
                               "it can be undone."),
        error_messages={"required": gettext_lazy("Choose which of the two is kept.")},
    )  # fmt: skip
    reason = forms.CharField(
        label=gettext_lazy("What shows that the two are one"), max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Say what shows that the two are one: it will be asked.")},
    )  # fmt: skip

    def __init__(self, source: Source, other: Source, data: Any = None) -> None:
        super().__init__(data, initial={"other": other.pk})
        self.fields["keep"].choices = [(str(one.pk), with_key(one)) for one in (source, other)]  # type: ignore[attr-defined]


class SourceFilters(PlainWords, forms.Form):
    """Which sources a list shows; it stands in the address."""

    name = forms.CharField(label=gettext_lazy("Name begins with"), max_length=200, required=False)
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), choices=[("", gettext_lazy("Any kind")), *Source.Kind.choices], required=False
    )
    reliability = forms.ChoiceField(
        label=gettext_lazy("Reliability"), required=False,
        choices=[("", gettext_lazy("Any reliability")), *Reliability.choices, ("none", gettext_lazy("Not graded"))],
    )  # fmt: skip
    after = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)
