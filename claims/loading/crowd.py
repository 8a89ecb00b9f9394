"""A crowd of made-up claims in a scratch database, for measuring: written in bulk, each with its entry in the log."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import batched
from typing import Any

from django.db import models
from django.utils import timezone

from claims.models import (
    Assessment,
    Assignment,
    Attribution,
    Case,
    Claim,
    Document,
    Entry,
    Evidence,
    Exhibit,
    Passage,
    Role,
    Scale,
    Source,
    Tally,
    User,
    Verdict,
    writing,
)
from claims.models.agreement import recount
from claims.models.entries import canonical

PER_DOCUMENT = 25
KINDS = ["quantity", "event", "state", "plan", "statement"]
# Of every ten claims: how far they have come.
STATUSES = [
    "open",
    "open",
    "open",
    "in_review",
    "in_review",
    "to_decide",
    "proposed",
    "signed_off",
    "signed_off",
    "signed_off",
]


@dataclass
class Crowd:
    """Who is in the crowd's case, and a claim that has come all the way."""

    case: Case
    analyst: User
    editor: User
    reviewers: list[User]
    whole: int


def fill(size: int) -> Crowd:
    """Bring the crowd's case up to `size` claims, with documents, evidence, assessments, verdicts and entries."""
    crowd = _crowd()
    have = crowd.case.claims.count()
    for numbers in batched(range(have + 1, size + 1), 5 * PER_DOCUMENT * 40, strict=False):
        with writing(crowd.case):
            _write(crowd, list(numbers))
    Tally.recount(crowd.case)
    recount(crowd.case)
    return crowd


def _crowd() -> Crowd:
    people = [_person(name) for name in ("analyst", "editor", "second", "third")]
    analyst, editor, second, third = people
    case = Case.objects.filter(code="CROWD").first()
    if case is None:
        case = Case(code="CROWD", title="A crowd of claims", scale=Scale.objects.default())
        case.save(by=editor)
        case.enrol(editor, Role.EDITOR, by=editor)
        for person in (analyst, second, third):
            case.enrol(person, Role.ANALYST, by=editor)
    return Crowd(case, analyst, editor, [second, third], whole=8)


def _person(name: str) -> User:
    email = f"{name}@crowd.example.org"
    return User.objects.filter(email=email).first() or User.objects.create_user(email, None, name=name.title())


def _create(rows: Iterable[models.Model]) -> None:
    """Write rows past the log: what they are is entered by `_entries`."""
    rows = list(rows)
    if rows:
        models.QuerySet.bulk_create(type(rows[0])._base_manager.all(), rows, batch_size=500)


def _statement(n: int) -> str:
    # The oldest thousand hold fifty with a word of their own: a rare word finds as many among any number.
    rare = " of old" if n <= 1_000 and n % 20 == 0 else ""
    return f"The army has {n % 900 + 100},000 men under arms, says register{n % 977}{rare}."


def _write(crowd: Crowd, numbers: list[int]) -> None:
    case, now = crowd.case, timezone.now()
    ratings = list(case.scale.ratings.all())
    source = Source.objects.first() or Source.make(case, by=crowd.editor, name="A register", kind="organisation")
    claims = []
    for n in numbers:
        status = STATUSES[n % 10]
        rating = ratings[n % len(ratings)] if status == "signed_off" else None
        claims.append(
            Claim(
                case=case, number=n, statement=_statement(n), kind=KINDS[n % 5], status=status, rating=rating,
                made_by=crowd.analyst, made_at=now, evidence_count=2, answers_in=_answers(status),
            )
        )  # fmt: skip
    _create(claims)
    rows = list(case.claims.filter(number__in=numbers).order_by("number"))
    _documents(crowd, rows)
    exhibit = Exhibit(case=case, source=source, title="A register's page", text="The register counts them.")
    exhibit.store()
    _create(Attribution(claim=c, position=1, speaker="The ministry", verb="said") for c in rows)
    _create(
        Evidence(
            claim=c, number=i, exhibit=exhibit, stance="supports" if i == 1 else "context", credibility="3",
            quote="The register counts them.", added_by=crowd.analyst, added_at=now,
        )
        for c in rows for i in (1, 2)
    )  # fmt: skip
    _judge(crowd, rows, ratings)
    _entries(crowd, rows)


def _answers(status: str) -> int:
    return {"open": 0, "in_review": 1}.get(status, 2)


def _documents(crowd: Crowd, rows: list[Claim]) -> None:
    """One document for every so many claims, whose words stand in it."""
    first = (Document.objects.filter(case=crowd.case).aggregate(top=models.Max("number"))["top"] or 0) + 1
    passages = []
    for number, group in enumerate(batched(rows, PER_DOCUMENT, strict=False), start=first):
        text = "\n\n".join(claim.statement for claim in group)
        document = Document(
            case=crowd.case, number=number, title=f"Register {number}", text=text, content=text.encode(), origin="file",
            loaded_by=crowd.analyst, words=len(text.split()), sha256=hashlib.sha256(text.encode()).hexdigest(),
            sha256_bytes=hashlib.sha256(text.encode()).hexdigest(),
        )  # fmt: skip
        document.store()
        start = 0
        for claim in group:
            passage = Passage.of(document, start, start + len(claim.statement))
            passage.claim = claim
            passages.append(passage)
            start += len(claim.statement) + 2
    _create(passages)


def _judge(crowd: Crowd, rows: list[Claim], ratings: list[Any]) -> None:
    now = timezone.now()
    answered = [(claim, person) for claim in rows for person in crowd.reviewers[: claim.answers_in]]
    _create(
        Assessment(
            claim=claim, reviewer=person, rating=claim.rating or ratings[0], rationale="The registers agree.",
            submitted_at=now, seal="0" * 64,
        )
        for claim, person in answered
    )  # fmt: skip
    asked = [(claim, person, True) for claim, person in answered]
    asked += [(claim, crowd.analyst, False) for claim in rows if claim.status == "open" and claim.number % 3 == 0]
    _create(
        Assignment(claim=claim, reviewer=person, case=crowd.case, number=claim.number, answered=done)
        for claim, person, done in asked
    )
    _create(_verdicts(crowd, rows, ratings))


def _verdicts(crowd: Crowd, rows: list[Claim], ratings: list[Any]) -> Iterator[Verdict]:
    for claim in rows:
        if claim.status in ("proposed", "signed_off"):
            rating, by = claim.rating or ratings[0], crowd.reviewers[0]
            verdict = Verdict(claim=claim, round=1, rating=rating, summary="The registers agree.", proposed_by=by)
            verdict.reached = "agreed"
            if claim.status == "signed_off":
                verdict.decision, verdict.decided_by, verdict.decided_at = "signed_off", crowd.editor, timezone.now()
            yield verdict


def _entries(crowd: Crowd, rows: list[Claim]) -> None:
    """The log as it would stand: one entry that a claim was made, one for each answer to it."""
    with writing(crowd.case) as chain:
        entries = []
        for claim in rows:
            for verb in ["made"] + ["assessed"] * claim.answers_in:
                entry = Entry(
                    case=crowd.case, claim=claim, thing="claim", thing_id=claim.pk, label=claim.ref, verb=verb
                )
                entry.number, entry.previous, entry.at = chain.count + 1, chain.head, timezone.now()
                entry.by, entry.by_name = crowd.analyst, str(crowd.analyst)
                entry.detail = canonical({"before": None, "after": {"statement": claim.statement}, "why": ""})
                entry.close(crowd.case.code)
                entries.append(entry)
                chain.count, chain.head = entry.number, entry.hash
        _create(entries)
        chain.save(update_fields=["count", "head"])
