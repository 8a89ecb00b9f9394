import hashlib

import pytest

from claims.reports.annotated.annotating import NotTheText, annotated
from tests.reports.snapshots import (
    TEXT,
    make_claim,
    make_document,
    make_passage,
    make_snapshot,
    make_unsigned,
    make_verdict,
)


def hashed(text):
    return hashlib.sha256(text.encode()).hexdigest()


def report_on(text, *claims, **changes):
    """A report on one document of this text."""
    return make_snapshot(*claims, documents=[make_document(sha256=hashed(text))], **changes)


def test_each_mark_has_a_note_with_its_claim_and_the_verdict():
    made = annotated(report_on(TEXT, make_claim(), make_unsigned()), 1, TEXT)

    assert [(note.number, note.ref, note.badge.sign, note.badge.word) for note in made.notes.values()] == [
        (1, "BY-1", "✓", "Supported"),
        (2, "BY-2", "", "No signed verdict (status: In review)"),
    ]
    assert "\n".join(line.text for line in made.lines) == TEXT
    assert [claim.marks for claim in made.claims] == [[1], [2]]


def test_a_claim_that_stands_twice_has_two_marks_and_is_told_once():
    claim = make_claim(passages=[make_passage(102, 120), make_passage(38, 84)])
    made = annotated(report_on(TEXT, claim), 1, TEXT)

    assert [claim.marks for claim in made.claims] == [[1, 2]]
    assert len(made.notes) == 2


def test_where_marks_share_words_each_note_repeats_its_own():
    inner = make_claim(ref="BY-3", number=3, passages=[make_passage(57, 84)])
    made = annotated(report_on(TEXT, make_claim(), inner, make_unsigned()), 1, TEXT)

    assert [note.words for note in made.notes.values()] == [TEXT[38:84], TEXT[57:84], ""]


def test_passages_in_other_documents_are_left_out():
    other = make_claim(passages=[make_passage(38, 84, document=2)])
    made = annotated(report_on(TEXT, other), 1, TEXT)
    assert (made.notes, made.claims) == ({}, [])


def test_another_text_is_refused():
    with pytest.raises(NotTheText, match="its hash is another"):
        annotated(report_on(TEXT, make_claim()), 1, TEXT + " ")


def test_a_quotation_that_does_not_stand_in_the_text_is_refused():
    claim = make_claim(passages=[make_passage(38, 84, exact="the force will comprise a million men, no less")])
    with pytest.raises(NotTheText, match="BY-1: the quotation does not stand at characters 38 to 84"):
        annotated(report_on(TEXT, claim), 1, TEXT)


def test_there_is_none_of_a_document_that_the_report_does_not_have():
    with pytest.raises(KeyError):
        annotated(report_on(TEXT, make_claim()), 7, TEXT)


def test_a_sample_says_so_at_every_verdict():
    made = annotated(report_on(TEXT, make_claim(verdict=make_verdict()), sample=True), 1, TEXT)
    assert made.notes[1].badge.word == "Supported · Sample"
    assert any("sample case" in notice for notice in made.notices)


def test_of_a_report_without_verdicts_it_says_the_ratings_alone():
    sections = [section for section in make_snapshot()["sections"] if section != "verdicts"]
    (told,) = annotated(report_on(TEXT, make_claim(), sections=sections, imprint="Desk, Minsk"), 1, TEXT).claims
    assert told.badge
    assert (told.badge.word, told.verdict) == ("Supported", None)
