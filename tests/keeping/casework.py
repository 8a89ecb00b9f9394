"""A case in which everything has been done, the file that it leaves in, and what somebody may do to that file."""

import hashlib
import itertools
import json
import zipfile
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from claims.custody import store
from claims.keeping.exporting import export_case
from claims.keeping.importing import import_case
from claims.loading.sample import load_sample
from claims.models import (
    Case,
    Claim,
    CommentEdit,
    Custody,
    Derived,
    Dismissal,
    EvidenceChange,
    Exhibit,
    Quantity,
    ReportTemplate,
    Source,
    User,
    assess,
    link,
    merge,
    share,
    tell_apart,
)
from claims.reports.choices import SECTIONS, Choice
from claims.reports.freezing import freeze
from tests.factories import (
    make_bundle_row,
    make_capture,
    make_claim,
    make_evidence,
    make_exhibit,
    make_former_log,
    make_source,
    make_suggestion,
    make_unchecked,
    make_webhook,
)

DRAFT = "So far only I know that the figure is from a leak."
type Line = dict[str, Any]
type Change = Callable[[bytes], bytes]
type Became = Line | list[Line] | None


def person(name: str) -> User:
    """Somebody of the sample case."""
    return User.objects.get(email=f"{name}@example.org")


def busy_case() -> Case:
    """The sample case, with one of each kind of record besides, and secrets that are nobody else's."""
    case = load_sample()
    by, editor = person("analyst"), person("editor")
    document = case.documents.get()
    claim = make_claim(case=case, by=by, document=document, exact="Belarus", statement="Belarus has an army.")
    other = make_claim(case=case, by=by)
    link(claim, other, "same", by=by)
    make_suggestion(document=document, exact="Belarus")
    for each, low in ((claim, 48_000), (other, 65_000)):
        each.set_quantities([{"measure": "strength", "low": Decimal(low)}], by=by)
    one, two = Quantity.objects.filter(claim__in=[claim, other]).order_by("pk")
    tell_apart(one, two, by=by, reason="Reserves are in one alone.")
    ministry, spelt = make_source(case=case, name="Ministry"), make_source(case=case, name="Minstry")
    Source.objects.get(pk=spelt.pk).grade("C", by=by, reason="It was late before.")
    merge(spelt, ministry, by=editor, reason="One ministry, two spellings.")
    agency = make_source(case=case, name="Agency")
    agency.belongs_to = ministry
    agency.save(by=by)
    cited = make_evidence(claim=claim, source=agency, by=by)
    capture = make_capture(exhibit=cited.cited, by=by, content=b"as it came")
    Derived.objects.create(parent=capture.file, file=store.keep(b"read"), kind="text", tool="reader", tool_version="1")
    Custody.objects.create(capture=capture, act="viewed", by=editor)
    ends = sorted((make_exhibit(case=case), make_exhibit(case=case)), key=lambda each: each.pk)
    Dismissal(one=ends[0], other=ends[1], made_by=by).save(by=by)
    QuerySet.update(Exhibit.objects.filter(pk=ends[0].pk), text_of=capture)
    assess(case.claims.get(number=8), by=by, rating=None, rationale=DRAFT, submit=False)
    signed = Claim.objects.get(case=case, number=3).verdicts.get()
    EvidenceChange(
        claim=signed.claim, verdict=signed, evidence=signed.claim.evidence.all()[0], what="grade", by=by, case=case
    ).save(by=by)
    said = case.claims.filter(comments__isnull=False)[0].comments.all()[0]
    CommentEdit(comment=said, text="What it said first.").save(by=said.author)
    ReportTemplate(case=case, name="Weekly", choice={"order": "rating"}, logo=b"\x89PNG").save(by=editor)
    report = freeze(case, case.claims.all(), by=editor, title="A report", choice=Choice(sections=tuple(SECTIONS)))
    public = freeze(case, case.claims.all(), by=editor, title="For all", choice=Choice(audience="public"))
    assert report.number != public.number
    share(public, by=editor, until=timezone.now() + timedelta(days=3))
    make_webhook(case=case, by=editor)
    make_bundle_row(case=case, by=editor)
    make_former_log(case=case, by=editor)
    make_unchecked(claim=other)
    return case


def left(case: Case, folder: Path) -> Path:
    """The file that a case leaves in."""
    file = folder / f"{case.code}-{len(list(folder.glob('*.zip')))}.zip"
    export_case(case, file)
    return file


def brought(file: Path, by: User, code: str = "NEW") -> Case:
    """The case that it becomes."""
    return import_case(file, by=by, code=code).case


def members(file: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(file) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def records(file: Path) -> list[Line]:
    """What it says, record by record."""
    return [json.loads(line) for line in members(file)["records.jsonl"].splitlines()]


def comparable(file: Path) -> list[Line]:
    """The same without what is another in each installation, and nothing else.

    These are: what the case is called; who brought it in, and that; the former logs and the files that hold them; the
    seals of marks, which name claim and reviewer as they are called there; the address of who left.
    """
    said = records(file)
    logs = {each["file"] for each in said if each["record"] == "former_log"}
    own = {each["by"] for each in said if each["record"] == "former_log" and each["count"]}
    found = []
    for each in said:
        gone = each["record"] == "former_log" or (each["record"] == "file" and each["sha256"] in logs)
        gone = gone or (each.get("email", each.get("person")) in own and each["record"] in ("person", "membership"))
        if gone:
            continue
        if each["record"] == "case":
            each["code"] = ""
        if each["record"] == "matrix":
            each["seal"], each["sealed_as"] = "", {}
        found.append(each)
    return found


def tampered(file: Path, changes: dict[str, Change | None], *, hashed: bool = True) -> Path:
    """The file with some of its members changed or left out; with a manifest that goes with it, unless not."""
    held = members(file)
    for name, change in changes.items():
        if change is None:
            del held[name]
        else:
            held[name] = change(held.get(name, b""))
    if hashed and "manifest.json" not in changes:
        said = json.loads(held["manifest.json"])
        said["members"] = {
            name: {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
            for name, content in held.items() if name != "manifest.json"
        }  # fmt: skip
        held["manifest.json"] = json.dumps(said).encode()
    changed = file.with_name(f"changed-{file.name}")
    with zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in held.items():
            out.writestr(name, content)
    return changed


def in_lines(change: Callable[[Line], Became]) -> Change:
    """A change of each line of a member: another, several or none in its place."""

    def changed(content: bytes) -> bytes:
        found: list[Line] = []
        for line in content.splitlines():
            became = change(json.loads(line))
            found += became if isinstance(became, list) else [became] if became is not None else []
        return b"".join(json.dumps(each, ensure_ascii=False).encode() + b"\n" for each in found)

    return changed


def of(record: str, change: Callable[[Line], Became], nth: int = 1) -> Change:
    """A change of the nth record of a kind alone."""

    def changed(content: bytes) -> bytes:
        seen = itertools.count(1)

        def of_line(line: Line) -> Became:
            return change(line) if line["record"] == record and next(seen) == nth else line

        return in_lines(of_line)(content)

    return changed
