"""Backups that only their owner can read: age files (age-encryption.org), written and read as a stream.

For public keys a backup is an age file as any. For a passphrase, which age would have held in memory whole, it begins
with a key of its own, locked under the passphrase (an armoured age file), and what follows is locked for that key. So

    sed '/END AGE/q' BACKUP | age -d > key; sed '1,/END AGE/d' BACKUP | age -d -i key | tar x

opens it without this program, and `age -d -i KEY BACKUP | tar x` the other kind.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import IO, Any

from django.conf import settings

from claims.models import Refused

AGE, ARMOURED, END = (
    b"age-encryption.org/v1",
    b"-----BEGIN AGE ENCRYPTED FILE-----",
    b"-----END AGE ENCRYPTED FILE-----",
)
FORGOTTEN = 20_000  # bytes within which a locked key ends


@contextmanager
def sealed(out: IO[bytes]) -> Iterator[IO[bytes]]:
    """What is written to the stream that this gives reaches `out` locked, as the settings say; else as it is."""
    if not (settings.BACKUP_KEYS or settings.BACKUP_PASSPHRASE):
        yield out
        return
    import pyrage  # an extra; the settings have asked whether it is there

    recipients = [pyrage.x25519.Recipient.from_str(key) for key in settings.BACKUP_KEYS]
    if settings.BACKUP_PASSPHRASE:
        identity = pyrage.x25519.Identity.generate()
        recipients = [identity.to_public()]
        out.write(pyrage.passphrase.encrypt(str(identity).encode(), settings.BACKUP_PASSPHRASE, True).strip() + b"\n")
    with piped(lambda end: pyrage.encrypt_io(end, out, recipients), "wb", "rb") as end:
        yield end


@contextmanager
def opened(file: IO[bytes]) -> Iterator[IO[bytes]]:
    """A backup's tar, whether it was locked or not. Raises Refused where what opens it is missing or is not right."""
    start = file.read(len(ARMOURED))
    file.seek(0)
    if not start.startswith((AGE, ARMOURED)):
        yield file
        return
    try:
        import pyrage
    except ImportError as fault:
        raise Refused("It is locked, and pyrage is missing: install the extra `encryption`.") from fault
    key = locked_key(file, pyrage) if start == ARMOURED else own_key(pyrage)

    def unlock(end: IO[bytes]) -> None:
        try:
            pyrage.decrypt_io(file, end, [key])
        except pyrage.DecryptError as fault:
            raise Refused(f"It cannot be opened with the key in WORKBENCH_BACKUP_IDENTITY: {fault}.") from fault
        except BrokenPipeError:
            raise
        except OSError as fault:
            raise Refused(f"It is damaged or cut off: {fault}.") from fault

    with piped(unlock, "rb", "wb") as end:
        yield end


def can_open(file: IO[bytes]) -> bool:
    """Whether what opens it is at hand here; leaves it at its beginning."""
    start = file.read(len(ARMOURED))
    file.seek(0)
    if start.startswith(AGE):
        return bool(settings.BACKUP_IDENTITY)
    return not start.startswith(ARMOURED) or bool(settings.BACKUP_PASSPHRASE)


def locked_key(file: IO[bytes], pyrage: Any) -> Any:
    """The key that a backup begins with, unlocked by the passphrase; what it locks comes next. Raises Refused."""
    if not settings.BACKUP_PASSPHRASE:
        raise Refused("It is locked with a passphrase: set WORKBENCH_BACKUP_PASSPHRASE, or …_FILE for a file with it.")
    start = file.read(FORGOTTEN)
    at = start.find(END)
    if at < 0:
        raise Refused("It is damaged or cut off: the key that it begins with does not end.")
    file.seek(at + len(END) + 1)
    try:
        secret = pyrage.passphrase.decrypt(start[: at + len(END)], settings.BACKUP_PASSPHRASE)
        return pyrage.x25519.Identity.from_str(secret.decode())
    except (pyrage.DecryptError, pyrage.IdentityError, UnicodeDecodeError) as fault:
        raise Refused("WORKBENCH_BACKUP_PASSPHRASE is not the passphrase that it was locked with.") from fault


def own_key(pyrage: Any) -> Any:
    """The key that opens what was locked for a public one. Raises Refused."""
    if not settings.BACKUP_IDENTITY:
        raise Refused("It is locked for a key: set WORKBENCH_BACKUP_IDENTITY_FILE to the file with its secret half.")
    return pyrage.x25519.Identity.from_str(settings.BACKUP_IDENTITY)


@contextmanager
def piped(work: Callable[[IO[bytes]], object], ours: str, theirs: str) -> Iterator[IO[bytes]]:
    """Our end of a pipe whose other end `work` has, in a thread of its own. What it raises is raised here."""
    reading, writing = os.pipe()
    faults: list[BaseException] = []
    end = os.fdopen(reading if theirs == "rb" else writing, theirs)

    def run() -> None:
        try:
            with end:
                work(end)
        except BaseException as fault:
            faults.append(fault)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    mine = os.fdopen(reading if ours == "rb" else writing, ours)
    try:
        yield mine
        mine.close()
    except BaseException as fault:
        close_anyhow(mine)
        thread.join()
        # The cause is at the other end: here it only shows as a pipe that broke, or as a tar that ended too soon.
        if faults and not isinstance(faults[0], BrokenPipeError):
            raise faults[0] from fault
        raise
    thread.join()
    if faults and not isinstance(faults[0], BrokenPipeError):
        raise faults[0]


def close_anyhow(stream: IO[bytes]) -> None:
    """Close what may be broken already, and may still hold what it could not write."""
    with suppress(OSError):
        stream.close()
