"""How a word of a record is read back: as the model's field holds it, or not at all."""

from __future__ import annotations

import base64
import datetime
import re
from decimal import Decimal
from typing import Any

from django.db import models

ADDRESS = re.compile(r"(https?|ftps?)://[^\s\x00-\x1f]+")


def read(field: models.Field[Any, Any], told: Any) -> Any:
    """A word as this field holds it. Raises ValueError, TypeError or ValidationError where it cannot."""
    if isinstance(field, models.JSONField):
        usual = field.get_default()
        if usual is not None and type(told) is not type(usual):
            raise TypeError(f"it is no {type(usual).__name__}")
        return told
    wanted = next((types for kind, types in TYPES if isinstance(field, kind)), (str,))
    if type(told) not in wanted:
        raise TypeError(f"it is no {wanted[0].__name__}")
    if isinstance(field, models.DateTimeField):
        at = datetime.datetime.fromisoformat(told)
        if at.tzinfo is None:
            raise ValueError("it has no time zone")
        return at
    if isinstance(field, models.DateField):
        return datetime.date.fromisoformat(told)
    if isinstance(field, models.DecimalField):
        return field.clean(Decimal(told), None)
    if isinstance(field, models.BinaryField):
        return base64.b64decode(told, validate=True)
    if isinstance(field, models.URLField):
        if told and not (ADDRESS.fullmatch(told) and len(told) <= (field.max_length or 0)):
            raise ValueError("it is no web address")
        return told
    return field.clean(told, None) if told not in field.empty_values else told


# How a word of a kind of field is spelt in JSON; of any other it is a text.
TYPES: tuple[tuple[type, tuple[type, ...]], ...] = (
    (models.BooleanField, (bool,)), (models.IntegerField, (int,)), (models.FloatField, (float, int)),
)  # fmt: skip
