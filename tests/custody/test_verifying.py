"""`manage.py verify_files`: what is missing, altered or nobody's is named, and every look is in the custody."""

import datetime
import hashlib
import io
import os
from collections import Counter
from functools import partial

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from claims.custody import store, verifying
from claims.custody.object_store import ObjectStore
from claims.custody.store import ARRIVING, FolderStore, OutOfReach
from claims.custody.verifying import Verification
from claims.models import Capture, Custody, Derived, StoredFile
from tests.at_once import at_once
from tests.factories import make_capture, make_case

LONG_AGO = timezone.now() - datetime.timedelta(days=3)


@pytest.fixture
def room(case):
    """The case, with four captures of different files."""
    for n in range(4):
        make_capture(case=case, content=f"file {n}".encode())
    return case


def verify(*arguments: str) -> str:
    """What the command says where all is well."""
    out = io.StringIO()
    call_command("verify_files", *arguments, stdout=out, stderr=out, no_color=True)
    return out.getvalue()


def verify_badly(*arguments: str) -> str:
    """What the command says where something is not."""
    out = io.StringIO()
    with pytest.raises(CommandError) as raised:
        call_command("verify_files", *arguments, stdout=out, stderr=out, no_color=True)
    return out.getvalue() + str(raised.value)


def overwrite(kept: store.Store, sha256: str, content: bytes) -> None:
    """Whoever has the disk or the bucket can do so."""
    if isinstance(kept, FolderStore):
        kept.place(sha256).parent.mkdir(parents=True, exist_ok=True)
        kept.place(sha256).unlink(missing_ok=True)
        kept.place(sha256).write_bytes(content)
    else:
        assert isinstance(kept, ObjectStore)
        kept.client.put_object(**kept.at(sha256), Body=content)


def acts(capture: Capture) -> list[str]:
    return list(capture.custody.order_by("pk").values_list("act", flat=True))


def test_files_that_are_as_they_came_are_said_to_be(kept, room):
    said = verify()
    assert "4 files hashed" in said
    assert "all as they came" in said
    assert all(acts(capture) == ["received", "rehashed"] for capture in Capture.objects.all())
    assert all(file.rehashed_at and not file.fault for file in StoredFile.objects.all())
    assert not Custody.objects.filter(act="rehashed").exclude(by=None).exists()


def test_an_installation_without_files_is_fine(db):
    assert "0 files hashed" in verify()


@pytest.mark.parametrize("content", [b"file X", b"file", b"", b"file 0 and more"])
def test_an_altered_file_is_named_with_the_captures_that_rest_on_it(kept, room, content):
    capture = Capture.objects.order_by("pk")[0]
    overwrite(kept, capture.file.sha256, content)
    said = verify_badly()
    assert f"altered: {capture.file.sha256}: " in said
    assert f"BY capture {capture.pk}" in said
    assert "4 files hashed" in said
    assert said.endswith(": 1 altered.")
    capture.file.refresh_from_db()
    assert capture.file.fault == "altered"
    assert acts(capture) == ["received", "altered"]
    assert Counter(Custody.objects.values_list("act", flat=True)) == {"received": 4, "rehashed": 3, "altered": 1}


def test_one_byte_altered_in_the_middle_of_a_large_file_is_found(kept, case):
    content = bytearray(os.urandom(3_000_000))
    capture = make_capture(case=case, content=bytes(content))
    content[1_500_000] ^= 1
    overwrite(kept, capture.file.sha256, bytes(content))
    assert "its bytes are not those that came in" in verify_badly()


def test_a_missing_file_is_named(kept, room):
    capture = Capture.objects.order_by("pk")[1]
    kept.remove(capture.file.sha256)
    said = verify_badly()
    assert f"missing: {capture.file.sha256}: it is not there (BY capture {capture.pk})" in said
    capture.file.refresh_from_db()
    assert capture.file.fault == "missing"
    assert acts(capture) == ["received", "missing"]


def test_a_missing_derived_file_is_named_too(kept, room):
    parent = Capture.objects.all()[0].file
    text = store.keep(b"its text")
    Derived.objects.create(parent=parent, file=text, kind="text", tool="a tool", tool_version="1")
    kept.remove(text.sha256)
    assert f"missing: {text.sha256}: it is not there (derived)" in verify_badly()


