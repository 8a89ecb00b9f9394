"""How long answers take: kept as counts in steps that widen, so that a million of them are a few hundred figures.

Each step is a tenth wider than the one before, so a median that is read back is right to within five in a hundred.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

SHORTEST = 60.0  # seconds: all that is quicker is of one step
WIDER = 1.1
LAST = 250  # some 40,000 years


class Quartiles(NamedTuple):
    """Seconds: a quarter of the answers came within `low`, half within `median`, three quarters within `high`."""

    low: float
    median: float
    high: float


def step_of(seconds: float) -> int:
    """The step that a time falls into."""
    if seconds < SHORTEST:
        return 0
    return min(LAST, 1 + int(math.log(seconds / SHORTEST, WIDER)))


def seconds_of(step: int) -> float:
    """The middle of a step."""
    return SHORTEST / 2 if step == 0 else SHORTEST * WIDER ** (step - 0.5)


def quartiles(steps: Mapping[int, int]) -> Quartiles | None:
    """The quartiles of times that were counted by their steps; None where there are none."""
    total = sum(steps.values())
    if not total:
        return None
    return Quartiles(*(_within(steps, math.ceil(total * share)) for share in (0.25, 0.5, 0.75)))


def _within(steps: Mapping[int, int], rank: int) -> float:
    passed = 0
    for step in sorted(steps):
        passed += steps[step]
        if passed >= rank:
            return seconds_of(step)
    raise ValueError("no time has this rank")
