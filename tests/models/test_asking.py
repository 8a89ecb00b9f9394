"""Asking about many claims at once, and taking back what lies untouched."""

import datetime
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.utils import timezone

from claims.management.commands import worker
from claims.models import (
    Assessment,
    Assignment,
    Entry,
    NotYours,
    Refused,
    Role,
    Status,
    ask_many,
    assess,
    assign,
    plan_asking,
    return_all,
    return_stale,
    send_back,
    writing,
)
from claims.models.asking import Overtaken
from tests.factories import make_assessment, make_case, make_claim, make_user, make_verdict


def asked(claim) -> set[str]:
    return {str(row.reviewer) for row in claim.assignments.filter(round=claim.round, current=True)}


def ask(case, claims, people, *, by, **how):
    numbers, keys = [claim.number for claim in claims], [person.pk for person in people]
    each = how.get("each")
    how.setdefault("seen", plan_asking(case, numbers, keys, each=each).seen)
    return ask_many(case, numbers, keys, by=by, **how)


def lie(assessment: Assessment, days: int) -> None:
    """Let a draft, and the asking for it, be so old."""
    then = timezone.now() - datetime.timedelta(days)
    assessment.saved_at = then
    assessment.store()
    for row in assessment.claim.assignments.filter(reviewer=assessment.reviewer):
        row.asked_at = then
        row.store()


def test_those_who_are_chosen_are_asked_about_every_claim(case, ann, ben, eve):
    claims = [make_claim(case=case) for _ in range(3)]
    day = timezone.localdate() + datetime.timedelta(7)

    assert ask(case, claims, [ann, ben], by=eve, due=day) == 3

    for claim in claims:
        claim.refresh_from_db()
        assert (claim.status, asked(claim)) == (Status.IN_REVIEW, {"Ann", "Ben"})
        entry = Entry.objects.get(claim=claim, verb="assigned")
        assert dict((name, after) for name, _, after in entry.changes)["reviewers"] == ["Ann", "Ben"]
    assert set(Assignment.objects.values_list("due", flat=True)) == {day}


def test_who_is_asked_already_stays(case, ann, ben, eve):
    claim = make_claim(case=case)
    assign(claim, [ann], by=eve)
    ask(case, [claim], [ben], by=eve)
    assert asked(claim) == {"Ann", "Ben"}


def test_by_number_the_work_is_balanced_and_nobody_judges_their_own_claim(case, ann, ben, eve):
    cleo = make_user(email="cleo@example.org", name="Cleo")
    case.enrol(cleo, Role.ANALYST, by=eve)
    claims = [make_claim(case=case, by=person) for person in (ann, ben, cleo) * 4]

    assert ask(case, claims, [ann, ben, cleo], by=eve, each=2) == 12

    waiting = {person: Assignment.objects.waiting_for(person).count() for person in (ann, ben, cleo)}
    assert max(waiting.values()) - min(waiting.values()) <= 1
    for claim in claims:
        assert len(asked(claim)) == 2
        assert str(claim.made_by) not in asked(claim)


def test_by_number_whoever_proposed_a_verdict_is_not_asked_again(case, ann, ben, eve, max_):
    claim = make_claim(case=case)
    for person in (ann, ben):
        make_assessment(claim=claim, by=person)
    make_verdict(claim=claim, by=eve)
    send_back(claim, by=max_, reason="Of another year.")
    claim.withdraw(by=max_, why="Of another army.")
    claim.refresh_from_db()
    claim.reopen(by=max_, why="It was this one.")

    plan = plan_asking(case, [claim.number], [ann.pk, eve.pk], each=2)

    assert plan.asks == {}
    assert plan.left_out == [(claim.number, "1 of 2 can be asked. Eve proposed a verdict on it.")]


def test_who_was_asked_before_counts_among_the_number(case, ann, ben, eve, max_):
    claim = make_claim(case=case)
    assign(claim, [ann], by=eve)
    ask(case, [claim], [], by=eve, each=2)
    assert len(asked(claim)) == 2
    assert plan_asking(case, [claim.number], [], each=2).left_out == [
        (claim.number, "Its reviewers are asked already.")
    ]


