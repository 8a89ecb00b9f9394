"""A source's grades as a small picture: one step a grade, A at the top; F is off the scale, a gap with a sign."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from claims.models import Grade, Reliability

MOST_STEPS = 24
WIDTH, ROW = 26, 16  # of a step, and between two letters
LEFT, TOP = 22, 12
LETTERS = "ABCDE"


@dataclass(frozen=True)
class Step:
    """A grade in the picture: from where to where its line runs, at which height; off the scale it has a sign alone."""

    x: int
    end: int
    y: int
    letter: str
    off: bool
    rises: int | None  # from which height it comes, where the one before was on the scale too

    @property
    def middle(self) -> int:
        """Where its sign stands."""
        return (self.x + self.end) // 2


@dataclass(frozen=True)
class Steps:
    """The picture: its steps from left to right, its rows, its size, and what it shows in words."""

    steps: list[Step]
    rows: list[tuple[str, int]]
    width: int
    height: int
    told: str


def drawn(grades: Sequence[Grade]) -> Steps | None:
    """The picture of these grades, the newest of them first; None where fewer than two leave nothing to see."""
    if len(grades) < 2:
        return None
    steps: list[Step] = []
    for n, grade in enumerate(reversed(grades)):
        off = grade.letter not in LETTERS
        y = _height(len(LETTERS) if off else LETTERS.index(grade.letter))
        before = steps[-1] if steps else None
        rises = before.y if before is not None and not before.off and not off and before.y != y else None
        steps.append(Step(LEFT + n * WIDTH, LEFT + (n + 1) * WIDTH, y, grade.letter, off, rises))
    rows = [(letter, _height(n)) for n, letter in enumerate(LETTERS)]
    return Steps(steps, rows, LEFT + len(steps) * WIDTH + 4, _height(len(LETTERS)) + 10, _in_words(grades))


def _height(row: int) -> int:
    return TOP + row * ROW


def _in_words(grades: Sequence[Grade]) -> str:
    said = ngettext(
        "%(n)s grade from %(first)s to %(last)s: ", "%(n)s grades from %(first)s to %(last)s: ", len(grades)
    )
    letters = [_("F (cannot be judged)") if one.letter == Reliability.F else one.letter for one in reversed(grades)]
    first, last = (date_format(one.graded_at, "j M Y") for one in (grades[-1], grades[0]))
    return said % {"n": len(grades), "first": first, "last": last} + ", ".join(letters)
