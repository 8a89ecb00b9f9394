"""What all forms share: words in one spelling that still fit, and faults that are told at their field."""

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import translation

from claims.forms.claims import ClaimForm
from claims.forms.documents import LoadForm
from claims.forms.evidence import EvidenceForm
from claims.forms.fields import last_entry
from claims.forms.sources import SourceFilters, SourceForm
from claims.models import Passage, Stale, User
from tests.factories import make_claim, make_document, make_source

LENGTHENED = "\u0958"  # in its one spelling this letter is two characters


def about(**typed: str) -> SourceForm:
    return SourceForm(User(), {"name": "The office", "kind": "person"} | typed)


def test_what_grew_too_long_in_its_one_spelling_is_told_at_its_field():
    assert about(name=LENGTHENED * 100).is_valid()
    form = about(name=LENGTHENED * 101)
    assert not form.is_valid()
    assert "This is 2 characters too long: 200 fit here." in str(form.errors["name"])


@pytest.mark.parametrize(
    ("length", "sentence"),
    [(201, "This is 1 character too long: 200 fit here."), (2_200, "This is 2,000 characters too long: 200 fit here.")],
)
def test_how_much_too_long_something_is_is_said_in_every_form(length, sentence):
    for form in (about(name="x" * length), SourceFilters({"name": "x" * length})):
        assert list(form.errors["name"]) == [f"{sentence} Shorten it, and send it again."]


def test_fields_that_a_form_adds_by_itself_say_it_too(case):
    form = ClaimForm({"speaker_1": "x" * 201}, claim=make_claim(case=case))
    assert "This is 1 character too long" in str(form.errors["speaker_1"])


def test_a_line_end_counts_once_as_the_browser_counts_it():
    assert about(note="x\r\n" * 2_500).is_valid()
    form = about(note="x\r\n" * 2_500 + "xy")
    assert "This is 2 characters too long: 5,000 fit" in str(form.errors["note"])


@pytest.mark.parametrize("turn", "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
def test_what_turns_the_direction_of_writing_is_refused_at_its_field(turn):
    for field in ("name", "country", "note"):
        form = about(**{field: f"Army {turn}000,84"})
        assert f"Character 6 (U+{ord(turn):04X}) is invisible and turns the direction of writing." in str(form.errors)
        assert list(form.errors) == [field]


def test_marks_that_names_need_are_let_through():
    assert about(name="\u05d0\u200e!\u200f").is_valid()


def test_a_quotation_of_a_document_that_holds_such_characters_is_possible(case, ann):
    text = "The army is \u202e000,84\u202c strong."
    document = make_document(case=case, text=text)
    assert document.text == text

    passage = Passage.of(document, 0, len(text))
    form = ClaimForm(passage=passage)
    data = {"kind": "quantity", "statement": form["statement"].value(), "words": text[4:-1]}
    claim = ClaimForm(data, passage=passage).make(ann)
    assert claim is not None
    assert claim.statement == "The army is 000,84 strong."
    assert claim.passages.get().exact == text[4:-1]

    typed = {"stance": "supports", "bearing": "true", "credibility": "3", "quote": text[:-1], "title": "A paper",
             "source_name": "The office", "document": document.pk}  # fmt: skip
    evidence = EvidenceForm(claim, ann, typed)
    assert evidence.is_valid(), evidence.errors
    assert evidence.cite().quote == text[:-1]
    assert "note" in EvidenceForm(claim, ann, typed | {"note": text}).errors


def test_a_title_taken_from_such_a_text_is_free_of_them(case, ann):
    loaded = LoadForm({"text": "\u202eArmy\u202c\nIt grows.", "language": "en"}).load(case, ann)
    assert isinstance(loaded, tuple)
    assert loaded[0].title == "Army"


@time_machine.travel("2026-11-22T14:03:00Z", tick=False)
def test_who_overtook_one_and_when_is_said(case, ann, ben, django_assert_num_queries):
    source = make_source(case=case, by=ann)
    source.name = "The ministry"
    source.save(by=ben)
    form = about(version="0")
    assert form.is_valid()

    def save() -> None:
        raise Stale(source)

    with django_assert_num_queries(2):
        form.attempt(save)
    said = "Ben changed this at 14:03 UTC, while you were writing. Nothing was overwritten."
    assert form.non_field_errors() == [said]
    assert form.status == 409


def test_the_day_is_said_where_it_was_another(case, ann, ben):
    with time_machine.travel("2026-11-22T14:03:00Z"):
        source = make_source(case=case, by=ben)

    def save() -> None:
        raise Stale(source)

    with time_machine.travel("2026-11-24T09:00:00Z"):
        form = about()
        assert form.is_valid()
        form.attempt(save)
    assert "Ben changed this at 14:03 UTC on 22 Nov 2026, while" in str(form.non_field_errors())


def test_a_change_far_back_in_the_log_is_not_looked_for(case, ann, monkeypatch):
    monkeypatch.setattr("claims.forms.fields.LOOKED_AT", 3)
    source = make_source(case=case, by=ann)
    assert last_entry(source) is not None
    for _ in range(4):
        make_source(case=case, by=ann)
    assert last_entry(source) is None


def test_why_words_cannot_be_read_is_said_in_the_readers_language(monkeypatch):
    with translation.override("en"):
        form = about(note="a\ud800")
        assert "half of a surrogate pair" in str(form.errors["note"])
    monkeypatch.setattr("claims.forms.fields.why_unreadable", lambda fault: f"übersetzt: {fault.reason}")
    assert "übersetzt: surrogate" in str(about(note="a\ud800").errors["note"])


def test_a_fault_of_a_record_stands_at_its_field_and_is_no_defect():
    def fail() -> None:
        raise ValidationError({"name": ["Too odd."], "unheard_of": ["Too new."]})

    form = about()
    assert form.is_valid()
    assert form.attempt(fail) is None
    assert form.errors["name"] == ["Too odd."]
    assert form.non_field_errors() == ["Too new."]
    assert form.status == 422


@pytest.mark.parametrize(("typed", "seen"), [("", -1), ("3", 3)])
def test_a_form_without_a_version_saw_none(typed, seen):
    form = about(version=typed)
    assert form.is_valid()
    assert form.seen_version == seen
