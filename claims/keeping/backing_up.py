"""Making a backup while people work, and knowing when that was done last.

The order is what makes it hold together. First the heads of the log, so that none is ahead of the database. Then the
database, as it stood at one instant. Then the keys: a secret half is on disk before the database knows its key. Then
the files that the copy of the database names: a file is there before anything names it, never changes and never goes.

A backup holds what it takes to go on as before on another machine, so it holds secrets: password hashes, the keys that
sign, and the secret key where that stands in the data folder. What stands in the environment alone (the database's
password, the bucket's, a secret key set by variable) is not in it, and neither is who was signed in.
"""

from __future__ import annotations

import contextlib
import datetime
import fcntl
import json
import os
import re
import shutil
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO, Self

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.conf import settings
from django.utils import timezone

from claims.custody import heads, keys, store
from claims.keeping.archive import Writer
from claims.keeping.databases import Copy, copied
from claims.keeping.sealing import sealed
from claims.models import Refused
from workbench.data_folder import installation

# What it is of, which installation made it, and when: several may keep theirs in one folder.
NAME = re.compile(
    r"(?P<name>workbench|before-migrating)-(?P<by>[0-9a-f]{8})-(?P<at>\d{8}T\d{6}Z)(?P<n>-\d+)?\.tar(\.age)?"
)
STAMP = "%Y%m%dT%H%M%SZ"
WORKING = ".backing-up-"  # how the names of folders begin in which a backup is being prepared


@dataclass(frozen=True)
class LastBackup:
    """The newest backup made here: when it was begun, where it is, whether it was tried out since, and what was amiss.

    `verified` is when it was found whole; None where it was not tried, or could not be opened here. `tried` is when any
    backup of ours last was. `lacks` names what else but files should be in it and was not here.
    """

    at: datetime.datetime
    file: Path
    size: int
    verified: datetime.datetime | None = None
    amiss: int = 0
    lacks: str = ""
    tried: datetime.datetime | None = None

    @property
    def whole(self) -> bool:
        """Whether all is in it that should be."""
        return not (self.amiss or self.lacks)

    @property
    def age(self) -> datetime.timedelta:
        """How long ago it was begun: what came in since is not in it."""
        return timezone.now() - self.at

    @property
    def stands(self) -> bool:
        """Whether the file is still where it was put, in its whole length."""
        try:
            return self.file.stat().st_size == self.size
        except OSError:
            return False

    @classmethod
    def read(cls, text: str) -> Self:
        """As `noted` writes it. Raises ValueError."""
        said = json.loads(text)
        at, file = datetime.datetime.fromisoformat(said["at"]), Path(said["file"])
        verified, tried = (said[each] and datetime.datetime.fromisoformat(said[each]) for each in ("verified", "tried"))
        return cls(at, file, int(said["size"]), verified, int(said["amiss"]), str(said["lacks"]), tried)


def last_backup() -> LastBackup | None:
    """What is known of the newest backup; None where none was made from this data folder. Reads one small file."""
    try:
        return LastBackup.read(_note().read_text())
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        return None  # a note that was damaged says nothing; the next backup writes it anew


def verified(file: Path) -> None:
    """Note that a backup of ours was found whole, and whether it is the newest."""
    last, now = last_backup(), timezone.now()
    if last is not None and last.file == file.resolve():
        noted(replace(last, verified=now, tried=now))
    elif last is not None and _is_ours(file, "workbench"):
        noted(replace(last, tried=now))


def noted(backup: LastBackup) -> None:
    """Write it down, whole or not at all."""
    said = asdict(backup) | {"file": str(backup.file), "at": backup.at.isoformat()}
    said |= {name: when and when.isoformat() for name, when in (("verified", backup.verified), ("tried", backup.tried))}
    new = _note().with_suffix(".new")
    new.write_text(json.dumps(said) + "\n")
    os.replace(new, _note())


def _note() -> Path:
    return Path(settings.DATA) / "last_backup.json"


def folder() -> Path:
    """Where backups are kept, unless somebody says otherwise."""
    return Path(settings.BACKUPS or Path(settings.DATA) / "backups")


