"""A copy of a SQLite database before it is brought to another form: what a migration spoils can be had back.

It is made wherever migrations are applied, by `migrate`, by `serve` or by the demo: they all tell so beforehand.
It is locked as other backups are.
On PostgreSQL a migration that fails leaves nothing behind, and who runs a server has it backed up.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.recorder import MigrationRecorder
from django.db.models.signals import post_migrate, pre_migrate
from django.utils import timezone

from claims.keeping.backing_up import keep_database, thin_out
from claims.keeping.databases import database_file

NAME = "before-migrating"
KEPT = 3


def keep_before_migrating(using: str = DEFAULT_DB_ALIAS) -> Path | None:
    """A backup of the database as it stands, among the data's `backups/`; the last three of them stay.

    Where migrations broke off, people may have gone on since with the program of before, so there is always another.
    Until they come to their end it drives out none but the one before it, and that only where nothing was applied
    between the two: then the new one holds all that the old one holds.

    None where nothing could be lost: the database is no file of SQLite's, or nobody has an account in it. Raises
    OSError or Refused where it cannot be made: nothing is to be migrated then.
    """
    if connections[using].vendor != "sqlite" or using != DEFAULT_DB_ALIAS or not holds_people(database_file()):
        return None
    to = Path(settings.DATA) / "backups"
    applied = sorted(map(list, MigrationRecorder(connections[using]).applied_migrations()))
    made = keep_database(NAME, timezone.now(), to)
    if not under_way().exists():
        thin_out(to, name=NAME, newest=KEPT)
    elif (last := _last_of(applied)) is not None:
        (to / last).unlink(missing_ok=True)
    under_way().write_text(json.dumps({"copy": made.name, "applied": applied}))
    return made


def under_way() -> Path:
    """A mark that stands from the copy until every migration is applied, or a backup is restored.

    It says which copy is the last, and which migrations were applied when that was made.
    """
    return Path(settings.DATA) / "migrating"


def _last_of(applied: list[list[str]]) -> str | None:
    """The name of the last copy, if it was made when just these migrations were applied."""
    try:
        said = json.loads(under_way().read_text())
    except ValueError:
        return None  # an earlier version left it empty
    return said["copy"] if said["applied"] == applied else None


def after_migrate(sender: Any, **kwargs: Any) -> None:
    """The migrations came to their end: the next ones get a copy of their own."""
    under_way().unlink(missing_ok=True)


def holds_people(database: Path) -> bool:
    """Whether somebody has an account in this SQLite database."""
    if not database.exists():
        return False
    with closing(sqlite3.connect(database)) as file:
        if not file.execute("SELECT 1 FROM sqlite_master WHERE name = 'claims_user'").fetchone():
            return False
        return bool(file.execute("SELECT EXISTS (SELECT 1 FROM claims_user)").fetchone()[0])


def before_migrate(
    sender: Any, using: str = DEFAULT_DB_ALIAS, plan: Any = (), verbosity: int = 1, stdout: Any = None, **kwargs: Any
) -> None:
    """Keep a copy, where there is anything to apply, and say so."""
    made = keep_before_migrating(using) if plan else None
    if made is not None and stdout is not None and verbosity:
        stdout.write(f"The database as it was is kept in {made}.")


def connect() -> None:
    """Have a copy kept before every migration."""
    from django.apps import apps

    ours = apps.get_app_config("claims")
    pre_migrate.connect(before_migrate, sender=ours, dispatch_uid="claims.keeping")
    post_migrate.connect(after_migrate, sender=ours, dispatch_uid="claims.keeping")
