"""Another place for an installation: a folder and a database of its own, of the kind that the tests run on."""

import itertools
import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import connection, connections

from claims.keeping.comparing import rows, tables
from tests.processes import ROOT, bare_environment

_counter = itertools.count(1)


@dataclass
class Place:
    """An installation elsewhere, reached by commands as from a shell."""

    data: Path
    variables: dict[str, str]
    database: dict[str, object]

    def run(self, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """What a Python with these arguments did there."""
        return subprocess.run(
            [sys.executable, *command], cwd=ROOT, capture_output=True, text=True, timeout=560,
            env=bare_environment(**self.variables, **variables),
        )  # fmt: skip

    def manage(self, *command: str, **variables: str) -> str:
        """What a command says that succeeds."""
        done = self.run("manage.py", *command, **variables)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def refuses(self, *command: str, **variables: str) -> str:
        """What a command says that fails."""
        done = self.run("manage.py", *command, **variables)
        assert done.returncode == 1, done.stdout
        assert "Traceback" not in done.stderr
        return done.stdout + done.stderr

    @contextmanager
    def looked_into(self):
        """The alias under which its database can be asked."""
        connections.databases["elsewhere"] = self.database
        there = connections["elsewhere"]
        # The test's own database is the only one that it may connect to by a name that is known.
        del connections.databases["elsewhere"]
        there.ensure_connection()
        connections.databases["elsewhere"] = self.database
        try:
            yield "elsewhere"
        finally:
            connections["elsewhere"].close()
            del connections["elsewhere"]
            del connections.databases["elsewhere"]

    def rows(self) -> dict[str, list[str]]:
        """Table by table, what stands there."""
        with self.looked_into() as alias:
            return every_row(alias)

    def files(self) -> set[str]:
        return {path.name for path in (self.data / "files").rglob("*") if path.is_file()}


def every_row(alias: str = "default") -> dict[str, list[str]]:
    """Table by table, every row of a database."""
    return {model._meta.db_table: list(rows(model, alias)) for model in tables()}


@pytest.fixture
def elsewhere(tmp_path_factory, real_transactions):
    """Makes empty places; on PostgreSQL their databases go afterwards."""
    made = []

    def make() -> Place:
        n = next(_counter)
        data = tmp_path_factory.mktemp(f"elsewhere{n}")
        entry = {name: value for name, value in connection.settings_dict.items() if name != "TEST"}
        entry |= {"TEST": connection.settings_dict["TEST"]}
        if connection.vendor == "sqlite":
            entry["NAME"] = str(data / "workbench.sqlite3")
            return Place(data, {"WORKBENCH_DATA": str(data)}, entry)
        name = f"elsewhere_{os.getpid()}_{n}"
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        made.append(name)
        entry |= {"NAME": name, "OPTIONS": {}}
        host, port, user = entry["HOST"], entry["PORT"], entry["USER"]
        password = f":{entry['PASSWORD']}" if entry["PASSWORD"] else ""
        url = f"postgres://{user}{password}@{host}:{port}/{name}"
        return Place(data, {"WORKBENCH_DATA": str(data), "DATABASE_URL": url}, entry)

    yield make
    for name in made:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
