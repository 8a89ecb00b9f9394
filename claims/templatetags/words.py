"""How records are written down on a page."""

from __future__ import annotations

import datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def when(moment: datetime.datetime | None) -> SafeString | str:
    """A moment in the reader's zone with the zone named: 22 Nov 2026, 12:04 CET."""
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    return format_html(
        '<time datetime="{}">{} {}</time>',
        local.isoformat(),
        date_format(local, "j M Y, H:i"),
        local.tzname() or "UTC",
    )


@register.filter
def day(date: datetime.date | None) -> SafeString | str:
    """A date: 22 Nov 2026."""
    if date is None:
        return ""
    return format_html('<time datetime="{}">{}</time>', date.isoformat(), date_format(date, "j M Y"))


@register.simple_tag
def verdict(rating: Any) -> SafeString:
    """A rating as a sign, a word and a colour; unrated claims say so."""
    from django.utils.translation import gettext as _

    look, label = (rating.look, rating.label) if rating else ("unverified", _("No verdict yet"))
    return format_html('<span class="verdict {}">{}</span>', look, label)
