"""A scratch database filled before it is indexed, which is many times as fast. Nobody else may be at work in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain

from django.db import connection

from claims.custody import guards

# Each gives rows of (what takes it away, what puts it back).
LOOSE = {
    "sqlite": [
        "SELECT 'DROP TRIGGER ' || name, '' FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'claims\\_%' "
        "ESCAPE '\\'",
        "SELECT 'DROP INDEX ' || name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL "
        "AND tbl_name LIKE 'claims\\_%' ESCAPE '\\' ORDER BY rowid",
    ],
    "postgresql": [
        "SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname), "
        "format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) "
        "FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace",
        "SELECT format('DROP INDEX %I', indexname), indexdef FROM pg_indexes WHERE schemaname = current_schema() "
        "AND tablename LIKE 'claims\\_%' AND indexname NOT IN (SELECT conname FROM pg_constraint)",
    ],
}


@contextmanager
def unindexed() -> Iterator[None]:
    """Without indexes, triggers and foreign keys while it is filled; all of them stand again at the end."""
    back: list[list[str]] = []
    with connection.cursor() as cursor:
        for rows in LOOSE[connection.vendor]:
            cursor.execute(rows)
            found = cursor.fetchall()
            for away, _again in found:
                cursor.execute(away)
            back.append([again for _away, again in found if again])
        with connection.constraint_checks_disabled():
            yield
        if connection.vendor == "postgresql":
            cursor.execute("SET maintenance_work_mem = '512MB'")
        # Indexes before what leans on them; and in their order, by which SQLite chooses between two that serve alike.
        for again in chain.from_iterable(reversed(back)):
            cursor.execute(again)
        guards.set_up(connection)  # what keeps SQLite's words in step, and the words anew
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "PRAGMA wal_checkpoint(TRUNCATE)")
