"""Looking whether the store still holds what came in: every file is hashed again, and what is not as it was is named.

Files are looked at in the order of their hashes, and what was seen is noted every few seconds. So the first file's
time tells when a run began, and a run that broke off goes on after what has been seen since.
"""

from __future__ import annotations

import datetime
import errno
import hashlib
import os
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BufferedReader
from itertools import batched
from typing import IO, cast

from django.db import transaction
from django.db.models import Count, Q, Sum
from django.utils import timezone

from claims.custody.store import Store, store
from claims.models import Capture, Case, Custody, StoredFile

BATCH = 500  # rows read and written at once
NOTED_EVERY = 5.0  # seconds: so much is seen again, at most, after a run that was killed
BROKEN_OFF = datetime.timedelta(hours=1)  # an upload's file has been named long before
HASH = re.compile("[0-9a-f]{64}")
ACTS = {"": Custody.Act.REHASHED, "missing": Custody.Act.MISSING, "altered": Custody.Act.ALTERED}


@dataclass(frozen=True)
class Fault:
    """A file that is not as it came, or that nobody knows: `what` is missing, altered or orphaned."""

    what: str
    name: str
    said: str


@dataclass(frozen=True)
class Seen:
    """How a file was found, and when; no fault means as it came."""

    file: StoredFile
    at: datetime.datetime
    fault: str = ""
    said: str = ""


type Tell = Callable[[Verification], None]


class Verification:
    """One look at all files, or at those of a case; what has been done so far can be read off while it runs."""

    def __init__(self, case: Case | None = None, *, resume: bool = False, tell: Tell | None = None) -> None:
        """`tell` is called with this after every file."""
        self.case, self.store, self.tell = case, store(), tell
        self.files = StoredFile.objects.of_case(case) if case else StoredFile.objects.all()
        self.since = self.began() if resume else None
        self.todo = self.files
        if self.since is not None:
            self.todo = self.files.filter(Q(rehashed_at=None) | Q(rehashed_at__lt=self.since))
        self.cleared = self.done = self.bytes_done = 0
        sums = self.todo.aggregate(files=Count("pk"), bytes=Sum("size", default=0))
        self.total, self.bytes_total = sums["files"], sums["bytes"]
        self.seen: list[Seen] = []
        self.noted = time.monotonic()

    def began(self) -> datetime.datetime | None:
        """When the last run began: when it looked at the first of the files."""
        looked_at = self.files.exclude(rehashed_at=None).order_by("sha256")
        return looked_at.values_list("rehashed_at", flat=True).first()

    def run(self) -> Iterator[Fault]:
        """Look at all there is to be looked at; gives each fault as it is found. Raises OutOfReach, and OSError."""
        if self.case is None:
            self.cleared = clear_broken_off(self.store)
        if self.since is not None:
            for file in self.files.filter(rehashed_at__gte=self.since).exclude(fault="").order_by("sha256"):
                yield Fault(file.fault, file.sha256, f"found at {file.rehashed_at:%Y-%m-%d %H:%M} UTC{named(file)}")
        yield from self.rehash()
        if self.case is None:
            yield from orphans(self.store)

    def rehash(self) -> Iterator[Fault]:
        """Hash file after file again, and note what was seen."""
        last = ""
        try:
            while batch := list(self.todo.filter(sha256__gt=last).order_by("sha256")[:BATCH]):
                for file in batch:
                    seen = self.look(file)
                    self.done, self.bytes_done = self.done + 1, self.bytes_done + file.size
                    if self.tell:
                        self.tell(self)
                    if seen is not None and seen.fault:
                        yield Fault(seen.fault, file.sha256, seen.said + named(file))
                last = batch[-1].sha256
        finally:
            self.note()

    def look(self, file: StoredFile) -> Seen | None:
        """How this file is found; None where it is only just coming in."""
        at = timezone.now()
        state = self.state(file)
        if state is None:
            return None
        seen = Seen(file, at, *state)
        self.seen.append(seen)
        if len(self.seen) >= BATCH or time.monotonic() - self.noted > NOTED_EVERY:
            self.note()
        return seen

    def state(self, file: StoredFile) -> tuple[str, str] | None:
        """What is wrong with the file, and in words; None where it is only just coming in."""
        try:
            return compare(self.store, file)
        except FileNotFoundError:
            # The row is there before the file is, and whatever names the row comes after both.
            if StoredFile.objects.unnamed().filter(pk=file.pk).exists():
                return None
        try:
            return compare(self.store, file)  # it may have come in between
        except FileNotFoundError:
            return "missing", "it is not there"

    def note(self) -> None:
        """Write down what was seen since the last time, with a line of custody for every capture."""
        by_file = {seen.file.pk: seen for seen in self.seen}
        with transaction.atomic():
            for seen in self.seen:
                seen.file.rehashed_at, seen.file.fault = seen.at, seen.fault
            StoredFile.objects.bulk_update(
                [seen.file for seen in self.seen], ["rehashed_at", "fault"], batch_size=BATCH
            )
            captures = Capture.objects.filter(file__in=by_file).order_by("pk").values_list("pk", "file")
            for some in batched(list(captures), BATCH, strict=False):
                Custody.objects.bulk_create(
                    Custody(capture_id=key, act=ACTS[seen.fault], at=seen.at, detail=seen.said[:200])
                    for key, seen in ((key, by_file[file]) for key, file in some)
                )
        self.seen, self.noted = [], time.monotonic()


