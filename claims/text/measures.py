"""Numbers with what they measure: money, shares, sizes, ages, temperatures, and what is counted."""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import NamedTuple

from claims.text import cues
from claims.text.numbers import SCALES, Number
from claims.text.units import (
    AGE,
    AGED,
    AREA,
    CODES,
    DEGREES,
    DOLLARS,
    INCHES,
    MEASURE,
    MONEY_AFTER,
    MONEY_BEFORE,
    MONEY_WORDS,
    PERCENT,
    SCALES_OF_HEAT,
    SIGNS,
    SQUARED,
    TIMES,
    UNIT_WORDS,
)


class Measured(NamedTuple):
    """A number with its unit; ``used`` how many of the numbers it took."""

    start: int
    end: int
    kind: str
    value: Decimal
    unit: str
    used: int = 1


# What stands behind "per", by name and by sign.
PER_NAMES = {way: name.strip() for name, sign in TIMES.items() for way in (name.strip(), sign)}
CENTS = re.compile(r"\s(?:cents?|pence|kopecks?|centimes?)\b", re.IGNORECASE)
SHORT_SCALE = re.compile(r"(?:(?P<million>m)|b)(?!\w)")
BARE_SIGN = re.compile(r"[$€£¥₽₴₹]\s?\d")
REACH = 12


def money(text: str, found: Sequence[Number], at: int, floor: int = 0) -> Measured | None:
    """The sum of money that this number is part of, nothing of it before ``floor``."""
    number = found[at]
    low = max(floor, number.start - REACH)
    before = MONEY_BEFORE.search(text[low : number.start])
    if before is not None and not number.ordinal:
        code = code_before(before)
        value = number.value * (10**6 if before["million"] else 1)
        end = number.end
        if short := SHORT_SCALE.match(text, end):
            value, end = value * (10**6 if short["million"] else 10**9), short.end()
        after = MONEY_AFTER.match(text, end)
        if after and after["name"] and before["sign"] and text[number.start - 1].isspace():
            end = after.end()
        return Measured(low + before.start(), end, "money", value, code)
    after = MONEY_AFTER.match(text, number.end)
    if after is None or number.ordinal:
        return None
    if (
        after["sign"]
        and BARE_SIGN.match(text, after.start("sign"))
        and text[number.end : after.start("sign")].strip() == ""
        and (text[after.start("sign") + 1 : after.start("sign") + 2].isdigit())
    ):
        return None
    value = number.value * (10**6 if after["million"] else 1) * SCALES.get((after["scale"] or "").lower(), 1)
    plain = Measured(number.start, after.end(), "money", value, code_after(after))
    return plain if after["scale"] else with_cents(text, found, at, plain)


def code_before(match: re.Match[str]) -> str:
    if match["code"]:
        return match["code"].upper() if match["code"].upper() in CODES else match["code"].lower()
    if match["land"]:
        land = next(name for name in DOLLARS if name.lower() == match["land"].strip().lower())
        return DOLLARS[land] if match["sign"] == "$" else SIGNS[match["sign"]]
    return SIGNS[match["sign"]] or match["sign"]


def code_after(match: re.Match[str]) -> str:
    if match["sign"]:
        return SIGNS[match["sign"]] or match["sign"]
    if match["code"]:
        return match["code"].upper()
    noun, code = MONEY_WORDS[re.sub(r"\s", " ", match["name"].lower())]
    return code or noun


def with_cents(text: str, found: Sequence[Number], at: int, whole: Measured) -> Measured:
    """Three dollars and 50 cents, 15 dollars 50: a number below a hundred right behind belongs to it."""
    if at + 1 >= len(found) or whole.unit in ("cent", "penny", "pence"):
        return whole
    cents = found[at + 1]
    if cents.value >= 100 or cents.value < 0 or cents.ordinal or cents.value % 1 or not 0 < cents.start - whole.end < 6:
        return whole
    named = CENTS.match(text, cents.end)
    behind = text[cents.end : cents.end + 8]
    if not re.fullmatch(r"\s(?:and\s)?", text[whole.end : cents.start]):
        return whole
    if named is None and (
        re.match(r"\s?[$€£%]|\s(?:and|more)?\s?[a-z]", behind) and not re.match(r"\s(?:more|and)\b", behind)
    ):
        return whole
    if named is None and MONEY_AFTER.match(text, cents.end):
        return whole
    return whole._replace(end=named.end() if named else cents.end, value=whole.value + cents.value / 100, used=2)


