"""Claims that say the same as a statement, or something near: offered to a person, never merged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.db import models
from rapidfuzz import fuzz

from claims.models import Claim, User
from claims.search.candidates import candidates
from claims.search.words import WORDS, denies, figures, folded, stem

# A score is a weighted mean: how far the telling words are the same, and how far the letters are.
BY_WORDS, BY_LETTERS = 0.75, 0.25
SAME = 0.85
NEAR = 0.5
SET_BACK = 0.2  # of what a score has beyond NEAR, this much stays where figures differ

type Judgement = Literal["same", "near", "far"]


@dataclass(frozen=True)
class Near:
    """A claim beside a statement: how alike they are, from 0 to 1, and what that comes to."""

    claim: Claim
    score: float
    judgement: Judgement


def similar(
    statement: str, reader: User, *, limit: int = 20, besides: Claim | None = None, least: float = NEAR
) -> list[Near]:
    """The claims of the reader's cases that say what the statement says, or nearly, the most alike first.

    `besides` is the claim whose statement it is; `least` the score from which on they are given. Each claim
    comes with its case and its rating.
    """
    by_stem = {stem(word): word for word in WORDS.findall(folded(statement))}
    found = candidates(list(by_stem.values()), reader)
    weights = {each: found.weights[word] for each, word in by_stem.items() if word in found.weights}
    seen = Claim.objects.visible_to(reader).exclude(pk=besides.pk if besides else None)
    said = dict(seen.filter(pk__in=found.keys).order_by().values_list("pk", "statement"))
    asked = Comparable.of(statement)
    scores = {
        key: set_back(likeness(asked, Comparable.of(text), weights), statement, text) for key, text in said.items()
    }
    best = sorted((key for key in scores if scores[key] >= least), key=lambda key: (-scores[key], -key))[:limit]
    claims = Claim.objects.filter(pk__in=best).select_related("case", "rating").fetch_mode(models.FETCH_RAISE)
    by_key = {claim.pk: claim for claim in claims}
    return [Near(by_key[key], scores[key], judged(scores[key], statement, said[key])) for key in best if key in by_key]


@dataclass(frozen=True)
class Comparable:
    """A statement's words, folded, and their stems."""

    words: str
    stems: frozenset[str]

    @classmethod
    def of(cls, statement: str) -> Comparable:
        words = WORDS.findall(folded(statement))
        return cls(" ".join(words), frozenset(map(stem, words)))


def likeness(asked: Comparable, other: Comparable, weights: dict[str, float]) -> float:
    """How alike two statements are, from 0 to 1, where `weights` says how telling each stem of the first is.

    By words it is the cosine of the two sets of stems, each weighed as it tells. A stem of the other alone
    weighs what those of the first do on average, so that a longer statement is less alike.
    """
    weights = {each: weights.get(each, 0) for each in asked.stems}
    if not any(weights.values()):
        return 0.0
    own = sum(weight**2 for weight in weights.values())
    shared = sum(weights[each] ** 2 for each in asked.stems & other.stems)
    alone = len(other.stems - asked.stems) * (sum(weights.values()) / len(weights)) ** 2
    by_words = shared / (own * (shared + alone)) ** 0.5 if shared else 0.0
    return BY_WORDS * by_words + BY_LETTERS * fuzz.token_set_ratio(asked.words, other.words) / 100


def set_back(score: float, one: str, other: str) -> float:
    """The score, lowered where each statement has a figure that the other has not, so that such come last.

    It never falls below NEAR for that: another figure may be just what contradicts.
    """
    ones, others = figures(one), figures(other)
    if score <= NEAR or ones <= others or others <= ones:
        return score
    return NEAR + SET_BACK * (score - NEAR)


def judged(score: float, one: str, other: str) -> Judgement:
    """What a score comes to. Where figures differ, or one says what the other denies, it is never the same."""
    if score < NEAR:
        return "far"
    alike = figures(one) == figures(other) and denies(one) == denies(other)
    return "same" if score >= SAME and alike else "near"
