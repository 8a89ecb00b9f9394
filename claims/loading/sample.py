"""The sample case: a briefing, its claims and what became of them, done step by step as people would do it."""

from __future__ import annotations

import datetime
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from django.db import transaction
from django.utils import timezone

from claims.models import (
    Case,
    Claim,
    Document,
    Evidence,
    Exhibit,
    Hypothesis,
    Passage,
    Refused,
    Scale,
    Source,
    User,
    assess,
    assign,
    comment,
    keep_document,
    mark,
    propose,
    reconsider,
    reply,
    resolve,
    send_back,
    sign_off,
    trace,
)
from claims.text.normalising import readable
from claims.text.quotations import find

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"


class Account(NamedTuple):
    """One of the sample's people, as they sign in."""

    email: str
    name: str
    role: str


class Room(NamedTuple):
    """What the sample's claims are made of."""

    document: Document
    people: dict[str, User]
    sources: dict[str, Source]
    exhibits: dict[str, Exhibit]


def read_sample() -> dict[str, Any]:
    """The sample as it is written down in `fixtures/sample.toml`."""
    return tomllib.loads((FIXTURES / "sample.toml").read_text(encoding="utf-8"))


def sample_accounts() -> tuple[list[Account], str]:
    """Who can sign in to the sample, and the password they share."""
    written = read_sample()
    accounts = [Account(row["email"], row["name"], row.get("role", "administrator")) for row in written["accounts"]]
    return accounts, written["password"]


def find_sample() -> Case | None:
    """The sample case, where it has been loaded."""
    return Case.objects.filter(code=read_sample()["case"]["code"], sample=True).first()


def load_sample() -> Case:
    """The sample case: the one that is there, or else a new one, whole or not at all.

    Raises Refused where another case bears its code, and with a claim's name where its words leave out what the
    workbench asks of everybody.
    """
    found = find_sample()
    if found is not None:
        return found
    written = read_sample()
    code = written["case"]["code"]
    with transaction.atomic():
        if Case.objects.filter(code=code).exists():
            raise Refused(f"There is a case {code} already, and it is not the sample.")
        people = _accounts(written)
        case = _case(written, people)
        document = _document(case, written["document"], people["analyst"])
        sources = {row["key"]: _source(case, row, people["analyst"]) for row in written["sources"]}
        exhibits = {key: Exhibit(title=title, document=document) for key, title in written["exhibits"].items()}
        room = Room(document, people, sources, exhibits)
        for number, row in enumerate(written["claims"], 1):
            try:
                _claim(row, room, written["lineage"])
            except Refused as refusal:
                raise Refused(f"{code}-{number}, “{row['statement']}”: {refusal}") from refusal
    return case


def _accounts(written: dict[str, Any]) -> dict[str, User]:
    """Everybody's account; the administrator is the first, and gives the others theirs."""
    people: dict[str, User] = {}
    for row in written["accounts"]:
        administers = row.get("superuser", False)
        people[row["key"]] = User.objects.create_user(
            row["email"],
            written["password"],
            by=people.get("staff"),
            name=row["name"],
            is_demo=True,
            is_staff=administers,
            is_superuser=administers,
        )
    return people


def _case(written: dict[str, Any], people: dict[str, User]) -> Case:
    case = Case(**written["case"], scale=Scale.objects.default(), sample=True)
    case.save(by=people["staff"])
    for row in written["accounts"]:
        if "role" in row:
            case.enrol(people[row["key"]], row["role"], by=people["staff"])
    return case


def _document(case: Case, row: dict[str, Any], by: User) -> Document:
    content = (FIXTURES / row["file"]).read_bytes()
    document = Document(
        title=row["title"],
        language=row["language"],
        origin=Document.Origin.FILE,
        file_name=row["file"],
        content=content,
        text=readable(content),
        extractor="utf-8",
    )
    return keep_document(case, document, by=by)[0]


def _source(case: Case, row: dict[str, Any], by: User) -> Source:
    values = {name: row[name] for name in ("name", "kind", "country", "note") if name in row}
    source = Source.make(case, by=by, **values)
    for grade in row["grades"]:
        source.grade(grade["letter"], by=by, reason=grade["reason"])
    return source


def _claim(row: dict[str, Any], room: Room, lineage: dict[str, dict[str, str]]) -> None:
    """One claim, and everything that happened to it, in the order in which it happened."""
    span = find(room.document.text, row["exact"])
    if span is None:
        raise Refused(f"These words stand nowhere, or twice, in the sample's document: {row['exact']}")
    claim = Claim.make(
        room.document.case,
        by=room.people["analyst"],
        statement=row["statement"],
        kind=row["kind"],
        passage=Passage.of(room.document, *span),
        attributions=row.get("attributions", ()),
        quantities=[_exact(each) for each in row.get("quantities", ())],
        **{name: row[name] for name in ("as_of", "resolves_on") if name in row},
    )
    evidence = [_evidence(claim, dict(each), room, lineage) for each in row.get("evidence", ())]
    for each in row.get("absences", ()):
        Evidence.absent(claim, by=room.people["analyst"], **each)
    if "first_round" in row:
        _round(claim, row["first_round"], evidence, room.people)
        reopened = row["first_round"]["reopened"]
        claim.reopen(by=room.people[reopened["by"]], why=reopened["why"])
    for statement in row.get("hypotheses", ()):
        Hypothesis.put(claim, by=room.people["analyst"], statement=statement)
    _round(claim, row, evidence, room.people)
    _look_into(claim, row.get("questions", ()), room.people)


