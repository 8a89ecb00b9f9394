"""Tying words to the place where they stand: W3C text position and text quote selectors."""

from dataclasses import dataclass

from claims.text.marks import paragraphs
from claims.text.spans import Span, trim

__all__ = [
    "Quotation",
    "Span",
    "SpanOutsideText",
    "around",
    "find",
    "from_utf16",
    "quote",
    "stands",
    "to_utf16",
    "trim",
]

CONTEXT = 32
MOST_CANDIDATES = 1_000
PARAGRAPH_REACH = 4_000


class SpanOutsideText(ValueError):
    """Says in a sentence why a span holds no words of the text."""


@dataclass(frozen=True)
class Quotation:
    """Words of a text and where they stand, with what stands right before and after them."""

    start: int
    end: int
    exact: str
    prefix: str
    suffix: str


def quote(text: str, start: int, end: int) -> Quotation:
    """What stands there, with up to 32 characters on either side. Raises SpanOutsideText."""
    if end <= start:
        raise SpanOutsideText("The passage ends before it begins.")
    if start < 0 or end > len(text):
        raise SpanOutsideText(f"The passage is outside the text, which has {len(text)} characters.")
    exact = text[start:end]
    if exact.isspace():
        raise SpanOutsideText("The passage holds only white space.")
    return Quotation(start, end, exact, text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT])


def stands(text: str, quotation: Quotation) -> bool:
    """Whether the words and those around them stand there, character for character."""
    start, end = quotation.start, quotation.end
    return (
        0 <= start < end <= len(text)
        and text[start:end] == quotation.exact
        and text.endswith(quotation.prefix, 0, start)
        and text.startswith(quotation.suffix, end)
    )


def find(text: str, exact: str, prefix: str = "", suffix: str = "") -> Span | None:
    """Where these words stand: the only place, or the one whose surroundings fit best.

    None where they do not stand at all, and where two places fit equally well: it never guesses.
    """
    places = occurrences(text, prefix + exact + suffix, 2) if exact else []
    if len(places) == 1:
        start = places[0] + len(prefix)
        return Span(start, start + len(exact))
    places = occurrences(text, exact, MOST_CANDIDATES + 1) if exact else []
    if not places or len(places) > MOST_CANDIDATES:
        return None
    fits = [fit(text, start, start + len(exact), prefix, suffix) for start in places]
    if fits.count(max(fits)) > 1:
        return None
    start = places[fits.index(max(fits))]
    return Span(start, start + len(exact))


def occurrences(text: str, words: str, most: int) -> list[int]:
    found: list[int] = []
    start = text.find(words)
    while start >= 0 and len(found) < most:
        found.append(start)
        start = text.find(words, start + 1)
    return found


def fit(text: str, start: int, end: int, prefix: str, suffix: str) -> int:
    """How many characters next to the span agree with the prefix and the suffix, counted outwards."""
    before = text[max(0, start - len(prefix)) : start]
    after = text[end : end + len(suffix)]
    return agreeing(before[::-1], prefix[::-1]) + agreeing(after, suffix)


def agreeing(one: str, other: str) -> int:
    pairs = zip(one, other, strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def around(text: str, start: int, end: int, width: int = 140) -> tuple[str, str]:
    """What stands before and after the span in its paragraph: whole words, up to ``width`` characters each.

    ``before + text[start:end] + after`` is a stretch of the text as it stands.
    """
    floor, ceiling = paragraph_bounds(text, start, end)
    left, right = max(floor, start - width), min(ceiling, end + width)
    before, after = text[left:start], text[end:right]
    # A language without spaces has no word to cut at: then the characters stand as they are.
    if left > floor and is_inside_word(text, left) and len(words := before.split(maxsplit=1)) > 1:
        before = before[len(words[0]) :]
    if right < ceiling and is_inside_word(text, right) and len(words := after.rsplit(maxsplit=1)) > 1:
        after = after[: -len(words[-1])]
    return before.lstrip(), after.rstrip()


def is_inside_word(text: str, position: int) -> bool:
    return not text[position - 1].isspace() and not text[position].isspace()


def paragraph_bounds(text: str, start: int, end: int) -> Span:
    """Where the paragraph of ``start`` begins and that of ``end`` ends, looking only so far."""
    left, right = max(0, start - PARAGRAPH_REACH), min(len(text), end + PARAGRAPH_REACH)
    # Half a line would look as if it had never been wrapped.
    if left > 0:
        left = text.find("\n", left, start) + 1 or left
    if right < len(text) and (line_end := text.rfind("\n", end, right)) >= 0:
        right = line_end
    near = [Span(left + span.start, left + span.end) for span in paragraphs(text[left:right])]
    floor = next((span.start for span in near if span.start <= start < span.end), start)
    ceiling = next((span.end for span in near if span.start < end <= span.end), end)
    return Span(floor, ceiling)


def from_utf16(text: str, units: int) -> int:
    """The code points in a browser's offset of so many UTF-16 units.

    Raises ValueError outside the text and between the halves of a surrogate pair.
    """
    encoded = text.encode("utf-16-le")
    if not 0 <= units * 2 <= len(encoded):
        raise ValueError(f"{units} is outside the text, which has {len(encoded) // 2} UTF-16 units.")
    try:
        return len(encoded[: units * 2].decode("utf-16-le"))
    except UnicodeDecodeError:
        raise ValueError(f"{units} falls between the halves of a surrogate pair.") from None


def to_utf16(text: str, points: int) -> int:
    """The UTF-16 units in an offset of so many code points. Raises ValueError outside the text."""
    if not 0 <= points <= len(text):
        raise ValueError(f"{points} is outside the text, which has {len(text)} characters.")
    return len(text[:points].encode("utf-16-le")) // 2
