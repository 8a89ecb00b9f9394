"""What is refused as a backup and why, what locks one, and how long each stays."""

import base64
import datetime
import fcntl
import io
import json
import os
import shutil
import tarfile
from pathlib import Path

import pyrage
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection

from claims.custody import guards, keys, store
from claims.keeping import checking
from claims.keeping.archive import FORMAT, Writer, written
from claims.keeping.backing_up import WORKING, backups, by, folder, last_backup, thin_out, to_let_go
from claims.keeping.beside import PREFIX, asked
from claims.keeping.checking import verify_backup
from claims.keeping.exporting import export_case
from claims.keeping.importing import import_case
from claims.keeping.sealing import opened
from claims.models import Entry, FormerLog, Refused, StoredFile
from tests.custody.conftest import bucket, service  # noqa: F401 - fixtures
from tests.factories import make_capture, make_case, make_claim
from tests.keeping.test_drill import noted
from workbench.backups import passphrase, public_keys, secret_half
from workbench.data_folder import scratch

PASSPHRASE = "seven horses in a row"


def made(*options: str) -> Path:
    call_command("backup", "--no-verify", *options, stdout=io.StringIO())
    return noted().file


def why_not(file: Path) -> str:
    with pytest.raises(Refused) as raised:
        verify_backup(file)
    return str(raised.value)


@pytest.fixture
def untried(monkeypatch):
    """The database of a backup is not brought to this version and asked for its log, which takes two processes."""
    monkeypatch.setattr(checking, "manage", lambda *command, data, **variables: "")


@pytest.fixture
def backup(real_transactions):
    """A backup with a case and a file in it."""
    make_capture(case=make_case(code="BY"), content=b"as it came")
    return made()


def rewritten(backup: Path, change) -> Path:
    """The backup with its members changed: `change` gets name and bytes, and gives bytes, or None to leave it out."""
    place = backup.with_name("changed.tar")
    with tarfile.open(backup) as old, tarfile.open(place, "w", format=tarfile.PAX_FORMAT) as new:
        for member in old:
            reading = old.extractfile(member)
            assert reading is not None
            content = change(member.name, reading.read())
            if content is not None:
                member.size = len(content)
                new.addfile(member, io.BytesIO(content))
    return place


def test_a_backup_that_is_cut_off_anywhere_is_refused(backup):
    whole = backup.read_bytes()
    with tarfile.open(backup) as tar:  # after the last member there are zeros alone: they may be missing
        last = tar.getmembers()[-1]
    for part in (0.0, 0.1, 0.5, 0.9, 1.0):
        backup.write_bytes(whole[: int((last.offset_data + last.size - 1) * part)])
        assert "cut off" in why_not(backup) or "no backup" in why_not(backup)


def test_a_backup_with_a_case_that_came_from_elsewhere_is_tried_out_like_any(real_transactions, tmp_path, ada):
    case = make_case(code="BY")
    make_claim(case=case)
    export_case(case, tmp_path / "by.zip")
    import_case(tmp_path / "by.zip", by=ada, code="NEW")
    backup = made()
    assert any("its log holds" in said for said in verify_backup(backup).said)
    name = f"files/{FormerLog.objects.get().file.sha256}"

    def without_it(member: str, content: bytes) -> bytes | None:
        if member != "manifest.json":
            return None if member == name else content
        said = json.loads(content)
        del said["members"][name]
        return written(said)

    assert f"a file that its records name, {name[6:]}" in why_not(rewritten(backup, without_it))


