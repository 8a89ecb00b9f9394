"""Writing a Word document: paragraphs in named styles, links, tables, pictures, comments; the same bytes each time."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import docx
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement
from docx.oxml.shape import CT_Inline
from docx.oxml.text.run import CT_R
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Emu
from docx.text.run import Run

from claims.reports.packing import UNFIT, repacked
from claims.reports.wording import direction

from . import styles

WIDE = 9411  # twentieths of a point between the margins
RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
# What comes with python-docx's template and is of no use: a picture of an empty page, which program made it, and
# its styles once more for an older Word.
OF_THE_TEMPLATE = ("/thumbnail", "/extended-properties", "/stylesWithEffects", "/customXml")
MOST_LETTERS = 255  # of a property; some programs read no more


@dataclass(frozen=True)
class Words:
    """A stretch of text in a paragraph: ``look`` names a style of words, ``to`` a place in the document or an address.

    ``language`` is given where it is another than the document's; ``mark`` is the name under which links find it.
    """

    text: str
    look: str = ""
    language: str = ""
    to: str = ""
    mark: str = ""


class Manuscript:
    """A Word document that is being written, from its first paragraph to its last."""

    def __init__(self, *, title: str, author: str, subject: str, language: str, made: datetime, name: str) -> None:
        self.document = docx.Document()
        styles.dress(self.document)
        self.language = language
        self.made = made
        self._body = self.document.element.body
        # Put back at the end: with it in place each paragraph would be sought a place from the start.
        self._section = self._body.sectPr
        self._body.remove(self._section)
        self._marks = 0
        self._pictures = 0
        self._describe(title=title, author=author, subject=subject, identifier=name)

    def _describe(self, **said: str) -> None:
        properties = self.document.core_properties
        for name, value in said.items():
            setattr(properties, name, fitting(value)[:MOST_LETTERS])
        properties.last_modified_by = fitting(said["author"])[:MOST_LETTERS]
        properties.created = properties.modified = self.made
        properties.comments, properties.language, properties.revision = "", self.language, 1
        for language in self.document.styles.element.iter(qn("w:lang")):
            language.set(qn("w:val"), self.language)
        settings = self.document.settings.element
        for mode in settings.iter(qn("w:compatSetting")):
            if mode.get(qn("w:name")) == "compatibilityMode":
                mode.set(qn("w:val"), "15")

    def paragraph(
        self, style: str, *words: Words | str, mark: str = "", rtl: bool | None = None, keep: bool = False
    ) -> list[list[CT_R]]:
        """Write a paragraph; the runs of each of the words come back. By the name ``mark`` links find it."""
        return self._paragraph(self._body, style, words, mark, rtl, keep)[1]

    def _paragraph(
        self, room: Any, style: str, words: Iterable[Words | str], mark: str = "", rtl: bool | None = None,
        keep: bool = False,
    ) -> tuple[BaseOxmlElement, list[list[CT_R]]]:  # fmt: skip
        given = [Words(each) if isinstance(each, str) else each for each in words]
        if rtl is None:
            rtl = direction("".join(each.text for each in given)) == "rtl"
        paragraph: BaseOxmlElement = _child(room, "w:p")
        shape = _child(paragraph, "w:pPr")
        _child(shape, "w:pStyle", val="QuoteRTL" if rtl and style == "Quote" else style)
        if keep:
            _child(shape, "w:keepNext")
        if rtl:
            _child(shape, "w:bidi")
        with self._marked(paragraph, mark):
            runs = [self._put(paragraph, each, rtl) for each in given]
        return paragraph, runs

    @contextmanager
    def _marked(self, room: BaseOxmlElement, mark: str) -> Iterator[None]:
        if not mark:
            yield
            return
        self._marks += 1
        key = str(self._marks)
        _child(room, "w:bookmarkStart", id=key, name=mark)
        yield
        _child(room, "w:bookmarkEnd", id=key)

    def _put(self, paragraph: BaseOxmlElement, words: Words, rtl: bool = False) -> list[CT_R]:
        room = paragraph
        with self._marked(paragraph, words.mark):
            if words.to:
                room = _child(paragraph, "w:hyperlink")
                if re.match("https?://", words.to):
                    room.set(qn("r:id"), self.document.part.relate_to(words.to, RELATIONSHIP_TYPE.HYPERLINK, True))
                else:
                    room.set(qn("w:anchor"), words.to)
            look = words.look or ("Hyperlink" if words.to else "")
            return [_run(room, text, look, words.language, back) for text, back in turns(fitting(words.text), rtl)]

    def prose(self, text: str, style: str = "Normal") -> None:
        """Write each line of a user's text as a paragraph of its own."""
        for line in text.split("\n"):
            if line.strip():
                self.paragraph(style, line)

    def table(self, widths: Sequence[float], headings: Iterable[str], rows: Iterable[Sequence[Cell]]) -> None:
        """Write a table with these shares of the page's width; its first row is said again on each page."""
        table = _child(self._body, "w:tbl")
        shape = _child(table, "w:tblPr")
        _child(shape, "w:tblStyle", val="ReportTable")
        _child(shape, "w:tblW", w=str(WIDE), type="dxa")
        # Fixed, so that a word that no column holds is broken and does not push the others off the page.
        _child(shape, "w:tblLayout", type="fixed")
        _child(shape, "w:tblLook", val="0020", firstRow="1", lastRow="0", firstColumn="0", lastColumn="0")
        grid, wide = _child(table, "w:tblGrid"), [int(WIDE * width / sum(widths)) for width in widths]
        for width in wide:
            _child(grid, "w:gridCol", w=str(width))
        self._row(table, wide, list(headings), heading=True)
        for row in rows:
            self._row(table, wide, row)
        _child(_child(_child(self._body, "w:p"), "w:pPr"), "w:spacing", before="0", after="60", line="120")

    def _row(self, table: BaseOxmlElement, widths: list[int], cells: Sequence[Cell], *, heading: bool = False) -> None:
        row = _child(table, "w:tr")
        shape = _child(row, "w:trPr")
        _child(shape, "w:cantSplit", val="0" if any(len(_text(cell)) > 1000 for cell in cells) else "1")
        if heading:
            _child(shape, "w:tblHeader")
        for width, cell in zip(widths, cells, strict=True):
            room = _child(row, "w:tc")
            _child(_child(room, "w:tcPr"), "w:tcW", w=str(width), type="dxa")
            style, mark, words = "TableHeading" if heading else "TableText", "", cell
            if isinstance(cell, Marked):
                mark, words = cell.mark, cell.words
            given = [words] if isinstance(words, str | Words) else list(words)  # type: ignore[arg-type]
            self._paragraph(room, style, given, mark)

    def picture(self, png: bytes, said: str, width: int, height: int) -> None:
        """Write a picture of this size in points, with what it shows in words."""
        self._pictures += 1
        key, _image = self.document.part.get_or_add_image(io.BytesIO(png))
        run = _child(_child(self._body, "w:p"), "w:r")
        inline: Any = CT_Inline.new_pic_inline(
            self._pictures, key, f"picture-{self._pictures}.png", Emu(width * 12700), Emu(height * 12700)
        )
        inline.docPr.set("descr", fitting(said))
        inline.graphic.graphicData.pic.nvPicPr.cNvPr.set("descr", fitting(said))
        _child(run, "w:drawing").append(inline)

    def comment(
        self, runs: Sequence[CT_R], lines: Sequence[Sequence[str | Words]], *, author: str, at: datetime
    ) -> None:
        """Hang a comment on these runs."""
        parts = [Run(run, self.document._body) for run in runs]
        initials = "".join(word[0] for word in author.split()[:3])
        comment = self.document.add_comment(parts, "", fitting(author), fitting(initials))
        element: Any = comment._comment_elm
        element.date = at
        first, *_rest = element.p_lst
        for place, line in enumerate(lines):
            if place:
                self._paragraph(element, "CommentText", line)
                continue
            for each in line:
                self._put(first, Words(each) if isinstance(each, str) else each)

    def contents(self, heading: str, entries: Iterable[tuple[int, str, str]]) -> None:
        """Write the table of contents: a field that a program can make anew, filled with (level, text, mark) already.

        It gives no pages, as only the program that lays them out knows these; each entry is a link.
        """
        self.paragraph("ContentsHeading", heading)
        rows = list(entries)
        paragraphs = [
            self._paragraph(self._body, f"toc{level}", [Words(text, to=mark)])[0] for level, text, mark in rows
        ]
        if not paragraphs:
            return
        start = paragraphs[0].pPr
        for kind, said in (("separate", ""), ("", ' TOC \\o "1-2" \\n \\h \\z \\u '), ("begin", "")):
            run = OxmlElement("w:r")
            if kind:
                _child(run, "w:fldChar", fldCharType=kind)
            else:
                _child(run, "w:instrText").text = said
                run[-1].set(qn("xml:space"), "preserve")
            start.addnext(run)
        _child(_child(paragraphs[-1], "w:r"), "w:fldChar", fldCharType="end")

    def page_break(self) -> None:
        """Go on on a new page."""
        _child(_child(_child(self._body, "w:p"), "w:r"), "w:br", type="page")

    def edges(self, above: str, below: str, page: str, of: str) -> None:
        """Say this at the head and at the foot of each page, there with its number."""
        section = self._section
        self._body.append(section)
        first = self.document.sections[0]
        top, bottom = first.header.paragraphs[0], first.footer.paragraphs[0]
        _run(top._p, fitting(above), "", "", False)
        _tab_right(bottom._p)
        _run(bottom._p, f"{fitting(below)}\t{page} ", "", "", False)
        _field(bottom._p, "PAGE")
        _run(bottom._p, f" {of} ", "", "", False)
        _field(bottom._p, "NUMPAGES")
        self._body.remove(section)

    def bytes(self) -> bytes:
        """The finished file. It says nothing of the machine, and takes no time from the clock."""
        self._body.append(self._section)
        package = self.document.part.package
        assert package is not None  # noqa: S101 - for the types: python-docx leaves it open
        for owner in (package, self.document.part):
            for key in [key for key, rel in owner.rels.items() if rel.reltype.endswith(OF_THE_TEMPLATE)]:
                del owner.rels[key]
        out = io.BytesIO()
        self.document.save(out)
        return repacked(out.getvalue())


