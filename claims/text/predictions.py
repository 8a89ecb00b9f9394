"""Figures of one kind, in the form in which published test sets expect them."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from claims.text.dates import Timed, dates
from claims.text.figures import LINK, NO_DAY
from claims.text.measures import every
from claims.text.numbers import Number, numbers
from claims.text.ranges import number_ranges, shown

Spans = list[dict[str, Any]]
KINDS = ("number", "ordinal", "percent", "number_range", "currency", "dimension", "age", "temperature", "datetime")
MEASURES = {
    "percent": "percent",
    "currency": "money",
    "dimension": "dimension",
    "age": "age",
    "temperature": "temperature",
}
# Places in a row that are not counted from its beginning: how far from the end, or from where one stands.
PLACES = {
    "antepenultimate": "end-2", "penultimate": "end-1", "the last but one": "end-1", "next to last": "end-1",
    "the second to last": "end-1", "the one before the last": "end-1", "the third to last": "end-2",
    "last": "end+0", "next": "current+1", "previous": "current-1", "current one": "current+0", "current": "current+0",
}  # fmt: skip
PLACE = re.compile(r"\b(?:" + "|".join(sorted(PLACES, key=len, reverse=True)) + r")\b", re.IGNORECASE)
PRONOUN = re.compile(r"\b(?:this|that|which|the|no|each|every|any|another)\s+$", re.IGNORECASE)


def predict(text: str, kind: str, reference: str | datetime | None = None) -> Spans:
    """The figures of one kind: ``start``, ``end`` and ``value``, ``unit`` or ``timex``.

    ``kind`` is one of KINDS; ``reference`` the moment relative dates are counted from, as a datetime or ISO text.
    Raises ValueError for another kind.
    """
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is none of the kinds: {', '.join(KINDS)}.")
    if kind == "datetime":
        now = datetime.fromisoformat(reference) if isinstance(reference, str) else reference
        moment = now or datetime.combine(NO_DAY, datetime.min.time())
        return [timed(found) for found in dates(text, moment.replace(tzinfo=None))]
    if "://" in text:
        text = LINK.sub(lambda link: "x" * len(link[0]), text)
    found = numbers(text)
    if kind in MEASURES:
        sign = "%" if kind == "percent" else ""
        return [
            {"start": one.start, "end": one.end, "value": shown(one.value) + sign, "unit": one.unit}
            for one in every(text, found, MEASURES[kind])
        ]
    return OTHERS[kind](text, found)


def plain(text: str, found: list[Number]) -> Spans:
    return [span(number) for number in found if not number.ordinal and stands_alone(text, number)]


def stands_alone(text: str, number: Number) -> bool:
    """Not a part of a word, nor the pronoun "one"."""
    if number.in_words:
        one = text[number.start : number.end].lower() == "one"
        return not (one and PRONOUN.search(text[max(0, number.start - 9) : number.start]))
    return not text[number.end : number.end + 1].isalpha()


def places(text: str, found: list[Number]) -> Spans:
    relative = [
        {"start": match.start(), "end": match.end(), "value": PLACES[match[0].lower()]}
        for match in PLACE.finditer(text)
    ]
    counted = [span(number) for number in found if number.ordinal]
    free = [
        one for one in counted if not any(two["start"] < one["end"] and one["start"] < two["end"] for two in relative)
    ]
    return sorted(relative + free, key=lambda one: int(one["start"]))


def ranges(text: str, found: list[Number]) -> Spans:
    return [{"start": start, "end": end, "value": value} for start, end, value in number_ranges(text, found)]


OTHERS: dict[str, Callable[[str, list[Number]], Spans]] = {"number": plain, "ordinal": places, "number_range": ranges}


def span(number: Number) -> dict[str, Any]:
    return {"start": number.start, "end": number.end, "value": shown(number.value)}


def timed(found: Timed) -> dict[str, Any]:
    """A date with its TIMEX3 name, and as value the day or moment where it begins, or ends if its beginning is open."""
    span: dict[str, Any] = {"start": found.start, "end": found.end, "timex": found.timex}
    at = found.begin or found.until
    if at is not None:
        span["value"] = at.isoformat(" ") if found.sort in ("moment", "moments", "dayp") else at.date().isoformat()
    if found.length is not None:
        span["value"] = f"{float(found.length.seconds):.15g}"
    if found.hours is not None:
        seconds = found.hours.begin if found.hours.begin is not None else found.hours.end or 0
        span["value"] = f"{seconds // 3600 % 24:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return span
