"""Faults that are nobody's doing and pass by themselves: database or store away, a disk that takes nothing in."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from typing import Any

from django.db import InterfaceError, OperationalError
from django.db.backends.signals import connection_created

from claims.custody.store import OutOfReach

FULL = (errno.ENOSPC, errno.EDQUOT)


def is_full(fault: BaseException | None) -> bool:
    """Whether the fault, or what caused it, is that a disk is full."""
    return any(
        (isinstance(each, OSError) and each.errno in FULL)
        or getattr(each, "sqlite_errorname", "") == "SQLITE_FULL"
        or getattr(each, "sqlstate", "") == "53100"
        for each in _chain(fault)
    )


def is_read_only(fault: BaseException | None) -> bool:
    """Whether the fault, or what caused it, is that a disk or a database can be read and not written to."""
    return any(
        (isinstance(each, OSError) and each.errno == errno.EROFS)
        or getattr(each, "sqlite_errorname", "").startswith("SQLITE_READONLY")
        or getattr(each, "sqlstate", "") == "25006"  # as of a standby that took over, or is not yet the first
        for each in _chain(fault)
    )


def is_out_of_reach(fault: BaseException | None) -> bool:
    """Whether the fault, or what caused it, is that the store of files cannot be asked."""
    return any(isinstance(each, OutOfReach) for each in _chain(fault))


def passes(fault: BaseException) -> bool:
    """Whether the same may be tried again later: nothing was wrong with it."""
    away = isinstance(fault, OperationalError | InterfaceError) or is_out_of_reach(fault)
    return away or is_full(fault) or is_read_only(fault)


def _chain(fault: BaseException | None) -> Iterator[BaseException]:
    """The fault and what caused it."""
    while fault is not None:
        yield fault
        fault = fault.__cause__ or fault.__context__


def _let_go(sender: Any, connection: Any, **kwargs: Any) -> None:
    """Where it cannot be written to, SQLite opens a file for reading alone, and keeps it so once it can be again."""
    if connection.vendor == "sqlite" and not os.access(connection.settings_dict["NAME"], os.W_OK):
        connection.close_at = 0  # at the end of the request, or of the worker's round


def connect() -> None:
    """Have a connection that cannot write end soon."""
    connection_created.connect(_let_go, dispatch_uid="claims.outages")