def compare(kept: Store, file: StoredFile) -> tuple[str, str]:
    """How what is kept differs from what came in, as a fault and in words. Raises FileNotFoundError."""
    try:
        with kept.open(file.sha256) as stream:
            size = stream.seek(0, os.SEEK_END)
            if size != file.size:
                return "altered", f"it has {size:,} bytes, not {file.size:,}"
            return ("", "") if hashed(stream) == file.sha256 else ("altered", "its bytes are not those that came in")
    except OSError as fault:
        if fault.errno in (errno.EIO, errno.EISDIR):
            return "altered", f"it cannot be read: {fault.strerror}"
        raise


def hashed(stream: IO[bytes]) -> str:
    """The SHA-256 of a whole file."""
    stream.seek(0)
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_SEQUENTIAL)
    return hashlib.file_digest(cast(BufferedReader, stream), "sha256").hexdigest()


def named(file: StoredFile) -> str:
    """Which captures rest on the file, for whoever has to look after it: the first few, and how many there are."""
    captures = Capture.objects.filter(file=file)
    first = captures.order_by("pk").values_list("exhibit__case__code", "pk")[:3]
    count = captures.count()
    listed = ", ".join(f"{code} capture {key}" for code, key in first)
    more = f" and {count - 3:,} more" if count > 3 else ""
    return f" ({listed}{more})" if count else " (derived)"


def orphans(kept: Store) -> Iterator[Fault]:
    """What lies in the store and nobody knows of."""
    for names in batched(kept.names(), BATCH, strict=False):
        hashes = [name for name in names if HASH.fullmatch(name)]
        known = set(StoredFile.objects.filter(sha256__in=hashes).values_list("sha256", flat=True))
        for name in names:
            # One that another run cleared away meanwhile is gone, row and file.
            if name not in known and (not HASH.fullmatch(name) or kept.has(name)):
                yield Fault("orphaned", name, "nothing in the database knows of it")


def clear_broken_off(kept: Store) -> int:
    """Clear away what uploads left that broke off long ago; how many there were."""
    before = timezone.now() - BROKEN_OFF
    kept.sweep(BROKEN_OFF.total_seconds())
    cleared, last = 0, 0
    left = StoredFile.objects.unnamed().filter(received_at__lt=before).order_by("pk")
    while keys := list(left.filter(pk__gt=last).values_list("pk", flat=True)[:BATCH]):
        cleared += sum(clear(kept, key, before) for key in keys)
        last = keys[-1]
    return cleared


def clear(kept: Store, key: int, before: datetime.datetime) -> bool:
    """Clear one away, unless the same bytes are coming in again.

    Whoever brings them writes into the row first, and makes a new one where it is gone; only then comes the file. So
    the file goes while the row is held, and what is put afterwards stays.
    """
    with transaction.atomic():
        file = StoredFile.objects.select_for_update().filter(pk=key).first()
        # Asked once more, now that it is held: what was seen before may be over.
        if file is None or not StoredFile.objects.unnamed().filter(pk=key, received_at__lt=before).exists():
            return False
        kept.remove(file.sha256)
        file.delete()
    return True
