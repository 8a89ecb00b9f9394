"""What whoever runs the workbench asks it: whether it lives, and whether it can be worked with."""

from __future__ import annotations

import platform
import tempfile
import tomllib
from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache

from claims.custody.store import OutOfReach, store
from claims.keeping.databases import applied, newer, shipped

NEWER, EMPTY = "of a newer program", "none at all"
PROBES = ("/healthz", "/readyz")


class AnyHostMiddleware:
    """Probes are answered by whatever host they ask for: a machine's, or a container's that changes with each start.

    Nothing of it is in the answer.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info in PROBES:
            request.get_host = lambda: "localhost"  # type: ignore[method-assign]
        return self.get_response(request)


@login_not_required
@never_cache
def process(request: HttpRequest) -> HttpResponse:
    """The process answers. Nothing else is asked, so that a slow database restarts nobody."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@login_not_required
@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """Whether pages can be served: 503 where the database, its tables or the disk cannot be worked with."""
    answers = {"database": database(), "migrations": migrations(), "storage": storage()}
    fine = all(answer == "ok" for answer in answers.values())
    return JsonResponse({"ready": fine, **answers}, status=200 if fine else 503)


@login_not_required
@never_cache
def version(request: HttpRequest) -> HttpResponse:
    """Which program this is, and the form of its database: for who is signed in, or asks on the machine itself."""
    if not (request.user.is_authenticated or from_within(request)):
        return HttpResponse(status=404)
    newest = max((name for app, name in shipped() if app == "claims"), default="")
    return JsonResponse({"version": release(), "migration": newest, "python": platform.python_version()})


def from_within(request: HttpRequest) -> bool:
    """Whether it was asked on this machine, and not through a proxy."""
    return request.META.get("REMOTE_ADDR") in ("127.0.0.1", "::1") and "X-Forwarded-For" not in request.headers


@cache
def release() -> str:
    """The program's version, as its pyproject.toml has it."""
    told: str = tomllib.loads((settings.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    return told


def database() -> str:
    """`ok`, or in a word why it cannot be asked."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError, OSError):
        return "unreachable"
    return "ok"


def migrations() -> str:
    """`ok`, how many the database lacks, that it is empty, or that a newer program than this one has been at it."""
    try:
        there = applied()
        lacking = shipped() - there
        beyond = newer()
    except (DatabaseError, InterfaceError, OSError):
        return "unknown"
    if beyond:
        return NEWER
    if not there:
        return EMPTY
    return f"{len(lacking)} pending" if lacking else "ok"


def storage() -> str:
    """`ok`, or that nothing can be written in the data folder, or kept in the store."""
    try:
        with tempfile.TemporaryFile(dir=settings.DATA) as file:
            file.write(b"\0" * 4096)
            file.flush()
        store().check()
    except OutOfReach:
        return "unreachable"
    except OSError:
        return "not writable"
    return "ok"
