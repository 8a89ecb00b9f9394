"""A case's way in from another installation: everything is checked first, then all of it comes in or nothing.

The rows are written past the rules by which people work here, as nobody here did what they tell. What is asked of them
instead: that the file is as it was written; that each word of each record is one that the model takes, and names what
is there; that texts, originals and files are those of their hashes; that every quotation stands in its text; that the
old log's chain holds, that each answer, each set of marks and each report is what was sealed, and each of them was
entered in that log. What else the database itself refuses, it refuses here as ever.

The log that the case had is kept as it came, under its hash: its chain can be recomputed by `verify_log` for good. The
new log begins with the entry that the case was brought in, which names that hash; then come the old entries again,
with the keys that things and people have here, and the seals that marks got here; each says which entry of which log
it was. So the history reads on, and whatever asks the log (who could have read answers, since when somebody was asked)
finds what it found there.

People are found by their e-mail; whoever has no account here comes in as a closed one without a password. Sources
become new entries of the register: another of the same name may be somebody else.
"""

from __future__ import annotations

import binascii
import datetime
import hashlib
import json
import logging
import re
import secrets
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import batched
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError, models, transaction
from django.utils import timezone

from claims.custody import former_logs, heads
from claims.custody.store import Kept
from claims.keeping.case_archive import FILES, LOG, RECORDS, SHA256, Archive
from claims.keeping.case_format import BY_WORD, CASE, KINDS, MERGE_IN_DETAIL, RATING, Kind
from claims.keeping.case_history import AT_ONCE, History, count_anew
from claims.keeping.case_names import Names
from claims.keeping.case_values import read
from claims.keeping.exporting import named_in_detail, word_of, word_of_thing
from claims.models import (
    Assessment,
    Case,
    Document,
    Entry,
    FormerLog,
    Mark,
    Matrix,
    Quantity,
    Rating,
    Refused,
    Report,
    Role,
    Scale,
    Source,
    StoredFile,
    User,
    Verdict,
    entries,
    writing,
)
from claims.models.entries import VERBS, Chain, canonical
from claims.models.people import NOBODY
from claims.models.telling import KEY
from claims.weighing.figures import series_key

CODE = re.compile(r"[A-Z][A-Z0-9]{0,11}")

type Tell = Callable[[int, int], object]
logger = logging.getLogger(__name__)

# What reading data can end in that somebody wrote to end so; whatever is at fault here ends so too, and is named.
ODD = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError, DatabaseError)


class Came:
    """A case that came in: how many there are of each kind, who was found here and who was not, what is new."""

    def __init__(self, case: Case, counts: Counter[str]) -> None:
        self.case, self.counts = case, counts
        self.found: list[str] = []
        self.new: list[str] = []
        self.said: list[str] = []


def import_case(
    file: Path, *, by: User, code: str = "", sha256: str = "", tell: Tell = lambda done, total: None
) -> Came:
    """A new case with all that the file holds. `code` is what it is called here, if it is to be another than there.

    `sha256` is what the file's hash must be, where somebody knows it from elsewhere.

    `tell` hears how many of how many records are in. Raises Refused, in a sentence, where the file is not as it was
    written, holds something that cannot be, or cannot become a case here; then nothing stays.
    """
    with file.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
        if sha256 and digest != sha256:
            raise Refused(f"It is another file than the one that was told of: its SHA-256 is {digest}.")
        archive = Archive(opened)
        archive.check()
        code = code or str(archive.manifest["code"])
        _check_ways(code)
        kept = Kept()
        try:
            return Coming(archive, code, digest, by, tell).bring(kept)
        except BaseException as fault:
            kept.let_go()
            if isinstance(fault, (Refused, OperationalError, InterfaceError)) or not isinstance(fault, ODD):
                raise
            logger.warning("A case could not be brought in.", exc_info=fault)
            said = f"{type(fault).__name__}, {fault}".splitlines()[0]  # PostgreSQL adds the whole row
            raise Refused(f"It holds something that no workbench writes: {said}") from fault


def _check_ways(code: str) -> None:
    if not CODE.fullmatch(code):
        raise Refused(f"{code[:80]!r} is no code of a case: capital letters and digits, 12 at most.")
    if Case.objects.filter(code=code).exists():
        raise Refused(f"There is a case {code} here already: choose another code with --as.")
    if heads.place(code).exists():
        raise Refused(f"The data folder keeps the head of a log of {code}, a case that is gone: choose another code.")


