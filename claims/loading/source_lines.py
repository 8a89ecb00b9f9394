"""A table of sources as it is read: its lines, the sources that stand in them, and what cannot be read."""

from __future__ import annotations

import csv
import datetime
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from claims.models import Refused, Reliability, Source
from claims.text.languages import no_codes
from claims.text.normalising import TURNS, Unreadable, code_point, readable

COLUMNS = (
    "number", "name", "kind", "aliases", "belongs_to", "country", "languages", "interests", "note", "letter", "reason",
    "date", "grader",
)  # fmt: skip
EXAMPLE = """name,kind,aliases,belongs_to,country,letter,reason,date
Ministry of Defence,organisation,MoD,,Belarus,D,"Two of its figures did not hold",2023-02-20"""
SAID = (
    "aliases",
    "country",
    "languages",
    "interests",
    "note",
)  # what may fill an empty field of a source that is known
LONGEST = {"name": 200, "aliases": 2000, "belongs_to": 240, "country": 60, "languages": 120, "interests": 2000,
           "note": 5000, "reason": 1900, "grader": 320}  # fmt: skip
MOST_ROWS = 5_000
MOST_BYTES = 5_000_000
SEPARATORS = ",;\t"
# A spreadsheet takes what begins so for a formula; an apostrophe before it says that it is words.
FORMULA = re.compile(r"'*[=+\-@\t\r]")
IMPORTED = "Imported"


@dataclass(frozen=True)
class GradeGiven:
    """A grade that stands in a line."""

    line: int
    letter: str
    reason: str
    at: datetime.datetime | None


@dataclass
class Row:
    """A source as the table has it; `line` is where its first line begins in the file, from 1."""

    line: int
    number: str
    name: str
    kind: str
    said: dict[str, str]
    belongs_to: str
    grades: list[GradeGiven] = field(default_factory=list)


def as_words(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if FORMULA.match(cell) else cell


def as_meant(cell: str) -> str:
    """A cell without the apostrophe that `as_words` put before it."""
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell) else cell


def read(content: bytes) -> tuple[list[Row], list[tuple[int, str]], list[tuple[int, str]]]:
    """The sources of a table; the lines that cannot be read and those that say nothing new, each with number and why.

    Raises Refused at `file` where the file is no such table, or too long.
    """
    sources: dict[Any, Row] = {}
    refused: list[tuple[int, str]] = []
    repeated: list[tuple[int, str]] = []
    for count, (line, cells) in enumerate(_cells(content), 1):
        if count > MOST_ROWS:
            raise Refused(
                _("The table has more than %(most)s lines. Import it in parts.") % {"most": f"{MOST_ROWS:,}"}, "file"
            )
        if cells == {}:
            repeated.append((line, _("It is empty.")))
            continue
        try:
            row = _row(line, cells)
        except Refused as refusal:
            refused.append((line, str(refusal)))
            continue
        key = row.number or (row.name.casefold(), row.kind)
        first = sources.setdefault(key, row)
        if first is not row and not _joined(first, row):
            repeated.append(
                (line, _("It says of “%(name)s” what line %(first)s says.") % {"name": row.name, "first": first.line})
            )
    return list(sources.values()), refused, repeated


def _joined(first: Row, row: Row) -> bool:
    """Whether a further line of a source told something new of it, which then stands in its first."""
    fresh = {name: value for name, value in row.said.items() if value and not first.said[name]}
    above = row.belongs_to and not first.belongs_to
    given = [(one.letter, one.reason, one.at) for one in first.grades]
    grades = [one for one in row.grades if (one.letter, one.reason, one.at) not in given]
    first.grades += grades
    first.said |= fresh
    first.belongs_to = first.belongs_to or row.belongs_to
    return bool(fresh or above or grades)


