"""Putting a backup back: everything is made ready beside what stands, and the database is switched in one step.

Until that step the old installation stands, and from it on the new one, wherever this is broken off: what is half done
is finished or cleared away by the next `restore`. Nothing is deleted: what stood before goes aside.

The order of the switch keeps the log verifiable all along. The heads of the old log go first, then the database
changes, then come the heads of the new log, and the keys. Files are added before: they bear the names of their own
contents.
"""

from __future__ import annotations

import contextlib
import datetime
import fcntl
import json
import os
import shutil
import sqlite3
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import batched
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection, connections
from django.utils import timezone

from claims.custody.store import Store, store, sync
from claims.custody.verifying import hashed
from claims.keeping.archive import CHUNK, POSTGRES, SQLITE, Hashed, read
from claims.keeping.backing_up import is_key
from claims.keeping.before_migrating import under_way
from claims.keeping.checking import refuse_unknown, sound, unpack
from claims.keeping.databases import database_file, reaching, run, tool
from claims.keeping.sealing import opened
from claims.models import Refused, StoredFile
from workbench.data_folder import restore_journal

SECRETS = ("secret_key", "demo")


@dataclass(frozen=True)
class Restored:
    """What came back, and where what stood before has gone; None where nothing stood."""

    about: dict[str, Any]
    files: int
    aside: str | None
    amiss: list[str]  # files that were missing or altered when the backup was made, and are still


def restore(file: Path, *, replace: bool = False) -> Restored:
    """Put a backup back as the installation that the settings name.

    Raises Refused, in a sentence, where it cannot be restored, or where something stands that `replace` does not give
    leave to put aside; OSError where the backup cannot be read or there is no room. What stood then stands still.
    """
    with alone():
        connections.close_all()
        target = Target.here()
        target.refuse_in_use()
        finish()
        if target.stands() and not replace:
            raise Refused(
                "There is an installation already, with people or cases in it. --replace puts it aside and "
                "restores the backup in its place."
            )
        work = Work(target)
        work.begin()
        with contextlib.ExitStack() as undo:
            undo.callback(finish)  # whatever happens: the old stands, or the new one
            with file.open("rb") as stream, opened(stream) as tar:
                manifest = read(tar, work.take, before=work.before)
            target.check(work.staged)
            work.switch()
        amiss = [sha256 for sha256 in manifest["amiss"] if not work.store.has(sha256)]
        return Restored(manifest, work.files, work.aside if target.put_aside(work.aside) else None, amiss)


