"""A table of claims, as CSV: statement, quote, speaker, date, URL. Each thousand rows become a document and its claims.

The rows are written as a person would write them, each claim with its words, who said it and its entry in
the log, but many at once. A table that was cut off or comes again goes on where it was: nothing is doubled.
"""

from __future__ import annotations

import csv
import datetime
import hashlib
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import batched

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.loading.many import enter, insert, room
from claims.models import (
    Attribution,
    Case,
    Chain,
    Claim,
    Document,
    Entry,
    Passage,
    Refused,
    Status,
    Tally,
    User,
    keep_document,
    writing,
)
from claims.text.kinds import likely_kind
from claims.text.normalising import TURNS, Unreadable, code_point, readable
from claims.text.quotations import quote

EXAMPLE = """statement,quote,speaker,date,url
"The army has 48,000 men.","Our army is 48,000 strong",The ministry,2023-02-20,https://example.org/army"""
COLUMNS = ("statement", "quote", "speaker", "date", "url")
AT_ONCE = 1_000  # rows in one transaction, and in one document
EXTRACTOR = "claim table 1"
LONGEST = {"statement": 1_000, "quote": 10_000, "speaker": 200, "url": 1_000}
ADDRESS = re.compile(r"https?://[^\s/?#]+\.\S+", re.I)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table that can be a claim; `line` is where it begins in the file, from 1."""

    line: int
    statement: str
    quote: str
    speaker: str
    date: datetime.date | None
    url: str

    def written(self) -> str:
        """The row as a paragraph of the document: its words, then whose they are, when and where."""
        day = self.date.isoformat() if self.date else ""
        about = " · ".join(part for part in (self.speaker, day, self.url) if part)
        return self.words + (f"\n— {about}" if about else "")

    @property
    def words(self) -> str:
        """The words in which the claim stands: the quote, or the statement where there is none."""
        return self.quote or self.statement

    def key(self, case: Case) -> str:
        """What makes the row the same row when it comes again."""
        said = "\0".join((self.statement, self.quote, self.speaker, str(self.date or ""), self.url))
        return f"row:{hashlib.sha256(f'{case.pk} {said}'.encode()).hexdigest()[:40]}"


@dataclass
class Outcome:
    """How an import went: rows made claims, rows that were there already, and why others were refused, by line."""

    made: int = 0
    found: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)


def import_claims(
    case: Case, content: bytes, *, by: User, file_name: str = "", progress: Callable[[int], None] = lambda done: None
) -> Outcome:
    """Make every row a claim, a thousand in a transaction; `progress` hears how many rows are done, and may raise.

    Raises Refused at `file` where the file is no such table. A row that cannot be a claim is passed over and told.
    """
    outcome = Outcome()
    done = 0
    with room():
        for chunk in batched(rows(content), AT_ONCE, strict=False):
            good = [row for row in chunk if isinstance(row, Row)]
            outcome.refused += [row for row in chunk if not isinstance(row, Row)]
            if good:
                _keep(case, good, by, file_name, outcome, content if not outcome.made else None)
            done += len(chunk)
            progress(done)
    return outcome


def count(content: bytes) -> int:
    """About how many rows the table has, for a progress bar: its lines without the first."""
    return max(0, content.count(b"\n") - content.startswith(b"\n") - content.endswith(b"\n")) or 1


def rows(content: bytes) -> Iterator[Row | tuple[int, str]]:
    """The table's rows; for one that cannot be a claim its line and why. Raises Refused where it is no such table."""
    try:
        text = readable(content)
    except Unreadable as fault:
        raise Refused(_("This is no table in UTF-8. Save it as CSV in UTF-8 and try again."), "file") from fault
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=False)
    names = [name.strip().casefold() for name in next(reader, [])]
    if "statement" not in names:
        raise Refused(
            _("The first line must name the columns: statement, and if you have them quote, speaker, date, url."),
            "file",
        )
    places = [names.index(name) if name in names else None for name in COLUMNS]
    line = reader.line_num + 1
    try:
        for cells in reader:
            if len(cells) > len(names) and any(cell.strip() for cell in cells[len(names) :]):
                said = _("It has %(n)s cells and the first line %(m)s. Put quotation marks around words with a comma.")
                yield line, said % {"n": len(cells), "m": len(names)}
            elif any(cell.strip() for cell in cells):
                yield _row(line, [cells[at].strip() if at is not None and at < len(cells) else "" for at in places])
            line = reader.line_num + 1
    except csv.Error as fault:
        raise Refused(_("Line %(line)s cannot be read as CSV.") % {"line": line}, "file") from fault


