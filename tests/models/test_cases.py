"""The rules of cases, their members and their scales, whoever writes."""

import pytest

from claims.models import Refused, Role, assign
from tests.factories import make_assessment, make_case, make_claim, make_signed_claim


def test_the_last_editor_is_neither_demoted_nor_taken_off(eve, ann):
    case = make_case(members={eve: Role.EDITOR, ann: Role.ANALYST})
    membership = case.memberships.get(user=eve)
    membership.role = Role.READER
    for act in (membership.save, membership.delete):
        with pytest.raises(Refused) as refusal:
            act(by=eve)
        assert refusal.value.field == "role"
    case.enrol(ann, Role.EDITOR, by=eve)
    membership.save(by=eve)
    assert case.role_of(eve) == Role.READER


def test_whoever_may_not_assess_any_more_is_waited_for_no_more(case, ben, eve):
    assign(make_claim(case=case), [ben], by=eve)
    case.enrol(ben, Role.EDITOR, by=eve)
    assert ben.assignments.waiting_for(ben).exists()
    case.enrol(ben, Role.READER, by=eve)
    assert not ben.assignments.waiting_for(ben).exists()


@pytest.mark.parametrize(("before", "after", "status"), [(3, 2, "to_decide"), (3, 4, "in_review")])
def test_requiring_fewer_answers_decides_what_is_complete(case, ann, ben, eve, before, after, status):
    case.assessments_required = before
    case.save(by=eve)
    claim = make_claim(case=case)
    for person in (ann, ben):
        make_assessment(claim=claim, by=person)
    case.assessments_required = after
    case.save(by=eve)
    claim.refresh_from_db()
    assert claim.status == status


def test_a_blind_review_stays_blind_while_answers_are_sealed(case, ann, ben, eve, max_):
    claim = make_claim(case=case)
    case.policy = "open"
    case.save(by=eve)
    case.policy = "blind"
    case.save(by=eve)
    make_assessment(claim=claim, by=ann)
    case.policy = "open"
    with pytest.raises(Refused) as refusal:
        case.save(by=eve)
    assert refusal.value.field == "policy"
    claim.refresh_from_db()
    claim.withdraw(by=eve, why="Not ours.")
    case.save(by=eve)
    case.refresh_from_db()
    assert case.policy == "open"


@pytest.mark.parametrize("change", [{"label": "Refuted"}, {"look": "refuted"}, {"position": 9}, {"meaning": "x"}])
def test_an_answer_that_was_given_keeps_its_meaning(case, ann, ben, eve, max_, change):
    make_signed_claim(case=case, reviewers=[ann, ben], editors=(eve, max_))
    ((name, value),) = change.items()
    for code, field in (("supported", name), ("conflicting", None)):
        rating = case.rating(code)
        setattr(rating, name, value)
        if field:
            with pytest.raises(Refused) as refusal:
                rating.save(by=eve)
            assert refusal.value.field == field
        else:
            rating.save(by=eve)