def percent(text: str, found: Sequence[Number], at: int, floor: int = 0) -> Measured | None:
    number = found[at]
    after = PERCENT.match(text, number.end)
    if after is None or number.ordinal or text[after.end() : after.end() + 1].isalnum():
        return None
    return Measured(number.start, after.end(), "percent", number.value, "percent")


def age(text: str, found: Sequence[Number], at: int, floor: int = 0) -> Measured | None:
    number = found[at]
    if after := AGE.match(text, number.end):
        return Measured(number.start, after.end(), "age", number.value, after["unit"].lower())
    low = max(floor, number.start - REACH)
    if before := AGED.search(text[low : number.start]):
        return Measured(low + before.start(), number.end, "age", number.value, "year")
    return None


def temperature(text: str, found: Sequence[Number], at: int, floor: int = 0) -> Measured | None:
    number = found[at]
    after = DEGREES.match(text, number.end)
    if after is None or number.ordinal:
        return None
    scale = (after["scale"] or after["only"] or " ")[0].lower()
    return Measured(number.start, after.end(), "temperature", number.value, SCALES_OF_HEAT.get(scale, "degree"))


def dimension(text: str, found: Sequence[Number], at: int, floor: int = 0) -> Measured | None:
    number = found[at]
    after = MEASURE.match(text, number.end)
    if after is None or number.ordinal or text[after.end() : after.end() + 1] in ("/", "'", "’"):
        return None
    word = after["name"] or after["mark"]
    unit = UNIT_WORDS.get(word) or UNIT_WORDS.get(re.sub(r"\s", " ", word.lower()), "")
    if after["mark"] and len(after["mark"]) < 2 and text[number.end : after.start("mark")].strip(" \u00a0"):
        return None  # A sign never follows a hyphen: SCP-173-m.
    if (
        after["mark"]
        and text[max(0, number.start - 1) : number.start] == "-"
        and (text[max(0, number.start - 2) : number.start - 1].isalpha())
    ):
        return None
    if area := (after["area"] and AREA[after["area"].lower().rstrip(".")]) or (
        after["power"] and SQUARED[after["power"]]
    ):
        unit = f"{area} {unit}"
    if after["per"]:
        unit = f"{unit} per {PER_NAMES[after['per'].lower()]}"
    whole = Measured(number.start, after.end(), "dimension", number.value, unit)
    if unit == "foot" and at + 1 < len(found):
        inches = found[at + 1]
        if text[whole.end : inches.start] in (" ", "") and (mark := INCHES.match(text, inches.end)):
            return whole._replace(end=mark.end(), value=whole.value + inches.value / 12, used=2)
    return whole


Reader = Callable[[str, Sequence[Number], int, int], Measured | None]
READERS: dict[str, Reader] = {
    "money": money, "percent": percent, "temperature": temperature, "age": age, "dimension": dimension,
}  # fmt: skip


def measured(text: str, found: Sequence[Number], at: int, floor: int = 0) -> Measured | None:
    """What the number measures, as the first of these that fits: money, share, temperature, age, size."""
    number = found[at]
    follows = text[number.end : number.end + 3].lstrip(" \u00a0-")[:1]
    leads = text[max(0, number.start - 2) : number.start].rstrip()[-1:]
    # Most numbers stand before a stop or another number: nothing there can be a unit.
    if (not follows or follows in ".,;:!?()\n0123456789") and (not leads or leads in ".,;:!?(0123456789"):
        return None
    for read in READERS.values():
        if (made := read(text, found, at, floor)) is not None:
            return made
    return None


def every(text: str, found: Sequence[Number], kind: str) -> list[Measured]:
    """All that is measured in one way, in order."""
    read, made = READERS[kind], []
    at = floor = 0
    while at < len(found):
        one = read(text, found, at, floor)
        if one is not None:
            made.append(one)
            floor = one.end
        at += one.used if one else 1
    return made


