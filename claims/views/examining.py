"""How an installation is: each thing that it needs, how that stands, and what to do about it."""

from __future__ import annotations

import datetime
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.mail import mailers
from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from claims.custody import guards
from claims.keeping.backing_up import last_backup
from claims.keeping.restoring import half_done
from claims.models import Entry, Job, Worker
from claims.reports.glyphs import FONTS
from claims.views import health

HURRY = 3  # seconds in which a mail server is to answer
LITTLE, SCARCE = 5_000_000_000, 1_000_000_000  # bytes that are left: worth a look, and soon too few
MANY = 100  # jobs that wait: whether it is that many or ten times as many, somebody has to look
PATIENCE = datetime.timedelta(minutes=10)  # that a job may wait while a worker is there
AHEAD = datetime.timedelta(seconds=5)  # by which two clocks may differ
LATELY = 1_000  # entries of the log in which a time that is still to come is looked for
FEWEST_FONTS = 11
UNTRIED = datetime.timedelta(days=90)  # for which locked backups are trusted since one of them was tried out
STALE = datetime.timedelta(hours=36)  # a nightly backup that is this old was left out once


class Standing(StrEnum):
    """How a thing stands; each value is the look of a sign."""

    GOOD = "supported"
    LOOK = "mixed"
    BAD = "refuted"

    @property
    def word(self) -> str:
        """For people."""
        return {self.GOOD: _("Good"), self.LOOK: _("Have a look"), self.BAD: _("Broken")}[self]


@dataclass(frozen=True)
class Finding:
    """One thing: its name, how it stands, what was seen, and what to do where it is not good."""

    name: str
    standing: Standing
    said: str
    do: str = ""


def good(name: str, said: str) -> Finding:
    """Nothing is to be done."""
    return Finding(name, Standing.GOOD, said)


def findings(request: HttpRequest | None = None) -> Iterator[Finding]:
    """Everything that is looked at. What needs the database is left out where that does not answer."""
    answers = health.database()
    yield database(answers)
    if answers == "ok":
        for look in (migrations, whole, worker, jobs, clock):
            yield asked(look)
    for look in (storage, space, backup, fonts, static, mail, safety):
        yield look()
    if request is not None:
        yield proxies(request)


def asked(look: Callable[[], Finding]) -> Finding:
    """What a look at the database's tables gives, where they can be read."""
    try:
        return look()
    except (DatabaseError, InterfaceError):
        said = _("It cannot be told, since a table is missing.")
        return Finding(look.__name__.title(), Standing.BAD, said, _("Run manage.py serve, or manage.py migrate."))


def database(answer: str) -> Finding:
    """Whether it answers, and which it is."""
    name = _("Database")
    if answer != "ok":
        do = _("Start the database server, or set DATABASE_URL right. It is tried again with every request.")
        return Finding(name, Standing.BAD, _("It does not answer."), do)
    if connection.vendor == "sqlite":
        import sqlite3

        return good(name, _("SQLite %(version)s, in the data folder.") % {"version": sqlite3.sqlite_version})
    version = connection.pg_version  # type: ignore[attr-defined]
    return good(name, _("PostgreSQL %(version)s.") % {"version": f"{version // 10000}.{version % 10000}"})


def migrations() -> Finding:
    """Whether the tables have this program's form."""
    name, said = _("Migrations"), health.migrations()
    if said == "ok":
        return good(name, _("The database has this program's form."))
    if said == health.NEWER:
        do = _("Start the newer program here as well, or restore a backup made before it.")
        return Finding(name, Standing.BAD, _("A newer program has been at the database; this one would spoil it."), do)
    if said == health.EMPTY:
        do = _("Name the installation's folder with --data or WORKBENCH_DATA. manage.py serve begins a new one here.")
        there = _("There is no installation: the database is empty, and the data folder is %(folder)s.")
        return Finding(name, Standing.BAD, there % {"folder": settings.DATA}, do)
    do = _("Run manage.py serve, which migrates, or manage.py migrate. Make a backup first.")
    return Finding(name, Standing.BAD, _("The database lacks some: %(said)s.") % {"said": said}, do)


def whole() -> Finding:
    """Whether what protects the log, and keeps the search index, stands in the database."""
    name = _("Triggers and search index")
    if health.migrations() == health.EMPTY:
        return Finding(name, Standing.LOOK, _("There are none, as there is no installation."), "")
    gone = guards.missing(connection)
    if not gone:
        return good(name, _("Everything that guards the log and keeps the search index stands."))
    said = ngettext("%(n)s is missing: %(first)s", "%(n)s are missing, %(first)s the first.", len(gone))
    do = _("Find out who was at the database. Run manage.py serve or migrate, which make it good, then verify_log.")
    return Finding(name, Standing.BAD, said % {"n": len(gone), "first": gone[0]}, do)