class Coming:
    """One case on its way in."""

    def __init__(self, archive: Archive, code: str, digest: str, by: User, tell: Tell) -> None:
        self.archive, self.by, self.tell, self.digest = archive, by, tell, digest
        self.case, self.there = Case(code=code), str(archive.manifest["code"])
        self.counts = Counter[str]()
        self.came = Came(self.case, self.counts)
        self.people: dict[str, int] = {}
        self.ratings: dict[str, int] = {}
        self.files: dict[str, int] = {}
        self.names = {kind.word: Names(kind.word) for kind in KINDS}
        self.used = {RECORDS, LOG}  # members that something names
        self.kind: Kind | None = None
        self.waiting: list[tuple[int, models.Model, list[After]]] = []
        self.later: list[tuple[type[models.Model], int, str, str, int]] = []
        self.through: list[models.Model] = []
        self.unchanged: list[int] = []
        self.history = History()
        self.total = sum(map(int, archive.manifest["counts"].values()))

    def bring(self, kept: Kept) -> Came:
        """Files before rows, and all rows in one transaction."""
        for line in self._file_lines():
            self._file(line, kept)
        log = kept.take(self.archive.pieces(LOG))
        with transaction.atomic():
            # They have been waiting for whoever names them: nobody is to clear them away as an upload that broke off.
            for some in batched([log.pk, *self.files.values()], AT_ONCE, strict=False):
                StoredFile.objects.filter(pk__in=some).update(received_at=timezone.now())
            for number, line in enumerate(self.archive.lines(RECORDS), 1):
                try:
                    self._take(line)
                except Refused as fault:
                    raise Refused(f"Line {number} of {RECORDS}: {fault}") from fault
            self._end_of_records()
            self._log(log)
            count_anew(self.case, self.unchanged)
            self._check()
            self._let_in()
        return self.came

    def _file_lines(self) -> Iterator[dict[str, Any]]:
        """The records of files: they stand near the beginning."""
        before = {"person", "scale", "case", "membership"}
        for line in self.archive.lines(RECORDS):
            if line.get("record") == "file":
                yield line
            elif line.get("record") not in before:
                return

    def _file(self, line: dict[str, Any], kept: Kept) -> None:
        """Put a file into the store; of one that was missing or altered there, that it is missing here."""
        sha, size = line.get("sha256"), line.get("size")
        if not (isinstance(sha, str) and SHA256.fullmatch(sha) and type(size) is int and size >= 0):
            raise Refused("A file is not named by its SHA-256 and its size.")
        name = FILES + sha
        if name in self.archive.members:
            row = kept.take(self.archive.pieces(name))
            self.used.add(name)
        elif sha in self.archive.manifest["amiss"]:
            values = {"size": size, "fault": StoredFile.Fault.MISSING}
            row, fresh = StoredFile.objects.get_or_create(sha256=sha, defaults=values)
            kept.fresh |= {row.pk: row} if fresh else {}
        else:
            raise Refused(f"{name} is missing, and the manifest does not say that it was.")
        if row.size != size:
            raise Refused(f"{name} has {row.size:,} bytes, and its record says {size:,}.")
        self.files[sha] = row.pk

    # Records, line by line.

    def _take(self, line: dict[str, Any]) -> None:
        word = line.pop("record", None)
        self.counts[str(word)] += 1
        self.tell(sum(self.counts.values()), self.total)
        if word in FIRST:
            if self.kind is not None or (word != "case" and self.case.pk):
                raise Refused(f"A {word} stands after what comes after it.")
            FIRST[word](self, line)
            return
        kind = BY_WORD.get(word) if isinstance(word, str) else None
        if kind is None:
            raise Refused(f"{str(word)[:40]!r} is no kind of record that this program knows.")
        if not self.case.pk:
            raise Refused(f"A {word} stands before its case.")
        if self.kind is not kind:
            if self.kind is not None and KINDS.index(kind) < KINDS.index(self.kind):
                raise Refused(f"A {word} stands after what comes after it.")
            self._flush()
            self.kind = kind
        if kind.word != "file":  # that is in by now
            self._record(kind, line)

    def _record(self, kind: Kind, line: dict[str, Any]) -> None:
        says = kind.fields.keys() | BESIDE.get(kind.word, (frozenset(), None))[0]
        if line.keys() != says:
            odd = sorted(line.keys() ^ says)[0]
            raise Refused(f"A {kind.word} {'lacks' if odd in says else 'has a word that none has:'} {odd[:40]!r}.")
        last = self.waiting[-1][0] if self.waiting else self.names[kind.word].last
        name = line[kind.name] if kind.name else last + 1
        if type(name) is not int or name <= last:
            raise Refused(f"{kind.word} {str(name)[:20]} follows {last}: it stands twice, or out of order.")
        row, after = kind.model(), list[After]()
        for word, field in kind.fields.items():
            if word in kind.set_later and line[word] is not None:
                after.append(self._set_later(field, line[word]))
            elif word not in kind.set_later:
                setattr(row, field.attname, self.value(field, line[word], f"{kind.word} {name}: {word}"))
        if "case" in kind.follows.split():
            row.case_id = self.case.pk  # type: ignore[attr-defined]
        if kind.word in BESIDE:
            after += BESIDE[kind.word][1](self, row, line) or []
        if kind.word == "derived" and self._derived_already(row):
            return
        self.waiting.append((name, row, after))
        if len(self.waiting) >= kind.at_once:
            self._flush()

    def _derived_already(self, row: Any) -> bool:
        same = {name: getattr(row, name) for name in ("parent_id", "kind", "page", "tool", "tool_version")}
        return bool(type(row).objects.filter(**same).exists())

    def _flush(self) -> None:
        """Write what is waiting, and then what hangs on the keys that it got."""
        waiting, self.waiting = self.waiting, []
        if not waiting or self.kind is None:
            return
        target: models.QuerySet[Any] = models.QuerySet(self.kind.model)
        shared = self.kind.word == "derived"
        try:
            with transaction.atomic(savepoint=shared):
                target.bulk_create([row for _, row, _ in waiting], batch_size=AT_ONCE)
        except IntegrityError:
            if not shared:
                raise
            waiting = [each for each in waiting if not self._derived_already(each[1])]  # somebody made one meanwhile
            target.bulk_create([row for _, row, _ in waiting], batch_size=AT_ONCE)
        for name, row, after in waiting:
            self.names[self.kind.word].add(name, row.pk)
            for each in after:
                each(row)
        self._write_through()

    def _write_through(self) -> None:
        for model in {type(row) for row in self.through}:
            some = [row for row in self.through if type(row) is model]
            target: models.QuerySet[Any] = models.QuerySet(model)
            target.bulk_create(some, batch_size=AT_ONCE)
        self.through.clear()

    def _set_later(self, field: models.Field[Any, Any], name: Any) -> After:
        word = word_of(field.related_model)  # type: ignore[arg-type]
        return lambda row: self.later.append((type(row), row.pk, field.attname, word, name))

    def key_of(self, kind: str, name: Any) -> int:
        """The key that what bears this name got here. Raises Refused where there is no such thing."""
        known: dict[str, dict[str, int]] = {"person": self.people, "rating": self.ratings, "file": self.files}
        found: int | None = None
        if kind in known:
            found = known[kind].get(name) if isinstance(name, str) else None
        elif type(name) is int:
            found = self.names[kind].get(name)
            if found is None and self.kind is not None and self.kind.word == kind:
                self._flush()
                found = self.names[kind].get(name)
        if found is None:
            raise Refused(f"there is no {kind} {str(name)[:80]}, and something names it.")
        return found

    def value(self, field: Any, told: Any, what: str) -> Any:
        """A word as the model's field holds it. Raises Refused where it cannot."""
        if told is None:
            if not field.null:
                raise Refused(f"{what} says nothing.")
            return None
        if field.is_relation:
            try:
                return self.key_of(word_of(field.related_model), told)
            except Refused as fault:
                raise Refused(f"{what}: {fault}") from fault
        try:
            return read(field, told)
        except (ValueError, TypeError, ArithmeticError, binascii.Error) as fault:
            raise Refused(f"{what} cannot be {str(told)[:80]!r}: {str(fault)[:200]}") from fault
        except ValidationError as fault:
            raise Refused(f"{what} cannot be {str(told)[:80]!r}: {' '.join(fault.messages)}") from fault

    # What comes first.

    def person(self, line: dict[str, Any]) -> None:
        """Whoever has this e-mail here; else a closed account without a password."""
        self._only(line, {"email", "name"})
        email = str(self.value(User._meta.get_field("email"), line["email"], "person: email")).lower()
        name = str(self.value(User._meta.get_field("name"), line["name"], "person: name"))
        if not email or email in self.people:
            raise Refused(f"person {email or 'without e-mail'} stands in it twice, or without an address.")
        # Whoever was taken out of an account is numbered in each installation anew.
        removed = email.endswith(f"@{NOBODY}")
        found = None if removed else User.objects.filter(email__iexact=email).first()
        if found is None:
            address = f"imported-{secrets.token_hex(8)}@imported.invalid" if removed else email
            found = User.objects.create_user(address, None, by=self.by, name=name or email, is_active=False)
            self.came.new.append(f"{found.name} ({address})")
        else:
            self.came.found.append(f"{found.name} ({email})")
        self.people[str(line["email"])] = found.pk

    def scale(self, line: dict[str, Any]) -> None:
        """The scale of that name, where it has these very answers; else a new one."""
        self._only(line, {"name", "ratings"})
        if self.ratings or not isinstance(line["ratings"], list) or not line["ratings"]:
            raise Refused("It has no scale, or more than one.")
        fields = {name: Rating._meta.get_field(name) for name in RATING.split()}
        told = []
        for each in line["ratings"]:
            self._only(each, set(fields))
            told.append({name: self.value(field, each[name], f"rating: {name}") for name, field in fields.items()})
        first = name = str(self.value(Scale._meta.get_field("name"), line["name"], "scale: name"))
        number = 1
        while (found := Scale.objects.filter(name=name).first()) is not None:
            if same(list(found.ratings.values(*fields)), told):
                break
            number += 1
            name = f"{first[:90]} ({number})"
        if found is None:
            found = Scale(name=name)
            found.save(by=self.by)
            for values in told:
                Rating(scale=found, **values).save(by=self.by)
        self.case.scale = found
        self.ratings = dict(found.ratings.values_list("code", "pk"))

    def of_case(self, line: dict[str, Any]) -> None:
        """The case itself."""
        self._only(line, {"edits", *CASE.split()})
        if self.case.pk or not self.ratings:
            raise Refused("It holds more than one case, or one without a scale.")
        if line["code"] != self.there:
            raise Refused("Its manifest tells of another case.")
        for name in CASE.split():
            if name != "code":
                value = self.value(Case._meta.get_field(name), line[name], f"case: {name}")
                setattr(self.case, name, value)
        self.case.version = self.value(Case._meta.get_field("version"), line["edits"], "case: edits")
        self.case.store()

    def _only(self, line: Any, says: set[str]) -> None:
        if not isinstance(line, dict) or line.keys() != says:
            raise Refused("It has other words than such a record has.")

    # What is read by a rule of its own: each gives what is to be done once the record has a key.

    def document(self, row: Document, line: dict[str, Any]) -> None:
        """With its text and its original, of which the hashes are true by now."""
        held = {}
        for word in ("text", "original"):
            name = f"{FILES}{line[word]}"
            if name not in self.archive.members:
                raise Refused(f"document {line['number']}: {name} is missing.")
            held[word] = b"".join(self.archive.pieces(name))
            self.used.add(name)
        row.text, row.content = held["text"].decode(), held["original"]
        if "\0" in row.text:
            raise Refused(f"document {line['number']}: its text holds the character NUL.")

    def source(self, row: Source, line: dict[str, Any]) -> list[After]:
        """Known in the case, if it was."""
        if type(line["known"]) is not bool:
            raise Refused("source: known is neither true nor false.")
        through = Source.cases.through
        known: After = lambda row: self.through.append(through(source_id=row.pk, case_id=self.case.pk))  # noqa: E731
        return [known] if line["known"] else []

    def figure(self, row: Quantity, line: dict[str, Any]) -> None:
        """What it can be compared with follows from what it counts."""
        row.series = series_key(row.figure)

    def asked(self, row: Any, line: dict[str, Any]) -> None:
        """Beside the number of its claim."""
        row.number = line["claim"]

    def matrix(self, row: Matrix, line: dict[str, Any]) -> list[After]:
        """With its marks; what was sealed there must hold, and is sealed anew as claim and reviewer are called here."""
        sealed, marks, seal, at = line["sealed_as"], line["marks"], row.seal, Mark._meta.get_field("at")

        def write(row: Matrix) -> None:
            for one, other, value, when in marks:
                Mark.objects.create(
                    matrix=row,
                    hypothesis_id=self.key_of("hypothesis", one),
                    evidence_id=self.key_of("evidence", other),
                    value=self.value(Mark._meta.get_field("value"), value, "matrix: marks"),
                    at=self.value(at, when, "matrix: marks"),
                )  # fmt: skip
            stands = Matrix.objects.select_related("claim__case").get(pk=row.pk)
            content = stands.sealed_content()
            if entries.sha256(canonical(json.loads(content) | called(sealed))) != seal:
                raise Refused(f"the marks on claim {line['claim']} by {line['reviewer']} are not what was sealed.")
            self.history.seals[row.pk] = seal, entries.sha256(content)
            models.QuerySet(Matrix).filter(pk=row.pk).update(seal=self.history.seals[row.pk][1])

        return [write]

    def assessment(self, row: Assessment, line: dict[str, Any]) -> list[After]:
        """With the evidence relied on. Whether it is what was sealed is asked once all is in."""
        sealed = line["sealed_as"]
        if (sealed is None) != (row.submitted_at is None):
            raise Refused("an answer that was submitted was sealed, and no other.")
        row.sealed_as = sealed if sealed in (None, {}) else called(sealed)
        keys = [self.key_of("evidence", name) for name in line["relied_on"]]
        through = Assessment.relied_on.through

        def rely(row: Assessment) -> None:
            self.history.kept_back |= {row.pk} if sealed == {} else set()
            self.through += [through(assessment_id=row.pk, evidence_id=key) for key in keys]

        return [rely]

    def verdict(self, row: Verdict, line: dict[str, Any]) -> list[After]:
        """What a proposal rests on is written down anew, where it rested on what stood."""
        for name in ("basis", "basis_content"):
            setattr(row, name, self.value(Verdict._meta.get_field(name), line[name], f"verdict: {name}"))
        if line["unchanged"] is True and row.decision:
            raise Refused("verdict: unchanged tells of proposals alone.")
        keep: After = lambda row: self.unchanged.append(row.pk)  # noqa: E731
        return [keep] if line["unchanged"] is True else []

    def report(self, row: Report, line: dict[str, Any]) -> None:
        """With the exhibits that its frozen data number."""
        if not isinstance(line["exhibits"], dict) or not all(number.isdecimal() for number in line["exhibits"]):
            raise Refused("report: exhibits are not told by their numbers.")
        row.held = {number: self.key_of("exhibit", name) for number, name in line["exhibits"].items()}

    def _end_of_records(self) -> None:
        self._flush()
        if not self.case.pk:
            raise Refused("There is no case in it.")
        for model, key, column, word, name in self.later:
            models.QuerySet(model).filter(pk=key).update(**{column: self.key_of(word, name)})
        if unused := self.archive.members.keys() - self.used:
            raise Refused(f"Nothing names {min(unused)}.")

    # The log.

    def _log(self, file: StoredFile) -> None:
        """The former log is kept as it came; the new one begins with what this is, and goes on with the old entries."""
        said = self.archive.manifest["log"]
        walk, head, told = former_logs.Walk(self.there), heads.Head(int(said["count"]), str(said["head"])), 0
        origin = {
            "archive_sha256": self.digest, "case_there": self.there, "log_there": str(head), "log_sha256": file.sha256,
        }  # fmt: skip
        with writing(self.case) as chain:
            after = self.case.facts() | origin
            chain.record(by=self.by, verb="imported", on=self.case, after=after)
            waiting: list[Entry] = []
            for line in self.archive.lines(LOG):
                if "entry" in line:
                    if fault := walk.take(line):
                        raise Refused(f"The log is not what was entered. {fault}")
                    waiting.append(self._entered(chain, line))
                    self.counts["entry"] += 1
                    self.tell(sum(self.counts.values()), self.total)
                elif line.keys() == {"log"}:
                    told += 1
                    if line["log"] != {"code": self.there} | said or walk.count:
                        raise Refused("The log is of another case, or another than its manifest tells of.")
                elif line.keys() != {"stamp"}:
                    raise Refused("The log holds something that is no entry.")
                if len(waiting) >= AT_ONCE:
                    Entry.objects.bulk_create(waiting[:-1])
                    del waiting[:-1]
            if (fault := walk.ends(head)) or told != 1 or not waiting:
                raise Refused(f"The log is cut off. {fault or ''}")
            Entry.objects.bulk_create(waiting[:-1])
            waiting[-1].save(force_insert=True)  # in the usual way, which keeps the chain's head outside the database
            chain.keep_head()
        FormerLog.objects.create(
            case=self.case, file=file, code=self.there, count=head.count, head=head.hash, brought_by=self.by
        )

    def _entered(self, chain: Chain, line: dict[str, Any]) -> Entry:
        """An old entry as the next one here: who and what it names by keys are those that they have here."""
        if line.keys() != {"entry", "by", "about", "claim", "names"}:
            raise Refused("The log holds something that is no entry.")
        said, word = line["entry"], word_of_thing(line["entry"]["thing"])
        if said["verb"] not in VERBS:
            raise Refused(f"The log tells that somebody {str(said['verb'])[:40]!r}, which this program does not know.")
        known = self.key_of(word, line["about"]) if line["about"] is not None else 0
        thing = self.case.pk if word == "case" else known
        parts = self._parts(said, line["names"])
        self.history.note(word, thing, said["verb"], parts["after"])
        names = {name: Entry._meta.get_field(name) for name in ("by_name", "verb", "thing", "label")}
        entry = Entry(
            case=self.case, number=chain.count + 1, at=datetime.datetime.fromisoformat(said["at"]),
            by_id=self.key_of("person", line["by"]), thing_id=thing,
            claim_id=self.key_of("claim", line["claim"]) if line["claim"] is not None else None,
            detail=canonical(parts), previous=chain.head,
            **{name: self.value(field, said[name], f"entry {said['number']}: {name}") for name, field in names.items()},
        )  # fmt: skip
        entry.close(self.case.code)
        chain.count, chain.head = entry.number, entry.hash
        return entry

    def _parts(self, said: dict[str, Any], names: dict[str, Any]) -> dict[str, Any]:
        """What an old entry tells in its detail, in the keys of here, and which entry it was."""
        parts: dict[str, Any] = json.loads(said["detail"])
        for when in ("before", "after"):
            for name, value in list((parts[when] or {}).items()):
                kind, _key = named_in_detail(said["thing"], name, value)
                if said["verb"] == "merged" and name in MERGE_IN_DETAIL:
                    del parts[when][name]
                elif kind:
                    told = names.get(f"{when}.{name}")
                    key = self.key_of(kind, told) if told is not None else 0
                    parts[when][name] = KEY.sub(f"(#{key})", value) if isinstance(value, str) else key
        through = f"log of {self.there}, entry {said['number']}"
        before = (parts["after"] or {}).get("through")
        parts["after"] = (parts["after"] or {}) | {"through": f"{before}; {through}" if before else through}
        return parts

    # Once all is in.

    def _check(self) -> None:
        """Whether all holds that the rules here would have asked, one by one."""
        counted = self.archive.manifest["counts"]
        if dict(self.counts) != counted:
            odd = sorted(word for word in self.counts.keys() | counted.keys() if self.counts[word] != counted.get(word))
            raise Refused(f"Its manifest tells of other records than there are: {odd[0]}.")
        for fault in self.history.faults(self.case):
            raise Refused(fault)

    def _let_in(self) -> None:
        """Whoever brings it in edits it, if they had no part in it; or where nobody is left who could."""
        members = self.case.memberships
        editors = members.filter(role=Role.EDITOR, user__is_active=True)
        if not members.filter(user=self.by).exists() or not editors.exists():
            self.case.enrol(self.by, Role.EDITOR, by=self.by)
            self.came.said.append(f"{self.by} is an editor of it.")


