"""How a coefficient went from month to month: a line with gaps where there is none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from claims.weighing.pictures.svg import FAINT, PAPER, RULE, STRONG, Picture, escaped, tag, wide, words
from claims.weighing.plots import traced

LEFT, BELOW = 36, 14  # room for the levels, and for the names beneath


class Point(NamedTuple):
    """A month, its value (at most 1), and that spelt out with what it rests on."""

    name: str
    value: float | None
    said: str


def course(points: Sequence[Point], *, title: str, columns: Sequence[str]) -> Picture | None:
    """The line; None for fewer than two values. The table has the month and what is said of it."""
    if sum(point.value is not None for point in points) < 2:
        return None
    line = traced([point.value for point in points], [point.said for point in points])
    width, height = line.width + LEFT + 20, line.height + BELOW
    strong, body = STRONG["own"], ""
    for y, level in line.levels:
        body += tag("path", d=f"M{LEFT} {y}H{width}", class_="rule", stroke=RULE, fill="none")
        body += words(
            LEFT - 8, y + 4, level.replace("-", "\N{MINUS SIGN}"), anchor="end", size=11, look="faint", fill=FAINT
        )
    marks = tag("path", d=line.path, class_="edge own", stroke=strong, stroke_width=2, fill="none")
    for x, y, said in line.points:
        marks += tag("circle", tag("title", escaped(said)), cx=x, cy=y, r=4, class_="edge own full", fill=strong,
                     stroke=PAPER)  # fmt: skip
    body += tag("g", marks, transform=f"translate({LEFT} 0)")
    taken = 0.0
    known = [point for point in points if point.value is not None]
    for point, (x, _y, _said) in zip(known, line.points, strict=True):
        half = wide(point.name, 11) / 2
        if LEFT + x - half >= taken and LEFT + x + half <= width:
            body += words(LEFT + x, height - 3, point.name, anchor="middle", size=11, look="faint", fill=FAINT)
            taken = LEFT + x + half + 8
    told = "; ".join(point.said for point in known)
    return Picture(
        "course", title, told, width, height, body, list(columns), [[each.name, each.said] for each in points]
    )
