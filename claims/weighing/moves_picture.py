"""Moves between states, drawn: the states side by side, each with its line down, and a row for each move.

As in a sequence diagram, an arrow runs from each state that a move leaves to the one in which it ends. No row
depends on another, so a move that is added has its arrow, and none crosses.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

LABELS = 176  # room at the left for what the moves are called
COLUMN, BOX, TALL = 112, 100, 36  # from state to state; a state's box
ROW = 40
MARGIN = 8
HEAD = 7  # of an arrow
DOT = 5  # half of the dot at a start, with some room


class State(NamedTuple):
    """A state's box (its upper left corner) and the middle, in which its line runs down."""

    key: Hashable
    x: int
    y: int
    middle: int


@dataclass(frozen=True)
class Drawn:
    """A move's row: how far down it runs, where it starts, and its lines and arrowheads as SVG paths."""

    key: Hashable
    y: int
    starts: list[int]
    lines: str
    heads: str


@dataclass(frozen=True)
class Picture:
    """The whole: its size, the states, the moves, and down to where the states' lines run."""

    width: int
    height: int
    states: list[State]
    moves: list[Drawn]
    bottom: int


def pictured(states: Sequence[Hashable], moves: Sequence[tuple[Hashable, Collection[Hashable], Hashable]]) -> Picture:
    """The picture of moves (key, from which states, to which). Raises ValueError for a state that is not listed."""
    places = {key: MARGIN + LABELS + n * COLUMN for n, key in enumerate(states)}
    if any(state not in places for _key, starts, end in moves for state in (*starts, end)):
        raise ValueError("a move leads from or to a state that is not drawn")
    boxes = [State(key, x, MARGIN, x + BOX // 2) for key, x in places.items()]
    middles = {box.key: box.middle for box in boxes}
    rows = []
    for n, (key, starts, end) in enumerate(moves):
        y = MARGIN + TALL + ROW // 2 + 10 + n * ROW
        rows.append(_drawn(key, y, sorted(middles[start] for start in starts), middles[end]))
    bottom = MARGIN + TALL + 10 + len(rows) * ROW
    width = MARGIN + LABELS + max(0, len(boxes) - 1) * COLUMN + BOX + MARGIN
    return Picture(width, bottom + MARGIN, boxes, rows, bottom)


def _drawn(key: Hashable, y: int, starts: list[int], end: int) -> Drawn:
    """One line from the outermost start on either side, on which the nearer starts lie; a loop where start is end."""
    lines, heads, short = "", "", DOT if end in starts else 0
    for side, outermost in ((1, min(starts)), (-1, max(starts))):
        if (outermost - end) * side < 0:
            tip = end - side * short
            lines += f"M{outermost} {y}H{tip - side * HEAD}"
            heads += f"M{tip} {y}L{tip - side * HEAD} {y - 5}V{y + 5}Z"
    if end in starts:
        lines += f"M{end + 3} {y - 3}C{end + 18} {y - 26} {end - 18} {y - 26} {end - 6} {y - 9}"
        heads += f"M{end - 2} {y - 4}L{end - 3} {y - 12}L{end - 10} {y - 7}Z"
    return Drawn(key, y, starts, lines, heads)
