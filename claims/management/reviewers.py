"""Many reviewers at once, each on a connection of their own, before a server that may be killed under them."""

from __future__ import annotations

import gzip
import http.client
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import connection

from claims.custody.chain import broken_seals, verify
from claims.models import Assessment, Case, Entry

HOST = "127.0.0.1"
PATIENCE = 60  # seconds that a reviewer waits for an answer, and for a server that is down


class Served:
    """gunicorn as the README starts it, in a process group of its own, on a scratch database and data folder."""

    def __init__(self, folder: str, workers: int, threads: int) -> None:
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            self.port: int = probe.getsockname()[1]
        self.environment = os.environ | {
            "WORKBENCH_DATA": folder,
            "WORKBENCH_HTTPS": "0",
            "WORKBENCH_HOSTS": HOST,
            "WORKBENCH_SECRET_KEY": settings.SECRET_KEY,  # sessions are made over here
            "DATABASE_URL": address_of_database(),
            "DJANGO_SETTINGS_MODULE": "workbench.settings",
        }
        self.command = [
            *(sys.executable, "-m", "gunicorn", "--worker-class", "gthread", "--no-control-socket"),
            *("--workers", str(workers), "--threads", str(threads), "--log-level", "warning"),
            *("--bind", f"{HOST}:{self.port}", "claims.management.served"),
        ]
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and come back once it answers. Raises RuntimeError where it does not."""
        self.process = subprocess.Popen(  # noqa: S603 - this very program
            self.command, env=self.environment, cwd=root(), start_new_session=True
        )
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and self.process.poll() is None:
            try:
                with socket.create_connection((HOST, self.port), timeout=1):
                    pass
                asked = http.client.HTTPConnection(HOST, self.port, timeout=PATIENCE)
                asked.request("GET", "/healthz")
                if asked.getresponse().status == 200:
                    return
            except OSError:
                time.sleep(0.1)
        self.stop()
        raise RuntimeError("The server did not start.")

    def kill(self) -> None:
        """End all its processes at once, in the middle of whatever they do."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def stop(self) -> None:
        """End it as an administrator would."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.kill()
        self.process = None


def root() -> Path:
    """The project's folder."""
    return Path(settings.ROOT)


def address_of_database() -> str:
    """The database that this process works in, as the server is told of it."""
    said = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{said['NAME']}"
    user, password, host = (quote(str(said[name]), safe="") for name in ("USER", "PASSWORD", "HOST"))
    return f"postgres://{user}:{password}@{host}:{said['PORT'] or 5432}/{said['NAME']}"


@dataclass
class Book:
    """What was asked and how it was answered, by all reviewers."""

    times: dict[str, list[float]] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)
    lost: int = 0  # requests that nobody answered
    sent: dict[tuple[int, int], str] = field(default_factory=dict)  # (reviewer, claim) → rationale
    acknowledged: set[tuple[int, int]] = field(default_factory=set)
    refused: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, page: str, status: int, seconds: float) -> None:
        """One answer."""
        with self.lock:
            self.statuses[status] += 1
            self.times.setdefault(page, []).append(seconds)
            if not 200 <= status < 400:
                self.refused.append(f"{page}: {status}")

    @property
    def requests(self) -> int:
        """How many were answered."""
        return self.statuses.total()

    @property
    def broken(self) -> int:
        """How many were answered with a fault of the server's."""
        return sum(many for status, many in self.statuses.items() if status >= 500)