def test_a_claim_that_can_get_too_few_is_told_and_the_others_are_asked_about(case, ann, ben, eve):
    own, other = make_claim(case=case, by=ann), make_claim(case=case)
    plan = plan_asking(case, [own.number, other.number], [ann.pk, ben.pk], each=2)
    assert plan.left_out == [(own.number, "1 of 2 can be asked. Ann made the claim.")]

    assert ask(case, [own, other], [ann, ben], by=eve, each=2) == 1
    assert asked(own) == set()
    assert asked(other) == {"Ann", "Ben"}


def test_nobody_who_could_read_the_answers_is_asked(case, ann, ben, eve, max_):
    claim = make_claim(case=case)
    for person in (ann, ben):
        make_assessment(claim=claim, by=person)
    plan = plan_asking(case, [claim.number], [max_.pk])
    assert plan.left_out == [(claim.number, "0 of 1 can be asked. Max could read the answers that are in.")]


def test_what_is_decided_is_left_out(case, ann, eve):
    claim = make_claim(case=case)
    claim.withdraw(by=eve, why="Of another army.")
    plan = plan_asking(case, [claim.number], [ann.pk])
    assert plan.left_out == [(claim.number, "It is “Withdrawn”: nobody can be asked about it.")]


def test_what_is_no_claim_or_no_reviewer_here_is_refused(case, ann, rod, zoe, eve):
    claim = make_claim(case=case)
    elsewhere = make_case()
    for _ in range(3):
        foreign = make_claim(case=elsewhere)
    with pytest.raises(Refused, match="There is no claim BY-3"):
        plan_asking(case, [claim.number, foreign.number], [ann.pk])
    for person in (rod, zoe):
        with pytest.raises(Refused, match="Choose among the analysts"):
            plan_asking(case, [claim.number], [person.pk])
    with pytest.raises(Refused, match="at least one reviewer"):
        plan_asking(case, [claim.number], [])
    with pytest.raises(Refused, match="at least one claim"):
        plan_asking(case, [], [ann.pk])
    with pytest.raises(Refused, match="500 claims at most"):
        plan_asking(case, list(range(1, 502)), [ann.pk])


def test_analysts_ask_nobody(case, ann, ben):
    with pytest.raises(NotYours):
        ask(case, [make_claim(case=case)], [ben], by=ann)
    assert not Assignment.objects.exists()


def test_what_is_not_as_it_was_seen_is_shown_again_before_anybody_is_asked(case, ann, ben, eve, max_):
    claims = [make_claim(case=case) for _ in range(2)]
    seen = plan_asking(case, [claim.number for claim in claims], [ann.pk, ben.pk], each=1).seen
    assign(claims[0], [ann], by=max_)

    with pytest.raises(Overtaken) as caught:
        ask(case, claims, [ann, ben], by=eve, each=1, seen=seen)

    assert asked(claims[1]) == set()
    assert caught.value.plan.asks == {claims[1].number: [ben.pk]}


def test_the_same_form_asks_once(case, ann, eve):
    claim = make_claim(case=case)
    seen = plan_asking(case, [claim.number], [ann.pk]).seen
    assert ask(case, [claim], [ann], by=eve, seen=seen, once="form-1") == 1
    assert ask(case, [claim], [ann], by=eve, seen=seen, once="form-1") is None
    assert Entry.objects.filter(verb="assigned").count() == 1


def test_a_draft_outlives_the_asking(case, ann, ben, eve):
    claim = make_claim(case=case)
    assign(claim, [ann, ben], by=eve)
    assess(claim, by=ann, submit=False, rationale="The census …")
    assign(claim, [ben], by=eve)
    assert Assessment.objects.get(reviewer=ann).rationale == "The census …"
    assign(claim, [ann, ben], by=eve)
    sealed = make_assessment(claim=claim, by=ann)
    assert sealed.pk == Assessment.objects.get(reviewer=ann).pk


def test_a_draft_that_lies_too_long_goes_back_to_the_pool(case, ann, eve):
    case.draft_days = 14
    case.save(by=eve)
    claim = make_claim(case=case)
    assign(claim, [ann], by=eve)
    draft = assess(claim, by=ann, submit=False, rationale="The census …")
    lie(draft, 13)
    assert return_stale(case) == 0
    lie(draft, 15)

    assert return_all() == {"BY": 1}

    claim.refresh_from_db()
    assert (claim.status, asked(claim)) == (Status.OPEN, set())
    assert Assessment.objects.get(reviewer=ann).rationale == "The census …"
    entry = Entry.objects.filter(claim=claim).latest("number")
    assert (entry.verb, entry.by) == ("returned", ann)
    assert return_all() == {}


