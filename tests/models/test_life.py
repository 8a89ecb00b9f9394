"""A claim's life, by the rules on its models."""

import pytest

from claims.models import (
    Assessment,
    Case,
    Claim,
    Entry,
    NotNow,
    NotYours,
    Refused,
    Role,
    Status,
    ask_many,
    assess,
    assign,
    comment,
    plan_asking,
    reconsider,
    resolve,
    send_back,
    sign_off,
)
from tests.factories import make_assessment, make_claim, make_comment, make_signed_claim, make_verdict


def test_a_claim_goes_from_open_to_signed_off(case, ann, ben, eve, max_):
    claim = make_claim(case=case, by=ann)
    make_assessment(claim=claim, by=ann)
    claim.refresh_from_db()
    assert claim.status == Status.IN_REVIEW
    make_assessment(claim=claim, by=ben)
    claim.refresh_from_db()
    assert (claim.status, claim.disputed) == (Status.TO_DECIDE, False)

    make_verdict(claim=claim, by=eve)
    sign_off(claim, by=max_)

    claim.refresh_from_db()
    assert (claim.status, str(claim.rating)) == (Status.SIGNED_OFF, "Supported")


def test_nobody_signs_off_their_own_proposal(case, ann, ben, eve):
    claim = make_claim(case=case)
    make_assessment(claim=claim, by=ann)
    make_assessment(claim=claim, by=ben)
    make_verdict(claim=claim, by=eve)

    with pytest.raises(NotYours, match="somebody else"):
        sign_off(claim, by=eve)


def test_answers_stay_hidden_until_the_reader_has_given_one(case, ann, ben):
    claim = make_claim(case=case)
    make_assessment(claim=claim, by=ben)

    assert not claim.assessments.visible_to(ann, "analyst")
    make_assessment(claim=claim, by=ann)
    assert claim.assessments.visible_to(ann, "analyst").count() == 2


def test_a_reader_sees_answers_only_once_they_are_signed_off(case, ann, ben, eve, max_, rod):
    claim = make_claim(case=case)
    make_assessment(claim=claim, by=ann)
    make_assessment(claim=claim, by=ben)
    assert not claim.assessments.visible_to(rod, "reader")
    make_verdict(claim=claim, by=eve, signed_by=max_)
    assert claim.assessments.visible_to(rod, "reader").count() == 2


def test_different_answers_make_a_claim_disputed_and_the_proposal_says_why(case, ann, ben, eve):
    claim = make_claim(case=case)
    make_assessment(claim=claim, by=ann)
    make_assessment(claim=claim, by=ben, rating="refuted")
    claim.refresh_from_db()
    assert claim.disputed

    with pytest.raises(Refused, match="why they differed"):
        make_verdict(claim=claim, by=eve)
    assert make_verdict(claim=claim, by=eve, difference="sources").reached == "settled"


def test_a_proposal_sent_back_can_be_followed_by_another(case, ann, ben, eve, max_):
    claim = make_claim(case=case)
    make_assessment(claim=claim, by=ann)
    make_assessment(claim=claim, by=ben)
    make_verdict(claim=claim, by=eve)

    with pytest.raises(Refused, match="Say why"):
        send_back(claim, by=max_, reason=" ")
    send_back(claim, by=max_, reason="The census is of 2019.")
    make_verdict(claim=claim, by=eve, signed_by=max_)
    assert claim.verdicts.count() == 2


def test_reopening_begins_a_round_and_keeps_the_old_one(case, ann, ben, eve, max_):
    claim = make_signed_claim(case=case, reviewers=[ann, ben], editors=(eve, max_))

    claim.reopen(by=eve, why="A new census is out.")

    claim.refresh_from_db()
    assert (claim.status, claim.round, claim.rating, claim.answers_in) == (Status.OPEN, 2, None, 0)
    assert Assessment.objects.filter(claim=claim, round=1).count() == 2
    make_assessment(claim=claim, by=ann, rating="refuted")


def test_withdrawing_a_proposed_claim_ends_the_proposal_too(case, ann, ben, eve, max_):
    claim = make_claim(case=case)
    make_assessment(claim=claim, by=ann)
    make_assessment(claim=claim, by=ben)
    make_verdict(claim=claim, by=eve)

    claim.withdraw(by=max_, why="Said of another army.")
    claim.refresh_from_db()
    claim.reopen(by=max_, why="It was this one after all.")

    assert not claim.verdicts.filter(decision="").exists()


