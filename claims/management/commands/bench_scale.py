"""`manage.py bench_scale`: what pages cost among a thousand claims, and ten, a hundred and a thousand times as many."""

from __future__ import annotations

import http.client
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connection

from claims.loading.crowd import Crowd, fill
from claims.management.measuring import HERE, Answer, Browser, Cost
from claims.management.reviewers import HOST, Served
from claims.management.scratch import scratch_database
from claims.models import Claim
from claims.reports.freezing import freeze
from claims.reports.render import content_of

SMALLEST = 1_000
ROUNDS = 6  # the sizes take turns, so that a busy moment of the machine falls on all of them
CLIENTS = 8
EXPORTED = 100  # claims
GROWTH = 1.3  # times its cost at the smallest size, for each page, at most
IN_BARE_PAGES = {"case page": 10.0, "claim page": 8.0, "assessment submitted": 8.0}  # CPU time, at most
IN_MS = {"search, a rare word": 10.0, "search, the commonest": 50.0}  # median, at most
SHARE = 120 / 200  # of the requests that the least list page is served
MEMORY = 150  # MiB of a web process


@dataclass
class Place:
    """A database with so many claims, and what pages cost there."""

    size: int
    name: str
    costs: dict[str, Cost]
    on_disk: int


class Command(BaseCommand):
    """Fills scratch databases and measures in them; the installation's own data are not touched."""

    help = "Fill scratch databases up to a million claims; print what pages cost, beside each other, and what is held."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--claims", type=int, default=1_000_000, help="of the largest database (default 1,000,000)")
        parser.add_argument("--runs", type=int, default=30, help="how often each page is asked for (default 30)")
        parser.add_argument(
            "--seconds", type=float, default=10, help="that eight clients ask for each list (default 10)"
        )

    def handle(self, *args: Any, claims: int, runs: int, seconds: float, **options: Any) -> None:
        with scratch_database(**HERE) as folder, copies() as copied:
            places = []
            for size in sizes(claims):
                began = time.perf_counter()
                crowd = fill(size)
                self.stdout.write(f"{size:,} claims filled in and indexed within {time.perf_counter() - began:.0f} s")
                name = copied(str(size)) if size < claims else str(connection.settings_dict["NAME"])
                places.append(Place(size, name, {}, on_disk()))
            measure(places, crowd, runs)
            self.print_pages(places, runs)
            self.under_load(str(folder), crowd, seconds)

    def print_pages(self, places: list[Place], runs: int) -> None:
        """One line a page: at each size median, 95th percentile and CPU time; how it grows; queries; bytes sent.

        How it grows is told of the quickest answers and of CPU time.
        """
        first, last = places[0], places[-1]
        bare = last.costs["bare page"].cpu
        self.stdout.write(f"\n{version()}; {runs} requests each; ms: median / 95th percentile / CPU of this process")
        heads = "".join(f"{format(place.size, ','):>26}" for place in places)
        self.stdout.write(f"{'page':26}{heads}{'growth':>8}{'of CPU':>8}{'queries':>10}{'KiB':>7}{'in bare pages':>15}")
        for page in first.costs:
            costs = [place.costs[page] for place in places]
            one, other = costs[0], costs[-1]
            figures = "".join(f"{1e3 * c.wall:9.1f} /{1e3 * c.p95:7.1f} /{1e3 * c.cpu:6.1f}" for c in costs)
            limit = f" (≤ {IN_BARE_PAGES[page]:g})" if page in IN_BARE_PAGES else ""
            limit += f" (≤ {IN_MS[page]:g} ms)" if page in IN_MS else ""
            self.stdout.write(
                f"{page:26}{figures}{other.fastest / one.fastest:8.2f}{other.cpu / one.cpu:8.2f}"
                f"{one.queries:>5} {other.queries:>4}{other.size / 1024:7.1f}{other.cpu / bare:8.1f}{limit}"
            )
        grown = [page for page, cost in last.costs.items() if cost.fastest > GROWTH * first.costs[page].fastest]
        self.stdout.write(f"over {GROWTH:g} times their cost at {first.size:,}: {', '.join(grown) or 'none'}")
        for place in places:
            self.stdout.write(f"{place.size:>9,} claims: {place.on_disk / 2**20:,.0f} MiB on disk")

    def under_load(self, folder: str, crowd: Crowd, seconds: float) -> None:
        """Print how many requests a second eight clients are served by gunicorn, and what memory its processes hold."""
        server = Served(folder, workers=2, threads=4)
        cookie = Browser(crowd.analyst).cookie
        server.start()
        try:
            pages = {"the least list": "/least/", "case page": crowd.case.get_absolute_url()}
            rates: dict[str, list[float]] = {page: [] for page in pages}
            for _turn in range(3):
                for page, path in pages.items():
                    rates[page].append(rate(server.port, path, cookie, seconds / 3))
            least, case = (max(rates[page]) for page in pages)
            self.stdout.write(
                f"{CLIENTS} clients, 2 processes of 4 threads: {least:.0f} least lists a second, {case:.0f} case pages,"
                f" {case / least:.2f} times as many (≥ {SHARE:.2f})"
            )
            held = [memory(pid) for pid in children(server)]
            self.stdout.write(
                f"web processes hold {' and '.join(f'{each / 2**20:.0f}' for each in held)} MiB (≤ {MEMORY})"
            )
        finally:
            server.stop()


def sizes(most: int) -> list[int]:
    """A thousand, ten thousand and so on, below `most`; and `most`."""
    found, size = [], SMALLEST
    while size < most:
        found.append(size)
        size *= 10
    return [*found, most]


