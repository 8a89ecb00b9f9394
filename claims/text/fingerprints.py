"""Which texts share a passage, and which passage it is: word by word, whatever stands around and between the words.

Source: Schleimer, Wilkerson and Aiken, "Winnowing: Local Algorithms for Document Fingerprinting", SIGMOD 2003,
pp. 76-85.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from hashlib import blake2b, sha256
from heapq import nsmallest
from typing import NamedTuple

from claims.text.spans import Span

LONGEST = 1_000_000  # characters of a text that are looked at
TOGETHER = 8  # words that are hashed as one: as many in a row are seldom the same by chance
WINDOW = 8  # of so many hashes in a row the smallest is kept: any 15 words in a row leave a print
MOST = 2_000  # prints of a text
LEAST = TOGETHER + WINDOW - 1  # words of a text that nobody else happens upon

# Marks above and below letters, soft hyphens and joiners stand within words.
WORDS = re.compile(
    "[^\\W_](?:[^\\W_]|[\u00ad\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u0610-\u061a"
    "\u064b-\u065f\u0670\u200b-\u200d\u2060])*"
)


class Shared(NamedTuple):
    """A run of the same words in two texts, and where it stands in each."""

    words: int
    one: Span
    other: Span


@lru_cache(maxsize=50_000)
def folded(word: str) -> str:
    """A word without capitals, accents, and what is not seen of it."""
    if word.isascii():
        return word.lower()
    apart = unicodedata.normalize("NFKD", word.lower())
    return "".join(each for each in apart if unicodedata.category(each) not in {"Mn", "Cf"})


def count_words(text: str) -> int:
    """How many words a text has, as they are counted here."""
    return sum(1 for _word in WORDS.finditer(text, 0, LONGEST))


def prints(text: str) -> set[int]:
    """At most 2,000 numbers of 63 bits; texts that share fifteen words in a row share some, others hardly any.

    Empty for a text of fewer than eight words. Of a text with more prints the smallest are kept: those are
    spread over it evenly, and are the same in every text that is long.
    """
    words = [folded(word[0]) for word in WORDS.finditer(text, 0, LONGEST)]
    hashes = [number_of(" ".join(run)) for run in runs(words)]
    kept = {min(hashes[n : n + WINDOW]) for n in range(max(1, len(hashes) - WINDOW + 1))} if hashes else set()
    return kept if len(kept) <= MOST else set(nsmallest(MOST, kept))


def wording(text: str) -> str:
    """A hash that texts of the same words share, whatever their lines and capitals; "" for one of fewer than 15."""
    words = text.casefold().split()
    return sha256(" ".join(words).encode(errors="replace")).hexdigest() if len(words) >= LEAST else ""


def number_of(words: str) -> int:
    """From 1 to 2**63 - 1; the same in every process, always."""
    return (int.from_bytes(blake2b(words.encode(errors="replace"), digest_size=8).digest()) >> 1) or 1


def runs[T](words: Sequence[T]) -> Iterable[tuple[T, ...]]:
    """Every eight in a row."""
    return zip(*(words[n:] for n in range(TOGETHER)), strict=False)


def longest_shared(one: str, other: str) -> Shared | None:
    """The longest run of the same words in both texts, the first of several; None where no eight in a row are."""
    mine, theirs = placed(one), placed(other)
    both = set(runs([word for word, _span in mine])) & set(runs([word for word, _span in theirs]))
    if not both:
        return None
    found = Automaton(shared_parts(mine, both)).longest_in(shared_parts(theirs, both))
    length, last, last_there = found
    return Shared(length, stretch(mine, last, length), stretch(theirs, last_there, length))


def placed(text: str) -> list[tuple[str, Span]]:
    return [(folded(word[0]), Span(*word.span())) for word in WORDS.finditer(text, 0, LONGEST)]


def stretch(words: Sequence[tuple[str, Span]], last: int, length: int) -> Span:
    """From the first letter to the last of so many words, of which the last is given."""
    return Span(words[last - length + 1][1].start, words[last][1].end)


def shared_parts(words: Sequence[tuple[str, Span]], both: set[tuple[str, ...]]) -> list[tuple[str | int, int]]:
    """(word, its place) of all that stand in an eight that both texts have; a number of its own for each gap."""
    parts: list[tuple[str | int, int]] = []
    end = 0  # words before this place are in already
    for place, run in enumerate(runs([word for word, _span in words])):
        if run in both:
            if place > end or not parts:
                parts.append((-place - 1, place))  # the other text has no number, so that no run goes over a gap
            parts += [(words[n][0], n) for n in range(max(place, end), place + TOGETHER)]
            end = place + TOGETHER
    return parts


class Automaton:
    """All runs of a sequence, in a graph no longer than twice the sequence: the suffix automaton.

    Source: Blumer et al., "The smallest automaton recognizing the subwords of a text", Theoretical Computer
    Science 40, 1985, pp. 31-55.
    """

    def __init__(self, parts: Sequence[tuple[str | int, int]]) -> None:
        self.next: list[dict[str | int, int]] = [{}]
        self.link, self.length, self.last = [-1], [0], [-1]
        end = 0
        for word, place in parts:
            end = self._add(word, place, end)

    def _state(self, following: dict[str | int, int], link: int, length: int, last: int) -> int:
        self.next.append(following)
        self.link.append(link)
        self.length.append(length)
        self.last.append(last)
        return len(self.next) - 1

    def _add(self, word: str | int, place: int, end: int) -> int:
        new = self._state({}, 0, self.length[end] + 1, place)
        before = end
        while before >= 0 and word not in self.next[before]:
            self.next[before][word] = new
            before = self.link[before]
        if before < 0:
            return new
        after = self.next[before][word]
        if self.length[after] != self.length[before] + 1:
            twin = self._state(dict(self.next[after]), self.link[after], self.length[before] + 1, self.last[after])
            while before >= 0 and self.next[before].get(word) == after:
                self.next[before][word] = twin
                before = self.link[before]
            self.link[after] = twin
            after = twin
        self.link[new] = after
        return new

    def longest_in(self, parts: Sequence[tuple[str | int, int]]) -> tuple[int, int, int]:
        """The longest run that stands in another sequence too: its length, and the place of its last word in each."""
        best, at, length = (0, -1, -1), 0, 0
        for word, place in parts:
            if isinstance(word, int):
                at = length = 0
                continue
            while at and word not in self.next[at]:
                at = self.link[at]
                length = self.length[at]
            if word in self.next[at]:
                at, length = self.next[at][word], length + 1
            if length > best[0]:
                best = length, self.last[at], place
        return best
