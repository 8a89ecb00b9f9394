"""Where the sentences of a text begin and end."""

import re
import unicodedata
from itertools import pairwise

from syntok import segmenter
from syntok.tokenizer import Tokenizer

from claims.text.marks import paragraphs
from claims.text.spans import Span, trim

__all__ = ["Span", "sentences"]

# syntok takes 1 to 13 microseconds a character: a second for a book, minutes for ten megabytes of brackets.
LONGEST_FOR_SYNTOK = 1_000_000
CHUNK = 10_000

PLAIN_END = re.compile(r"[.!?…]+[\"'\u201d\u2019»)\]]*(?=\s|$)|[\u3002\uff01\uff1f]")
TOKENIZER = Tokenizer(replace_not_contraction=False)


def sentences(text: str) -> list[Span]:
    """The sentences in order. Every character but white space stands in exactly one of them.

    None begins or ends in white space or reaches over a paragraph. A text of more than a million characters
    is cut by a plain rule, at full stops; a sentence of more than ten thousand is cut at a space.
    """
    starts_in = syntok_starts if len(text) <= LONGEST_FOR_SYNTOK else plain_starts
    found: list[Span] = []
    for paragraph in paragraphs(text):
        position = paragraph.start
        while position < paragraph.end:
            chunk_end = position + room(text, position, paragraph.end)
            starts = [*starts_in(text[position:chunk_end]), chunk_end - position]
            if chunk_end < paragraph.end and len(starts) > 2:
                starts.pop()  # What is last in a chunk may go on behind it: the next chunk reads it again.
            found += [trim(text, position + start, position + end) for start, end in pairwise(starts)]
            position += starts[-1]
    return [span for span in found if span.end > span.start]


def room(text: str, start: int, end: int) -> int:
    """How much to read at once from ``start``: to the end, or to the last space of a chunk."""
    if end - start <= CHUNK:
        return end - start
    for may_cut in (is_space, is_free):
        for size in range(CHUNK, CHUNK // 2, -1):
            if may_cut(text, start + size):
                return size
    return CHUNK


def syntok_starts(chunk: str) -> list[int]:
    tokens = TOKENIZER.tokenize(chunk)
    offsets = [sentence[0].offset for sentence in segmenter.segment(tokens) if sentence[0].value]
    return in_order(chunk, offsets)


def plain_starts(chunk: str) -> list[int]:
    return in_order(chunk, [end.end() for end in PLAIN_END.finditer(chunk)])


def in_order(chunk: str, offsets: list[int]) -> list[int]:
    """The offsets at which a sentence may begin: from 0, rising, never within a character and its accents."""
    starts = {offset for offset in offsets if 0 < offset < len(chunk) and is_free(chunk, offset)}
    return [0, *sorted(starts)]


def is_space(text: str, position: int) -> bool:
    return text[position].isspace()


def is_free(text: str, position: int) -> bool:
    """Whether a character begins here, and no accent, variant sign or joined emoji of the one before."""
    return unicodedata.category(text[position])[0] != "M" and "\u200d" not in text[position - 1 : position + 1]
