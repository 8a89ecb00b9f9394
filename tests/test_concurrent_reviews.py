"""Reviewers and editors at the same instant: one answer, one verdict, one asking comes through."""

import datetime
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from claims.models import (
    Assessment,
    Assignment,
    Claim,
    Entry,
    EvidenceChange,
    Refused,
    Reliance,
    Source,
    User,
    Verdict,
    ask_many,
    assess,
    assign,
    plan_asking,
    propose,
    return_stale,
    sign_off,
)
from tests.at_once import at_once, counted, holds, recounted
from tests.factories import (
    make_assessment,
    make_claim,
    make_evidence,
    make_source,
    make_verdict,
)

pytestmark = pytest.mark.usefixtures("real_transactions")


def test_one_assessment_is_sealed_when_it_is_sent_many_times_at_once(case, ann):
    claim = make_claim(case=case)
    rating = case.rating("supported")

    def send() -> Assessment:
        return assess(Claim.objects.get(pk=claim.pk), by=ann, rating=rating, rationale="The census says so.")

    results = at_once([send for _ in range(6)])

    assert sum(isinstance(result, Assessment) for result in results) == 1
    assert {type(result).__name__ for result in results} == {"Assessment", "NotNow"}
    assert Assessment.objects.get().seal_holds()
    claim.refresh_from_db()
    assert claim.answers_in == 1


def test_one_proposal_and_one_sign_off_come_through(case, ann, ben, eve, max_, ada):
    claim = make_claim(case=case)
    make_assessment(claim=claim, by=ann)
    make_assessment(claim=claim, by=ben)
    rating = case.rating("supported")

    def put(user: User) -> Callable[[], Any]:
        answer = {"rating": rating, "summary": "The census.", "one_origin": "Nobody else counts."}
        return lambda: propose(Claim.objects.get(pk=claim.pk), by=user, **answer)

    proposals = at_once([put(user) for user in (eve, max_, ada)])
    assert sum(isinstance(result, Verdict) for result in proposals) == 1
    proposer = Verdict.objects.get().proposed_by
    others = [user for user in (eve, max_, ada) if user != proposer]

    decisions = at_once([lambda user=user: sign_off(Claim.objects.get(pk=claim.pk), by=user) for user in others * 2])  # type: ignore[misc]
    assert sum(isinstance(result, Verdict) for result in decisions) == 1
    claim.refresh_from_db()
    assert claim.status == "signed_off"
    assert counted(case) == recounted(case)
    assert holds(case)


def test_a_proposal_and_a_withdrawal_at_once_end_in_one_of_the_two(case, ann, ben, eve, max_):
    claim = make_claim(case=case)
    make_assessment(claim=claim, by=ann)
    make_assessment(claim=claim, by=ben)
    at_once(
        [
            lambda: make_verdict(claim=Claim.objects.get(pk=claim.pk), by=eve),
            lambda: Claim.objects.get(pk=claim.pk).withdraw(by=max_, why="Said of another army."),
        ]
    )
    claim.refresh_from_db()
    assert claim.status == "withdrawn"
    assert not Verdict.objects.filter(claim=claim, decision="").exists()
    assert counted(case) == recounted(case)


@pytest.mark.parametrize("turn", range(5))
def test_a_grade_given_while_a_verdict_is_proposed_is_told_or_was_there_before(case, ann, ben, eve, max_, turn):
    """Whoever proposes either saw the new grade, or is told of it: no verdict stands on a grade that is gone unseen."""
    sources = [make_source(case=case) for _ in range(4)]
    claims = [make_claim(case=case) for _ in range(4)]
    for claim, source in zip(claims, sources, strict=True):
        make_evidence(claim=claim, source=source)
        make_assessment(claim=claim, by=ann)
        make_assessment(claim=claim, by=ben)

    def put(claim: Claim) -> Callable[[], Any]:
        return lambda: make_verdict(claim=Claim.objects.get(pk=claim.pk), by=eve)

    def grade(source: Source) -> Callable[[], Any]:
        return lambda: source.grade("E", by=ann, reason="Two of its statements were false.")

    acts = [put(claim) for claim in claims] + [grade(source) for source in sources]
    results = at_once(acts if turn % 2 else acts[::-1])

    assert not [result for result in results if isinstance(result, Exception)], results
    for claim, source in zip(claims, sources, strict=True):
        proposed = Entry.objects.get(claim=claim, verb="proposed")
        graded = Entry.objects.get(case=None, verb="graded", thing_id=source.pk)
        told = EvidenceChange.objects.filter(verdict__claim=claim).count()
        assert told == (graded.at > proposed.at), "the one that came second knows of the first"
    assert holds(case)
    assert holds(None)


