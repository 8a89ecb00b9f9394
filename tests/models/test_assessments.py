"""Who may see an assessment, who may give one, and what its seal covers."""

from dataclasses import replace

import pytest

from claims.models import MOVES, Assessment, Case, NotNow, Refused, Role, Status, assign
from tests.factories import make_assessment, make_case, make_claim, make_evidence, make_user, make_verdict


def abandoned(case, ann, eve):
    """A claim that Ann had judged when it was withdrawn and reopened."""
    claim = make_claim(case=case)
    make_assessment(claim=claim, by=ann, rationale="Ann's own reasons.")
    claim.withdraw(by=eve, why="Said of another army.").reopen(by=eve, why="It was this one.")
    claim.refresh_from_db()
    return claim


def test_a_round_that_was_never_signed_off_stays_closed(case, ann, ben, eve, max_, rod, as_):
    claim = abandoned(case, ann, eve)
    for reader, role in ((ben, "analyst"), (eve, "editor"), (rod, "reader")):
        assert not claim.assessments.visible_to(reader, role)
        assert "own reasons" not in as_(reader).get(claim.get_absolute_url()).content.decode()
    assert claim.assessments.visible_to(ann, "analyst").count() == 1

    for reviewer in (ann, ben):
        make_assessment(claim=claim, by=reviewer)
    assert {row.round for row in claim.assessments.visible_to(eve, "editor")} == {2}
    make_verdict(claim=claim, by=eve, signed_by=max_)
    assert {row.round for row in claim.assessments.visible_to(rod, "reader")} == {2}


def test_a_proposal_of_a_round_that_was_never_signed_off_stays_closed(case, ann, ben, eve, max_, rod, as_):
    claim = make_claim(case=case)
    for reviewer in (ann, ben):
        make_assessment(claim=claim, by=reviewer)
    make_verdict(claim=claim, by=eve, summary="What both of them said.")
    claim.withdraw(by=eve, why="Said of another army.").reopen(by=eve, why="It was this one.")
    claim.refresh_from_db()
    for address in (claim.get_absolute_url(), claim.get_absolute_url() + "history/"):
        assert "both of them" not in as_(rod).get(address).content.decode()
        assert "both of them" in as_(ann).get(address).content.decode()


def test_the_seal_covers_the_words_judged_and_not_the_reviewers_address(case, ann, ben, eve):
    claim = make_claim(case=case)
    sealed = make_assessment(claim=claim, by=ann)
    ann.email = "ann.other@example.org"
    ann.save(by=ann)
    assert Assessment.objects.get(pk=sealed.pk).seal_holds()

    claim.withdraw(by=eve, why="A figure is wrong.").reopen(by=eve, why="To mend it.").revise(
        by=ann, statement="The army is 480,000 strong."
    )
    sealed = Assessment.objects.get(pk=sealed.pk)
    assert sealed.seal_holds()
    sealed.statement = "The army is 480,000 strong."
    assert not sealed.seal_holds()


def test_asking_a_third_and_taking_it_back_leaves_the_claim_to_decide(case, ann, ben, eve):
    extra = make_user(name="Third")
    case.enrol(extra, Role.ANALYST, by=eve)
    claim = make_claim(case=case)
    make_assessment(claim=claim, by=ann)
    make_assessment(claim=claim, by=ben, rating="refuted")
    assign(claim, [ann, ben, extra], by=eve)
    claim.refresh_from_db()
    assert claim.status == Status.IN_REVIEW
    assign(claim, [ann, ben], by=eve)
    claim.refresh_from_db()
    assert (claim.status, claim.disputed) == (Status.TO_DECIDE, True)
    assert claim.allowed("propose", eve)


