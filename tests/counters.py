"""The counters from which a database takes its keys: PostgreSQL counts on over what is undone, SQLite does not."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

type Stood = list[tuple[str, int | None]]


def counters() -> Stood:
    """Where the counters stand."""
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT format('%I.%I', schemaname, sequencename), last_value FROM pg_sequences")
        return list(cursor.fetchall())


def count_from(stood: Stood) -> None:
    """Have the counters go on from where they stood, so that what is made again has the same keys."""
    with connection.cursor() as cursor:
        for name, last in stood:
            cursor.execute("SELECT setval(%s::regclass, %s, %s)", [name, last or 1, last is not None])


@contextmanager
def kept_counters() -> Iterator[None]:
    """Whatever is done to the counters within, afterwards they go on past every key that other tests have left."""
    stood = counters()
    try:
        yield
    finally:
        count_from(stood)
