"""A small case with something of everything that a bundle holds, made the same on every run and database."""

import datetime
import itertools
from contextlib import ExitStack, contextmanager
from unittest import mock

import time_machine
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from claims.custody import keys
from claims.models import Case, Exhibit, Report, Role, trace
from claims.reports.choices import Choice
from claims.reports.freezing import freeze
from tests.factories import (
    make_absence,
    make_assessment,
    make_capture,
    make_case,
    make_claim,
    make_comment,
    make_evidence,
    make_source,
    make_user,
    make_verdict,
)

BEGINS = datetime.datetime(2026, 11, 28, 12, tzinfo=datetime.UTC)
STATEMENT = "We shall form a militia. Every village will know how to defend itself. So said the minister."
LETTER = "There are no boots in the depot, and there were none last year."


def make_checked_case() -> Case:
    """Three claims: one agreed, one in dispute and signed, one open; with lineage, captures and a withheld source."""
    people = [make_user(email=f"{n}@example.org", name=n) for n in ("Annika", "Benedikt", "Evelina", "Maximus")]
    annika, benedikt, evelina, maximus = people
    roles = dict.fromkeys((annika, benedikt), Role.ANALYST) | dict.fromkeys((evelina, maximus), Role.EDITOR)
    case = make_case(code="BY", title="Belarus, February 2023", members=roles, by=evelina)
    first = make_claim(case=case, by=annika, exact="48,000")
    second = make_claim(case=case, by=annika, statement="It will grow to 150,000 men.", exact="100,000 to 150,000")
    make_claim(case=case, by=annika, statement="A decree was signed.")
    speaker = make_source(case=case, by=annika, name="Ministry of Defence")
    said = make_evidence(
        claim=first, by=annika, source=speaker, quote="Every village will know how to defend itself.",
        exhibit=Exhibit(title="Statement on the militia", url="https://example.org/statement", text=STATEMENT),
    )  # fmt: skip
    wire = make_evidence(
        claim=first, by=annika, source=make_source(case=case, by=annika, name="élan agency"),
        exhibit=Exhibit(title="Wire report", text="The minister spoke of a militia."),
    )  # fmt: skip
    make_evidence(claim=second, by=benedikt, source=make_source(case=case, by=annika, name="Zeta"), stance="refutes")
    make_evidence(
        claim=second, by=benedikt, source=make_source(case=case, by=annika, name="Halina Kavalenka"), withheld=True,
        quote="There are no boots", exhibit=Exhibit(title="Letter of a quartermaster", text=LETTER),
    )  # fmt: skip
    trace(said.cited, "first_hand", None, by=annika, reason="The minister himself.")
    trace(wire.cited, "quotes", said.cited, by=annika, reason="It names the statement.")
    make_capture(exhibit=said.cited, by=annika, content=b"<p>" + STATEMENT.encode() + b"</p>")
    make_absence(claim=second, by=benedikt)
    make_comment(claim=first, by=annika, text="The depot is said to be empty.")
    for claim, ratings in ((first, ("supported", "supported")), (second, ("refuted", "supported"))):
        for person, rating in zip((annika, benedikt), ratings, strict=True):
            make_assessment(claim=claim, by=person, rating=rating, rationale=f"I read it as {rating}.")
    make_verdict(claim=first, by=evelina, signed_by=maximus, rating="supported")
    make_verdict(claim=second, by=evelina, signed_by=maximus, rating="refuted", difference="sources")
    return case


def make_checked_report(audience: str = "public", case: Case | None = None) -> Report:
    """A report of all that is in it."""
    case = case or make_checked_case()
    by = case.memberships.get(user__name="Evelina").user
    return freeze(case, case.claims.all(), by=by, selection="All claims", choice=Choice(audience=audience))


@contextmanager
def nothing_by_chance():
    """In here the clock stands still, salts are counted and the key that signs is always the same."""
    numbers, secret = itertools.count(1), Ed25519PrivateKey.from_private_bytes(b"\7" * 32)
    with ExitStack() as stack:
        stack.enter_context(time_machine.travel(BEGINS, tick=False))
        stack.enter_context(
            mock.patch("secrets.token_bytes", side_effect=lambda size: next(numbers).to_bytes(size or 32))
        )
        stack.enter_context(mock.patch.object(keys, "generated", return_value=secret))
        yield
