"""How records are written down on a page."""

from __future__ import annotations

import datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from claims.text.normalising import TURNS, code_point

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
def figure(count: int) -> str:
    """How many there are, as people read it: 560,196. Numbers that name a record are written as they are."""
    return f"{count:,}"


@register.filter
def day(date: datetime.date | None) -> SafeString | str:
    """A date: 22 Nov 2026."""
    if date is None:
        return ""
    return format_html('<time datetime="{}">{}</time>', date.isoformat(), date_format(date, "j M Y"))


@register.filter
def turns_shown(text: str) -> SafeString | str:
    """A document's words, with a sign at each invisible character that turns the direction of writing.

    The sign is drawn by the style sheet around the character itself: the text that a selection counts stays as it is.
    """
    if not TURNS.search(text):
        return text
    pieces, at = [], 0
    for turn in TURNS.finditer(text):
        said = _("Invisible character %(code)s: it turns the direction of writing") % {"code": code_point(turn[0])}
        sign = format_html('<span class="turn" role="img" title="{0}" aria-label="{0}">{1}</span>', said, turn[0])
        pieces.append((text[at : turn.start()], sign))
        at = turn.end()
    return format_html_join("", "{}{}", [*pieces, (text[at:], "")])


@register.simple_tag
def verdict(rating: Any) -> SafeString:
    """A rating as a sign, a word and a colour; unrated claims say so."""
    look, label = (rating.look, rating.label_here) if rating else ("unverified", _("No verdict yet"))
    return format_html('<span class="verdict {}">{}</span>', look, label)
