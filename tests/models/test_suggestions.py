from decimal import Decimal

import pytest

from claims.models import Document, Entry, NotNow, Suggestion, keep_document
from tests.factories import TEXT, make_claim, make_document, make_evidence, make_suggestion

RUNG = {"speaker": "Minsk", "verb": "claims", "hedged": True, "basis": "on_record"}
STRENGTH = {"measure": "strength", "low": "48000", "high": None, "unit": "men"}


def test_a_suggestion_becomes_a_claim_with_its_words_figures_and_speaker(case, ann):
    suggestion = make_suggestion(case=case, rungs=[RUNG], figures=[STRENGTH])

    claim = suggestion.make_claim(by=ann)

    assert claim.statement == "The army is 48,000 strong."
    assert claim.kind == "quantity"
    assert claim.passages.get().exact == "The army is 48,000 strong."
    assert claim.attributions.get().speaker == "Minsk"
    assert claim.quantities.get().low == Decimal(48000)
    suggestion.refresh_from_db()
    assert (suggestion.state, suggestion.claim, suggestion.decided_by) == ("claimed", claim, ann)


def test_two_people_cannot_decide_on_the_same_suggestion(case, ann, ben):
    suggestion = make_suggestion(case=case)
    suggestion.dismiss(by=ann)

    with pytest.raises(NotNow):
        suggestion.make_claim(by=ben)
    assert not case.claims.exists()


def test_a_form_sent_twice_makes_one_claim(case, ann):
    suggestion = make_suggestion(case=case)

    assert suggestion.make_claim(by=ann, once="a-form") == suggestion.make_claim(by=ann, once="a-form")


def test_what_was_dismissed_can_be_had_back(case, ann):
    suggestion = make_suggestion(case=case)
    suggestion.dismiss(by=ann)

    assert suggestion.undo(by=ann).state == "pending"
    assert suggestion.undo(by=ann).state == "pending", "undoing twice harms nothing"
    verbs = list(Entry.objects.filter(case=case, thing="suggestion").order_by("number").values_list("verb", flat=True))
    assert verbs == ["dismissed", "took_back"]


def test_undoing_a_claim_withdraws_it_and_suggests_again(case, ann):
    suggestion = make_suggestion(case=case)
    claim = suggestion.make_claim(by=ann)

    undone = suggestion.undo(by=ann)

    claim.refresh_from_db()
    assert claim.status == "withdrawn"
    assert (undone.state, undone.claim) == ("pending", None)
    assert suggestion.make_claim(by=ann).number == claim.number + 1, "numbers are never used twice"


def test_a_claim_on_which_work_has_begun_stays(case, ann):
    suggestion = make_suggestion(case=case)
    claim = suggestion.make_claim(by=ann)
    make_evidence(claim=claim, by=ann)

    with pytest.raises(NotNow):
        suggestion.undo(by=ann)
    suggestion.refresh_from_db()
    assert suggestion.state == "claimed"


def test_a_document_and_what_was_suggested_in_it_are_one_entry(case, ann):
    found = [Suggestion(start=0, end=12, score=0.8, method="rules 1")]
    document = Document(title="A briefing", text=TEXT, content=TEXT.encode(), origin="paste")

    stored, _fresh = keep_document(case, document, by=ann, suggestions=found)

    assert stored.suggestions.get().end == 12
    entry = Entry.objects.filter(case=case).latest("number")
    assert entry.parts["after"]["suggestions"] == 1
    assert entry.parts["after"]["suggested_by"] == ["rules 1"]


def test_a_claim_made_by_hand_of_the_words_takes_the_suggestion_up(case, ann):
    suggestion = make_suggestion(case=case)
    claim = make_claim(document=suggestion.document, exact="48,000", by=ann)
    make_claim(document=suggestion.document, exact="near the border", by=ann)

    suggestion.refresh_from_db()
    assert (suggestion.state, suggestion.claim) == ("claimed", claim)


def test_what_a_claim_made_by_hand_took_up_is_only_let_go(case, ann, ben):
    one = make_suggestion(case=case)
    claim = make_claim(document=one.document, exact="near the border. The army", by=ann)
    one.undo(by=ben)

    claim.refresh_from_db()
    one.refresh_from_db()
    assert (claim.status, one.state) == ("open", "pending")


def test_nobody_takes_back_the_claim_that_somebody_else_made(case, ann, ben):
    suggestion = make_suggestion(case=case)
    claim = suggestion.make_claim(by=ann)

    with pytest.raises(NotNow):
        suggestion.undo(by=ben)
    claim.refresh_from_db()
    assert claim.status == "open"


def test_a_claim_that_was_corrected_or_linked_stays(case, ann):
    suggestion = make_suggestion(case=case)
    claim = suggestion.make_claim(by=ann)
    claim.revise(by=ann, statement="The army has 48,000 men.")

    with pytest.raises(NotNow):
        suggestion.undo(by=ann)


def test_a_suggestion_whose_claim_was_withdrawn_can_be_had_back(case, ann, max_):
    suggestion = make_suggestion(case=case)
    suggestion.make_claim(by=ann).withdraw(by=max_, why="It is no assertion.")

    assert suggestion.undo(by=ann).state == "pending"


def test_a_long_passage_is_cut_to_what_a_statement_may_be(case, ann):
    text = "The army has 48,000 men, " + "and " * 400 + "so it goes."
    suggestion = make_suggestion(document=make_document(case=case, text=text), exact=text)

    claim = suggestion.make_claim(by=ann)
    assert len(claim.statement) <= 1000
    assert claim.passages.get().exact == text
