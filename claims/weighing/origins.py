"""Origins: how many independent ones stand behind a claim's evidence. Repetition is never counted as corroboration.

Things (exhibits) that repeat one another, or share a mark such as their speaker, make one group, and a group is one
origin at most. It counts for the items of which all is known up to where they come from: what they repeat, and what
that repeats in its turn, until it speaks at first hand. Of others nobody knows that, and they count for no origin.

Nobody can tell whether those who speak at first hand and are not named are two or one and the same: what goes back to
such alone is one origin at most, however much there is of it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

REQUIRED = 2  # independent origins that an answer is to rest on


class Item(NamedTuple):
    """A piece of evidence: the exhibit that it is, what it does to the claim, and to which of the two questions."""

    key: int
    exhibit: int
    stance: str
    bearing: str


class Thing(NamedTuple):
    """An exhibit: its marks (things with one in common are one origin), whether it speaks at first hand, and who does.

    `named` says whether it is on record who speaks.
    """

    key: int
    marks: frozenset[Hashable]
    first_hand: bool
    named: bool = True


class Count(NamedTuple):
    """How many items, from how many independent origins, and how many items of unknown lineage."""

    items: int
    origins: int
    unknown: int


@dataclass(frozen=True)
class Origins:
    """The items, and the origin of each: the smallest key of its group; None where the lineage is unknown."""

    items: tuple[Item, ...]
    of: dict[int, int | None]
    groups: dict[int, int]  # exhibit → the smallest key of its group, known or not
    traced: frozenset[int]  # the exhibits of which all is known up to where they come from
    unnamed: int | None = None  # the origin of all that goes back to nobody who is named

    def count(self, stance: str | None = None, bearing: str | None = None) -> Count:
        """How many there are, of one stance and about one question where these are named."""
        found = [self.of[item.key] for item in self.chosen(stance, bearing)]
        return Count(len(found), len(set(found) - {None}), found.count(None))

    def chosen(self, stance: str | None = None, bearing: str | None = None) -> list[Item]:
        """The items of one stance and about one question, where these are named."""
        return [item for item in self.items if stance in (None, item.stance) and bearing in (None, item.bearing)]

    def known(self, stance: str | None = None, bearing: str | None = None) -> set[int]:
        """The independent origins of the items of one stance and about one question, where these are named."""
        return {origin for item in self.chosen(stance, bearing) if (origin := self.of[item.key]) is not None}

    def without(self, origin: int) -> Origins:
        """What is left where all items of one origin are left out."""
        left = tuple(item for item in self.items if self.of[item.key] != origin)
        return Origins(left, {item.key: self.of[item.key] for item in left}, self.groups, self.traced, self.unnamed)

    @cached_property
    def numbers(self) -> dict[int, int]:
        """The origins as people count them, from 1 in the order of the items that they stand behind."""
        numbers: dict[int, int] = {}
        for item in self.items:
            origin = self.of[item.key]
            if origin is not None and origin not in numbers:
                numbers[origin] = len(numbers) + 1
        return numbers


def weigh(items: Sequence[Item], things: Iterable[Thing], links: Iterable[tuple[int, int]]) -> Origins:
    """The origins of the items. `links` are (what repeats, what is repeated), by the keys of things.

    Every item's exhibit, and both ends of every link, must be among the things. The result depends
    neither on their order nor on how often a link is told. The word that a thing speaks at first hand counts
    for nothing where a link says that it repeats another, and lends nothing to what only shares a mark with it. A
    group counts for its own where an item in it goes back to speakers who are all named; the others count as one.
    Raises KeyError for a thing that is not there.
    """
    links = list(links)
    above: dict[int, int] = {}
    first_hand: list[int] = []
    unnamed: set[int] = set()
    marked: dict[Hashable, int] = {}
    joined: list[tuple[int, int]] = []
    for key, marks, speaks, named in things:
        above[key] = key
        if speaks:
            first_hand.append(key)
            if not named:
                unnamed.add(key)
        for mark in marks:
            other = marked.setdefault(mark, key)
            if other != key:
                joined.append((key, other))
    for pairs in (joined, links):
        for one, other in pairs:
            # Union-find with path halving (Tarjan and van Leeuwen, Journal of the ACM 31(2), 1984); the smaller
            # key leads, so that a group bears the same name whatever came first. Written out: it runs 40,000 times.
            while above[one] != one:
                above[one] = one = above[above[one]]
            while above[other] != other:
                above[other] = other = above[above[other]]
            if one < other:
                above[other] = one
            else:
                above[one] = other
    for key in above:
        lead = key
        while above[lead] != lead:
            lead = above[lead]
        above[key] = lead
    known = traced(first_hand, links)
    nobody: int | None = None
    if unnamed:
        cited = {item.exhibit for item in items if item.exhibit in known}
        told = traced([key for key in first_hand if key not in unnamed], links)
        nobody = as_one(above, {above[key] for key in cited} - {above[key] for key in cited & told})
    leads = [above[item.exhibit] for item in items]
    of = {item.key: lead if item.exhibit in known else None for item, lead in zip(items, leads, strict=True)}
    return Origins(tuple(items), of, above, frozenset(known), nobody)


def as_one(groups: dict[int, int], leads: set[int]) -> int | None:
    """Make one group of those that these lead, and give who leads it; None where there are none."""
    first = min(leads, default=None)
    if first is not None and len(leads) > 1:
        for key, lead in groups.items():
            if lead in leads:
                groups[key] = first
    return first


def traced(first_hand: Iterable[int], links: Iterable[tuple[int, int]]) -> set[int]:
    """The things of which all is known up to where they come from: all that they repeat is, or they are first hand."""
    waiting: dict[int, int] = {}  # thing → how many of those that it repeats are not known yet
    repeated_in: dict[int, list[int]] = {}
    for one, other in links:
        waiting[one] = waiting.get(one, 0) + 1
        repeated_in.setdefault(other, []).append(one)
    ready = [key for key in first_hand if key not in waiting]
    for key in ready:
        for one in repeated_in.get(key, ()):
            waiting[one] -= 1
            if not waiting[one]:
                ready.append(one)
    return set(ready)


def linchpins(origins: Origins, stance: str, bearing: str | None = None, required: int = REQUIRED) -> set[int]:
    """The origins without which fewer than `required` bear this stance, or, where it has fewer, even fewer.

    With n origins of known lineage these are all of them if n is at most `required`, and none beyond; they are
    those of one question where it is named.
    """
    found = origins.known(stance, bearing)
    return found if len(found) <= required else set()
