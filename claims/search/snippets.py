"""A stretch of a text around the words that were looked for, with those words marked; safe to put on a page.

Made from the text itself, so that both databases show the same and no sign in the text is taken for a mark.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from html import escape

from django.utils.safestring import SafeString, mark_safe

from claims.search.words import stem

WIDE = 240  # characters of a snippet
BEFORE = 60  # of them, at most, before the first mark
PIECE = 10_000  # characters of a long text looked through at once
MOST_PIECES = 5  # with some of the words, in which all are hoped for

type Hit = tuple[int, int, str]  # start, end, which word


def snippet(
    text: str, words: Sequence[str], begun: Collection[str] = (), *, before: bool = False, after: bool = False
) -> SafeString:
    """The stretch in which most of the folded words stand, with an ellipsis where the text goes on.

    A long text is read piece by piece, until all the words stand together or some did in a few pieces. It may
    itself be a stretch, with more text `before` or `after` it.
    """
    wanted = len({stem(word) for word in words})
    best, most, pieces = 0, 0, 0
    hits: list[Hit] = []
    for start in range(0, len(text), PIECE):
        inside = hits_in(text, words, begun, start, start + PIECE + WIDE)
        at, different = densest(inside)
        if different > most:
            best, most, hits = at, different, inside
        pieces += bool(inside)
        if most == wanted or pieces == MOST_PIECES:
            break
    start, end = stretch(text, best)
    body = _with_marks(text, start, end, hits)
    return mark_safe(("… " if start or before else "") + body + (" …" if end < len(text) or after else ""))  # noqa: S308 - escaped


def marked(text: str, words: Sequence[str], begun: Collection[str] = ()) -> SafeString:
    """The whole text, with the words marked."""
    return mark_safe(_with_marks(text, 0, len(text), hits_in(text, words, begun)))  # noqa: S308 - escaped


def hits_in(
    text: str, words: Sequence[str], begun: Collection[str], start: int = 0, end: int | None = None
) -> list[Hit]:
    """Where words of these stems stand between two places in the text, or words that begin as those of `begun` do."""
    stems = {stem(word) for word in words}
    end = len(text) if end is None else min(end, len(text))
    if not stems:
        return []
    # From one sign before, to see whether a word begins there; a word that is cut off belongs to the next piece.
    shift = max(0, start - 1)
    alike = folded_in_place(text[shift:end])
    # Most of a long text holds none of them, and this sees it a hundred times as fast as the pattern.
    if not any(each in alike for each in stems) and not any(each in alike for each in begun):
        return []
    first = "|".join(sorted((re.escape(each) for each in stems | set(begun)), key=len, reverse=True))
    found = []
    for match in re.compile(rf"(?<![^\W_])(?:{first})[^\W_]*").finditer(alike, start - shift):
        if end < len(text) and match.end() == len(alike):
            break
        which = stem(match[0])
        if which not in stems:
            which = next((each for each in begun if match[0].startswith(each)), "")
        if which:
            found.append((match.start() + shift, match.end() + shift, which))
    return found


def folded_in_place(text: str) -> str:
    """The text in small letters without accents, each sign still in its place."""
    if text.isascii():
        return text.lower()
    table = {}
    for sign in set(text):
        plain = unicodedata.normalize("NFKD", sign.lower())[:1].lower()
        table[ord(sign)] = plain or sign
    return text.translate(table)


def densest(hits: Sequence[Hit]) -> tuple[int, int]:
    """The hit after which most different words stand within a snippet, and how many they are."""
    place, most = 0, 0
    for n, (at, _end, _which) in enumerate(hits):
        different = len({which for _begin, end, which in hits[n : n + 20] if end <= at + WIDE - BEFORE})
        if different > most:
            place, most = at, different
    return place, most


def stretch(text: str, place: int) -> tuple[int, int]:
    """Where a snippet around this place begins and ends, between words."""
    start = max(0, place - BEFORE)
    end = min(len(text), start + WIDE)
    if start:
        gap = text.find(" ", start, start + BEFORE)
        start = gap + 1 if gap >= 0 else start
    if end < len(text):
        gap = text.rfind(" ", end - BEFORE, end)
        end = gap if gap > start else end
    return start, end


def _with_marks(text: str, start: int, end: int, hits: Sequence[Hit]) -> str:
    parts: list[str] = []
    at = start
    for begin, stop, _which in hits:
        if begin >= at and stop <= end:
            parts += [escape(text[at:begin]), "<mark>", escape(text[begin:stop]), "</mark>"]
            at = stop
    return "".join([*parts, escape(text[at:end])])
