"""The rules of cases, their members and their scales, whoever writes."""

import pytest

from claims.models import Entry, Refused, Role, Status, assign
from tests.factories import make_assessment, make_case, make_claim, make_signed_claim, make_user


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
    for code in ("supported", "conflicting"):
        rating = case.rating(code)
        setattr(rating, name, value)
        with pytest.raises(Refused, match="meaning") as refusal:
            rating.save(by=eve)
        assert refusal.value.field == name


@pytest.fixture
def third(case, ann, ben, eve):
    """Asked for a third opinion on a claim that has its two answers, of which the claim now waits for this one."""
    person = make_user(name="The third")
    case.enrol(person, Role.ANALYST, by=eve)
    claim = make_claim(case=case)
    for reviewer in (ann, ben):
        make_assessment(claim=claim, by=reviewer)
    assign(claim, [ann, ben, person], by=eve)
    return person


@pytest.mark.parametrize("leaves", ["demoted", "taken off"])
def test_a_claim_that_waited_for_whoever_leaves_alone_goes_to_its_decision(case, third, eve, leaves):
    claim = case.claims.get()
    assert claim.status == Status.IN_REVIEW
    if leaves == "demoted":
        case.enrol(third, Role.READER, by=eve)
    else:
        case.memberships.get(user=third).delete(by=eve)
    claim.refresh_from_db()
    assert claim.status == Status.TO_DECIDE
    assert case.tallies.get(status=Status.TO_DECIDE).count == 1
    assert not claim.assignments.get(reviewer=third).current
    entry = Entry.objects.filter(claim=claim).latest("number")
    assert (entry.verb, entry.by) == ("assigned", eve)
    assert entry.changes[0] == ("reviewers", ["Ann", "Ben", "The third"], ["Ann", "Ben"])


def test_a_claim_that_waits_for_others_too_goes_on_waiting(case, third, ann, ben, eve):
    fourth = make_user(name="The fourth")
    case.enrol(fourth, Role.ANALYST, by=eve)
    claim = case.claims.get()
    assign(claim, [ann, ben, third, fourth], by=eve)
    case.memberships.get(user=third).delete(by=eve)
    claim.refresh_from_db()
    assert claim.status == Status.IN_REVIEW
    assert claim.assignments.get(reviewer=fourth).current


def test_a_claim_that_lacks_answers_when_somebody_leaves_stays_in_review(case, ann, ben, eve):
    claim = make_claim(case=case)
    assign(claim, [ann, ben], by=eve)
    make_assessment(claim=claim, by=ann)
    case.memberships.get(user=ben).delete(by=eve)
    claim.refresh_from_db()
    assert (claim.status, claim.answers_in) == (Status.IN_REVIEW, 1)
    entry = Entry.objects.filter(claim=claim).latest("number")
    assert entry.changes == [("reviewers", ["Ann", "Ben"], ["Ann"])]


def test_whoever_stays_a_reader_leaves_no_second_trace(case, third, eve):
    case.enrol(third, Role.READER, by=eve)
    count = Entry.objects.filter(case=case).count()
    case.enrol(third, Role.READER, by=eve)
    assert Entry.objects.filter(case=case).count() == count


def test_what_was_answered_in_the_open_is_not_called_blind(case, ann, eve):
    case.policy = "open"
    case.save(by=eve)
    claim = make_claim(case=case)
    make_assessment(claim=claim, by=ann)
    case.policy = "blind"
    with pytest.raises(Refused, match="read in the open") as refusal:
        case.save(by=eve)
    assert refusal.value.field == "policy"


def test_no_more_answers_are_required_where_editors_have_read_those_that_are_in(case, ann, ben, eve):
    claim = make_claim(case=case)
    make_assessment(claim=claim, by=ann)
    case.assessments_required = 3
    case.save(by=eve)
    case.assessments_required = 2
    case.save(by=eve)
    make_assessment(claim=claim, by=ben)
    case.assessments_required = 3
    with pytest.raises(Refused, match=f"{claim.ref} has the answers") as refusal:
        case.save(by=eve)
    assert refusal.value.field == "assessments_required"
    claim.refresh_from_db()
    claim.withdraw(by=eve, why="Not ours.")
    case.save(by=eve)
