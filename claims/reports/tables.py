"""What a report holds as tables of typed cells: a workbook shows each of them as a sheet.

A cell is a text, a whole number, a decimal number, a day, a moment (in UTC, without its zone) or nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from . import wording
from .snapshots import Snapshot, shows

type Cell = str | int | float | date | datetime | None
type Row = dict[str, Any]


@dataclass(frozen=True)
class Column:
    """A heading, how many characters wide, and what stands in the cell of a row."""

    heading: str
    width: int
    cell: Callable[[Row], Cell]


@dataclass(frozen=True)
class Table:
    """Rows of one kind, and the columns they are shown in."""

    name: str
    columns: list[Column]
    rows: Iterable[Row]


def tables(snapshot: Snapshot) -> list[Table]:
    """All tables of a report; the rows of what belongs to a claim hold that claim under ``claim``."""
    titles = {document["number"]: document["title"] for document in snapshot["documents"]}
    found = {
        "": [
            Table(_("Claims"), _claims(snapshot), snapshot["claims"]),
            Table(_("Passages"), _passages(titles), _of_claims(snapshot, "passages")),
            Table(_("Figures"), _figures(), _of_claims(snapshot, "quantities")),
        ],
        "evidence": [Table(_("Evidence"), [*_evidence(), *_absences()], _of_claims(snapshot, "evidence"))],
        "assessments": [Table(_("Assessments"), _assessments(snapshot), _of_claims(snapshot, "assessments"))],
        "comments": [Table(_("Comments"), _comments(), _of_claims(snapshot, "comments"))],
        "sources": [
            Table(_("Sources"), _sources(), snapshot["sources"]),
            Table(_("Documents"), _documents(), snapshot["documents"]),
        ],
        "custody": [Table(_("Captures"), _captures(snapshot), snapshot.get("custody", []))],
    }
    always = ("", "sources")
    return [table for section, some in found.items() if section in always or shows(snapshot, section) for table in some]


def day(value: str | None) -> Cell:
    """An ISO date as a day; what is none, such as a month, as the text it is."""
    try:
        return date.fromisoformat(value or "")
    except ValueError:
        return value


def moment(value: str | None) -> Cell:
    """An ISO time as a moment in UTC; what is none as the text it is."""
    try:
        at = datetime.fromisoformat(value or "")
    except ValueError:
        return value
    return (at.astimezone(UTC) if at.tzinfo else at).replace(tzinfo=None)


def number(value: str | None) -> Cell:
    """A decimal number as a number, unless a spreadsheet would round it: then as the text it is."""
    if value is None:
        return None
    try:
        exact = Decimal(value)
    except InvalidOperation:
        return value
    # Spreadsheets keep 15 digits and turn the others into zeros.
    if not exact.is_finite() or len(exact.normalize().as_tuple().digits) > 15 or abs(exact.adjusted()) > 300:
        return value
    return int(exact) if exact == exact.to_integral_value() else float(exact)


def _of_claims(snapshot: Snapshot, name: str) -> Iterable[Row]:
    return ({**row, "claim": claim} for claim in snapshot["claims"] for row in claim[name])


def _ref() -> Column:
    return Column(_("Claim"), 10, lambda row: row["claim"]["ref"])


def _plain(heading: str, width: int, name: str) -> Column:
    return Column(heading, width, lambda row: row.get(name))


def _day(heading: str, name: str) -> Column:
    return Column(heading, 12, lambda row: day(row.get(name)))


def _moment(heading: str, name: str) -> Column:
    return Column(_("%(what)s (UTC)") % {"what": heading}, 17, lambda row: moment(row.get(name)))


def _yes(value: object) -> str:
    return _("yes") if value else _("no")


def marked(label: str, snapshot: Snapshot) -> str:
    """A rating's word; that of a sample case says that it is a sample."""
    return _("%(rating)s · Sample") % {"rating": label} if label and snapshot["case"]["sample"] else label


def _claims(snapshot: Snapshot) -> list[Column]:
    return [
        _plain(_("Claim"), 10, "ref"),
        _plain(_("Statement"), 60, "statement"),
        _plain(_("Kind"), 12, "kind_label"),
        _plain(_("Status"), 12, "status_label"),
        _plain(_("Round"), 7, "round"),
        Column(_("Disputed"), 9, lambda row: _yes(row["disputed"])),
        *_verdict(snapshot),
        *(_counts() if shows(snapshot, "evidence") else []),
        _day(_("As of"), "as_of"),
        _day(_("Resolves on"), "resolves_on"),
        _day(_("Review by"), "review_by"),
        Column(_("Speaker"), 22, lambda row: _first(row, "speaker")),
        Column(_("Verb"), 12, lambda row: _first(row, "verb")),
        Column(_("Basis"), 14, lambda row: _first(row, "basis_label")),
        Column(_("Changed since the verdict"), 30, lambda row: "; ".join(row.get("changed_since", []))),
        Column(_("Corrections"), 40, lambda row: "\n".join(map(_correction, row.get("corrections", [])))),
        Column(_("Known gaps"), 40, lambda row: "\n".join(map(_gap, row.get("known_gaps", [])))),
    ]


