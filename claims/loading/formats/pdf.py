"""PDF files, by pypdfium2: the words that can be seen, in paragraphs, and where each page begins."""

from __future__ import annotations

import ctypes
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as c

from claims.loading.formats.parsed import LONGEST_TEXT, Fault, Note, Parsed, iso_date, language_tag
from claims.text.normalising import Unreadable, clean

EXTRACTOR = f"pypdfium2 {pdfium.version.PYPDFIUM_INFO}"
MOST_PAGES = 2_000
DEEPEST_FORM = 15
INVISIBLE = {c.FPDF_TEXTRENDERMODE_INVISIBLE, c.FPDF_TEXTRENDERMODE_CLIP}
# What PDFium puts where a line ends in a hyphen.
HYPHEN = "\ufffe"
BROKEN_WORD = re.compile(rf"(\w+){HYPHEN}(\w+)")
WORDS = re.compile(r"\w+(?:-\w+)*")
SENTENCE_END = re.compile(r"[.!?:;…。\uff01\uff1f؟\u06d4][\"'”’»)\]]*$")
DIGITS = re.compile(r"\d+")
LETTERS_TO_JOIN = re.compile(r"[^\W\d_]")

type Box = tuple[float, float, float, float]  # left, bottom, right, top, in points


@dataclass
class Line:
    """A line as PDFium tells it (it may run on over hyphens), and where on the page it begins and ends, in points."""

    words: str
    left: float = 0
    top: float = 0
    right: float = 0
    bottom: float = 0
    height: float = 0
    size: float = 0


@dataclass
class Leaf:
    """A page's lines, and what was found beside them."""

    lines: list[Line]
    hidden: int = 0  # words
    scanned: bool = False


def read(content: bytes) -> Parsed:
    """The text of a PDF. Raises Fault and Unreadable."""
    document = opened(content)
    if len(document) > MOST_PAGES:
        raise Fault("pages", len(document))
    leaves, length = [], 0
    for number in range(len(document)):
        leaves.append(leaf(document, number))
        length += sum(len(line.words) for line in leaves[-1].lines)
        if length > LONGEST_TEXT:
            raise Fault("long", LONGEST_TEXT)
    heads = leave_out_heads(leaves)
    text, pages = put_together([list(paragraphs(each.lines)) for each in leaves])
    if not text:
        raise Fault("pictures" if leaves else "empty", len(leaves))
    about = document.get_metadata_dict()
    found = {
        "blank_pages": sum(not each.lines and not each.hidden for each in leaves),
        "scanned": sum(each.scanned for each in leaves),
        "hidden": sum(each.hidden for each in leaves),
        "heads": heads,
    }
    return Parsed(
        text,
        EXTRACTOR,
        title=about.get("Title", ""),
        author=about.get("Author", ""),
        published=iso_date(about.get("CreationDate", "")),
        modified=iso_date(about.get("ModDate", "")),
        language=language(document),
        pages=pages,
        notes=[Note(code, count) for code, count in found.items() if count],
    )


def opened(content: bytes) -> pdfium.PdfDocument:
    """The document. Raises Fault where it is locked or broken."""
    try:
        document = pdfium.PdfDocument(content)
        len(document)
    except pdfium.PdfiumError as error:
        raise Fault("password" if "password" in str(error).lower() else "broken", str(error)) from None
    return document


def language(document: pdfium.PdfDocument) -> str:
    size = c.FPDFCatalog_GetLanguage(document.raw, None, 0)
    buffer = ctypes.create_string_buffer(max(size, 2))
    c.FPDFCatalog_GetLanguage(document.raw, ctypes.cast(buffer, ctypes.POINTER(c.FPDF_WCHAR)), size)
    return language_tag(buffer.raw.decode("utf-16-le", "ignore").rstrip("\0"))


