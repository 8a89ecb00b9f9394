"""What comes in is kept once, under its hash, whole or not at all: in a folder as in a bucket."""

import base64
import errno
import hashlib
import io
import os
import tempfile

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends

from claims.custody import store
from claims.custody.detecting import detected
from claims.custody.object_store import ObjectStore
from claims.custody.store import ARRIVING, Arrival, FolderStore, OutOfReach
from claims.models import StoredFile
from tests.at_once import at_once
from tests.factories import make_capture

PAGE = b"<p>The census says 48,000.</p>"


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def put(kept: store.Store, content: bytes, **how) -> str:
    file = kept.arriving()
    file.write(content)
    kept.put(file, sha256(content), **how)
    file.close()
    return sha256(content)


def what(kept: store.Store, name: str) -> bytes:
    with kept.open(name) as file:
        return file.read()


def test_what_is_put_is_there_as_it_came(kept):
    name = put(kept, PAGE)
    assert kept.has(name)
    assert what(kept, name) == PAGE
    assert list(kept.names()) == [name]


def test_nothing_at_all_can_be_kept_too(kept):
    assert what(kept, put(kept, b"")) == b""


def test_what_is_put_again_is_there_once_and_stays_as_it_was(kept):
    first = put(kept, PAGE)
    assert put(kept, PAGE) == first
    assert list(kept.names()) == [first]
    assert what(kept, first) == PAGE


def test_what_was_damaged_is_kept_anew(kept):
    file = kept.arriving()
    file.write(b"something else")
    name = sha256(PAGE)
    if isinstance(kept, FolderStore):
        kept.put(file, name)
    else:
        kept.client.put_object(**kept.at(name), Body=b"something else")
    put(kept, PAGE)
    assert what(kept, name) == b"something else"
    put(kept, PAGE, anew=True)
    assert what(kept, name) == PAGE


def test_what_is_kept_can_be_sought_in(kept):
    with kept.open(put(kept, PAGE)) as file:
        assert file.seek(0, os.SEEK_END) == len(PAGE)
        file.seek(3)
        assert file.read(3) == PAGE[3:6]


def test_what_is_not_there_is_missed_by_name(kept):
    assert not kept.has(sha256(PAGE))
    with pytest.raises(FileNotFoundError):
        kept.open(sha256(PAGE))


def test_what_is_removed_is_gone_and_may_be_so_already(kept):
    name = put(kept, PAGE)
    other = put(kept, b"another")
    kept.remove(name)
    kept.remove(name)
    assert list(kept.names()) == [other]
    with pytest.raises(FileNotFoundError):
        kept.open(name)


def test_an_arriving_file_that_is_not_put_leaves_nothing(kept):
    with kept.arriving() as file:
        file.write(PAGE)
    assert list(kept.names()) == []


def test_names_come_in_order_however_many_there_are(kept):
    names = [sha256(str(n).encode()) for n in range(1030)]
    if isinstance(kept, FolderStore):
        for name in names:
            kept.place(name).parent.mkdir(parents=True, exist_ok=True)
            kept.place(name).touch()
    else:
        for name in names:  # past the wire, which is slow
            s3_backends[DEFAULT_ACCOUNT_ID]["aws"].put_object(kept.bucket, kept.prefix + name, b"")
    assert list(kept.names()) == sorted(names)


def test_what_lies_elsewhere_is_named_by_where_it_lies(kept):
    name = put(kept, PAGE)
    if isinstance(kept, FolderStore):
        for stray in ("notes.txt", f"ff/ff/{name}", f"{name[:2]}/thumbs"):
            (kept.folder / stray).parent.mkdir(parents=True, exist_ok=True)
            (kept.folder / stray).touch()
        assert set(kept.names()) == {name, "notes.txt", f"ff/ff/{name}", f"{name[:2]}/thumbs"}
    else:
        kept.client.put_object(Bucket=kept.bucket, Key=f"{kept.prefix}a/notes.txt", Body=b"")
        kept.client.put_object(Bucket=kept.bucket, Key="elsewhere/notes.txt", Body=b"")
        assert list(kept.names()) == sorted([name, "a/notes.txt"])


