"""A case's way out: everything that belongs to it, as one file that any later workbench can read.

All is read as it stood at one moment, while people go on working. What it takes to bring a person back is name and
e-mail; no password, token, link, webhook or key leaves.
"""

from __future__ import annotations

import base64
import contextlib
import datetime
import hashlib
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import IO, Any, NamedTuple

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from claims.custody import former_logs
from claims.custody.chain import verify
from claims.custody.store import pieces, store, sync
from claims.keeping.case_archive import FILES, LOG, RECORDS, Written, line_of
from claims.keeping.case_format import (
    BY_MODEL,
    BY_WORD,
    CASE,
    KEYS_IN_DETAIL,
    KINDS,
    RATING,
    Kind,
)
from claims.keeping.case_names import Names
from claims.models import (
    Assessment,
    Capture,
    Case,
    Chain,
    Derived,
    Document,
    Entry,
    Evidence,
    Exhibit,
    Grade,
    Mark,
    Merge,
    Rating,
    Refused,
    Report,
    Share,
    Source,
    Stamp,
    StoredFile,
    User,
    Verdict,
    changes_since,
)
from claims.models.moments import one_moment
from claims.models.telling import KEY, kind_of
from workbench.data_folder import NO_LINKS

type Tell = Callable[[int, int], object]
HALF = ".leaving-"  # how the names of files begin that are not whole yet


class Left(NamedTuple):
    """What a case left as: SHA-256 and size of the file, how many there are of each kind, what stayed, and is amiss."""

    sha256: str
    size: int
    counts: Counter[str]
    stayed: list[str]
    amiss: dict[str, str]


def export_case(case: Case, to: Path, tell: Tell = lambda done, total: None) -> Left:
    """Write a case to this file, which appears with its name only once it is whole and on disk.

    `tell` hears how many of how many records are written. Raises Refused where something is there already or the log
    is not what was entered, and OSError where there is no room.
    """
    if to.exists():
        raise Refused(f"{to} is there already: nothing is overwritten.")
    with tempfile.NamedTemporaryFile(dir=to.parent, prefix=HALF, delete_on_close=False) as half:
        with Written(half.file) as archive:
            leaving = Leaving(case, archive, tell)
            leaving.write()
        half.flush()
        os.fsync(half.fileno())
        size = half.tell()
        half.seek(0)
        sha256 = hashlib.file_digest(half.file, "sha256").hexdigest()  # type: ignore[arg-type]
        _name(Path(half.name), to)
    return Left(sha256, size, leaving.counts, leaving.stayed, leaving.amiss)


def _name(half: Path, to: Path) -> None:
    """Give a whole file its name for good, never over what came there meanwhile."""
    try:
        os.link(half, to)
    except OSError as fault:
        if fault.errno not in NO_LINKS:
            raise
        to.touch(exist_ok=False)  # a memory stick knows no second names
        half.replace(to)
    sync(to.parent)


