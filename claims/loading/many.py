"""Very many rows at once, past the records' rules: whoever calls has kept them. None of it passes by the log."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import batched
from typing import Any

from django.db import connection, models

from claims.models import Chain, Entry
from claims.models.entries import canonical

ROOMY = {"cache_size": -200_000, "wal_autocheckpoint": 20_000}  # kilobytes, and pages of 4 kilobytes
VALUES_AT_ONCE = 4_000


@contextmanager
def room() -> Iterator[None]:
    """So many rows touch every page of every index: kept in memory, SQLite reads and copies each of them less often."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        usual = {name: cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ROOMY}
        for name, value in ROOMY.items():
            cursor.execute(f"PRAGMA {name} = {value}")
        try:
            yield
        finally:
            for name, value in usual.items():
                cursor.execute(f"PRAGMA {name} = {value}")


def insert(pattern: models.Model, varying: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Write records that are like the pattern but for some columns, whose values stand as the database takes them."""
    fields = {each.attname: each for each in pattern._meta.concrete_fields if not each.primary_key}
    same = {name: each.get_db_prep_save(getattr(pattern, name), connection)
            for name, each in fields.items() if name not in varying}  # fmt: skip
    names = ", ".join(connection.ops.quote_name(str(fields[name].column)) for name in (*varying, *same))
    alike = tuple(same.values())
    table = pattern._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row((*row, *alike))
            return
        one = f"({', '.join(['%s'] * len(fields))})"
        # Many rows in a statement: before each, SQLite notes what a trigger's refusal would have to put back.
        for some in batched(rows, VALUES_AT_ONCE // len(fields), strict=False):
            cursor.execute(
                f"INSERT INTO {table} ({names}) VALUES {', '.join([one] * len(some))}",  # noqa: S608 - own names
                [value for row in some for value in (*row, *alike)],
            )


def enter(chain: Chain, pattern: Entry, acts: Iterable[tuple[str, int, str, dict[str, Any]]]) -> None:
    """One entry for each act on a claim: its verb, the claim's key, how the log names it, and what came after.

    By whom and when is the pattern's. The chain must have been taken with `writing`.
    """
    pattern.number, pattern.hash = chain.count, chain.head
    lines = []
    for pattern.verb, key, pattern.label, facts in acts:
        pattern.number, pattern.previous = pattern.number + 1, pattern.hash
        pattern.thing_id = pattern.claim_id = key
        parts = {"before": None, "after": facts, "why": ""}
        pattern.detail = canonical(parts)
        pattern.close(chain.name, parts)
        lines.append(tuple(getattr(pattern, name) for name in OF_ITS_OWN))
    insert(pattern, OF_ITS_OWN, lines[:-1])
    pattern.save(force_insert=True)  # the newest in the usual way, which keeps the chain's head outside the database
    chain.count, chain.head = pattern.number, pattern.hash
    chain.keep_head()


# What differs from entry to entry.
OF_ITS_OWN = ("number", "verb", "thing_id", "claim_id", "label", "detail", "salt", "previous", "hash")
