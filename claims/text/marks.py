"""A text laid out for reading: its paragraphs, and the runs that overlapping marks cut it into."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from claims.text.spans import Span, trim

BLANK_LINES = re.compile(r"\n(?:[^\S\n]*\n)+")
LINE_END = re.compile("\n")
WRAPPED_WIDTHS = range(40, 121)


class Mark(NamedTuple):
    """A named stretch of a text, such as the words of a claim."""

    key: str
    start: int
    end: int


class Segment(NamedTuple):
    """A run of text that the same marks cover from end to end.

    ``keys`` are theirs, the outermost first; ``begins`` those of them that no earlier segment carries.
    """

    start: int
    end: int
    keys: tuple[str, ...] = ()
    begins: tuple[str, ...] = ()


def segments(length: int, marks: Sequence[Mark]) -> list[Segment]:
    """The whole of a text of ``length`` characters, without gap or overlap, cut where a mark begins or ends.

    Raises ValueError for a mark outside the text or without a character, or a key that is used twice.
    """
    if any(not 0 <= mark.start < mark.end <= length for mark in marks):
        raise ValueError("A mark covers at least one character and stays within the text.")
    if len({mark.key for mark in marks}) < len(marks):
        raise ValueError("Each mark has a key of its own.")
    waiting = sorted(marks, key=lambda mark: (mark.start, -mark.end))
    cuts = sorted({0, length, *(mark.start for mark in marks), *(mark.end for mark in marks)})
    found: list[Segment] = []
    open_marks: list[Mark] = []
    upcoming = 0
    for start, end in pairwise(cuts):
        open_marks = [mark for mark in open_marks if mark.end > start]
        begins = []
        while upcoming < len(waiting) and waiting[upcoming].start == start:
            begins.append(waiting[upcoming])
            upcoming += 1
        open_marks += begins
        keys = tuple(mark.key for mark in open_marks)
        found.append(Segment(start, end, keys, tuple(mark.key for mark in begins)))
    return found


def by_paragraph(text: str, marks: Sequence[Mark]) -> list[list[Segment]]:
    """The segments of each paragraph, cut at its ends; the white space between paragraphs is left out."""
    found: list[list[Segment]] = []
    runs = segments(len(text), marks)
    at = 0
    carried: set[str] = set()
    for paragraph in paragraphs(text):
        inside: list[Segment] = []
        while at < len(runs) and runs[at].start < paragraph.end:
            run = runs[at]
            if run.end > paragraph.start:
                # A mark may begin in the white space before its paragraph: it is first seen here.
                begins = tuple(key for key in run.keys if key not in carried)
                carried.update(begins)
                start, end = max(run.start, paragraph.start), min(run.end, paragraph.end)
                inside.append(Segment(start, end, run.keys, begins))
            if run.end > paragraph.end:
                break
            at += 1
        found.append(inside)
    return found


def paragraphs(text: str) -> list[Span]:
    """The paragraphs, without the white space around them.

    A blank line parts them, and so does every new line, except where the lines were wrapped to a width.
    """
    return list(each_paragraph(text))


def each_paragraph(text: str) -> Iterator[Span]:
    """The same, one after the other."""
    for block in parts(text, Span(0, len(text)), BLANK_LINES):
        for found in [block] if is_wrapped(text, block) else parts(text, block, LINE_END):
            span = trim(text, *found)
            if span.end > span.start:
                yield span


def parts(text: str, within: Span, separator: re.Pattern[str]) -> Iterator[Span]:
    start = within.start
    for gap in separator.finditer(text, within.start, within.end):
        yield Span(start, gap.start())
        start = gap.end()
    yield Span(start, within.end)


def is_wrapped(text: str, block: Span) -> bool:
    """Whether a machine broke these lines: no line had room for the first word of the next."""
    if text.find("\n", *block) < 0:
        return False
    width = max(line.end - line.start for line in parts(text, block, LINE_END))
    if width not in WRAPPED_WIDTHS:
        return False
    return all(
        line.end - line.start + 1 + len(first_word(text, following)) > width
        for line, following in pairwise(parts(text, block, LINE_END))
    )


def first_word(text: str, line: Span) -> str:
    words = text[line.start : line.end].split(maxsplit=1)
    return words[0] if words else ""
