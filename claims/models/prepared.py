"""Queries whose SQL is written once: for a page that asks much, writing it costs several times what running it does."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, models

FIRST = -9_000_000_000  # from here upwards numbers stand for others while the SQL is written; no record has such a key


class Prepared[Row]:
    """A query that differs from call to call in whole numbers alone, such as a claim's key.

    `build` gives the queryset for its numbers. It is called once: whatever else it looks at, the time
    of day or a person's role, is decided then for good.
    """

    def __init__(self, build: Callable[..., models.QuerySet[Any, Row]]) -> None:
        self.build = build
        self.written: tuple[Any, Any, str, tuple[Any, ...]] | None = None

    def __call__(self, *numbers: int) -> list[Row]:
        """The rows for these numbers."""
        self.written = self.written or self._write(len(numbers))
        template, writer, sql, blanks = self.written
        values = tuple(numbers[each - FIRST] if stands_in(each, len(numbers)) else each for each in blanks)
        compiler = copy.copy(writer)
        compiler.connection = connections[DEFAULT_DB_ALIAS]  # each thread has its own
        compiler.as_sql = lambda *args, **kwargs: (sql, values)
        rows = template.all()
        rows.query.get_compiler = lambda *args, **kwargs: compiler
        return list(rows)

    def _write(self, count: int) -> tuple[Any, Any, str, tuple[Any, ...]]:
        template = self.build(*range(FIRST, FIRST + count))
        compiler = template.query.get_compiler(DEFAULT_DB_ALIAS)
        sql, blanks = compiler.as_sql()
        return template, compiler, sql, tuple(blanks)


def stands_in(value: Any, count: int) -> bool:
    return type(value) is int and FIRST <= value < FIRST + count
