"""Where backups are kept, and what they are locked with."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

SECRET = re.compile(r"AGE-SECRET-KEY-1[0-9A-Z]+")


def folder(path: str) -> Path:
    """The folder that keeps them. Raises ValueError where it is given from wherever somebody happens to be."""
    if not Path(path).is_absolute():
        raise ValueError(f"must be a whole path that begins with /, not {path!r}.")
    return Path(path)


def public_keys(text: str) -> list[str]:
    """The public keys that backups are locked for. Raises ValueError for what is none, and where there is none."""
    age, keys = _age("WORKBENCH_BACKUP_KEYS"), [part for part in re.split(r"[\s,]+", text) if part]
    for key in keys or [text]:
        try:
            age.x25519.Recipient.from_str(key)
        except age.RecipientError as fault:
            raise ValueError(
                f"must be public keys of age (age1…) with commas between: {key[:80]!r} is none."
            ) from fault
    return keys


def secret_half(text: str) -> str:
    """The secret key in a file as age-keygen writes it, or by itself. Raises ValueError; what is wrong is not told."""
    age, found = _age("WORKBENCH_BACKUP_IDENTITY"), SECRET.search(text)
    try:
        return str(age.x25519.Identity.from_str(found[0] if found else ""))
    except age.IdentityError as fault:
        raise ValueError("must be a secret key of age (AGE-SECRET-KEY-1…).") from fault


def passphrase(text: str, keys: list[str]) -> str:
    """The passphrase that locks backups. Raises ImproperlyConfigured where it is short, or where keys are set too."""
    if text and keys:
        raise ImproperlyConfigured("WORKBENCH_BACKUP_PASSPHRASE and WORKBENCH_BACKUP_KEYS are both set: choose one.")
    if text and len(text) < 16:
        raise ImproperlyConfigured("WORKBENCH_BACKUP_PASSPHRASE must have 16 characters or more.")
    if text:
        _age("WORKBENCH_BACKUP_PASSPHRASE")
    return text


def _age(name: str) -> Any:
    try:
        import pyrage
    except ImportError as fault:
        raise ImproperlyConfigured(f"{name} is set, which needs pyrage: install the extra `encryption`.") from fault
    return pyrage