def test_what_was_mended_is_a_fault_no_longer(kept, room):
    capture = Capture.objects.all()[0]
    overwrite(kept, capture.file.sha256, b"something else")
    verify_badly()
    overwrite(kept, capture.file.sha256, b"file 0")
    verify()
    capture.file.refresh_from_db()
    assert capture.file.fault == ""
    assert acts(capture) == ["received", "altered", "rehashed"]


def test_a_file_that_nobody_knows_is_named_and_left_alone(kept, room):
    stranger = hashlib.sha256(b"stranger").hexdigest()
    overwrite(kept, stranger, b"stranger")
    said = verify_badly()
    assert f"orphaned: {stranger}: " in said
    assert said.endswith(": 1 orphaned.")
    assert kept.has(stranger)


def test_whatever_else_lies_in_the_folder_is_named_by_its_path(room, settings):
    for name in ("notes.txt", "ab/.DS_Store", "bell\x07", os.fsdecode(b"\xff")):
        place = settings.DATA / "files" / name
        place.parent.mkdir(exist_ok=True)
        place.touch()
    said = verify_badly()
    assert "orphaned: notes.txt: " in said
    assert "orphaned: ab/.DS_Store: " in said
    assert "orphaned: 'bell\\x07': " in said
    assert "orphaned: '\\udcff': " in said


def test_several_captures_of_a_file_each_have_the_line_and_some_are_named(room):
    first = Capture.objects.order_by("pk")[0]
    for _again in range(5):
        make_capture(exhibit=first.exhibit, content=b"file 0")
    overwrite(store.store(), first.file.sha256, b"other")
    assert "and 3 more)" in verify_badly()
    assert Custody.objects.filter(act="altered").count() == 6


def test_only_a_cases_files_are_looked_at_if_it_is_asked_for(kept, room):
    other = make_capture(case=make_case(code="LT"), content=b"another case's")
    derived = store.keep(b"its picture")
    Derived.objects.create(parent=other.file, file=derived, kind="picture", tool="a tool", tool_version="1")
    kept.remove(Capture.objects.filter(exhibit__case=room)[0].file.sha256)
    overwrite(kept, hashlib.sha256(b"stranger").hexdigest(), b"stranger")
    assert "2 files hashed" in verify("--case", "LT")
    assert acts(other) == ["received", "rehashed"]
    assert "1 missing" in verify_badly("--case", "BY")
    assert "There is no case XX." in verify_badly("--case", "XX")


# Uploads that broke off


@pytest.fixture
def broken_off(room):
    """The row of a file that came in long ago, and that nothing names."""
    row = store.keep(b"broken off")
    StoredFile.objects.filter(pk=row.pk).update(received_at=LONG_AGO)
    return row


def test_what_an_upload_left_that_broke_off_is_cleared_away_and_no_fault(kept, broken_off):
    said = verify()
    assert "1 file of uploads that broke off cleared away" in said
    assert not StoredFile.objects.filter(pk=broken_off.pk).exists()
    assert not kept.has(broken_off.sha256)
    assert "cleared" not in verify()


def test_a_row_whose_file_never_came_is_cleared_away_as_well(kept, broken_off):
    kept.remove(broken_off.sha256)
    assert "1 file of uploads" in verify()
    assert not StoredFile.objects.filter(pk=broken_off.pk).exists()


def test_what_is_just_coming_in_is_left_alone_and_no_fault(kept, room):
    here, not_yet = store.keep(b"coming"), store.keep(b"its file is not there yet")
    kept.remove(not_yet.sha256)
    said = verify()
    assert "cleared" not in said
    assert kept.has(here.sha256)
    not_yet.refresh_from_db()
    assert (not_yet.fault, not_yet.rehashed_at) == ("", None)


def test_a_file_that_comes_between_two_looks_is_not_missing(room, monkeypatch):
    capture = Capture.objects.all()[0]
    opened = FolderStore.open
    calls = []

    def too_early(self, sha256):
        calls.append(sha256)
        if calls.count(sha256) == 1:
            raise FileNotFoundError
        return opened(self, sha256)

    monkeypatch.setattr(FolderStore, "open", too_early)
    verify()
    assert acts(capture) == ["received", "rehashed"]
    overwrite(store.store(), capture.file.sha256, b"other!")
    calls.clear()
    verify_badly()
    assert acts(capture)[-1] == "altered"


