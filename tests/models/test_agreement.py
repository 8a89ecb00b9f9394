"""How far reviewers agree is counted as verdicts are signed off, and of signed rounds alone."""

import datetime
import random

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.models import Claim, Pace, Pair, Pattern, Refused, Role, Split, assign, reconsider, send_back, sign_off
from claims.models.agreement import EVERYTHING, recount
from claims.weighing.pace import step_of
from tests.factories import make_assessment, make_case, make_claim, make_user, make_verdict

MONDAY = datetime.datetime(2026, 3, 2, 9, tzinfo=datetime.UTC)


def kept(case) -> dict[str, object]:
    """All that is counted of a case, but for the keys of the rows."""
    return {
        "patterns": set(Pattern.objects.filter(case=case).values_list("part", "ratings", "rounds")),
        "pairs": {(row.one_id, row.other_id): row.said for row in Pair.objects.filter(case=case)},
        "splits": sorted(Split.objects.filter(case=case).values_list("claim", "round", "one", "other")),
        "paces": {row.reviewer_id: (row.answers, row.steps) for row in Pace.objects.filter(case=case)},
    }


def said(case, part: str = EVERYTHING) -> dict[tuple[str, ...], int]:
    """How often a part of the case was answered so, by the codes of the answers."""
    codes = dict(case.scale.ratings.values_list("pk", "code"))
    rows = Pattern.objects.filter(case=case, part=part)
    return {tuple(sorted(codes[key] for key in row.answers)): row.rounds for row in rows}


@pytest.fixture
def decide(case, ann, ben, eve, max_):
    """`decide("supported", "refuted")` is a signed claim that Ann and Ben have answered so."""

    def made(one: str, other: str, *, signed: bool = True, claim: Claim | None = None, **fields) -> Claim:
        claim = claim or make_claim(case=case, **fields)
        make_assessment(claim=claim, by=ann, rating=one)
        make_assessment(claim=claim, by=ben, rating=other)
        make_verdict(claim=claim, by=eve, signed_by=max_ if signed else None, difference="reading")
        return Claim.objects.get(pk=claim.pk)

    return made


def test_answers_are_counted_once_their_verdict_is_signed_off(decide, case, max_):
    claim = decide("supported", "refuted", signed=False)
    assert kept(case) == {"patterns": set(), "pairs": {}, "splits": [], "paces": {}}
    sign_off(claim, by=max_)
    assert said(case) == {("refuted", "supported"): 1}


def test_what_is_sent_back_is_not_counted(decide, case, max_):
    send_back(decide("supported", "supported", signed=False), by=max_, reason="Of another year.")
    assert said(case) == {}


def test_answers_are_counted_by_kind_and_by_the_month_of_the_last(decide, case, ann, ben, eve, max_):
    with time_machine.travel(MONDAY, tick=False):
        claim = make_claim(case=case, kind="plan")
        make_assessment(claim=claim, by=ann)
    with time_machine.travel(MONDAY + datetime.timedelta(days=40), tick=False):
        make_assessment(claim=claim, by=ben)
        make_verdict(claim=claim, by=eve, signed_by=max_)
    decide("refuted", "refuted", kind="event")
    assert said(case, "plan") == said(case, "2026-04") == {("supported", "supported"): 1}
    assert said(case, "event") == {("refuted", "refuted"): 1}
    assert said(case, "2026-03") == {}
    assert said(case) == {("supported", "supported"): 1, ("refuted", "refuted"): 1}


def test_a_pair_is_counted_from_the_one_to_the_other(decide, case, ann, ben):
    decide("supported", "refuted")
    decide("supported", "refuted")
    decide("supported", "supported")
    pair = Pair.objects.get(case=case)
    yes, no = (case.rating(code).pk for code in ("supported", "refuted"))
    assert (pair.one, pair.other) == (ann, ben)
    assert pair.table == {(yes, no): 2, (yes, yes): 1}


def test_rounds_that_two_answered_differently_are_kept_for_their_list(decide, case, ann, ben):
    decide("supported", "supported")
    apart = decide("supported", "not-enough")
    split = Split.objects.get(case=case)
    assert (split.claim, split.round, split.one, split.other) == (apart, 1, ann, ben)


def test_a_reopened_claim_counts_once_for_each_signed_round(decide, case, eve):
    claim = decide("supported", "refuted")
    before = kept(case)
    claim.reopen(by=eve, why="A new census.")
    assert kept(case) == before
    decide("supported", "supported", claim=Claim.objects.get(pk=claim.pk))
    assert said(case) == {("refuted", "supported"): 1, ("supported", "supported"): 1}


