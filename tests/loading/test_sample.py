"""The sample case: its words stand in its briefing, and it is there once and whole, or not at all."""

import datetime
from decimal import Decimal

import pytest

from claims.custody.chain import verify
from claims.loading import sample
from claims.loading.sample import FIXTURES, load_sample, read_sample, sample_accounts
from claims.models import (
    Assessment,
    Assignment,
    Case,
    Claim,
    Entry,
    Evidence,
    Grade,
    Passage,
    Refused,
    Source,
    User,
    Verdict,
)
from claims.text.quotations import find
from tests.factories import make_case

BRIEFING = (FIXTURES / "briefing.txt").read_text(encoding="utf-8")
COUNTED = [Case, Claim, Evidence, Source, Grade, Passage, Assessment, Assignment, Verdict, User, Entry]


@pytest.mark.parametrize("claim", read_sample()["claims"], ids=lambda claim: claim["statement"][:40])
def test_every_quotation_stands_in_the_briefing(claim):
    assert find(BRIEFING, claim["exact"])
    assert all(evidence["quote"] in BRIEFING for evidence in claim.get("evidence", ()))


def test_whatever_is_weighed_or_decided_says_that_it_is_a_sample():
    written = read_sample()
    grades = [grade["reason"] for source in written["sources"] for grade in source["grades"]]
    answers = [answer["rationale"] for claim in written["claims"] for answer in claim.get("assessments", ())]
    verdicts = [claim["verdict"]["summary"] for claim in written["claims"] if "verdict" in claim]

    assert all(reason.startswith("Sample grade") for reason in grades)
    assert all(text.startswith("Sample:") for text in answers + verdicts)


def test_its_sources_have_no_address_that_could_be_taken_for_real():
    assert "http" not in (FIXTURES / "sample.toml").read_text() + BRIEFING


def test_loading_it_again_doubles_nothing(db):
    first = load_sample()
    before = [model._default_manager.count() for model in COUNTED]

    assert load_sample() == first
    assert [model._default_manager.count() for model in COUNTED] == before


def test_it_holds_the_claims_people_will_look_for(db):
    claims = {claim.statement: claim for claim in load_sample().claims.all()}
    assert len(claims) >= 10

    force = claims["The territorial defence force of Belarus is to comprise 100,000 to 150,000 men."]
    assert force.kind == "quantity"
    assert [(figure.low, figure.high) for figure in force.quantities.all()] == [(Decimal(100_000), Decimal(150_000))]

    leak = claims["Leaked Russian documents plan the absorption of Belarus into Russia by 2030."]
    assert (leak.kind, leak.resolves_on) == ("plan", datetime.date(2030, 12, 31))
    assert all(rung.hedged for rung in leak.attributions.all())

    troops = claims["Ukrainian troops are massed near the border with Belarus in substantial numbers."]
    assert troops.kind == "state"
    assert troops.as_of
    assert (troops.as_of.year, troops.as_of.month) == (2023, 2)


def test_it_shows_every_status_of_a_claim_that_is_not_set_aside(db):
    case = load_sample()
    assert {claim.status for claim in case.claims.all()} == {"open", "in_review", "to_decide", "proposed", "signed_off"}
    assert case.claims.filter(status="to_decide", disputed=True).exists()
    assert Verdict.objects.filter(decision="sent_back").exists()
    rated = {claim.rating.code for claim in case.claims.exclude(rating=None)}
    assert rated == {"supported", "partly", "conflicting", "not-enough"}


def test_its_quotations_its_seals_and_its_log_hold(db):
    case = load_sample()
    assert all(passage.stands() for passage in Passage.objects.all())
    assert all(evidence.quote_stands for evidence in Evidence.objects.exclude(exhibit=None))
    assert all(answer.seal_holds() for answer in Assessment.objects.submitted())
    assert verify(case).fault is None


def test_work_waits_for_both_analysts(db):
    load_sample()
    for email in ("analyst@example.org", "analyst2@example.org"):
        assert Assignment.objects.waiting_for(User.objects.get(email=email)).exists()


def test_a_loading_that_is_cut_off_leaves_nothing(db, monkeypatch):
    def cut_off(*_args):
        raise KeyboardInterrupt

    monkeypatch.setattr(sample, "_decide", cut_off)
    with pytest.raises(KeyboardInterrupt):
        load_sample()

    assert not Case.objects.exists()
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("part", "name", "claim"),
    [("assessments", "would_change", 3), ("verdict", "to_overruled", 3), ("verdict", "open_questions", 13)],
)
def test_words_that_are_left_out_stop_it_and_name_the_claim(db, monkeypatch, part, name, claim):
    written = read_sample()
    row = written["claims"][claim - 1][part]
    del (row[0] if part == "assessments" else row)[name]
    monkeypatch.setattr(sample, "read_sample", lambda: written)

    with pytest.raises(Refused, match=f"BY-{claim}, “"):
        load_sample()


def test_another_case_of_that_code_is_left_alone(db):
    make_case(code="BY", title="Our own")
    with pytest.raises(Refused, match="not the sample"):
        load_sample()
    assert Case.objects.get().title == "Our own"


def test_its_accounts_sign_in_to_a_demo_and_nowhere_else(db, client, settings):
    load_sample()
    accounts, password = sample_accounts()
    for demo in (False, True):
        settings.DEMO = demo
        for account in accounts:
            assert client.login(email=account.email, password=password) is demo
            client.logout()


def test_who_is_signed_in_to_a_demo_is_signed_out_where_it_is_none(db, as_, settings):
    load_sample()
    settings.DEMO = True
    browser = as_(User.objects.get(email="reader@example.org"))
    assert browser.get("/you/").status_code == 200

    settings.DEMO = False
    assert browser.get("/you/").status_code == 302
