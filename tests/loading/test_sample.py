"""The sample case: its words stand in its briefing, and it is there once and whole, or not at all."""

import datetime
from decimal import Decimal

import pytest
from django.utils import timezone

from claims.custody.chain import verify
from claims.loading import sample
from claims.loading.sample import FIXTURES, load_sample, read_sample, sample_accounts
from claims.models import (
    Assessment,
    Assignment,
    Case,
    Claim,
    Comment,
    Entry,
    Evidence,
    Grade,
    Matrix,
    OpenQuestion,
    Passage,
    Refused,
    Source,
    User,
    Verdict,
)
from claims.text.quotations import find
from tests.factories import make_case

BRIEFING = (FIXTURES / "briefing.txt").read_text(encoding="utf-8")
COUNTED = [
    Case,
    Claim,
    Evidence,
    Source,
    Grade,
    Passage,
    Assessment,
    Assignment,
    Verdict,
    User,
    Entry,
    Comment,
    Matrix,
    OpenQuestion,
]


@pytest.mark.parametrize("claim", read_sample()["claims"], ids=lambda claim: claim["statement"][:40])
def test_every_quotation_stands_in_the_briefing(claim):
    assert find(BRIEFING, claim["exact"])
    assert all(evidence["quote"] in BRIEFING for evidence in claim.get("evidence", ()))


def test_whatever_is_weighed_or_decided_says_that_it_is_a_sample():
    written = read_sample()
    grades = [grade["reason"] for source in written["sources"] for grade in source["grades"]]
    rounds = [*written["claims"], *(claim["first_round"] for claim in written["claims"] if "first_round" in claim)]
    given = [answer for row in rounds for answer in [*row.get("assessments", ()), *row.get("second_thoughts", ())]]
    answers = [answer["rationale"] for answer in given]
    answers += [answer[name] for answer in given for name in ("reason", "override_reason") if name in answer]
    settled = [row["verdict"] for row in rounds if "verdict" in row]
    verdicts = [row[name] for row in settled for name in ("summary", "to_overruled") if name in row]
    verdicts += [reply["text"] for row in settled for reply in row.get("replies", ())]

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


def test_something_is_due_and_something_overdue_on_whatever_day_it_is_loaded(db):
    load_sample()
    today = timezone.localdate()
    waiting = Assignment.objects.waiting_for(User.objects.get(email="analyst@example.org"))
    assert waiting.filter(due__lt=today).exists()
    assert waiting.filter(due__gt=today).exists()
    questions = list(OpenQuestion.objects.open().exclude(owner=None))
    assert {question.overdue for question in questions} == {True, False}


def test_a_disputed_claim_shows_parts_hypotheses_and_talk(db):
    claim = load_sample().claims.get(number=12)
    assert [bool(answer.override_reason) for answer in claim.assessments.submitted()] == [False, True]
    assert all(answer.whole.code == "not-enough" for answer in claim.assessments.submitted())
    assert claim.hypotheses.count() == 3
    assert claim.matrices.count() == 2
    threads = claim.comments.filter(parent=None)
    assert {bool(thread.resolved_at) for thread in threads} == {True, False}
    assert threads.filter(mentions__user__email="editor@example.org").exists()


def test_a_correction_a_second_thought_and_a_reply_of_the_overruled_are_shown(db):
    case = load_sample()
    first, second = case.claims.get(number=2).verdicts.order_by("round")
    assert (first.rating.code, second.rating.code) == ("supported", "partly")
    assert case.claims.get(number=2).entries.filter(verb="reopened").exists()
    assert case.claims.get(number=13).assessments.exclude(follows=None).exists()
    assert case.claims.get(number=3).verdicts.get().replies.exists()


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