class Leaving:
    """One case on its way out."""

    def __init__(self, case: Case, archive: Written, tell: Tell) -> None:
        self.case, self.archive, self.tell = case, archive, tell
        self.names: dict[str, Names] = {}
        self.people: dict[int, str] = {}
        self.ratings: dict[int, str] = dict(Rating.objects.filter(scale=case.scale_id).values_list("pk", "code"))
        self.hashes: dict[int, str] = {}
        self.counts: Counter[str] = Counter()
        self.stayed: list[str] = []
        self.done = self.total = 0
        self.kept = set[str]()
        self.amiss: dict[str, str] = {}

    def write(self) -> None:
        """All of it."""
        with one_moment(), self._spool() as records, self._spool() as log:
            self._look_round()
            head = self._write_log(log)
            for line in self._records():
                records.write(line_of(line))
                self._count(line["record"])
            for name, spool in ((RECORDS, records), (LOG, log)):
                spool.seek(0)
                self.archive.add(name, pieces(spool))
        for sha256 in sorted(set(self.hashes.values())):
            self._file(sha256)
        self.archive.end({
            "code": self.case.code, "made_at": timezone.now().isoformat(), "log": head, "counts": dict(self.counts),
            "amiss": self.amiss,
        })  # fmt: skip

    @contextlib.contextmanager
    def _spool(self) -> Iterator[IO[bytes]]:
        with tempfile.TemporaryFile(dir=settings.DATA) as spool:
            yield spool

    def _count(self, kind: str) -> None:
        self.counts[kind] += 1
        self.done += 1
        self.tell(self.done, self.total)

    def _look_round(self) -> None:
        """Who and what there is, before anything is written."""
        fault = verify(self.case).fault
        if fault:
            raise Refused(f"The log of {self.case.code} is not what was entered, so nothing leaves. {fault}")
        self.hashes = dict(self._rows(BY_WORD["file"]).values_list("pk", "sha256"))
        people = set(Entry.objects.filter(case=self.case).order_by().values_list("by", flat=True).distinct())
        for kind in KINDS:
            rows = self._rows(kind).order_by()
            self.total += rows.count()
            for each in kind.fields.values():
                if each.related_model is User:
                    people |= set(rows.values_list(each.name, flat=True).distinct())
        self.people = dict(User.objects.filter(pk__in=people - {None}).values_list("pk", "email"))
        self.total += len(self.people) + Entry.objects.filter(case=self.case).count()
        self._say_what_stays()

    def _say_what_stays(self) -> None:
        case, links = self.case, BY_WORD["link"].rows(self.case).exclude(other__case=self.case).count()
        sources = self._sources().order_by().values("pk")
        for count, said in (
            (links, "links to claims of other cases"),
            (Share.objects.filter(report__case=case).count(),
             "links by which strangers read reports: make new ones there"),
            (Merge.objects.filter(Q(kept__in=sources) | Q(merged__in=sources), undone_at=None).count(),
             "merges of sources: these stay merged, and cannot be parted there"),
            (Report.objects.filter(case=case).count(),
             "reports whose signed bundles are made here alone, as this installation signs: keep those that you want"),
        ):  # fmt: skip
            if count:
                self.stayed.append(f"{count:,} {said}")

    def _records(self) -> Iterator[dict[str, Any]]:
        for person in User.objects.filter(pk__in=self.people).order_by("pk").values("email", "name"):
            yield {"record": "person"} | person
        scale, ratings = self.case.scale, Rating.objects.filter(scale=self.case.scale_id).order_by("pk")
        yield {"record": "scale", "name": scale.name,
               "ratings": [{name: getattr(each, name) for name in RATING.split()} for each in ratings]}  # fmt: skip
        yield {"record": "case", "edits": self.case.version} | {name: getattr(self.case, name) for name in CASE.split()}
        for kind in KINDS:
            for row in self._rows(kind).iterator(chunk_size=kind.at_once):
                line = {"record": kind.word} | {word: self._value(each, row) for word, each in kind.fields.items()}
                yield line | BESIDE[kind.word](self, row) if kind.word in BESIDE else line

    def _rows(self, kind: Kind) -> models.QuerySet[Any]:
        if kind.word == "source":
            return self._sources().order_by("pk")
        if kind.word == "grade":
            return models.QuerySet(Grade).filter(source__in=self._sources().order_by().values("pk")).order_by("pk")
        if kind.word == "file":
            elsewhere = Q(bundles__case=self.case) | Q(former_logs__case=self.case)
            of_case = StoredFile.objects.of_case(self.case).order_by().values("pk")
            return StoredFile.objects.filter(Q(pk__in=of_case) | elsewhere).distinct().order_by("pk")
        if kind.word == "derived":
            captured = Capture.objects.filter(exhibit__case=self.case).order_by().values("file")
            return Derived.objects.filter(parent__in=captured).order_by("pk")
        rows: models.QuerySet[Any] = kind.rows(self.case)
        return rows.filter(other__case=self.case) if kind.word == "link" else rows

    def _sources(self) -> models.QuerySet[Source]:
        return models.QuerySet(Source).filter(pk__in=self.sources)

    @cached_property
    def sources(self) -> set[int]:
        """The keys of the case's sources, of those that they belong to, and those that they were merged into."""
        known: models.QuerySet[Source] = models.QuerySet(Source)
        cited = Exhibit.objects.filter(case=self.case, source__isnull=False).order_by()
        graded = Evidence.objects.filter(claim__case=self.case, grade__isnull=False).order_by()
        keys = set(known.filter(cases=self.case).values_list("pk", flat=True))
        keys |= set(cited.values_list("source", flat=True).distinct())
        keys |= set(graded.values_list("grade__source", flat=True).distinct())
        new = keys
        while new:
            above = known.filter(pk__in=new).order_by().values_list("belongs_to", "merged_into")
            new = {key for pair in above for key in pair if key is not None} - keys
            keys = keys | new
        return keys

    def name_of(self, kind: str, key: int) -> Any:
        """The name of a record by its key. Raises Refused where it does not belong to the case."""
        found = self.known(kind, key)
        if found is None:
            raise Refused(f"Something in {self.case.code} names a {kind} that is not of it (#{key}): it cannot leave.")
        return found

    def known(self, kind: str, key: int) -> Any:
        """The name of a record by its key; None where it does not leave with the case."""
        if kind in ("person", "rating", "file"):
            return {"person": self.people, "rating": self.ratings, "file": self.hashes}[kind].get(key)
        if kind not in self.names:
            of, rows = BY_WORD[kind], self._rows(BY_WORD[kind]).order_by("pk")
            pairs = rows.values_list("pk", of.name or "pk").iterator()
            self.names[kind] = Names(kind, pairs if of.name else ((key, n) for n, (key, _) in enumerate(pairs, 1)))
        return self.names[kind].get(key)

    def _value(self, field: models.Field[Any, Any], row: models.Model) -> Any:
        value = getattr(row, field.attname)
        if value is None:
            return None
        if field.is_relation:
            return self.name_of(word_of(field.related_model), value)  # type: ignore[arg-type]
        return plain(value)

    # What is written by a rule of its own.

    def document(self, row: Document) -> dict[str, Any]:
        """Its text and its original leave as files."""
        for sha256, content in ((row.sha256, row.text.encode()), (row.sha256_bytes, bytes(row.content))):
            if hashlib.sha256(content).hexdigest() != sha256:
                raise Refused(f"{row.ref} is not what was loaded, so nothing leaves. Run manage.py integrity.")
            if FILES + sha256 not in self.archive.members:
                self.archive.add(FILES + sha256, [content])
        return {}

    def source(self, row: Source) -> dict[str, Any]:
        return {"known": row.cases.filter(pk=self.case.pk).exists()}

    def matrix(self, row: Any) -> dict[str, Any]:
        """With its marks, and what claim and reviewer are called in what is sealed."""
        marks = Mark.objects.filter(matrix=row).order_by("hypothesis__number", "evidence__number")
        said = marks.values_list("hypothesis", "evidence", "value", "at")
        return {
            "sealed_as": self._sealed_as(row),
            "marks": [
                [self.name_of("hypothesis", one), self.name_of("evidence", other), value, plain(at)]
                for one, other, value, at in said
            ],
        }

    def assessment(self, row: Assessment) -> dict[str, Any]:
        """With the evidence relied on; what is sealed names claim and reviewer as they are called here."""
        relied = row.relied_on.order_by("number").values_list("pk", flat=True)
        sealed = row.sealed_as if row.sealed_as is not None else self._sealed_as(row) if row.submitted_at else None
        return {"relied_on": [self.name_of("evidence", key) for key in relied], "sealed_as": sealed}

    def _sealed_as(self, row: Any) -> dict[str, Any]:
        return {"claim": f"{self.case.code}-{self.name_of('claim', row.claim_id)}", "reviewer": row.reviewer_id}

    def verdict(self, row: Verdict) -> dict[str, Any]:
        """Whether a proposal still rests on what stands. What a decided one rested on is kept as it was hashed."""
        if row.decision:
            return {"basis": row.basis, "basis_content": row.basis_content, "unchanged": None}
        unchanged = bool(row.basis) and not changes_since(row)[0]
        kept = ("", "") if unchanged else (row.basis, row.basis_content)
        return {"basis": kept[0], "basis_content": kept[1], "unchanged": unchanged}

    def report(self, row: Report) -> dict[str, Any]:
        """With the exhibits that its frozen data number."""
        names = {number: self.known("exhibit", key) for number, key in row.held.items()}
        return {"exhibits": {number: name for number, name in names.items() if name is not None}}

    # The log, and the files.

    def _write_log(self, out: IO[bytes]) -> dict[str, Any]:
        """The log entry by entry, each beside the names of what it names by keys; gives its head."""
        chain = Chain.objects.get(case=self.case)
        head = {"count": chain.count, "head": chain.head}
        out.write(line_of({"log": {"code": self.case.code} | head}))
        for entry in Entry.objects.filter(case=self.case).order_by("number").iterator(chunk_size=500):
            out.write(line_of(self._entry(entry)))
            self._count("entry")
        for stamp in Stamp.objects.filter(case=self.case).order_by("count"):
            said = {"count": stamp.count, "head": stamp.head, "service": stamp.service}
            times = {"stamped_at": plain(stamp.stamped_at), "made_at": plain(stamp.made_at)}
            out.write(line_of({"stamp": said | times | {"token": base64.b64encode(bytes(stamp.token)).decode()}}))
        return head

    def _entry(self, entry: Entry) -> dict[str, Any]:
        thing = word_of_thing(entry.thing)
        about = self.known(thing, entry.thing_id) if thing and thing != "case" else None
        names: dict[str, Any] = {}
        for when in ("before", "after"):
            for name, value in (entry.parts[when] or {}).items():
                kind, key = named_in_detail(entry.thing, name, value)
                if kind and (found := self.known(kind, key)) is not None:
                    names[f"{when}.{name}"] = found
        return {
            "entry": former_logs.told(entry),
            "by": self.name_of("person", entry.by_id),
            "about": about,
            "claim": self.name_of("claim", entry.claim_id) if entry.claim_id else None,
            "names": names,
        }

    def _file(self, sha256: str) -> None:
        """A file of the store; one that is missing or altered is named, and the case leaves without it."""
        if FILES + sha256 in self.archive.members:
            return
        try:
            with store().open(sha256) as stream:
                sound = hashlib.file_digest(stream, "sha256").hexdigest() == sha256  # type: ignore[arg-type]
                stream.seek(0)
                if sound:
                    self.archive.add(FILES + sha256, pieces(stream))
                    return
            self.amiss[sha256] = "altered"
        except FileNotFoundError:
            self.amiss[sha256] = "missing"