def test_what_a_case_or_a_derived_row_names_is_never_cleared_away(room):
    text = store.keep(b"its text")
    Derived.objects.create(parent=Capture.objects.all()[0].file, file=text, kind="text", tool="a", tool_version="1")
    StoredFile.objects.update(received_at=LONG_AGO)
    assert "5 files hashed" in verify()
    assert StoredFile.objects.count() == 5


def test_one_case_is_looked_at_without_clearing_anything_away(broken_off):
    verify("--case", "BY")
    assert StoredFile.objects.filter(pk=broken_off.pk).exists()


def test_bytes_that_come_in_again_while_they_are_cleared_away_stay(broken_off):
    """Between the first look and the second, somebody brings the same bytes."""
    before = timezone.now() - verifying.BROKEN_OFF
    assert broken_off in StoredFile.objects.unnamed().filter(received_at__lt=before)
    store.keep(b"broken off")
    assert not verifying.clear(store.store(), broken_off.pk, before)
    assert store.store().has(broken_off.sha256)
    assert StoredFile.objects.filter(pk=broken_off.pk).exists()


def test_bytes_that_come_in_again_just_after_they_were_cleared_away_have_a_row_and_a_file(broken_off, monkeypatch):
    found = StoredFile.objects.get_or_create

    def found_and_cleared(**values):
        monkeypatch.undo()
        answer = found(**values)
        assert verifying.clear(store.store(), broken_off.pk, timezone.now() - verifying.BROKEN_OFF)
        return answer

    monkeypatch.setattr(StoredFile.objects, "get_or_create", found_and_cleared)
    row = store.keep(b"broken off")
    assert row.pk != broken_off.pk
    assert StoredFile.objects.filter(pk=row.pk).exists()
    assert store.store().has(row.sha256)


def test_bytes_that_come_in_at_the_instant_they_are_cleared_away_are_kept(real_transactions):
    for n in range(15):
        content = f"again {n}".encode()
        row = store.keep(content)
        StoredFile.objects.filter(pk=row.pk).update(received_at=LONG_AGO)
        before = timezone.now() - verifying.BROKEN_OFF
        clearing = partial(verifying.clear, store.store(), row.pk, before)
        answers = at_once([clearing, *[partial(store.keep, content)] * 2])
        assert [str(answer) for answer in answers[1:]] == [row.sha256] * 2, answers
        assert StoredFile.objects.filter(sha256=row.sha256).count() == 1
        assert store.store().has(row.sha256)


def test_copies_that_broke_off_are_swept_away(room, settings):
    old = settings.DATA / "files" / f"{ARRIVING}a"
    old.touch()
    os.utime(old, (0, 0))
    verify()
    assert not old.exists()


# Going on


@pytest.fixture
def cut_off(room, monkeypatch):
    """A run that was interrupted before the third file; gives the hashes in order."""
    hashes = list(StoredFile.objects.order_by("sha256").values_list("sha256", flat=True))
    looked = verifying.compare

    def interrupted(kept, file):
        if file.sha256 == hashes[2]:
            raise KeyboardInterrupt
        return looked(kept, file)

    with monkeypatch.context() as patch:
        patch.setattr(verifying, "compare", interrupted)
        with pytest.raises(KeyboardInterrupt):
            verify()
    return hashes


def rehashed(hashes: list[str]) -> list[int]:
    """How often each file's capture was said to have been hashed again."""
    lines = Counter(Custody.objects.filter(act="rehashed").values_list("capture__file__sha256", flat=True))
    return [lines[sha256] for sha256 in hashes]


def test_what_was_seen_before_a_run_broke_off_is_noted(cut_off):
    assert rehashed(cut_off) == [1, 1, 0, 0]


def test_a_resumed_run_does_only_what_is_left(cut_off):
    said = verify("--resume")
    assert "Going on with the run that began at" in said
    assert "2 files hashed" in said
    assert rehashed(cut_off) == [1, 1, 1, 1]


def test_a_run_that_is_not_resumed_does_everything_again(cut_off):
    assert "4 files hashed" in verify()
    assert rehashed(cut_off) == [2, 2, 1, 1]


