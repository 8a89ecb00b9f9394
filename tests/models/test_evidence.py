"""Evidence: until when it comes and goes, and whose it is."""

import pytest

from claims.models import Evidence, Exhibit, NotNow, Refused, assess, sign_off
from tests.factories import (
    make_assessment,
    make_case,
    make_claim,
    make_document,
    make_evidence,
    make_signed_claim,
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
    other.remove(by=ben)
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