def _cells(content: bytes) -> Iterator[tuple[int, dict[str, str] | Refused]]:
    """The lines of the table, each with its number and its cells by column, or why they fit in no columns."""
    if len(content) > MOST_BYTES:
        raise Refused(
            _("The table has more than %(most)s MB. Import it in parts.") % {"most": MOST_BYTES // 10**6}, "file"
        )
    try:
        text = readable(content)
    except Unreadable as fault:
        raise Refused(_("This is no table in UTF-8. Save it as CSV in UTF-8 and try again."), "file") from fault
    lines = text.split("\n")
    parted = max(SEPARATORS, key=lines[0].count)
    reader = csv.reader(io.StringIO(text), delimiter=parted, strict=False)
    line = 1
    try:
        names = [name.strip().casefold() for name in next(reader, [])]
        if "name" not in names:
            raise Refused(
                _("The first line must name the columns: name, and if you have them %(others)s.")
                % {"others": ", ".join(name for name in COLUMNS if name != "name")},
                "file",
            )
        if "letter" in names and "reason" not in names:
            raise Refused(
                _("A table with grades (letter) needs a column reason: grades without one are not kept."), "file"
            )
        line = reader.line_num + 1
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                yield line, {}
            else:
                misfit = _misfit(cells, len(names), lines[line - 1])
                yield line, misfit or {name: as_meant(cell).strip() for name, cell in zip(names, cells, strict=False)}
            line = reader.line_num + 1
    except csv.Error as fault:
        raise Refused(_("Line %(line)s cannot be read as CSV.") % {"line": line}, "file") from fault


def _misfit(cells: list[str], columns: int, line: str) -> Refused | None:
    """Why a line does not fit in so many columns; None where it does."""
    if any(cell.strip() for cell in cells[columns:]):
        said = _("It has %(cells)s cells, and the first line names %(columns)s columns. Put a cell that holds the "
                 "separator in quotation marks.")  # fmt: skip
        return Refused(said % {"cells": len(cells), "columns": columns})
    other = next((sign for sign in ";\t" if len(cells) == 1 and sign in cells[0]), "")
    if other and not line.lstrip().startswith('"'):
        said = _("It is parted by “%(sign)s”, the first line is not. Use one separator in all lines, or put "
                 "the name in quotation marks.")  # fmt: skip
        return Refused(said % {"sign": other if other == ";" else _("tab")})
    return None


def _row(line: int, cells: dict[str, str] | Refused) -> Row:
    """The source in a line. Raises Refused with what is wrong with it."""
    if isinstance(cells, Refused):
        raise cells
    values = {name: cells.get(name, "") for name in COLUMNS}
    values["name"] = " ".join(values["name"].split())
    if not values["name"]:
        raise Refused(_("It has no name."))
    for name, most in LONGEST.items():
        if len(values[name]) > most:
            said = _("The column %(name)s has %(size)s characters; at most %(most)s fit.")
            raise Refused(said % {"name": name, "size": len(values[name]), "most": most})
    if wrong := no_codes(values["languages"]):
        raise Refused(_("“%(wrong)s” is no code of a language: write en, uk, be, ar.") % {"wrong": wrong[0][:40]})
    if turn := TURNS.search("".join(values.values())):
        raise Refused(
            _("It holds an invisible character that turns the direction of writing (%(code)s).")
            % {"code": code_point(turn[0])}
        )
    aliases = dict.fromkeys(" ".join(each.split()) for each in values["aliases"].splitlines() if each.strip())
    told = {name: values[name] for name in SAID} | {"aliases": "\n".join(aliases)}
    grades = list(_grades(line, values))
    return Row(line, values["number"][:40], values["name"], _kind(values["kind"]), told, values["belongs_to"], grades)


def _kind(typed: str) -> str:
    wanted = typed.casefold()
    for value, label in Source.Kind.choices:
        if wanted in (value, str(label).casefold()):
            return str(value)
    if not wanted:
        return Source.Kind.ORGANISATION.value
    raise Refused(
        _("“%(kind)s” is no kind of source: write %(kinds)s.")
        % {"kind": typed[:40], "kinds": ", ".join(Source.Kind.values)}
    )


def _grades(line: int, values: dict[str, str]) -> Iterator[GradeGiven]:
    letter, reason, day = values["letter"].upper(), values["reason"], values["date"]
    if not letter:
        if reason:
            raise Refused(_("It has a reason and no letter: which grade is it for?"))
        return
    if letter not in Reliability.values:
        raise Refused(_("“%(letter)s” is no grade: write A, B, C, D, E or F.") % {"letter": letter[:20]})
    if not reason:
        raise Refused(_("Its grade has no reason: say why, it will be asked."))
    yield GradeGiven(line, letter, _with_origin(reason, values["grader"]), _moment(day) if day else None)


def _with_origin(reason: str, grader: str) -> str:
    """The reason as it is kept: that the grade was imported, and who gave it where."""
    if reason.startswith(IMPORTED):
        return reason
    return f"{IMPORTED}, graded by {grader}: {reason}" if grader else f"{IMPORTED}: {reason}"


EARLIEST = 1900  # the year; before it some zones have no time


def _moment(typed: str) -> datetime.datetime:
    try:
        moment = datetime.datetime.fromisoformat(typed)
        moment = moment.astimezone(datetime.UTC) if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
    except (ValueError, OverflowError):
        raise Refused(_("“%(day)s” is no date: write it as 2023-02-20.") % {"day": typed[:40]}) from None
    if moment.year < EARLIEST:
        raise Refused(_("“%(day)s” lies too far back for a grade.") % {"day": typed[:40]})
    if moment > timezone.now():
        raise Refused(_("“%(day)s” is yet to come: no grade was given then.") % {"day": typed[:40]})
    return moment
