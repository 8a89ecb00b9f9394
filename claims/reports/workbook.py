"""The report as an Excel workbook: a sheet for each table, types as they are, and nothing that runs."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import islice
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from . import method, tables, wording
from .outline import notices, title_facts
from .packing import UNFIT, repacked
from .snapshots import Snapshot
from .spreadsheet import defused
from .tables import Cell, Column, Table

LONGEST = 32_767  # UTF-16 units in a cell; source: Microsoft, "Excel specifications and limits"
ROWS = 1_048_576  # of a sheet, its heading included; the same source
FIRST_DAY = date(1900, 3, 1)  # Excel takes 1900 for a leap year, and knows no year before it
HIGHEST = 27  # lines of 15 points: a row is no higher than 409; the same source
LINES = 8  # of a row before it has to be made higher by hand


def render(snapshot: Snapshot) -> bytes:
    """The workbook; with the same snapshot the same bytes, on every machine."""
    out = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties(_properties(snapshot))
        looks = Looks(book)
        for table in tables.tables(snapshot):
            _write(book.add_worksheet(table.name[:31]), table, looks)
        _about(book.add_worksheet(_("About")[:31]), snapshot, looks)
    return repacked(out.getvalue())


def fitting(text: str) -> str:
    """The text as a cell can hold it: without what XML forbids, and cut where it is too long, which it then says."""
    text = UNFIT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    if len(text) > LONGEST // 2 and _units(text) > LONGEST:
        told = "\n" + _(
            "[Cut: a cell holds no more than %(most)s characters. The whole text stands in the web page and in the "
            "JSON of this report.]"
        ) % {"most": f"{LONGEST:,}"}
        text = text.encode("utf-16-le")[: 2 * (LONGEST - _units(told))].decode("utf-16-le", "ignore") + told
    # XlsxWriter takes what stands between these two for markup of its own and would write it out unescaped.
    return f"{text} " if text.startswith("<r>") and text.endswith("</r>") else text


class Looks:
    """The formats of cells, each made once. Text that looks like a formula stays text when somebody edits it."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self.book = book
        self.made: dict[tuple[bool, bool, str], Format] = {}
        shape: dict[str, Any] = {"bold": True, "bg_color": "#E7EBF0", "border": 1, "text_wrap": True, "valign": "top"}
        self.heading = book.add_format(shape)

    def of(self, *, rtl: bool = False, guarded: bool = False, shows: str = "") -> Format:
        key = (rtl, guarded, shows)
        if key not in self.made:
            shape: dict[str, Any] = {"valign": "top", "text_wrap": not shows}
            if rtl:
                shape |= {"reading_order": 2, "align": "right"}
            if guarded:
                shape["quote_prefix"] = True
            if shows:
                shape["num_format"] = shows
            self.made[key] = self.book.add_format(shape)
        return self.made[key]


def _write(sheet: Worksheet, table: Table, looks: Looks) -> None:
    last = len(table.columns) - 1
    for at, column in enumerate(table.columns):
        sheet.set_column(at, at, column.width)
    sheet.freeze_panes(1, 1)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.repeat_rows(0)
    sheet.repeat_columns(0)
    sheet.set_row(0, 15 * max(_lines(column.heading, column.width) for column in table.columns))
    for at, column in enumerate(table.columns):
        sheet.write_string(0, at, column.heading, looks.heading)
    count = 0
    for row in islice(table.rows, ROWS - 2):
        count += 1
        _row(sheet, count, [column.cell(row) for column in table.columns], table.columns, looks)
    sheet.autofilter(0, 0, count, last)
    if count == ROWS - 2:
        sheet.write_string(ROWS - 1, 0, _("There are more: a sheet holds no more rows."), looks.of())


def _row(sheet: Worksheet, at: int, cells: list[Cell], columns: Iterable[Column], looks: Looks) -> None:
    texts = [fitting(cell) if isinstance(cell, str) else cell for cell in cells]
    lines = [_lines(text, column.width) for text, column in zip(texts, columns, strict=True) if isinstance(text, str)]
    # The row before the cells: in constant memory a row is written out once the next begins.
    sheet.set_row(at, 15 * min(max([1, *lines]), LINES))
    for place, cell in enumerate(texts):
        _cell(sheet, at, place, cell, looks)


def _cell(sheet: Worksheet, row: int, place: int, cell: Cell, looks: Looks) -> None:
    if isinstance(cell, datetime):
        if cell.date() >= FIRST_DAY:
            sheet.write_datetime(row, place, cell, looks.of(shows="yyyy-mm-dd hh:mm"))
            return
        cell = cell.isoformat(" ")
    elif isinstance(cell, date):
        if cell >= FIRST_DAY:
            sheet.write_datetime(row, place, cell, looks.of(shows="yyyy-mm-dd"))
            return
        cell = cell.isoformat()
    if isinstance(cell, int | float):
        shows = "General" if isinstance(cell, float) else "0"
        sheet.write_number(row, place, cell, looks.of(shows=shows))
    elif cell:
        rtl = wording.direction(cell[:2000]) == "rtl"
        sheet.write_string(row, place, cell, looks.of(rtl=rtl, guarded=defused(cell) != cell))


def _lines(text: str, width: int) -> int:
    return sum(1 + max(len(line) - 1, 0) // width for line in text[:5000].split("\n"))


def _units(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)


def _about(sheet: Worksheet, snapshot: Snapshot, looks: Looks) -> None:
    """What the report is, how it can be checked, and how the case judges."""
    widths = (28, 70, 50, 24, 50)
    for at, width in enumerate(widths):
        sheet.set_column(at, at, width)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    for at, row in enumerate(_told(snapshot)):
        texts = [fitting(text) for text in row]
        sheet.set_row(at, 15 * min(max([1, *map(_lines, texts, widths)]), HIGHEST))
        for place, text in enumerate(texts):
            if text:
                look = looks.heading if place == 0 else looks.of(guarded=defused(text) != text)
                sheet.write_string(at, place, text, look)


def _told(snapshot: Snapshot) -> Iterator[list[str]]:
    title = snapshot["report"]["title"] or snapshot["case"]["title"]
    yield [_("Review report"), title]
    yield from ([fact.label, fact.value] for fact in title_facts(snapshot))
    yield from (["", notice] for notice in notices(snapshot))
    heading = method.words()["checking"]
    yield from ([heading if at == 0 else "", line] for at, line in enumerate(method.checking(snapshot)))
    for section in method.sections(snapshot):
        yield []
        yield from ([section.heading if at == 0 else "", line] for at, line in enumerate(section.paragraphs))
        yield from (["", *cells] for cells in [section.columns, *section.rows] if cells)


def _properties(snapshot: Snapshot) -> dict[str, Any]:
    report = snapshot["report"]
    made = tables.moment(report["made_at"])
    return {
        "title": fitting(report["title"] or snapshot["case"]["title"])[:255],
        "author": fitting(report["made_by"])[:255],
        # Otherwise the clock's time would stand there.
        "created": made if isinstance(made, datetime) else datetime(2000, 1, 1),
    }
