"""A stretch of a text, counted in code points."""

from typing import NamedTuple


class Span(NamedTuple):
    """Where something stands: ``text[start:end]``."""

    start: int
    end: int


def trim(text: str, start: int, end: int) -> Span:
    """The span without the white space at either end; empty, at ``start``, if there is nothing else."""
    inner = text[start:end]
    left = len(inner) - len(inner.lstrip())
    return Span(start + left, start + left + len(inner.strip())) if inner.strip() else Span(start, start)