def test_a_byte_that_changed_is_found_wherever_it_is(backup):
    whole = backup.read_bytes()
    with tarfile.open(backup) as tar:
        places = {member.name: member.offset_data + member.size // 2 for member in tar}
    assert {"about.json", "manifest.json", "database.sqlite3.gz"} <= {*places, "database.sqlite3.gz"}
    for place in places.values():
        changed = bytearray(whole)
        changed[place] ^= 1
        backup.write_bytes(changed)
        assert why_not(backup)


def test_what_is_missing_from_it_or_added_to_it_is_named(backup):
    (name,) = [f"files/{sha256}" for sha256 in StoredFile.objects.values_list("sha256", flat=True)]
    assert f"{name} is missing" in why_not(rewritten(backup, lambda n, c: None if n == name else c))
    assert f"{name} is not what was written" in why_not(rewritten(backup, lambda n, c: b"other" if n == name else c))

    def without_its_line(member: str, content: bytes) -> bytes:
        if member != "manifest.json":
            return content
        said = json.loads(content)
        del said["members"][name]
        return written(said)

    assert f"its manifest knows nothing of {name}" in why_not(rewritten(backup, without_its_line))


def test_what_is_no_part_of_a_backup_is_never_unpacked(backup, tmp_path):
    place = tmp_path / "evil.tar"
    with place.open("wb") as file, Writer(file, {"version": "1", "migrations": [], "database": "sqlite"}) as writer:
        writer.tar.addfile(tarfile.TarInfo("../outside"), io.BytesIO())
    assert "'../outside' is no part of one" in why_not(place)
    shutil.copy(__file__, place)
    assert "no backup of a workbench" in why_not(place)


def test_a_backup_of_a_newer_program_says_what_it_needs(backup):
    def newer(name: str, content: bytes) -> bytes:
        said = json.loads(content) if name in ("about.json", "manifest.json") else None
        if said is None:
            return content
        said["migrations"].append(["claims", "9999_from_the_future"])
        return written(said | {"version": "9.0"})

    said = why_not(rewritten(backup, newer))
    assert "made by workbench 9.0" in said
    assert "claims.9999_from_the_future" in said

    def another_form(name: str, content: bytes) -> bytes:
        return content.replace(FORMAT.encode(), b"workbench-backup/2")

    assert "a newer program may have made it" in why_not(rewritten(backup, another_form))


def test_a_log_that_does_not_hold_is_found_in_the_backup(real_transactions):
    """A database that was tampered with is backed up as it is; reading it back says so."""
    make_case(code="BY")
    guards.take_down(connection)
    Entry.objects.filter(pk=Entry.objects.order_by("pk")[0].pk).update(by_name="Nobody")
    guards.set_up(connection)
    assert "is not what was entered" in why_not(made())
    assert noted().verified is None
    assert scratch_databases() == []


def scratch_databases() -> list[str]:
    """Those beside the test's own, on PostgreSQL."""
    return asked(f"SELECT datname FROM pg_database WHERE starts_with(datname, '{PREFIX}_{by()}')").split() if (
        connection.vendor == "postgresql") else []  # fmt: skip


@pytest.fixture
def on_postgres():
    if connection.vendor != "postgresql":
        pytest.skip("of PostgreSQL alone")


def test_a_dump_is_restored_beside_and_nothing_of_that_stays(on_postgres, backup):
    asked(f"CREATE DATABASE {PREFIX}_{by()}_killed")  # what a process left behind that was killed
    said = verify_backup(backup).told
    assert said.startswith("its dump can be read to the end; its dump can be restored, and brought to this version;")
    assert "its log holds: 2 chains" in said
    assert noted().verified
    assert scratch_databases() == []


def test_a_dump_that_lacks_a_capture_s_file_is_refused(on_postgres, backup):
    def without(name: str, content: bytes) -> bytes | None:
        if name.startswith("files/"):
            return None
        if name != "manifest.json":
            return content
        said = json.loads(content)
        return written(said | {"members": {n: m for n, m in said["members"].items() if not n.startswith("files/")}})

    assert "It is not whole: a file that its records name" in why_not(rewritten(backup, without))
    assert scratch_databases() == []


@pytest.fixture
def role_of_few_powers():
    name = f"few_powers_{os.getpid()}"
    asked(f"CREATE ROLE {name} LOGIN")
    yield name
    asked(f"DROP ROLE {name}")


def test_where_no_database_can_be_made_a_dump_is_read_back_and_not_called_verified(
    on_postgres, backup, role_of_few_powers, monkeypatch, capsys
):
    with monkeypatch.context() as patch:
        patch.setitem(connection.settings_dict, "USER", role_of_few_powers)
        call_command("verify_backup", str(backup))
    said = capsys.readouterr().out
    assert "its dump can be read to the end. Read back, not tried out: " in said
    assert "permission denied to create database" in said
    assert "It takes a role that may create databases" in said
    assert noted().verified is None


def test_without_pg_restore_a_dump_is_not_called_verified(on_postgres, backup, monkeypatch, capsys):
    def missing(name: str) -> str:
        raise Refused(f"{name} is missing on this machine.")

    monkeypatch.setattr(checking, "tool", missing)
    call_command("verify_backup", str(backup))
    assert "Read back, not tried out: pg_restore is missing on this machine." in capsys.readouterr().out
    assert noted().verified is None


def test_a_locked_backup_is_opened_by_its_passphrase_alone(real_transactions, untried, settings):
    make_capture(content=b"a secret that nobody reads")
    settings.BACKUP_PASSPHRASE = PASSPHRASE
    file = made()
    assert file.name.endswith(".tar.age")
    assert b"a secret that nobody reads" not in file.read_bytes()
    assert b"\n-> scrypt " in base64.b64decode(file.read_bytes().splitlines()[1]), "how the key comes of it"
    assert verify_backup(file).files == 1
    settings.BACKUP_PASSPHRASE = "another one, as long"
    assert "not the passphrase" in why_not(file)
    settings.BACKUP_PASSPHRASE = ""
    assert "set WORKBENCH_BACKUP_PASSPHRASE" in why_not(file)


def test_a_backup_locked_for_a_key_is_opened_by_its_other_half_alone(real_transactions, untried, settings):
    make_capture(content=b"a secret that nobody reads")
    mine, other = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
    settings.BACKUP_KEYS = [str(mine.to_public()), str(other.to_public())]
    file = made()
    assert b"a secret that nobody reads" not in file.read_bytes()
    assert "set WORKBENCH_BACKUP_IDENTITY_FILE" in why_not(file)
    for identity in (mine, other):
        settings.BACKUP_IDENTITY = str(identity)
        assert verify_backup(file).files == 1
    settings.BACKUP_IDENTITY = str(pyrage.x25519.Identity.generate())
    assert "cannot be opened with the key" in why_not(file)
    settings.BACKUP_IDENTITY = str(mine)
    whole = file.read_bytes()
    for cut in (len(whole) - 1, len(whole) // 2):
        file.write_bytes(whole[:cut])
        assert "cut off" in why_not(file)
    changed = bytearray(whole)
    changed[len(whole) // 2] ^= 1
    file.write_bytes(changed)
    assert "damaged" in why_not(file)


def test_a_backup_that_cannot_be_opened_here_says_that_it_was_not_read_back(real_transactions, settings):
    settings.BACKUP_KEYS = [str(pyrage.x25519.Identity.generate().to_public())]
    out = io.StringIO()
    call_command("backup", stdout=out)
    assert "It was not read back: what opens it is not here." in out.getvalue()
    assert noted().verified is None


def test_a_disk_that_fills_up_leaves_no_half_of_a_backup(real_transactions, settings, monkeypatch):
    make_capture(content=b"as it came")
    first = made()

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    for locked in ("", PASSPHRASE):
        settings.BACKUP_PASSPHRASE = locked
        with monkeypatch.context() as patch:
            patch.setattr(store.FolderStore, "open", full)
            with pytest.raises(CommandError, match="No space left on device"):
                made()
        assert [path.name for path in folder().iterdir()] == [first.name]
        assert noted().file == first


def test_files_in_a_bucket_are_backed_up_too(real_transactions, untried, bucket):  # noqa: F811
    make_capture(content=b"far away")
    file = made()
    account = verify_backup(file)
    assert (account.files, account.amiss) == (1, {})
    found = []
    with file.open("rb") as stream, opened(stream) as tar, tarfile.open(fileobj=tar, mode="r|") as members:
        for member in members:
            reading = members.extractfile(member)
            if member.name.startswith("files/"):
                assert reading is not None
                found.append(reading.read())
    assert found == [b"far away"]


def test_old_backups_go_but_for_the_last_of_some_weeks(tmp_path):
    ours, others = by(), "0" * 8
    days = [datetime.datetime(2026, 3, 1, 4, tzinfo=datetime.UTC) + datetime.timedelta(days=n) for n in range(60)]
    for day in days:
        (tmp_path / f"workbench-{ours}-{day:%Y%m%dT%H%M%SZ}.tar").touch()
    stay = {
        "notes.txt", "workbench-of-old.tar", f"before-migrating-{ours}-20200101T000000Z.tar",
        f"workbench-{others}-20200101T000000Z.tar", f"workbench-{others}-20300101T000000Z.tar.age",
    }  # fmt: skip
    for other in stay:
        (tmp_path / other).touch()
    gone = thin_out(tmp_path, newest=7, weeks=3)
    left = [path.name[19:27] for path in backups(tmp_path)]
    # April 29 is a Wednesday: seven days, and of the weeks before them each last day that is left.
    assert left == ["20260429", "20260428", "20260427", "20260426", "20260425", "20260424", "20260423",
                    "20260422", "20260419", "20260412"]  # fmt: skip
    assert len(gone) == 50
    assert {path.name for path in tmp_path.iterdir()} >= stay


def test_of_two_in_a_second_the_later_is_the_newer():
    names = [Path(f"workbench-{by()}-20260301T040000Z{end}.tar") for end in ("-10", "-2", "")]
    assert to_let_go(names, newest=1, weeks=0) == names[1:]


def test_only_the_asked_number_stays(real_transactions):
    files = [made("--keep", "2", "--weeks", "0") for _ in range(4)]
    assert backups(folder()) == [files[3], files[2]]


def test_of_two_installations_that_share_a_folder_neither_touches_what_the_other_keeps(
    real_transactions, settings, tmp_path, tmp_path_factory
):
    shared = ("--to", str(tmp_path_factory.mktemp("shared")), "--keep", "1", "--weeks", "0")
    first = made(*shared)
    under_way = first.with_name(f"{WORKING}{first.name}")
    under_way.write_bytes(b"the first one is writing it just now")
    settings.DATA = tmp_path / "other"
    settings.DATA.mkdir()
    second, third = made(*shared), made(*shared)
    assert {first, under_way, third} == set(first.parent.iterdir())
    assert not second.exists()
    settings.DATA = tmp_path
    assert made(*shared).exists()
    assert not first.exists(), "it is the first one's own"
    assert not under_way.exists(), "one that broke off is cleared away by the next"


def test_what_a_killed_one_left_behind_is_cleared_away_and_what_is_in_use_is_not(tmp_path):
    left = tmp_path / ".verifying-left"
    (left / "heads").mkdir(parents=True)
    with scratch(tmp_path, ".verifying-") as one, scratch(tmp_path, ".verifying-") as other:
        assert not left.exists()
        assert one.is_dir()
        assert other != one
    assert [path for path in tmp_path.glob(".verifying-*")] == []


def test_nobody_begins_in_the_middle_of_what_another_takes_away(tmp_path, monkeypatch):
    def take_away(place, remove=shutil.rmtree):
        with open(tmp_path / ".scratching") as door, pytest.raises(BlockingIOError):
            fcntl.flock(door, fcntl.LOCK_EX | fcntl.LOCK_NB)
        remove(place)

    with scratch(tmp_path, ".verifying-") as mine:
        monkeypatch.setattr(shutil, "rmtree", take_away)
    assert not mine.exists()


def test_a_forked_process_neither_takes_the_folder_away_nor_waits_for_whoever_does(tmp_path, monkeypatch):
    with scratch(tmp_path, ".verifying-") as mine:
        monkeypatch.setattr(os, "getpid", lambda: 0)
        (tmp_path / ".scratching").unlink()
    assert mine.is_dir()
    assert not (tmp_path / ".scratching").exists()


def test_a_folder_that_is_gone_meanwhile_stops_nobody(tmp_path):
    (tmp_path / ".verifying-gone").symlink_to("nowhere")  # it was there when the names were read
    with scratch(tmp_path, ".verifying-") as mine:
        assert mine.is_dir()


def test_reading_a_backup_back_clears_away_what_broke_off_before(backup, untried, settings):
    left = settings.DATA / ".verifying-left"
    left.mkdir()
    verify_backup(backup)
    assert [path.name for path in settings.DATA.iterdir() if path.name.startswith(".verifying")] == []


def test_a_backup_without_the_key_that_signs_or_the_heads_says_so_and_drives_out_none(real_transactions, ann, settings):
    make_case(code="BY")
    key = keys.place(keys.current(by=ann).fingerprint)
    first = made("--keep", "1", "--weeks", "0")
    assert noted().whole
    aside = key.rename(settings.DATA / "aside")
    with pytest.raises(CommandError, match=f"stands, but it lacks keys/{key.name}"):
        made("--keep", "1", "--weeks", "0")
    assert first.exists()
    assert not noted().whole
    aside.rename(key)
    shutil.rmtree(settings.DATA / "heads")
    with pytest.raises(CommandError, match="it lacks heads/"):
        made("--keep", "1", "--weeks", "0")
    assert first.exists()


def test_when_a_locked_backup_was_last_read_back_is_known_although_the_key_is_not_here(
    real_transactions, untried, settings
):
    mine = pyrage.x25519.Identity.generate()
    settings.BACKUP_KEYS = [str(mine.to_public())]
    first = made()
    assert noted().tried is None
    settings.BACKUP_IDENTITY = str(mine)
    verify_backup(first)
    assert noted().tried == noted().verified
    settings.BACKUP_IDENTITY = ""
    when = noted().tried
    assert when is not None
    second = made()
    assert (noted().verified, noted().tried) == (None, when)
    settings.BACKUP_IDENTITY = str(mine)
    verify_backup(first)
    assert noted().file == second
    assert noted().verified is None, "another one was read back"
    assert noted().tried not in (None, when)


def test_a_note_that_was_damaged_says_nothing(settings):
    (settings.DATA / "last_backup.json").write_text("{")
    assert last_backup() is None


def test_what_locks_backups_is_read_strictly():
    mine = pyrage.x25519.Identity.generate()
    assert public_keys(f"{mine.to_public()}, {mine.to_public()}") == [str(mine.to_public())] * 2
    assert secret_half(f"# created: today\n# public key: {mine.to_public()}\n{mine}\n") == str(mine)
    with pytest.raises(ValueError, match="'age1nothing'"):
        public_keys("age1nothing")
    with pytest.raises(ValueError, match="must be a secret key") as raised:
        secret_half("AGE-SECRET-KEY-1WRONG")
    assert "WRONG" not in str(raised.value)
    with pytest.raises(ImproperlyConfigured, match="16 characters"):
        passphrase("short", [])
    with pytest.raises(ImproperlyConfigured, match="choose one"):
        passphrase(PASSPHRASE, [str(mine.to_public())])
