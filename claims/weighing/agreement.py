"""Agreement: how far people who answered the same questions, each for themselves, said the same.

A unit is one claim in one round; what was said of it is counted by its pattern, the answers in order. No coefficient
asks for more than how often each pattern came, so a hundred thousand claims cost no more than the few patterns that
their answers make. Nothing is made of a missing answer: a unit has as many answers as were given, and one that has
fewer than two can agree with nothing and is left out.

Answers off the scale ("conflicting evidence", "not enough evidence") are categories of their own for whatever counts
names: percent agreement, kappa, nominal alpha. They have no place in an order, so ordinal alpha is of the answers on
the scale alone; how many answers that leaves out is told beside it (`off_scale`).

Where there is nothing to compare, or all answers are of one category, so that chance alone would give the same, a
coefficient is undefined: None.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any, NamedTuple

DRAWS = 1000
SEED = 1
WITHIN = 0.95  # of the draws lie in the interval
LEAST_DEFINED = 0.95  # of the draws, or the units are too few or too like for an interval

type Patterns = Mapping[tuple[Any, ...], int]


class Interval(NamedTuple):
    """Where a coefficient lies in 95 of 100 draws of as many units."""

    low: float
    high: float


class Size(NamedTuple):
    """What a coefficient rests on: the units with two answers or more, and the answers in them."""

    units: int
    answers: int


def patterns_of(units: Iterable[Iterable[Any]]) -> Counter[tuple[Any, ...]]:
    """How often each pattern of answers comes. None is a missing answer; the others must have an order to sort by."""
    return Counter(tuple(sorted(answer for answer in unit if answer is not None)) for unit in units)


def on_scale(patterns: Patterns, order: Sequence[Hashable]) -> Counter[tuple[Any, ...]]:
    """The patterns that are left of answers on the scale alone."""
    scale, left = frozenset(order), Counter[tuple[Any, ...]]()
    for pattern, count in patterns.items():
        left[tuple(answer for answer in pattern if answer in scale)] += count
    return left


def off_scale(patterns: Patterns, order: Sequence[Hashable]) -> float | None:
    """The share of answers, in units with two or more, that are off the scale."""
    scale, size = frozenset(order), size_of(patterns)
    off = sum(count for pattern, count in _pairable(patterns) for answer in pattern if answer not in scale)
    return off / size.answers if size.answers else None


def size_of(patterns: Patterns) -> Size:
    """How many units have two answers or more, and how many answers these have: the n of every coefficient."""
    kept = _pairable(patterns)
    return Size(sum(count for _pattern, count in kept), sum(len(pattern) * count for pattern, count in kept))


def unanimous(patterns: Patterns) -> int:
    """Of how many units with two answers or more all answers are the same."""
    return sum(count for pattern, count in _pairable(patterns) if len(set(pattern)) == 1)


def percent(patterns: Patterns) -> float | None:
    """Percent agreement, as a share of one: of two answers to a unit taken at random, how often they are the same.

    Every unit weighs the same, however many have answered it. Nothing is taken off for what chance would give.
    """
    units, same = 0, 0.0
    for pattern, count in _pairable(patterns):
        size = len(pattern)
        alike = sum(n * (n - 1) for n in Counter(pattern).values())
        units, same = units + count, same + count * alike / (size * (size - 1))
    return same / units if units else None


def kappa(table: Mapping[tuple[Any, Any], int]) -> float | None:
    """Cohen's kappa of two people: `table[a, b]` is on how many units the first said a and the second b.

    Source: J. Cohen, A coefficient of agreement for nominal scales, Educational and Psychological Measurement 20(1),
    1960, pp. 37-46; of its example (200 subjects in three categories) the coefficient is .492.
    """
    total = sum(table.values())
    if not total:
        return None
    one, other = Counter[Any](), Counter[Any]()
    for (first, second), count in table.items():
        one[first] += count
        other[second] += count
    seen = sum(count for (first, second), count in table.items() if first == second) * total
    chance = sum(count * other[category] for category, count in one.items())
    # In whole numbers up to here, so that what is undefined is known for certain.
    return (seen - chance) / (total * total - chance) if total * total != chance else None


def alpha(patterns: Patterns, order: Sequence[Hashable] | None = None) -> float | None:
    """Krippendorff's alpha: 1 is full agreement, 0 what chance would give, below 0 less than that.

    Nominal, of whatever was answered; ordinal where `order` names the answers on the scale from one end to the other.
    Source: K. Krippendorff, Computing Krippendorff's Alpha-Reliability, 2011 (repository.upenn.edu/asc_papers/43);
    of its example C, four observers and twelve units with answers missing, .743 nominal and .815 ordinal.
    """
    weighed = _Weighed(patterns, order)
    return weighed.alpha(weighed.counts)


def interval(
    patterns: Patterns, order: Sequence[Hashable] | None = None, *, draws: int = DRAWS, seed: int = SEED
) -> Interval | None:
    """Where `alpha` lies if as many units are drawn again from these, at random, with replacement (a bootstrap).

    The middle 95 % of the draws; the same seed gives the same interval. A draw of one category alone has no alpha
    and is left out; where more than one in twenty are such, the units are too few or too like, and there is none.
    """
    weighed = _Weighed(patterns, order)
    if sum(weighed.counts) < 2:
        return None
    chance = random.Random(seed)  # noqa: S311 - drawn again the same way, on purpose
    found = sorted(value for _ in range(draws) if (value := weighed.alpha(_drawn(weighed.counts, chance))) is not None)
    if len(found) < draws * LEAST_DEFINED:
        return None
    cut = int(len(found) * (1 - WITHIN) / 2)
    return Interval(found[cut], found[-1 - cut])


def _pairable(patterns: Patterns) -> list[tuple[tuple[Any, ...], int]]:
    return [(pattern, count) for pattern, count in patterns.items() if len(pattern) > 1 and count > 0]


def _drawn(counts: Sequence[int], chance: random.Random) -> list[int]:
    """How often each pattern comes in a draw of as many units: a multinomial draw, one binomial after the other."""
    left = rest = sum(counts)
    drawn = []
    for count in counts:
        times = chance.binomialvariate(left, count / rest) if left and count < rest else left
        drawn.append(times)
        left, rest = left - times, rest - count
    return drawn


class _Weighed:
    """What each pattern brings to the table of coincidences, so that a draw is summed without its units."""

    def __init__(self, patterns: Patterns, order: Sequence[Hashable] | None) -> None:
        kept = _pairable(on_scale(patterns, order) if order is not None else patterns)
        kept.sort()  # so that a seed draws the same, in whatever order the units came
        seen = {answer for pattern, _count in kept for answer in pattern}
        places = {answer: n for n, answer in enumerate(order if order is not None else sorted(seen))}
        self.is_ordinal, self.categories = order is not None, len(places)
        self.counts = [count for _pattern, count in kept]
        self.answers: list[list[tuple[int, int]]] = []  # of each pattern: (category, how often it was given)
        self.apart: list[list[tuple[int, float]]] = []  # of each: (pair of categories, what it adds to their cell)
        for pattern, _count in kept:
            given = sorted((places[answer], n) for answer, n in Counter(pattern).items())
            self.answers.append(given)
            self.apart.append([
                (one * self.categories + other, n * m / (len(pattern) - 1))
                for (one, n), (other, m) in combinations(given, 2)
            ])  # fmt: skip

    def alpha(self, counts: Sequence[int]) -> float | None:
        """Alpha where the patterns come so often."""
        size = self.categories
        given, apart = [0] * size, [0.0] * (size * size)
        for times, answers, cells in zip(counts, self.answers, self.apart, strict=True):
            if times:
                for category, n in answers:
                    given[category] += n * times
                for cell, share in cells:
                    apart[cell] += share * times
        seen = expected = 0.0
        for one, n in enumerate(given):
            between = n / 2
            for other in range(one + 1, size) if n else ():
                m = given[other]
                # Ordinal: as far as there are answers between the two, counting half of each end.
                distance = (between + m / 2) ** 2 if self.is_ordinal else 1.0
                seen += apart[one * size + other] * distance
                expected += n * m * distance
                between += m
        return 1 - (sum(given) - 1) * seen / expected if expected else None