def test_of_the_same_bytes_put_at_once_there_is_one_file(kept):
    content = os.urandom(200_000)
    assert at_once([lambda: put(kept, content)] * 6) == [sha256(content)] * 6
    assert list(kept.names()) == [sha256(content)]
    assert what(kept, sha256(content)) == content


def test_a_store_that_can_be_worked_with_says_nothing(kept):
    kept.check()
    assert list(kept.names()) == []


# In a folder


def test_a_file_is_for_its_owner_and_group_to_read_and_for_nobody_to_write(tmp_path):
    kept = FolderStore(tmp_path)
    assert kept.place(put(kept, PAGE)).stat().st_mode & 0o777 == 0o440


def test_a_system_without_nameless_files_keeps_as_well(tmp_path, monkeypatch):
    kept = FolderStore(tmp_path)

    def cannot(*args, **kwargs):
        raise OSError(errno.EOPNOTSUPP, "no such thing")

    monkeypatch.setattr(store, "name", cannot)
    monkeypatch.delattr(os, "O_TMPFILE")
    monkeypatch.setattr(tempfile, "_O_TMPFILE_WORKS", False)
    name = put(kept, PAGE)
    assert put(kept, PAGE) == name
    assert what(kept, name) == PAGE
    assert [found.name for found in tmp_path.rglob("*") if found.is_file()] == [name]


def test_what_broke_off_while_it_was_copied_is_swept_away_when_it_is_old(tmp_path):
    kept = FolderStore(tmp_path)
    old, new = tmp_path / f"{ARRIVING}a", tmp_path / f"{ARRIVING}b"
    old.touch()
    new.touch()
    os.utime(old, (0, 0))
    assert list(kept.names()) == []
    kept.sweep(3600)
    assert not old.exists()
    assert new.exists()


# In a bucket


def test_the_service_is_told_what_hash_to_expect(bucket):
    kept, told = ObjectStore.of(bucket), []
    hear = "before-send.s3.PutObject"
    kept.client.meta.events.register(hear, lambda request, **_: told.append(request.headers), unique_id="test")
    name = put(kept, PAGE)
    kept.client.meta.events.unregister(hear, unique_id="test")
    assert [base64.b64decode(sent["x-amz-checksum-sha256"]).hex() for sent in told] == [name]


def test_a_bucket_below_no_prefix_holds_files_as_well(bucket):
    kept = ObjectStore(bucket.name, "", bucket.endpoint)
    name = put(kept, PAGE)
    assert list(kept.names()) == [name]


def test_a_service_out_of_reach_is_not_taken_for_a_missing_file(service):
    for kept in (ObjectStore("bucket-nowhere", "", service), ObjectStore("bucket", "", "http://127.0.0.1:9")):
        for ask in (
            kept.check,
            lambda kept=kept: kept.open(sha256(PAGE)),
            lambda kept=kept: put(kept, PAGE),
            lambda kept=kept: list(kept.names()),
        ):
            with pytest.raises(OutOfReach):
                ask()


# With its row


def test_an_arrival_becomes_a_row_and_a_file(kept, db):
    arrival = Arrival()
    arrival.write(PAGE[:10])
    arrival.write(PAGE[10:])
    row = arrival.keep()
    assert (row.sha256, row.size, row.detected_type) == (sha256(PAGE), len(PAGE), "text/plain")
    assert b"".join(store.read(row)) == PAGE
    assert isinstance(store.store(), type(kept))


def test_an_arrival_that_is_closed_leaves_nothing(kept, db):
    arrival = Arrival()
    arrival.write(PAGE)
    arrival.close()
    assert not StoredFile.objects.exists()
    assert list(kept.names()) == []


