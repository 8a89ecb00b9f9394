"""The register of sources as a table, in CSV: out of an installation, and into one.

A source has a line for each of its grades, the oldest first, and one where it has none. What it is stands in its first
line; the others bear its number, name and kind. Lines of one number, or without numbers of one name and kind, are one
source.
"""

from __future__ import annotations

import csv
import datetime
import io
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import batched
from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.models import Case, Chain, Grade, Refused, Reliability, Source, User, writing
from claims.models.entries import take_chains
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
AT_ONCE = 500  # rows in one transaction, and sources read at once
# A spreadsheet takes what begins so for a formula; an apostrophe before it says that it is words.
FORMULA = re.compile(r"'*[=+\-@\t\r]")
IMPORTED = "Imported"
BY_NUMBER = re.compile(r"^(.*)\(#(\w{1,40})\)$", re.DOTALL)

type Find = Callable[[str], list[Source]]  # the sources that bear a name
type Finder = Callable[[list[str]], Find]  # it, for names that are known beforehand


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


@dataclass
class Planned:
    """What an import would do with a row: make a source, or of the one that is known fill what is empty."""

    row: Row
    known: Source | None
    fills: dict[str, str] = field(default_factory=dict)
    grades: list[GradeGiven] = field(default_factory=list)
    above: Row | Source | None = None  # what it is to belong to


@dataclass
class Plan:
    """What an import would do; `refused` has the line and why of what cannot be read, `noted` what is left out."""

    planned: list[Planned]
    refused: list[tuple[int, str]]
    noted: list[tuple[int, str]] = field(default_factory=list)

    @property
    def new(self) -> list[Planned]:
        """The rows that become sources."""
        return [each for each in self.planned if each.known is None]

    @property
    def filled(self) -> list[Planned]:
        """The rows that complete a source that is known."""
        return [each for each in self.planned if each.known and (each.fills or each.grades or each.above)]

    @property
    def alone(self) -> list[Planned]:
        """The rows of which everything is known."""
        return [each for each in self.planned if each.known and not (each.fills or each.grades or each.above)]