def leaf(document: pdfium.PdfDocument, number: int) -> Leaf:
    """One page. A page that cannot be opened has no text."""
    try:
        page = document[number]
        textpage = page.get_textpage()
    except pdfium.PdfiumError:
        return Leaf([])
    try:
        box = page.get_bbox()
        modes, sticks_out = drawn(page, box)
        lines = list(lines_of(textpage))
        if modes and INVISIBLE.issuperset(modes):
            # Invisible words over a picture of the page are how a scanned page carries its text.
            return Leaf(lines, scanned=bool(lines))
        if not sticks_out and INVISIBLE.isdisjoint(modes):
            return Leaf(lines)
        seen = list(lines_of(textpage, box))
        return Leaf(seen, hidden=count_words(lines) - count_words(seen))
    finally:
        textpage.close()
        page.close()


def count_words(lines: list[Line]) -> int:
    return sum(len(line.words.split()) for line in lines)


def drawn(page: pdfium.PdfPage, box: Box) -> tuple[set[int], bool]:
    """The ways in which a page's text is drawn, in forms within it too; and whether any of it stands off the page."""
    modes: set[int] = set()
    sticks_out = False
    waiting = [(c.FPDFPage_GetObject(page.raw, n), 0) for n in range(c.FPDFPage_CountObjects(page.raw))]
    while waiting:
        thing, depth = waiting.pop()
        kind = c.FPDFPageObj_GetType(thing)
        if kind == c.FPDF_PAGEOBJ_TEXT:
            modes.add(c.FPDFTextObj_GetTextRenderMode(thing))
        elif kind == c.FPDF_PAGEOBJ_FORM and depth < DEEPEST_FORM:
            count = c.FPDFFormObj_CountObjects(thing)
            waiting += [(c.FPDFFormObj_GetObject(thing, n), depth + 1) for n in range(max(count, 0))]
        else:
            continue
        # What is in a form is measured from the form's corner, so the form's own bounds must do.
        sticks_out = sticks_out or (depth == 0 and not is_within(bounds(thing), box))
    return modes, sticks_out


def bounds(thing: Any) -> Box:
    sides = [ctypes.c_float() for _ in range(4)]
    c.FPDFPageObj_GetBounds(thing, *sides)
    left, bottom, right, top = (side.value for side in sides)
    return left, bottom, right, top


def is_within(inner: Box, outer: Box) -> bool:
    return inner[0] >= outer[0] and inner[1] >= outer[1] and inner[2] <= outer[2] and inner[3] <= outer[3]


def lines_of(textpage: pdfium.PdfTextPage, box: Box | None = None) -> Iterator[Line]:
    """The lines of a page that hold words, with their places; given the page's box, what can be seen of them."""
    unit = 0  # PDFium counts in halves of UTF-16
    for words in textpage.get_text_range().split("\r\n"):
        places = [unit]
        for character in words:
            places.append(places[-1] + 1 + (character > "\uffff"))
        unit = places[-1] + 2
        if box:
            seen = [visible(textpage, place, box) for place in places[:-1]]
            places = [place for place, is_seen in zip(places, seen, strict=False) if is_seen]
            words = "".join(each for each, is_seen in zip(words, seen, strict=True) if is_seen)
        if not words.strip():
            continue
        first = places[len(words) - len(words.lstrip())]
        last = places[len(words.rstrip()) - 1]
        yield placed(textpage, words.strip(), first, last)


def visible(textpage: pdfium.PdfTextPage, unit: int, box: Box) -> bool:
    """Whether a character is drawn, and on the page. Spaces that PDFium made up belong to no piece of text."""
    index = c.FPDFText_GetCharIndexFromTextIndex(textpage.raw, unit)
    thing = c.FPDFText_GetTextObject(textpage.raw, index)
    if not thing:
        return True
    left, bottom, right, top = textpage.get_charbox(index)
    on_page = right > box[0] and left < box[2] and top > box[1] and bottom < box[3]
    return on_page and c.FPDFTextObj_GetTextRenderMode(thing) not in INVISIBLE


def placed(textpage: pdfium.PdfTextPage, words: str, first: int, last: int) -> Line:
    start, end = (c.FPDFText_GetCharIndexFromTextIndex(textpage.raw, unit) for unit in (first, last))
    left, top = origin(textpage, start)
    _, bottom = origin(textpage, end)
    _, _, right, _ = textpage.get_charbox(end)
    _, low, _, high = textpage.get_charbox(start, loose=True)
    size = c.FPDFText_GetFontSize(textpage.raw, start)
    return Line(words, left, top, right, bottom, height=max(high - low, 1), size=size)


