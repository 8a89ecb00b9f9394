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

from claims.loading.source_lines import COLUMNS, GradeGiven, Row, as_words, read
from claims.models import Case, Chain, Grade, Refused, Source, User, writing
from claims.models.entries import take_chains

AT_ONCE = 500  # rows in one transaction, and sources read at once
BY_NUMBER = re.compile(r"^(.*)\(#(\w{1,40})\)$", re.DOTALL)

type Find = Callable[[str], list[Source]]  # the sources that bear a name
type Finder = Callable[[list[str]], Find]  # it, for names that are known beforehand


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
    """What an import would do.

    Each with the line and why: `refused` what cannot be read, `repeated` lines that say nothing new, `noted` what is
    left out of a line.
    """

    planned: list[Planned]
    refused: list[tuple[int, str]]
    repeated: list[tuple[int, str]] = field(default_factory=list)
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


def plan(content: bytes, *, finder: Finder, may_fill: Callable[[Source], bool]) -> Plan:
    """What importing the table would do. `finder` finds sources by name, `may_fill` says whether one may be corrected.

    One is known by its name and kind, or as another name of a source. Raises Refused as `read` does.
    """
    rows, refused, repeated = read(content)
    made = Plan([], refused, repeated)
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
