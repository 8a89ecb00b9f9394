"""What is frozen of a case: no more than may be told, and read without fetching a text for every row."""

import pytest

from claims.reports.freezing import freeze
from tests.factories import make_assessment, make_claim, make_verdict


@pytest.mark.django_db
def test_that_reviewers_differ_is_told_once_a_verdict_is_signed(case, ann, ben, eve, max_):
    claim = make_claim(case=case)
    make_assessment(claim=claim, by=ann)
    make_assessment(claim=claim, by=ben, rating="refuted")

    def frozen() -> dict[str, object]:
        found: dict[str, object] = freeze(case, case.claims.all(), by=eve).data["claims"][0]
        return found

    assert frozen()["disputed"] is False
    make_verdict(claim=claim, by=eve, signed_by=max_, difference="sources")
    assert frozen()["disputed"] is True