def worker() -> Finding:
    """Whether there is a process that takes up jobs."""
    name, seen = _("Worker"), Worker.objects.last_seen()
    if Worker.objects.alive():
        return good(name, _("Last heard of %(when)s.") % {"when": ago(seen)})
    do = _("Run manage.py serve, or serve worker on a machine of its own. Jobs wait until then, and none is lost.")
    said = _("None was ever heard of.") if seen is None else _("Last heard of %(when)s.") % {"when": ago(seen)}
    return Finding(name, Standing.BAD, said, do)


def jobs() -> Finding:
    """How many wait, and for how long the oldest does."""
    name = _("Jobs")
    count, oldest = Job.objects.waiting(MANY)
    if oldest is None:
        return good(name, _("None waits."))
    said = ngettext("%(n)s waits, since %(when)s.", "%(n)s wait, the oldest since %(when)s.", count)
    said %= {"n": count if count < MANY else f"{MANY}+", "when": ago(oldest)}
    if timezone.now() - oldest < PATIENCE:
        return good(name, said)
    return Finding(
        name, Standing.LOOK, said, _("See whether the worker runs, or run one more: manage.py serve worker.")
    )


def clock() -> Finding:
    """Whether this machine's clock goes as the database's, and has not been turned back."""
    name, now = _("Clock"), timezone.now()
    theirs = now
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            theirs = cursor.fetchone()[0]
    # Of the newest by their order: what was entered since the clock was turned back bears an earlier time.
    newest = max(Entry.objects.order_by("-pk").values_list("at", flat=True)[:LATELY], default=None)
    if newest is not None and newest > now + AHEAD:
        said = _("The log has an entry of %(when)s, which is still to come.") % {"when": f"{newest:%Y-%m-%d %H:%M}"}
        return Finding(
            name, Standing.BAD, said, _("Set the clock right. What is written until then bears a wrong time.")
        )
    if abs(theirs - now) > AHEAD:
        said = _("It and the database's differ by %(n)s s.") % {"n": round(abs((theirs - now).total_seconds()))}
        return Finding(name, Standing.LOOK, said, _("Have both machines set their clocks by the network (NTP)."))
    return good(name, f"{now:%Y-%m-%d %H:%M:%S} UTC.")


def storage() -> Finding:
    """Whether files can be kept."""
    name, said = _("Files"), health.storage()
    place = f"s3://{settings.STORE.name}" if settings.STORE else str(settings.DATA)
    if said == "ok" and settings.DATA.stat().st_mode & 0o007:
        do = _("Run chmod 700 %(folder)s: secrets and records are in it.") % {"folder": settings.DATA}
        return Finding(name, Standing.LOOK, _("Everybody on this machine can look into the data folder."), do)
    if said == "ok":
        return good(name, _("They can be written, in %(place)s.") % {"place": place})
    do = _("See whether %(place)s is there, may be written to by the user who runs this, and is not full.")
    return Finding(
        name, Standing.BAD, _("In %(place)s: %(said)s.") % {"place": place, "said": said}, do % {"place": place}
    )


def space() -> Finding:
    """How much room the data folder's disk has."""
    name, free = _("Free space"), shutil.disk_usage(settings.DATA).free
    said = _("%(free)s free on the disk of the data folder.") % {"free": filesizeformat(free)}
    if free >= LITTLE:
        return good(name, said)
    do = _("Make room: old backups, old logs. When it is full, nothing can be saved, and nothing is half-saved.")
    return Finding(name, Standing.BAD if free < SCARCE else Standing.LOOK, said, do)


def backup() -> Finding:
    """How old the last backup is, and whether it was tried out."""
    name, last = _("Backup"), last_backup()
    if half_done():
        do = _("Run manage.py restore once more: it clears away the rest, or goes on.")
        return Finding(name, Standing.BAD, _("A restore was broken off."), do)
    if settings.DEMO and last is None:
        return good(name, _("A demo needs none."))
    if last is None:
        do = _("Run manage.py backup, and have a timer do so each night: workbench/deploy/workbench-daily.timer.")
        return Finding(name, Standing.LOOK, _("None was ever made from this data folder."), do)
    said = _("The last is of %(when)s, %(size)s: %(file)s.")
    said %= {"when": ago(last.at), "size": filesizeformat(last.size), "file": last.file}
    if not (last.whole and last.stands):
        do = _("It is not there any more, or lacks something: run manage.py backup, which says what.")
        return Finding(name, Standing.BAD, said, do)
    if last.age > STALE:
        return Finding(name, Standing.LOOK, said, _("See why the timer makes none: manage.py backup says it."))
    if last.verified:
        return good(name, said)
    # What is locked can be tried out only where its key is, which had better not be here every night.
    if last.tried and timezone.now() - last.tried < UNTRIED:
        return good(name, _("%(said)s One was last tried out %(when)s.") % {"said": said, "when": ago(last.tried)})
    do = _(
        "It was not tried out: run manage.py verify_backup, with WORKBENCH_BACKUP_IDENTITY_FILE where it is locked. "
        "On PostgreSQL that takes pg_restore, and a role that may create databases."
    )
    return Finding(name, Standing.LOOK, said, do)


