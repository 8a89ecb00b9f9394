"""A document's text as it is stored: what a person gave, in one spelling and without invisible bytes."""

import codecs
import re
import unicodedata
from functools import cache
from typing import Literal

type Reason = Literal["empty", "binary", "utf16", "not_utf8", "surrogate", "pile"]

# Every way to end a line or a page becomes a line feed, so that words on two lines stay two words.
BREAKS = re.compile("\r\n?|[\x0b\x0c\x85\u2028]")
CONTROLS = re.compile("[\x01-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
LONE_SURROGATES = re.compile("[\ud800-\udfff]")

# Unicode's stream-safe format stops at 30 marks on one letter; putting 80,000 in order takes five seconds.
MARKS_ON_ONE_LETTER = 64

# Embeddings, overrides and isolates (Unicode Annex 9, 2.1 to 2.5): what follows them may be read in another order than
# it is stored in. The plain marks U+200E and U+200F only place what has no direction, and many names need them.
TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")


class Unreadable(ValueError):
    """What came in is no text: ``reason`` says why, and ``position`` (from 0) where, if it is a place."""

    def __init__(self, reason: Reason, position: int | None = None) -> None:
        self.reason = reason
        self.position = position
        super().__init__(reason if position is None else f"{reason} at {position}")


def readable(raw: bytes) -> str:
    """The text of a UTF-8 file, as it is stored. Raises Unreadable."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise Unreadable("utf16")
    if 0 in raw:
        raise Unreadable("binary", raw.index(0))
    try:
        return clean(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise Unreadable("not_utf8", error.start) from None


def clean(text: str) -> str:
    """Pasted or typed text, as it is stored: cleaning it again changes nothing. Raises Unreadable.

    NFC, line feeds only, no control characters but tab and line feed, no byte order mark.
    """
    if "\0" in text:
        raise Unreadable("binary", text.index("\0"))
    if lone := LONE_SURROGATES.search(text):
        raise Unreadable("surrogate", lone.start())
    text = CONTROLS.sub("", text)
    text = BREAKS.sub("\n", text).replace("\u2029", "\n\n").lstrip("\ufeff")
    if not text.isascii():
        text = compose(text)
    if not any(is_visible(character) for character in text):
        raise Unreadable("empty")
    return text


def compose(text: str) -> str:
    """The text in NFC: some sources spell "é" as "e" + U+0301. Raises Unreadable on a pile of accents."""
    if pile := piles().search(text):
        raise Unreadable("pile", pile.start())
    return unicodedata.normalize("NFC", text)


@cache
def piles() -> re.Pattern[str]:
    # Putting marks with a combining class in order is what takes the time; some others come apart into such.
    letters = map(chr, range(0x300, 0x1F000))
    moving = [each for each in letters if all(map(unicodedata.combining, unicodedata.normalize("NFD", each)))]
    return re.compile(f"[{''.join(moving)}]{{{MARKS_ON_ONE_LETTER + 1},}}")


def without_turns(text: str) -> str:
    """The text without the characters that turn the direction of writing."""
    return TURNS.sub("", text)


def code_point(character: str) -> str:
    """How Unicode names a character: U+202E."""
    return f"U+{ord(character):04X}"


def is_visible(character: str) -> bool:
    return not character.isspace() and unicodedata.category(character) != "Cf"
