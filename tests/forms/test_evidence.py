"""What the form for evidence offers, and what it says of the rest."""

from claims.forms import evidence
from tests.factories import make_claim, make_source


def test_that_there_are_more_than_the_list_offers_is_said(case, ann, monkeypatch):
    monkeypatch.setattr(evidence, "SOURCES", 2)
    claim = make_claim(case=case)
    for _ in range(2):
        make_source(case=case)
    assert "There are more" not in str(evidence.EvidenceForm(claim, ann)["source"].help_text)
    make_source(case=case)
    assert "more than the 2 listed" in str(evidence.EvidenceForm(claim, ann)["source"].help_text)
