"""A scratch database filled before it is indexed, which is many times as fast. Nobody else may be at work in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, connection
from django.db.backends.utils import CursorWrapper

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
    """Without indexes, triggers and foreign keys while it is filled; all of them stand again, however that ends.

    What breaks an index or a foreign key by then is raised once the others stand.
    """
    taken: list[list[str]] = []
    with connection.cursor() as cursor:
        try:
            for rows in LOOSE[connection.vendor]:
                cursor.execute(rows)
                taken.append([])
                for away, again in cursor.fetchall():
                    cursor.execute(away)
                    taken[-1].append(again)
            with connection.constraint_checks_disabled():
                yield
        finally:
            # Indexes before what leans on them; and each in its order, by which SQLite chooses between two that
            # serve alike.
            put_back(cursor, [again for group in reversed(taken) for again in group if again])
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "PRAGMA wal_checkpoint(TRUNCATE)")


def put_back(cursor: CursorWrapper, back: list[str]) -> None:
    """Have what was taken away stand again, and then the triggers."""
    faults: list[DatabaseError] = []
    if connection.vendor == "postgresql":
        cursor.execute("SET maintenance_work_mem = '512MB'")
    for again in back:
        try:
            cursor.execute(again)
        except DatabaseError as fault:
            faults.append(fault)
    guards.set_up(connection)  # what keeps SQLite's words in step, and the words anew
    if faults:
        raise faults[0]
