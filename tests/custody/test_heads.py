"""The heads that are kept outside the database."""

import logging

import pytest
from django.db import transaction

from claims.custody import heads
from claims.custody.chain import verify
from claims.custody.heads import Head
from claims.models import Case, Chain
from tests.factories import make_claim

A, B, C = (Head(count, digit * 64) for count, digit in ((1, "a"), (2, "b"), (2, "c")))


def test_a_head_goes_only_forward(db):
    for head in (A, B, A, C):
        heads.keep("BY", head)
    assert heads.kept("BY") == B


def test_a_head_reads_back_as_it_is_printed():
    assert Head.read(f" {A}\n") == A


@pytest.mark.parametrize("text", ["", "1", "x:" + "a" * 64, "1:" + "a" * 63, "1:" + "g" * 64, "-1:" + "a" * 64])
def test_what_is_no_head_is_refused(text):
    with pytest.raises(ValueError, match="is no head"):
        Head.read(text)


@pytest.mark.parametrize("left", [b"", b"\0" * 67, b"\xff"])
def test_a_head_that_a_power_cut_spoilt_is_told_and_the_next_entry_keeps_another(
    case, ann, django_capture_on_commit_callbacks, caplog, left
):
    with django_capture_on_commit_callbacks(execute=True):
        make_claim(case=case, by=ann)
    heads.place("BY").write_bytes(left)
    said = verify(case).fault
    assert said is not None
    assert "BY is empty or damaged, as a power cut may leave it. Delete it, and look again" in said
    with caplog.at_level(logging.WARNING), django_capture_on_commit_callbacks(execute=True):
        make_claim(case=case, by=ann)
    assert [(record.levelname, record.exc_info) for record in caplog.records] == [("WARNING", None)]
    assert "another takes its place" in caplog.text
    chain = Chain.objects.get(case=case)
    assert heads.kept("BY") == Head(chain.count, chain.head)
    assert verify(case).fault is None


def test_a_head_that_is_behind_or_missing_is_no_fault_of_the_log(case, ann, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        make_claim(case=case, by=ann)
    before = heads.place("BY").read_text()
    with django_capture_on_commit_callbacks(execute=True):
        make_claim(case=case, by=ann)
    heads.place("BY").write_text(before)
    assert verify(case).fault is None
    heads.place("BY").unlink()
    assert verify(case).fault is None


def test_no_head_is_kept_of_what_was_rolled_back(case, ann, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        make_claim(case=case, by=ann)
        transaction.set_rollback(True)
    assert heads.kept("BY") is None


def test_each_commit_keeps_the_newest_head(case, ann, django_capture_on_commit_callbacks):
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            make_claim(case=case, by=ann)
        chain = Chain.objects.get(case=case)
        assert heads.kept("BY") == Head(chain.count, chain.head)


def test_each_case_has_a_head_of_its_own_and_so_has_the_log_outside(case, ann, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        make_claim(case=case, by=ann)
        Case(title="Other", code="OT", scale=case.scale).save(by=ann)
        ann.name = "Ann B."
        ann.save(by=ann)
    assert {file.name for file in heads.place("BY").parent.iterdir() if not file.name.startswith(".")} == {
        "BY", "OT", "_outside-cases",
    }  # fmt: skip


def test_a_folder_that_cannot_be_written_is_told_and_loses_no_entry(
    case, ann, settings, tmp_path, django_capture_on_commit_callbacks, caplog
):
    file = tmp_path / "no-folder"
    file.write_text("")
    settings.DATA = file
    with caplog.at_level(logging.ERROR), django_capture_on_commit_callbacks(execute=True):
        claim = make_claim(case=case, by=ann)
    assert claim.entries.exists()
    assert "could not be kept" in caplog.text
