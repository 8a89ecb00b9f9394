"""What the annotated document says: the text that was read with a number at each claim, and a note to each number."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from claims.reports import method, wording
from claims.reports.outline import document_facts, notices, standing
from claims.reports.parts import Badge, Fact, Verdict
from claims.reports.snapshots import Snapshot, digest, misquotes, shows

from .marks import Line, Piece, lines, numbered, overlapped

SHORT = 60  # characters of a mark's words that a note repeats


class NotTheText(ValueError):
    """Says in a sentence why a text is not the one that the report speaks of."""


@dataclass(frozen=True)
class Note:
    """What stands beside a mark. ``words`` are the mark's own where it shares some with another, shortened."""

    number: int
    ref: str
    anchor: str
    statement: str
    badge: Badge
    words: str


@dataclass(frozen=True)
class Told:
    """A claim of the document at the end of it: its rating, or a sentence that it has none.

    The ``verdict`` says more, where the report does.
    """

    ref: str
    anchor: str
    statement: str
    badge: Badge | None
    verdict: Verdict | None
    unsigned: str
    marks: list[int]


@dataclass(frozen=True)
class Read:
    """A line of the text that holds something, with what stands beside it."""

    pieces: tuple[Piece, ...]
    apart: bool
    direction: str
    notes: list[Note]


@dataclass(frozen=True)
class Annotated:
    """The annotated document in reading order, with every fixed word in place."""

    language: str
    text_language: str
    words: dict[str, str]
    kicker: str
    title: str
    case: str
    facts: list[Fact]
    imprint: str
    notices: list[str]
    made_by: str
    made_at: str
    sha256: str
    lines: list[Line]
    notes: dict[int, Note]
    claims: list[Told]

    @property
    def read(self) -> Iterator[Read]:
        """The lines that hold something, each with its direction and the notes to the numbers that stand in it."""
        for line in self.lines:
            if line.pieces and (line.text.strip() or line.ends):
                notes = [self.notes[number] for number in sorted(line.ends)]
                yield Read(line.pieces, line.apart, wording.direction(line.text), notes)

    def laid_out(self) -> dict[str, Any]:
        """All of it as plain data, with the lines as ``read`` has them."""
        return asdict(replace(self, lines=[], notes={})) | {"read": [asdict(line) for line in self.read]}

    @property
    def called(self) -> str:
        """What a browser's tab says."""
        return f"{self.title}: {self.kicker}"


def annotated(snapshot: Snapshot, number: int, text: str) -> Annotated:
    """A document of the report with what the report says of its claims, worded in the language that is active.

    Raises KeyError where the report has no such document, NotTheText where this is not what was read.
    """
    document = {each["number"]: each for each in snapshot["documents"]}[number]
    found = [(claim, passage) for claim in snapshot["claims"] for passage in _here(claim, number)]
    _check(snapshot, document, text)
    found.sort(key=lambda each: (each[1]["start"], -each[1]["end"]))
    marks = numbered((passage["start"], passage["end"]) for _claim, passage in found)
    shared = overlapped(marks)
    notes: dict[int, Note] = {}
    told: dict[str, tuple[dict[str, Any], list[int]]] = {}
    for mark, (claim, passage) in zip(marks, found, strict=True):
        words = _short(passage["exact"]) if mark.number in shared else ""
        notes[mark.number] = _note(mark.number, claim, snapshot, words)
        told.setdefault(claim["ref"], (claim, []))[1].append(mark.number)
    return Annotated(
        language=snapshot["language"],
        text_language=document["language"],
        words=method.words() | _words(),
        kicker=_("Annotated document"),
        title=document["title"],
        case=f"{snapshot['case']['code']} · {snapshot['case']['title']}",
        facts=_facts(document, snapshot),
        imprint=snapshot.get("imprint", ""),
        notices=notices(snapshot),
        made_by=snapshot["report"]["made_by"],
        made_at=snapshot["report"]["made_at"],
        sha256=document["sha256"],
        lines=lines(text, marks),
        notes=notes,
        claims=[_told(claim, numbers, snapshot) for claim, numbers in told.values()],
    )


def _here(claim: dict[str, Any], number: int) -> list[dict[str, Any]]:
    return [passage for passage in claim["passages"] if passage["document"] == number]


def _check(snapshot: Snapshot, document: dict[str, Any], text: str) -> None:
    """The quote gate, and the text's hash."""
    if hashlib.sha256(text.encode()).hexdigest() != document["sha256"]:
        raise NotTheText(_("This is not the text that the report speaks of: its hash is another."))
    number = document["number"]
    claims = [
        {"ref": claim["ref"], "passages": here, "evidence": []}
        for claim in snapshot["claims"]
        if (here := _here(claim, number))
    ]
    if wrong := misquotes({"claims": claims}, {number: text}, {}):
        raise NotTheText(" ".join(wrong))


def _words() -> dict[str, str]:
    return {
        "text": _("The text"),
        "claims_here": _("The claims that stand in it"),
        "no_marks": _("No claim of this report stands in this document."),
        "notes": _("Notes"),
        "note": _("Note"),
        "marks": _("Marks"),
        "to_mark": _("To the mark"),
    }


def _facts(document: dict[str, Any], snapshot: Snapshot) -> list[Fact]:
    report = snapshot["report"]
    said = f"{report['title'] or snapshot['case']['title']} ({_('No. %(number)s') % {'number': report['number']}})"
    return [
        *document_facts(document),
        Fact(_("Report"), said),
        Fact(_("Made"), wording.moment(report["made_at"])),
        Fact(_("Snapshot (SHA-256)"), digest(snapshot), code=True),
    ]


def _note(number: int, claim: dict[str, Any], snapshot: Snapshot, words: str) -> Note:
    verdict, unsigned = standing(claim, snapshot)
    badge = verdict.badge if verdict else Badge(unsigned, "none", "")
    return Note(number, claim["ref"], f"claim-{claim['number']}", claim["statement"], badge, words)


def _told(claim: dict[str, Any], numbers: list[int], snapshot: Snapshot) -> Told:
    verdict, unsigned = standing(claim, snapshot)
    badge = verdict.badge if verdict else None
    more = verdict if shows(snapshot, "verdicts") else None
    return Told(claim["ref"], f"claim-{claim['number']}", claim["statement"], badge, more, unsigned, numbers)


def _short(words: str) -> str:
    words = " ".join(words.split())
    return words if len(words) <= SHORT else f"{words[: SHORT // 2].rstrip()} … {words[-SHORT // 3 :].lstrip()}"
