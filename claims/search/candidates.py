"""Claims that share telling words with a statement: found word by word, never reading more of an index than it must."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from heapq import nlargest
from itertools import combinations
from typing import Any, NamedTuple

from django.db import connection, models

from claims.models import Case, Claim, Tally, User

MOST_WORDS = 40  # of a statement; the longest ones
PROBE = 250  # claims read for each word, to see how common it is
RARE = 2000  # claims that hold a word, up to which all of them are read
MOST_READ = 5000  # of such claims, over all words
ENOUGH = 120  # claims to compare letter by letter
FEW = 50  # fewer than these from rare words, and common ones are asked together
TOGETHER = 4  # common words that are looked for together where rare ones find too little
MOST = 0.25  # of all claims: whoever may see more of them is asked about afterwards, as that is quicker


class Found(NamedTuple):
    """Claims by how much they share, the most first, and how telling each word is; unknown words tell most."""

    keys: list[int]
    weights: dict[str, float]


class Probe(NamedTuple):
    word: str
    keys: list[int]
    holding: float  # how many claims hold it, as far as one can tell from the oldest


def candidates(words: Sequence[str], reader: User) -> Found:
    """The claims that share the most telling of these words, each of another stem.

    All that are worth comparing among those the reader may see, and others: ask `visible_to` before showing any.
    """
    look = Lookup(reader)
    if not look.newest or look.cases == []:
        return Found([], {})
    words = sorted(words, key=len, reverse=True)[:MOST_WORDS]
    probes = sorted((look.probe(word) for word in words), key=lambda probe: (probe.holding, probe.word))
    weights = {probe.word: telling(probe.holding, look.newest) for probe in probes}
    shared: defaultdict[int, float] = defaultdict(float)
    read, common = 0, []
    for probe in probes:
        if probe.holding > RARE or read > MOST_READ:
            common.append(probe.word)
            continue
        keys = probe.keys if len(probe.keys) < PROBE else look.holding([probe.word], RARE)
        read += len(keys)
        for key in keys:
            shared[key] += weights[probe.word]
    if len(shared) < FEW:
        for together in combined(common[:TOGETHER]):
            for key in look.holding(together, ENOUGH):
                shared[key] += sum(weights[word] for word in together)
    return Found(nlargest(int(ENOUGH / look.share), shared, key=shared.__getitem__), weights)


def telling(holding: float, among: float) -> float:
    """How much it says that two claims share a word which so many hold: the inverse document frequency of BM25."""
    return math.log(1 + (max(among, holding) - holding + 0.5) / (holding + 0.5))


def combined(words: Sequence[str]) -> list[tuple[str, ...]]:
    """All of these words together, then all but one, and so on down to pairs; one by itself only where it is alone."""
    least = min(2, len(words))
    return [each for size in range(len(words), least - 1, -1) for each in combinations(words, size) if each]


class Lookup:
    """The index of stems: of the reader's cases, or of all where they hold a good part of all claims."""

    cases: list[int] | None

    def __init__(self, reader: User) -> None:
        self.newest: int = Claim.objects.order_by().aggregate(newest=models.Max("pk"))["newest"] or 0
        self.share, self.cases = 1.0, None
        # Without a claim anywhere there is no share to speak of.
        if self.newest and not (reader.is_superuser and reader.is_active):
            cases = list(Case.objects.visible_to(reader).order_by().values_list("pk", flat=True))
            held = Tally.objects.filter(case__in=cases).aggregate(held=models.Sum("count"))["held"] or 0
            if held < MOST * self.newest:
                self.cases = cases
            else:
                self.share = min(1.0, held / self.newest)

    def probe(self, word: str) -> Probe:
        """The oldest claims that hold a word, and how many hold it if the newer ones do as often."""
        keys = self.holding([word], PROBE)
        if len(keys) < PROBE:
            return Probe(word, keys, len(keys))
        first, last = min(keys), max(keys)
        return Probe(word, keys, len(keys) / (last - first + 1) * (self.newest - first + 1))

    def holding(self, words: Sequence[str], most: int) -> list[int]:
        """The oldest claims that hold all these words."""
        on_sqlite = connection.vendor == "sqlite"
        sql, values = (self._on_sqlite if on_sqlite else self._on_postgres)(words)
        with connection.cursor() as cursor:
            cursor.execute(f"{sql} LIMIT %s", [*values, most])
            return [key for (key,) in cursor.fetchall()]

    def _on_sqlite(self, words: Sequence[str]) -> tuple[str, list[Any]]:
        match = "statement:(" + " AND ".join(f'"{word}"' for word in words) + ")"
        if self.cases is not None:
            match += " AND facet:(" + " OR ".join(f"case{key}" for key in self.cases) + ")"
        return "SELECT rowid FROM claims_found_claims WHERE claims_found_claims MATCH %s ORDER BY rowid", [match]

    def _on_postgres(self, words: Sequence[str]) -> tuple[str, list[Any]]:
        sql = "SELECT id FROM claims_claim WHERE claims_words_of(statement) @@ to_tsquery('claims_stemmed', %s)"
        values: list[Any] = [" & ".join(f"'{word}'" for word in words)]
        if self.cases is not None:
            sql += " AND case_id = ANY(%s)"
            values.append(self.cases)
        return sql, values  # read in the table's order, which is theirs: sorting would read all that hold a common word
