"""Queries whose SQL is written once: for a page that asks much, writing it costs several times what running it does."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, models

# Numbers from here upwards stand for values while the SQL is written, so no query may name them itself. They fit
# the smallest column: for a number that does not, Django knows that nothing can be found, and writes no SQL.
FIRST = 32_700


class Prepared[Row]:
    """A query that differs from call to call in a few keys and words alone, such as a claim's key.

    `build` gives the queryset for them. It is called once: whatever else it looks at, the time of day or
    a person's role, is decided then for good; and each value must reach the SQL as it was given.
    """

    def __init__(self, build: Callable[..., models.QuerySet[Any, Row]]) -> None:
        self.build = build
        self.written: tuple[Any, Any, str, tuple[Any, ...]] | None = None
        self.converters: Any = None

    def __call__(self, *values: int | str) -> list[Row]:
        """The rows for these values."""
        if any(isinstance(value, int) and value.bit_length() > 63 for value in values):
            return []  # no database holds such a number
        stand_ins = [FIRST + n if isinstance(value, int) else str(FIRST + n) for n, value in enumerate(values)]
        self.written = self.written or self._write(stand_ins)
        template, writer, sql, blanks = self.written
        given = dict(zip(stand_ins, values, strict=True))
        filled = tuple(given.get(blank, blank) for blank in blanks)
        compiler = copy.copy(writer)
        compiler.connection = connections[DEFAULT_DB_ALIAS]  # each thread has its own
        compiler.as_sql = lambda *args, **kwargs: (sql, filled)
        compiler.get_converters = self._converters
        rows = template.all()
        rows.query.get_compiler = lambda *args, **kwargs: compiler
        return list(rows)

    def _converters(self, expressions: Any) -> Any:
        """What each column's values go through: the same for every call, so the compiler is asked once."""
        if self.converters is None and self.written is not None:
            self.converters = type(self.written[1]).get_converters(self.written[1], expressions)
        return self.converters

    def _write(self, stand_ins: list[Any]) -> tuple[Any, Any, str, tuple[Any, ...]]:
        template = self.build(*stand_ins)
        compiler = template.query.get_compiler(DEFAULT_DB_ALIAS)
        sql, blanks = compiler.as_sql()
        return template, compiler, sql, tuple(blanks)