def _verdict(snapshot: Snapshot) -> list[Column]:
    """Empty for a claim whose verdict nobody has signed: nothing unsigned is presented as one."""

    def of(name: str) -> Callable[[Row], Cell]:
        return lambda row: row["verdict"][name] if row["verdict"] else None

    def at(name: str) -> Callable[[Row], Cell]:
        return lambda row: moment(row["verdict"][name]) if row["verdict"] else None

    return [
        Column(_("Verdict"), 20, lambda row: marked(row["verdict"]["label"], snapshot) if row["verdict"] else None),
        Column(_("Why"), 60, of("summary")),
        Column(_("How it was reached"), 18, of("reached_label")),
        Column(_("Why the reviewers differed"), 18, of("reason_label")),
        Column(_("Open questions"), 40, of("open_questions")),
        Column(_("Proposed by"), 18, of("proposed_by")),
        Column(_("Proposed (UTC)"), 17, at("proposed_at")),
        Column(_("Signed off by"), 18, of("signed_off_by")),
        Column(_("Signed off (UTC)"), 17, at("signed_off_at")),
    ]


def _counts() -> list[Column]:
    def stance(name: str) -> Callable[[Row], Cell]:
        return lambda row: sum(item["stance"] == name for item in row["evidence"])

    def origins(name: str) -> Callable[[Row], Cell]:
        return lambda row: row.get("origins", {}).get(name)

    return [
        Column(_("Items of evidence"), 9, lambda row: len(row["evidence"])),
        Column(_("Supports"), 9, stance("supports")),
        Column(_("Refutes"), 9, stance("refutes")),
        Column(_("Context"), 9, stance("context")),
        Column(_("Origins"), 9, origins("origins")),
        Column(_("Items of unknown lineage"), 9, origins("unknown")),
    ]


def _first(claim: Row, name: str) -> Cell:
    """Of whoever spoke first; the web page has the whole chain."""
    said: Cell = (claim["attributions"] or [{}])[0].get(name)
    return said


def _correction(said: Row) -> str:
    became = said["became"] or "?"
    return f"{wording.moment(said['at'])}: {said['was']} → {became} ({said['by']}): {said['reason']}"


def _gap(gap: Row) -> str:
    return f"{gap['number']}. {gap['text']} ({gap['state_label']})"


def _passages(titles: dict[int, str]) -> list[Column]:
    return [
        _ref(),
        _plain(_("Document"), 10, "document"),
        Column(_("Title"), 30, lambda row: titles.get(row["document"])),
        _plain(_("Words"), 60, "exact"),
        _plain(_("Before"), 30, "before"),
        _plain(_("After"), 30, "after"),
        _plain(_("From character"), 10, "start"),
        _plain(_("To character"), 10, "end"),
        _plain(_("Language"), 10, "language"),
    ]


def _figures() -> list[Column]:
    return [
        _ref(),
        _plain(_("Measure"), 18, "measure"),
        Column(_("At least"), 14, lambda row: number(row["low"])),
        Column(_("At most"), 14, lambda row: number(row["high"])),
        _plain(_("Unit"), 12, "unit"),
        _plain(_("Of"), 24, "entity"),
        _plain(_("Place"), 18, "place"),
        _day(_("As of"), "as_of"),
    ]


def _evidence() -> list[Column]:
    # The two grades stay text, the digit as well: nobody should take their mean.
    return [
        _ref(),
        _plain(_("No."), 6, "number"),
        _plain(_("Stance"), 11, "stance_label"),
        _plain(_("Bears on"), 14, "bears_on_label"),
        _plain(_("Source"), 24, "source_name"),
        _plain(_("Exhibit"), 34, "exhibit"),
        _plain(_("Address"), 30, "url"),
        _day(_("Published"), "published"),
        _plain(_("Quotation"), 60, "quote"),
        Column(_("Checked against a held text"), 12, lambda row: _yes(row["held_in"]) if row["quote"] else None),
        _plain(_("Where in the exhibit"), 20, "where"),
        _plain(_("Reliability"), 10, "reliability"),
        _plain(_("Credibility"), 10, "credibility"),
        _plain(_("Level"), 22, "level_label"),
        _plain(_("Why this level"), 30, "level_reason"),
        _plain(_("Origin"), 8, "origin"),
        _plain(_("Where it comes from"), 34, "lineage"),
        Column(_("Figures"), 34, lambda row: "\n".join(row.get("figures", []))),
        _plain(_("Note"), 40, "note"),
        Column(_("Source withheld"), 10, lambda row: _yes(row.get("withheld"))),
    ]


