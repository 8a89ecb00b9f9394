"""What is frozen of a case: no more than may be told, and read without fetching a text for every row."""

import re

import pytest

from claims.models import Exhibit
from claims.reports.freezing import freeze
from tests.factories import make_assessment, make_claim, make_document, make_evidence, make_verdict


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


@pytest.mark.django_db
def test_a_long_text_is_fetched_once_however_many_rows_rest_on_it(case, ann, eve, django_assert_max_num_queries):
    document = make_document(case=case)
    claim = make_claim(document=document, exact="48,000")
    exhibit = Exhibit(title="The briefing itself", document=document)
    for _ in range(5):
        exhibit = make_evidence(claim=claim, exhibit=exhibit, source=None, quote="100,000 to 150,000").cited
    with django_assert_max_num_queries(60) as asked:
        report = freeze(case, case.claims.all(), by=eve)

    rows = report.data["claims"][0]["evidence"]
    assert [row["held_in"] for row in rows] == ["document:1"] * 5
    reading = [query["sql"] for query in asked.captured_queries if query["sql"].startswith("SELECT")]
    assert not [sql for sql in reading if '"content"' in sql]
    # Once to show what stands around the quotations, once for the quote gate.
    assert len([sql for sql in reading if re.search(r'"claims_document"\."text"', sql)]) == 2
