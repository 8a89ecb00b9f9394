"""What stands in a database, table by table, spelt the same whichever kind of database it is."""

from __future__ import annotations

import datetime
import decimal
import hashlib
import json
import uuid
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, models

type Table = type[models.Model]

BATCH = 2000


class Sum(NamedTuple):
    """How many rows a table has, and the SHA-256 over all of them in the order of their keys."""

    rows: int
    sha256: str


def tables() -> list[Table]:
    """All tables, those between two records too."""
    every = apps.get_models(include_auto_created=True)
    return [model for model in every if model._meta.managed and not model._meta.proxy]


def sum_of(model: Table, using: str) -> Sum:
    """What stands in one table; equal sums are equal tables."""
    count, digest = 0, hashlib.sha256()
    for row in rows(model, using):
        digest.update(row.encode() + b"\n")
        count += 1
    return Sum(count, digest.hexdigest())


def rows(model: Table, using: str = DEFAULT_DB_ALIAS) -> Iterator[str]:
    """The rows of a table in the order of their keys, each as JSON."""
    names = [field.attname for field in model._meta.concrete_fields]
    found: models.QuerySet[Any] = models.QuerySet(model, using=using).order_by("pk").values_list(*names)
    for row in found.iterator(chunk_size=BATCH):
        yield json.dumps([spelt(value) for value in row], ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def spelt(value: Any) -> Any:
    """A value as both kinds of database give it back."""
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).isoformat(timespec="microseconds")
    if isinstance(value, datetime.date | datetime.time | decimal.Decimal | uuid.UUID | datetime.timedelta):
        return str(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    return value