def _round(claim: Claim, row: dict[str, Any], evidence: list[Evidence], people: dict[str, User]) -> None:
    """One round: asked, answered, talked about and decided, as far as it went."""
    talk = row.get("talk", ())
    for thread in talk:
        if thread.get("to_all"):
            _thread(claim, dict(thread), evidence, people)
    if "assigned" in row:
        due = _in_days(row["due"]) if "due" in row else None
        assign(claim, [people[key] for key in row["assigned"]], by=people["editor"], due=due)
    for key, rows in row.get("marks", {}).items():
        cells = {(h, e): value for e, values in enumerate(rows, 1) for h, value in enumerate(values, 1)}
        mark(claim, cells, by=people[key])
    for answer in row.get("assessments", ()):
        _assess(claim, dict(answer), evidence, people)
    for answer in row.get("second_thoughts", ()):
        _think_again(claim, dict(answer), evidence, people)
    for thread in talk:
        if not thread.get("to_all"):
            _thread(claim, dict(thread), evidence, people)
    if "verdict" in row:
        _decide(claim, dict(row["verdict"]), people)


def _in_days(days: int) -> datetime.date:
    """A day so many days from the one on which the sample is loaded: what is due tomorrow is so in any year."""
    return timezone.localdate() + datetime.timedelta(days=days)


def _exact(quantity: dict[str, Any]) -> dict[str, Any]:
    return quantity | {end: Decimal(quantity[end]) for end in ("low", "high")}


def _evidence(claim: Claim, row: dict[str, Any], room: Room, lineage: dict[str, dict[str, str]]) -> Evidence:
    by, source = room.people[row.pop("by", "analyst")], row.pop("source")
    exhibit = room.exhibits[source]
    fresh = exhibit.pk is None
    evidence = Evidence.cite(claim, by=by, source=room.sources.get(source), exhibit=exhibit, **row)
    if fresh and source in lineage:
        trace(exhibit, lineage[source]["kind"], None, by=by, reason=lineage[source]["reason"])
    return evidence


def _assess(claim: Claim, row: dict[str, Any], evidence: list[Evidence], people: dict[str, User]) -> None:
    by, draft = people[row.pop("by")], row.pop("draft", False)
    assess(claim, by=by, submit=not draft, **_answer(claim, row, evidence))


def _think_again(claim: Claim, row: dict[str, Any], evidence: list[Evidence], people: dict[str, User]) -> None:
    by, reason = people[row.pop("by")], row.pop("reason")
    reconsider(claim, by=by, reason=reason, **_answer(claim, row, evidence))


def _answer(claim: Claim, row: dict[str, Any], evidence: list[Evidence]) -> dict[str, Any]:
    """An answer as it is given: what it names by code or number is looked up."""
    relied_on = [evidence[number - 1] for number in row["relied_on"]]
    return row | {"rating": claim.case.rating(row["rating"]), "relied_on": relied_on}


def _thread(claim: Claim, row: dict[str, Any], evidence: list[Evidence], people: dict[str, User]) -> None:
    """A comment, what was answered to it, and who found that it needs no more talk."""
    about = evidence[row["evidence"] - 1] if "evidence" in row else None
    everybody = row.get("to_all", False)
    top = comment(claim, by=people[row["by"]], text=row["text"], to_all=everybody, evidence=about)
    for each in row.get("replies", ()):
        comment(claim, by=people[each["by"]], text=each["text"], to_all=everybody, parent=top)
    if "resolved_by" in row:
        resolve(top, by=people[row["resolved_by"]])


def _look_into(claim: Claim, rows: list[dict[str, Any]], people: dict[str, User]) -> None:
    """Say of the questions that the verdict left open who looks into them and by when, or how they ended."""
    for row in rows:
        owner, due = row.get("owner"), row.get("due")
        claim.open_questions.get(number=row["number"]).settle(
            by=people["editor"],
            owner=people[owner] if owner else None,
            due=None if due is None else _in_days(due),
            state=row.get("state", "open"),
            answer=row.get("answer", ""),
        )


def _decide(claim: Claim, row: dict[str, Any], people: dict[str, User]) -> None:
    signs, returns, reason = row.pop("signed_by", None), row.pop("sent_back_by", None), row.pop("reason", "")
    rating, by, replies = claim.case.rating(row.pop("rating")), people[row.pop("by")], row.pop("replies", ())
    verdict = propose(claim, by=by, rating=rating, **row)
    for each in replies:
        reply(verdict, by=people[each["by"]], text=each["text"])
    if signs:
        sign_off(claim, by=people[signs])
    if returns:
        send_back(claim, by=people[returns], reason=reason)
