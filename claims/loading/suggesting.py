"""What a text asserts, as suggestions for a person to decide on."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.loading.reading import LONGEST_PASSAGE
from claims.models import Attribution, Quantity, Suggestion
from claims.text.assertions import METHOD, THRESHOLD, Assertion, assertions, entity
from claims.text.attribution import Rung
from claims.text.figures import Figure
from claims.text.told_days import as_of, resolves_on

STRETCH = 100_000  # characters between two signs of how far the reading is
MOST = 5_000  # suggestions of one document
MOST_FIGURES = 10  # of one suggestion
STEP = Decimal("0.0001")  # what a quantity keeps of a fraction
TOO_LARGE = Decimal(10) ** 16
MEASURES = {
    "percent": gettext_lazy("share"),
    "share": gettext_lazy("share"),
    "money": gettext_lazy("sum"),
    "dimension": gettext_lazy("size"),
    "age": gettext_lazy("age"),
    "temperature": gettext_lazy("temperature"),
}


def suggested(
    text: str, progress: Callable[[int], None] | None = None, *, today: date | None = None
) -> list[Suggestion]:
    """What is worth checking in a text, the best first: suggestions that belong to no document yet.

    `progress` hears now and then how many characters are read, and may raise. Days without a year and "last week"
    are counted from `today`, when the text was published; left open without it.
    """
    found = assertions(text, today)
    read = followed(found, progress) if progress else found
    worthy = (each for each in read if each.score >= THRESHOLD and length(each) <= LONGEST_PASSAGE)
    return [suggestion(text, each, today) for each in heapq.nsmallest(MOST, worthy, key=best_first)]


def followed(found: Iterable[Assertion], progress: Callable[[int], None]) -> Iterator[Assertion]:
    """The same, while `progress` hears where the reading is."""
    told = 0
    for each in found:
        if each.sentence.end - told >= STRETCH:
            told = each.sentence.end
            progress(told)
        yield each


def length(found: Assertion) -> int:
    return found.span.end - found.span.start


def best_first(found: Assertion) -> tuple[float, int]:
    return -found.score, found.span.start


def suggestion(text: str, found: Assertion, today: date | None = None) -> Suggestion:
    return Suggestion(
        start=found.span.start, end=found.span.end, kind=found.kind, score=round(found.score, 4), method=METHOD,
        reasons=[reason.code for reason in found.reasons],
        rungs=[as_attribution(rung) for rung in found.rungs],
        figures=[as_quantity(text, figure) for figure in found.quantities if fits(figure)][:MOST_FIGURES],
        as_of=as_of(text, found, today), resolves_on=resolves_on(text, found, today),
    )  # fmt: skip


def as_attribution(rung: Rung) -> dict[str, Any]:
    speaker = " ".join(rung.speaker.split()) or _("Not named")
    verb = " ".join((rung.verb or rung.hedge).split())
    return {"speaker": cut(speaker, Attribution, "speaker"), "verb": cut(verb, Attribution, "verb"),
            "hedged": bool(rung.hedge), "basis": rung.manner}  # fmt: skip


def as_quantity(text: str, figure: Figure) -> dict[str, Any]:
    whose = entity(text, figure)
    measure = str(MEASURES.get(figure.kind, "")) or (_("strength") if whose else figure.counted) or _("number")
    return {
        "measure": cut(" ".join(measure.split()), Quantity, "measure"),
        "low": as_string(figure.low), "high": as_string(figure.high),
        "unit": cut(figure.unit if figure.unit != "share" else "", Quantity, "unit"),
        "entity": cut(" ".join((whose or of_whom(figure)).split()), Quantity, "entity"),
    }  # fmt: skip


def of_whom(figure: Figure) -> str:
    """What a share is a share of, or whatever else is counted together with a unit."""
    return figure.counted if figure.kind in MEASURES else ""


def fits(figure: Figure) -> bool:
    """Whether a quantity can hold the figure."""
    ends = [end for end in (figure.low, figure.high) if end is not None]
    return bool(ends) and all(abs(end) < TOO_LARGE for end in ends) and ends == sorted(ends)


def as_string(value: Decimal | None) -> str | None:
    """A number as a suggestion keeps it: 48000, 7.3."""
    return None if value is None else f"{value.quantize(STEP).normalize():f}"


def cut(words: str, model: type[Attribution] | type[Quantity], name: str) -> str:
    """The words, as far as the field has room."""
    field: Any = model._meta.get_field(name)
    return words[: field.max_length]
