"""How a report spells days, moments, figures and directions: the same on every machine and for every reader."""

import re
import unicodedata
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.utils import dateformat
from django.utils.translation import gettext as _


def day(value: str | None) -> str:
    """An ISO date in words, such as "24 Feb 2023"; what is no full date comes back as it is."""
    if not value:
        return ""
    try:
        return dateformat.format(date.fromisoformat(value), "j M Y")
    except ValueError:
        return value


def moment(value: str | None) -> str:
    """An ISO time in words and UTC, such as "22 Nov 2026, 12:04 UTC"."""
    if not value:
        return ""
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return value
    at = at.astimezone(UTC) if at.tzinfo else at
    return dateformat.format(at, "j M Y, H:i") + " UTC"


def iso_moment(at: datetime | None) -> str | None:
    """A moment as the snapshot holds it: "2026-11-22T12:04:00Z"."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else None


def the_day(at: datetime) -> datetime:
    """The day of a moment, of which no more is to be told: its beginning in UTC."""
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def iso_day(value: date | None) -> str | None:
    """A day as the snapshot holds it: "2026-11-22"."""
    return value.isoformat() if value else None


def fields_of(record: Any, *names: str) -> dict[str, Any]:
    """These fields of a record, as they are."""
    return {name: getattr(record, name) for name in names}


def number(value: str | None) -> str:
    """A decimal number with its thousands marked; what is no number comes back as it is."""
    if value is None or not re.fullmatch(r"-?\d+(\.\d+)?", value, re.ASCII):
        return value or ""
    return f"{Decimal(value):,f}"


def span(low: str | None, high: str | None) -> str:
    """A figure that may have one end only: "100,000 to 150,000", "at least 100,000", "at most 150,000"."""
    if low and high:
        return number(low) if low == high else _("%(low)s to %(high)s") % {"low": number(low), "high": number(high)}
    if low:
        return _("at least %(figure)s") % {"figure": number(low)}
    if high:
        return _("at most %(figure)s") % {"figure": number(high)}
    return ""


def grade(reliability: str, credibility: str) -> str:
    """The two grades side by side, such as "B3"; "?3" where nobody graded the source: a dash would read as a minus."""
    return (reliability or "?") + (credibility or "?")


def link(url: str) -> str:
    """The address if it is safe to follow, else nothing."""
    return url if re.fullmatch(r"https?://[^\s<>\"]+", url) else ""


def direction(text: str) -> str:
    """``rtl`` if the first letter that has a direction is Arabic or Hebrew and the like, else ``ltr``."""
    for character in text:
        kind = unicodedata.bidirectional(character)
        if kind in ("R", "AL"):
            return "rtl"
        if kind == "L":
            return "ltr"
    return "ltr"
