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
MOST_HITS = 400  # looked at for the best stretch

type Hits = list[tuple[int, int, str]]  # start, end, which word


def snippet(text: str, words: Sequence[str], begun: Collection[str] = ()) -> SafeString:
    """The stretch in which most of the folded words stand, with an ellipsis where the text goes on."""
    hits = hits_in(text, words, begun)
    start, end = stretch(text, hits)
    body = _with_marks(text, start, end, hits)
    return mark_safe(("… " if start else "") + body + (" …" if end < len(text) else ""))  # noqa: S308 - escaped


def marked(text: str, words: Sequence[str], begun: Collection[str] = ()) -> SafeString:
    """The whole text, with the words marked."""
    return mark_safe(_with_marks(text, 0, len(text), hits_in(text, words, begun)))  # noqa: S308 - escaped


def hits_in(text: str, words: Sequence[str], begun: Collection[str]) -> Hits:
    """Where words of these stems stand in the text, or words that begin as those of `begun` do."""
    stems = {stem(word) for word in words}
    if not stems:
        return []
    alike = folded_in_place(text)
    first = "|".join(sorted((re.escape(each) for each in stems | set(begun)), key=len, reverse=True))
    found: Hits = []
    for match in re.finditer(rf"(?<![^\W_])(?:{first})[^\W_]*", alike):
        word = match[0]
        which = stem(word)
        if which not in stems:
            which = next((each for each in begun if word.startswith(each)), "")
        if which:
            found.append((match.start(), match.end(), which))
            if len(found) == MOST_HITS:
                break
    return found


def folded_in_place(text: str) -> str:
    """The text in small letters without accents, each sign still in its place."""
    if text.isascii():
        return text.lower()
    table = {}
    for sign in set(text):
        plain = unicodedata.normalize("NFKD", sign.lower())[:1]
        table[ord(sign)] = plain or sign
    return text.translate(table)


def stretch(text: str, hits: Hits) -> tuple[int, int]:
    """Where the stretch with the most different words begins and ends, between words."""
    start, most = 0, 0
    for n, (at, _end, _which) in enumerate(hits):
        inside = {which for begin, end, which in hits[n : n + 20] if end <= at + WIDE - BEFORE}
        if len(inside) > most:
            start, most = max(0, at - BEFORE), len(inside)
    end = min(len(text), start + WIDE)
    if start:
        gap = text.find(" ", start, start + BEFORE)
        start = gap + 1 if gap >= 0 else start
    if end < len(text):
        gap = text.rfind(" ", end - BEFORE, end)
        end = gap if gap > start else end
    return start, end


def _with_marks(text: str, start: int, end: int, hits: Hits) -> str:
    parts, at = [], start
    for begin, stop, _which in hits:
        if begin >= at and stop <= end:
            parts += [escape(text[at:begin]), "<mark>", escape(text[begin:stop]), "</mark>"]
            at = stop
    return "".join([*parts, escape(text[at:end])])
