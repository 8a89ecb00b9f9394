"""What people may type about competing hypotheses: one more of them, and how the evidence goes with them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django import forms
from django.http import QueryDict
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from claims.forms.fields import WorkForm
from claims.models import Claim, Consistency, Hypothesis, User

# The name of a cell, of the numbers of its hypothesis and its evidence; and a mark as the page was sent with it.
CELL = re.compile(r"mark-([1-9]\d{0,3})-([1-9]\d{0,8})", re.ASCII)
SHOWN = re.compile(r"([1-9]\d{0,3})-([1-9]\d{0,8}):([CINA]{1,2})", re.ASCII)

SELECTED = SafeString(" selected")

type Typed = dict[tuple[int, int], str]  # (number of the hypothesis, number of the evidence) → mark


class HypothesisForm(WorkForm):
    """One more hypothesis."""

    statement = forms.CharField(
        label=_("Another hypothesis"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        help_text=_("One sentence of how it could be, such that at most one of the hypotheses is so."),
        error_messages={"required": _("Say in a sentence how it could be.")},
    )

    def put(self, claim: Claim, user: User) -> Hypothesis:
        """Add it to the claim."""
        return Hypothesis.put(claim, by=user, statement=self.values["statement"], once=self.key(user))


def name_of(hypothesis: int, evidence: int) -> str:
    """The name of a cell in the form."""
    return f"mark-{hypothesis}-{evidence}"


def shown_of(marks: Typed) -> str:
    """Marks as the form carries them along, to tell later which of them the person changed."""
    return ",".join(f"{hypothesis}-{evidence}:{value}" for (hypothesis, evidence), value in sorted(marks.items()))


def typed(data: QueryDict) -> Typed:
    """The marks that the person changed: of one cell where the form names it, else of all that differ from those shown.

    So a page that was opened long ago takes nothing back that was marked elsewhere since.
    """
    one = data.get("cell")
    if one is not None:
        return _cells(data, [str(one)])
    shown = {(int(h), int(e)): value for h, e, value in SHOWN.findall(str(data.get("shown", "")))}
    return {cell: value for cell, value in _cells(data, data).items() if value != shown.get(cell, "")}


def _cells(data: QueryDict, names: Iterable[str]) -> Typed:
    found = ((CELL.fullmatch(name), str(data.get(name, ""))) for name in names)
    return {(int(name[1]), int(name[2])): value for name, value in found if name is not None}


def options() -> dict[str, SafeString]:
    """The options of a cell, for each mark that may be chosen in it: they are written once for all cells."""
    choices = [("", "–"), *Consistency.choices]
    written: dict[str, SafeString] = {}
    for chosen, _label in choices:
        rows = ((value, SELECTED if value == chosen else "", label) for value, label in choices)
        written[chosen] = format_html_join("", '<option value="{}"{}>{}</option>', rows)
    return written