def _row(line: int, cells: list[str]) -> Row | tuple[int, str]:
    statement, words, speaker, day, url = cells
    statement = " ".join(statement.split())
    if not statement:
        return line, _("It has no statement.")
    for name, cell in zip(COLUMNS, (statement, words, speaker, "", url), strict=True):
        if len(cell) > LONGEST.get(name, 40):
            said = _("The %(name)s has %(size)s characters; at most %(most)s fit.")
            return line, said % {"name": name, "size": len(cell), "most": LONGEST[name]}
    if turn := TURNS.search(statement + speaker):
        return line, _("It holds an invisible character that turns the direction of writing (%(code)s).") % {
            "code": code_point(turn[0])
        }
    try:
        date = datetime.date.fromisoformat(day) if day else None
    except ValueError:
        return line, _("“%(day)s” is no date: write it as 2023-02-20.") % {"day": day[:40]}
    if url and not ADDRESS.fullmatch(url):
        return line, _("“%(url)s” is no web address.") % {"url": url[:80]}
    return Row(
        line, statement, "\n".join(part.strip() for part in words.split("\n")), " ".join(speaker.split()), date, url
    )


def _keep(case: Case, chunk: list[Row], by: User, file_name: str, outcome: Outcome, file: bytes | None) -> None:
    """Store the rows that are not here yet with the document in which they stand, in one transaction."""
    by_key = {row.key(case): row for row in chunk}
    with writing(case):
        here = _stored(list(by_key))
        new = {key: row for key, row in by_key.items() if key not in here}
        outcome.found += len(chunk) - len(new)
        if not new:
            return
        document, places = _document(case, list(new.values()), by, file_name, file)
        with writing(case) as chain:
            _write(chain, document, new, places, by)
        Tally.move(case, None, (Status.OPEN, None), len(new))
    outcome.made += len(new)


def _stored(keys: list[str]) -> set[str]:
    """Which of these rows are claims already."""
    blanks = ", ".join(["%s"] * len(keys))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT once FROM claims_claim WHERE once IN ({blanks})", keys)  # noqa: S608 - blanks alone
        return {once for (once,) in cursor.fetchall()}


def _document(case: Case, chunk: list[Row], by: User, file_name: str, file: bytes | None) -> tuple[Document, list[int]]:
    """The document of these rows, and where the words of each begin in it. The first holds the file as it came."""
    parts = [row.written() for row in chunk]
    text, places, at = "\n\n".join(parts), [], 0
    for part in parts:
        places.append(at)
        at += len(part) + 2
    title = _("%(file)s, lines %(first)s to %(last)s") % {
        "file": (file_name or _("A table of claims"))[:200], "first": chunk[0].line, "last": chunk[-1].line,
    }  # fmt: skip
    document = Document(
        title=title, text=text, content=file or text.encode(), origin=Document.Origin.FILE, file_name=file_name[-255:],
        extractor=EXTRACTOR,
    )  # fmt: skip
    return keep_document(case, document, by=by)[0], places


def _write(chain: Chain, document: Document, new: dict[str, Row], places: list[int], by: User) -> None:
    case = document.case
    first = case.next_number(Claim.objects.all())
    pattern = Claim(case=case, number=0, made_by=by, made_at=timezone.now())
    day = connection.ops.adapt_datefield_value
    kinds = [likely_kind(row.statement) for row in new.values()]
    claims = [
        (number, row.statement, kind, day(row.date), key)
        for number, (key, row), kind in zip(range(first, first + len(new)), new.items(), kinds, strict=True)
    ]
    insert(pattern, ("number", "statement", "kind", "as_of", "once"), claims)
    keys = list(Claim.objects.filter(case=case, number__gte=first).order_by("number").values_list("pk", flat=True))
    rows = list(zip(keys, new.values(), places, strict=True))
    words = [(key, *vars(quote(document.text, at, at + len(row.words))).values()) for key, row, at in rows]
    insert(Passage(document=document), ("claim_id", "start", "end", "exact", "prefix", "suffix"), words)
    insert(
        Attribution(position=1), ("claim_id", "speaker"), [(key, row.speaker) for key, row, _at in rows if row.speaker]
    )
    facts = pattern.facts() | {"document": document.number}
    made = zip(keys, new.values(), kinds, range(first, first + len(new)), words, strict=True)
    entry = Entry(case=case, at=timezone.now(), by=by, by_name=str(by), thing="claim")
    enter(chain, entry, [
        ("made", key, f"{case.code}-{number}", facts | {
            "number": number, "statement": row.statement, "kind": kind, "speaker": row.speaker, "words": passage[1:3],
            "as_of": row.date.isoformat() if row.date else None,
        })
        for key, row, kind, number, passage in made
    ])  # fmt: skip
