"""A database to measure in; the installation's is not touched."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection
from django.test.utils import override_settings


@contextmanager
def scratch_database(**settings: Any) -> Iterator[Path]:
    """An empty database, under these settings, and the folder of the data that belong to it."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        name = connection.settings_dict["NAME"]
        file, scratch = os.path.join(folder, "workbench.sqlite3"), f"bench_{os.getpid()}"
        connection.settings_dict["TEST"]["NAME"] = file if connection.vendor == "sqlite" else scratch
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        try:
            with override_settings(DATA=Path(folder), **settings):
                yield Path(folder)
        finally:
            connection.creation.destroy_test_db(name, verbosity=0)
