"""The store: the bytes of captures and of what was derived from them, each content once, under its SHA-256.

What comes in goes into a file without a name while it is hashed, so that an upload that breaks off leaves nothing.
Then comes the row, then the file under its name, then whatever names the row: a fault in between leaves a row
that nothing names, which `verify_files` clears away, and never a name without its bytes.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Protocol

from django.conf import settings
from django.utils import timezone

from claims.models import StoredFile

CHUNK = 1 << 20  # bytes read at once


class Store(Protocol):
    """Where files are kept by their SHA-256."""

    def arriving(self) -> IO[bytes]:
        """A file without a name, to be written to; closed before it is put away, it is gone."""

    def put(self, file: IO[bytes], sha256: str) -> None:
        """Keep what was written to an arriving file, whole or not at all; what is kept already stays as it is."""

    def open(self, sha256: str) -> IO[bytes]:
        """What is kept, to be read. Raises FileNotFoundError."""

    def names(self) -> Iterator[str]:
        """The hashes under which something is kept, in their order."""

    def remove(self, sha256: str) -> None:
        """Let it go, if it is there."""


class FolderStore:
    """Files in a folder, two levels deep by how their hashes begin."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def place(self, sha256: str) -> Path:
        """Where a content stands."""
        return self.folder / sha256[:2] / sha256[2:4] / sha256

    def arriving(self) -> IO[bytes]:
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            # Python's own temporary files are opened so that they can never be given a name.
            return os.fdopen(os.open(self.folder, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o440), "w+b")
        except (AttributeError, OSError):  # neither every system nor every file system has such files
            return tempfile.TemporaryFile(dir=self.folder)

    def put(self, file: IO[bytes], sha256: str) -> None:
        place = self.place(sha256)
        if place.exists():
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        file.flush()
        os.fsync(file.fileno())
        try:
            name(file, place)
        except FileExistsError:
            return  # the same bytes came in at the same instant
        except OSError:
            copy(file, place)
        for folder in (place.parent, place.parent.parent, self.folder):
            sync(folder)

    def open(self, sha256: str) -> IO[bytes]:
        return self.place(sha256).open("rb")

    def names(self) -> Iterator[str]:
        for file in sorted(self.folder.glob("??/??/*")):
            yield file.name

    def remove(self, sha256: str) -> None:
        self.place(sha256).unlink(missing_ok=True)


def name(file: IO[bytes], place: Path) -> None:
    """Give a file without a name this one. Raises FileExistsError, or OSError where the system cannot."""
    handles = os.open("/proc/self/fd", os.O_RDONLY)
    try:
        os.link(str(file.fileno()), place, src_dir_fd=handles, follow_symlinks=True)
    finally:
        os.close(handles)


def copy(file: IO[bytes], place: Path) -> None:
    """Write the file's bytes under this name, which appears with all of them or not at all."""
    file.seek(0)
    with tempfile.NamedTemporaryFile(dir=place.parent, prefix=".", delete_on_close=False) as new:
        shutil.copyfileobj(file, new, CHUNK)
        new.flush()
        os.fsync(new.fileno())
        os.fchmod(new.fileno(), 0o440)
        os.link(new.name, place)


def sync(folder: Path) -> None:
    """Have the folder's names on disk before anybody is told that a file is kept."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def store() -> Store:
    """The installation's store."""
    return FolderStore(Path(settings.DATA) / "files")


class Arrival:
    """Bytes on their way in: hashed as they come, never held in memory."""

    def __init__(self) -> None:
        self.store = store()
        self.file = self.store.arriving()
        self.hash = hashlib.sha256()
        self.size = 0

    def write(self, chunk: bytes) -> None:
        """Take in some more."""
        self.file.write(chunk)
        self.hash.update(chunk)
        self.size += len(chunk)

    def keep(self) -> StoredFile:
        """Put it away under its hash, and close. Called outside of transactions: the row comes before the file."""
        sha256 = self.hash.hexdigest()
        now = timezone.now()
        row, fresh = StoredFile.objects.get_or_create(sha256=sha256, defaults={"size": self.size, "received_at": now})
        if not fresh:
            # From now on it is no upload that broke off long ago, and nobody clears it away.
            StoredFile.objects.filter(pk=row.pk).update(received_at=now)
        self.store.put(self.file, sha256)
        self.file.close()
        return row


def keep(content: bytes) -> StoredFile:
    """Keep a content that is in memory already."""
    arrival = Arrival()
    arrival.write(content)
    return arrival.keep()


def read(file: StoredFile) -> Iterator[bytes]:
    """What is kept, piece by piece. Raises FileNotFoundError."""
    with store().open(file.sha256) as stream:
        while chunk := stream.read(CHUNK):
            yield chunk