def back_up(to: Path | None = None) -> LastBackup:
    """Make a backup in the folder, and note it. It appears with its name only once it is whole and on disk.

    Raises Refused where it cannot be made, and OSError where there is no room.
    """
    to, at, before = to or folder(), timezone.now(), last_backup()
    with preparing(to) as work:
        kept_heads = dict(_heads())
        with (
            copied(work) as copy,
            arriving(to, "workbench", at) as (place, out),
            _begun(out, copy, at, with_files=True) as writer,
        ):
            for name, head in kept_heads.items():
                writer.put(f"heads/{name}", head)
            _add_file(writer, copy.member, copy.file)
            _add_secrets(writer)
            _add_files(writer, copy)
            lacks = _lacking(copy, kept_heads)
    made = LastBackup(
        at,
        place.resolve(),
        place.stat().st_size,
        amiss=len(writer.amiss),
        lacks=lacks,
        tried=before.tried if before else None,
    )
    noted(made)
    return made


def keep_database(name: str, at: datetime.datetime, to: Path) -> Path:
    """A backup of the database alone, with the heads of the log."""
    with preparing(to) as work:
        kept_heads = dict(_heads())
        with (
            copied(work) as copy,
            arriving(to, name, at) as (place, out),
            _begun(out, copy, at, with_files=False) as writer,
        ):
            for head_of, head in kept_heads.items():
                writer.put(f"heads/{head_of}", head)
            _add_file(writer, copy.member, copy.file)
    return place


def _lacking(copy: Copy, kept_heads: dict[str, bytes]) -> str:
    """What the data folder should hold beside this database, and does not; nothing where all is there."""
    lacks = [
        f"{'a sound ' if place.exists() else ''}keys/{place.name}, with which reports are signed"
        for (fingerprint,) in copy.ask("SELECT fingerprint FROM claims_key WHERE until IS NULL")
        if not is_key(place := keys.place(fingerprint))
    ]
    if not kept_heads and copy.ask("SELECT 1 FROM claims_chain WHERE count > 0 LIMIT 1"):
        lacks.append("heads/, which show whether the newest entries of the log were deleted")
    return " and ".join(lacks)


