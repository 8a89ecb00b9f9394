"""What a proposal rests on, what is owed to the overruled, and that no one person makes a verdict."""

import pytest
from django.db import IntegrityError, models, transaction

from claims.models import (
    Claim,
    Entry,
    NotNow,
    NotYours,
    Overruled,
    Refused,
    Role,
    Stale,
    Verdict,
    changes_since,
    leave,
    propose,
    renew,
    reply,
    send_back,
    sign_off,
    trace,
)
from tests.factories import (
    make_assessment,
    make_capture,
    make_claim,
    make_evidence,
    make_overruled,
    make_source,
    make_verdict,
)


@pytest.fixture
def ministry(case):
    return make_source(case=case, name="Foreign ministry")


@pytest.fixture
def claim(case, ministry, ann, ben):
    """All answers are in, and agree; one piece of evidence is the ministry's."""
    claim = make_claim(case=case)
    make_evidence(claim=claim, source=ministry)
    make_assessment(claim=claim, by=ann)
    make_assessment(claim=claim, by=ben)
    return Claim.objects.get(pk=claim.pk)


def changed(claim) -> list[str]:
    verdict = Verdict.objects.select_related("claim__case", "rating").get(claim=claim, decision="")
    return changes_since(verdict)[0]


def grade(claim, ministry, ann):
    ministry.grade("E", by=ann, reason="Two of its statements were false.")


def say_where_it_comes_from(claim, ministry, ann):
    trace(claim.evidence.get().cited, "first_hand", None, by=ann, reason="It is their own words.")


def capture_again(claim, ministry, ann):
    make_capture(exhibit=claim.evidence.get().cited, by=ann)


def edit_the_exhibit(claim, ministry, ann):
    exhibit = claim.evidence.get().cited
    exhibit.title = "Another title"
    exhibit.save(by=ann)


CHANGES = {
    grade: "Evidence 1: its source was graded anew: – before, E now.",
    say_where_it_comes_from: "Evidence 1: where the exhibit comes from was said anew.",
    capture_again: "Evidence 1: the exhibit was captured again.",
    edit_the_exhibit: "Evidence 1: what it cites was edited.",
}


def test_a_proposal_on_which_nothing_changed_is_signed_off(claim, eve, max_):
    verdict = make_verdict(claim=claim, by=eve)
    assert len(verdict.basis) == 64
    assert changed(claim) == []
    assert sign_off(claim, by=max_).decision == "signed_off"


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_whoever_signs_is_told_in_words_what_changed_and_the_signature_is_refused(
    claim, ministry, ann, eve, max_, change
):
    make_verdict(claim=claim, by=eve)
    change(claim, ministry, ann)

    assert changed(claim) == [CHANGES[change]]
    with pytest.raises(NotNow, match="Since it was proposed") as refusal:
        sign_off(claim, by=max_)
    assert CHANGES[change] in str(refusal.value)
    assert "Send it back; or Eve, who proposed it" in str(refusal.value)


def test_what_came_added_removed_edited_and_answered_past_the_rules_is_noticed(claim, ann, eve, max_):
    make_evidence(claim=claim)
    verdict = make_verdict(claim=claim, by=eve)
    models.QuerySet.update(claim.evidence.filter(number=1), removed_at="2026-11-01T00:00Z")
    models.QuerySet.update(claim.evidence.filter(number=2), stance="refutes", credibility="5")
    models.QuerySet.update(Verdict.objects.filter(pk=verdict.pk), summary="Another summary.")
    models.QuerySet.update(Claim.objects.filter(pk=claim.pk), statement="The army is 84,000 strong.")
    assert changed(claim) == [
        "The claim was edited.",
        "Evidence 1 was removed.",
        "Evidence 2: its credibility was 3 and is 5; it has another stance.",
        "The proposal itself was edited: its answer, its summary or what stands with it.",
    ]


