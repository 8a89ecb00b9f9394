"""What may be typed about a claim: what it says, who said it, and its figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.forms.fields import WorkForm, initial_of
from claims.forms.names import refuse_names
from claims.loading.reading import LONGEST_PASSAGE
from claims.models import Attribution, Claim, Kind, Passage, Quantity, Refused, User
from claims.text.attribution import rungs
from claims.text.kinds import likely_kind
from claims.text.normalising import Unreadable, clean, without_turns
from claims.text.quotations import around, find
from claims.text.sentences import sentences

TYPED = ["statement", "kind", "as_of", "resolves_on", "review_by"]
RUNG = ["speaker", "verb", "hedged", "basis"]
FIGURE = ["measure", "low", "high", "unit", "entity"]
RUNGS, FIGURES = 3, 2


class FigureField(forms.DecimalField):
    """A figure as people write it, with or without separators: 150,000 or 150 000."""

    widget = forms.TextInput(attrs={"inputmode": "decimal"})

    def to_python(self, value: Any) -> Any:
        """The figure; ValidationError where it is none."""
        if isinstance(value, str):
            value = "".join(value.replace(",", "").split())
        return super().to_python(value)

    def prepare_value(self, value: Any) -> Any:
        """A stored figure without the noughts behind its point."""
        return f"{value.normalize():,f}" if isinstance(value, Decimal) else value


@dataclass
class Row:
    """One rung or one figure in the form: its fields, and whether something stands in them."""

    fields: list[BoundField]
    filled: bool


@dataclass
class Group:
    """Rows of one kind, folded away while they are empty."""

    title: str
    another: str
    rows: list[Row]
    empty: str = ""
    asked: bool = False

    @property
    def filled(self) -> bool:
        """Whether something stands in one of them."""
        return any(row.filled for row in self.rows)

    @property
    def open(self) -> bool:
        """Whether they are in sight: something stands in one, or is to be asked for."""
        return self.asked or self.filled

    @property
    def summary(self) -> str:
        """What the rows are about, and that nothing is given yet."""
        return self.title if self.filled else self.empty or self.title


class ClaimForm(WorkForm):
    """Makes a claim from the words of a passage, or revises one.

    A rung or a figure that is left empty is skipped. `words` narrows the passage to some of its words.
    """

    statement = forms.CharField(
        label=gettext_lazy("The claim"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        help_text=gettext_lazy("One assertion, in one sentence that can be understood by itself."),
    )  # fmt: skip
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Kind.choices)
    as_of = forms.DateField(
        label=gettext_lazy("As of"), required=False, help_text=gettext_lazy("The day it speaks of.")
    )
    resolves_on = forms.DateField(
        label=gettext_lazy("Resolves on"), required=False,
        help_text=gettext_lazy("When a plan or forecast will have come true or not."),
    )  # fmt: skip
    review_by = forms.DateField(
        label=gettext_lazy("Review by"), required=False, help_text=gettext_lazy("When to look at it again.")
    )

    def __init__(self, data: Any = None, *, claim: Claim | None = None, passage: Passage | None = None) -> None:
        said = list(claim.attributions.all()) if claim else []
        counted = list(claim.quantities.all()) if claim else []
        initial: dict[str, Any] = initial_of(claim, TYPED) if claim else {}
        if passage is not None:
            words = " ".join(passage.exact.split())
            initial |= {"statement": without_turns(words)[:1000], "kind": likely_kind(words), "words": passage.exact}
        super().__init__(data, initial=initial)
        self.claim, self.passage, self.counted = claim, passage, counted
        self.rung_count, self.figure_count = max(RUNGS, len(said)), max(FIGURES, len(counted))
        if passage is not None:
            self.fields["statement"].widget.attrs["autofocus"] = True
            self.fields["words"] = forms.CharField(
                label=_("The exact words"), required=False, widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
                help_text=_("Leave out words at either end; the others must stand in the passage as they are."),
            )  # fmt: skip
        for n in range(self.rung_count):
            self._add_rung(n + 1, said[n] if n < len(said) else None)
        for n in range(self.figure_count):
            self._add_figure(n + 1, counted[n] if n < len(counted) else None)

    def _add_rung(self, n: int, rung: Attribution | None) -> None:
        rung_fields: dict[str, forms.Field] = {
            f"speaker_{n}": forms.CharField(label=_("Speaker"), max_length=200, required=False),
            f"verb_{n}": forms.CharField(label=_("Verb as printed"), max_length=80, required=False),
            f"hedged_{n}": forms.BooleanField(label=_("Hedged"), required=False),
            f"basis_{n}": forms.ChoiceField(label=_("Basis"), choices=Attribution.Basis.choices, required=False),
        }
        self.fields.update(rung_fields)
        if rung is not None:
            self.initial.update({f"{name}_{n}": getattr(rung, name) for name in RUNG})

    def _add_figure(self, n: int, figure: Quantity | None) -> None:
        figure_fields: dict[str, forms.Field] = {
            f"measure_{n}": forms.CharField(label=_("Measure"), max_length=100, required=False),
            f"low_{n}": FigureField(label=_("Low"), max_digits=20, decimal_places=4, required=False),
            f"high_{n}": FigureField(label=_("High"), max_digits=20, decimal_places=4, required=False),
            f"unit_{n}": forms.CharField(label=_("Unit"), max_length=60, required=False),
            f"entity_{n}": forms.CharField(label=_("Of whom or what"), max_length=200, required=False),
        }
        self.fields.update(figure_fields)
        if figure is not None:
            self.initial.update({f"{name}_{n}": getattr(figure, name) for name in FIGURE})

    @property
    def groups(self) -> list[Group]:
        """The chain of who told whom, and the typed figures."""
        chain = [self._row(RUNG, "speaker", n + 1) for n in range(self.rung_count)]
        figures = [self._row(FIGURE, "measure", n + 1) for n in range(self.figure_count)]
        return [
            Group(
                _("Who said it"), _("Who told it to whom next"), chain, _("Who said it, and how: nobody named yet"),
                asked=self.passage is not None and tells_of_speech(self.passage),
            ),
            Group(_("Figures"), _("Another figure"), figures),
        ]  # fmt: skip

    def _row(self, names: list[str], main: str, n: int) -> Row:
        fields = [self[f"{name}_{n}"] for name in names]
        return Row(fields, bool(self[f"{main}_{n}"].value()) or any(field.errors for field in fields))

    @property
    def words_open(self) -> bool:
        """Whether the words must be in sight: something is wrong with them."""
        return "words" in self.errors

    @property
    def dates_open(self) -> bool:
        """Whether the dates must be in sight: one is set, or wrong."""
        return any(self[name].value() or name in self.errors for name in TYPED[2:])

    def clean(self) -> dict[str, Any]:
        """What one field alone cannot say."""
        given = super().clean() or self.cleaned_data
        for n in range(1, self.rung_count + 1):
            if not given.get(f"speaker_{n}") and (given.get(f"verb_{n}") or given.get(f"hedged_{n}")):
                self._refuse(f"speaker_{n}", _("Name who said it, or empty the whole row."))
        for n in range(1, self.figure_count + 1):
            self._check_figure(n, given)
        case = self.claim.case if self.claim else self.passage.document.case if self.passage else None
        if case is not None:
            refuse_names(self, case, ["statement"])
        return given

    def _check_figure(self, n: int, given: dict[str, Any]) -> None:
        low, high = given.get(f"low_{n}"), given.get(f"high_{n}")
        rest = [given.get(f"{name}_{n}") for name in ("unit", "entity")]
        if not given.get(f"measure_{n}"):
            if low is not None or high is not None or any(rest):
                self._refuse(f"measure_{n}", _("Say what is counted, or empty the whole row."))
        elif low is None and high is None:
            self._refuse(f"low_{n}", _("Give at least one of low and high."))
        if low is not None and high is not None and low > high:
            self._refuse(f"low_{n}", _("Low is above high."))

    def _refuse(self, name: str, sentence: str) -> None:
        if not self.has_error(name):
            self.add_error(name, sentence)

    def clean_words(self) -> str:
        """The words, as they would stand in the text."""
        try:
            words = clean(self.cleaned_data["words"]).strip()
        except Unreadable:
            return ""
        if self.passage is not None and words and find(self.passage.exact, words) is None:
            raise ValidationError(
                _("These words stand not at all, or more than once, in the passage. Copy them from it.")
            )
        return words

    @property
    def said(self) -> list[dict[str, Any]]:
        """The rungs that were filled in, in order."""
        rows = self._filled(RUNG, "speaker", self.rung_count)
        return [row | {"basis": row["basis"] or Attribution.Basis.ON_RECORD} for _n, row in rows]

    @property
    def typed_figures(self) -> list[dict[str, Any]]:
        """The figures that were filled in, in order; place and day stay with their row."""
        rows = []
        for n, row in self._filled(FIGURE, "measure", self.figure_count):
            stands = self.counted[n - 1] if n <= len(self.counted) else Quantity()
            rows.append(row | {"place": stands.place, "as_of": stands.as_of})
        return rows

    def _filled(self, names: list[str], main: str, count: int) -> list[tuple[int, dict[str, Any]]]:
        given = self.cleaned_data
        rows = [(n, {name: given.get(f"{name}_{n}") for name in names}) for n in range(1, count + 1)]
        return [(n, row) for n, row in rows if row[main]]

    def make(self, by: User) -> Claim | None:
        """The new claim, standing in its passage; None where errors stand in the form."""
        if not self.is_valid() or self.passage is None:
            return None
        passage = self.passage
        return self.attempt(lambda: self._make(passage, by))

    def _make(self, passage: Passage, by: User) -> Claim:
        words = self.cleaned_data["words"]
        span = find(passage.exact, words) if words else None
        if span is not None:
            passage = Passage.of(passage.document, passage.start + span.start, passage.start + span.end)
        if passage.end - passage.start > LONGEST_PASSAGE:
            raise Refused(_("These are too many words for one assertion. Leave out what is not part of it."), "words")
        return Claim.make(
            passage.document.case, by=by, passage=passage, attributions=self.said, quantities=self.typed_figures,
            once=self.key(by), **self._typed(),
        )  # fmt: skip

    def revise(self, by: User) -> Claim | None:
        """The revised claim; None where errors stand in the form, or the record moved on meanwhile."""
        claim = self.claim
        if not self.is_valid() or claim is None:
            return None
        return self.attempt(
            lambda: claim.revise(
                by=by, expect=self.seen_version, attributions=self.said, quantities=self.typed_figures,
                **self._typed(),
            )
        )  # fmt: skip

    def _typed(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in TYPED}

    def conflicting(self) -> list[tuple[str, Any, Any]]:
        """(label, what stands now, what was typed) of each part in which the two differ."""
        rows = super().conflicting()
        stands = self.conflict
        if isinstance(stands, Claim):
            said = _chain(stands.attributions.values(*RUNG)), _chain(self.said)
            counted = _sums(list(stands.quantities.all())), _sums([Quantity(**row) for row in self.typed_figures])
            for label, (now, typed) in ((_("Who said it"), said), (_("Figures"), counted)):
                if now != typed:
                    rows.append((label, now, typed))
        return rows


def tells_of_speech(passage: Passage) -> bool:
    """Whether a sentence in which the passage stands says who said something."""
    before, after = around(passage.document.text, passage.start, passage.end, width=1000)
    near, start = before + passage.exact + after, len(before)
    end = start + len(passage.exact)
    return any(rungs(near[at.start : at.end]) for at in sentences(near) if at.start < end and start < at.end)


def _chain(rungs: Any) -> str:
    rows = []
    for rung in rungs:
        hedged = _("hedged") if rung["hedged"] else ""
        details = [rung["verb"], hedged, str(Attribution.Basis(rung["basis"]).label)]
        rows.append(f"{rung['speaker']} ({', '.join(filter(None, details))})")
    return "\n→ ".join(rows)


def _sums(figures: Sequence[Quantity]) -> str:
    return "\n".join(f"{figure} {figure.entity}".strip() for figure in figures)