WORD = re.compile(r"(?:\s{1,5}|-)(?P<word>[^\W\d_]{1,40}(?:[-'’][^\W\d_]{1,40}){0,3})")
IRREGULAR = frozenset(
    [
        "men",
        "women",
        "people",
        "children",
        "police",
        "personnel",
        "troops",
        "staff",
        "cattle",
        "sheep",
        "aircraft",
        "spacecraft",
        "militia",
        "infantry",
        "cavalry",
        "clergy",
        "folk",
        "feet",
        "teeth",
        "media",
        "data",
    ]
)
STOPS = frozenset(
    [
        "a",
        "an",
        "the",
        "and",
        "or",
        "but",
        "nor",
        "of",
        "in",
        "on",
        "at",
        "by",
        "for",
        "from",
        "to",
        "with",
        "as",
        "than",
        "that",
        "which",
        "who",
        "whom",
        "whose",
        "when",
        "where",
        "while",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "being",
        "has",
        "have",
        "had",
        "do",
        "does",
        "did",
        "will",
        "would",
        "can",
        "could",
        "may",
        "might",
        "must",
        "shall",
        "should",
        "not",
        "no",
        "it",
        "its",
        "he",
        "she",
        "they",
        "we",
        "you",
        "i",
        "this",
        "these",
        "those",
        "after",
        "before",
        "since",
        "until",
        "during",
        "against",
        "into",
        "over",
        "under",
        "about",
        "between",
        "per",
        "each",
        "if",
        "because",
        "so",
        "said",
        "says",
        "say",
        "told",
        "added",
        "noted",
        "according",
        "also",
        "only",
        "just",
        "even",
        "still",
        "yet",
        "already",
    ]
)
# Police officers, infantry brigades: the noun may be the next.
ALSO_BEFORE = frozenset(["police", "militia", "infantry", "media", "data", "cavalry", "aircraft", "staff"])
NOT_PLURAL = ("ss", "us", "is", "ous")
MOST_WORDS = 4
AFTER_NOUN = STOPS | cues.PREPOSITIONS | cues.CONJUNCTIONS | cues.AUXILIARIES | cues.MODALS | cues.DETERMINERS | (
    cues.ADVERBS | cues.PAST_VERBS | cues.SAYING | cues.SHOWING
)  # fmt: skip
ARTICLE = re.compile(r"\s(?:the|his|her|its|their|our|these|those|all)(?=\s)")


def is_plural(word: str) -> bool:
    lower = word.lower()
    if lower in IRREGULAR:
        return True
    return (
        word == lower and len(word) > 3 and word.endswith("s") and not word.endswith(NOT_PLURAL) and word not in STOPS
    )


# What is strong ends before these: the army left, stands, is.
AFTER_GROUP = re.compile(r"[a-z'’-]*(?:ed|ing|ly|s)\Z")


def group(text: str, position: int) -> str:
    """The name of the group that stands behind "12,000-strong": border guard."""
    first = WORD.match(text, position)
    if first is None or first["word"].lower() in STOPS:
        return ""
    last = first
    for _ in range(MOST_WORDS - 1):
        follows = WORD.match(text, last.end())
        if follows is None or follows["word"].lower() in AFTER_NOUN or AFTER_GROUP.match(follows["word"]):
            break
        last = follows
    return text[first.start("word") : last.end()]


def counted_things(text: str, end: int) -> str:
    """The words for what a number counts, "trained young men" behind "300": up to the first plural, else nothing."""
    position, first = end, None
    if text.startswith((" of ", "-strong "), end):
        position = end + (3 if text[end] == " " else 7)
        if text[end] == "-":
            return group(text, position)
    if article := ARTICLE.match(text, position):
        position = article.end()
    for _ in range(MOST_WORDS):
        match = WORD.match(text, position)
        if match is None or match["word"].lower() in STOPS:
            return ""
        first = match.start("word") if first is None else first
        word = match["word"].lower()
        if is_plural(match["word"]):
            follows = WORD.match(text, match.end()) if word in ALSO_BEFORE else None
            last = follows if follows and is_plural(follows["word"]) else match
            return text[first : last.end()]
        position = match.end()
    return ""
