"""`manage.py bench_custody`: how fast files are hashed again, beside `sha256sum`, and what memory an upload takes."""

from __future__ import annotations

import contextlib
import io
import os
import resource
import shutil
import statistics
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, include, path

from claims.custody.store import Arrival, FolderStore
from claims.custody.verifying import Verification
from claims.management.measuring import HERE, Browser
from claims.management.scratch import scratch_database
from claims.models import Capture, Case, Exhibit, Scale, StoredFile, User
from claims.views.uploads import ArrivedFile

SIZES = {100_000_000: 1, 60_000_000: 1, 8_000_000: 10, 1_000_000: 40, 100_000: 200}  # bytes → files of that size
BLOCK = os.urandom(1 << 16)


def take(request: HttpRequest) -> HttpResponse:
    """A page that keeps the file it is sent, and does nothing else."""
    file = request.FILES["file"]
    return HttpResponse(str(file.keep()) if isinstance(file, ArrivedFile) else "no capture")


taking: list[URLPattern] = [path("take/", take, name="capture-add")]
urlpatterns = [path("", include((taking, "claims"))), path("", include("workbench.urls"))]


class Form(io.RawIOBase):
    """A form with one file, as a browser sends it: made up while it is read, and never in memory as a whole."""

    def __init__(self, token: str, size: int) -> None:
        part = '--line\r\nContent-Disposition: form-data; name="{}"{}\r\n\r\n'
        start = part.format("csrfmiddlewaretoken", "") + f"{token}\r\n" + part.format("file", '; filename="film.mp4"')
        self.rest = [start.encode(), b"\r\n--line--\r\n"]
        self.left = size
        self.length = sum(map(len, self.rest)) + size

    def read(self, size: int = -1, /) -> bytes:
        """Some more of it, at most so much."""
        if len(self.rest) == 2:
            return self.rest.pop(0)
        if self.left:
            some = BLOCK[: min(self.left, len(BLOCK) if size < 0 else size)]
            self.left -= len(some)
            return some
        return self.rest.pop(0) if self.rest else b""


class Command(BaseCommand):
    """Works in a scratch database and a scratch folder; the installation's own data are not touched."""

    help = "Print how fast files are hashed again, beside sha256sum, and what memory a large upload takes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--turns", type=int, default=3, help="how often all files are hashed (default 3)")
        parser.add_argument("--upload", type=int, default=100_000_000, metavar="BYTES", help="size of the upload")

    def handle(self, *args: Any, turns: int, upload: int, **options: Any) -> None:
        if shutil.which("sha256sum") is None:
            raise CommandError("There is no sha256sum here to compare with.")
        with scratch_database(STORE=None, **HERE | {"ROOT_URLCONF": __name__}) as folder:
            user = User.objects.create_user(email="bench@example.org", name="Bench", password=None)
            self.measure_upload(user, upload)
            self.measure_hashing(user, turns, FolderStore(folder / "files"))

    def measure_upload(self, user: User, size: int) -> None:
        """Send one small file, then a large one, and print by how much the process grew in between."""
        browser = Browser(user)
        send(browser, 1_000_000)
        reset_peak()
        before, began = peak(), time.perf_counter()
        send(browser, size)
        seconds, grown = time.perf_counter() - began, peak() - before
        self.stdout.write(
            f"upload of {size / 1e6:,.0f} MB: {seconds:.2f} s, {size / 1e6 / seconds:,.0f} MB/s; "
            f"resident set {before / 1024:,.1f} MiB before it, at most {grown / 1024:,.1f} MiB more during it"
        )

    def measure_hashing(self, user: User, turns: int, kept: FolderStore) -> None:
        """Hash the same files by verify_files and by sha256sum, in turns, and print the medians and their ratio."""
        StoredFile.objects.all().delete()  # of the uploads
        shutil.rmtree(kept.folder)
        fill(user)
        paths = [str(kept.place(name)) for name in kept.names()]
        size = sum(os.path.getsize(place) for place in paths)
        ours, theirs = [], []
        by_sha256sum(paths)  # whatever is read for the first time is not measured
        by_verify_files()
        for _turn in range(turns):
            ours.append(by_verify_files())
            theirs.append(by_sha256sum(paths))
        for name, times in (("verify_files", ours), ("sha256sum", theirs)):
            speed = size / 1e6 / statistics.median(times)
            listed = ", ".join(f"{seconds:.2f}" for seconds in times)
            self.stdout.write(f"{name:13}{speed:8,.0f} MB/s  (seconds: {listed})")
        ratio = statistics.median(theirs) / statistics.median(ours)
        self.stdout.write(
            f"verify_files has {ratio:.0%} of the speed of sha256sum, on {len(paths)} files, {size / 1e6:,.0f} MB, "
            f"{connection.vendor}"
        )


def send(browser: Browser, size: int) -> None:
    """Post a file of this size through the WSGI handler. Raises RuntimeError unless it is taken."""
    form = Form(browser.token, size)
    environ = {
        "REQUEST_METHOD": "POST", "PATH_INFO": "/take/", "QUERY_STRING": "", "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80", "HTTP_HOST": "127.0.0.1", "HTTP_COOKIE": browser.cookie, "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_TYPE": "multipart/form-data; boundary=line", "CONTENT_LENGTH": str(form.length),
        "wsgi.input": form, "wsgi.errors": io.StringIO(), "wsgi.url_scheme": "http",
    }  # fmt: skip
    seen: list[str] = []

    def start(status: str, headers: Any, fault: Any = None, /) -> Callable[[bytes], object]:
        seen.append(status)
        return lambda chunk: None

    answer = browser.handler(environ, start)
    body = b"".join(answer)
    answer.close()
    if not seen[0].startswith("200") or not StoredFile.objects.filter(sha256=body.decode(), size=size).exists():
        raise RuntimeError(f"the upload was answered {seen[0]}")


def reset_peak() -> None:
    """Have the kernel forget how large the process once was, where it can."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def peak() -> int:
    """How large the process has been, in KiB."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def fill(user: User) -> None:
    """A case with a capture of each file, all of them different."""
    case = Case(title="Bench", code="BENCH", scale=Scale.objects.default())
    case.save(by=user)
    exhibit = Exhibit(case=case, title="Bench")
    exhibit.save(by=user)
    for size, count in SIZES.items():
        for _file in range(count):
            arrival = Arrival()
            first = os.urandom(32)
            arrival.write(first)
            for start in range(len(first), size, len(BLOCK)):
                arrival.write(BLOCK[: size - start])
            Capture(exhibit=exhibit, file=arrival.keep(), how=Capture.How.UPLOAD, captured_by=user).save(by=user)


def by_verify_files() -> float:
    """Seconds that it takes to look at all files again and to note it. Raises RuntimeError at a fault."""
    began = time.perf_counter()
    faults = list(Verification().run())
    if faults:
        raise RuntimeError(f"the files of the bench are not as they came: {faults[0]}")
    return time.perf_counter() - began


def by_sha256sum(paths: list[str]) -> float:
    """Seconds that sha256sum takes for these files."""
    began = time.perf_counter()
    subprocess.run([str(shutil.which("sha256sum")), *paths], stdout=subprocess.DEVNULL, check=True)  # noqa: S603 - own
    return time.perf_counter() - began