type After = Callable[[Any], None]

FIRST: dict[str, Callable[[Coming, dict[str, Any]], None]] = {
    "person": Coming.person, "scale": Coming.scale, "case": Coming.of_case,
}  # fmt: skip
# Kind → the words besides those of fields, and what reads them.
BESIDE: dict[str, tuple[frozenset[str], Callable[[Coming, Any, dict[str, Any]], list[After] | None]]] = {
    "document": (frozenset(), Coming.document),
    "source": (frozenset({"known"}), Coming.source),
    "figure": (frozenset(), Coming.figure),
    "asked": (frozenset(), Coming.asked),
    "matrix": (frozenset({"sealed_as", "marks"}), Coming.matrix),
    "assessment": (frozenset({"sealed_as", "relied_on"}), Coming.assessment),
    "verdict": (frozenset({"basis", "basis_content", "unchanged"}), Coming.verdict),
    "report": (frozenset({"exhibits"}), Coming.report),
}


def called(sealed: Any) -> dict[str, Any]:
    """What claim and reviewer are called in what was sealed. Raises Refused for anything else."""
    if not isinstance(sealed, dict) or sealed.keys() != {"claim", "reviewer"}:
        raise Refused("sealed_as tells what claim and reviewer were called, and nothing else.")
    return sealed


def same(one: list[dict[str, Any]], other: list[dict[str, Any]]) -> bool:
    """Whether these are the same answers, in whatever order."""
    return sorted(map(canonical, one)) == sorted(map(canonical, other))
