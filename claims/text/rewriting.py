"""A small grammar for phrases: words become named tokens, and rules rewrite runs of tokens into one, step by step.

Every rule is tried once, in order, over what the rules before it left (a cascade, after Abney, "Partial parsing via
finite-state cascades", 1996). A rule is a regular expression whose letters are the names of tokens.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple


class Token(NamedTuple):
    """A named stretch of the text; ``floating`` if what it means hangs on the day it was said."""

    name: str
    start: int
    end: int
    value: Any = None
    floating: bool = False


# What a rule makes of the tokens that it matched, said at a certain moment: name and value, None to leave them.
Made = tuple[str, Any] | None
Make = Callable[[Sequence[Token], datetime], Made]


class Rule(NamedTuple):
    """A compiled pattern over the letters of tokens, and what it makes of them."""

    pattern: re.Pattern[str]
    make: Make


# A letter for each name, so that a run of tokens is a string and a rule a regular expression.
LETTERS: dict[str, str] = {}
LONGEST_KEPT = 40
MOST_KEPT = 20_000


def letter(name: str) -> str:
    return LETTERS.setdefault(name, chr(0x4E00 + len(LETTERS)))


def rule(pattern: str, make: Make) -> Rule:
    """A rule such as ``weekday comma? month (num|ordinal)``: names with the signs of a regular expression."""
    letters = re.sub(r"[a-z_]+", lambda found: letter(found[0]), pattern)
    return Rule(re.compile(letters.replace(" ", "")), make)


class Grammar:
    """Rules in their order, and what was learned of which of them fit which runs of tokens."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = list(rules)
        self.fitting: dict[tuple[str, int], int] = {}

    def next_fitting(self, letters: str, place: int) -> int:
        """The first rule from this place on whose pattern is found in the run: the same runs come again and again."""
        known = self.fitting.get((letters, place))
        if known is not None:
            return known
        found = next(
            (n for n in range(place, len(self.rules)) if self.rules[n].pattern.search(letters)), len(self.rules)
        )
        if len(letters) <= LONGEST_KEPT:
            if len(self.fitting) >= MOST_KEPT:
                self.fitting.clear()
            self.fitting[letters, place] = found
        return found

    def rewrite(self, tokens: Sequence[Token], now: datetime) -> list[Token]:
        """The tokens after every rule had its turn, in order."""
        tokens = list(tokens)
        letters = "".join([letter(token.name) for token in tokens])
        place = 0
        while (place := self.next_fitting(letters, place)) < len(self.rules):
            rule = self.rules[place]
            kept: list[Token] = []
            reached = 0
            for match in rule.pattern.finditer(letters):
                start, end = match.span()
                if start < end and (made := attempt(rule.make, tokens[start:end], now)) is not None:
                    kept += [*tokens[reached:start], made]
                    reached = end
            if reached:
                tokens = kept + tokens[reached:]
                letters = "".join([letter(token.name) for token in tokens])
            place += 1
        return tokens


def attempt(make: Make, run: Sequence[Token], now: datetime) -> Token | None:
    try:
        made = make(run, now)
    except (ValueError, OverflowError):
        return None  # No such day, such as 30 February, or none that the calendar reaches.
    if made is None:
        return None
    return Token(made[0], run[0].start, run[-1].end, made[1], any(token.floating for token in run))