def test_a_resumed_run_names_what_the_first_part_found(room, cut_off):
    StoredFile.objects.filter(sha256=cut_off[1]).update(fault="altered")
    said = verify_badly("--resume")
    assert f"altered: {cut_off[1]}: found at " in said
    assert "2 files hashed" in said


def test_a_run_resumed_after_a_whole_one_does_what_came_in_since(room):
    verify()
    new = make_capture(case=room, content=b"new")
    assert "1 file hashed" in verify("--resume")
    assert acts(new) == ["received", "rehashed"]


def test_a_run_resumed_before_the_first_one_is_the_first_one(room):
    assert "4 files hashed" in verify("--resume")


def test_files_looked_at_before_the_run_began_are_looked_at_again(cut_off):
    StoredFile.objects.filter(sha256=cut_off[3]).update(rehashed_at=LONG_AGO)
    assert "2 files hashed" in verify("--resume")


# How it goes


def test_a_store_out_of_reach_is_no_missing_file(room, monkeypatch):
    def gone(self, sha256):
        raise OutOfReach("nobody answers")

    monkeypatch.setattr(FolderStore, "open", gone)
    said = verify_badly()
    assert "nobody answers" in said
    assert "--resume" in said
    assert not Custody.objects.exclude(act="received").exists()
    assert not StoredFile.objects.exclude(fault="").exists()


def test_a_file_that_the_disk_cannot_read_is_altered(room, monkeypatch):
    def broken(stream):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(verifying, "hashed", broken)
    assert "4 altered" in verify_badly()


def test_a_file_that_may_not_be_read_stops_the_run_and_accuses_nobody(room, monkeypatch):
    def refused(stream):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(verifying, "hashed", refused)
    assert "Permission denied" in verify_badly()
    assert not StoredFile.objects.exclude(fault="").exists()


def test_however_many_files_there_are_they_are_written_down_in_bulk(room):
    verify()  # with whatever is only asked once
    with CaptureQueriesContext(connection) as few:
        verify()
    for n in range(40):
        make_capture(case=room, content=f"more {n}".encode())
    with CaptureQueriesContext(connection) as many:
        verify()
    assert len(many) == len(few)


def test_what_was_seen_is_written_down_now_and_then(room, monkeypatch):
    monkeypatch.setattr(verifying, "NOTED_EVERY", -1.0)
    notes: list[int] = []
    note = Verification.note

    def noting(self):
        notes.append(len(self.seen))
        note(self)

    monkeypatch.setattr(Verification, "note", noting)
    verify()
    assert notes == [1, 1, 1, 1, 0]


def test_more_files_than_are_read_at_once_are_all_looked_at(room, monkeypatch):
    monkeypatch.setattr(verifying, "BATCH", 3)
    assert "4 files hashed" in verify()
    assert rehashed(list(StoredFile.objects.values_list("sha256", flat=True))) == [1, 1, 1, 1]


class Terminal(io.StringIO):
    """A terminal that somebody looks at."""

    def isatty(self) -> bool:
        return True


def test_a_bar_moves_where_somebody_looks_and_lines_come_where_nobody_does(room, monkeypatch):
    from claims.management.commands import verify_files

    monkeypatch.setattr(verify_files, "SHOWN_EVERY", 0.0)
    monkeypatch.setattr(verify_files, "SAID_EVERY", 0.0)
    terminal, file = Terminal(), io.StringIO()
    call_command("verify_files", stdout=io.StringIO(), stderr=terminal)
    call_command("verify_files", stdout=io.StringIO(), stderr=file)
    assert f"\r[{'#' * verify_files.BAR}] 100%  4 of 4 files" in terminal.getvalue()
    assert "\r" not in file.getvalue()
    assert file.getvalue().count("\n") == 4


def test_the_look_holds_no_transaction_while_it_hashes(room, monkeypatch):
    depth = len(connection.savepoint_ids)
    looked = verifying.compare
    depths = []

    def looking(kept, file):
        depths.append(len(connection.savepoint_ids))
        return looked(kept, file)

    monkeypatch.setattr(verifying, "compare", looking)
    verify()
    assert depths == [depth] * 4
