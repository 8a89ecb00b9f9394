"""A crowd of made-up claims in a scratch database, for measuring: written in bulk, each with its entries in the log."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import batched
from typing import Any, NamedTuple

from django.utils import timezone

from claims.loading.many import enter, insert, room
from claims.loading.unindexed import unindexed
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
    Rating,
    Role,
    Scale,
    Source,
    Tally,
    User,
    Verdict,
    writing,
)
from claims.models.agreement import recount
from claims.text.quotations import quote

PER_DOCUMENT = 25
AT_ONCE = 200 * PER_DOCUMENT
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

ANSWERS = {"open": 0, "in_review": 1}  # that are in; at every other status two


@dataclass
class Crowd:
    """Who is in the crowd's case, and a claim that has come all the way."""

    case: Case
    analyst: User
    editor: User
    reviewers: list[User]
    whole: int


class Made(NamedTuple):
    """A claim of the crowd, as far as its other records are made of it."""

    key: int
    number: int
    statement: str
    status: str
    rating: int | None

    @property
    def answers(self) -> int:
        """How many are in."""
        return ANSWERS.get(self.status, 2)


def fill(size: int) -> Crowd:
    """Bring the crowd's case up to `size` claims, with documents, evidence, assessments, verdicts and entries."""
    crowd = _crowd()
    have = crowd.case.claims.count()
    # What is written in one go is as quickly indexed at once.
    with room(), unindexed() if size - have > AT_ONCE else nullcontext():
        for numbers in batched(range(have + 1, size + 1), AT_ONCE, strict=False):
            _write(crowd, numbers)
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


def _statement(n: int) -> str:
    # The oldest thousand hold fifty with a word of their own: a rare word finds as many among any number.
    rare = " of old" if n <= 1_000 and n % 20 == 0 else ""
    return f"The army has {n % 900 + 100},000 men under arms, says register{n % 977}{rare}."


def _write(crowd: Crowd, numbers: tuple[int, ...]) -> None:
    case, now = crowd.case, timezone.now()
    ratings = list(case.scale.ratings.all())
    source = Source.objects.first() or Source.make(case, by=crowd.editor, name="A register", kind="organisation")
    pattern = Claim(case=case, number=0, made_by=crowd.analyst, made_at=now, entered_at=now, evidence_count=2)
    lines = []
    for n in numbers:
        status = STATUSES[n % 10]
        rating = ratings[n % len(ratings)].pk if status == "signed_off" else None
        lines.append((n, _statement(n), KINDS[n % 5], status, rating, ANSWERS.get(status, 2)))
    with writing(case) as chain:
        insert(pattern, ("number", "statement", "kind", "status", "rating_id", "answers_in"), lines)
        here = case.claims.filter(number__gte=numbers[0]).order_by("number")
        claims = [Made(*row) for row in here.values_list("pk", "number", "statement", "status", "rating_id")]
        _documents(crowd, claims)
        exhibit = Exhibit(case=case, source=source, title="A register's page", text="The register counts them.")
        exhibit.store()
        insert(Attribution(position=1, speaker="The ministry", verb="said"), ("claim_id",), [(c.key,) for c in claims])
        cited = Evidence(
            exhibit=exhibit, credibility="3", quote="The register counts them.", added_by=crowd.analyst, added_at=now
        )
        both = ((1, "supports"), (2, "context"))
        insert(cited, ("claim_id", "number", "stance"), [(c.key, *one) for c in claims for one in both])
        _judge(crowd, claims, ratings[0])
        entry = Entry(case=case, at=now, by=crowd.analyst, by_name=str(crowd.analyst), thing="claim")
        enter(chain, entry, _acts(case.code, claims))


def _acts(code: str, claims: list[Made]) -> Iterator[tuple[str, int, str, dict[str, Any]]]:
    """What the log tells: that a claim was made, and each answer to it."""
    for claim in claims:
        for verb in ["made"] + ["assessed"] * claim.answers:
            yield verb, claim.key, f"{code}-{claim.number}", {"statement": claim.statement}


def _documents(crowd: Crowd, claims: list[Made]) -> None:
    """One document for every so many claims, whose words stand in it."""
    first = crowd.case.next_number(Document.objects.all())
    groups = dict(enumerate(batched(claims, PER_DOCUMENT, strict=False), start=first))
    texts = {number: "\n\n".join((f"Register {number}", *(claim.statement for claim in group)))
             for number, group in groups.items()}  # fmt: skip
    pattern = Document(case=crowd.case, origin="file", loaded_by=crowd.analyst, loaded_at=timezone.now())
    varying = ("number", "title", "text", "content", "words", "sha256", "sha256_bytes")
    lines = []
    for number, text in texts.items():
        digest = hashlib.sha256(text.encode()).hexdigest()
        lines.append((number, f"Register {number}", text, text.encode(), len(text.split()), digest, digest))
    insert(pattern, varying, lines)
    keys = dict(Document.objects.filter(case=crowd.case, number__gte=first).values_list("number", "pk"))
    passages = []
    for number, group in groups.items():
        at = len(f"Register {number}\n\n")
        for claim in group:
            end = at + len(claim.statement)
            passages.append((keys[number], claim.key, *vars(quote(texts[number], at, end)).values()))
            at = end + 2
    insert(Passage(), ("document_id", "claim_id", "start", "end", "exact", "prefix", "suffix"), passages)


def _judge(crowd: Crowd, claims: list[Made], first: Rating) -> None:
    case, now = crowd.case, timezone.now()
    answered = [(claim, person.pk) for claim in claims for person in crowd.reviewers[: claim.answers]]
    answer = Assessment(rationale="The registers agree.", submitted_at=now, saved_at=now, seal="0" * 64)
    insert(
        answer, ("claim_id", "reviewer_id", "rating_id"), [(c.key, who, c.rating or first.pk) for c, who in answered]
    )
    asked = [(claim, who, True) for claim, who in answered]
    asked += [(claim, crowd.analyst.pk, False) for claim in claims if claim.status == "open" and claim.number % 3 == 0]
    columns = ("claim_id", "number", "reviewer_id", "answered")
    insert(Assignment(case=case, asked_at=now), columns, [(c.key, c.number, who, done) for c, who, done in asked])
    verdict = Verdict(round=1, summary="The registers agree.", proposed_by=crowd.reviewers[0], reached="agreed")
    proposed = [(c.key, first.pk) for c in claims if c.status == "proposed"]
    insert(verdict, ("claim_id", "rating_id"), proposed)
    verdict.decision, verdict.decided_by, verdict.decided_at = "signed_off", crowd.editor, now
    signed = [(c.key, c.rating) for c in claims if c.status == "signed_off"]
    insert(verdict, ("claim_id", "rating_id"), signed)
