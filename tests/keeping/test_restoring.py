"""`manage.py restore`: what it refuses, what it puts aside, and a copy that is kept before every migration."""

import os
import sqlite3
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError
from django.db import connection, connections
from django.db.migrations.recorder import MigrationRecorder

from claims.custody import keys
from claims.custody.store import FolderStore
from claims.keeping.before_migrating import after_migrate, keep_before_migrating, under_way
from claims.keeping.sealing import opened
from claims.models import StoredFile
from tests.factories import make_capture, make_case
from tests.keeping.test_backups import rewritten
from tests.keeping.test_drill import backed_up, noted
from tests.processes import manage

pytestmark = pytest.mark.usefixtures("real_transactions")


@pytest.fixture
def backup():
    make_capture(case=make_case(code="BY", title="First"), content=b"as it came")
    return backed_up().file


def test_what_cannot_be_restored_leaves_no_trace(backup, elsewhere):
    place = elsewhere()
    (name,) = [f"files/{sha256}" for sha256 in StoredFile.objects.values_list("sha256", flat=True)]
    last = rewritten(backup, lambda n, c: c + b"." if n == "secret_key" or n.startswith("heads/") else c)
    assert "is not what was written" in place.refuses("restore", str(last))
    short = backup.with_name("short.tar")
    short.write_bytes(backup.read_bytes()[:-20_000])
    assert "cut off" in place.refuses("restore", str(short))
    assert "No such file" in place.refuses("restore", str(backup.with_name("nowhere.tar")))
    left = {path.name for path in place.data.rglob("*") if path.is_file()} - {"secret_key", ".restoring"}
    assert left <= {"workbench.sqlite3"}, name
    # And once the right one comes, all of it is there.
    place.manage("restore", str(backup))
    assert place.files() == {name.removeprefix("files/")}


@pytest.fixture
def key(ann):
    """The key that signs."""
    return keys.place(keys.current(by=ann).fingerprint)


def with_keys(backup, content):
    """The backup with this in the place of each key."""
    return rewritten(backup, lambda n, c: content if n.startswith("keys/") else c)


@pytest.mark.parametrize("content", [b"", b"damaged"])
def test_no_key_of_a_backup_that_cannot_be_restored_stands_in_the_way_of_the_right_one(key, backup, elsewhere, content):
    place = elsewhere()
    assert f"keys/{key.name} is not what was written" in place.refuses("restore", str(with_keys(backup, content)))
    assert not (place.data / "keys").exists()
    place.manage("restore", str(backup))
    assert (place.data / "keys" / key.name).read_bytes() == key.read_bytes()


def test_a_key_that_was_damaged_meanwhile_goes_aside_and_the_right_one_comes_back(key, backup, elsewhere):
    place = elsewhere()
    restored = place.data / "keys" / key.name
    restored.parent.mkdir()
    restored.write_bytes(b"damaged before")
    assert "What stood before is aside" in place.manage("restore", str(backup))
    assert restored.read_bytes() == key.read_bytes()
    (aside,) = place.data.glob("replaced-*/keys/*")
    assert (aside.name, aside.read_bytes()) == (key.name, b"damaged before")


def test_a_key_that_was_damaged_when_the_backup_was_made_takes_no_ones_place(key, backup, elsewhere):
    place, right = elsewhere(), key.read_bytes()
    place.manage("restore", str(backup))
    key.write_bytes(b"damaged")
    with pytest.raises(CommandError, match=f"stands, but it lacks a sound keys/{key.name}"):
        backed_up()
    assert f"; keys/{key.name} holds no key, or another than" in place.manage("verify_backup", str(noted().file))
    place.manage("restore", str(noted().file), "--replace")
    assert (place.data / "keys" / key.name).read_bytes() == right


