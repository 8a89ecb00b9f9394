"""A text with numbered marks where claims stand in it: cut into pieces that put together are the text again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True)
class Mark:
    """Where a claim stands in a text, from one character up to another, under a number."""

    number: int
    start: int
    end: int


@dataclass(frozen=True)
class Piece:
    """Some of a line: ``within`` are the marks that cover it, ``ends`` those whose number stands behind it."""

    text: str
    within: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()


@dataclass(frozen=True)
class Line:
    """One line of the text, without the line end. ``apart`` says that a blank one stands before it."""

    pieces: tuple[Piece, ...]
    apart: bool = False

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)

    @property
    def ends(self) -> tuple[int, ...]:
        """The marks whose numbers stand in this line, in order."""
        return tuple(number for piece in self.pieces for number in piece.ends)


def numbered(spans: Iterable[tuple[int, int]]) -> list[Mark]:
    """The spans as marks, numbered as one comes upon them: the earlier first, and of two at one place the longer."""
    ordered = sorted(spans, key=lambda span: (span[0], -span[1]))
    return [Mark(number, start, end) for number, (start, end) in enumerate(ordered, 1)]


def overlapped(marks: Sequence[Mark]) -> set[int]:
    """The numbers of those marks that share some words with another. ``marks`` are in order."""
    found: set[int] = set()
    reach: Mark | None = None  # of those before, the one that ends last
    for mark in marks:
        if reach is not None and mark.start < reach.end:
            found |= {mark.number, reach.number}
        reach = mark if reach is None or mark.end > reach.end else reach
    return found


def lines(text: str, marks: Sequence[Mark]) -> list[Line]:
    """The text line by line with its marks; joined by line ends these are the text, character for character.

    A mark's number stands behind its last piece that is not empty.
    """
    cut: list[list[Piece]] = []
    open_marks: list[Mark] = []
    waiting = list(reversed(marks))
    last: dict[int, tuple[int, int]] = {}
    at = 0
    for row, line in enumerate(text.split("\n")):
        pieces: list[Piece] = []
        end = at + len(line)
        for start, stop in _stretches(at, end, open_marks, waiting):
            while waiting and waiting[-1].start <= start:
                open_marks.append(waiting.pop())
            open_marks = [mark for mark in open_marks if mark.end > start]
            within = tuple(mark.number for mark in open_marks)
            last |= dict.fromkeys(within, (row, len(pieces)))
            pieces.append(Piece(text[start:stop], within))
        cut.append(pieces)
        at = end + 1
    _number(cut, marks, last, text)
    return [
        Line(tuple(pieces), apart=row > 0 and not any(piece.text.strip() for piece in cut[row - 1]))
        for row, pieces in enumerate(cut)
    ]


def _stretches(at: int, end: int, open_marks: Sequence[Mark], waiting: Sequence[Mark]) -> list[tuple[int, int]]:
    """The line from one character to another, cut wherever a mark begins or ends in it."""
    if at == end:
        return []
    cuts = {at, end, *(mark.end for mark in open_marks if at < mark.end < end)}
    for mark in reversed(waiting):
        if mark.start >= end:
            break
        cuts |= {place for place in (mark.start, mark.end) if at < place < end}
    ordered = sorted(cuts)
    return list(pairwise(ordered))


def _number(cut: list[list[Piece]], marks: Sequence[Mark], last: dict[int, tuple[int, int]], text: str) -> None:
    for mark in marks:
        if mark.number not in last:  # it covers nothing but line ends
            row = text.count("\n", 0, mark.start)
            last[mark.number] = (row, len(cut[row]))
            cut[row].append(Piece(""))
        row, place = last[mark.number]
        piece = cut[row][place]
        cut[row][place] = Piece(piece.text, piece.within, (*piece.ends, mark.number))
