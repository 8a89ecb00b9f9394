"""Bounds and ranges of numbers: at least 300, up to 5,000, from 200 to 300, between 3 and 4 million."""

import re
from decimal import Decimal
from typing import NamedTuple

from claims.text.numbers import Number


class Bound(NamedTuple):
    """Words that make a number the lower or the upper end of a range, or both, and where they stand."""

    start: int
    end: int
    side: str
    inclusive: bool


ABOVE = (
    r"(?:more|greater|larger|bigger|higher|better)\s+than|over|above|exceed(?:s|ed|ing)?|in\s+excess\s+of|"
    r"upwards?\s+of|(?<![<>])>"
)
BELOW = r"(?:less|fewer|smaller|lower)\s+than|under|below|(?<![<>])<"
FROM = (
    r"at\s+least|(?:no|not)\s+(?:less|fewer)\s+than|a\s+minimum\s+of|minimum\s+of|"
    r"equal\s+to\s+or\s+(?:more|greater|larger|higher)\s+than|"
    r"(?:more|greater|larger|bigger|higher)\s+(?:than\s+)?or\s+equal\s+(?:to|than)|>\s?=|≥"
)
UPTO = (
    r"up\s+to|at\s+(?:the\s+)?most|(?:no|not)\s+more\s+than|a\s+maximum\s+of|maximum\s+of|as\s+many\s+as|as\s+much\s+as|"
    r"equal\s+to\s+or\s+(?:less|smaller|lower)\s+than|(?:less|fewer|smaller|lower)\s+(?:than\s+)?or\s+equal\s+(?:to|than)|<\s?=|≤"
)
EQUAL = r"equal(?:s|ing)?(?:\s+to)?"
BEFORE = re.compile(
    rf"(?:(?<!\w)(?:(?P<from>{FROM})|(?P<upto>{UPTO})|(?P<above>{ABOVE})|(?P<below>{BELOW})|(?P<equal>{EQUAL})))\s*(?:the\s+)?$",
    re.IGNORECASE,
)
AFTER = re.compile(
    r"\s+(?:(?P<from>(?:or|and)\s+(?:more|greater|above|over|higher|larger|up))|(?P<upto>(?:or|and)\s+(?:less|fewer|below|under|lower)))\b"
    r"(?!\s+than)",
    re.IGNORECASE,
)
OR_EQUAL_AFTER = re.compile(r"\s+or\s+equal\s+to(?!\s+(?:\d|[a-z]+\s+(?:hundred|thousand)))", re.IGNORECASE)
JOIN = re.compile(r"\s*(?:[-–—~]|(?P<to>\bto\b|\btill\b|\bthrough\b)|(?P<and>\band\b))\s*", re.IGNORECASE)
TWO_BOUNDS = re.compile(r"\s*(?:,\s*)?(?:(?:and|but|yet)\s+)?(?:also\s+)?$", re.IGNORECASE)
LED = re.compile(r"\b(?P<word>between|from)\s+$", re.IGNORECASE)
REACH = 45


def bound_before(text: str, start: int) -> Bound | None:
    """The bound whose words end right before this place."""
    floor = max(0, start - REACH)
    match = BEFORE.search(text[floor:start])
    if match is None:
        return None
    side = str(match.lastgroup)
    return Bound(floor + match.start(), start, side, side not in ("above", "below"))


def bound_after(text: str, end: int) -> Bound | None:
    """The bound whose words begin right behind this place: or more, and over, or less."""
    match = AFTER.match(text, end)
    return Bound(match.start(), match.end(), str(match.lastgroup), True) if match else None


def joined(text: str, one: Number, other: Number) -> int | None:
    """Where the range of two numbers begins, if the words between and before them make one."""
    if other.start - one.end > 12 or (gap := JOIN.fullmatch(text, one.end, other.start)) is None:
        # A figure with its minus sign: 200 -300.
        return None
    led = LED.search(text[max(0, one.start - 9) : one.start])
    word = led["word"].lower() if led else ""
    if gap["and"] and word != "between":
        return None
    return one.start - len(led[0]) if led else one.start


def number_ranges(text: str, found: list[Number]) -> list[tuple[int, int, str]]:
    """The ranges of the text as intervals: ``(10,15]`` is more than ten and at most fifteen."""
    ranges: list[tuple[int, int, str, str]] = []
    position = 0
    while position < len(found):
        number = found[position]
        follows = found[position + 1] if position + 1 < len(found) else None
        start = joined(text, number, follows) if follows else None
        if start is not None and follows and number.value < follows.value and not number.ordinal:
            ranges.append((start, follows.end, "[" + shown(number.value), shown(follows.value) + ")"))
            position += 2
            continue
        if (bounded := half_open(text, number)) is not None:
            ranges.append(bounded)
        position += 1
    return merged(text, ranges)


def half_open(text: str, number: Number) -> tuple[int, int, str, str] | None:
    before, after = bound_before(text, number.start), bound_after(text, number.end)
    value = shown(number.value)
    bound = before or after
    if bound is None:
        return None
    start, end = (bound.start, number.end) if before else (number.start, bound.end)
    inclusive = bound.inclusive
    if before and not inclusive and (equal := OR_EQUAL_AFTER.match(text, number.end)):
        end, inclusive = equal.end(), True
    if bound.side == "equal":
        return start, end, "[" + value, value + "]"
    if bound.side in ("from", "above"):
        return start, end, ("[" if inclusive else "(") + value, ")"
    return start, end, "(", value + ("]" if inclusive else ")")


def merged(text: str, ranges: list[tuple[int, int, str, str]]) -> list[tuple[int, int, str]]:
    """Two open ranges side by side are one, where they meet: above 1,000 and below 1,500."""
    made: list[tuple[int, int, str]] = []
    position = 0
    while position < len(ranges):
        start, end, low, high = ranges[position]
        if position + 1 < len(ranges):
            begin, until, low2, high2 = ranges[position + 1]
            pair = ends_of(low, high, low2, high2)
            if pair is not None and begin - end < 12 and TWO_BOUNDS.fullmatch(text, end, begin):
                made.append((start, until, ",".join(pair)))
                position += 2
                continue
        made.append((start, end, f"{low},{high}"))
        position += 1
    return made


def ends_of(low: str, high: str, low2: str, high2: str) -> tuple[str, str] | None:
    """The two ends of one range, from a range open above and one open below."""
    if high == ")" and low2 == "(":
        pair = low, high2
    elif low == "(" and high2 == ")":
        pair = low2, high
    else:
        return None
    return pair if Decimal(pair[0][1:]) < Decimal(pair[1][:-1]) else None


def shown(value: Decimal) -> str:
    """The number as people write it in figures, without an exponent."""
    return f"{value.normalize():f}" if abs(value.adjusted()) < 40 else str(value)
