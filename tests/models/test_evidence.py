"""Evidence: until when it comes and goes, and whose it is."""

import pytest

from claims.models import Entry, Evidence, Exhibit, Lineage, NotNow, NotYours, Refused, assess, sign_off
from tests.factories import (
    make_assessment,
    make_case,
    make_claim,
    make_document,
    make_evidence,
    make_signed_claim,
    make_source,
    make_verdict,
)


def proposed(case, ann, ben, eve, max_):
    claim = make_claim(case=case)
    kept, gone = make_evidence(claim=claim), make_evidence(claim=claim)
    gone.remove(by=ann)
    for reviewer in (ann, ben):
        make_assessment(claim=claim, by=reviewer)
    make_verdict(claim=claim, by=eve)
    return claim, kept, gone


def signed(case, ann, ben, eve, max_):
    claim, kept, gone = proposed(case, ann, ben, eve, max_)
    sign_off(claim, by=max_)
    return claim, kept, gone


def withdrawn(case, ann, ben, eve, max_):
    claim, kept, gone = proposed(case, ann, ben, eve, max_)
    claim.withdraw(by=eve, why="Said of another army.")
    return claim, kept, gone


@pytest.mark.parametrize(
    ("life", "sentence"), [(proposed, "sent back"), (signed, "Reopen it first"), (withdrawn, "Reopen it first")]
)
def test_evidence_stays_as_the_verdict_found_it(case, ann, ben, eve, max_, as_, life, sentence):
    claim, kept, gone = life(case, ann, ben, eve, max_)
    kept.note = "Turned."
    for act in (
        lambda: make_evidence(claim=claim),
        lambda: kept.save(by=ann),
        lambda: kept.remove(by=ann),
        lambda: gone.restore(by=ann),
    ):
        with pytest.raises(NotNow, match=sentence):
            act()
    assert [bool(row.removed_at) for row in claim.evidence.all()] == [False, True]

    address = claim.get_absolute_url()
    page = as_(ann).get(address).content.decode()
    for way in ("add/", "1/edit/", "1/remove/", "2/restore/"):
        assert f"{address}evidence/{way}" not in page
        assert as_(ann).get(f"{address}evidence/{way}").status_code == 409
        assert as_(ann).post(f"{address}evidence/{way}", TYPED).status_code == 409


TYPED = {
    "version": 0, "title": "The census", "source_name": "Belstat", "stance": "supports", "bearing": "true",
    "credibility": "3",
}  # fmt: skip


def test_what_a_sealed_assessment_relies_on_stays(case, ann, ben, as_):
    claim = make_claim(case=case)
    relied, other = make_evidence(claim=claim), make_evidence(claim=claim)
    judged = {"rating": case.rating("supported"), "rationale": "The census says so.", "relied_on": [relied]}
    assess(claim, by=ann, submit=False, **judged)
    relied.note = "Page 3."
    relied.save(by=ann)  # a draft binds nobody
    assess(claim, by=ann, **judged)

    relied.stance = "refutes"
    for act in (lambda: relied.save(by=ben), lambda: relied.remove(by=ben)):
        with pytest.raises(NotNow, match="add another instead"):
            act()
    with pytest.raises(NotNow, match="hidden from you"):
        other.remove(by=ben)  # or he would learn on which of them she relies
    other.remove(by=ann)
    make_evidence(claim=claim)

    address = claim.get_absolute_url()
    page = as_(ben).get(address).content.decode()
    assert f"{address}evidence/1/edit/" not in page
    assert f"{address}evidence/3/edit/" in page
    assert as_(ben).get(f"{address}evidence/1/edit/").status_code == 409
    assert as_(ben).post(f"{address}evidence/1/edit/", TYPED).status_code == 409


def test_the_reading_room_offers_evidence_only_where_it_can_be_added(case, ann, ben, eve, max_, as_):
    document = make_document(case=case)
    claim = make_signed_claim(
        case=case, reviewers=[ann, ben], editors=(eve, max_), document=document, exact="The army is 48,000 strong."
    )
    add = f"{claim.get_absolute_url()}evidence/add/"
    room = f"/cases/BY/documents/1/?claim={claim.number}"
    assert add not in as_(ann).get(room).content.decode()
    claim.reopen(by=eve, why="A new census.")
    assert add in as_(ann).get(room).content.decode()


def test_an_exhibit_of_another_case_is_refused(case, ann):
    claim, elsewhere = make_claim(case=case), make_claim()
    theirs = make_evidence(claim=elsewhere).cited
    behind = Exhibit(title="A briefing", document=make_document(case=make_case()))
    for exhibit in (theirs, behind):
        with pytest.raises(Refused, match="another case"):
            Evidence.cite(claim, by=ann, source=None, exhibit=exhibit, stance="supports", credibility="3")
    assert not claim.evidence.exists()