def test_a_single_required_answer_completes_an_open_claim_by_the_table(ann, eve, monkeypatch):
    case = make_case(assessments_required=1, members={ann: Role.ANALYST, eve: Role.EDITOR})
    claim = make_claim(case=case)
    make_assessment(claim=claim, by=ann)
    claim.refresh_from_db()
    assert claim.status == Status.TO_DECIDE
    assert Status.OPEN in MOVES["complete"].start

    narrower = replace(MOVES["complete"], start=frozenset({Status.IN_REVIEW}))
    monkeypatch.setitem(MOVES, "complete", narrower)
    with pytest.raises(RuntimeError, match="no way from open"):
        make_assessment(claim=make_claim(case=case), by=ann)


def test_an_editor_who_could_read_the_answers_gives_none(case, ann, ben, eve, max_, as_):
    extra = make_user(name="Third")
    case.enrol(extra, Role.ANALYST, by=eve)
    claim = make_claim(case=case)
    make_assessment(claim=claim, by=ann)
    make_assessment(claim=claim, by=ben)

    with pytest.raises(Refused, match="Max edits this case"):
        assign(claim, [ann, ben, max_], by=eve)
    assign(claim, [ann, ben, extra], by=eve)
    with pytest.raises(NotNow, match="only analysts"):
        make_assessment(claim=claim, by=max_)
    page = as_(max_).get(claim.get_absolute_url()).content.decode()
    assert "Your assessment" not in page
    assert "You may add" not in page
    assert as_(max_).get(claim.get_absolute_url() + "assess/").status_code == 409
    make_assessment(claim=claim, by=extra)


def test_in_the_open_an_editor_may_still_answer(case, ann, ben, eve, max_):
    case.policy = Case.Policy.OPEN
    case.save(by=eve)
    claim = make_claim(case=case)
    make_assessment(claim=claim, by=ann)
    make_assessment(claim=claim, by=ben)
    assign(claim, [ann, ben, max_], by=eve)
    make_assessment(claim=claim, by=max_)


def test_nobody_relies_on_evidence_of_another_claim(case, ann):
    claim, other = make_claim(case=case), make_evidence(claim=make_claim(case=case))
    with pytest.raises(Refused, match="bears on this claim"):
        make_assessment(claim=claim, by=ann, relied_on=[other])


def test_a_proposal_is_logged_from_where_the_claim_stood(case, ann, ben, eve):
    claim = make_claim(case=case)
    for reviewer in (ann, ben):
        make_assessment(claim=claim, by=reviewer)
    assert claim.status == Status.OPEN, "as it was when it was read"
    make_verdict(claim=claim, by=eve)
    assert claim.entries.get(verb="proposed").parts["before"] == {"status": "to_decide"}


def test_whoever_edited_while_the_answers_were_in_gives_none_as_an_analyst_either(case, ann, ben, eve, max_, as_):
    claim = make_claim(case=case)
    make_assessment(claim=claim, by=ann)
    make_assessment(claim=claim, by=ben)
    case.enrol(eve, Role.ANALYST, by=max_)

    with pytest.raises(Refused, match="Eve edits this case, or did"):
        assign(claim, [ann, ben, eve], by=max_)
    extra = make_user(name="Third")
    case.enrol(extra, Role.ANALYST, by=max_)
    assign(claim, [ann, ben, extra], by=max_)
    with pytest.raises(NotNow, match="none since"):
        make_assessment(claim=claim, by=eve)
    page = as_(eve).get(claim.get_absolute_url()).content.decode()
    assert "Your assessment" not in page
    assert as_(eve).get(claim.get_absolute_url() + "assess/").status_code == 409
    make_assessment(claim=claim, by=extra)


def test_whoever_edited_before_the_answers_were_in_may_answer_as_an_analyst(case, ann, ben, eve, max_):
    claim = make_claim(case=case)
    make_assessment(claim=claim, by=ann)
    case.enrol(eve, Role.ANALYST, by=max_)
    make_assessment(claim=claim, by=ben)
    assign(claim, [ann, ben, eve], by=max_)
    make_assessment(claim=claim, by=eve)