def export(sources: models.QuerySet[Source]) -> Iterator[str]:
    """The table of these sources, line by line, in the order of their keys. What one belongs to is named if among
    them."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    after = 0
    while True:
        some = list(sources.filter(pk__gt=after).order_by("pk")[:AT_ONCE])
        above = sources.in_bulk({source.belongs_to_id for source in some if source.belongs_to_id})
        grades: dict[int, list[Grade]] = {source.pk: [] for source in some}
        given = Grade.objects.filter(source__in=grades).select_related("graded_by").order_by("graded_at", "pk")
        for grade in given:
            grades[grade.source_id].append(grade)
        for source in some:
            writer.writerows(_lines(source, above.get(source.belongs_to_id or 0), grades[source.pk]))
        yield out.getvalue()
        out.seek(0)
        out.truncate()
        if len(some) < AT_ONCE:
            return
        after = some[-1].pk


def _lines(source: Source, above: Source | None, grades: list[Grade]) -> Iterator[list[str]]:
    named = [str(source.pk), source.name, source.kind]
    belongs = f"{above.name} (#{above.pk})" if above is not None else ""
    said = [source.aliases, belongs, source.country, source.languages, source.interests, source.note]
    rows: list[Grade | None] = [*grades]
    for grade in rows or [None]:
        when = grade.graded_at.astimezone(datetime.UTC).isoformat() if grade else ""
        given = [grade.letter, grade.reason, when, str(grade.graded_by)] if grade else [""] * 4
        yield [as_words(cell) for cell in (*named, *said, *given)]
        said = [""] * len(said)


def as_words(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if FORMULA.match(cell) else cell


def as_meant(cell: str) -> str:
    """A cell without the apostrophe that `as_words` put before it."""
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell) else cell


def read(content: bytes) -> tuple[list[Row], list[tuple[int, str]]]:
    """The sources of a table, and for each line that cannot be read its number and why.

    Raises Refused at `file` where the file is no such table, or too long.
    """
    sources: dict[Any, Row] = {}
    refused: list[tuple[int, str]] = []
    for count, (line, cells) in enumerate(_cells(content), 1):
        if count > MOST_ROWS:
            raise Refused(
                _("The table has more than %(most)s lines. Import it in parts.") % {"most": f"{MOST_ROWS:,}"}, "file"
            )
        try:
            row = _row(line, cells)
        except Refused as refusal:
            refused.append((line, str(refusal)))
            continue
        key = row.number or (row.name.casefold(), row.kind)
        first = sources.setdefault(key, row)
        if first is not row:
            first.grades += row.grades
            first.said |= {name: value for name, value in row.said.items() if not first.said[name]}
            first.belongs_to = first.belongs_to or row.belongs_to
    return list(sources.values()), refused


def _cells(content: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    """The lines of the table, each with its number and its cells by column."""
    if len(content) > MOST_BYTES:
        raise Refused(
            _("The table has more than %(most)s MB. Import it in parts.") % {"most": MOST_BYTES // 10**6}, "file"
        )
    try:
        text = readable(content)
    except Unreadable as fault:
        raise Refused(_("This is no table in UTF-8. Save it as CSV in UTF-8 and try again."), "file") from fault
    head = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text), delimiter=max(",;\t", key=head.count), strict=False)
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
            if any(cell.strip() for cell in cells):
                yield line, {name: as_meant(cell).strip() for name, cell in zip(names, cells, strict=False)}
            line = reader.line_num + 1
    except csv.Error as fault:
        raise Refused(_("Line %(line)s cannot be read as CSV.") % {"line": line}, "file") from fault


def _row(line: int, cells: dict[str, str]) -> Row:
    """The source in a line. Raises Refused with what is wrong with it."""
    values = {name: cells.get(name, "") for name in COLUMNS}
    values["name"] = " ".join(values["name"].split())
    if not values["name"]:
        raise Refused(_("It has no name."))
    for name, most in LONGEST.items():
        if len(values[name]) > most:
            said = _("The column %(name)s has %(size)s characters; at most %(most)s fit.")
            raise Refused(said % {"name": name, "size": len(values[name]), "most": most})
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


def plan(content: bytes, *, finder: Finder, may_fill: Callable[[Source], bool]) -> Plan:
    """What importing the table would do. `finder` finds sources by name, `may_fill` says whether one may be corrected.

    One is known by its name and kind, or as another name of a source. Raises Refused as `read` does.
    """
    rows, refused = read(content)
    made = Plan([], refused)
    find = finder([row.name for row in rows])
    for row in rows:
        known = _known(row, find(row.name))
        each = Planned(row, known, grades=row.grades)
        if known is not None:
            free = may_fill(known)
            each.fills = {
                name: value for name, value in row.said.items() if free and value and not getattr(known, name)
            }
            each.grades = row.grades if free and not known.reliability else []
        made.planned.append(each)
        if row.belongs_to and (known is None or (may_fill(known) and known.belongs_to_id is None)):
            each.above = _above(row, rows, find)
            if each.above is None:
                said = _("No one source is called “%(name)s”, so what it belongs to is left empty.")
                made.noted.append((row.line, said % {"name": row.belongs_to}))
    return made


def _known(row: Row, bearing: list[Source]) -> Source | None:
    own = [one for one in bearing if one.name.casefold() == row.name.casefold()]
    same = [one for one in own if one.kind == row.kind]
    others = [one for one in bearing if one not in own]
    return next(iter(same or others), None)


def _above(row: Row, rows: list[Row], find: Find) -> Row | Source | None:
    """The one source that the row is to belong to: in the table, or known already; None where none or several are."""
    keyed = BY_NUMBER.match(row.belongs_to)
    name = (keyed[1] if keyed else row.belongs_to).strip().casefold()
    if keyed:
        numbered = [one for one in rows if one.number == keyed[2] and one.name.casefold() == name]
        if numbered:
            return numbered[0]
    named: list[Any] = [one for one in rows if one.name.casefold() == name and one is not row]
    named = named or find((keyed[1] if keyed else row.belongs_to).strip())
    return named[0] if len(named) == 1 else None


@dataclass
class Outcome:
    """How an import went; `noted` has the line and why of what was left out."""

    made: int = 0
    filled: int = 0
    noted: list[tuple[int, str]] = field(default_factory=list)


def import_sources(case: Case, planned: Plan, *, by: User, key: str) -> Outcome:
    """Do what was planned, five hundred rows in a transaction. Under the same key nothing is made twice."""
    outcome = Outcome(noted=list(planned.noted))
    stands: dict[int, Source] = {}
    for some in batched(planned.planned, AT_ONCE, strict=False):
        with transaction.atomic():
            # All chains in their one order first: grading a source that is known writes in other cases too.
            known = [each.known.pk for each in some if each.known is not None]
            take_chains(Case.objects.filter(Q(pk=case.pk) | Q(sources__in=known)).distinct())
            stands |= _made(case, [each for each in some if each.known is None], by, key, outcome)
            for each in some:
                if each.known is not None:
                    stands[each.row.line] = _filled(each, each.known, by, key, outcome)
    for some in batched((each for each in planned.planned if each.above is not None), AT_ONCE, strict=False):
        with writing(case), writing(None):
            for each in some:
                _belong(each, stands, by, outcome)
    return outcome


def _made(case: Case, new: list[Planned], by: User, key: str, outcome: Outcome) -> dict[int, Source]:
    """The new sources by the line in which they begin, each made, known and graded as by hand, but all at once."""
    keys = {f"{key}:{each.row.line}": each.row for each in new}
    here = {source.once: source for source in Source.objects.filter(once__in=list(keys))}
    known = []
    with writing(case) as room, writing(None) as outside:
        for once, row in keys.items():
            if once in here:
                continue
            source = here[once] = Source(once=once, name=row.name, kind=row.kind, **row.said)
            source.store()
            outside.record(by=by, verb="added", on=source, after=source.facts())
            room.record(by=by, verb="added", on=source, after={"known_in": case.code})
            known.append(Source.cases.through(source_id=source.pk, case_id=case.pk))
            _grade(outside, source, _in_order(row.grades), by, key)
            outcome.made += 1
        Source.cases.through.objects.bulk_create(known)
    return {row.line: here[once] for once, row in keys.items()}


def _grade(outside: Chain, source: Source, grades: list[GradeGiven], by: User, key: str) -> None:
    for given in grades:
        grade = Grade(source=source, letter=given.letter, reason=given.reason, graded_by=by, once=f"{key}:{given.line}")
        grade.graded_at = given.at or grade.graded_at
        grade.store()
        before, after = {"reliability": source.reliability}, {"reliability": given.letter}
        outside.record(by=by, verb="graded", on=source, before=before, after=after, why=given.reason)
        source.reliability = given.letter
    if grades:
        source.store()


def _in_order(grades: list[GradeGiven]) -> list[GradeGiven]:
    return sorted(grades, key=lambda one: one.at or timezone.now())


def _filled(each: Planned, known: Source, by: User, key: str, outcome: Outcome) -> Source:
    source = Source.objects.get(pk=known.pk)
    for name, value in each.fills.items():
        setattr(source, name, getattr(source, name) or value)
    if each.fills:
        source.save(by=by)
    for grade in _in_order(each.grades):
        source.grade(grade.letter, by=by, reason=grade.reason, at=grade.at, once=f"{key}:{grade.line}")
    outcome.filled += bool(each.fills or each.grades or each.above)
    return source


def _belong(each: Planned, stands: dict[int, Source], by: User, outcome: Outcome) -> None:
    source = Source.objects.get(pk=stands[each.row.line].pk)
    above = stands[each.above.line] if isinstance(each.above, Row) else each.above
    if source.belongs_to_id is not None:
        return
    source.belongs_to = above
    try:
        with transaction.atomic():
            source.save(by=by)
    except Refused as refusal:
        outcome.noted.append((each.row.line, str(refusal)))


def told(refused: Iterable[tuple[int, str]], most: int) -> list[tuple[int, str]]:
    """The first of these lines, in their order."""
    return sorted(refused)[:most]
