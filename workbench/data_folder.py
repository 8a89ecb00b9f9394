"""The one folder in which an installation keeps its database, its files and its secret key."""

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def made(folder: Path) -> Path:
    """The folder, made for its owner alone where it is missing. Raises ImproperlyConfigured where it cannot be."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as fault:
        raise ImproperlyConfigured(f"WORKBENCH_DATA: {folder} cannot be made: {fault.strerror}.") from fault
    return folder


def secret_key(folder: Path) -> str:
    """The installation's own secret key, made on first use and readable by its owner alone.

    Raises ImproperlyConfigured where it is missing and cannot be made.
    """
    place = folder / "secret_key"
    try:
        with open(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as new:
            new.write(secrets.token_urlsafe(60))
    except FileExistsError:
        pass
    except OSError as fault:
        raise ImproperlyConfigured(
            f"WORKBENCH_SECRET_KEY is not set, and no key could be kept in {folder}: {fault.strerror}."
        ) from fault
    key = place.read_text().strip()
    if not key:
        raise ImproperlyConfigured(f"{place} is empty: delete it, or set WORKBENCH_SECRET_KEY.")
    return key


def restore_journal(folder: Path) -> Path:
    """The journal of a restore. While it stands, one is under way here or was broken off."""
    return folder / "restoring" / "journal.json"


def is_demo(folder: Path) -> bool:
    """Whether the folder was made by `manage.py demo`: there, and only there, the demo accounts may sign in."""
    return (folder / "demo").exists()