@dataclass(frozen=True)
class Marked:
    """What stands in a cell, with the name under which links find it."""

    mark: str
    words: str | Words | Sequence[Words | str]


type Cell = str | Words | Marked | Sequence[Words | str]


def fitting(text: str) -> str:
    """The text as XML can hold it: what it forbids shows as a replacement character, so that its place is seen."""
    return UNFIT.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def turns(text: str, rtl: bool = False) -> list[tuple[str, bool]]:
    """The text in stretches, each with whether it is written from right to left.

    What has no direction of its own, such as a space or a digit, goes with what stands before it; ``rtl`` is for a
    text that has nothing else.
    """
    letters = (character for character in text if character.isalpha())
    first = next(letters, "")
    current = RTL.match(first) is not None if first else rtl
    if not RTL.search(text):
        return [(text, current)] if text else []
    found: list[tuple[str, bool]] = []
    start = 0
    for at, character in enumerate(text):
        if character.isalpha() and (RTL.match(character) is not None) != current:
            found.append((text[start:at], current))
            start, current = at, not current
    return [*found, (text[start:], current)]


def _text(cell: Any) -> str:
    if isinstance(cell, Marked):
        return _text(cell.words)
    if isinstance(cell, str | Words):
        return cell if isinstance(cell, str) else cell.text
    return "".join(_text(each) for each in cell)


