"""Figures that count the same, one below the other on one axis: from where to where each reaches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from claims.weighing.pictures.svg import FAINT, RULE, STRONG, Picture, bar, escaped, tag, wide, words
from claims.weighing.plots import plotted

WIDTH, LEFT, RIGHT = 680, 256, 116  # the whole; room for whose the figure is; room for how it compares
ROW, TOP, AXIS, BAR = 40, 4, 26, 14


class Range(NamedTuple):
    """A figure: whose it is, its ends in the unit of the first, spelt out, its day, and how it compares."""

    whose: str
    low: float | None
    high: float | None
    figure: str
    day: str
    look: str = "own"
    word: str = ""


def ranges(lines: Sequence[Range], *, title: str, columns: Sequence[str]) -> Picture | None:
    """The bars; None where none has an end. The table has whose, the figure, its day, and how it compares."""
    shown = [line for line in lines if line.low is not None or line.high is not None]
    if not shown:
        return None
    plot = plotted([(line.low, line.high) for line in shown])
    bottom = TOP + len(shown) * ROW
    body, taken = "", 0.0
    for place, tick in plot.ticks:
        x, label = at(place), f"{tick:,.10g}"
        body += tag("path", d=f"M{x:g} {TOP}V{bottom + 4}", class_="rule", stroke=RULE, fill="none")
        half = wide(label, 11) / 2
        if x - half >= taken and x + half <= WIDTH:
            body += words(x, bottom + 18, label, anchor="middle", size=11, look="faint", fill=FAINT)
            taken = x + half + 6
    for n, (line, piece) in enumerate(zip(shown, plot.bars, strict=True)):
        width = max(3.0, piece.width * (WIDTH - LEFT - RIGHT) / 100)
        x = min(at(piece.start), WIDTH - RIGHT - width)
        body += _row(TOP + n * ROW, line, bar(x, TOP + n * ROW + 11, width, BAR, line.look,
                                              is_open=piece.open_low or piece.open_high))  # fmt: skip
    rows = [[line.whose, line.figure, line.day, line.word] for line in lines]
    said = "; ".join(": ".join((line.whose, _told(line))) for line in shown)
    return Picture("ranges", title, said, WIDTH, bottom + AXIS, body, list(columns), rows)


def at(place: float) -> float:
    """Where a place on the axis, in hundredths, lies in the drawing."""
    return round(LEFT + place * (WIDTH - LEFT - RIGHT) / 100, 1)


def _told(line: Range) -> str:
    return ", ".join(filter(None, (line.figure, line.day, line.word)))


def _row(y: int, line: Range, drawn: str) -> str:
    return tag(
        "g", tag("title", escaped(f"{line.whose}: {_told(line)}")),
        tag("path", d=f"M0 {y + ROW - 1}H{WIDTH}", class_="rule", stroke=RULE, fill="none", stroke_width=0.5),
        words(0, y + 15, line.whose, room=LEFT - 16, bold=line.look == "own"),
        words(0, y + 31, " · ".join(filter(None, (line.figure, line.day))), room=LEFT - 16, size=11, look="faint",
              fill=FAINT),
        drawn,
        words(WIDTH - RIGHT + 10, y + 22, line.word, room=RIGHT - 10, size=11, look=f"word {line.look}",
              fill=STRONG.get(line.look, FAINT)),
    )  # fmt: skip
