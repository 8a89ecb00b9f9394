"""Words as they are compared: without case, accents and endings, and the figures and denials among them."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from functools import lru_cache

WORDS = re.compile(r"[^\W_]+")
ACCENTS = re.compile("[\u0300-\u036f]")

# Longest first: of each word, the first that leaves three letters goes.
ENDINGS = "ations ation ingly edly ings ing ies ied ers ed es er ly s e y".split()  # noqa: SIM905

# Words for figures; “one” is left out, as it is mostly a pronoun.
SMALL = {word: n for n, word in enumerate("two three four five six seven eight nine ten eleven twelve".split(), 2)}  # noqa: SIM905
SMALL["dozen"] = 12
SCALES = {"k": 3, "thousand": 3, "m": 6, "million": 6, "bn": 9, "billion": 9, "tn": 12, "trillion": 12}
GAPS = re.compile("[\u00a0\u2009\u202f]")
FIGURES = re.compile(
    rf"(\d{{1,3}}(?:[,\u00a0\u2009\u202f]\d{{3}})+(?:\.\d+)?(?!\d)|\d+(?:[.,]\d+)?|\b(?:{'|'.join(SMALL)})\b)"
    rf"(?:[\s-]?({'|'.join(SCALES)})\b)?",
    re.IGNORECASE,
)

DENIALS = frozenset(["no", "not", "never", "none", "nobody", "nothing", "neither", "nor", "without", "cannot"])
SHORT_DENIAL = re.compile(r"n['’]t\b", re.IGNORECASE)


def folded(text: str) -> str:
    """The text in small letters without accents, as both databases index it."""
    text = text.lower()
    # Mathematical capitals become letters, and large ones, only when they are taken apart.
    return text if text.isascii() else ACCENTS.sub("", unicodedata.normalize("NFKD", text).lower())


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """What is left of a folded English word without its ending: enough to know “ballots” for “ballot”."""
    if len(word) < 4 or word[0].isdigit():
        return word
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            break
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] else word


def figures(text: str) -> frozenset[Decimal]:
    """The figures in a text, whatever they count: 48,000 and “five million”, and the year of a date."""
    found = set()
    for figure, scale in FIGURES.findall(text):
        plain = re.sub(r",(?=\d{3}(?!\d))", "", GAPS.sub("", figure)).replace(",", ".")
        value = Decimal(SMALL.get(plain.lower()) or plain)
        found.add(value.scaleb(SCALES[scale.lower()]) if scale else value)
    return frozenset(found)


def denies(text: str) -> bool:
    """Whether a word of denial stands in it."""
    return bool(SHORT_DENIAL.search(text)) or not DENIALS.isdisjoint(WORDS.findall(text.lower()))
