"""From one database to another, SQLite or PostgreSQL: every row and every counter of keys, and that both are equal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import batched
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, IntegrityError, connection, connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import DatabaseError

from claims.custody import guards, words
from claims.keeping.checking import manage
from claims.keeping.comparing import Sum, Table, sum_of, tables
from claims.keeping.databases import is_behind
from claims.keeping.restoring import Target
from claims.models import Case, Refused, User
from workbench.data_folder import scratch
from workbench.databases import database

THERE = "moved-to"
ROWS, LARGE_ROWS = 1000, 10  # read and written at once; a document's bytes may be ten million


class Moved(NamedTuple):
    """A table that was moved: its name, and what both databases hold of it."""

    table: str
    sum: Sum


type Tell = Callable[[Moved], object]


def move_database(address: str, tell: Tell = lambda moved: None) -> list[Moved]:
    """Copy the installation's database to the empty one at this address, whole or not at all; what stands here stays.

    Files and heads of the log stay where they are. Raises Refused, in a sentence, for a target that holds anything,
    while somebody is at work here, and where the two are not equal in the end.
    """
    with alias_of(address) as there:
        if is_behind():
            raise Refused("The database here is not of this version yet: run manage.py migrate first.")
        connections.close_all()
        Target.here().refuse_in_use()
        try:
            _refuse_full(there)
            _make_tables(address)
            with here_held(), transaction.atomic(using=THERE):
                guards.take_down(there)
                moved = _copied(there, tell)
                _set_counters(there, counters(connections[DEFAULT_DB_ALIAS]))
                guards.set_up(there)
                _index_words(there)
                there.check_constraints()
        except (DatabaseError, IntegrityError) as fault:
            raise Refused(f"Nothing was moved: {str(fault).strip()}") from fault
    return moved


@contextmanager
def alias_of(address: str) -> Iterator[BaseDatabaseWrapper]:
    """A connection to the database at this address; `sqlite` alone is the usual file in the data folder."""
    try:
        if urlsplit(address).password:
            raise Refused("Others can read a password in a command: leave it out, and set PGPASSWORD or use ~/.pgpass.")
        entry = database("" if address == "sqlite" else address, settings.DATA)
    except (ImproperlyConfigured, ValueError) as fault:
        raise Refused(str(fault).replace("DATABASE_URL", "The target")) from fault
    connections.databases[THERE] = connections.configure_settings({DEFAULT_DB_ALIAS: {}, THERE: entry})[THERE]
    here = connection.settings_dict
    try:
        if all(here[name] == entry[name] for name in ("ENGINE", "NAME", "HOST", "PORT")):
            raise Refused("That is the database that is in use here.")
        yield connections[THERE]
    finally:
        connections[THERE].close()
        if connections[THERE].vendor == "postgresql":
            connections[THERE].close_pool()  # type: ignore[attr-defined]
        del connections[THERE]
        del connections.databases[THERE]


@contextmanager
def here_held() -> Iterator[None]:
    """All that is read here is of one instant, and nobody writes meanwhile on SQLite."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _make_tables(address: str) -> None:
    """Make the tables there, in a process of its own: in this one, migrations that move data would move those here."""
    with scratch(settings.DATA, ".moving-") as folder:
        usual = f"sqlite:///{Path(settings.DATA) / 'workbench.sqlite3'}"
        manage("migrate", "--verbosity=0", data=folder, DATABASE_URL=usual if address == "sqlite" else address)


def _refuse_full(there: BaseDatabaseWrapper) -> None:
    ours = {model._meta.db_table for model in tables()} | {"django_migrations", "cache"}
    with there.cursor() as cursor:
        names = {info.name for info in there.introspection.get_table_list(cursor) if info.type == "t"}
    others = sorted(name for name in names - ours if not name.startswith(tuple(each.name for each in words.INDEXES)))
    if others:
        raise Refused(f"The target holds tables of something else, as {others[0]}: give an empty database.")
    for model in (User, Case):
        if model._meta.db_table in names and models.QuerySet(model, using=THERE).exists():
            raise Refused("The target is not empty: there are people or cases in it. Give an empty database.")


def _copied(there: BaseDatabaseWrapper, tell: Tell) -> list[Moved]:
    """Every row of every table, and that they are the same there. Raises Refused where one table is not."""
    every = tables()
    for model in every:
        with there.cursor() as cursor:  # what migrations and their end bring with them comes from here as well
            cursor.execute(f"DELETE FROM {there.ops.quote_name(model._meta.db_table)}")  # noqa: S608 - own names
    for model in every:
        _copy(model, there)
    moved = []
    for model in sorted(every, key=lambda model: model._meta.db_table):
        here, copy = sum_of(model, DEFAULT_DB_ALIAS), sum_of(model, THERE)
        if here != copy:
            raise Refused(f"Nothing was moved: {model._meta.db_table} has {here} here, and {copy} there.")
        moved.append(Moved(model._meta.db_table, copy))
        tell(moved[-1])
    return moved


def _copy(model: Table, there: BaseDatabaseWrapper) -> None:
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    large = any(isinstance(field, models.BinaryField) for field in fields)
    source: models.QuerySet[models.Model] = models.QuerySet(model, using=DEFAULT_DB_ALIAS)
    target: models.QuerySet[models.Model] = models.QuerySet(model, using=THERE)
    size = min(LARGE_ROWS if large else ROWS, there.ops.bulk_batch_size(fields, [None] * ROWS))
    for some in batched(source.order_by("pk").iterator(chunk_size=size), size, strict=False):
        # Raw: no field thinks of a value of its own, and no record refuses to be written past the log.
        target._insert(list(some), fields=fields, using=THERE, raw=True)  # type: ignore[attr-defined]


def counters(of: BaseDatabaseWrapper) -> dict[str, int]:
    """Table → the highest key that it ever gave: no key is given twice, even where its row is gone."""
    with of.cursor() as cursor:
        if of.vendor == "sqlite":
            cursor.execute("SELECT name, seq FROM sqlite_sequence")
            return dict(cursor.fetchall())
        found = {}
        for model in tables():
            key = model._meta.pk
            column = key.column if key is not None else ""
            cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [f'"{model._meta.db_table}"', column])
            if name := cursor.fetchone()[0]:
                cursor.execute(f"SELECT last_value, is_called FROM {name}")  # noqa: S608 - own names
                value, given = cursor.fetchone()
                found[model._meta.db_table] = value if given else 0
        return found


def _set_counters(there: BaseDatabaseWrapper, wanted: dict[str, int]) -> None:
    with there.cursor() as cursor:
        for model in tables():
            table, key = model._meta.db_table, model._meta.pk
            value = wanted.get(table, 0)
            if not value or key is None:
                continue
            if there.vendor == "sqlite":
                cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
                cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, value])
            else:
                sequence = "pg_get_serial_sequence(%s, %s)"
                cursor.execute(f"SELECT setval({sequence}, %s)", [f'"{table}"', key.column, value])


def _index_words(there: BaseDatabaseWrapper) -> None:
    """Index all words anew on SQLite: rows came in an order in which what they name was not there yet."""
    if there.vendor == "sqlite":
        with there.cursor() as cursor:
            for index in words.INDEXES:
                cursor.execute(f"INSERT INTO {index.name}({index.name}) VALUES ('rebuild')")  # noqa: S608 - own names
