"""How far reviewers agree: coefficients with where they lie, and which answers stand beside which."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any, NamedTuple

from claims.weighing.pictures.svg import FAINT, INK, PAPER, RULE, STRONG, Picture, escaped, tag, wide, words

WIDTH, LEFT, RIGHT = 680, 216, 152  # the whole; room for what it is; room for the figure in words
ROW, TOP, AXIS = 38, 4, 26
LANDMARKS = (0.667, 0.8)  # Krippendorff, Content Analysis, 2004, p. 241: tentative conclusions, and reliable data
SIDE, NAMES, HEADS = 44, 220, 28  # of a cell; room for the answers' names; room above for their numbers
SHADES = ("#ffffff", "#dde3fa", "#b3c0f2", "#7f93e2", "#2747c9")


class Coefficient(NamedTuple):
    """A coefficient, at most 1; between what it lies; how it is called, what it rests on, and it spelt out."""

    name: str
    small: str
    value: float | None
    low: float | None
    high: float | None
    said: str


def coefficients(rows: Sequence[Coefficient], *, title: str, columns: Sequence[str]) -> Picture | None:
    """Each as a point with its interval, on one axis; None where none is defined. The table has name, n and figure."""
    ends = [end for row in rows for end in (row.value, row.low, row.high) if end is not None]
    if all(row.value is None for row in rows):
        return None
    floor = max(-1.0, math.floor(min(0.0, *ends) * 2) / 2)
    bottom = TOP + len(rows) * ROW

    def at(value: float) -> float:
        through = (min(1.0, max(floor, value)) - floor) / (1 - floor)
        return round(LEFT + 8 + through * (WIDTH - LEFT - RIGHT - 16), 1)

    body, taken = "", 0.0
    for level in (-1.0, -0.5, 0.0, 0.5, *LANDMARKS, 1.0):
        if level < floor:
            continue
        x, label = at(level), f"{level:.2g}".replace("-", "\N{MINUS SIGN}")
        look, stroke, dashes = ("guide", STRONG["own"], "2 4") if level in LANDMARKS else ("rule", RULE, None)
        down = f"M{x:g} {TOP}V{bottom + 4}"
        body += tag("path", d=down, class_=look, stroke=stroke, stroke_dasharray=dashes, fill="none")
        half = wide(label, 11) / 2
        if x - half >= taken:
            body += words(x, bottom + 18, label, anchor="middle", size=11, look="faint", fill=FAINT)
            taken = x + half + 2
    body += "".join(_coefficient(TOP + n * ROW, row, at) for n, row in enumerate(rows))
    told = "; ".join(f"{row.name}: {row.said}" for row in rows)
    table = [[row.name, row.small, row.said] for row in rows]
    return Picture("coefficients", title, told, WIDTH, bottom + AXIS, body, list(columns), table)


def _coefficient(y: int, row: Coefficient, at: Any) -> str:
    middle, strong = y + ROW // 2 - 1, STRONG["own"]
    parts = [
        tag("title", escaped(f"{row.name}: {row.said}")),
        tag("path", d=f"M0 {y + ROW - 1}H{WIDTH}", class_="rule", stroke=RULE, fill="none", stroke_width=0.5),
        words(0, y + 15, row.name, room=LEFT - 12, bold=True),
        words(0, y + 30, row.small, room=LEFT - 12, size=11, look="faint", fill=FAINT),
        words(WIDTH - RIGHT + 10, middle + 4, row.said, room=RIGHT - 10, size=11),
    ]  # fmt: skip
    if row.low is not None and row.high is not None:
        low, high = at(row.low), at(row.high)
        ends = f"M{low:g} {middle - 5}v10M{low:g} {middle}H{high:g}M{high:g} {middle - 5}v10"
        parts.append(tag("path", d=ends, class_="edge own", stroke=strong, stroke_width=1.5, fill="none"))
    if row.value is not None:
        parts.append(tag("circle", cx=at(row.value), cy=middle, r=5, class_="edge own full", fill=strong, stroke=PAPER))
    return tag("g", *parts)


def beside(patterns: Mapping[tuple[Any, ...], int]) -> Counter[tuple[Any, Any]]:
    """How many pairs of answers to the same claim were (one, other), of which one is not after the other in order."""
    found: Counter[tuple[Any, Any]] = Counter()
    for pattern, times in patterns.items():
        given = sorted(Counter(pattern).items())
        for answer, n in given:
            found[answer, answer] += times * n * (n - 1) // 2
        for (one, n), (other, m) in combinations(given, 2):
            found[one, other] += times * n * m
    return +found


class Answer(NamedTuple):
    """An answer of the scale, as it stands in the patterns, with its look and sign."""

    key: Any
    name: str
    look: str
    sign: str


def answers(
    scale: Sequence[Answer], patterns: Mapping[tuple[Any, ...], int], *, title: str, columns: Sequence[str]
) -> Picture | None:
    """Which answers stand beside which, as a triangle of cells; None where no claim has two answers.

    The table has one answer, the other, and how many pairs of answers these were.
    """
    pairs = beside(patterns)
    given = {key for pair in pairs for key in pair}
    shown = [answer for answer in scale if answer.key in given]
    if not shown:
        return None

    def count(one: Answer, other: Answer) -> int:
        return pairs[one.key, other.key] + (pairs[other.key, one.key] if one is not other else 0)

    most = max(count(one, other) for one in shown for other in shown)
    body, rows = "", []
    for n, row in enumerate(shown):
        y = HEADS + n * SIDE
        body += _head(NAMES + n * SIDE + SIDE / 2 - 12, HEADS - 9, n + 1, row)
        body += _head(0, y + SIDE // 2 + 4, n + 1, row)
        body += words(40, y + SIDE / 2 + 4, row.name, room=NAMES - 52)
        for m, column in enumerate(shown[: n + 1]):
            times = count(row, column)
            body += _cell(NAMES + m * SIDE, y, times, most, f"{column.name} – {row.name}: {times:,}", alike=m == n)
            if times:
                rows.append([column.name, row.name, f"{times:,}"])
    said = "; ".join(f"{one} – {other}: {times}" for one, other, times in rows)
    width, height = NAMES + len(shown) * SIDE + 2, HEADS + len(shown) * SIDE + 2
    return Picture("answers", title, said, width, height, body, list(columns), rows)


def _head(x: float, y: int, number: int, answer: Answer) -> str:
    strong = STRONG.get(answer.look, FAINT)
    sign = words(x + 20, y, answer.sign, anchor="middle", bold=True, look=f"sign {answer.look}", fill=strong)
    return words(x, y, str(number), bold=True, fill=INK) + sign


def _cell(x: int, y: int, times: int, most: int, said: str, *, alike: bool) -> str:
    shade = math.ceil((len(SHADES) - 1) * times / most)
    # What was answered alike has an edge of its own: the diagonal is what agreement looks like.
    box = tag(
        "rect", x=x + 1, y=y + 1, width=SIDE - 2, height=SIDE - 2, rx=3, fill=SHADES[shade],
        class_=f"shade-{shade}{' alike' if alike else ''}", stroke=INK if alike else RULE,
        stroke_width=1.5 if alike else 1,
    )  # fmt: skip
    figure = f"{times:,}" if times < 10_000 else f"{times // 1000:,}k"
    told = words(
        x + SIDE / 2, y + SIDE / 2 + 4, figure, anchor="middle", bold=True, size=11, look=f"on-{shade}",
        fill=PAPER if shade == len(SHADES) - 1 else INK,
    )  # fmt: skip
    return tag("g", tag("title", escaped(said)), box, told if times else "")