def _absences() -> list[Column]:
    """Of an item that is a search which found nothing; empty for all others."""

    def of(name: str) -> Callable[[Row], Cell]:
        return lambda row: row["absence"][name] if row.get("absence") else None

    def on(name: str) -> Callable[[Row], Cell]:
        return lambda row: day(row["absence"][name]) if row.get("absence") else None

    return [
        Column(_("Searched in"), 24, of("place")),
        Column(_("Searched for"), 24, of("query")),
        Column(_("In languages"), 14, of("languages")),
        Column(_("Period from"), 12, on("since")),
        Column(_("Period to"), 12, on("until")),
        Column(_("Searched on"), 12, on("searched_on")),
        Column(_("Searched by"), 18, of("searched_by")),
        Column(_("Limits of the search"), 30, of("limits")),
    ]


def _assessments(snapshot: Snapshot) -> list[Column]:
    return [
        _ref(),
        _plain(_("Round"), 7, "round"),
        _plain(_("Reviewer"), 18, "reviewer"),
        Column(_("Rating"), 20, lambda row: marked(row["label"], snapshot)),
        _plain(_("Was it said?"), 14, "was_said_label"),
        _plain(_("Likelihood that it is true"), 24, "likelihood_label"),
        _plain(_("Confidence in the judgement"), 14, "confidence_label"),
        _plain(_("Why"), 60, "rationale"),
        Column(_("Evidence relied on"), 12, lambda row: ", ".join(map(str, row["relied_on"]))),
        _plain(_("What would change the judgement"), 40, "would_change"),
        Column(_("Parts of the claim"), 40, lambda row: "\n".join(map(_part, row.get("facets", [])))),
        _plain(_("Its parts add up to"), 18, "adds_up_to_label"),
        _plain(_("It is not what they add up to, because"), 30, "override_reason"),
        _moment(_("Submitted"), "submitted_at"),
        _plain(_("Changed after it was sealed, because"), 30, "moved_reason"),
        _plain(_("Seal (SHA-256)"), 20, "seal"),
        _plain(_("Seal of the answer before"), 20, "follows"),
    ]


def _comments() -> list[Column]:
    return [
        _ref(),
        _plain(_("Round"), 7, "round"),
        _plain(_("No."), 6, "number"),
        _plain(_("Answers no."), 9, "answers"),
        _plain(_("By"), 18, "by"),
        _moment(_("Written"), "at"),
        _plain(_("Comment"), 70, "text"),
        Column(_("Resolved"), 9, lambda row: _yes(row["resolved"])),
    ]


def _captures(snapshot: Snapshot) -> list[Column]:
    titles = {exhibit["id"]: exhibit["title"] for exhibit in snapshot.get("exhibits", [])}
    return [
        Column(_("Exhibit"), 40, lambda row: titles.get(row["exhibit"])),
        _plain(_("How"), 24, "how_label"),
        _plain(_("Name"), 24, "name"),
        _plain(_("Address"), 40, "url"),
        _plain(_("Type"), 18, "type"),
        _plain(_("Bytes"), 12, "size"),
        _moment(_("Captured"), "captured_at"),
        _plain(_("Captured by"), 18, "captured_by"),
        _plain(_("SHA-256"), 20, "sha256"),
        Column(_("Custody"), 50, lambda row: "\n".join(map(_act, row["lines"]))),
        Column(_("Withheld"), 9, lambda row: _yes(row["withheld"])),
    ]


def _act(line: Row) -> str:
    return ", ".join(part for part in (wording.moment(line["at"]), line["label"], line["by"]) if part)


def _part(part: Row) -> str:
    label = part["label"] or _("does not apply")
    return f"{part['facet_label']}: {label}" + (f" ({part['note']})" if part["note"] else "")


def _sources() -> list[Column]:
    return [
        _plain(_("Source"), 30, "name"),
        _plain(_("Kind"), 16, "kind_label"),
        _plain(_("Country"), 9, "country"),
        _plain(_("Reliability"), 10, "reliability"),
        _plain(_("Why this grade"), 50, "reason"),
        _moment(_("Graded"), "graded_at"),
        _plain(_("Graded by"), 18, "graded_by"),
    ]


def _documents() -> list[Column]:
    return [
        _plain(_("Document"), 10, "number"),
        _plain(_("Title"), 40, "title"),
        _plain(_("Author"), 22, "author"),
        _plain(_("Publisher"), 22, "publisher"),
        _day(_("Published"), "published"),
        _plain(_("Language"), 10, "language"),
        _plain(_("Address"), 40, "url"),
        _moment(_("Loaded"), "loaded_at"),
        _plain(_("Text (SHA-256)"), 20, "sha256"),
        _plain(_("Original bytes (SHA-256)"), 20, "sha256_bytes"),
    ]
