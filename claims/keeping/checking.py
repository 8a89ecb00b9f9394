"""Whether a backup could be restored: all of it is read, unlocked and hashed, and its database is tried out."""

from __future__ import annotations

import gzip
import os
import shutil
import sqlite3
import subprocess
import sys
import zlib
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

from django.conf import settings
from django.db.migrations.loader import MigrationLoader

from claims.keeping.archive import CHUNK, POSTGRES, SQLITE, Hashed, read
from claims.keeping.backing_up import is_key, verified, version
from claims.keeping.beside import Untried, database_beside
from claims.keeping.databases import tool
from claims.keeping.sealing import opened
from claims.models import Refused
from workbench.data_folder import scratch


@dataclass
class Account:
    """What a backup was found to hold."""

    about: dict[str, Any]
    files: int
    size: int  # bytes of all its members
    said: list[str] = field(default_factory=list)  # what else was looked at, in sentences
    amiss: dict[str, str] = field(default_factory=dict)  # files that were missing or altered when it was made
    untried: str = ""  # why its database could not be tried out here, in a sentence; nothing where it was

    @property
    def told(self) -> str:
        """What else was looked at, and what was not."""
        said = "; ".join(self.said or ["its dump was not looked into"])
        return f"{said}. Read back, not tried out: {self.untried}" if self.untried else f"{said}."


def verify_backup(file: Path) -> Account:
    """Read a backup to its end, and try its database out in a scratch one, without touching the installation.

    Where a dump of PostgreSQL could not be tried out here, the account says why, and it does not count as verified.
    Raises Refused, in a sentence, where it could not be restored; OSError where it cannot be read.
    """
    with scratch(settings.DATA, ".verifying-") as work:
        for kept in ("heads", "keys"):
            (work / kept).mkdir()
        files: set[str] = set()

        def take(name: str, content: Hashed) -> None:
            kind, _, rest = name.partition("/")
            if kind == "files":
                files.add(rest)
                content.drain()
                if content.hash.hexdigest() != rest:
                    altered.add(rest)
            elif kind in ("heads", "keys") or name in (SQLITE, POSTGRES):
                unpack(content, work / name.removesuffix(".gz"))

        altered: set[str] = set()
        with file.open("rb") as stream, opened(stream) as tar:
            manifest = read(tar, take, before=refuse_unknown)
        amiss: dict[str, str] = manifest["amiss"]
        if unsaid := altered - amiss.keys():
            raise Refused(f"It is damaged: files/{min(unsaid)} is not what its name says.")
        sizes = sum(each["size"] for each in manifest["members"].values())
        account = Account(manifest, len(files), sizes, amiss=amiss)
        known = files | amiss.keys() if manifest["with_files"] else None
        if manifest["database"] == "sqlite":
            account.said += tried_out(work, known)
        else:
            try:
                account.said += listed(work / POSTGRES)
                account.said += tried_out_beside(work, manifest["schema"], known)
            except Untried as why:
                account.untried = str(why)
        broken = sorted(key.name for key in (work / "keys").iterdir() if not is_key(key))
        account.said += [f"keys/{name} holds no key, or another than its name says" for name in broken]
    if not account.untried:
        verified(file)
    return account


