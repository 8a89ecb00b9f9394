"""The days that an assertion tells of: by when a plan is to come true, and on which day something was so."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from claims.text.assertions import Assertion, is_ahead
from claims.text.figures import Figure

AHEAD = frozenset({"plan", "forecast"})
PRESENT = frozenset({"quantity", "state", "event"})
YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)", re.ASCII)
DAYS_OF_A_MONTH = 31


def resolves_on(text: str, found: Assertion, today: date | None = None) -> date | None:
    """The last day by which a plan or a forecast will have come true or not: 31 December 2030 for "by 2030"."""
    if found.kind not in AHEAD:
        return None
    told = list(dates_told(text, found, today))
    set_for = [each for each in told if is_ahead(text[found.sentence.start : each.end], within(found, each))] or told
    last = max((each.ends for each in set_for if each.ends is not None), default=None)
    return None if last is None or (today is not None and last < today) else last


def as_of(text: str, found: Assertion, today: date | None = None) -> date | None:
    """The day of which a figure, a state or an event is told, or the last one of its month, where only one is named."""
    if found.kind not in PRESENT:
        return None
    days = {day for each in dates_told(text, found, today) if (day := day_past(each, today)) is not None}
    return days.pop() if len(days) == 1 else None


def dates_told(text: str, found: Assertion, today: date | None) -> Iterator[Figure]:
    """The dates of what is asserted, not of who told it; without a ``today`` those alone that print their year."""
    start = found.sentence.start
    for each in found.figures:
        if each.kind != "date" or any(start + rung.start <= each.start < start + rung.end for rung in found.rungs):
            continue
        if today is not None or YEAR.search(text, each.start, each.end):
            yield each


def within(found: Assertion, figure: Figure) -> Figure:
    """The figure as it stands in its sentence."""
    start = found.sentence.start
    return figure._replace(start=figure.start - start, end=figure.end - start)


def day_past(figure: Figure, today: date | None) -> date | None:
    """The last day of a day, a week or a month that is told of; without its year, the last such one up to ``today``."""
    begins, ends = figure.begins, figure.ends
    if begins is None or ends is None or (ends - begins).days >= DAYS_OF_A_MONTH:
        return None
    if today is None or begins <= today:
        return ends if today is None else min(ends, today)
    if "XXXX" not in figure.timex:
        return ends
    try:
        # Read as the next one: the one before that is the last.
        last = ends - timedelta(days=7) if "WXX" in figure.timex else ends.replace(year=ends.year - 1)
    except ValueError:
        return None  # 29 February comes only every fourth year.
    return last if last <= today else None
