"""Figures in running text: how many, how much, how large, how old, what share, and when."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from claims.text.dates import TRIGGERS as DATE_TRIGGERS
from claims.text.dates import Timed, dates, may_hold
from claims.text.measures import Measured, counted_things, measured
from claims.text.numbers import SCALES, WEAK, WORDS, Number, numbers
from claims.text.ranges import bound_after, bound_before, joined

__all__ = ["Figure", "figures"]


class Figure(NamedTuple):
    """A figure and where it stands; ``low`` and ``high`` are equal where one number is said, None on an open side.

    ``kind`` is number, ordinal, percent, share, money, dimension, age, temperature, or date, time, duration, repeat.
    ``unit`` is the unit of measure or the code of the money, ``counted`` the words for what is counted. For dates,
    ``timex`` is their TIMEX3 name, ``begins`` and ``ends`` the first and the last day, where they are known.
    """

    start: int
    end: int
    kind: str
    low: Decimal | None = None
    high: Decimal | None = None
    unit: str = ""
    approximate: bool = False
    counted: str = ""
    timex: str = ""
    begins: date | None = None
    ends: date | None = None


# Without a day to count from, relative dates are read from here and their days left out.
NO_DAY = date(2000, 1, 3)
WORD = re.compile(r"[a-z]+", re.ASCII)
DIGIT = re.compile(r"[\d½¼¾⅓⅔]", re.ASCII)
TRIGGERS = frozenset(word for word, (sort, _) in WORDS.items() if sort not in WEAK) | {
    "nearly", "almost", "virtually", "practically", "majority", "most", "tens", "scores"}  # fmt: skip
TENS_OF = re.compile(
    r"\b(?P<first>tens|dozens|scores|hundreds|thousands|millions|billions)(?:\s+of\s+(?P<second>thousands|millions|billions))?\b",
    re.IGNORECASE,
)
VAGUE = {
    "tens": 10,
    "dozens": 12,
    "scores": 20,
    "hundreds": 100,
    "thousands": 10**3,
    "millions": 10**6,
    "billions": 10**9,
}
SHARES = re.compile(
    r"\b(?:(?P<all>(?:nearly|almost|virtually|practically)\s+(?:all|every)\b)|(?P<most>most\s+of|(?:a|the)\s+majority\s+of))",
    re.IGNORECASE,
)
ABOUT = re.compile(
    r"\b(?:about|around|some|roughly|approximately|nearly|almost|an\sestimated|estimated|circa|ca\.|close\sto|just\sover|"
    r"just\sunder|more\sor\sless|in\sthe\sregion\sof|a\sreported|well\sover)\s+(?:the\s+)?$",
    re.IGNORECASE,
)
LINK = re.compile(r"\b(?:[a-z][a-z0-9+.-]{0,20}://|www\.)\S+", re.IGNORECASE)
VAGUELY = re.compile(r"(?:a\s)?(?:few|several|couple|some)\b", re.IGNORECASE)
FAR = 40
BETWEEN = re.compile(r"\bbetween\s+\Z", re.IGNORECASE)
AND = re.compile(r"\s+and\s+", re.IGNORECASE)
# What has changed from one number to another never was between the two.
CHANGED = re.compile(
    r"\b(?:r(?:ise[sn]?|ising|ose)|gr(?:ow[ns]?|owing|ew)|f(?:all(?:s|en|ing)?|ell)|increas(?:e[sd]?|ing)|"
    r"decreas(?:e[sd]?|ing)|declin(?:e[sd]?|ing)|dropp?(?:s|ed|ing)?|climb(?:s|ed|ing)?|up|down|cut|"
    r"(?:rais|reduc|doubl|tripl|chang)(?:e[sd]?|ing)|went|gone|shr[aiu]nk)\b[^.;:]{0,30}\bfrom\Z",
    re.IGNORECASE,
)
OLD = re.compile(r"[\s-](?:old|of\sage)\b")
NOT_A_COUNT = re.compile(r"\b(?:this|that|which|the|no|each|every|any|another|some|first)\s+$", re.IGNORECASE)
COUNTED = re.compile(r"\d(?:[\d.]|,(?=\d{3}))*|[a-z]+", re.ASCII)
TELLING = TRIGGERS | DATE_TRIGGERS
SORTS = {
    "date": "date", "span": "date", "moment": "date", "moments": "date", "dayp": "date", "bare_span": "date",
    "clock": "time", "hours": "time", "length": "duration", "repeat": "repeat",
}  # fmt: skip


def figures(text: str, today: date | None = None) -> list[Figure]:
    """Every figure of the text, in order, none within another; relative dates are counted from ``today``."""
    words = frozenset(WORD.findall(text.lower()))
    found = list(timed(text, today)) if may_hold(text, words) else []
    if not TRIGGERS.isdisjoint(words) or DIGIT.search(text):
        taken = [(figure.start, figure.end) for figure in found]
        found += free(amounts(text, taken), taken)
    return sorted(found)


def density(text: str) -> int:
    """How many figures and words for figures or dates stand in the text, before any is read: quick."""
    words = [word for word in COUNTED.findall(text.lower()) if word[0].isdigit() or word in TELLING]
    return len(words)


def free(candidates: Iterator[Figure], taken: Sequence[tuple[int, int]]) -> Iterator[Figure]:
    """Those that overlap nothing that was found before them."""
    places = iter(sorted(taken))
    place = next(places, None)
    reached = 0
    for figure in candidates:
        while place is not None and place[1] <= figure.start:
            place = next(places, None)
        if figure.start >= reached and (place is None or figure.end <= place[0]):
            yield figure
            reached = figure.end


def timed(text: str, today: date | None) -> Iterator[Figure]:
    now = datetime.combine(today or NO_DAY, datetime.min.time())
    for found in dates(text, now, bare=False):
        if found.sort == "length" and (OLD.match(text, found.end) or text[found.start] in "aA"):
            continue  # An age, or a rate: so many a day.
        begins = found.begin and found.begin.date()
        ends = last_day(found)
        low = high = None
        unit = timex = ""
        if found.length is not None:
            (code, number), *rest = found.length.amounts
            if not rest:
                low = high = Decimal(number.numerator) / Decimal(number.denominator)
                unit = NAMES_OF_UNITS.get(code, "")
        hangs = found.floating or (found.timex.lstrip("(").startswith("XXXX"))
        if today is None and hangs:
            begins = ends = None
        timex = "" if today is None and found.floating else found.timex
        yield Figure(found.start, found.end, SORTS[found.sort], low, high, unit, False, "", timex, begins, ends)


NAMES_OF_UNITS = {"s": "second", "M": "minute", "h": "hour", "D": "day", "W": "week", "m": "month", "Q": "quarter",
                  "Y": "year", "X": "decade", "C": "century", "F": "fortnight", "E": "weekend", "N": "night",
                  "B": "weekday"}  # fmt: skip


def last_day(found: Timed) -> date | None:
    """The last day of what lasts up to a moment."""
    if found.until is None:
        return None
    inclusive = found.sort in ("date", "span") and (found.begin is None or found.until > found.begin)
    # Nothing comes before the first day of the calendar.
    return date.fromordinal(max(1, found.until.toordinal() - inclusive))


def amounts(text: str, taken: Sequence[tuple[int, int]]) -> Iterator[Figure]:
    """The figures that are no dates: numbers with their units, their bounds and what they count."""
    found = free_numbers(text, taken)
    worded = [share(text, match) for match in SHARES.finditer(text)]
    worded += [tens_of(text, match) for match in TENS_OF.finditer(text)]
    closed = [(figure.start, figure.end) for figure in worded]
    yield from sorted([*worded, *read_all(text, outside(found, closed))])


def free_numbers(text: str, taken: Sequence[tuple[int, int]]) -> list[Number]:
    """The numbers outside dates and addresses."""
    links = [match.span() for match in LINK.finditer(text)] if "://" in text or "www." in text else []
    return outside(numbers(text), sorted([*taken, *links]))


def outside(candidates: Sequence[Number], closed: Sequence[tuple[int, int]]) -> list[Number]:
    """The numbers that overlap none of these stretches, which come in order."""
    found, position = [], 0
    for number in candidates:
        while position < len(closed) and closed[position][1] <= number.start:
            position += 1
        if position == len(closed) or number.end <= closed[position][0]:
            found.append(number)
    return found


def share(text: str, match: re.Match[str]) -> Figure:
    low = Decimal("0.5") if match["most"] else None
    return Figure(
        match.start(), match.end(), "share", low, Decimal(1), "share", True, counted_things(text, match.end())
    )


def read_all(text: str, found: Sequence[Number]) -> Iterator[Figure]:
    at = floor = 0
    while at < len(found):
        figure, used = read_one(text, found, at, floor)
        if figure is not None:
            yield figure
            floor = figure.end
        at += used


def read_one(text: str, found: Sequence[Number], at: int, floor: int) -> tuple[Figure | None, int]:
    """The figure that begins with this number, and how many numbers it took."""
    number = found[at]
    if number.ordinal:
        value = number.value
        return Figure(number.start, number.end, "ordinal", value, value, counted="") if number.end else None, 1
    start = joined(text, number, found[at + 1]) if at + 1 < len(found) else None
    changed = start is not None and CHANGED.search(text, max(0, start - FAR), start + len("from")) is not None
    if start is not None and not changed:
        pair = range_of(text, found, at, max(floor, start), floor)
        if pair is not None:
            return pair
    one = measured(text, found, at, floor)
    if one is None:
        if not is_count(text, number):
            return None, 1
        kind = "share" if number.in_words and abs(number.value) < 1 else "number"
        one = Measured(number.start, number.end, kind, number.value, "share" if kind == "share" else "")
    figure = bounded(text, one, one.value, one.value, floor)
    if changed and not figure.unit and not figure.counted:
        figure = figure._replace(counted=counted_things(text, found[at + 1].end))
    return between(text, found, at, one) or (figure, one.used)


def between(text: str, found: Sequence[Number], at: int, one: Measured) -> tuple[Figure, int] | None:
    """A range whose ends both name their unit: between €2 million and €3 million."""
    led = BETWEEN.search(text, max(0, one.start - FAR), one.start)
    if led is None or at + one.used >= len(found):
        return None
    other = measured(text, found, at + one.used, one.end)
    if other is None or (other.kind, other.unit) != (one.kind, one.unit) or other.value < one.value:
        return None
    if not AND.fullmatch(text, one.end, other.start):
        return None
    counted = counted_things(text, other.end) if one.unit in ("percent", "share") else ""
    approximate = is_about(text, led.start())
    whole = Figure(led.start(), other.end, one.kind, one.value, other.value, one.unit, approximate, counted)
    return whole, one.used + other.used


def is_count(text: str, number: Number) -> bool:
    """Not the pronoun "one", nor a figure that is part of a name, such as T-72 or 24b."""
    if number.in_words:
        word = text[number.start : number.end].lower()
        return word not in ("one", "second", "point", "quarter") or (
            word == "one" and not NOT_A_COUNT.search(text[max(0, number.start - 10) : number.start])
            and bool(counted_things(text, number.end)))  # fmt: skip
    before, after = text[max(0, number.start - 2) : number.start], text[number.end : number.end + 1]
    named = (before[-1:] == "-" and before[:1].isalpha()) or before[-1:] in tuple("#_/.:")
    return not (named or after.isalpha() or after == "_")


def range_of(text: str, found: Sequence[Number], at: int, start: int, floor: int) -> tuple[Figure, int] | None:
    """A range of two numbers; what is said of the second holds for the first: 3 to 4 million, 5-10 percent."""
    one, other = found[at], found[at + 1]
    if other.ordinal or one.start > start + 8:
        return None
    last = measured(text, found, at + 1, one.end)
    first = measured(text, found, at, floor)
    low, high = one.value, last.value if last else other.value
    scale = scale_of(text, other)
    if scale > 1 and low < other.value / scale and scale_of(text, one) == 1 and low < 1000:
        low *= scale
    kind, unit = (last.kind, last.unit) if last else (first.kind, first.unit) if first else ("number", "")
    if low > high or (last is None and first is None and not (is_count(text, one) and is_count(text, other))):
        return None
    begin = min(start, first.start if first else start)
    end = last.end if last else other.end
    counted = "" if unit else counted_things(text, end)
    return Figure(begin, end, kind, low, high, unit, is_about(text, begin), counted), 1 + (last.used if last else 1)


def scale_of(text: str, number: Number) -> int:
    word = re.search(r"[a-z]+$", text[number.start : number.end].lower())
    return SCALES.get(word[0].removesuffix("s"), 100 if word[0] == "hundred" else 1) if word else 1


def tens_of(text: str, match: re.Match[str]) -> Figure:
    """Dozens, tens of thousands: at least two of them."""
    low = Decimal(2 * VAGUE[match["first"].lower()] * VAGUE.get((match["second"] or "").lower(), 1))
    return Figure(match.start(), match.end(), "number", low, None, "", True, counted_things(text, match.end()))


def bounded(text: str, one: Measured, low: Decimal, high: Decimal, floor: int) -> Figure:
    """The figure with what the words before and behind it say: at least, up to, or more, about."""
    start, end = one.start, one.end
    bound = bound_before(text, start) or bound_after(text, end)
    ends: tuple[Decimal | None, Decimal | None] = (low, high)
    if bound is not None and bound.start >= floor:
        start, end = min(start, bound.start), max(end, bound.end if bound.start >= end else end)
        ends = {"from": (low, None), "above": (low, None), "upto": (None, high), "below": (None, high)}.get(
            bound.side, ends
        )
    counted = "" if one.unit not in ("", "percent", "share") else counted_things(text, end)
    return Figure(start, end, one.kind, *ends, one.unit, is_about(text, start), counted)


def is_about(text: str, start: int) -> bool:
    return ABOUT.search(text[max(0, start - 24) : start]) is not None or VAGUELY.match(text, start) is not None