@contextmanager
def alone() -> Iterator[None]:
    """One restores at a time, as the user to whom the data belong. Raises Refused."""
    data = Path(settings.DATA)
    if os.geteuid() != data.stat().st_uid:
        raise Refused(f"{data} belongs to somebody else: restore as that user, or what comes back cannot be read.")
    with open(data / ".restoring", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as fault:
            raise Refused("Something is being restored just now: wait until it is done.") from fault
        yield


def half_done() -> bool:
    """Whether a restore was broken off, and has yet to be finished or cleared away by the next one."""
    return restore_journal(settings.DATA).exists()


def finish() -> None:
    """Clear away what was broken off before the switch; finish what was broken off after it."""
    try:
        said = json.loads(restore_journal(settings.DATA).read_text())
    except (FileNotFoundError, ValueError):
        said = {}  # nothing was begun, or it was killed while it wrote its very first line
    target, work = Target.here(), _work()
    if said.get("switching"):
        if target.switched(said["id"]):
            _settle(said)
        else:
            _take_back(said)
    if not (said.get("switching") and target.switched(said["id"])):
        _clear_added()
    target.clear()
    if work.exists():
        shutil.rmtree(work)


def _work() -> Path:
    return restore_journal(settings.DATA).parent


def _clear_added() -> None:
    """Let go of the files that came in with a restore that was broken off, unless the old database knows them."""
    try:
        names = (_work() / "added").read_text().split()
    except FileNotFoundError:
        return
    kept, stands = store(), Target.here().stands()
    for some in batched(names, 500, strict=False):
        try:
            known = StoredFile.objects.filter(sha256__in=some).values_list("sha256", flat=True) if stands else []
            strangers = set(some) - set(known)
        except DatabaseError:
            return  # what cannot be asked may know them: they stay, and verify_files names those that are nobody's
        for name in strangers:
            kept.remove(name)
    connections.close_all()


def _settle(said: dict[str, Any]) -> None:
    """What follows the switch: the heads of the new log, the keys that sign, and its secrets."""
    data, work, aside = Path(settings.DATA), _work(), Path(said["aside"])
    if (work / "heads").exists():
        # A server that was started at once may have begun to keep some: those of the backup are older.
        if (data / "heads").exists():
            shutil.rmtree(work / "heads")
        else:
            os.rename(work / "heads", data / "heads")
    for key in (work / "keys").glob("*.key"):
        _bring_in(key, data / "keys" / key.name, aside)
    if said["with_files"]:
        for name in SECRETS:
            if (work / name).exists():
                _set_aside(data / name, aside)
                os.replace(work / name, data / name)
            elif name == "demo" and (data / name).exists() and not said["demo"]:
                _set_aside(data / name, aside)
                (data / name).unlink()
    under_way().unlink(missing_ok=True)  # the migrations that it tells of were of what stood before
    sync(data)


def _bring_in(key: Path, place: Path, aside: Path) -> None:
    """Put a key among those that are there, unless its like is, or it is not what its name says itself."""
    if is_key(place) or not is_key(key):
        return
    place.parent.mkdir(mode=0o700, exist_ok=True)
    if place.exists():
        for folder in (aside, aside / "keys"):
            folder.mkdir(mode=0o700, exist_ok=True)
        _set_aside(place, aside / "keys")
    os.replace(key, place)
    sync(place.parent)


def _set_aside(place: Path, aside: Path) -> None:
    """Keep what stands there under its name in the folder of what was replaced, as well."""
    if aside.exists() and place.exists() and not (aside / place.name).exists():
        os.link(place, aside / place.name)


def _take_back(said: dict[str, Any]) -> None:
    """Put back what went aside before the database could be switched."""
    data, aside = Path(settings.DATA), Path(said["aside"])
    if (aside / "heads").exists() and not (data / "heads").exists():
        os.rename(aside / "heads", data / "heads")
    Target.here().take_back(aside)
    with contextlib.suppress(OSError):
        aside.rmdir()


class Work:
    """A restore under way: what is made ready, and the journal of it."""

    def __init__(self, target: Target) -> None:
        self.target, self.store, self.folder = target, store(), _work()
        self.id = timezone.now().astimezone(datetime.UTC).strftime("%Y%m%dT%H%M%S%fZ")
        self.aside = str(Path(settings.DATA) / f"replaced-{self.id}")
        self.about: dict[str, Any] = {}
        self.files = 0
        self.staged = target.staged()

    def begin(self) -> None:
        """Make room, and say so in the journal."""
        self.folder.mkdir(mode=0o700)
        (self.folder / "heads").mkdir()
        (self.folder / "keys").mkdir(mode=0o700)
        self.note(switching=False)

    def note(self, *, switching: bool) -> None:
        """Say in the journal how far it is; on disk before anything follows."""
        said = {"id": self.id, "aside": self.aside, "switching": switching}
        said |= {"with_files": self.about.get("with_files", False), "demo": (self.folder / "demo").exists()}
        new = self.folder / "journal.new"
        with new.open("w") as file:
            json.dump(said, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, restore_journal(settings.DATA))
        sync(self.folder)

    def before(self, about: dict[str, Any]) -> None:
        """Raises Refused for what cannot be restored here."""
        refuse_unknown(about)
        self.target.refuse_other(about)
        self.about = about

    def take(self, name: str, content: Hashed) -> None:
        """Make one member ready."""
        kind, _, rest = name.partition("/")
        if kind == "files":
            self.keep(rest, content)
        elif name in (SQLITE, POSTGRES):
            self.staged.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            unpack(content, self.staged)
            on_disk(self.staged)
        else:
            place = self.folder / name
            with open(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                shutil.copyfileobj(content, out, CHUNK)
            on_disk(place)

    def keep(self, sha256: str, content: Hashed) -> None:
        """Put a file into the store, unless it is there as it should be."""
        with self.store.arriving() as file:
            shutil.copyfileobj(content, file, CHUNK)
            if content.hash.hexdigest() != sha256:
                return  # altered before it was backed up; the manifest says so, or the backup is damaged
            stands = self.store.has(sha256)
            if not stands:
                with (self.folder / "added").open("a") as added:
                    added.write(f"{sha256}\n")
            if not stands or not whole(self.store, sha256):
                self.store.put(file, sha256, anew=stands)
        self.files += 1

    def switch(self) -> None:
        """From now on the new one stands."""
        aside = Path(self.aside)
        self.note(switching=True)
        if (Path(settings.DATA) / "heads").exists():
            aside.mkdir(mode=0o700, exist_ok=True)
            os.rename(Path(settings.DATA) / "heads", aside / "heads")
        self.target.switch(self.staged, aside, self.id)
        # What follows is what `finish` does with it.


def on_disk(place: Path) -> None:
    """Have what was written to a file on disk before anything rests on it."""
    with place.open("rb") as file:
        os.fsync(file.fileno())


def whole(kept: Store, sha256: str) -> bool:
    """Whether what the store holds under a hash is that."""
    with kept.open(sha256) as stream:
        return hashed(stream) == sha256


class Target(ABC):
    """The database that a backup comes back to."""

    @staticmethod
    def here() -> Target:
        """That of the settings."""
        return OnSQLite() if connection.vendor == "sqlite" else OnPostgres()

    kind = ""

    @abstractmethod
    def staged(self) -> Path:
        """Where what is to come is made ready."""

    @abstractmethod
    def stands(self) -> bool:
        """Whether there is something to lose: people or cases."""

    @abstractmethod
    def refuse_in_use(self) -> None:
        """Raises Refused where somebody is at work in it."""

    def refuse_other(self, about: dict[str, Any]) -> None:
        """Raises Refused for a backup of another kind of database."""
        if about["database"] != self.kind:
            raise Refused(
                f"It is of a {NAMED[about['database']]} database, and the one here is {NAMED[self.kind]}. Restore it "
                f"with a {NAMED[about['database']]} database as DATABASE_URL, then bring it here by move_database."
            )

    @abstractmethod
    def check(self, staged: Path) -> None:
        """Raises Refused where what was made ready cannot stand."""

    @abstractmethod
    def switch(self, staged: Path, aside: Path, mark: str) -> None:
        """Put what was made ready in the place of what stands, in one step."""

    @abstractmethod
    def switched(self, mark: str) -> bool:
        """Whether that step was taken."""

    def take_back(self, aside: Path) -> None:  # noqa: B027 - where the step is a transaction there is nothing to
        """Put back what went aside before that step."""

    def put_aside(self, aside: str) -> bool:
        """Whether something stood before, and is aside now."""
        return Path(aside).exists()

    def clear(self) -> None:  # noqa: B027 - the folder of the work goes with all that is in it
        """Clear away what was made ready outside of it."""


NAMED = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


class OnSQLite(Target):
    """A file, which is renamed over the one that stands."""

    kind = "sqlite"

    def __init__(self) -> None:
        self.file = database_file()

    def staged(self) -> Path:
        return self.file.parent / "restoring" / "database.sqlite3"

    def stands(self) -> bool:
        if not self.file.exists():
            return False
        try:
            with closing(sqlite3.connect(self.file)) as old:
                if not old.execute("SELECT 1 FROM sqlite_master WHERE name = 'claims_user'").fetchone():
                    return False
                asked = "SELECT EXISTS (SELECT 1 FROM claims_user) OR EXISTS (SELECT 1 FROM claims_case)"
                return bool(old.execute(asked).fetchone()[0])
        except sqlite3.DatabaseError:
            return True  # a damaged one is put aside as well: somebody may yet want to save what can be saved

    def refuse_in_use(self) -> None:
        with self.held():
            pass

    @contextmanager
    def held(self) -> Iterator[None]:
        """Nobody else is in the database, and all that was written stands in its one file. Raises Refused."""
        if not self.file.exists():
            yield
            return
        with closing(sqlite3.connect(self.file, timeout=1, isolation_level=None)) as old:
            try:
                # Whoever is connected keeps it from leaving the write-ahead log.
                old.execute("PRAGMA journal_mode=DELETE").fetchone()
                old.execute("BEGIN EXCLUSIVE")
            except sqlite3.DatabaseError as fault:
                if fault.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                    raise Refused(
                        "Somebody is at work in the database: end the server and its workers first."
                    ) from fault
                # It is damaged, which may be why it is to be replaced.
            yield

    def check(self, staged: Path) -> None:
        if not staged.exists():
            raise Refused("It is damaged: there is no database in it.")
        sound(staged)

    def switch(self, staged: Path, aside: Path, mark: str) -> None:
        with self.held():
            beside = self.file.parent / aside.name
            # What is left of one that was damaged, or taken away, would be taken for the new one's.
            for left in self.rest():
                beside.mkdir(mode=0o700, exist_ok=True)
                os.rename(left, beside / left.name)
            if self.file.exists():
                beside.mkdir(mode=0o700, exist_ok=True)
                os.link(self.file, beside / self.file.name)
            os.replace(staged, self.file)
            sync(self.file.parent)

    def rest(self) -> list[Path]:
        """What lies beside the file while it is in use."""
        return [path for end in ("-wal", "-shm", "-journal") if (path := Path(f"{self.file}{end}")).exists()]

    def switched(self, mark: str) -> bool:
        return not self.staged().exists()

    def take_back(self, aside: Path) -> None:
        beside = self.file.parent / aside.name
        (beside / self.file.name).unlink(missing_ok=True)
        for end in ("-wal", "-shm", "-journal"):
            with contextlib.suppress(FileNotFoundError):
                os.rename(beside / f"{self.file.name}{end}", f"{self.file}{end}")
        with contextlib.suppress(OSError):
            beside.rmdir()

    def clear(self) -> None:
        if self.staged().parent.exists() and self.staged().parent != _work():
            shutil.rmtree(self.staged().parent)


class OnPostgres(Target):
    """A schema, which is made anew in one transaction, in which the old one gets another name."""

    kind = "postgresql"

    def staged(self) -> Path:
        return _work() / POSTGRES

    @staticmethod
    def ask(sql: str) -> str:
        """What the database answers, past the connections that this process keeps."""
        return run("psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", f"--command={sql}").strip()

    def schema(self) -> str:
        """The schema that tables are in, or will be."""
        return self.ask("SELECT COALESCE(current_schema(), 'public')")

    def stands(self) -> bool:
        if self.ask("SELECT to_regclass('claims_user') IS NOT NULL AND to_regclass('claims_case') IS NOT NULL") == "f":
            return False
        return self.ask("SELECT EXISTS (SELECT 1 FROM claims_user) OR EXISTS (SELECT 1 FROM claims_case)") == "t"

    def refuse_in_use(self) -> None:
        tool("psql")  # it asks for the server's version, over a connection
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]
        for _ in range(20):
            others = self.ask(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
                "AND backend_type = 'client backend'"
            )
            if others == "0":
                return
            time.sleep(0.1)  # whoever has gone is seen for a moment still
        raise Refused(f"Somebody is at work in the database ({others} connections): end servers and workers first.")

    def refuse_other(self, about: dict[str, Any]) -> None:
        super().refuse_other(about)
        schema = self.schema()
        if about["schema"] != schema:
            raise Refused(f"It is of the schema {about['schema']!r}, and this database's is {schema!r}.")
        ours = ("claims_", "django_", "auth_", "account_", "socialaccount_", "mfa_", "usersessions_", "cache")
        tables = self.ask("SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1").split()
        others = [name for name in tables if not name.startswith(ours)]
        if others:
            raise Refused(
                f"The database holds tables of something else, such as {others[0]}: restore into one of its own."
            )

    def check(self, staged: Path) -> None:
        if not staged.exists():
            raise Refused("It is damaged: there is no database in it.")

    def switch(self, staged: Path, aside: Path, mark: str) -> None:
        self.refuse_in_use()
        schema, old = self.schema(), f"replaced_{mark.lower()}"
        aside_or_gone = f'ALTER SCHEMA "{schema}" RENAME TO "{old}"'
        holds = "SELECT EXISTS (SELECT 1 FROM pg_class WHERE relnamespace = current_schema()::regnamespace)"
        if self.ask(holds) == "f":
            aside_or_gone = f'DROP SCHEMA IF EXISTS "{schema}" CASCADE'  # with nothing in it
        line, environment = reaching()
        with subprocess.Popen(  # noqa: S603 - own words
            [tool("psql"), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", f"--dbname={line}", "--output=/dev/null"],
            env=environment, stdin=subprocess.PIPE, stderr=subprocess.PIPE,
        ) as psql:  # fmt: skip
            assert psql.stdin is not None  # noqa: S101 - it was asked for
            assert psql.stderr is not None  # noqa: S101 - for the type alone
            broke = None
            try:
                psql.stdin.write(f'BEGIN;\n{aside_or_gone};\nCREATE SCHEMA "{schema}";\n'.encode())
                psql.stdin.flush()
                with subprocess.Popen(  # noqa: S603 - own words
                    [tool("pg_restore"), "--no-owner", "--no-privileges", f"--use-list={self.contents(staged)}",
                     "--file=-", str(staged)],
                    stdout=psql.stdin, stderr=subprocess.PIPE,
                ) as source:  # fmt: skip
                    assert source.stderr is not None  # noqa: S101 - for the type alone
                    complaint = source.stderr.read().decode(errors="replace")
                if source.returncode == 0:
                    # Where this never comes, because somebody is killed, nothing of it was done.
                    end = f"COMMENT ON SCHEMA \"{schema}\" IS 'restored {mark}';\nCOMMIT;\nANALYZE;\n"
                    psql.stdin.write(end.encode())
                psql.stdin.close()
            except BrokenPipeError as fault:
                broke = fault
            said = psql.stderr.read().decode(errors="replace").strip()
        if source.returncode or psql.returncode or broke:
            raise Refused(f"PostgreSQL refused it, and stands as before: {said or complaint.strip()}")

    def contents(self, dump: Path) -> Path:
        """The list of what is to be restored of a dump: all but the schema itself, which is made."""
        listed = subprocess.run([tool("pg_restore"), "--list", str(dump)], capture_output=True, text=True, check=False)  # noqa: S603 - own words
        if listed.returncode:
            raise Refused(f"Its dump cannot be read: {listed.stderr.strip()}")
        lines = [line for line in listed.stdout.splitlines() if " SCHEMA - " not in line and " - SCHEMA " not in line]
        place = dump.with_suffix(".list")
        place.write_text("\n".join(lines) + "\n")
        return place

    def switched(self, mark: str) -> bool:
        said = self.ask("SELECT obj_description(COALESCE(current_schema(), 'public')::regnamespace, 'pg_namespace')")
        return said == f"restored {mark}"

    def put_aside(self, aside: str) -> bool:
        mark = Path(aside).name.removeprefix("replaced-")
        schemas = self.ask("SELECT nspname FROM pg_namespace").split()
        return f"replaced_{mark.lower()}" in schemas or super().put_aside(aside)
