"""The database an installation keeps its records in: SQLite in the data folder, or a PostgreSQL server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

KINDS = "DATABASE_URL must name a SQLite or a PostgreSQL database: postgres://user:password@host/name."


def database(address: str, folder: Path) -> dict[str, Any]:
    """Django's entry for the database at this address; for SQLite in this folder where no address is given.

    Raises ImproperlyConfigured for what is no such address; it may hold a password, so it is not repeated.
    """
    try:
        found: dict[str, Any] = dict(dj_database_url.parse(address or f"sqlite:///{folder / 'workbench.sqlite3'}"))
    except Exception as fault:  # of many kinds, and their words hold the address
        raise ImproperlyConfigured(KINDS) from fault
    found["CONN_HEALTH_CHECKS"] = True
    if found["ENGINE"] == "django.db.backends.sqlite3":
        found["CONN_MAX_AGE"] = 600  # opening the file and its pragmas costs as much as a small page
        found["OPTIONS"] = {
            # Taken at the start, the write lock cannot be lost between reading and writing.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            # FULL: with NORMAL a power cut takes acknowledged writes with it.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA mmap_size=134217728;"
            "PRAGMA cache_size=-20000; PRAGMA temp_store=MEMORY;",
        }
    elif found["ENGINE"] == "django.db.backends.postgresql":
        # What stands in the address, such as sslmode, holds too.
        found["OPTIONS"] = found.get("OPTIONS", {}) | {"pool": {"min_size": 1, "max_size": 8, "timeout": 10}}
    else:
        raise ImproperlyConfigured(KINDS)
    return found
