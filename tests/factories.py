"""A plain function for each noun; every argument an optional keyword."""

import datetime
import itertools
from typing import Any

from django.utils import timezone

from claims.custody import store
from claims.models import (
    Bundle,
    Capture,
    Case,
    Claim,
    Comment,
    Document,
    Evidence,
    Exhibit,
    FormerLog,
    OpenQuestion,
    Passage,
    Reply,
    Role,
    Scale,
    Source,
    Suggestion,
    Token,
    Unchecked,
    User,
    Verdict,
    Webhook,
    assess,
    comment,
    hook,
    issue,
    keep_document,
    propose,
    reply,
    sign_off,
    writing,
)

_counter = itertools.count(1)

TEXT = (
    "The minister said the force should comprise 100,000 to 150,000 men.\n\n"
    "Minsk claims that troops have been massed near the border. The army is 48,000 strong."
)


def make_user(**fields: Any) -> User:
    n = next(_counter)
    return User.objects.create_user(
        **{"email": f"person{n}@example.org", "name": f"Person {n}", "password": "pass-word-1"} | fields
    )


def keeper() -> User:
    """Whoever does what a test does not care about."""
    found = User.objects.filter(email="keeper@example.org").first()
    return found or make_user(email="keeper@example.org", name="The keeper", is_superuser=True, is_staff=True)


def make_case(*, members: dict[User, Role] | None = None, by: User | None = None, **fields: Any) -> Case:
    n = next(_counter)
    by = by or keeper()
    case = Case(**{"title": f"Case {n}", "code": f"C{n}", "scale": Scale.objects.default()} | fields)
    case.save(by=by)
    for user, role in (members or {}).items():
        case.enrol(user, role, by=by)
    return case


def make_document(*, case: Case | None = None, text: str = TEXT, by: User | None = None, **fields: Any) -> Document:
    document = Document(**{"title": "A briefing", "text": text, "content": text.encode(), "origin": "paste"} | fields)
    return keep_document(case or make_case(), document, by=by or keeper())[0]


def make_claim(
    *,
    case: Case | None = None,
    document: Document | None = None,
    exact: str = "",
    by: User | None = None,
    **fields: Any,
) -> Claim:
    passage = None
    if exact:
        document = document or make_document(case=case)
        start = document.text.index(exact)
        passage = Passage.of(document, start, start + len(exact))
    values = {"statement": "The army is 48,000 strong.", "kind": "quantity"} | fields
    return Claim.make(document.case if document else case or make_case(), by=by or keeper(), passage=passage, **values)


def make_suggestion(
    *,
    case: Case | None = None,
    document: Document | None = None,
    exact: str = "The army is 48,000 strong.",
    **fields: Any,
) -> Suggestion:
    document = document or make_document(case=case)
    start = document.text.index(exact)
    values = {"kind": "quantity", "score": 0.9, "reasons": ["number"], "method": "rules 1"} | fields
    made = Suggestion(document=document, start=start, end=start + len(exact), **values)
    made.store()
    return made


def make_source(*, case: Case | None = None, by: User | None = None, **fields: Any) -> Source:
    values = {"name": f"Source {next(_counter)}", "kind": "person"} | fields
    return Source.make(case or make_case(), by=by or keeper(), **values)


def make_evidence(
    *,
    claim: Claim | None = None,
    source: Source | None = None,
    by: User | None = None,
    exhibit: Exhibit | None = None,
    **fields: Any,
) -> Evidence:
    claim = claim or make_claim()
    source = source or make_source(case=claim.case)
    values = {"stance": "supports", "credibility": "3"} | fields
    return Evidence.cite(
        claim,
        by=by or keeper(),
        source=source,
        exhibit=exhibit or Exhibit(title="A statement", text="The census says 48,000."),
        **values,
    )


def make_exhibit(*, case: Case | None = None, by: User | None = None, **fields: Any) -> Exhibit:
    exhibit = Exhibit(**{"title": f"Exhibit {next(_counter)}"} | fields, case=case or make_case())
    exhibit.save(by=by or keeper())
    return exhibit


def make_capture(
    *,
    case: Case | None = None,
    exhibit: Exhibit | None = None,
    by: User | None = None,
    content: bytes = b"<p>The census says 48,000.</p>",
    **fields: Any,
) -> Capture:
    if exhibit is None:
        exhibit = Exhibit(case=case or make_case(), title="A page")
        exhibit.save(by=by or keeper())
    values = {"url": "https://example.org/", "final_url": "https://example.org/", "status": 200} | fields
    made = Capture(
        exhibit=exhibit, file=store.keep(content), how=Capture.How.FETCHED, captured_at=timezone.now(),
        captured_by=by or keeper(), **values,
    )  # fmt: skip
    made.save(by=by or keeper())
    return made


