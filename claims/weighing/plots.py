"""A plot of ranges on one axis: where each begins and ends, and the ticks beneath, in hundredths of its width."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass

SPANS = 1000  # times the smallest figure: beyond that the axis counts in powers of ten
TICKS = 5
EDGE = 4.0  # hundredths left free at either side
LEAST = 1.2  # hundredths: a single figure is still to be seen


@dataclass(frozen=True)
class Bar:
    """A range on the axis; `open_low` and `open_high` where it has no end there."""

    start: float
    width: float
    open_low: bool = False
    open_high: bool = False


@dataclass(frozen=True)
class Plot:
    """The bars in their order, and the ticks as (place, figure)."""

    bars: list[Bar]
    ticks: list[tuple[float, float]]
    in_powers: bool


def plotted(ranges: Sequence[tuple[float | None, float | None]]) -> Plot:
    """The plot of ranges (low, high), of which one end may be open. Raises ValueError where there is no figure."""
    ends = [end for pair in ranges for end in pair if end is not None]
    if not ends:
        raise ValueError("there is no figure to plot")
    smallest, largest = min(ends), max(ends)
    in_powers = smallest > 0 and largest / smallest > SPANS
    at = math.log10 if in_powers else float
    low, high = at(smallest), at(largest)
    room = (high - low) or abs(high) or 1.0
    low, high = low - room * EDGE / 100, high + room * EDGE / 100

    def place(end: float) -> float:
        return 100 * (at(end) - low) / (high - low)

    bars = []
    for first, last in ranges:
        if first is None and last is None:
            raise ValueError("a range has one end at least")
        start = 0.0 if first is None else place(first)
        end = 100.0 if last is None else place(last)
        start = min(start, 100 - LEAST)
        bars.append(Bar(round(start, 2), round(max(end - start, LEAST), 2), first is None, last is None))
    ticks = [(round(place(tick), 2), tick) for tick in (_powers(low, high) if in_powers else _round(low, high))]
    return Plot(bars, ticks, in_powers)


def _round(low: float, high: float) -> list[float]:
    """Round figures between two ends, about TICKS of them."""
    step = 10.0 ** math.floor(math.log10((high - low) / TICKS))
    step = next(step * times for times in (1, 2, 5, 10) if (high - low) / (step * times) <= TICKS)
    first = math.ceil(low / step)
    return [n * step for n in range(first, math.floor(high / step) + 1)]


def _powers(low: float, high: float) -> list[float]:
    """Powers of ten between two ends, given as their logarithms, at most about TICKS of them."""
    every = max(1, math.ceil((high - low) / TICKS))
    first, last = max(math.ceil(low), sys.float_info.min_10_exp), min(math.floor(high), sys.float_info.max_10_exp)
    return [10.0**n for n in range(first, last + 1, every)]


ACROSS, UP = 600, 120  # of the room in which a line of shares is drawn, in the units of the drawing
SIDE = 12


@dataclass(frozen=True)
class Trace:
    """A line from left to right with gaps, as an SVG path; its points as (x, y, what is said of it); its levels."""

    path: str
    points: list[tuple[int, int, str]]
    levels: list[tuple[int, str]]
    width: int = ACROSS + 2 * SIDE
    height: int = UP + 2 * SIDE


def traced(values: Sequence[float | None], said: Sequence[str]) -> Trace:
    """The line of values that are at most 1, with a gap where one is None; from 0 up, or from the lowest below."""
    lowest = min([0.0, *(value for value in values if value is not None)])
    floor = max(-1.0, math.floor(lowest * 2) / 2)
    step = ACROSS / max(1, len(values) - 1)

    def height(value: float) -> int:
        return round(SIDE + UP * (1 - max(floor, value)) / (1 - floor))

    path, points, joins = "", [], False
    for place, (value, words) in enumerate(zip(values, said, strict=True)):
        if value is not None:
            x, y = round(SIDE + place * step), height(value)
            path += f"{'L' if joins else 'M'}{x} {y}"
            points.append((x, y, words))
        joins = value is not None
    levels = [(height(level), f"{level:g}") for level in (1.0, 0.5, 0.0, -0.5, -1.0) if level >= floor]
    return Trace(path, points, levels)