def is_key(place: Path) -> bool:
    """Whether a secret half is there, and is the one whose fingerprint is the file's name."""
    try:
        secret = load_pem_private_key(place.read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
        return False
    public = secret.public_key().public_bytes_raw().hex() if isinstance(secret, Ed25519PrivateKey) else ""
    return bool(public) and keys.fingerprint_of(public) == place.stem


def _begun(out: IO[bytes], copy: Copy, at: datetime.datetime, *, with_files: bool) -> Writer:
    about = {"made_at": at.isoformat(), "version": version(), "with_files": with_files}
    own_key = (Path(settings.DATA) / "secret_key").exists()
    return Writer(out, about | copy.about() | {"secret_key": "held" if own_key and with_files else "kept elsewhere"})


def _heads() -> Iterator[tuple[str, bytes]]:
    """The heads that the data folder keeps, by file name."""
    for chain in heads.names_kept():
        place = heads.place(chain)
        yield place.name, place.read_bytes()


def _add_file(writer: Writer, name: str, file: Path) -> None:
    with file.open("rb") as stream:
        writer.add(name, stream, os.fstat(stream.fileno()).st_size)


def _add_secrets(writer: Writer) -> None:
    data = Path(settings.DATA)
    for key in sorted((data / "keys").glob("*.key")):
        _add_file(writer, f"keys/{key.name}", key)
    for name in ("secret_key", "demo"):
        if (data / name).exists():
            _add_file(writer, name, data / name)


def _add_files(writer: Writer, copy: Copy) -> None:
    """Add the files that the database knows; what is missing or altered already is named, and stops nothing."""
    kept = store.store()
    for sha256, _size, named in copy.files():
        try:
            with kept.open(sha256) as stream:
                size = stream.seek(0, os.SEEK_END)
                stream.seek(0)
                if writer.add(f"files/{sha256}", stream, size) != sha256:
                    writer.amiss[sha256] = "altered"
        except FileNotFoundError:
            # One that nothing names is of an upload under way, or of one that broke off.
            if named:
                writer.amiss[sha256] = "missing"


@contextmanager
def preparing(to: Path) -> Iterator[Path]:
    """A folder for what must not be seen by others, cleared away afterwards. One backup is made at a time.

    Raises Refused where another is being made, or where the folder for backups cannot be had.
    """
    data = Path(settings.DATA)
    try:
        to.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as fault:
        raise Refused(f"The folder for backups, {to}, cannot be made: {fault.strerror}.") from fault
    with open(data / ".backing-up", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as fault:
            raise Refused("A backup is being made just now: wait until it is done.") from fault
        for left in [*data.glob(f"{WORKING}*"), *to.glob(f"{WORKING}*-{by()}-*")]:  # by one that was killed
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        with tempfile.TemporaryDirectory(dir=data, prefix=WORKING) as work:
            yield Path(work)


@contextmanager
def arriving(to: Path, name: str, at: datetime.datetime) -> Iterator[tuple[Path, IO[bytes]]]:
    """The place of a new backup, and a stream to write it to; it is there once it is whole and on disk, or not at all.

    It is for its owner's eyes alone, and locked where the settings have what locks it.
    """
    is_locked = bool(settings.BACKUP_KEYS or settings.BACKUP_PASSPHRASE)
    place = _free(to, f"{name}-{by()}-{at.strftime(STAMP)}", ".tar.age" if is_locked else ".tar")
    new = to / f"{WORKING}{place.name}"
    try:
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            with sealed(file) as out:
                yield place, out
            file.flush()
            os.fsync(file.fileno())
        os.rename(new, place)
        store.sync(to)
    except BaseException:
        with contextlib.suppress(OSError):
            new.unlink(missing_ok=True)
        raise


def _free(to: Path, stem: str, ending: str) -> Path:
    """A name that nobody has: several may be made within a second, and the later one is numbered higher."""
    numbers = [int((match["n"] or "-1")[1:]) for path in to.glob(f"{stem}*") if (match := NAME.fullmatch(path.name))]
    return to / (f"{stem}-{max(numbers) + 1}{ending}" if numbers else f"{stem}{ending}")


def by() -> str:
    """Which installation makes backups here, as their names say it."""
    return installation(Path(settings.DATA))


def _is_ours(place: Path, name: str) -> re.Match[str] | None:
    """What the name of a backup of this name and of ours says; None for other files."""
    match = NAME.fullmatch(place.name)
    return match if match and (match["name"], match["by"]) == (name, by()) else None


def version() -> str:
    """This program's version, as its project says it."""
    project = tomllib.loads((Path(settings.ROOT) / "pyproject.toml").read_text(encoding="utf-8"))
    return str(project["project"]["version"])


def thin_out(to: Path, *, name: str = "workbench", newest: int, weeks: int = 0) -> list[Path]:
    """Let go of the backups of ours in the folder that are not to be kept, and name them.

    Kept are so many of the newest, and of those before them the last of a week, for so many weeks that have one.
    """
    gone = []
    for place in to_let_go(backups(to, name), newest=newest, weeks=weeks):
        place.unlink()
        gone.append(place)
    return gone


def backups(to: Path, name: str = "workbench") -> list[Path]:
    """The backups of this name in the folder that this installation made, newest first."""
    found = [(match, path) for path in to.glob(f"{name}-*") if (match := _is_ours(path, name))]
    found.sort(key=lambda pair: (pair[0]["at"], int((pair[0]["n"] or "-1")[1:])), reverse=True)
    return [path for _match, path in found]


def to_let_go(newest_first: list[Path], *, newest: int, weeks: int) -> list[Path]:
    """Those of them that are not to be kept."""
    older, seen, gone = newest_first[newest:], set[tuple[int, int]](), []
    for place in older:
        match = NAME.fullmatch(place.name)
        day = datetime.datetime.strptime(match["at"], STAMP).replace(tzinfo=datetime.UTC) if match else None
        week = tuple(day.isocalendar()[:2]) if day else None
        if week is None or week in seen or len(seen) == weeks:
            gone.append(place)
        else:
            seen.add((week[0], week[1]))
    return gone
