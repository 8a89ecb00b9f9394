"""The drill: what was backed up while people worked comes back elsewhere, every record, file and entry of it."""

import io
import itertools
import os
import threading

import pytest
from django.core.management import call_command
from django.db import connections

from claims.custody import keys, store
from claims.keeping.backing_up import LastBackup, folder, last_backup
from claims.keeping.databases import LEFT_OUT
from claims.loading.sample import load_sample
from claims.models import Comment, StoredFile, User
from tests.factories import make_capture, make_comment
from tests.keeping.conftest import every_row

pytestmark = pytest.mark.usefixtures("real_transactions")
MOVES_ON = {"claims_chain", "claims_case", "claims_claim"}  # what each new entry or comment writes into anew


@pytest.fixture
def room():
    """The sample case, captures with files, and a key that signs."""
    case = load_sample()
    for n in range(3):
        make_capture(case=case, content=f"captured {n}".encode())
    keys.current(by=User.objects.get(email="editor@example.org"))
    return case


def backed_up(*options: str) -> LastBackup:
    """A new backup, not read back: that takes processes of their own."""
    call_command("backup", *(options or ["--no-verify"]), stdout=io.StringIO())
    return noted()


def noted() -> LastBackup:
    found = last_backup()
    assert found is not None
    return found


def test_every_record_and_file_and_the_log_come_back(room, elsewhere, settings):
    made = backed_up()
    before, place = every_row(), elsewhere()
    place.manage("restore", str(made.file))
    after = place.rows()
    for table, rows in before.items():
        if table not in LEFT_OUT:
            assert after[table] == rows, table
    assert len(before["claims_entry"]) > 150, "the sample is in it"
    assert place.files() == set(StoredFile.objects.values_list("sha256", flat=True))
    assert "all as they came" in place.manage("verify_files")
    assert "BY: " in place.manage("verify_log")
    assert "no head is kept" not in place.manage("verify_log")
    (key,) = (settings.DATA / "keys").iterdir()
    restored = place.data / "keys" / key.name
    assert restored.read_bytes() == key.read_bytes()
    assert restored.stat().st_mode & 0o777 == 0o600
    # What the database refuses it refuses there too, and words are found.
    assert place.manage("migrate", "--verbosity=0") == ""
    assert "no issues" in place.manage("check", "--database", "default")


def test_nobody_is_signed_in_by_a_backup(room, elsewhere, as_):
    person = User.objects.get(email="analyst@example.org")
    as_(person)
    assert every_row()["django_session"]
    place = elsewhere()
    place.manage("restore", str(backed_up().file))
    assert place.rows()["django_session"] == []


def test_what_was_acknowledged_before_is_in_a_backup_that_is_made_while_others_write(room, elsewhere):
    claim, acknowledged, over = room.claims.first(), [], threading.Event()
    author = User.objects.get(email="analyst@example.org")

    def write() -> None:
        try:
            for n in itertools.count():
                if over.is_set():
                    return
                acknowledged.append(make_comment(claim=claim, by=author, text=f"Written meanwhile: {n}.").pk)
                make_capture(case=room, content=f"captured meanwhile {n}".encode(), by=author)
        finally:
            connections.close_all()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        while len(acknowledged) < 5:
            over.wait(0.01)
        before = list(acknowledged)
        made = backed_up()
        while len(acknowledged) < len(before) + 5:
            over.wait(0.01)
    finally:
        over.set()
        writer.join()
    place = elsewhere()
    place.manage("restore", str(made.file))
    after, now = place.rows(), every_row()
    with place.looked_into() as alias:
        restored = set(Comment.objects.using(alias).values_list("pk", flat=True))
    assert set(before) <= restored < set(Comment.objects.values_list("pk", flat=True))
    for table, rows in after.items():
        if table not in {*LEFT_OUT, *MOVES_ON}:
            assert rows == now[table][: len(rows)] or set(rows) <= set(now[table]), table
    # Each file that the restored records name is there, each entry follows the one before, no kept head is ahead.
    assert "all as they came" in place.manage("verify_files")
    place.manage("verify_log")


def test_a_backup_is_read_back_and_its_age_and_state_are_known(room):
    assert last_backup() is None
    assert backed_up().verified is None
    made = backed_up("--keep", "1")
    assert made.file.parent == folder()
    assert made.file.stat().st_mode & 0o777 == 0o600
    assert made.verified
    assert made.stands
    assert made.amiss == 0
    assert made.age.total_seconds() >= 0
    os.truncate(made.file, 100)
    assert not noted().stands


def test_a_file_that_is_missing_or_altered_is_named_and_the_rest_is_backed_up(room, elsewhere, capsys):
    kept = store.store()
    assert isinstance(kept, store.FolderStore)
    gone, altered = StoredFile.objects.order_by("sha256").values_list("sha256", flat=True)[:2]
    kept.remove(gone)
    kept.place(altered).chmod(0o600)
    kept.place(altered).write_bytes(b"something else")
    with pytest.raises(Exception, match="2 of the files that it should hold are missing or altered"):
        call_command("backup")
    made, place = noted(), elsewhere()
    said = place.refuses("verify_backup", str(made.file))
    assert f"files/{gone} was missing already" in said
    assert f"files/{altered} was altered already" in said
    assert f"files/{altered} was missing or altered when" in place.manage("restore", str(made.file))
    assert place.files() == set(StoredFile.objects.values_list("sha256", flat=True)) - {gone, altered}