def test_an_installation_is_replaced_only_when_asked_and_stays_aside(backup, elsewhere):
    place = elsewhere()
    place.manage("restore", str(backup))
    make_case(code="UA", title="Second")
    newer = backed_up().file
    before = place.rows()
    assert "There is an installation already" in place.refuses("restore", str(newer))
    assert place.rows() == before
    (sha256,) = place.files()
    kept = FolderStore(place.data / "files")
    kept.place(sha256).chmod(0o600)
    kept.place(sha256).write_bytes(b"damaged meanwhile")
    said = place.manage("restore", str(newer), "--replace")
    assert "What stood before is aside, as replaced-" in said
    assert len(place.rows()["claims_case"]) == 2
    assert "all as they came" in place.manage("verify_files"), "a damaged file is whole again"
    place.manage("verify_log")
    (aside,) = place.data.glob("replaced-*")
    assert (aside / "heads" / "BY").exists()
    if connection.vendor == "sqlite":
        with sqlite3.connect(aside / "workbench.sqlite3") as old:
            assert old.execute("SELECT title FROM claims_case").fetchall() == [("First",)]
    else:
        schema = aside.name.replace("-", "_").lower()
        with place.looked_into() as alias, connections[alias].cursor() as cursor:
            cursor.execute(f"SELECT title FROM {schema}.claims_case")
            assert cursor.fetchall() == [("First",)]


def test_nothing_is_restored_while_somebody_is_at_work(backup, elsewhere):
    place = elsewhere()
    place.manage("restore", str(backup))
    with place.looked_into() as alias:
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT count(*) FROM claims_case")
        assert "Somebody is at work in the database" in place.refuses("restore", str(backup), "--replace")
    place.manage("restore", str(backup), "--replace")


@pytest.mark.parametrize(
    "command",
    [["serve"], ["serve", "worker"], ["worker", "--once"], ["migrate"], ["backup"], ["move_database", "sqlite"]],
)
def test_on_what_is_half_restored_nothing_that_writes_begins(tmp_path, command):
    (tmp_path / "restoring").mkdir()
    (tmp_path / "restoring" / "journal.json").write_text("{}")
    done = manage(*command, WORKBENCH_DATA=str(tmp_path))
    assert done.returncode == 1
    assert "A restore is under way here, or was broken off." in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "workbench.sqlite3").exists()


def test_a_restore_that_was_broken_off_is_cleared_away_by_the_next_and_then_all_begins(backup, elsewhere):
    place = elsewhere()
    (place.data / "restoring").mkdir()
    (place.data / "restoring" / "journal.json").write_text("{}")
    assert "or was broken off" in place.refuses("migrate")
    assert "A restore was broken off." in place.run("manage.py", "doctor").stdout
    place.manage("restore", str(backup))
    place.manage("migrate")


def test_what_comes_back_is_for_its_owner_alone_whatever_the_shell_says(backup, elsewhere, tmp_path):
    place = elsewhere()
    place.variables["WORKBENCH_DATA"] = str(place.data / "in" / "it")
    if connection.vendor == "sqlite":
        place.database["NAME"] = str(place.data / "in" / "it" / "workbench.sqlite3")
    old = os.umask(0)
    try:
        place.manage("restore", str(backup))
        place.manage("migrate")
        place.manage("backup", "--no-verify")
    finally:
        os.umask(old)
    lie = [path for path in (place.data / "in").rglob("*")]
    assert {path.name for path in lie} >= {"it", "secret_key", "heads", "files", "backups"}
    assert [path for path in lie if path.stat().st_mode & 0o077] == []


def test_a_damaged_database_can_be_replaced(backup, elsewhere):
    if connection.vendor != "sqlite":
        pytest.skip("a file that is damaged is SQLite's")
    place = elsewhere()
    place.manage("restore", str(backup))
    database = place.data / "workbench.sqlite3"
    for damage in (b"no database at all" * 300, database.read_bytes()[:8192]):
        database.write_bytes(damage)
        (place.data / "workbench.sqlite3-wal").write_bytes(b"left by the old one")
        place.manage("restore", str(backup), "--replace")
        assert not (place.data / "workbench.sqlite3-wal").exists()
        assert len(place.rows()["claims_case"]) == 1


def test_what_a_database_that_was_taken_away_left_behind_is_not_taken_for_the_new_ones(backup, elsewhere):
    if connection.vendor != "sqlite":
        pytest.skip("what is left beside a file is SQLite's")
    place = elsewhere()
    for end in ("-wal", "-shm", "-journal"):
        (place.data / f"workbench.sqlite3{end}").write_bytes(b"left by the old one")
    place.manage("restore", str(backup))
    assert [
        path for path in place.data.glob("workbench.sqlite3-*") if path.read_bytes() == b"left by the old one"
    ] == []
    assert len(place.rows()["claims_case"]) == 1