def test_the_command_and_the_worker_take_back_what_lies_and_say_so(case, ann, ben, eve, capsys):
    case.draft_days = 14
    case.save(by=eve)
    claim = make_claim(case=case)
    assign(claim, [ann, ben], by=eve)
    lie(assess(claim, by=ann, submit=False), 15)
    call_command("return_drafts")
    assert "BY: 1 taken back" in capsys.readouterr().out
    call_command("return_drafts")
    assert "No draft lies for too long." in capsys.readouterr().out

    lie(assess(claim, by=ben, submit=False), 15)
    call_command("worker", once=True)
    assert asked(claim) == set()


def test_a_worker_looks_for_drafts_once_an_hour(db, monkeypatch):
    now, looks = [1000.0], []
    monkeypatch.setattr(worker, "time", SimpleNamespace(monotonic=lambda: now[0]))
    monkeypatch.setattr(worker, "return_all", lambda: looks.append(now[0]))
    monkeypatch.setattr(worker, "call_command", lambda name: None)
    upkeep = worker.Upkeep()
    for now[0] in (1000.0, 1001.0, 4599.0, 4600.0, 5000.0):
        upkeep.go_if_due()
    assert looks == [1000.0, 4600.0]


def test_a_claim_that_somebody_answered_then_waits_for_an_editor(case, ann, ben, eve):
    case.draft_days = 14
    case.save(by=eve)
    claim = make_claim(case=case)
    assign(claim, [ann, ben], by=eve)
    make_assessment(claim=claim, by=ben)
    lie(assess(claim, by=ann, submit=False), 15)

    assert return_stale(case) == 1

    claim.refresh_from_db()
    assert (claim.status, claim.unasked) == (Status.IN_REVIEW, True)
    assign(claim, [ann], by=eve)
    claim.refresh_from_db()
    assert not claim.unasked
    assert return_stale(case) == 0  # asked anew, so it lies from now on


def test_where_others_are_asked_the_claim_stays_with_them(case, ann, ben, eve):
    case.draft_days = 1
    case.save(by=eve)
    claim = make_claim(case=case)
    assign(claim, [ann, ben], by=eve)
    lie(assess(claim, by=ann, submit=False), 2)
    assert return_stale(case) == 1
    claim.refresh_from_db()
    assert (claim.status, claim.unasked, asked(claim)) == (Status.IN_REVIEW, False, {"Ben"})


def test_two_drafts_of_one_claim_come_back_together(case, ann, ben, eve):
    case.draft_days = 1
    case.save(by=eve)
    claim = make_claim(case=case)
    assign(claim, [ann, ben], by=eve)
    for person in (ann, ben):
        lie(assess(claim, by=person, submit=False), 2)
    assert return_stale(case) == 2
    claim.refresh_from_db()
    assert claim.status == Status.OPEN


def test_nothing_comes_back_where_the_case_lets_drafts_lie_or_an_answer_is_in(case, ann, ben, eve):
    claim = make_claim(case=case)
    assign(claim, [ann, ben], by=eve)
    lie(assess(claim, by=ann, submit=False), 400)
    assert return_stale(case) == 0
    case.draft_days = 14
    case.save(by=eve)
    lie(make_assessment(claim=claim, by=ann), 400)
    assert return_stale(case) == 0


def test_a_claim_of_which_everybody_is_taken_off_is_open_again(case, ann, eve):
    claim = make_claim(case=case)
    assign(claim, [ann], by=eve)
    assign(claim, [], by=eve)
    claim.refresh_from_db()
    assert claim.status == Status.OPEN


def test_a_claim_knows_since_when_it_stands_where_it_stands(case, ann, ben, eve):
    claim = make_claim(case=case)
    made = claim.entered_at
    assign(claim, [ann, ben], by=eve)
    claim.refresh_from_db()
    entered = claim.entered_at
    assert entered > made
    make_assessment(claim=claim, by=ann)
    claim.refresh_from_db()
    assert claim.entered_at == entered
    with writing(case):
        make_assessment(claim=claim, by=ben)
    claim.refresh_from_db()
    assert claim.entered_at > entered
