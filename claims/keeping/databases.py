"""A database as it stood at one instant, while people go on working: a copy to be kept, and what can be asked of it."""

from __future__ import annotations

import gzip
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from claims.keeping.archive import CHUNK, POSTGRES, SQLITE
from claims.models import Refused, StoredFile

type Ask = Callable[[str], list[tuple[Any, ...]]]

BATCH = 500
# Who is signed in, and what is only remembered for a while, is no record: a stolen backup signs nobody in.
LEFT_OUT = ("django_session", "cache", "usersessions_usersession")


@dataclass(frozen=True)
class Copy:
    """The copy: its name in a backup, the file that it is in, and how to ask what stands in it."""

    member: str
    file: Path
    kind: str
    made_by: str
    ask: Ask
    schema: str = ""  # PostgreSQL's, that all tables are in

    def about(self) -> dict[str, Any]:
        """What a backup says of it: kind, migrations, heads of the log."""
        heads = self.ask(
            "SELECT COALESCE(code, ''), count, head FROM claims_chain "
            "LEFT JOIN claims_case ON claims_case.id = case_id ORDER BY 1"
        )
        return {
            "database": self.kind,
            "database_made_by": self.made_by,
            "schema": self.schema,
            "migrations": [list(row) for row in self.ask("SELECT app, name FROM django_migrations ORDER BY id")],
            "log_heads": {code: f"{count}:{head}" for code, count, head in heads},
        }

    def files(self) -> Iterator[tuple[str, int, bool]]:
        """Each file that it knows, in the order of their hashes: SHA-256, size, and whether anything names it."""
        naming = " OR ".join(
            f"EXISTS (SELECT 1 FROM {each.related_model._meta.db_table} AS n "  # noqa: S608 - own names
            f"WHERE n.{each.field.column} = s.id)"
            for each in StoredFile._meta.related_objects
        )
        last = ""
        while True:
            rows = self.ask(
                f"SELECT sha256, size, {naming} FROM claims_storedfile AS s "  # noqa: S608 - own names, and a hash
                f"WHERE sha256 > '{last}' ORDER BY sha256 LIMIT {BATCH}"
            )
            yield from ((sha256, size, bool(named)) for sha256, size, named in rows)
            if len(rows) < BATCH:
                return
            last = rows[-1][0]


@contextmanager
def copied(folder: Path) -> Iterator[Copy]:
    """A copy of the installation's database in the folder. Raises Refused where that cannot be made."""
    with (sqlite_copy if connection.vendor == "sqlite" else postgres_copy)(folder) as copy:
        yield copy


@contextmanager
def sqlite_copy(folder: Path) -> Iterator[Copy]:
    """SQLite's own backup in one step: it holds what was committed when it began, and writers need not wait."""
    plain, packed = folder / "database.sqlite3", folder / SQLITE
    standing = sqlite3.connect(f"file:{database_file()}?mode=rw", uri=True, timeout=20)
    with closing(standing) as source, closing(sqlite3.connect(plain)) as target:
        source.backup(target)
    with closing(sqlite3.connect(plain, isolation_level=None)) as copy:
        copy.execute("PRAGMA journal_mode=DELETE")
        copy.execute("PRAGMA secure_delete=ON")
        for table in LEFT_OUT:
            if copy.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", [table]).fetchone():
                copy.execute(f"DELETE FROM {table}")  # noqa: S608 - own names
        with plain.open("rb") as whole, gzip.open(packed, "wb", compresslevel=3) as small:
            shutil.copyfileobj(whole, small, CHUNK)
        yield Copy(SQLITE, packed, "sqlite", sqlite3.sqlite_version, lambda sql: copy.execute(sql).fetchall())


@contextmanager
def postgres_copy(folder: Path) -> Iterator[Copy]:
    """What pg_dump writes of the snapshot that this transaction sees too."""
    dump = folder / POSTGRES
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot(), current_schema(), current_setting('server_version')")
        snapshot, schema, version = cursor.fetchone()
        left_out = [f"--exclude-table-data={schema}.{table}" for table in LEFT_OUT]
        run(
            "pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--schema={schema}",
            f"--snapshot={snapshot}", *left_out, f"--file={dump}",
        )  # fmt: skip

        def ask(sql: str) -> list[tuple[Any, ...]]:
            cursor.execute(sql)
            return list(cursor.fetchall())

        yield Copy(POSTGRES, dump, "postgresql", version, ask, schema)


def is_behind() -> bool:
    """Whether the installation's database lacks migrations of this version."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def newer() -> list[tuple[str, str]]:
    """The migrations, by app and name, that a newer program has applied to the database, in their order by name."""
    known = shipped()
    ours = {app for app, _ in known}
    return sorted(each for each in applied() if each not in known and each[0] in ours)


def applied() -> set[tuple[str, str]]:
    """The migrations that the database has; none where it is empty."""
    return set(MigrationRecorder(connection).applied_migrations())


@cache
def shipped() -> frozenset[tuple[str, str]]:
    """The migrations that came with this program; they are read from the disk once."""
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)


def database_file() -> Path:
    """Where a SQLite database is."""
    return Path(connection.settings_dict["NAME"])


def tool(name: str) -> str:
    """The path of one of PostgreSQL's programs: of the server's own version where Debian keeps it, or on the path.

    A newer one would write what an older server does not understand. Raises Refused where there is none.
    """
    major = connection.pg_version // 10_000 if connection.vendor == "postgresql" else 0  # type: ignore[attr-defined]
    same = Path(f"/usr/lib/postgresql/{major}/bin/{name}")
    found = str(same) if same.exists() else shutil.which(name)
    if found is None:
        raise Refused(f"{name} is missing on this machine: install PostgreSQL's programs (postgresql-client).")
    return found


def reaching(**instead: str) -> tuple[str, dict[str, str]]:
    """How PostgreSQL's programs reach the installation's database: a line without the password, and an environment.

    What is to be otherwise in the line, such as `dbname`, is given by its name there.
    """
    from psycopg.conninfo import make_conninfo  # an extra

    given = connection.get_connection_params()
    told = ("host", "port", "user", "dbname", "sslmode", "sslcert", "sslkey", "sslrootcert", "service", "passfile")
    line = make_conninfo(**{name: given[name] for name in told if given.get(name)} | instead)
    password = {"PGPASSWORD": str(given["password"])} if given.get("password") else {}
    return line, {**os.environ, **password}


def run(name: str, *arguments: str, **instead: str) -> str:
    """What one of PostgreSQL's programs prints, with `instead` for `reaching`.

    Raises Refused with what it says where it fails.
    """
    line, environment = reaching(**instead)
    done = subprocess.run(  # noqa: S603 - own words
        [tool(name), f"--dbname={line}", *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Refused(f"{name} failed: {done.stderr.strip()}")
    return done.stdout