def _child(room: BaseOxmlElement, tag: str, /, **said: str) -> Any:
    made = OxmlElement(tag)
    for key, value in said.items():
        made.set(qn(f"w:{key}"), value)
    room.append(made)
    return made


def _run(room: BaseOxmlElement, text: str, look: str, language: str, rtl: bool) -> CT_R:
    run: CT_R = _child(room, "w:r")
    if look or language or rtl:
        shape = _child(run, "w:rPr")
        if look:
            _child(shape, "w:rStyle", val=look)
        if rtl:
            _child(shape, "w:rtl")
        if language:
            _child(shape, "w:lang", **{"bidi" if rtl else "val": language})
    for piece in re.split("([\t\n])", text):
        if piece in ("\t", "\n"):
            _child(run, "w:tab" if piece == "\t" else "w:br")
        elif piece:
            text_of = _child(run, "w:t")
            text_of.text = piece
            text_of.set(qn("xml:space"), "preserve")
    return run


def _field(paragraph: BaseOxmlElement, name: str) -> None:
    field = _child(paragraph, "w:fldSimple", instr=f" {name} ")
    _run(field, "1", "", "", False)


def _tab_right(paragraph: BaseOxmlElement) -> None:
    tabs = _child(paragraph.get_or_add_pPr(), "w:tabs")
    for old in ("4680", "9360"):  # of the template's style
        _child(tabs, "w:tab", val="clear", pos=old)
    _child(tabs, "w:tab", val="right", pos=str(WIDE))
