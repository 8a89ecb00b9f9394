"""Where sources are known, and what exhibits hold."""

import pytest

from claims.models import Document, Entry, Exhibit, Refused, Role
from claims.models.entries import sha256
from tests.factories import make_case, make_claim, make_document, make_evidence, make_source


def known(source) -> list[tuple[str, str]]:
    """In which logs it was entered that the source became known, and by whom."""
    entries = Entry.objects.filter(thing="source", thing_id=source.pk).exclude(case=None).order_by("pk")
    return [(entry.parts["after"]["known_in"], entry.by_name) for entry in entries]


def test_each_case_enters_once_that_a_source_became_known_there(case, ann, eve):
    other = make_case(code="OT", members={eve: Role.EDITOR})
    source = make_source(case=case, by=ann)
    for _ in range(2):
        make_evidence(claim=make_claim(case=other), source=source, by=eve)
    assert known(source) == [("BY", "Ann"), ("OT", "Eve")]
    assert set(source.cases.all()) == {case, other}


def exhibit_of(case, quote: str = "48,000", **held) -> Exhibit:
    evidence = make_evidence(claim=make_claim(case=case), exhibit=Exhibit(title="A statement", **held), quote=quote)
    return Exhibit.objects.get(pk=evidence.cited.pk)


def test_a_text_leaves_its_hash_in_the_log_and_never_changes(case, ann):
    exhibit = exhibit_of(case, text="The census says 48,000.")
    entry = Entry.objects.filter(thing="exhibit", thing_id=exhibit.pk).get()
    assert entry.parts["after"]["text_sha256"] == sha256("The census says 48,000.")
    for text in ("The census says 48,000, or more.", ""):
        exhibit.text = text
        with pytest.raises(Refused) as refusal:
            exhibit.save(by=ann)
        assert refusal.value.field == "text"


def test_a_text_that_was_missing_is_added_where_the_quotations_stand_in_it(case, ann):
    exhibit = exhibit_of(case)
    exhibit.text = "Nothing of the sort."
    with pytest.raises(Refused):
        exhibit.save(by=ann)
    exhibit.text = "It says 48,000."
    exhibit.save(by=ann)
    assert Exhibit.objects.get(pk=exhibit.pk).text == "It says 48,000."


@pytest.mark.parametrize(("words", "stands"), [("Nothing of the sort.", False), ("There are 48,000.", True)])
def test_another_document_must_hold_what_is_quoted(case, ann, words, stands):
    exhibit = exhibit_of(case, text="The census says 48,000.")
    exhibit.document = make_document(case=case, text=words)
    if stands:
        exhibit.save(by=ann)
    else:
        with pytest.raises(Refused) as refusal:
            exhibit.save(by=ann)
        assert refusal.value.field == "document"
    assert Document.objects.filter(exhibits=exhibit).exists() == stands