def test_what_speaks_at_first_hand_is_said_to_once_and_with_its_reason(case, ann, ben):
    claim = make_claim(case=case)
    item = make_evidence(claim=claim, by=ann, level="primary", level_reason="It is the register itself.")
    said = Lineage.objects.get()
    assert (said.kind, said.reason, said.made_by) == ("first_hand", "It is the register itself.", ann)
    assert Entry.objects.get(verb="traced").thing_id == said.pk

    make_evidence(claim=claim, by=ben, exhibit=item.cited, level="primary", level_reason="I say so too.")
    assert Lineage.objects.count() == 1, "somebody has said where it comes from"


def test_a_correction_to_primary_says_it_too(case, ann):
    item = make_evidence(claim=make_claim(case=case), level="secondary", level_reason="It cites the register.")
    assert not Lineage.objects.exists()
    item.level, item.level_reason = "primary", "It counted them."
    item.save(by=ann)
    assert Lineage.objects.get().reason == "It counted them."


def test_primary_or_secondary_needs_a_reason(case, ann):
    for reason in ("", "  "):
        with pytest.raises(Refused) as refusal:
            make_evidence(claim=make_claim(case=case), level="secondary", level_reason=reason)
        assert refusal.value.field == "level_reason"
    assert not Evidence.objects.exists()


def test_without_a_rating_of_the_information_there_is_no_evidence_unless_sources_are_hidden(case, ann):
    claim = make_claim(case=case)
    with pytest.raises(Refused) as refusal:
        make_evidence(claim=claim, by=ann, credibility="")
    assert refusal.value.field == "credibility"
    case.hides_sources = True
    case.save(by=ann)
    assert make_evidence(claim=make_claim(case=case), by=ann, credibility="").waits_for_rating


@pytest.fixture
def unrated(case, ann, eve):
    """Evidence that Ann added in a case that hides sources."""
    case.hides_sources = True
    case.save(by=eve)
    claim = make_claim(case=case)
    source = make_source(case=case)
    source.grade("B", by=eve, reason="Mostly right.")
    return make_evidence(claim=claim, by=ann, source=source, credibility="")


def test_somebody_else_rates_what_was_added_with_its_source_hidden(unrated, ann, ben):
    assert unrated.grade is None
    with pytest.raises(NotYours, match="know its source"):
        unrated.rate(by=ann, credibility="2")
    with pytest.raises(Refused, match="Choose how far"):
        unrated.rate(by=ben, credibility="")
    rated = unrated.rate(by=ben, credibility="2")
    assert (rated.two_grades, rated.rated_by) == ("B2", ben)
    entry = Entry.objects.get(verb="rated")
    assert ("credibility", "", "2") in entry.changes
    with pytest.raises(NotNow, match="rated already"):
        rated.rate(by=ben, credibility="3")
    assert Evidence.objects.waiting_for_rating().count() == 0


def test_no_way_leads_round_the_hidden_rating(unrated, case, ann, ben):
    for by in (ann, ben):
        unrated.credibility = "3"
        with pytest.raises(Refused, match="before they see whose it is"):
            unrated.save(by=by)
    with pytest.raises(Refused):
        make_evidence(claim=unrated.claim, by=ann, credibility="3")
    rated = Evidence.objects.get(number=1).rate(by=ben, credibility="2")
    rated.credibility = "3"
    with pytest.raises(NotYours):
        rated.save(by=ann)
    rated.save(by=ben)


def test_what_was_removed_is_not_rated(unrated, ann, ben):
    unrated.remove(by=ann)
    with pytest.raises(NotNow, match="Restore it first"):
        unrated.rate(by=ben, credibility="2")


def test_nobody_relies_on_what_is_not_rated_yet(unrated, case, ben):
    judged = {"by": ben, "rating": case.rating("supported"), "rationale": "So it is."}
    with pytest.raises(Refused) as refusal:
        assess(unrated.claim, relied_on=[unrated], **judged)
    assert refusal.value.field == "relied_on"
    assess(unrated.claim, relied_on=[unrated.rate(by=ben, credibility="2")], **judged)


def test_both_grades_are_told_where_they_differ(case, ann):
    source = make_source(case=case)
    ungraded = make_evidence(claim=make_claim(case=case), source=source)
    assert ungraded.grade_since == ""
    source.grade("B", by=ann, reason="Mostly right.")
    item = make_evidence(claim=make_claim(case=case), source=source, exhibit=ungraded.cited)
    assert Evidence.objects.get(pk=item.pk).grade_since == ""
    assert Evidence.objects.get(pk=ungraded.pk).grade_since == "B"
    source.grade("D", by=ann, reason="Wrong twice.")
    assert Evidence.objects.get(pk=item.pk).grade_since == "D"
    assert Evidence.objects.get(pk=item.pk).two_grades == "B3"
