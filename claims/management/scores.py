"""How good an answer is: the few figures by which the readers of text and the search are judged."""

import re
import zlib
from collections.abc import Collection, Mapping, Sequence

# What stands at the edge of direct speech and is no part of what was said.
EDGES = " \t\n\r\f\v\"'\u201c\u201d\u2018\u2019«»,.;:"


def f1(right: int, given: int, wanted: int) -> float:
    """The harmonic mean of precision (right of given) and recall (right of wanted)."""
    return 2 * right / (given + wanted) if given + wanted else 0.0


def average_precision(ranked: Sequence[bool], wanted: int, first: int | None = None) -> float:
    """Mean of the precision at each right answer, where ``ranked`` says which answers are right, the best first.

    ``wanted`` counts the right answers there are. With ``first`` only so many answers are looked at, and no more
    than so many are wanted.
    """
    hits, total = 0, 0.0
    for place, right in enumerate(ranked[:first], 1):
        if right:
            hits += 1
            total += hits / place
    most = wanted if first is None else min(wanted, first)
    return total / most if most else 0.0


def by_score(scores: Mapping[str, float]) -> list[str]:
    """The names, the highest score first; equals by a checksum of the name, so that the order given tells nothing."""
    return sorted(scores, key=lambda name: (-scores[name], zlib.crc32(name.encode())))


def same_words(text: str, given: Sequence[tuple[int, int]], wanted: Sequence[tuple[int, int]]) -> int:
    """How many spans of ``wanted`` are given exactly; marks and spaces at the edges count for nothing."""
    core = {inner(text, *span) for span in given}
    return sum(span in core for span in {inner(text, *span) for span in wanted})


def inner(text: str, start: int, end: int) -> tuple[int, int]:
    words = text[start:end]
    start += len(words) - len(words.lstrip(EDGES))
    return start, start + len(words.strip(EDGES))


def same_value(given: Collection[str], wanted: Collection[str]) -> bool:
    """Whether a value that is given is one of those wanted: the same string, or the same number to six places."""
    if not set(given).isdisjoint(wanted):
        return True
    numbers = [number for each in wanted if (number := as_number(each)) is not None]
    return any(
        abs(number - other) <= 1e-6 * max(1, abs(other))
        for each in given
        if (number := as_number(each)) is not None
        for other in numbers
    )


def as_number(value: str) -> float | None:
    plain = value.replace(",", "").rstrip("%").strip()
    return float(plain) if re.fullmatch(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", plain) else None
