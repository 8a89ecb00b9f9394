"""A PostgreSQL database for a while, beside the installation's, in which a dump is tried out."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import connection

from claims.keeping.backing_up import by
from claims.keeping.databases import reaching, run, tool
from claims.models import Refused

logger = logging.getLogger(__name__)
PREFIX = "workbench_verifying"
ASKING = ("--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1")


class Untried(Refused):
    """Something cannot be tried out here, which says nothing against it."""


@dataclass(frozen=True)
class Beside:
    """The database: its name, and the options with which it is reached so that its schema is found first."""

    name: str
    options: str

    def run(self, program: str, *arguments: str) -> str:
        """What one of PostgreSQL's programs prints of it. Raises Refused."""
        return run(program, *arguments, dbname=self.name, options=self.options)

    def ask(self, sql: str) -> str:
        """What it answers, a row a line. Raises Refused."""
        return self.run("psql", *ASKING, f"--command={sql}")

    @property
    def address(self) -> str:
        """Its DATABASE_URL, with the password: for an environment alone."""
        from psycopg.conninfo import conninfo_to_dict  # an extra

        how = conninfo_to_dict(reaching(dbname=self.name, options=self.options)[0])
        who, name = quote(str(how.pop("user", "")), safe=""), how.pop("dbname")
        if password := connection.get_connection_params().get("password"):
            who += f":{quote(str(password), safe='')}"
        return f"postgres://{who}@/{name}?{urlencode(how, quote_via=quote)}"


@contextmanager
def database_beside(folder: str, schema: str) -> Iterator[Beside]:
    """An empty database in which this schema is found first, on the installation's server, dropped afterwards.

    It is named for a scratch folder in the data folder, so that those which killed processes left behind are known,
    and dropped at its beginning. Raises Untried where there can be none.
    """
    if connection.vendor != "postgresql":
        raise Untried("The database here is none of PostgreSQL, beside which it could be.")
    ours = f"{PREFIX}_{by()}_"
    quoted = schema.replace('"', '""')
    searched = quoted.replace("\\", "\\\\").replace(" ", "\\ ")
    there = Beside(ours + folder.rpartition("-")[2], f'-c search_path="{searched}"')
    try:
        tool("psql")
        for name in asked("SELECT datname FROM pg_database").splitlines():
            if re.fullmatch(ours + "[a-z0-9_]+", name) and not list(
                Path(settings.DATA).glob(f"*-{name.removeprefix(ours)}")
            ):
                with suppress(Refused):  # somebody may be in it
                    asked(f'DROP DATABASE "{name}"')
        # It sorts and cuts words as the installation's does, where that goes by the system's locales.
        making = (
            f"SELECT format('CREATE DATABASE {there.name} TEMPLATE template0 "  # noqa: S608 - an own name
            "ENCODING %L LC_COLLATE %L LC_CTYPE %L', "
            "pg_encoding_to_char(encoding), datcollate, datctype) FROM pg_database WHERE datname = current_database()"
        )
        asked(asked(making))
    except Refused as fault:
        do = " It takes a role that may create databases (ALTER ROLE … CREATEDB)." * ("permission denied" in str(fault))
        raise Untried(f"{str(fault).rstrip('.')}.{do}") from fault
    try:
        there.ask(f'CREATE SCHEMA IF NOT EXISTS "{quoted}"')
        yield there
    finally:
        try:
            asked(f"DROP DATABASE IF EXISTS {there.name} WITH (FORCE)")
        except Refused as fault:  # it says nothing of the dump; the next check drops it
            logger.warning("The database %s could not be dropped.", there.name, exc_info=fault)


def asked(sql: str) -> str:
    """What the installation's database answers, past the connections that this process keeps. Raises Refused."""
    return run("psql", *ASKING, f"--command={sql}").strip()