def test_a_content_that_comes_in_again_renews_its_row(kept, db):
    row = store.keep(PAGE)
    StoredFile.objects.update(received_at="2020-01-01T00:00:00Z")
    assert store.keep(PAGE) == row
    assert StoredFile.objects.get().received_at.year > 2020


def test_a_content_that_was_found_missing_or_altered_is_whole_again_when_it_comes_in(kept, db):
    row = store.keep(PAGE)
    kept.remove(row.sha256)
    store.keep(PAGE)
    assert what(kept, row.sha256) == PAGE
    if isinstance(kept, FolderStore):
        kept.place(row.sha256).chmod(0o600)
        kept.place(row.sha256).write_bytes(b"something else")
    else:
        kept.client.put_object(**kept.at(row.sha256), Body=b"something else")
    StoredFile.objects.update(fault="altered")
    store.keep(PAGE)
    assert what(kept, row.sha256) == PAGE


@given(pieces=some.lists(some.binary(max_size=50), max_size=20))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
def test_however_the_bytes_are_cut_they_make_the_same_file(db, tmp_path, pieces):
    arrival = Arrival()
    for piece in pieces:
        arrival.write(piece)
    row = arrival.keep()
    whole = b"".join(pieces)
    assert (row.sha256, row.size) == (sha256(whole), len(whole))
    assert b"".join(store.read(row)) == whole
    assert (tmp_path / "files" / row.sha256[:2] / row.sha256[2:4] / row.sha256).read_bytes() == whole


def test_the_same_bytes_coming_in_at_once_make_one_row_and_one_file(real_transactions, kept):
    content = os.urandom(200_000)
    rows = at_once([lambda: store.keep(content).pk] * 6)
    assert len(set(rows)) == 1, rows
    assert StoredFile.objects.get().sha256 == sha256(content)
    assert list(kept.names()) == [sha256(content)]
    assert what(kept, sha256(content)) == content


def test_a_row_that_a_capture_names_cannot_be_deleted(db):
    capture = make_capture()
    with pytest.raises(ProtectedError):
        capture.file.delete()
    with transaction.atomic(), connection.cursor() as cursor:
        # Whoever goes round the models is stopped by the database, when the transaction ends.
        cursor.execute("SAVEPOINT before")
        cursor.execute("DELETE FROM claims_storedfile WHERE id = %s", [capture.file.pk])
        with pytest.raises(IntegrityError):
            connection.check_constraints()
        cursor.execute("ROLLBACK TO SAVEPOINT before")


# What it seems to be


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "application/octet-stream"),
        (b"\0" * 100, "application/octet-stream"),
        (bytes(range(256)), "application/octet-stream"),
        (b"Minsk claims that troops", "text/plain"),
        ("Министр".encode() * 10_000, "text/plain"),
        (b"From the minister", "text/plain"),
        (b"BM said that", "text/plain"),
        (b"%PDF-1.7\n%\xe2\xe3", "application/pdf"),
        (b"%PDF-1.7\n1 0 obj", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "image/jpeg"),
        (b"<!DOCTYPE html><html>", "text/html"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"></svg>', "image/svg+xml"),
        (b"PK\x03\x04" + b"\0" * 26 + b"a.txthello", "application/zip"),
        (
            b"PK\x03\x04" + b"\0" * 26 + b"mimetypeapplication/vnd.oasis.opendocument.textPK\x03\x04",
            "application/vnd.oasis.opendocument.text",
        ),
        (
            b"PK\x03\x04" + b"\0" * 100_000 + b"word/document.xml",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
    ],
)
def test_a_type_is_told_by_the_bytes(content, kind):
    assert detected(io.BytesIO(content)) == kind


@given(content=some.binary(max_size=300))
def test_no_bytes_at_all_stop_the_telling(content):
    file = io.BytesIO(content)
    assert 0 < len(detected(file)) <= 100
    assert file.tell() == 0
