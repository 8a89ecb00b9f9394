"""The store: the bytes of captures and of what was derived from them, each content once, under its SHA-256.

What comes in goes into a file without a name while it is hashed, so that an upload that breaks off leaves nothing.
Then comes the row, then the file under its name, then whatever names the row: a fault in between leaves a row
that nothing names, which `verify_files` clears away, and never a name without its bytes.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Protocol

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from claims.custody.detecting import detected
from claims.models import StoredFile

CHUNK = 1 << 20  # bytes read at once
ARRIVING = ".arriving-"  # how the names begin of what has no name yet, where a system cannot do without one


class OutOfReach(OSError):
    """The store cannot be asked just now. It says nothing of what is kept there."""


class Store(Protocol):
    """Where files are kept by their SHA-256. Whatever it does may raise OutOfReach."""

    def arriving(self) -> IO[bytes]:
        """A file without a name, to be written to; closed before it is put away, it is gone."""

    def put(self, file: IO[bytes], sha256: str, *, anew: bool = False) -> None:
        """Keep what was written to an arriving file, whole or not at all.

        What is kept already stays as it is, unless it is to be kept anew, in place of what was damaged.
        """

    def has(self, sha256: str) -> bool:
        """Whether something is kept under this hash."""

    def open(self, sha256: str) -> IO[bytes]:
        """What is kept, to be read and sought in. Raises FileNotFoundError."""

    def names(self) -> Iterator[str]:
        """The names of all that is there, in their order: hashes, and where else something lies that is not ours."""

    def remove(self, sha256: str) -> None:
        """Let it go, if it is there."""

    def sweep(self, seconds: float) -> None:
        """Clear away what broke off while it was put, and is older than that."""

    def check(self) -> None:
        """Raises OSError where nothing can be kept."""


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
            return tempfile.TemporaryFile(dir=self.folder, prefix=ARRIVING)

    def put(self, file: IO[bytes], sha256: str, *, anew: bool = False) -> None:
        place = self.place(sha256)
        if self.has(sha256) and not anew:
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        file.flush()
        os.fsync(file.fileno())
        if anew:
            place.unlink(missing_ok=True)
        # The same bytes may have come in at the same instant: then they are there.
        with contextlib.suppress(FileExistsError):
            try:
                name(file, place)
            except OSError:
                copy(file, place, self.folder)
        for folder in (place.parent, place.parent.parent, self.folder):
            sync(folder)

    def has(self, sha256: str) -> bool:
        return self.place(sha256).exists()

    def open(self, sha256: str) -> IO[bytes]:
        return self.place(sha256).open("rb")

    def names(self) -> Iterator[str]:
        if self.folder.exists():
            for path in walk(self.folder):
                ours = path == self.place(path.name)
                yield path.name if ours else str(path.relative_to(self.folder))

    def remove(self, sha256: str) -> None:
        self.place(sha256).unlink(missing_ok=True)

    def sweep(self, seconds: float) -> None:
        for path in self.folder.glob(ARRIVING + "*"):
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_mtime < time.time() - seconds:
                    path.unlink()

    def check(self) -> None:
        with self.arriving() as file:
            file.write(b"\0" * 4096)


def name(file: IO[bytes], place: Path) -> None:
    """Give a file without a name this one. Raises FileExistsError, or OSError where the system cannot."""
    handles = os.open("/proc/self/fd", os.O_RDONLY)
    try:
        os.link(str(file.fileno()), place, src_dir_fd=handles, follow_symlinks=True)
    finally:
        os.close(handles)


def copy(file: IO[bytes], place: Path, beside: Path) -> None:
    """Write the file's bytes under this name, which appears with all of them or not at all."""
    file.seek(0)
    with tempfile.NamedTemporaryFile(dir=beside, prefix=ARRIVING, delete_on_close=False) as new:
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


def walk(folder: Path) -> Iterator[Path]:
    """All that lies in a folder and below, in the order of names, but for what is just arriving."""
    with os.scandir(folder) as entries:
        ordered = sorted(entries, key=lambda entry: entry.name)
    for entry in ordered:
        if entry.is_dir(follow_symlinks=False):
            yield from walk(folder / entry.name)
        elif not entry.name.startswith(ARRIVING):
            yield folder / entry.name


def store() -> Store:
    """The installation's store."""
    if settings.STORE is None:
        return FolderStore(Path(settings.DATA) / "files")
    from claims.custody.object_store import ObjectStore  # what it is built on is an extra, and may be missing

    return ObjectStore.of(settings.STORE)


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

    def close(self) -> None:
        """Let go of what is not to be kept: nothing of it stays."""
        self.file.close()

    def keep(self) -> StoredFile:
        """Put it away under its hash, and close. Called outside of transactions: the row comes before the file."""
        row = self.row()
        self.store.put(self.file, row.sha256, anew=bool(row.fault))
        self.close()
        return row

    def row(self) -> StoredFile:
        """The content's row. From now on it is no upload that broke off long ago, and nobody clears it away."""
        now = timezone.now()
        values = {"size": self.size, "received_at": now, "detected_type": detected(self.file)}
        while True:
            row, fresh = StoredFile.objects.get_or_create(sha256=self.hash.hexdigest(), defaults=values)
            # It may be cleared away in between, as what broke off; then a new one is made.
            if fresh or StoredFile.objects.filter(pk=row.pk).update(received_at=now):
                return row


def keep(content: bytes) -> StoredFile:
    """Keep a content that is in memory already."""
    arrival = Arrival()
    arrival.write(content)
    return arrival.keep()


def read(file: StoredFile) -> Iterator[bytes]:
    """What is kept, piece by piece. Raises FileNotFoundError."""
    with store().open(file.sha256) as stream:
        yield from pieces(stream)


def pieces(stream: IO[bytes]) -> Iterator[bytes]:
    """A stream to its end, piece by piece."""
    while piece := stream.read(CHUNK):
        yield piece


class Kept:
    """Files that were put into the store, to be let go again where nothing comes of it."""

    def __init__(self) -> None:
        self.fresh: dict[int, StoredFile] = {}

    def take(self, content: Iterable[bytes]) -> StoredFile:
        """Keep a file that comes piece by piece."""
        arrival = Arrival()
        try:
            for piece in content:
                arrival.write(piece)
        except BaseException:
            arrival.close()
            raise
        known = StoredFile.objects.filter(sha256=arrival.hash.hexdigest()).exists()
        row = arrival.keep()
        if not known or row.pk in self.fresh:
            row.refresh_from_db(fields=["received_at"])
            self.fresh[row.pk] = row
        return row

    def let_go(self) -> None:
        """Remove those that were not there before, that nothing names and that nobody else has brought since.

        Whoever brings the same bytes writes into the row first, so the file goes while the row is held.
        """
        for ours in self.fresh.values():
            with transaction.atomic():
                held = StoredFile.objects.select_for_update().filter(pk=ours.pk, received_at=ours.received_at).first()
                if held is not None and StoredFile.objects.unnamed().filter(pk=held.pk).exists():
                    store().remove(held.sha256)
                    held.delete()