class Reviewer(threading.Thread):
    """Somebody who opens a claim, saves a draft, submits, and opens the next from the queue, until time is up."""

    def __init__(
        self, key: int, cookie: str, token: str, case: Case, claims: list[int], rating: int, port: int, book: Book,
        *, until: float, pause: float,
    ) -> None:  # fmt: skip
        super().__init__(name=f"reviewer {key}")
        self.key, self.cookie, self.token, self.claims, self.rating = key, cookie, token, claims, rating
        self.place, self.port, self.book = f"/cases/{case.code}/claims/", port, book
        self.until, self.pause = until, pause
        self.fault: Exception | None = None

    def run(self) -> None:
        """Each claim in turn; what goes wrong is kept for whoever started it."""
        try:
            for number in self.claims:
                if time.monotonic() > self.until:
                    break
                self.review(number)
        except Exception as fault:
            self.fault = fault

    def review(self, number: int) -> None:
        """One claim, from its page to the queue in which the next one stands."""
        place = f"{self.place}{number}/"
        page = self.ask("claim page", place)
        self.ask("who is here", f"{place}here/", shown=place)
        rationale = f"Reviewer {self.key} read the register for claim {number}."
        form = {"rating": self.rating, "confidence": "moderate", "rationale": rationale, "relied_on": 1}
        form |= {name: found[1] for name in ("version", "once") if (found := _field(name, page))}
        time.sleep(self.pause * random.uniform(0.5, 1.5))  # noqa: S311 - so that they do not march in step
        self.ask("draft saved", f"{place}assess/", form | {"act": "draft", "auto": "1"}, shown=place)
        time.sleep(self.pause * random.uniform(0.5, 1.5))  # noqa: S311 - as above
        self.book.sent[self.key, number] = rationale
        self.ask("submit", f"{place}assess/", form | {"act": "submit"}, shown=place)
        self.book.acknowledged.add((self.key, number))
        self.ask("bare page", "/bare/")
        self.ask("queue", "/")

    def ask(self, page: str, path: str, form: dict[str, object] | None = None, *, shown: str = "") -> str:
        """The answer. Who gets none asks again, as people do. Raises RuntimeError on a bad one."""
        gives_up = time.monotonic() + PATIENCE
        while True:
            try:
                began = time.perf_counter()
                status, text = self.send(path, form, shown)
            except (OSError, http.client.HTTPException):
                with self.book.lock:
                    self.book.lost += 1
                if time.monotonic() > gives_up:
                    raise
                time.sleep(0.2)
                continue
            self.book.note(page, status, time.perf_counter() - began)
            if not 200 <= status < 400:
                raise RuntimeError(f"{path} answered {status} to a {page}")
            return text

    def send(self, path: str, form: dict[str, object] | None, shown: str) -> tuple[int, str]:
        """Status and text of the answer, on a connection of its own, as a proxy in front would make it."""
        headers = {"Cookie": self.cookie, "Accept-Encoding": "gzip", "Connection": "close"}
        body = None
        if form is not None:
            body = urlencode({**form, "csrfmiddlewaretoken": self.token}).encode()
            headers |= {"Content-Type": "application/x-www-form-urlencoded"}
        if shown:
            headers |= {"HX-Request": "true", "HX-Current-URL": f"http://{HOST}:{self.port}{shown}"}
        asked = http.client.HTTPConnection(HOST, self.port, timeout=PATIENCE)
        try:
            asked.request("GET" if form is None else "POST", path, body, headers)
            answer = asked.getresponse()
            said = answer.read()
        finally:
            asked.close()
        packed = answer.headers.get("Content-Encoding") == "gzip"
        return answer.status, (gzip.decompress(said) if packed else said).decode()


def _field(name: str, page: str) -> re.Match[str] | None:
    return re.search(rf'name="{name}" value="([^"]*)"', page)


def faults(case: Case, book: Book) -> Iterator[str]:
    """What is wrong with the records after all that: answers lost, doubled or half, or a log that does not hold."""
    rows = Assessment.objects.submitted().filter(claim__case=case)
    found = Counter(rows.order_by().values_list("reviewer", "claim__number", "rationale"))
    for (reviewer, number), rationale in book.sent.items():
        there = found.pop((reviewer, number, rationale), 0)
        if there > 1:
            yield f"The answer of reviewer {reviewer} to claim {number} is there {there} times."
        if not there and (reviewer, number) in book.acknowledged:
            yield f"The answer of reviewer {reviewer} to claim {number} was acknowledged and is gone."
    for reviewer, number, _rationale in found:
        yield f"Reviewer {reviewer} never gave the answer to claim {number} that is there."
    entered = Entry.objects.filter(case=case, verb="assessed").order_by().values_list("thing_id", flat=True)
    if sorted(entered) != sorted(rows.order_by().values_list("pk", flat=True)):
        yield "The log does not enter each answer once."
    answers = Counter(rows.order_by().values_list("claim__number", flat=True))
    for number, counted in case.claims.order_by().values_list("number", "answers_in"):
        if counted != answers[number]:
            yield f"Claim {number} counts {counted} answers, and has {answers[number]}."
    yield from broken_seals(case)
    yield from (fault for chain in (case, None) if (fault := verify(chain).fault))
