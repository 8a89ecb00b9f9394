"""What a claim says, and until when it may be corrected."""

import pytest

from claims.models import NotNow
from tests.factories import make_assessment, make_claim, make_signed_claim


def test_what_a_claim_says_stays_once_somebody_has_answered(case, ann, ben, eve):
    claim = make_claim(case=case)
    claim.revise(by=ann, statement="The army is 48,000 men strong.")
    make_assessment(claim=claim, by=ben)

    with pytest.raises(NotNow, match="withdraws and reopens it"):
        claim.revise(by=ann, statement="The army is 480,000 strong.")
    claim.refresh_from_db()
    assert claim.statement == "The army is 48,000 men strong."

    claim = claim.withdraw(by=eve, why="A figure is wrong.")
    with pytest.raises(NotNow, match="Reopen it first"):
        claim.revise(by=ann, statement="The army is 480,000 strong.")
    claim.reopen(by=eve, why="To mend the figure.").revise(by=ann, statement="The army is 480,000 strong.")


def test_a_signed_claim_is_reopened_before_it_is_corrected(case, ann, ben, eve, max_):
    claim = make_signed_claim(case=case, reviewers=[ann, ben], editors=(eve, max_))
    with pytest.raises(NotNow, match=r"Signed off.*Reopen it first"):
        claim.revise(by=ann, statement="The army is 480,000 strong.")


def test_the_page_offers_a_correction_only_while_nobody_has_answered(case, ann, ben, as_):
    claim = make_claim(case=case)
    edit = claim.get_absolute_url() + "edit/"
    assert edit in as_(ann).get(claim.get_absolute_url()).content.decode()
    make_assessment(claim=claim, by=ben)
    assert edit not in as_(ann).get(claim.get_absolute_url()).content.decode()
    assert as_(ann).get(edit).status_code == 409


def test_the_administrators_form_is_closed_once_somebody_has_answered(case, ben, ada, as_):
    claim = make_claim(case=case)
    form = f"/admin/claims/claim/{claim.pk}/change/"
    assert 'name="statement"' in as_(ada).get(form).content.decode()
    make_assessment(claim=claim, by=ben)
    assert 'name="statement"' not in as_(ada).get(form).content.decode()