def test_cases_are_counted_apart(decide, case, ann, ben, eve, max_):
    decide("supported", "refuted")
    other = make_case(members={ann: Role.ANALYST, ben: Role.ANALYST, eve: Role.EDITOR, max_: Role.EDITOR})
    assert said(other) == {}
    recount(other)
    assert said(case) == {("refuted", "supported"): 1}


# how long an answer took


def hours(case, person) -> dict[str, int]:
    steps: dict[str, int] = Pace.objects.get(case=case, reviewer=person).steps
    return steps


def step(**length: float) -> str:
    return str(step_of(datetime.timedelta(**length).total_seconds()))


def test_an_answer_took_as_long_as_since_its_reviewer_was_last_asked(case, ann, ben, eve, max_):
    with time_machine.travel(MONDAY, tick=False) as clock:
        claim = make_claim(case=case)
        clock.shift(datetime.timedelta(days=5))
        assign(claim, [ann], by=eve)
        clock.shift(datetime.timedelta(days=2))
        assign(claim, [ann, ben], by=eve)
        clock.shift(datetime.timedelta(hours=3))
        make_assessment(claim=claim, by=ben)
        make_assessment(claim=claim, by=ann)
        make_verdict(claim=claim, by=eve, signed_by=max_)
    assert hours(case, ben) == {step(hours=3): 1}
    assert hours(case, ann) == {step(days=2, hours=3): 1}, "being asked with others again is no new asking"


def test_where_nobody_asked_an_answer_took_as_long_as_its_round(decide, case, ann, ben, eve):
    with time_machine.travel(MONDAY, tick=False) as clock:
        claim = make_claim(case=case)
        clock.shift(datetime.timedelta(days=9))
        claim = decide("supported", "supported", claim=claim)
        clock.shift(datetime.timedelta(days=30))
        claim = claim.reopen(by=eve, why="A new census.")
        clock.shift(datetime.timedelta(hours=1))
        decide("supported", "supported", claim=claim)
    assert hours(case, ann) == hours(case, ben) == {step(days=9): 1, step(hours=1): 1}


# what is kept is what a recount finds


def test_whatever_is_signed_off_and_reopened_the_counts_are_those_of_a_recount(case, ann, ben, eve, max_):
    dice = random.Random(3)
    cas = make_user(name="Cas")
    case.enrol(cas, Role.ANALYST, by=eve)
    case.assessments_required = 3
    case.save(by=eve)
    codes = ["supported", "partly", "refuted", "conflicting", "not-enough"]
    claims = [make_claim(case=case, kind=dice.choice(["plan", "event"])) for _ in range(4)]
    with time_machine.travel(MONDAY, tick=False) as clock:
        for _ in range(16):
            clock.shift(datetime.timedelta(days=dice.randrange(1, 20)))
            claim = Claim.objects.get(pk=dice.choice(claims).pk)
            if claim.status == "signed_off":
                claim = claim.reopen(by=eve, why="A new census.")
            if dice.random() < 0.5:
                assign(claim, [ann, cas], by=eve)
            for person in (ann, ben, cas):
                make_assessment(claim=claim, by=person, rating=dice.choice(codes))
            make_verdict(claim=Claim.objects.get(pk=claim.pk), by=eve, signed_by=max_, difference="scale")
    before = kept(case)
    assert sum(said(case).values()) == 16
    recount(case)
    assert kept(case) == before


def test_a_refused_sign_off_counts_nothing(decide, case, eve):
    claim = decide("supported", "supported", signed=False)
    with pytest.raises(Refused):
        sign_off(claim, by=eve)
    assert said(case) == {}


def test_signing_off_asks_no_more_for_more_rounds_that_were_counted(decide, case, max_):
    def queries() -> int:
        claim = decide("supported", "refuted", signed=False)
        with CaptureQueriesContext(connection) as caught:
            sign_off(claim, by=max_)
        return len(caught)

    queries()
    few = queries()
    for _ in range(5):
        decide("supported", "refuted")
    assert queries() == few


def test_what_a_reviewer_says_after_seeing_the_others_does_not_count(case, ann, ben, eve, max_):
    claim = make_claim(case=case)
    make_assessment(claim=claim, by=ann, rating="supported")
    make_assessment(claim=claim, by=ben, rating="refuted")
    claim = Claim.objects.get(pk=claim.pk)
    reconsider(claim, by=ann, reason="Ben is right.", rating=case.rating("refuted"), rationale="It counts others.")
    make_verdict(claim=claim, by=eve, signed_by=max_, rating="refuted", difference="reading")
    assert said(case) == {("refuted", "supported"): 1}
    assert Pace.objects.get(case=case, reviewer=ann).answers == 1
    before = kept(case)
    recount(case)
    assert kept(case) == before