def test_a_grade_waits_for_the_proposal_that_is_being_written(case, ann, ben, eve):
    """What is proposed and not there yet for others to see is told of the grade all the same."""
    source, claim = make_source(case=case), make_claim(case=case)
    make_evidence(claim=claim, source=source)
    make_assessment(claim=claim, by=ann)
    make_assessment(claim=claim, by=ben)
    proposed, graded = threading.Event(), threading.Event()

    def propose_slowly() -> None:
        with transaction.atomic():
            make_verdict(claim=Claim.objects.get(pk=claim.pk), by=eve)
            proposed.set()
            graded.wait(timeout=1)

    def grade() -> None:
        assert proposed.wait(timeout=20)
        source.grade("E", by=ann, reason="Two of its statements were false.")
        graded.set()

    assert at_once([propose_slowly, grade]) == [None, None]
    assert EvidenceChange.objects.unanswered().count() == 1


def test_what_verdicts_lean_on_is_kept_in_step_by_writers_at_once(case, ann, ben, eve, max_):
    source = make_source(case=case)
    claims = [make_claim(case=case) for _ in range(6)]
    for claim in claims:
        make_evidence(claim=claim, source=source)
        make_assessment(claim=claim, by=ann)
        make_assessment(claim=claim, by=ben)
    for claim in claims[:3]:
        make_verdict(claim=claim, by=eve, signed_by=max_)

    def open_again(claim: Claim) -> Callable[[], Any]:
        return lambda: Claim.objects.get(pk=claim.pk).reopen(by=max_, why="Said of another army.")

    def put(claim: Claim) -> Callable[[], Any]:
        return lambda: make_verdict(claim=Claim.objects.get(pk=claim.pk), by=eve, signed_by=max_)

    def grade(letter: str) -> Callable[[], Any]:
        return lambda: source.grade(letter, by=ann, reason="It turned out so.")

    acts = [open_again(claim) for claim in claims[:2]] + [put(claim) for claim in claims[3:]] + [grade("D"), grade("E")]
    results = at_once(acts)

    # Between its proposal and its signature a verdict's source may be graded anew: then it is not signed.
    signed = [result for result in results[2:5] if not isinstance(result, Refused)]
    assert not [result for result in results if isinstance(result, Exception) and not isinstance(result, Refused)]
    assert not [result for result in (*results[:2], *results[5:]) if isinstance(result, Refused)], results
    assert Reliance.objects.get(case=case, source=source).verdicts == 1 + len(signed)
    waiting = EvidenceChange.objects.unanswered().values_list("verdict__claim", flat=True)
    assert len(waiting) == len(set(waiting))
    assert not set(waiting) & {claim.pk for claim in claims[:2]}


def test_of_two_editors_who_ask_about_the_same_claims_one_asks_and_the_other_is_told(case, ann, ben, eve, max_):
    numbers = [make_claim(case=case).number for _ in range(5)]
    people = [ann.pk, ben.pk]
    seen = plan_asking(case, numbers, people, each=1).seen

    results = at_once(
        [lambda by=by: ask_many(case, numbers, people, by=by, each=1, seen=seen) for by in (eve, max_)]  # type: ignore[misc]
    )

    assert sorted(map(str, results)) == ["5", "Something changed meanwhile: others would be asked now. Nobody is "
                                         "asked yet; look again."]  # fmt: skip
    assert Assignment.objects.count() == 5
    waiting = [Assignment.objects.waiting_for(person).count() for person in (ann, ben)]
    assert sorted(waiting) == [2, 3]
    assert Entry.objects.filter(verb="assigned").count() == 5
    assert holds(case)
    assert counted(case) == {("in_review", None): 5}


def test_the_same_asking_sent_eight_times_at_once_asks_once(case, ann, eve):
    numbers = [make_claim(case=case).number for _ in range(3)]
    seen = plan_asking(case, numbers, [ann.pk]).seen
    ask = partial(ask_many, case, numbers, [ann.pk], by=eve, seen=seen, once="form-1")
    results = at_once([ask for _ in range(8)])
    assert sorted(map(str, results)) == ["3"] + ["None"] * 7
    assert Entry.objects.filter(verb="assigned").count() == 3
    assert holds(case)


def test_an_answer_and_the_taking_back_of_its_draft_at_once_leave_one_of_them(case, ann, ben, eve):
    case.draft_days = 1
    case.store()
    claims = [make_claim(case=case) for _ in range(6)]
    then = timezone.now() - datetime.timedelta(2)
    for claim in claims:
        assign(claim, [ann, ben], by=eve)
        draft = assess(claim, by=ann, submit=False, rationale="The census.")
        draft.saved_at = then
        draft.store()
    for row in Assignment.objects.all():
        row.asked_at = then
        row.store()

    def answer(claim: Claim) -> Any:
        own = Claim.objects.select_related("case__scale").get(pk=claim.pk)
        return assess(own, by=ann, rating=own.case.rating("supported"), rationale="The census says so.")

    results = at_once([partial(answer, claim) for claim in claims] + [lambda: return_stale(case)] * 2)

    assert not [result for result in results if isinstance(result, Exception)]
    for row in Assignment.objects.filter(reviewer=ann):
        assert (row.current, row.answered, row.came_back_at) == (True, True, None)
    assert Entry.objects.filter(verb="returned").count() == sum(results[-2:])
    assert counted(case) == recounted(case)
    assert holds(case)
