"""`manage.py integrity`: what is not as it was is named, with what to do; where all is well it says so."""

import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, models

from claims.custody import guards, heads, keys, store
from claims.loading.sample import load_sample
from claims.models import Document, Entry, Evidence, Passage, StoredFile, Suggestion
from tests.factories import make_capture, make_suggestion


@pytest.fixture
def room(db):
    """The sample, a file and a key."""
    case = load_sample()
    make_capture(case=case, content=b"as it came")
    document = case.documents.get()
    make_suggestion(document=document, exact=document.text[:20].strip())
    keys.current(by=document.loaded_by)
    return case


def looked() -> str:
    out = io.StringIO()
    call_command("integrity", stdout=out, no_color=True)
    return out.getvalue()


def wrong() -> str:
    out = io.StringIO()
    with pytest.raises(CommandError, match="Not everything is as it was") as raised:
        call_command("integrity", stdout=out, no_color=True)
    return f"{out.getvalue()}\n{raised.value}"


def past_the_rules(records: models.QuerySet[Any], **values: object) -> None:
    """Whoever has the database can do so."""
    guards.take_down(connection)
    assert models.QuerySet.update(records, **values)
    guards.set_up(connection)


def test_where_all_is_well_each_kind_says_so(room):
    said = looked().splitlines()
    assert len(said) == 6
    assert all(line.endswith(": as it should be") for line in said)


def test_an_altered_entry_of_the_log_is_named(room):
    past_the_rules(Entry.objects.filter(case=room, number=7), by_name="Nobody")
    assert "BY: Entry 7 is not what was entered" in wrong()


def test_a_head_that_a_power_cut_spoilt_is_told_as_that_and_not_as_tampering(room):
    heads.place("BY").parent.mkdir(exist_ok=True)
    heads.place("BY").touch()
    said = wrong()
    assert "BY: the head kept in the data folder is empty or damaged" in said
    assert "Delete it, and look again whether the log holds without it" in said
    assert "past the program" not in said
    heads.place("BY").unlink()
    looked()


def test_a_missing_an_altered_and_an_orphaned_file_are_named(room):
    kept, (sha256,) = store.store(), StoredFile.objects.values_list("sha256", flat=True)
    kept.remove(sha256)
    assert f"{sha256} is missing" in wrong()
    with kept.arriving() as file:
        file.write(b"something else")
        kept.put(file, sha256)
    assert f"{sha256} is altered" in wrong()
    with kept.arriving() as file:
        file.write(b"nobody's")
        kept.put(file, "0" * 64)
    said = wrong()
    assert f"{'0' * 64} is orphaned" in said
    assert "Nothing needs it" in said
    assert "files 2" in said


def test_a_document_that_was_altered_is_named_with_the_passages_that_no_longer_stand(room):
    document = Document.objects.get()
    past_the_rules(Document.objects.all(), text="X" + document.text)
    said = wrong()
    assert "BY/1 is not the text that was loaded" in said
    assert f"documents and passages {1 + Passage.objects.count()}" in said
    assert "BY-1: its words do not stand in BY/1" in said


def test_a_suggestion_beyond_the_end_is_named(room):
    past_the_rules(Suggestion.objects.all(), start=10**6, end=10**6 + 5)
    assert "a suggestion lies beyond its end, at 1000000" in wrong()


def test_a_quotation_that_does_not_stand_is_named(room):
    evidence = next(one for one in Evidence.objects.standing().exclude(quote="") if one.quote_stands)
    past_the_rules(Evidence.objects.filter(pk=evidence.pk), quote="Nobody ever said so.")
    assert f"{evidence.claim.ref}, evidence {evidence.number}: its quotation does not stand" in wrong()


def test_a_trigger_that_is_gone_is_named_with_how_to_put_it_back(room):
    guards.take_down(connection)
    said = wrong()
    assert "the database lacks claims_entry_refuses" in said
    assert "manage.py migrate" in said


def test_a_key_that_is_gone_is_named(room, settings):
    (key,) = (settings.DATA / "keys").iterdir()
    key.unlink()
    assert "The key that signs reports is not here" in wrong()


def test_a_restore_that_was_broken_off_is_named(room, settings):
    (settings.DATA / "restoring").mkdir()
    (settings.DATA / "restoring" / "journal.json").write_text("{}")
    assert "a restore was broken off" in wrong()
