"""The one folder in which an installation keeps its database, its files and its secret key."""

import errno
import fcntl
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS)  # what a disk that knows no second names says to a link
IN_USE = ".in-use"  # in a scratch folder: locked for as long as somebody uses it


def made(folder: Path) -> Path:
    """The folder, made for its owner alone where it is missing. Raises ImproperlyConfigured where it cannot be."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as fault:
        raise ImproperlyConfigured(f"WORKBENCH_DATA: {folder} cannot be made: {fault.strerror}.") from fault
    return folder


def secret_key(folder: Path) -> str:
    """The installation's own secret key, made on first use and readable by its owner alone.

    Raises ImproperlyConfigured where it is missing and cannot be made.
    """
    place = folder / "secret_key"
    try:
        key = _kept_once(place, secrets.token_urlsafe(60))
    except OSError as fault:
        raise ImproperlyConfigured(
            f"WORKBENCH_SECRET_KEY is not set, and no key could be kept in {folder}: {fault.strerror}."
        ) from fault
    if not key:
        raise ImproperlyConfigured(f"{place} is empty: delete it, or set WORKBENCH_SECRET_KEY.")
    return key


def installation(folder: Path) -> str:
    """Eight hex digits that tell this data folder's installation from others; made on first use. Raises OSError."""
    return _kept_once(folder / "installation", secrets.token_hex(4))


def _kept_once(place: Path, text: str) -> str:
    """What stands in the file: the text, where it is not there yet. It is there whole and on disk, or not at all."""
    if not place.exists():
        with tempfile.NamedTemporaryFile("w", dir=place.parent, prefix=f".{place.name}-", delete_on_close=False) as new:
            new.write(text)
            new.flush()
            os.fsync(new.fileno())
            with suppress(FileExistsError):  # another was quicker
                _name(new.name, place)
        folder = os.open(place.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    return place.read_text().strip()


def _name(new: str, place: Path) -> None:
    """Give a whole file its name for good, unless there is one of that name: that may raise FileExistsError."""
    try:
        os.link(new, place)
    except OSError as fault:
        if fault.errno not in NO_LINKS:
            raise
        with _door(place.parent):  # some shared folders know no second names: there the first comes in alone
            if not place.exists():
                os.replace(new, place)


def restore_journal(folder: Path) -> Path:
    """The journal of a restore. While it stands, one is under way here or was broken off."""
    return folder / "restoring" / "journal.json"


def is_demo(folder: Path) -> bool:
    """Whether the folder was made by `manage.py demo`: there, and only there, the demo accounts may sign in."""
    return (folder / "demo").exists()


@contextmanager
def scratch(parent: Path, prefix: str) -> Iterator[Path]:
    """A folder for this process, gone when it is done with it; those that killed ones left behind go at its beginning.

    Processes that it forks may use it, and do not take it away. Raises OSError where there can be none.
    """
    owner = os.getpid()
    with _door(parent):  # nobody takes away what is not marked yet
        for left in parent.glob(f"{prefix}*"):
            if not _in_use(left):
                shutil.rmtree(left, ignore_errors=True)
        folder = Path(tempfile.mkdtemp(dir=parent, prefix=prefix))
        mark = open(folder / IN_USE, "w")  # noqa: SIM115 - held for as long as the folder is
        fcntl.flock(mark, fcntl.LOCK_EX)
    try:
        yield folder
    finally:
        if os.getpid() == owner:
            with _door(parent):  # nor what is being taken away
                shutil.rmtree(folder)
        mark.close()


@contextmanager
def _door(parent: Path) -> Iterator[None]:
    """One at a time begins or ends a scratch folder in there."""
    with open(parent / ".scratching", "w") as door:
        fcntl.flock(door, fcntl.LOCK_EX)
        yield


def _in_use(folder: Path) -> bool:
    """Whether somebody holds its mark; not where the folder is gone."""
    try:
        with open(folder / IN_USE, "a") as mark:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    return False