def unpack(content: Hashed, place: Path) -> None:
    """Write a member to this place, for its owner alone; a packed database as it was before.

    Raises Refused where it cannot be unpacked.
    """
    with open(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        if place.name != "database.sqlite3":
            shutil.copyfileobj(content, out, CHUNK)
            return
        try:
            with gzip.GzipFile(fileobj=cast(IO[bytes], content), mode="rb") as whole:
                shutil.copyfileobj(whole, out, CHUNK)
        except (OSError, EOFError, zlib.error) as fault:
            if isinstance(fault, OSError) and fault.errno:
                raise  # a full disk, say
            raise Refused(f"It is damaged: its database cannot be unpacked ({fault}).") from fault


def refuse_unknown(about: dict[str, Any]) -> None:
    """Raises Refused where a newer program made it: what it holds has a form that this one does not know."""
    known = set(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)
    unknown = [f"{app}.{name}" for app, name in about["migrations"] if (app, name) not in known]
    if unknown:
        raise Refused(
            f"It was made by workbench {about['version']}, and its database has been through what this one "
            f"({version()}) does not know: {', '.join(unknown[:3])}. Restore it with that version or a later one."
        )


def sound(database: Path) -> None:
    """Raises Refused where a SQLite database is damaged, or where a row names another that is not there."""
    try:
        with closing(sqlite3.connect(database)) as copy:
            said = copy.execute("PRAGMA integrity_check(3)").fetchall()
            torn = copy.execute("PRAGMA foreign_key_check").fetchone() if said == [("ok",)] else None
    except sqlite3.DatabaseError as fault:
        raise Refused(f"Its database is damaged: {fault}.") from fault
    if said != [("ok",)]:
        raise Refused(f"Its database is damaged: {said[0][0]}.")
    if torn:
        raise Refused(f"Its database is damaged: a row of {torn[0]} names one of {torn[2]} that is not there.")


def tried_out(work: Path, files: set[str] | None) -> list[str]:
    """Try a SQLite database out: is it sound, are its files there, does its log hold. Raises Refused."""
    staged, database = work / "database.sqlite3", work / "workbench.sqlite3"
    sound(staged)
    staged.rename(database)
    said = log_holds(work)
    if files is not None:
        with closing(sqlite3.connect(database)) as copy:
            refuse_without(files, copy.execute(NAMED))
    return ["its database is sound, and can be brought to this version", said]


def tried_out_beside(work: Path, schema: str, files: set[str] | None) -> list[str]:
    """Try a dump out in a database of its own: can it be restored, are its files there, does its log hold.

    Raises Untried where there can be no such database, and Refused.
    """
    with database_beside(work.name, schema) as there:
        try:
            # The schema itself is there.
            there.run("pg_restore", "--exit-on-error", "--no-owner", "--no-privileges", f"--schema={schema}",
                      str(work / POSTGRES))  # fmt: skip
        except Refused as fault:
            raise Refused(f"Its dump cannot be restored: {fault}") from fault
        said = log_holds(work, DATABASE_URL=there.address)
        if files is not None:
            refuse_without(files, ((sha256,) for sha256 in there.ask(NAMED).split()))
    return ["its dump can be restored, and brought to this version", said]


# The files of captures, and the logs that cases had elsewhere.
NAMED = (
    "SELECT sha256 FROM claims_storedfile AS s WHERE EXISTS (SELECT 1 FROM claims_capture WHERE file_id = s.id) "
    "OR EXISTS (SELECT 1 FROM claims_formerlog WHERE file_id = s.id)"
)


def refuse_without(files: set[str], named: Iterable[tuple[str]]) -> None:
    """Raises Refused where a file that records name is none of those."""
    if lacking := names_without(named, files):
        raise Refused(f"It is not whole: a file that its records name, {lacking}, is not in it.")


def log_holds(work: Path, **variables: str) -> str:
    """That the log of a copy holds, once that is as this version has it. Raises Refused where it does not.

    In processes of their own: the chains, the seals and the heads kept beside. Files were hashed as they went by.
    """
    manage("migrate", "--verbosity=0", data=work, **variables)
    said = manage("verify_log", "--without-files", data=work, **variables)
    return f"its log holds: {sum(' entries hold' in line for line in said.splitlines())} chains"


def names_without(rows: Iterable[tuple[str]], files: set[str]) -> str:
    """The first of the hashes that is none of the files'; nothing where all are."""
    return next((sha256 for (sha256,) in rows if sha256 not in files), "")


def manage(*command: str, data: Path, **variables: str) -> str:
    """What a command of ours says of the SQLite database in a folder, or of the one that DATABASE_URL names.

    Raises Refused with what it says is wrong.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("WORKBENCH_", "DATABASE_URL"))}
    done = subprocess.run(  # noqa: S603 - this very program
        [sys.executable, str(settings.ROOT / "manage.py"), *command],
        env=kept | {"DJANGO_SETTINGS_MODULE": "workbench.settings", "WORKBENCH_DATA": str(data)} | variables,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise Refused(f"Its database does not hold together, says {command[0]}:\n{done.stdout}{done.stderr}".strip())
    return done.stdout


def listed(dump: Path) -> list[str]:
    """What pg_restore makes of a dump. Raises Untried where it is missing here, Refused where it cannot be read."""
    try:
        program = tool("pg_restore")
    except Refused as missing:
        raise Untried(str(missing)) from missing
    # Everything is unpacked and written out as SQL, to nowhere.
    done = subprocess.run([program, "--file=/dev/null", str(dump)], capture_output=True, text=True, check=False)  # noqa: S603 - own words
    if done.returncode:
        raise Refused(f"Its dump cannot be read: {done.stderr.strip()}")
    return ["its dump can be read to the end"]
