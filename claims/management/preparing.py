"""What stands before an installation serves: its database in the newest form, whole, and somebody who may sign in."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.core.validators import validate_email
from django.db import Error, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.urls import reverse

from claims.custody import guards
from claims.keeping.databases import newer
from claims.models import NotNow, Refused, User
from claims.models.people import set_up_code

WAIT = 60  # seconds that the database is given to come up
LOCK = 0x77B0_0001  # one number for all machines that share a PostgreSQL


@contextmanager
def alone() -> Iterator[None]:
    """While one process prepares the database, whoever comes to the same one waits."""
    if connection.vendor == "postgresql":
        # In a transaction, on a connection of its own: behind a pool such as PgBouncer the statements of a session may
        # reach several, and a lock of the session would be taken on one and left there.
        apart = connection.copy()
        try:
            with apart.cursor() as cursor:
                cursor.execute("BEGIN")
                # It idles for as long as the migrations take, which some servers do not let a transaction do.
                cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
                try:
                    yield
                finally:
                    with suppress(Error):  # a connection lost meanwhile says nothing of what was done under the lock
                        cursor.execute("ROLLBACK")
        finally:
            apart.close()
        return
    with open(settings.DATA / "preparing.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def await_database() -> None:
    """Returns once the database answers: on a machine that just started it may come up later than this program.

    Raises OperationalError where it does not come within WAIT seconds.
    """
    until = time.monotonic() + WAIT
    while True:
        try:
            return connection.ensure_connection()
        except OperationalError:
            connection.close()
            if time.monotonic() > until:
                raise
            time.sleep(1)


def prepare() -> list[str]:
    """Bring the database to this program's form, with its triggers and its search index. Returns what was done.

    Raises CommandError where a newer program has been at it.
    """
    done: list[str] = []
    await_database()
    with alone():
        check_not_newer()
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        gone = [] if plan else guards.missing(connection)
        if plan or gone:
            call_command("migrate", verbosity=0, interactive=False)
        if plan:
            done.append(f"{len(plan)} migrations are applied, up to {plan[-1][0].app_label} {plan[-1][0].name}.")
        done += [f"{name} was missing and stands again." for name in gone]
    return done


def check_not_newer() -> None:
    """Raises CommandError where the database has been migrated by a newer program than this one."""
    if beyond := newer():
        app, name = beyond[-1]
        raise CommandError(
            f"A newer workbench has been at this database ({app} {name}), and this one would spoil it. "
            "Start the newer one, or restore a backup made before it."
        )


def first_administrator() -> str:
    """The sentence that says how the first administrator comes in; "" where there is one.

    Raises CommandError where the variables name one who cannot be made.
    """
    if User.objects.administrators().exists():
        return ""
    if not settings.ADMIN:
        page = reverse("claims:set-up", args=[set_up_code()])
        if settings.HTTPS and not settings.SITE:
            return (
                "Nobody can sign in yet. Whoever opens this page first becomes the administrator, at the address that "
                f"the proxy in front answers to (WORKBENCH_URL):\n\n    https://…{page}\n\nTo try it here without a "
                "proxy, start it with WORKBENCH_HTTPS=0.\n"
            )
        place = f"{settings.SITE or 'http://' + settings.BIND}{page}"
        return f"Nobody can sign in yet. Whoever opens this page first becomes the administrator:\n\n    {place}\n"
    try:
        validate_email(settings.ADMIN)
        validate_password(settings.ADMIN_PASSWORD)
    except ValidationError as fault:
        raise CommandError(f"WORKBENCH_ADMIN and WORKBENCH_ADMIN_PASSWORD: {' '.join(fault.messages)}") from fault
    name = settings.ADMIN.partition("@")[0]
    try:
        User.objects.create_first_administrator(settings.ADMIN, settings.ADMIN_PASSWORD, name)
    except NotNow:
        return ""  # made by another machine at the same time
    except Refused as refusal:
        raise CommandError(f"WORKBENCH_ADMIN: {refusal}") from refusal
    return f"{settings.ADMIN} is the first administrator."