BESIDE: dict[str, Callable[[Leaving, Any], dict[str, Any]]] = {
    "document": Leaving.document, "source": Leaving.source, "matrix": Leaving.matrix,
    "assessment": Leaving.assessment, "verdict": Leaving.verdict, "report": Leaving.report,
}  # fmt: skip


def word_of(model: type[models.Model]) -> str:
    """The kind that records of this model are of."""
    return {User: "person", Rating: "rating", Case: "case"}.get(model) or BY_MODEL[model].word


def word_of_thing(thing: str) -> str:
    """The kind that an entry of the log calls so; nothing for what does not leave."""
    try:
        model = apps.get_model("claims", thing)
    except LookupError:
        return ""
    return word_of(model) if model in BY_MODEL or model in (Case, Rating, User) else ""


def named_in_detail(thing: str, name: str, value: Any) -> tuple[str, int]:
    """The kind and the key of what a value in an entry's detail names; no kind where it names nothing."""
    if isinstance(value, int) and not isinstance(value, bool):
        return KEYS_IN_DETAIL.get(name, ""), value
    found = KEY.search(value) if isinstance(value, str) else None
    if found is None:
        return "", 0
    return word_of_thing(kind_of(thing, name)), int(found[1])


def plain(value: Any) -> Any:
    """A value as JSON has it, the same from either kind of database."""
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).isoformat(timespec="microseconds")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, bytes | bytearray | memoryview):
        return base64.b64encode(bytes(value)).decode()
    return value
