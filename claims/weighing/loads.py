"""Who is asked about which claims, so that everyone has about as much to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Need:
    """A claim that needs reviewers: how many, and the keys of those who may be asked about it."""

    claim: int
    wanted: int
    may: frozenset[int]


def share_out(needs: Iterable[Need], waiting: Mapping[int, int]) -> dict[int, list[int]]:
    """Whom to ask about each claim, by their keys: always those with the least to do, of equals the lowest key.

    `waiting` is how much each has to do already. A claim that fewer may be asked about than it needs gets those few.
    Where everyone may be asked about everything, nobody gets further ahead of others than they were, or than by one.
    """
    load = Counter(waiting)
    shares = dict[int, list[int]]()
    for need in needs:
        chosen = sorted(need.may, key=lambda person: (load[person], person))[: max(0, need.wanted)]
        load.update(chosen)
        shares[need.claim] = sorted(chosen)
    return shares
