"""What is left open becomes questions with an owner and a date."""

import datetime

import pytest

from claims.models import Claim, Entry, NotNow, OpenQuestion, Refused, Role, Stale, assess, sign_off
from tests.factories import make_assessment, make_claim, make_question, make_verdict


@pytest.fixture
def claim(case):
    return make_claim(case=case)


def asked(claim) -> list[str]:
    return list(claim.open_questions.order_by("number").values_list("text", flat=True))


def test_an_answer_off_the_scale_names_what_would_settle_it(claim, case, ann):
    with pytest.raises(Refused, match="what would settle it") as refusal:
        make_assessment(claim=claim, by=ann, rating="not-enough", would_change=" ")
    assert refusal.value.field == "would_change"
    draft = assess(claim, by=ann, submit=False, rating=case.rating("not-enough"), rationale="Nothing is known.")
    assert draft.submitted_at is None
    make_assessment(claim=claim, by=ann, rating="not-enough", would_change="A second register.")


def test_an_answer_on_the_scale_need_not(claim, ann):
    assert make_assessment(claim=claim, by=ann, would_change="").submitted_at


def test_a_verdict_off_the_scale_names_it_too(claim, ann, ben, eve):
    for person in (ann, ben):
        make_assessment(claim=claim, by=person, rating="conflicting")
    with pytest.raises(Refused, match="one question a line") as refusal:
        make_verdict(claim=claim, by=eve, rating="conflicting", open_questions="")
    assert refusal.value.field == "open_questions"


def test_what_is_left_open_is_asked_once_it_is_signed_and_not_before(claim, ann, ben, eve, max_):
    make_assessment(claim=claim, by=ann, rating="not-enough", would_change="A second register.")
    make_assessment(claim=claim, by=ben, rating="not-enough", would_change="Who  counted them?")
    assert asked(claim) == []
    make_verdict(claim=claim, by=eve, rating="not-enough", open_questions="Who counted them?\n\nAnd when?\n")
    assert asked(claim) == []

    sign_off(claim, by=max_)

    assert asked(claim) == ["Who counted them?", "And when?", "A second register."]
    question = claim.open_questions.get(number=3)
    assert (question.from_assessment.reviewer, question.from_verdict, question.added_by) == (ann, None, max_)
    assert Entry.objects.filter(claim=claim, verb="asked").count() == 3


def test_what_is_open_already_is_not_asked_again_in_the_next_round(claim, ann, ben, eve, max_):
    for round_ in (1, 2):
        for person in (ann, ben):
            make_assessment(claim=Claim.objects.get(pk=claim.pk), by=person)
        make_verdict(claim=claim, by=eve, signed_by=max_, open_questions=f"Who counted them?\nRound {round_}?")
        if round_ == 1:
            Claim.objects.get(pk=claim.pk).reopen(by=eve, why="A new census is out.")
    assert asked(claim) == ["Who counted them?", "Round 1?", "Round 2?"]


def settle(question, by, **said):
    values = {"owner": None, "due": None, "state": "open", "answer": ""} | said
    return question.settle(by=by, **values)


def test_a_question_gets_an_owner_and_a_date_and_an_answer(claim, ann, ben):
    question = make_question(claim=claim)
    day = datetime.date(2026, 12, 1)
    assert settle(question, ann, owner=ben, due=day).owner == ben
    assert list(OpenQuestion.objects.owned_by(ben)) == [question]

    done = settle(question, ben, owner=ben, due=day, state="answered", answer="The bureau, in 2019.")

    assert (done.closed_by, done.state) == (ben, "answered")
    assert not OpenQuestion.objects.owned_by(ben).exists()
    assert Entry.objects.filter(verb="answered").get().label.endswith("question 1")
    again = settle(question, ann, answer=done.answer)
    assert (again.closed_by, again.closed_at) == (None, None)


@pytest.mark.parametrize(("state", "sentence"), [("answered", "what the answer is"), ("dropped", "why it is dropped")])
def test_how_it_ended_must_be_said(claim, ann, state, sentence):
    with pytest.raises(Refused, match=sentence) as refusal:
        settle(make_question(claim=claim), ann, state=state, answer=" ")
    assert refusal.value.field == "answer"


def test_only_whoever_works_in_the_case_owns_a_question(claim, ann, rod, zoe):
    for person in (rod, zoe):
        with pytest.raises(Refused, match="no analyst or editor") as refusal:
            settle(make_question(claim=claim), ann, owner=person)
        assert refusal.value.field == "owner"


def test_a_stale_question_is_not_overwritten(claim, ann):
    question = make_question(claim=claim)
    settle(question, ann, state="dropped", answer="It is not worth it.")
    with pytest.raises(Stale):
        settle(question, ann, expect=0)


def test_the_questions_of_whoever_leaves_wait_for_somebody_else(claim, case, ann, ben, eve):
    kept, freed = make_question(claim=claim, owner=ann), make_question(claim=claim, owner=ben)
    case.enrol(ben, Role.READER, by=eve)
    case.enrol(ann, Role.EDITOR, by=eve)
    kept.refresh_from_db()
    freed.refresh_from_db()
    assert (kept.owner, freed.owner) == (ann, None)


def test_nothing_is_asked_of_a_claim_that_nobody_signed(claim, eve):
    with pytest.raises(NotNow):
        sign_off(claim, by=eve)
    assert asked(claim) == []
