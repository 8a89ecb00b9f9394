"""Typed figures compared: whether two agree, overlap, speak of other days, count other things, or contradict."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from claims.weighing.units import Unit, folded, unit

type Kind = Literal["agrees", "overlaps", "other_date", "other_definition", "contradicts"]
type State = Literal["alone", "agrees", "drifts", "contradicts"]

# Of the larger figure: what a conversion between units and its rounding may make of one and the same figure.
TOLERANCE = Decimal("0.005")


@dataclass(frozen=True)
class Figure:
    """A figure as somebody typed it: a range, which may have one end only, of what is counted."""

    measure: str
    low: Decimal | None = None
    high: Decimal | None = None
    unit: str = ""
    entity: str = ""
    place: str = ""
    as_of: datetime.date | None = None

    @property
    def counted_in(self) -> Unit:
        """Its unit."""
        return unit(self.unit)

    @property
    def range(self) -> tuple[Decimal | None, Decimal | None]:
        """Its ends in the own unit of its kind; None where it is open."""
        factor = self.counted_in.factor
        return tuple(end if end is None else end * factor for end in (self.low, self.high))  # type: ignore[return-value]


def series_key(figure: Figure) -> str:
    """What a figure can be compared with: the SHA-256 of what is counted, of whom, where, and in which kind of unit."""
    said = [folded(words) for words in (figure.measure, figure.entity, figure.place)]
    return hashlib.sha256("\n".join([*said, figure.counted_in.kind]).encode()).hexdigest()


def comparable(one: Figure, other: Figure) -> bool:
    """Whether both count the same: measure, entity and kind of unit; of places, one may be left unsaid."""
    places = {folded(one.place), folded(other.place)} - {""}
    return (
        folded(one.measure) == folded(other.measure)
        and folded(one.entity) == folded(other.entity)
        and one.counted_in.kind == other.counted_in.kind
        and len(places) < 2
        and all(figure.low is not None or figure.high is not None for figure in (one, other))
    )


def compare(one: Figure, other: Figure, *, told_apart: bool = False) -> Kind | None:
    """How two figures stand to each other; None where they count different things to begin with.

    Told apart by a person they have other definitions, whatever they say. One range within the other agrees, ranges
    that meet overlap, and ranges apart contradict, unless both name their day and the days differ. An end that is
    open has no bound. After a conversion between units, ranges are widened by half a per cent.
    """
    if not comparable(one, other):
        return None
    if told_apart:
        return "other_definition"
    (low, high), (from_, to) = _bounds(one), _bounds(other)
    if one.counted_in.factor != other.counted_in.factor:
        low, high = low - abs(low) * TOLERANCE, high + abs(high) * TOLERANCE
    if (low <= from_ and to <= high) or (from_ <= low and high <= to):
        return "agrees"
    if low <= to and from_ <= high:
        return "overlaps"
    if one.as_of and other.as_of and one.as_of != other.as_of:
        return "other_date"
    return "contradicts"


ENDLESS = Decimal("1e40")


def _bounds(figure: Figure) -> tuple[Decimal, Decimal]:
    low, high = figure.range
    return (-ENDLESS if low is None else low, ENDLESS if high is None else high)


def state_of(figures: Sequence[Figure], apart: Iterable[frozenset[int]] = ()) -> State:
    """How the figures of one series stand to each other: the worst that two of them do.

    `apart` are the places of pairs that somebody told apart. Sorted by where they begin, each is held against those
    that reach beyond it; a thousand that agree cost a thousand comparisons.
    """
    if len(figures) < 2:
        return "alone"
    told = set(apart)
    order = sorted(range(len(figures)), key=lambda n: _bounds(figures[n]))
    found: State = "agrees"
    for place, n in enumerate(order):
        for m in reversed(order[max(0, place - NEAR) : place]):
            kind = compare(figures[m], figures[n], told_apart=frozenset({m, n}) in told)
            if kind == "contradicts":
                return "contradicts"
            if kind == "other_date":
                found = "drifts"
    return found


NEAR = 60  # figures before one, in the order of their values, that it is held against
