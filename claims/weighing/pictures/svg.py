"""What every picture is made of: shapes and words as SVG that stands by itself.

Colours and faces are attributes, so that a picture looks right where no style sheet reaches it, as in a PDF; where one
does, it overrides them by class, for the dark for instance. Nothing is told by colour alone: looks differ in how they
are filled and edged too. No picture holds a style, a script or an address.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from html import escape

FACES = "Noto Sans, Noto Naskh Arabic, Noto Sans Hebrew, Noto Sans Symbols2, sans-serif"
SIZE = 12
INK, FAINT, PAPER, RULE = "#1a1d24", "#565d6b", "#ffffff", "#cfcfc7"
STRONG = {
    "supported": "#1c6e45", "supports": "#1c6e45", "mixed": "#8a5a00", "refuted": "#b02a2a", "refutes": "#b02a2a",
    "unverified": "#5a5f6b", "context": "#5a5f6b", "own": "#2747c9", "speaker": "#2747c9", "none": "#868c98",
    "repeated": "#868c98",
}  # fmt: skip
SOFT = {
    "supported": "#e3f2ea", "supports": "#e3f2ea", "mixed": "#fbf0d9", "refuted": "#fae6e4", "refutes": "#fae6e4",
    "unverified": "#ececea", "own": "#eaeefc",
}  # fmt: skip
# How far apart the strokes of a filling are, and whether they cross: what tells the looks apart in grey.
HATCHED = {"mixed": (7, False), "refuted": (6, True), "refutes": (6, True)}
THIN = 8  # a bar that is thinner has no room for a filling
DASHED = {"none": "3 3", "repeated": "2 3", "context": "3 2"}

# What XML cannot hold; and marks that would turn the words around them.
FORBIDDEN = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
PLAIN = re.compile("[ !#-%(-;=?-~]*")  # most of what is drawn, which a report holds tens of thousands of times
TURNING = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
NARROW, BROAD = frozenset("iIjl.,:;'|!()[] ·’/tfr-"), frozenset("mwMW@%—…")


@dataclass(frozen=True)
class Picture:
    """A drawing with its title, what it shows in a sentence or two, and the same as a table."""

    kind: str
    title: str
    said: str
    width: int
    height: int
    body: str
    columns: list[str]
    rows: list[list[str]]

    def svg(self, name: str) -> str:
        """The drawing as an SVG element. The name is its own on the page: with it begin the ids of what it says."""
        title = tag("title", escaped(self.title), id=f"{name}-title")
        about = title + tag("desc", escaped(self.said), id=f"{name}-words")
        return tag(
            "svg", about, self.body, xmlns="http://www.w3.org/2000/svg", class_=f"picture {self.kind}-picture",
            width=self.width, height=self.height, viewBox=f"0 0 {self.width} {self.height}", role="img",
            aria_labelledby=f"{name}-title", aria_describedby=f"{name}-words", font_family=FACES, font_size=SIZE,
            direction="ltr",
        )  # fmt: skip


def escaped(words: str) -> str:
    """Words as they may stand in XML."""
    return words if PLAIN.fullmatch(words) else escape(FORBIDDEN.sub("\ufffd", words))


def tag(name: str, *inside: str, **attributes: object) -> str:
    """An element; what stands inside is SVG already. Of attributes, None is left out."""
    told = "".join([
        f' {_spelt(key)}="{escaped(value) if isinstance(value, str) else _number(value)}"'
        for key, value in attributes.items()
        if value is not None
    ])  # fmt: skip
    return f"<{name}{told}>{''.join(inside)}</{name}>" if inside else f"<{name}{told}/>"


@cache
def _spelt(key: str) -> str:
    """An attribute as SVG spells it."""
    return key.rstrip("_").replace("_", "-")


def _number(value: object) -> str:
    return f"{round(value, 2):g}" if isinstance(value, float) else str(value)


def words(
    x: float, y: float, said: str, *, anchor: str = "start", room: float | None = None, size: int = SIZE,
    bold: bool = False, look: str = "", fill: str = INK,
) -> str:  # fmt: skip
    """A line of words on the line y, cut to the room. Right-to-left words end where others would begin, and turn so."""
    shown = fitted(said, room, size, bold=bold) if room is not None else flat(said)
    if direction(shown) == "rtl":
        shown = f"\u2067{shown}\u2069"
        if anchor == "start" and room is not None:
            x, anchor = x + room, "end"
    return tag(
        "text", escaped(shown), x=x, y=y, class_=look or None, fill=fill,
        text_anchor=anchor if anchor != "start" else None, font_size=size if size != SIZE else None,
        font_weight="bold" if bold else None,
    )  # fmt: skip


def flat(said: str) -> str:
    """Words on one line, without what would turn them."""
    # Noto Sans has no minus; where a letter is wanting, a whole line is set in a face that has it.
    return " ".join(TURNING.sub("", said).replace("\N{MINUS SIGN}", "\N{EN DASH}").split())


def fitted(said: str, room: float, size: int = SIZE, *, bold: bool = False) -> str:
    """As much of the words as there is room for, with an ellipsis where some are left out."""
    said = flat(said)
    if wide(said, size, bold=bold) <= room:
        return said
    room -= wide("…", size, bold=bold)
    kept = ""
    for letter in said:
        room -= wide(letter, size, bold=bold)
        if room < 0:
            break
        kept += letter
    return kept.rstrip() + "…"


def wide(said: str, size: int = SIZE, *, bold: bool = False) -> float:
    """How wide the words are at most, near enough: no face is asked."""
    return sum(map(_breadth, said)) * size * (1.07 if bold else 1)


@lru_cache(maxsize=4096)
def _breadth(letter: str) -> float:
    if unicodedata.combining(letter) or unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0
    if unicodedata.east_asian_width(letter) in ("W", "F"):
        return 1.05
    if letter in NARROW:
        return 0.4
    return 0.95 if letter in BROAD else 0.72 if letter.isupper() else 0.62


def direction(said: str) -> str:
    """`rtl` if the first letter that has a direction is Arabic or Hebrew and the like, else `ltr`."""
    for letter in said:
        kind = unicodedata.bidirectional(letter)
        if kind in ("R", "AL", "L"):
            return "ltr" if kind == "L" else "rtl"
    return "ltr"


def bar(x: float, y: float, width: float, height: float, look: str, *, is_open: bool = False) -> str:
    """A bar, filled and edged so that its look is told in grey too; dashed and lighter where an end is open."""
    strong = STRONG.get(look, FAINT)
    is_plain = width < THIN or (look not in HATCHED and look not in DASHED and look != "unverified" and not is_open)
    box = tag(
        "rect", x=x, y=y, width=width, height=height, rx=2, class_=f"edge {look} {'full' if is_plain else 'soft'}",
        fill=strong if is_plain else SOFT.get(look, PAPER), stroke=strong,
        stroke_dasharray="4 3" if is_open else DASHED.get(look),
    )  # fmt: skip
    if look not in HATCHED or is_plain:
        return box
    step, crossed = HATCHED[look]
    return box + tag("path", d=hatching(x, y, width, height, step, crossed=crossed), class_=f"edge {look}", fill="none",
                     stroke=strong, stroke_width=1.5)  # fmt: skip


def hatching(x: float, y: float, width: float, height: float, step: int, *, crossed: bool) -> str:
    """Slanting strokes across a box, and others across these where crossed, as a path that stays within it."""
    path = ""
    at = float(step)
    while at < width + height:
        left, right = max(0.0, at - height), min(width, at)
        path += f"M{x + left:g} {y + at - left:g}L{x + right:g} {y + at - right:g}"
        if crossed:
            path += f"M{x + left:g} {y + height - at + left:g}L{x + right:g} {y + height - at + right:g}"
        at += step
    return path