def test_a_backup_of_another_kind_of_database_says_where_to_restore_it(backup, elsewhere):
    place = elsewhere()
    sqlite = connection.vendor == "sqlite"
    kinds = (b'"sqlite"', b'"postgresql"') if sqlite else (b'"postgresql"', b'"sqlite"')
    other = rewritten(backup, lambda n, c: c.replace(*kinds) if n == "about.json" else c)
    said = place.refuses("restore", str(other))
    assert f"It is of a {'PostgreSQL' if sqlite else 'SQLite'} database" in said
    assert "move_database" in said


def test_before_a_migration_a_copy_is_kept_and_what_it_spoils_can_be_had_back(backup, elsewhere):
    place = elsewhere()
    assert "is kept in" not in place.manage("migrate"), "there was nothing to lose"
    place.manage("restore", str(backup))
    before = place.rows()
    assert "is kept in" not in place.manage("migrate"), "there was nothing to apply"
    said = place.manage("migrate", "sessions", "zero")  # stands for a migration that takes something away
    if connection.vendor != "sqlite":
        assert "is kept in" not in said
        return
    assert "The database as it was is kept in" in said
    (copy,) = (place.data / "backups").glob("before-migrating-*.tar")
    place.manage("restore", str(copy), "--replace")
    after = place.rows()
    assert {table: rows for table, rows in after.items() if table != "django_session"} == {
        t: r for t, r in before.items() if t != "django_session"
    }
    assert "all as they came" in place.manage("verify_files"), "files are where they were"


def kept_and_migrated():
    """The copy that was made before migrations that then came to their end."""
    made = keep_before_migrating()
    after_migrate(None)
    return made


def test_migrations_that_break_off_again_and_again_cost_no_copy_of_what_was(backup):
    if connection.vendor != "sqlite":
        pytest.skip("copies are made of SQLite alone")
    before = [kept_and_migrated() for _ in range(3)]
    made = [keep_before_migrating() for _ in range(5)]
    assert kept() == {*before[1:], made[-1]}, "of what stays as it was, the newest holds all that the others held"
    recorder = MigrationRecorder(connection)
    try:
        for n in range(4):  # each time it comes a little further, and may have spoilt something by then
            recorder.record_applied("claims", f"9{n}")
            made.append(keep_before_migrating())
    finally:
        recorder.migration_qs.filter(name__startswith="9").delete()
    assert kept() == {*before[1:], *made[4:]}


def test_what_was_done_since_migrations_broke_off_is_in_the_copy_before_the_next_ones(backup, elsewhere):
    if connection.vendor != "sqlite":
        pytest.skip("copies are made of SQLite alone")
    first = keep_before_migrating()
    make_case(code="UA", title="Weeks later")
    again, place = keep_before_migrating(), elsewhere()
    place.manage("restore", str(again))
    assert len(place.rows()["claims_case"]) == 2
    assert kept() == {again} != {first}


@pytest.mark.parametrize("said", ["", "{"])
def test_a_mark_that_an_earlier_version_left_or_that_is_damaged_costs_no_copy(backup, said):
    if connection.vendor != "sqlite":
        pytest.skip("copies are made of SQLite alone")
    first = keep_before_migrating()
    under_way().write_text(said)
    second = keep_before_migrating()
    assert kept() == {first, second}


def test_with_a_restore_the_migrations_that_broke_off_are_over(backup, elsewhere):
    place = elsewhere()
    (place.data / "migrating").touch()
    place.manage("restore", str(backup))
    assert not (place.data / "migrating").exists()


def kept():
    """The copies before migrations that stand."""
    return set((Path(settings.DATA) / "backups").glob("before-migrating-*.tar"))


def test_a_copy_before_migrations_is_locked_as_other_backups_are(backup, settings):
    if connection.vendor != "sqlite":
        pytest.skip("copies are made of SQLite alone")
    settings.BACKUP_PASSPHRASE = "seven horses in a row"
    copy = kept_and_migrated()
    assert copy.name.endswith(".tar.age")
    assert b"SQLite format 3" not in copy.read_bytes()
    assert b"about.json" not in copy.read_bytes()
    with copy.open("rb") as file, opened(file) as tar:
        assert b"about.json" in tar.read()


def test_of_the_copies_before_migrations_three_stay(backup, settings):
    made = [kept_and_migrated() for _ in range(4)]
    if connection.vendor == "sqlite":
        left = set((settings.DATA / "backups").glob("before-migrating-*.tar"))
        assert left == set(made[1:])
        assert backup.exists(), "other backups are not theirs to let go"
    else:
        assert made == [None] * 4