@contextmanager
def copies() -> Iterator[Callable[[str], str]]:
    """Copies the scratch database as it stands, and gives the copy's name; at the end the copies go."""
    made: list[str] = []

    def copy(suffix: str) -> str:
        connection.close()  # the last connection to a SQLite file writes all into it as it goes
        connection.creation.clone_test_db(suffix, verbosity=0, autoclobber=True)
        made.append(suffix)
        return str(connection.creation.get_test_db_clone_settings(suffix)["NAME"])

    name = connection.settings_dict["NAME"]
    try:
        yield copy
    finally:
        go_to(name)
        for suffix in made:
            connection.creation.destroy_test_db(verbosity=0, suffix=suffix)


def go_to(name: str) -> None:
    """Work in this database from now on."""
    connection.close()
    if connection.vendor == "postgresql":
        connection.close_pool()  # type: ignore[attr-defined]
    connection.settings_dict["NAME"] = name


def version() -> str:
    """Which database this is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sqlite_version()" if connection.vendor == "sqlite" else "SHOW server_version")
        return f"{connection.display_name} {cursor.fetchone()[0]}"


def on_disk() -> int:
    """Bytes of the database."""
    if connection.vendor == "sqlite":
        return os.path.getsize(connection.settings_dict["NAME"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        size: int = cursor.fetchone()[0]
        return size


def measure(places: list[Place], crowd: Crowd, runs: int) -> None:
    """Ask for every page in every database, these in turns, and note what it costs."""
    for _round in range(ROUNDS):
        for place in places:
            go_to(place.name)
            if not place.costs:
                place.costs = {page: Cost(send) for page, send in pages_of(crowd, runs).items()}
            for cost in place.costs.values():
                cost.warm_up()
            for _turn in range(-(-runs // ROUNDS)):
                for cost in place.costs.values():
                    cost.once()


def pages_of(crowd: Crowd, runs: int) -> dict[str, Callable[[], Answer]]:
    """What is measured: the page's name, and what asks for it and answers with status and bytes."""
    editor, analyst = Browser(crowd.editor), Browser(crowd.analyst)
    root = crowd.case.get_absolute_url()
    waiting = Claim.objects.filter(case=crowd.case, status="open").order_by("-number")
    numbers = iter(list(waiting.values_list("number", flat=True)[: runs + 4 * ROUNDS]))
    answers = {"rating": crowd.case.scale.ratings.all()[0].pk, "act": "submit"}
    answers["rationale"] = "Both registers give the same figure."
    exports = count(1)
    pair = "/".join(str(person.pk) for person in crowd.reviewers)

    def export() -> Answer:
        claims = crowd.case.claims.filter(number__lte=EXPORTED)
        report = freeze(crowd.case, claims, by=crowd.editor, title=f"Export {next(exports)}")
        return 200, sum(map(len, content_of(report, "csv")))

    asked = {
        "bare page": "/bare/",
        "least list, 50 claims": "/least/",
        "case page": root,
        "… one status": f"{root}?status=signed_off",
        "… one kind, one rating": f"{root}?kind=plan&rating=refuted",
        "… one reviewer": f"{root}?reviewer={crowd.analyst.pk}",
        "… a rare word": f"{root}?words=old",
        "… the commonest": f"{root}?words=the",
        "… two words": f"{root}?words=the+old",
        "… a beginning": f"{root}?words=regist*",
        "claim page": f"{root}claims/{crowd.whole}/",
        "… those like it": f"{root}claims/{crowd.whole}/similar/",
        "search, a rare word": "/search/?q=old",
        "search, the commonest": "/search/?q=the",
        "search, two words": "/search/?q=the+old",
        "search, a beginning": "/search/?q=regist*",
        "reading room": f"{root}documents/1/",
        "history of the case": f"{root}log/",
        "agreement": f"{root}agreement/",
        "… of two reviewers": f"{root}agreement/{pair}/",
    }
    pages: dict[str, Callable[[], Answer]] = {page: asking(analyst, url) for page, url in asked.items()}
    return pages | {
        "queue": lambda: editor.send("/"),
        "assessment submitted": lambda: analyst.send(f"{root}claims/{next(numbers)}/assess/", answers),
        f"export, {EXPORTED} claims": export,
    }


def asking(browser: Browser, url: str) -> Callable[[], Answer]:
    """What asks for this address."""
    return lambda: browser.send(url)


def rate(port: int, path: str, cookie: str, seconds: float) -> float:
    """How many answers a second the clients get, each on a connection that is kept open."""
    until, counted, faults = time.monotonic() + seconds, count(), list[int]()

    def ask() -> None:
        asked = http.client.HTTPConnection(HOST, port, timeout=60)
        while time.monotonic() < until:
            asked.request("GET", path, headers={"Cookie": cookie, "Accept-Encoding": "gzip"})
            answer = asked.getresponse()
            answer.read()
            if answer.status != 200:
                faults.append(answer.status)
                return
            next(counted)
        asked.close()

    clients = [threading.Thread(target=ask) for _client in range(CLIENTS)]
    began = time.monotonic()
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    if faults:
        raise RuntimeError(f"{path} answered {faults[0]}")
    return next(counted) / (time.monotonic() - began)


def children(server: Served) -> list[int]:
    """The server's web processes."""
    if server.process is None:
        return []
    pid = server.process.pid
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def memory(pid: int) -> int:
    """Bytes that a process holds by itself: without those it shares with the database's file, mapped into it."""
    lines = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line)
    return 1024 * sum(int(lines[name].split()[0]) for name in ("RssAnon", "RssShmem"))
