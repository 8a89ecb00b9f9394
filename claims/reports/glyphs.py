"""Which characters the PDF's fonts can show: with one that none of them has, a report leaves without PDF/UA-1."""

import struct
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

FONTS = Path(__file__).parent / "fonts"

# They print nothing, and so need no glyph: line ends and other control characters, joiners and marks of direction.
UNPRINTED = frozenset({"Cc", "Cf", "Zl", "Zp"})
# Of “Cf”, these print all the same: signs that span a number, and what joins hieroglyphs.
PRINTED = frozenset("\u0605\u070f\u0890\u0891\u08e2\U000110bd\U000110cd") | {chr(at) for at in range(0x13430, 0x13440)}


def glyphless(text: str) -> list[str]:
    """The characters of a text that are in none of the PDF's fonts, rising. They show there as empty boxes."""
    return sorted(character for character in set(text) - shown() if not _goes_without(character))


@cache
def shown() -> frozenset[str]:
    """Every character that some font has a glyph for. The report's typefaces, upright and bold, all have the same."""
    return frozenset(chr(code) for path in FONTS.glob("*.ttf") for code in _codes(path.read_bytes()))


def _goes_without(character: str) -> bool:
    selects_a_form = "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"
    # Where an accented letter has no glyph of its own, it is put together from its parts.
    parts = unicodedata.normalize("NFD", character)
    in_parts = len(parts) > 1 and shown().issuperset(parts)
    unprinted = unicodedata.category(character) in UNPRINTED and character not in PRINTED
    return selects_a_form or in_parts or unprinted


def _codes(font: bytes) -> Iterator[int]:
    """The code points that a TrueType font maps to glyphs.

    Source: OpenType specification 1.9.1, “cmap”, subtable formats 4 (segments) and 12 (segmented coverage).
    """
    entries = range(12, 12 + 16 * _u16(font, 4), 16)
    tables = {font[at : at + 4]: struct.unpack_from(">I", font, at + 8)[0] for at in entries}
    cmap = tables[b"cmap"]
    for at in range(cmap + 4, cmap + 4 + 8 * _u16(font, cmap + 2), 8):
        start = cmap + struct.unpack_from(">I", font, at + 4)[0]
        if _u16(font, start) == 4:
            count = _u16(font, start + 6) // 2
            ends = struct.unpack_from(f">{count}H", font, start + 14)
            firsts = struct.unpack_from(f">{count}H", font, start + 16 + 2 * count)
            segments = [(first, end) for first, end in zip(firsts, ends, strict=True) if first != 0xFFFF]
        else:
            count = struct.unpack_from(">I", font, start + 12)[0]
            segments = [struct.unpack_from(">II", font, start + 16 + 12 * group) for group in range(count)]
        for first, end in segments:
            yield from range(first, end + 1)


def _u16(font: bytes, at: int) -> int:
    value: int = struct.unpack_from(">H", font, at)[0]
    return value
