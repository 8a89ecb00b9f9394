"""Reading a whole case as it stood at one moment, while others go on writing in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction


@contextmanager
def one_moment() -> Iterator[None]:
    """All that is read inside is as it stood at the first look, and nobody waits for it; nothing may be written.

    Inside another transaction it is that one which says what is seen.
    """
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    else:
        sqlite: Any = connections[DEFAULT_DB_ALIAS]
        mode, sqlite.transaction_mode = sqlite.transaction_mode, "DEFERRED"  # the usual one would keep others waiting
        try:
            with transaction.atomic():
                yield
        finally:
            sqlite.transaction_mode = mode


@contextmanager
def aside() -> Iterator[Callable[..., Any]]:
    """Calls what it is given over a connection of its own: for a word on how far it is, in the midst of a moment.

    Inside a transaction it calls over the connection that is there.
    """
    if connection.in_atomic_block:
        yield lambda act, *given: act(*given)
        return
    with ThreadPoolExecutor(1) as thread:
        try:
            yield lambda act, *given: thread.submit(act, *given).result()
        finally:
            thread.submit(lambda: connection.close()).result()  # that of the thread, not of whoever asks
