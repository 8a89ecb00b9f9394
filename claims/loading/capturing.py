"""Captures on their way in: bytes that the store holds become a capture of an exhibit, with all that came with them."""

from __future__ import annotations

import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from claims.custody import store
from claims.loading.fetching import Fetched, Unfetchable, fetch
from claims.models import Capture, Exhibit, Job, Refused, StoredFile, User, begin, writing

LONGEST_NAME = 255
PASTED = "text/plain; charset=utf-8"  # how a pasted text is kept


def capture(
    exhibit: Exhibit,
    file: StoredFile,
    *,
    by: User,
    how: str,
    once: str | None = None,
    name: str = "",
    declared_type: str = "",
    captured_at: datetime.datetime | None = None,
    **came_with: Any,
) -> Capture:
    """The capture of an exhibit whose bytes these are; the first one, where the same form or errand comes twice."""

    def make() -> Capture:
        with writing(exhibit.case):
            made = Capture(
                exhibit=exhibit, file=file, how=how, once=once, captured_by=by,
                name=printable(name)[-LONGEST_NAME:], declared_type=printable(declared_type)[:255],
                captured_at=captured_at or timezone.now(), **came_with,
            )  # fmt: skip
            made.save(by=by)
        return made

    return Capture.made_once(once, make)


def capture_text(exhibit: Exhibit, text: str, *, by: User, once: str | None = None, note: str = "") -> Capture:
    """The capture of a pasted text."""
    file = store.keep(text.encode())
    how = Capture.How.PASTED
    return capture(exhibit, file, by=by, how=how, once=once, declared_type=PASTED, note=note)


def capture_fetched(exhibit: Exhibit, fetched: Fetched, *, by: User, once: str | None = None) -> Capture:
    """The capture of what was fetched."""
    return capture(
        exhibit, store.keep(fetched.content), by=by, how=Capture.How.FETCHED, once=once,
        declared_type=fetched.content_type, url=fetched.asked[:2000], final_url=fetched.url[:2000],
        status=fetched.status, captured_at=fetched.fetched_at,
        headers=[[printable(name), printable(value)] for name, value in fetched.headers],
    )  # fmt: skip


def capture_address(exhibit: Exhibit, url: str, *, by: User, once: str | None = None) -> Capture:
    """Fetch an exhibit's web address past the guard and capture what is there. Raises Refused at `url`."""
    kept: Capture | None = Capture.objects.filter(once=once).first() if once else None
    if kept is not None:
        return kept
    return capture_fetched(exhibit, fetch_page(url), by=by, once=once)


def fetch_page(url: str) -> Fetched:
    """The page at a web address. Raises Refused at `url` where it cannot be fetched, or there is none."""
    try:
        fetched = fetch(url)
    except Unfetchable as fault:
        raise Refused(str(fault), "url") from fault
    if fetched.status >= 400:
        raise Refused(_("The address answers “%(status)s”, without a page.") % {"status": fetched.status}, "url")
    return fetched


def fetch_later(exhibit: Exhibit, *, by: User, once: str | None = None) -> Job:
    """A job that captures an exhibit's web address."""
    return begin(exhibit.case, Job.Task.CAPTURE, [(exhibit.url, b"")], by=by, once=once, about={"exhibit": exhibit.pk})


def printable(words: str) -> str:
    """A name or a header without what no database holds and no page shows: servers may send NULs."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in words)
