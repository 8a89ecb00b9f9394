"""A sealed answer is never changed: another one is put after it, with what changed its reviewer's mind."""

import pytest
from django.db import IntegrityError, models, transaction

from claims.custody.chain import broken_seals, verify
from claims.models import Assessment, Claim, Entry, NotNow, NotYours, Refused, propose, reconsider
from claims.reports.freezing import freeze
from claims.reports.render import render
from tests.factories import make_assessment, make_claim, make_evidence, make_verdict
from tests.views.test_claims import text_of

WHY = "The census of May says the same as hers."


@pytest.fixture
def claim(case):
    return make_claim(case=case)


@pytest.fixture
def differing(claim, ann, ben):
    """Ann says it is supported, Ben that it is refuted."""
    return make_assessment(claim=claim, by=ann), make_assessment(claim=claim, by=ben, rating="refuted")


def again(claim, by, rating="supported", **fields):
    values = {"reason": WHY, "rating": claim.case.rating(rating), "rationale": "48,000, says the census."} | fields
    return reconsider(Claim.objects.get(pk=claim.pk), by=by, **values)


def test_the_first_answer_stays_and_the_second_stands(case, claim, differing, ann, ben):
    assert Claim.objects.get().disputed
    changed = again(claim, ben)
    assert (changed.follows, changed.moved_reason) == (differing[1], WHY)
    assert changed.seal_holds()
    assert Assessment.objects.get(pk=differing[1].pk).seal_holds()
    stands = Claim.objects.get()
    assert (stands.answers_in, stands.disputed, stands.status) == (2, False, "to_decide")
    assert verify(case).fault is None
    assert list(broken_seals(case)) == []


def test_the_case_agrees_once_all_say_the_same(claim, differing, ben, eve):
    again(claim, ben)
    make_evidence(claim=claim)
    assert make_verdict(claim=claim, by=eve).reached == "agreed"


def test_whoever_changes_an_answer_says_why_and_changes_something(claim, differing, ben):
    with pytest.raises(Refused) as refusal:
        again(claim, ben, reason=" ")
    assert refusal.value.field == "moved_reason"
    with pytest.raises(Refused, match="Nothing in your answer is changed"):
        again(claim, ben, rating="refuted", rationale=differing[1].rationale)
    with pytest.raises(Refused) as refusal:
        again(claim, ben, rationale="")
    assert refusal.value.field == "rationale"
    with pytest.raises(Refused, match="bears on this claim"):
        again(claim, ben, relied_on=[make_evidence(claim=make_claim(case=claim.case))])
    assert Assessment.objects.count() == 2


def test_only_while_nothing_is_proposed_on_it_and_only_ones_own(claim, differing, ann, ben, eve, rod):
    with pytest.raises(NotNow, match="no sealed assessment"):
        again(claim, eve)
    with pytest.raises(NotYours):
        again(claim, rod)
    make_evidence(claim=claim)
    propose(
        claim, by=eve, rating=claim.case.rating("partly"), summary="Half.", difference="reading", to_overruled="No."
    )
    with pytest.raises(NotNow, match="answers stay as they are"):
        again(claim, ben)


def test_of_two_windows_the_second_is_told(claim, differing, ben):
    again(claim, ben, seen=differing[1].pk)
    with pytest.raises(NotNow, match="in another window"):
        again(claim, ben, rating="partly", seen=differing[1].pk)


def test_the_log_tells_the_seals_and_not_the_reason(claim, differing, ben):
    changed = again(claim, ben)
    entry = Entry.objects.get(verb="reconsidered")
    assert entry.parts["after"]["seal"] == changed.seal
    assert entry.parts["after"]["follows"] == differing[1].seal
    assert WHY not in str(entry.parts)


def test_one_answer_is_followed_by_one_and_stays_as_it_was_sealed(claim, differing, ben):
    changed = again(claim, ben)
    for row, name, value in ((changed, "moved_reason", "No reason."), (differing[1], "rationale", "Yes.")):
        with pytest.raises(Exception, match="never changed"), transaction.atomic():
            models.QuerySet.update(models.QuerySet(Assessment).filter(pk=row.pk), **{name: value})
    copy = Assessment.objects.get(pk=changed.pk)
    copy.pk, copy.once = None, None
    with pytest.raises(IntegrityError), transaction.atomic():
        models.Model.save(copy, force_insert=True)


def typed(own, **fields):
    rating = own.claim.case.rating("partly").pk
    return {"rating": rating, "rationale": "Half of it.", "moved_reason": WHY, "version": own.pk} | fields


def test_its_page_begins_with_what_was_said_and_shows_both_afterwards(claim, differing, ann, ben, as_):
    here = f"{claim.get_absolute_url()}assess/again/"
    browser = as_(ben)
    assert here in text_of(browser.get(claim.get_absolute_url()))
    assert differing[1].rationale in text_of(browser.get(here))

    faulty = browser.post(here, typed(differing[1], moved_reason=""))
    assert faulty.status_code == 422
    assert "Say what changed your mind" in text_of(faulty)

    for _n in range(2):  # sent twice
        page = text_of(browser.post(here, typed(differing[1]), follow=True))
        assert "Your changed assessment is in" in page
    assert Assessment.objects.count() == 3
    for person in (ann, ben):
        page = text_of(as_(person).get(claim.get_absolute_url()))
        assert WHY in page
        assert "Half of it." in page
        assert differing[1].rationale in page


def test_who_has_not_answered_learns_of_no_second_thought(case, ann, ben, zoe, rod, as_):
    claim = make_claim(case=case)
    make_assessment(claim=claim, by=ann)
    again(claim, ann, rationale="A word that sways.")
    for person in (ben, rod):
        for place in ("", "history/"):
            page = text_of(as_(person).get(claim.get_absolute_url() + place))
            assert "A word that sways." not in page
            assert WHY not in page
    for person, status in ((ben, 409), (rod, 403), (zoe, 404)):
        assert as_(person).get(f"{claim.get_absolute_url()}assess/again/").status_code == status


def test_a_report_prints_both(case, claim, differing, ben, eve, max_):
    again(claim, ben)
    make_evidence(claim=claim)
    make_verdict(claim=claim, by=eve, signed_by=max_)
    page = render(freeze(case, case.claims.all(), by=eve).data, "md").decode()
    assert WHY in page
    assert differing[1].seal in page