@pytest.mark.parametrize("act", ["assess", "withdraw"])
def test_a_reader_moves_nothing(case, rod, act):
    claim = make_claim(case=case)
    with pytest.raises(NotYours):
        claim.require(act, rod)


def test_what_the_status_does_not_allow_is_refused(case, ann, ben, eve, max_):
    claim = make_signed_claim(case=case, reviewers=[ann, ben], editors=(eve, max_))
    with pytest.raises(NotNow, match="Signed off"):
        make_assessment(claim=claim, by=ann)


def test_reviewers_are_asked_and_their_answers_are_counted(case, ann, ben, eve):
    claim = make_claim(case=case)
    assign(claim, [ann, ben], by=eve)
    assert ann.assignments.waiting_for(ann).count() == 1
    make_assessment(claim=claim, by=ann)
    assert not ann.assignments.waiting_for(ann).exists()


def test_every_act_leaves_an_entry(case, ann, ben, eve, max_):
    claim = make_signed_claim(case=case, reviewers=[ann, ben], editors=(eve, max_))
    verbs = list(Entry.objects.filter(claim=claim).order_by("number").values_list("verb", flat=True))
    assert verbs == ["made", "assessed", "assessed", "proposed", "signed_off"]


def test_a_save_that_names_nobody_is_refused(case):
    claim = make_claim(case=case)
    with pytest.raises(TypeError, match="who saves it"):
        claim.save()
    with pytest.raises(TypeError, match="leaves no entry"):
        Claim.objects.update(statement="x")


def test_a_case_keeps_its_tallies(case, ann, ben, eve, max_):
    make_claim(case=case)
    make_signed_claim(case=case, reviewers=[ann, ben], editors=(eve, max_))
    counted = {(row.status, row.rating and row.rating.code): row.count for row in case.tallies.all() if row.count}
    assert counted == {("open", None): 1, ("signed_off", "supported"): 1}
    assert isinstance(case, Case)


def test_requiring_fewer_answers_takes_claims_that_have_enough_to_their_decision(case, ann, eve):
    claim = make_claim(case=case)
    make_assessment(claim=claim, by=ann)
    case.assessments_required = 1
    case.save(by=eve)

    claim.refresh_from_db()
    assert claim.status == Status.TO_DECIDE


def test_nothing_waits_for_somebody_who_left_the_case(case, ben, eve):
    assign(make_claim(case=case), [ben], by=eve)
    case.memberships.get(user=ben).delete(by=eve)
    assert not ben.assignments.waiting_for(ben).exists()


def test_a_cases_code_and_the_scale_of_its_claims_stay(case, eve):
    make_claim(case=case)
    case.code = "RU"
    with pytest.raises(Refused, match="code stays"):
        case.save(by=eve)


def opened(case, claim, user):
    """The claim as a page finds it for somebody: with the role that they have at that moment."""
    found = Case.objects.visible_to(user).get(pk=case.pk)
    claim = Claim.objects.get(pk=claim.pk)
    claim.case = found
    return claim


def test_whose_role_was_taken_while_their_page_stood_open_does_nothing_with_it(case, ann, ben, eve, max_):
    claim, answered = make_claim(case=case), make_claim(case=case)
    make_assessment(claim=answered, by=ann)
    own = make_comment(claim=answered, by=ann)
    of_ann, again, of_eve = opened(case, claim, ann), opened(case, answered, ann), opened(case, claim, eve)
    case.enrol(ann, Role.READER, by=max_)
    case.enrol(eve, Role.ANALYST, by=max_)
    rating = case.rating("refuted")
    seen = plan_asking(case, [claim.number], [ben.pk]).seen
    for act in (
        lambda: assess(of_ann, by=ann, rating=rating, rationale="So it is."),
        lambda: reconsider(again, by=ann, rating=rating, rationale="So it is.", reason="The census."),
        lambda: comment(again, by=ann, text="So it is."),
        lambda: resolve(own, by=ann),
        lambda: assign(of_eve, [ben], by=eve),
        lambda: ask_many(of_eve.case, [claim.number], [ben.pk], by=eve, seen=seen),
        lambda: of_eve.withdraw(by=eve, why="Not ours."),
    ):
        with pytest.raises(NotYours, match="Your role"):
            act()
    assert not claim.assessments.exists()
    assert not claim.assignments.exists()
