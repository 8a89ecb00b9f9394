"""Competing hypotheses: which of them the evidence speaks against least, and which evidence tells them apart.

After Heuer, Psychology of Intelligence Analysis (CIA, 1999), chapter 8: one works across the rows, asks of each piece
of evidence how it goes with each hypothesis, and tries to refute, so that what fits every hypothesis counts for none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, groupby

# What a mark says against a hypothesis.
AGAINST = {"CC": 0, "C": 0, "N": 0, "I": 1, "II": 2, "NA": 0}
MOST = max(AGAINST.values())
# Where on the way from very consistent to very inconsistent a mark stands; “not applicable” stands nowhere on it.
STEPS = {"CC": 0, "C": 1, "N": 2, "I": 3, "II": 4}
WIDEST = max(STEPS.values())

type Marks = Mapping[tuple[int, int], str]  # (hypothesis, row) → mark; what is not there is unknown


@dataclass(frozen=True)
class Score:
    """How much speaks against a hypothesis: at least, and at most, should all that is unknown speak against it too."""

    hypothesis: int
    least: int
    most: int
    unknown: int  # cells without a mark
    weighed: int  # cells with a mark other than “not applicable”


@dataclass(frozen=True)
class Split:
    """A cell that reviewers marked differently: reviewer → mark."""

    hypothesis: int
    row: int
    marks: dict[int, str]
    spread: int | None


def scores(hypotheses: Sequence[int], rows: Sequence[int], marks: Marks) -> list[Score]:
    """The weighted inconsistency score of each hypothesis, the least first; those never weighed come last.

    An inconsistent mark counts 1, a very inconsistent one 2, every other mark 0. What is unknown is not neutral: it
    adds nothing to `least` and 2 to `most`.
    Source of the weights: Good, Shrager, Stefik, Pirolli and Card with Heuer, ACH1.1: A Tool for Analyzing Competing
    Hypotheses, technical description, PARC; with credibility and relevance left at 1.
    """
    found = [_score(hypothesis, rows, marks) for hypothesis in hypotheses]
    return sorted(found, key=lambda score: (not score.weighed, score.least, score.most))


def _score(hypothesis: int, rows: Sequence[int], marks: Marks) -> Score:
    known = [marks[hypothesis, row] for row in rows if (hypothesis, row) in marks]
    least, unknown = sum(AGAINST[mark] for mark in known), len(rows) - len(known)
    weighed = sum(mark in STEPS for mark in known)
    return Score(hypothesis, least, least + MOST * unknown, unknown, weighed)


def order(found: Sequence[Score]) -> list[list[Score]]:
    """The hypotheses by what speaks against them, the least first, equal ones together; without those never weighed."""
    weighed = sorted((score for score in found if score.weighed), key=lambda score: score.least)
    return [list(equal) for _, equal in groupby(weighed, key=lambda score: score.least)]


def settled(found: Sequence[Score]) -> bool:
    """Whether the order stays as it is whatever the unknown marks turn out to be."""
    return all(_apart(one, other) for one, other in combinations(found, 2)) and all(score.weighed for score in found)


def _apart(one: Score, other: Score) -> bool:
    return one.most < other.least or other.most < one.least or one.least == one.most == other.least == other.most


def diagnosticity(row: int, hypotheses: Sequence[int], marks: Marks) -> int | None:
    """How far a row's marks lie apart, from 0, which tells no hypothesis from another, to 4.

    None where a mark is unknown, or fewer than two hypotheses are left that the row applies to.
    """
    if any((hypothesis, row) not in marks for hypothesis in hypotheses):
        return None
    return spread([marks[hypothesis, row] for hypothesis in hypotheses])


def spread(marks: Sequence[str]) -> int | None:
    """How many steps lie between the outermost of these marks; None where fewer than two stand on the scale."""
    steps = [STEPS[mark] for mark in marks if mark in STEPS]
    return max(steps) - min(steps) if len(steps) > 1 else None


def without(row: int, hypotheses: Sequence[int], rows: Sequence[int], marks: Marks) -> list[Score]:
    """The scores as they would be without one row."""
    return scores(hypotheses, [other for other in rows if other != row], marks)


def splits(hypotheses: Sequence[int], rows: Sequence[int], matrices: Mapping[int, Marks]) -> list[Split]:
    """The cells that reviewers (reviewer → marks) marked differently, those furthest apart first.

    Who left a cell unknown differs from nobody in it. Those who differ only on whether a piece applies come last:
    how far apart they are cannot be said.
    """
    found = []
    for row in rows:
        for hypothesis in hypotheses:
            given = {who: marks[hypothesis, row] for who, marks in matrices.items() if (hypothesis, row) in marks}
            if len(set(given.values())) > 1:
                found.append(Split(hypothesis, row, given, spread(list(given.values()))))
    return sorted(found, key=lambda split: -(split.spread or 0))
