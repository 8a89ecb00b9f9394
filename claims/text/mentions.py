"""Whom a text names with an @, among the people who could be meant."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

# An @ within a word, as in an e-mail address, names nobody.
SIGN = re.compile(r"(?<![\w.@])@(?=\w)")
WORD = re.compile(r"[\w.+-]*\w(?:@[\w.-]*\w)?")
JOINS = re.compile(r"\w|-\w")


@dataclass(frozen=True)
class Person:
    """Somebody who could be meant: their key, their name, and the address that tells them from a namesake."""

    key: int
    name: str
    email: str


@dataclass
class Mentions:
    """The keys of those who are named, in order; and the names that could be several people's, or are nobody's."""

    keys: list[int] = field(default_factory=list)
    unclear: list[tuple[str, list[str]]] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def mentions(text: str, people: Sequence[Person]) -> Mentions:
    """Whom the text names: by the e-mail address, by the whole name, or by the first word of a name that is alone."""
    found = Mentions()
    for sign in SIGN.finditer(text):
        rest = text[sign.end() :]
        word = WORD.match(rest)
        if word is None:
            continue
        meant, said = _meant(rest, word[0], people)
        if len(meant) == 1:
            if meant[0].key not in found.keys:
                found.keys.append(meant[0].key)
        elif meant:
            found.unclear.append((said, sorted(_apart(person, people) for person in meant)))
        else:
            found.unknown.append(said)
    return found


def _meant(rest: str, word: str, people: Sequence[Person]) -> tuple[list[Person], str]:
    """Who could be meant by what stands after an @, and by which of its words."""
    by_address = [person for person in people if person.email.casefold() == word.casefold()]
    if by_address:
        return by_address, word
    whole = [person for person in people if person.name and _begins_with(rest, person.name)]
    if whole:
        longest = max(len(person.name) for person in whole)
        return [person for person in whole if len(person.name) == longest], rest[:longest]
    first = word.split("@")[0].casefold()
    return [person for person in people if first in _short(person)], word


def _begins_with(rest: str, name: str) -> bool:
    return rest[: len(name)].casefold() == name.casefold() and JOINS.match(rest[len(name) :]) is None


def _short(person: Person) -> set[str]:
    """What one may call somebody for short: the first word of the name, or the address up to its @."""
    return {person.name.split(" ")[0].casefold(), person.email.split("@")[0].casefold()}


def _apart(person: Person, people: Sequence[Person]) -> str:
    """The name, or the address where somebody else has the same name."""
    same = [other for other in people if other.name.casefold() == person.name.casefold()]
    return person.name if len(same) == 1 else person.email