def test_whoever_proposed_it_proposes_it_as_it_now_stands_and_somebody_else_signs(claim, ministry, ann, eve, max_):
    verdict = make_verdict(claim=claim, by=eve)
    grade(claim, ministry, ann)
    with pytest.raises(NotYours, match="Only whoever proposed it"):
        renew(claim, by=max_)
    with pytest.raises(Stale):
        renew(claim, by=eve, expect=verdict.pk + 1)
    with pytest.raises(NotNow, match="More has changed"):
        renew(claim, by=eve, seen="0" * 64)

    renewed = renew(claim, by=eve, expect=verdict.pk)

    assert renewed.renewed == CHANGES[grade]
    assert not renewed.evidence_changes.filter(answered_at=None).exists()
    entry = Entry.objects.filter(verb="renewed").get()
    assert entry.why == CHANGES[grade]
    with pytest.raises(NotNow, match="Nothing it rests on has changed"):
        renew(claim, by=eve)
    with pytest.raises(NotYours):
        sign_off(claim, by=eve)
    assert sign_off(claim, by=max_).decision == "signed_off"


def test_a_reply_does_not_change_what_a_proposal_rests_on(case, ann, ben, eve, max_):
    verdict = make_overruled(case=case, reviewers=[ann, ben], editor=eve)
    reply(verdict, by=ben, text="The census is of 2019.")
    assert sign_off(verdict.claim, by=max_).decision == "signed_off"


def test_a_proposal_from_before_is_signed_without_a_comparison(claim, ministry, ann, eve, max_):
    verdict = make_verdict(claim=claim, by=eve)
    models.QuerySet.update(Verdict.objects.filter(pk=verdict.pk), basis="", basis_content="")
    grade(claim, ministry, ann)
    assert sign_off(claim, by=max_).decision == "signed_off"


def test_whoever_answered_otherwise_is_told_what_is_said_to_them(case, ann, ben, eve, max_):
    claim = make_claim(case=case)
    make_assessment(claim=claim, by=ann)
    make_assessment(claim=claim, by=ben, rating="refuted")
    with pytest.raises(Refused, match="tell them why") as refusal:
        make_verdict(claim=claim, by=eve, difference="scope", to_overruled=" ")
    assert refusal.value.field == "to_overruled"

    verdict = make_verdict(claim=claim, by=eve, difference="scope")

    assert list(Overruled.objects.waiting_for(ben).values_list("verdict", flat=True)) == [verdict.pk]
    assert not Overruled.objects.waiting_for(ann).exists()


def test_where_all_agree_nobody_is_overruled(claim, eve):
    assert make_verdict(claim=claim, by=eve, to_overruled="To nobody.").to_overruled == ""
    assert not Overruled.objects.exists()


def test_the_overruled_reply_once_and_it_changes_no_verdict(case, ann, ben, eve, max_):
    verdict = make_overruled(case=case, reviewers=[ann, ben], editor=eve)
    before = Verdict.objects.filter(pk=verdict.pk).values().get()
    with pytest.raises(Refused, match="Write what you say"):
        reply(verdict, by=ben, text="  ")
    with pytest.raises(Refused, match="2,000"):
        reply(verdict, by=ben, text="x" * 2001)

    said = reply(verdict, by=ben, text="The census is of 2019.")

    assert Verdict.objects.filter(pk=verdict.pk).values().get() == before
    assert not Overruled.objects.waiting_for(ben).exists()
    entry = Entry.objects.get(verb="replied")
    assert (entry.thing_id, "census" in entry.detail) == (said.pk, False)
    with pytest.raises(NotNow, match="already"):
        reply(verdict, by=ben, text="And one thing more.")
    for person in (ann, eve, max_):
        with pytest.raises(NotYours, match="Only a reviewer"):
            reply(verdict, by=person, text="I say so too.")


def test_a_reply_may_come_after_the_signature_and_even_after_a_new_round(case, ann, ben, eve, max_):
    verdict = make_overruled(case=case, reviewers=[ann, ben], editor=eve)
    sign_off(verdict.claim, by=max_)
    assert Overruled.objects.waiting_for(ben).exists()
    Claim.objects.get(pk=verdict.claim_id).reopen(by=eve, why="A new census is out.")
    assert not Overruled.objects.waiting_for(ben).exists()
    assert reply(verdict, by=ben, text="As I said.").verdict_id == verdict.pk


