"""`manage.py bench_pages`: what pages cost at 1,000 and at 100,000 claims, beside a page that only knows who asks."""

from __future__ import annotations

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
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test.utils import CaptureQueriesContext
from django.urls import include, path

from claims.loading.crowd import Crowd, fill
from claims.management.scratch import scratch_database
from claims.models import Claim, User

TIMES = {"case page, 50 claims": 12.0, "claim page": 8.0, "assessment submitted": 8.0}
TOKEN = "x" * 32  # against forged forms, in the cookie and in the form


def bare(request: HttpRequest) -> HttpResponse:
    """A page that only reads session and user."""
    return HttpResponse(f"{request.user.pk} {len(request.session.keys())}")


urlpatterns = [path("bare/", bare), path("", include("workbench.urls"))]


def signed_in(user: User) -> str:
    """The cookies of a session that was begun without the cost of a password."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}; {settings.CSRF_COOKIE_NAME}={TOKEN}"


class Browser:
    """Sends requests straight to the WSGI handler, so that nothing but the workbench is measured."""

    def __init__(self, user: User) -> None:
        self.handler = WSGIHandler()
        self.token = TOKEN
        self.cookie = signed_in(user)

    def send(self, url: str, form: dict[str, Any] | None = None) -> tuple[int, int]:
        """The answer's status and size in bytes, as it goes over the wire; a form is posted as htmx posts it."""
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


class Command(BaseCommand):
    """Fills a scratch database and measures in it; the installation's own data are not touched."""

    help = "Fill a scratch database and print what pages cost at 1,000 and at 100,000 claims."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 100_000], metavar="N")
        parser.add_argument("--runs", type=int, default=30, help="how often each page is asked for (default 30)")

    def handle(self, *args: Any, sizes: list[int], runs: int, **options: Any) -> None:
        with scratch_database(ROOT_URLCONF=__name__, SECURE_SSL_REDIRECT=False, ALLOWED_HOSTS=["127.0.0.1"]):
            self.measure(sizes, runs)

    def measure(self, sizes: list[int], runs: int) -> None:
        """Fill up to each size in turn, measure there, and print everything at the end."""
        tables: dict[int, dict[str, Figures]] = {}
        for size in sizes:
            began = time.perf_counter()
            crowd = fill(size)
            self.stdout.write(f"{size:,} claims filled in within {time.perf_counter() - began:.0f} s")
            tables[size] = measured(crowd, runs)
        self.print_tables(tables, runs)

    def print_tables(self, tables: dict[int, dict[str, Figures]], runs: int) -> None:
        """One line a page: median time, queries and size at each number of claims, and the ratios."""
        small, large = min(tables), max(tables)
        self.stdout.write(f"\n{connection.vendor}, median of {runs} requests each")
        self.stdout.write(
            f"{'page':24}{'ms at ' + format(small, ','):>16}{'ms at ' + format(large, ','):>16}{'ratio':>8}"
            f"{'queries':>12}{'KiB sent':>10}{'CPU of bare':>13}"
        )
        bare_cpu = tables[large]["bare page"].cpu
        for page, one in tables[small].items():
            other = tables[large][page]
            limit = f" (≤ {TIMES[page]:g})" if page in TIMES else ""
            self.stdout.write(
                f"{page:24}{one.wall * 1000:16.2f}{other.wall * 1000:16.2f}{other.wall / one.wall:8.2f}"
                f"{one.queries:>6} {other.queries:>5}{other.size / 1024:10.1f}{other.cpu / bare_cpu:13.1f}{limit}"
            )


class Figures:
    """What one page cost: median wall and CPU seconds, queries, bytes sent."""

    def __init__(self, send: Callable[[], tuple[int, int]], runs: int) -> None:
        self.send, self.runs = send, runs
        self.walls: list[float] = []
        self.cpus: list[float] = []
        self.once()  # templates are compiled and caches filled on the first request, which is not measured
        self.walls.clear()
        self.cpus.clear()
        with CaptureQueriesContext(connection) as captured:
            self.size = self.once()
        self.queries = len(captured)
        self.walls.clear()
        self.cpus.clear()

    def once(self) -> int:
        """Ask once and note what it cost; the answer's size. Raises RuntimeError unless the answer is a good one."""
        wall, cpu = time.perf_counter(), time.process_time()
        status, size = self.send()
        self.cpus.append(time.process_time() - cpu)
        self.walls.append(time.perf_counter() - wall)
        if status != 200:
            raise RuntimeError(f"a measured page answered {status}")
        return size

    @property
    def wall(self) -> float:
        """Median seconds until the answer was there."""
        return statistics.median(self.walls)

    @property
    def cpu(self) -> float:
        """Median CPU seconds that the answer took."""
        return statistics.median(self.cpus)


def measured(crowd: Crowd, runs: int) -> dict[str, Figures]:
    """What each page costs now. The pages take turns, so that a busy moment falls on all of them."""
    editor, analyst = Browser(crowd.editor), Browser(crowd.analyst)
    root = f"/cases/{crowd.case.code}/"
    waiting = iter(
        Claim.objects.filter(case=crowd.case, status="open")
        .order_by("-number")
        .values_list("number", flat=True)[: runs + 5]
    )
    rating = crowd.case.scale.ratings.all()[0].pk

    pair = "/".join(str(person.pk) for person in crowd.reviewers)

    def submit() -> tuple[int, int]:
        answers = {"rating": rating, "rationale": "Both registers give the same figure.", "act": "submit"}
        return analyst.send(f"{root}claims/{next(waiting)}/assess/", answers)

    pages: dict[str, Callable[[], tuple[int, int]]] = {
        "bare page": lambda: analyst.send("/bare/"),
        "case page, 50 claims": lambda: analyst.send(root),
        "… one status": lambda: analyst.send(f"{root}?status=signed_off"),
        "… one kind, one rating": lambda: analyst.send(f"{root}?kind=plan&rating=refuted"),
        "… one reviewer": lambda: analyst.send(f"{root}?reviewer={crowd.analyst.pk}"),
        "… a common word": lambda: analyst.send(f"{root}?words=army"),
        "… a rare word": lambda: analyst.send(f"{root}?words=old"),
        "queue": lambda: editor.send("/"),
        "claim page": lambda: analyst.send(f"{root}claims/{crowd.whole}/"),
        "… those like it": lambda: analyst.send(f"{root}claims/{crowd.whole}/similar/"),
        "search, a common word": lambda: analyst.send("/search/?q=army"),
        "search, a rare word": lambda: analyst.send("/search/?q=old"),
        "reading room": lambda: analyst.send(f"{root}documents/1/"),
        "history of the case": lambda: analyst.send(f"{root}log/"),
        "agreement": lambda: analyst.send(f"{root}agreement/"),
        "… of two reviewers": lambda: analyst.send(f"{root}agreement/{pair}/"),
        "assessment submitted": submit,
    }
    figures = {name: Figures(send, runs) for name, send in pages.items()}
    for _turn in range(runs):
        for figure in figures.values():
            figure.once()
    return figures
