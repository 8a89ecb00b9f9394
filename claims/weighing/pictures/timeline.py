"""When things were: a lane for each kind of day, on one axis of time.

What falls together is drawn as one mark that says how many it stands for; a stroke beneath shows each day at its own
place. What has no day stands in the table alone.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from claims.weighing.pictures.svg import (
    FAINT,
    INK,
    PAPER,
    RULE,
    SOFT,
    STRONG,
    Picture,
    escaped,
    fitted,
    tag,
    wide,
    words,
)

type Spell = Callable[[datetime.date, str], str]  # a day, and whether to spell it as "year", "month" or "day"

WIDTH, LEFT, RIGHT = 680, 168, 48  # the whole; room for the lanes' names; room beside the axis
ROW, TOP, AXIS = 32, 6, 26
APART = 28  # of the middles of two marks in a lane
HALF = 9  # of a mark
TICKS = 6
TOLD = 12  # days of a mark that are told one by one
YEARS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000)
MONTHS = (1, 2, 3, 6)
DAYS = (1, 2, 5, 10, 15)


class Day(NamedTuple):
    """Something that has a day, or None where that is not known; its number or sign, and what it is."""

    day: datetime.date | None
    label: str
    said: str
    look: str = ""


class Lane(NamedTuple):
    """Days of one kind: what they are called, how their marks look, and their shape: circle, square or diamond."""

    name: str
    look: str
    shape: str
    days: Sequence[Day]
    guide: bool = False  # its line runs through all lanes


class Mark(NamedTuple):
    """A mark in its lane: where its middle is, and the days that it stands for."""

    x: float
    days: list[Day]


def timeline(
    lanes: Sequence[Lane], *, title: str, spell: Spell, columns: Sequence[str], undated: str
) -> Picture | None:
    """The lanes under each other; None where fewer than two days are known. The table has when, what, and which."""
    shown = [lane for lane in lanes if any(each.day for each in lane.days)]
    known = sorted(each.day for lane in shown for each in lane.days if each.day)
    if len(known) < 2:
        return None
    axis = _Axis(known[0], known[-1])
    bottom = TOP + len(shown) * ROW
    body = "".join(axis.ticks(bottom, spell))
    # Guides lie under the marks of every lane.
    guides = [each.day for lane in shown if lane.guide for each in lane.days if each.day]
    body += "".join(
        tag("path", d=f"M{axis.at(day):g} {TOP}V{bottom}", class_="guide", stroke=STRONG["own"], fill="none",
            stroke_dasharray="2 4", stroke_width=1.5)
        for day in guides
    )  # fmt: skip
    body += "".join(_lane(n, lane, axis, spell) for n, lane in enumerate(shown))
    rows = [
        [spell(each.day, "day") if each.day else undated, lane.name, each.said]
        for lane, each in sorted(
            ((lane, each) for lane in lanes for each in lane.days),
            key=lambda pair: pair[1].day or datetime.date.max,
        )
    ]
    said = "; ".join(f"{lane.name}: {_days(lane, spell)}" for lane in shown)
    return Picture("timeline", title, said, WIDTH, bottom + AXIS, body, list(columns), rows)


def _days(lane: Lane, spell: Spell) -> str:
    known = sorted(each.day for each in lane.days if each.day)
    first, last = spell(known[0], "day"), spell(known[-1], "day")
    when = first if known[0] == known[-1] else f"{first} – {last}"
    return when if len(known) == 1 else f"{len(known)}, {when}"


class _Axis:
    """From the first day to the last, on the room between the names and the right edge."""

    def __init__(self, first: datetime.date, last: datetime.date) -> None:
        self.first, self.last = first.toordinal(), last.toordinal()
        self.length = WIDTH - LEFT - RIGHT - HALF

    def at(self, day: datetime.date) -> float:
        """Where a day lies."""
        through = (day.toordinal() - self.first) / max(1, self.last - self.first)
        return round(LEFT + HALF + self.length * through, 1)

    def ticks(self, bottom: int, spell: Spell) -> Iterator[str]:
        """The axis, and a line with its words at each round date."""
        yield tag("path", d=f"M{LEFT} {bottom}H{WIDTH - 4}", class_="rule", stroke=RULE, fill="none")
        unit, days = rounded(datetime.date.fromordinal(self.first), datetime.date.fromordinal(self.last))
        taken = float(LEFT) - 20
        for day in days:
            x, label = self.at(day), spell(day, unit)
            half = wide(label, 11) / 2
            yield tag("path", d=f"M{x:g} {TOP}V{bottom + 4}", class_="rule", stroke=RULE, fill="none")
            if x - half >= taken and x + half <= WIDTH:
                yield words(x, bottom + 18, label, anchor="middle", size=11, look="faint", fill=FAINT)
                taken = x + half + 6


def rounded(first: datetime.date, last: datetime.date) -> tuple[str, list[datetime.date]]:
    """Round dates between two days, about TICKS of them, and by which unit they are told: year, month or day."""
    days = (last - first).days
    if days > 366 * 2:
        step = next((step for step in YEARS if (last.year - first.year) / step <= TICKS), YEARS[-1])
        begin = max(math.ceil(first.year / step) * step, 1)
        found = [datetime.date(year, 1, 1) for year in range(begin, last.year + 1, step)]
        return "year", [day for day in found if first <= day <= last]
    if days > 62:
        months = (last.year - first.year) * 12 + last.month - first.month
        step = next((step for step in MONTHS if months / step <= TICKS), 12)
        begin = first.year * 12 + first.month - 1
        named = (n for n in range(begin, begin + months + 1) if n % step == 0)
        return "month", [day for n in named if first <= (day := datetime.date(n // 12, n % 12 + 1, 1)) <= last]
    step = next((step for step in DAYS if days / step <= TICKS), DAYS[-1])
    return "day", [datetime.date.fromordinal(n) for n in range(first.toordinal(), last.toordinal() + 1, step)]


def marks(days: Sequence[Day], at: Callable[[datetime.date], float]) -> list[Mark]:
    """The marks of a lane from left to right, of which no two overlap: days nearer than APART share one."""
    placed = sorted(((at(each.day), each) for each in days if each.day), key=lambda pair: pair[0])
    groups: list[list[tuple[float, Day]]] = []
    for x, each in placed:
        if groups and x - groups[-1][0][0] < APART:
            groups[-1].append((x, each))
        else:
            groups.append([(x, each)])
    found: list[Mark] = []
    for group in groups:
        middle = sum(x for x, _each in group) / len(group)
        # Pushed on by at most APART: a group begins APART after the one before it began.
        x = max(middle, found[-1].x + APART) if found else middle
        found.append(Mark(round(x, 1), [each for _x, each in group]))
    return found


def _lane(n: int, lane: Lane, axis: _Axis, spell: Spell) -> str:
    top = TOP + n * ROW
    middle = top + ROW // 2 - 2
    parts = [
        tag("path", d=f"M0 {top + ROW}H{WIDTH - 4}", class_="rule", stroke=RULE, fill="none", stroke_width=0.5),
        words(0, middle + 4, lane.name, room=LEFT - 16, look="name"),
    ]  # fmt: skip
    known = [each for each in lane.days if each.day]
    for day in sorted({each.day for each in known if each.day}):
        parts.append(tag("path", d=f"M{axis.at(day):g} {top + ROW - 5}v5", class_="tick", stroke=INK, fill="none"))
    drawn = marks(known, axis.at)
    parts += [_mark(mark, middle, lane, spell) for mark in drawn]
    if len(drawn) == 1 and drawn[0].days[0].day:
        said, x = fitted(_days(lane, spell), 200, 11), drawn[0].x
        fits = x + HALF + 8 + wide(said, 11) <= WIDTH
        beside = x + HALF + 8 if fits else x - HALF - 8
        anchor = "start" if fits else "end"
        parts.append(words(beside, middle + 4, said, anchor=anchor, size=11, look="faint", fill=FAINT))
    return tag("g", *parts)


def _mark(mark: Mark, y: int, lane: Lane, spell: Spell) -> str:
    label = mark.days[0].label if len(mark.days) == 1 else f"×{len(mark.days)}"
    looks = {each.look or lane.look for each in mark.days}
    look = looks.pop() if len(looks) == 1 else lane.look
    is_full = look not in ("refutes", "refuted", "context", "unverified", "mixed", "none")
    strong = STRONG.get(look, FAINT)
    edge = {
        "class_": f"edge {look} {'full' if is_full else 'soft'}", "stroke": strong, "stroke_width": 1.5,
        "fill": strong if is_full else SOFT.get(look, PAPER),
        "stroke_dasharray": "3 2" if look in ("context", "none") else None,
    }  # fmt: skip
    half = HALF if len(mark.days) == 1 else min(max(HALF, math.ceil(wide(label, 10) / 2)), APART // 2 - 1)
    said = "; ".join(f"{spell(each.day, 'day')} {each.said}" for each in mark.days[:TOLD] if each.day)
    said += "; …" if len(mark.days) > TOLD else ""
    told = words(
        mark.x, y + 3.5, fitted(label, min(2 * half + 4, APART - 2), 10, bold=True), anchor="middle", size=10,
        bold=True, look="on" if is_full else "", fill=PAPER if is_full else INK,
    )  # fmt: skip
    return tag("g", tag("title", escaped(said)), _shape(lane.shape, mark.x, y, half, edge), told)


def _shape(shape: str, x: float, y: int, half: int, edge: dict[str, object]) -> str:
    if shape == "diamond":
        tall = HALF + 1
        return tag("path", d=f"M{x - half - 1:g} {y}L{x:g} {y - tall}L{x + half + 1:g} {y}L{x:g} {y + tall}Z", **edge)
    radius = HALF if shape == "circle" else 2
    return tag("rect", x=x - half, y=y - HALF, width=2 * half, height=2 * HALF, rx=radius, **edge)