def fonts() -> Finding:
    """Whether the fonts of the reports are there: without one of them the same report has other bytes."""
    name, found = _("Fonts"), len(list(FONTS.glob("*.ttf")))
    if found >= FEWEST_FONTS:
        return good(name, _("The fonts of the reports are there."))
    return Finding(name, Standing.BAD, _("Some fonts of the reports are missing."), _("Install the program anew."))


def static() -> Finding:
    """Whether style sheet and scripts have been collected."""
    name = _("Style sheet and scripts")
    try:
        there = staticfiles_storage.exists("claims/look.css") and bool(staticfiles_storage.url("claims/look.css"))
    except (ValueError, OSError):
        there = False
    if there or settings.DEBUG:
        return good(name, _("They are collected."))
    return Finding(
        name, Standing.BAD, _("They are not collected."), _("Run manage.py serve, or manage.py collectstatic.")
    )


def mail() -> Finding:
    """Whether the mail server takes mail: it is greeted, and signed in to, and sent nothing."""
    name = _("Mail")
    if not settings.MAIL:
        return good(name, _("Off: notices stand on the page alone. WORKBENCH_MAIL turns it on."))
    server: Any = mailers["default"]
    server.timeout = HURRY
    try:
        server.open()
    except (OSError, SMTPException) as fault:
        why = f"{type(fault).__name__} {getattr(fault, 'smtp_code', '')}".strip()
        said = _("%(host)s takes none: %(why)s.") % {"host": server.host, "why": why}
        do = _("Start the mail server, or set WORKBENCH_MAIL right. What was not sent is tried again for a day.")
        return Finding(name, Standing.BAD, said, do)
    finally:
        server.close()
    return good(name, _("It goes out by %(host)s, which answers.") % {"host": server.host})


def safety() -> Finding:
    """Whether the settings are those of a workbench that others can reach."""
    name = _("Settings")
    if settings.DEBUG:
        said = _("Debug pages are on: they show settings and people's words to whoever meets a fault.")
        return Finding(name, Standing.BAD, said, _("Unset WORKBENCH_DEBUG."))
    if settings.DEMO:
        return good(name, _("This is a demo: it is reached from this machine alone."))
    if not settings.HTTPS:
        said = _("Pages are served without HTTPS: whoever is on the way reads passwords.")
        return Finding(name, Standing.LOOK, said, _("Unset WORKBENCH_HTTPS, and put a proxy that speaks TLS in front."))
    return good(name, _("HTTPS is required, debug pages are off."))


def proxies(request: HttpRequest) -> Finding:
    """How this request came in, beside how many proxies there should be."""
    name = _("Proxies")
    hops = [part for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    seen: dict[str, Any] = {
        "from": request.META.get("REMOTE_ADDR", ""), "hops": len(hops), "said": settings.PROXIES,
        "scheme": request.scheme, "host": request.get_host(),
    }  # fmt: skip
    said = (
        _("%(scheme)s to %(host)s, from %(from)s, with %(hops)s forwarded addresses; %(said)s proxies are stated.")
        % seen
    )
    if len(hops) < settings.PROXIES:
        do = _("Set WORKBENCH_PROXIES to the number of proxies, and have each add to X-Forwarded-For.")
        return Finding(name, Standing.BAD, said, do)
    if hops and not settings.PROXIES:
        do = _("A proxy is in front of which WORKBENCH_PROXIES does not tell: everybody behind it counts as one guest.")
        return Finding(name, Standing.LOOK, said, do)
    if settings.HTTPS and not request.is_secure():
        do = _("Have the proxy set X-Forwarded-Proto, and WORKBENCH_PROXIES to the number of proxies.")
        return Finding(name, Standing.BAD, said, do)
    return good(name, said)


def ago(when: datetime.datetime | None) -> str:
    """How long ago, in whole seconds, minutes, hours or days."""
    seconds = int((timezone.now() - when).total_seconds()) if when else 0
    for length, one, many in (
        (86_400, _("%(n)s day ago"), _("%(n)s days ago")),
        (3_600, _("%(n)s hour ago"), _("%(n)s hours ago")),
        (60, _("%(n)s minute ago"), _("%(n)s minutes ago")),
    ):
        if seconds >= length:
            return (one if seconds // length == 1 else many) % {"n": seconds // length}
    return _("%(n)s s ago") % {"n": max(seconds, 0)}