def origin(textpage: pdfium.PdfTextPage, index: int) -> tuple[float, float]:
    """Where on the baseline a character stands: what letter it is makes no difference there."""
    x, y = ctypes.c_double(), ctypes.c_double()
    c.FPDFText_GetCharOrigin(textpage.raw, index, x, y)
    return x.value, y.value


def leave_out_heads(leaves: list[Leaf]) -> int:
    """Take out the first and last lines that stand on most pages, figures aside, and say on how many they stood."""
    taken = 0
    for place in (0, -1):
        ends = [DIGITS.sub("#", each.lines[place].words) if each.lines else "" for each in leaves]
        counted = Counter(filter(None, ends))
        for each, end in zip(leaves, ends, strict=True):
            # On three pages at least: a title may come twice. One line alone is the page's text.
            if counted[end] >= 3 and 2 * counted[end] > len(leaves) and len(each.lines) > 1:
                each.lines.pop(place)
                taken += 1
    return taken


def paragraphs(lines: list[Line]) -> Iterator[str]:
    """The lines of a page, joined where one paragraph goes on."""
    gaps = [a.bottom - b.top for a, b in pairwise(lines) if 0 < a.bottom - b.top < 3 * b.height]
    usual = median(gaps) if gaps else 0
    margins: dict[int, float] = {}
    for line in lines:
        column = round(line.left / 36)
        margins[column] = max(margins.get(column, 0), line.right)
    now: list[str] = []
    for before, line in zip([None, *lines], lines, strict=False):
        if before and begins(before, line, usual, margins[round(before.left / 36)]):
            yield " ".join(now)
            now = []
        now.append(line.words)
    if now:
        yield " ".join(now)


def begins(before: Line, line: Line, usual: float, margin: float) -> bool:
    """Whether a line begins a paragraph, seen from the line before it."""
    ended = bool(SENTENCE_END.search(before.words))
    gap = before.bottom - line.top
    if gap < -line.height:  # up again: the next column
        return ended
    return (
        gap > 1.2 * usual
        or abs(before.size - line.size) > 0.1 * line.size
        or abs(before.height - line.height) > 0.15 * line.height
        or line.left - before.left > 0.8 * line.height
        or (ended and before.right < margin - 4 * line.height)
    )


def put_together(pages: list[list[str]]) -> tuple[str, list[int]]:
    """The pages' paragraphs as one text, and where in it each page begins; a sentence may go on over a page's end."""
    known = vocabulary(pages)
    text: list[str] = []
    starts: list[int] = []
    length = 0
    for page in pages:
        words = cleaned("\n\n".join(mended(each, known) for each in page))
        before = text[-1] if text else ""
        if words and before:
            goes_on = not SENTENCE_END.search(before) and words[0].islower()
            text.append(" " if goes_on else "\n\n")
            length += len(text[-1])
        starts.append(length)
        if words:
            text.append(words)
            length += len(words)
    return "".join(text), starts


def cleaned(words: str) -> str:
    try:
        return clean(words).strip()
    except Unreadable as fault:
        if fault.reason == "empty":
            return ""
        raise


def vocabulary(pages: list[list[str]]) -> set[str]:
    """All words of a text that no line's end breaks, in small letters."""
    return {word.lower() for page in pages for each in page for word in WORDS.findall(BROKEN_WORD.sub(" ", each))}


def mended(paragraph: str, known: set[str]) -> str:
    """A paragraph in which words that a line's end broke are whole again, with or without their hyphen."""

    def whole(broken: re.Match[str]) -> str:
        left, right = broken.groups()
        joined, hyphened = f"{left}{right}".lower(), f"{left}-{right}".lower()
        # As the text writes it elsewhere; else as two words if it has both, and as one if not.
        apart = hyphened in known or {left.lower(), right.lower()} <= known
        both_letters = LETTERS_TO_JOIN.search(left) and LETTERS_TO_JOIN.search(right)
        keeps = joined not in known and (apart or not both_letters)
        return f"{left}-{right}" if keeps else left + right

    return BROKEN_WORD.sub(whole, paragraph).replace(HYPHEN, "-").replace("\x02", "-")
