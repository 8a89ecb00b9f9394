"""What all forms share: words in one spelling that still fit, and faults that are told at their field."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from claims.forms.sources import SourceForm

LENGTHENED = "\u0958"  # in its one spelling this letter is two characters


def about(**typed: str) -> SourceForm:
    return SourceForm({"name": "The office", "kind": "person"} | typed)


def test_what_grew_too_long_in_its_one_spelling_is_told_at_its_field():
    assert about(name=LENGTHENED * 100).is_valid()
    form = about(name=LENGTHENED * 101)
    assert not form.is_valid()
    assert "at most 200 characters (it has 202)" in str(form.errors["name"])


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
