"""Pages asked for in this process or over the wire, and what they cost; beside pages that do next to nothing."""

from __future__ import annotations

import functools
import io
import statistics
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test.utils import CaptureQueriesContext
from django.urls import include, path
from django.views.generic import ListView

from claims.models import Claim, User

TOKEN = "x" * 32  # against forged forms, in the cookie and in the form
LEAST = """<!doctype html><title>Claims</title><ul>{% for claim in claims %}<li>
<a href="{{ claim.get_absolute_url }}">{{ claim.ref }}</a> {{ claim.statement }} {{ claim.get_kind_display }},
{{ claim.get_status_display }}{% endfor %}</ul>"""
ROWS = 50  # as many as the case page has

type Answer = tuple[int, int]  # status, bytes as they go over the wire


def bare(request: HttpRequest) -> HttpResponse:
    """A page that only reads session and user."""
    return HttpResponse(f"{request.user.pk} {len(request.session.keys())}")


class LeastList(ListView):  # type: ignore[type-arg]
    """The least that a list of claims can be with what the framework brings, and nothing of the workbench's own."""

    context_object_name = "claims"

    def get_queryset(self) -> QuerySet[Claim]:
        """As many as the case page has."""
        return Claim.objects.select_related("case").order_by("-pk")[:ROWS]

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        """The page."""
        return HttpResponse(least().render(context, self.request))


@functools.cache
def least() -> Any:
    """Its template, compiled."""
    return engines["django"].from_string(LEAST)


urlpatterns = [path("bare/", bare), path("least/", LeastList.as_view()), path("", include("workbench.urls"))]

# The workbench with these pages, in this process. No static file is asked for, so none need be collected.
PLAIN_FILES = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
HERE = {
    "ROOT_URLCONF": __name__,
    "SECURE_SSL_REDIRECT": False,
    "ALLOWED_HOSTS": ["127.0.0.1"],
    "STORAGES": settings.STORAGES | {"staticfiles": PLAIN_FILES},
}


def signed_in(user: User) -> str:
    """The cookies of a session that was begun without the cost of a password."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    # By both names: a server that is measured speaks plain HTTP, where this process may not.
    return "; ".join(f"{mark}session={session.session_key}; {mark}csrf={TOKEN}" for mark in {settings.COOKIES, ""})


class Browser:
    """Sends requests straight to the WSGI handler, so that nothing but the workbench is measured."""

    def __init__(self, user: User) -> None:
        settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # or whitenoise warns
        self.handler = WSGIHandler()
        self.token = TOKEN
        self.cookie = signed_in(user)

    def send(self, url: str, form: dict[str, Any] | None = None) -> Answer:
        """The answer's status and size; a form is posted as htmx posts it."""
        address, _mark, query = url.partition("?")
        body = urlencode({**form, "csrfmiddlewaretoken": self.token}, doseq=True).encode() if form is not None else b""
        environ = {
            "REQUEST_METHOD": "GET" if form is None else "POST",
            "PATH_INFO": address,
            "QUERY_STRING": query,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "80",
            "HTTP_HOST": "127.0.0.1",
            "HTTP_COOKIE": self.cookie,
            "HTTP_ACCEPT_ENCODING": "gzip",
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
            "wsgi.url_scheme": "http",
            "REMOTE_ADDR": "127.0.0.1",
        }
        if form is not None:
            environ["HTTP_HX_REQUEST"] = "true"
        seen: list[int] = []

        def start(status: str, headers: Any, fault: Any = None, /) -> Callable[[bytes], object]:
            seen.append(int(status[:3]))
            return lambda chunk: None

        answer = self.handler(environ, start)
        size = sum(len(chunk) for chunk in answer)
        answer.close()
        return seen[0], size


class Cost:
    """What one page costs: seconds and CPU seconds each time it was asked for, queries, bytes sent."""

    def __init__(self, send: Callable[[], Answer]) -> None:
        self.send = send
        self.walls: list[float] = []
        self.cpus: list[float] = []
        self.queries = self.size = 0

    def warm_up(self) -> None:
        """Ask unmeasured, so that templates are compiled and caches filled; then once more and count the queries."""
        self._sent()
        with CaptureQueriesContext(connection) as captured:
            self.size = self._sent()
        self.queries = len(captured)

    def once(self) -> None:
        """Ask once and note what it cost."""
        wall, cpu = time.perf_counter(), time.process_time()
        self._sent()
        self.cpus.append(time.process_time() - cpu)
        self.walls.append(time.perf_counter() - wall)

    def _sent(self) -> int:
        status, size = self.send()
        if status != 200:
            raise RuntimeError(f"a measured page answered {status}")
        return size

    @property
    def wall(self) -> float:
        """Median seconds until the answer was there."""
        return statistics.median(self.walls)

    @property
    def fastest(self) -> float:
        """The seconds of the quickest answer, which a busy machine spoils least: to compare with others."""
        return min(self.walls)

    @property
    def p95(self) -> float:
        """The seconds that 95 of 100 answers stay under."""
        return p95_of(self.walls)

    @property
    def cpu(self) -> float:
        """Median CPU seconds that this process spent on it; on PostgreSQL the server's are not among them."""
        return statistics.median(self.cpus)


def p95_of(times: list[float]) -> float:
    """The time that 95 of 100 stay under."""
    return sorted(times)[min(len(times) - 1, int(0.95 * len(times)))]