def make_assessment(*, claim: Claim | None = None, by: User | None = None, rating: str = "supported", **fields: Any):
    claim = claim or make_claim()
    values = {"rationale": "The census says 48,000.", "would_change": settled_by(claim, rating)} | fields
    return assess(claim, by=by or keeper(), rating=claim.case.rating(rating), **values)


def settled_by(claim: Claim, rating: str) -> str:
    """What would settle it; only answers off the scale must say so."""
    return "Who counted them?" if claim.case.rating(rating).position is None else ""


def make_verdict(
    *, claim: Claim, by: User, rating: str = "supported", signed_by: User | None = None, **fields: Any
) -> Verdict:
    values = {"summary": "The census bears it out.", "one_origin": "Nobody else counts."}
    values |= {"to_overruled": "The census counts more.", "open_questions": settled_by(claim, rating)} | fields
    verdict = propose(claim, by=by, rating=claim.case.rating(rating), **values)
    return sign_off(claim, by=signed_by) if signed_by else verdict


def make_signed_claim(*, case: Case, reviewers: list[User], editors: tuple[User, User], **fields: Any) -> Claim:
    """A claim taken through its whole life."""
    claim = make_claim(case=case, **fields)
    for reviewer in reviewers:
        make_assessment(claim=claim, by=reviewer)
    make_verdict(claim=claim, by=editors[0], signed_by=editors[1])
    claim.refresh_from_db()
    return claim


def make_absence(*, claim: Claim | None = None, by: User | None = None, **fields: Any) -> Evidence:
    """A recorded absence, as the evidence that it is."""
    values = {"stance": "refutes", "bearing": "true", "place": "The state archive", "query": "order of 4 February"}
    return Evidence.absent(claim or make_claim(), by=by or keeper(), **(values | fields))


def make_comment(*, claim: Claim | None = None, by: User | None = None, **fields: Any) -> Comment:
    values = {"text": "The census counts conscripts too."} | fields
    return comment(claim or make_claim(), by=by or keeper(), **values)


def make_overruled(*, case: Case, reviewers: list[User], editor: User, **fields: Any) -> Verdict:
    """A proposal that gives the first reviewer's answer, “supported”, and not the second's."""
    claim = make_claim(case=case, **fields)
    make_assessment(claim=claim, by=reviewers[0])
    make_assessment(claim=claim, by=reviewers[1], rating="refuted")
    return make_verdict(claim=claim, by=editor, difference="sources")


def make_reply(*, verdict: Verdict, by: User, text: str = "The census is of 2019.") -> Reply:
    return reply(verdict, by=by, text=text)


def make_question(*, claim: Claim | None = None, by: User | None = None, **fields: Any) -> OpenQuestion:
    claim, by = claim or make_claim(), by or keeper()
    number = claim.open_questions.count() + 1
    values = {"number": number, "text": "Who counted them?", "added_by": by} | fields
    question = OpenQuestion(claim=claim, case=claim.case, **values)
    question.save(by=by, verb="asked")
    return question


def make_bundle_row(*, case: Case, by: User) -> Bundle:
    """That the case was brought in with a bundle."""
    return Bundle.objects.create(
        case=case, file=store.keep(b"PK"), code="BY", number=1, audience="public", snapshot_sha256="0" * 64,
        key="0" * 64, log_count=1, log_head="0" * 64, brought_by=by,
    )  # fmt: skip


def make_former_log(*, case: Case, by: User) -> FormerLog:
    """That the case had a log elsewhere, with the entry that says so."""
    former = FormerLog.objects.create(
        case=case, file=store.keep(b'{"log":{}}\n'), code="BY", count=0, head="0" * 64, brought_by=by
    )
    told = {"case_there": "BY", "log_there": f"0:{former.head}", "log_sha256": former.file.sha256}
    with writing(case) as chain:
        chain.record(by=by, verb="imported", on=case, after=told)
    return former


def make_unchecked(*, claim: Claim | None = None, **fields: Any) -> Unchecked:
    """Words that came in without their text."""
    values = {"document": {"number": 1, "title": "A leak", "reason": "it names a source that is withheld"}} | fields
    return Unchecked.objects.create(
        **{"claim": claim or make_claim(), "start": 12, "end": 18, "exact": "48,000", "before": "The army is "} | values
    )


def make_token(*, owner: User | None = None, days: int = 30, **fields: Any) -> tuple[Token, str]:
    """A token, and its secret."""
    values = {"name": "Wire feed", "scopes": ["read", "write", "reports"]} | fields
    until = timezone.now() + datetime.timedelta(days=days)
    token, secret = issue(owner or keeper(), until=until, **values)
    assert secret is not None
    return token, secret


def make_webhook(*, case: Case | None = None, by: User | None = None, **fields: Any) -> tuple[Webhook, str]:
    """A webhook that is told everything, and its secret."""
    values = {"url": "https://hooks.example.org/x", "events": ["claim.signed_off", "claim.reopened", "report.frozen"]}
    made, secret = hook(case or make_case(), by=by or keeper(), **(values | fields))
    assert secret is not None
    return made, secret
