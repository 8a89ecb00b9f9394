"""A long text in parts that a page can show. Where a part ends is seen from the text near there alone."""

import re

from claims.text.marks import BLANK_LINES
from claims.text.sentences import is_free

SIZE = 40_000
REACH = 4_000
# The last part keeps whatever is too short to stand alone.
LEAST = 2 * REACH


def count(length: int) -> int:
    """In how many parts a text of so many characters is shown."""
    return max(1, (length - LEAST) // SIZE + 1)


def turn(window: str) -> int:
    """How much of a window still belongs to the part before: to the end of a paragraph, a line, or a word."""
    for gap in (BLANK_LINES, re.compile("\n"), re.compile(r"\s+")):
        if found := gap.search(window):
            return found.end()
    return next((at for at in range(1, len(window)) if is_free(window, at)), 0)


def number_at(text: str, place: int, *, start: int = 0, length: int | None = None) -> int:
    """In which part of a text a place in it stands, from 1.

    Of a text of `length` characters only a stretch may be at hand, from `start` on: a multiple of SIZE not behind
    the place, to REACH characters behind such a multiple.
    """
    number = min(place // SIZE + 1, count(start + len(text) if length is None else length))
    floor = (number - 1) * SIZE
    if number == 1 or floor < start:
        # A place beyond the last floor by a whole part or more: only the last part is as long.
        return number
    return number - 1 if place < floor + turn(text[floor - start : floor - start + REACH]) else number