def test_to_a_proposal_that_went_back_nobody_replies(case, ann, ben, eve, max_):
    verdict = make_overruled(case=case, reviewers=[ann, ben], editor=eve)
    send_back(verdict.claim, by=max_, reason="Too short.")
    assert not Overruled.objects.waiting_for(ben).exists()
    with pytest.raises(NotNow, match="went back"):
        reply(verdict, by=ben, text="Good.")


def test_whoever_leaves_it_at_that_can_still_reply(case, ann, ben, eve):
    verdict = make_overruled(case=case, reviewers=[ann, ben], editor=eve)
    leave(verdict, by=ben)
    assert not Overruled.objects.waiting_for(ben).exists()
    assert reply(verdict, by=ben, text="On second thought.").text == "On second thought."


def test_whoever_left_the_case_replies_no_more(case, ann, ben, eve):
    verdict = make_overruled(case=case, reviewers=[ann, ben], editor=eve)
    case.memberships.get(user=ben).delete(by=eve)
    with pytest.raises(NotYours, match="not in this case"):
        reply(verdict, by=ben, text="Wait.")


def test_nobody_signs_their_own_proposal_whatever_happened_to_their_role(claim, case, eve, max_, ada):
    make_verdict(claim=claim, by=eve)
    for role in (Role.READER, Role.ANALYST, Role.EDITOR):
        case.enrol(eve, role, by=max_)
        with pytest.raises(NotYours):
            sign_off(claim, by=eve)
    eve.is_superuser = True
    eve.save(by=ada)
    with pytest.raises(NotYours, match="somebody else must sign"):
        sign_off(claim, by=eve)


def test_an_administrator_does_not_sign_their_own_proposal(claim, ada):
    make_verdict(claim=claim, by=ada)
    with pytest.raises(NotYours, match="somebody else must sign"):
        sign_off(claim, by=ada)


def test_the_database_holds_no_signature_of_whoever_proposed_it(claim, eve):
    verdict = make_verdict(claim=claim, by=eve)
    signed = {"decision": "signed_off", "decided_by": eve, "decided_at": verdict.proposed_at}
    with pytest.raises(IntegrityError), transaction.atomic():
        models.QuerySet.update(Verdict.objects.filter(pk=verdict.pk), **signed)


def test_whoever_lost_the_role_between_opening_and_pressing_is_refused_with_a_sentence(claim, case, eve, max_):
    open_page = Claim.objects.get(pk=claim.pk)
    open_page.case.role = "editor"  # as the page knew it
    case.enrol(eve, Role.ANALYST, by=max_)
    with pytest.raises(NotYours, match="does not allow this any more"):
        propose(open_page, by=eve, rating=case.rating("supported"), summary="The census.", one_origin="No other.")
    make_verdict(claim=claim, by=max_)
    case.enrol(eve, Role.EDITOR, by=max_)
    case.enrol(eve, Role.READER, by=max_)
    for act in (lambda: sign_off(open_page, by=eve), lambda: send_back(open_page, by=eve, reason="No.")):
        with pytest.raises(NotYours, match="does not allow this any more"):
            act()


def test_whose_account_was_closed_meanwhile_signs_nothing(claim, eve, max_, ada):
    make_verdict(claim=claim, by=eve)
    held = type(max_).objects.get(pk=max_.pk)
    max_.is_active = False
    max_.save(by=ada)
    with pytest.raises(NotYours):
        sign_off(claim, by=held)


def test_all_that_a_proposal_lacks_is_told_at_once(case, ann, ben, eve):
    claim = make_claim(case=case)
    make_assessment(claim=claim, by=ann)
    make_assessment(claim=claim, by=ben, rating="refuted")
    with pytest.raises(Refused) as refusal:
        propose(claim, by=eve, rating=case.rating("supported"), summary="")
    found = [refusal.value.field, *(other.field for other in refusal.value.others)]
    assert found == ["summary", "difference", "to_overruled", "one_origin"]
