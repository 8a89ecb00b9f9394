"""`manage.py bench_reports`: how fast reports are made, rendered and streamed, and what memory that takes."""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
import zipfile
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import batched
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from claims.custody.store import Arrival
from claims.loading.crowd import Crowd, fill
from claims.management.scratch import scratch_database
from claims.models import Capture, Evidence, Report, ReportedClaim
from claims.models.reports import digest_of, joined
from claims.reports import data, spreadsheet
from claims.reports.bundle import make_bundle
from claims.reports.freezing import freeze
from claims.reports.render import FORMATS, render
from claims.reports.snapshots import canonical

FEW, MANY = 100, 1_000  # claims in the reports that are rendered as a whole
LONG = 100_000  # claims in the one that is streamed
ASKED = {FEW: 2.0, MANY: 20.0}  # seconds that a PDF may take
BYTES = 1_000_000_000  # of captures in the report that is bundled
PART = 50_000_000  # bytes of one of them
BLOCK = os.urandom(1 << 20)
MEMORY = 600  # MB that it may take at most
SHARE = 1 / 3  # of the speed of the plain csv module


class Command(BaseCommand):
    """Works in a scratch database; the installation's own data are not touched."""

    help = "Print how fast reports are frozen, rendered in each format and streamed, and what memory that takes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--runs", type=int, default=3, help="how often each is done (default 3)")
        parser.add_argument("--claims", type=int, default=LONG, metavar="N", help="of the report that is streamed")
        parser.add_argument(
            "--captures", type=int, default=BYTES, metavar="BYTES", help="in the report that is bundled"
        )
        parser.add_argument("--one", nargs=2, metavar=("FILE", "F"), help=argparse.SUPPRESS)
        parser.add_argument("--formats", nargs="*", default=list(FORMATS), metavar="F", help="which are rendered")

    def handle(self, *args: Any, runs: int, claims: int, formats: list[str], captures: int, **options: Any) -> None:
        if options["one"]:
            self.stdout.write(json.dumps(rendered(*options["one"])))
            return
        with scratch_database(), tempfile.TemporaryDirectory() as folder:
            crowd = fill(MANY)
            reports = {size: self.freeze(crowd, size) for size in (FEW, MANY)}
            for name in formats:
                self.render(name, reports, runs, Path(folder))
            self.stream(lengthened(reports[MANY], claims), runs)
            if captures:
                self.bundle(crowd, captures, runs, Path(folder))

    def freeze(self, crowd: Crowd, size: int) -> Report:
        """Freeze a report of so many claims, and print how long that took."""
        began = time.perf_counter()
        report = freeze(crowd.case, crowd.case.claims.filter(number__lte=size), by=crowd.editor, title="A crowd")
        self.stdout.write(f"freezing {size:,} claims: {time.perf_counter() - began:.2f} s")
        return report

    def render(self, name: str, reports: dict[int, Report], runs: int, folder: Path) -> None:
        """Render both reports, each time in a process of its own, and print time, memory and how both grow."""
        spent = {}
        for size, report in reports.items():
            source = folder / f"{size}.json"
            source.write_text("".join(report.pieces()), encoding="utf-8")
            found = [apart(str(source), name) for _run in range(runs)]
            spent[size], most = statistics.median(seconds for seconds, _peak in found), max(peak for _s, peak in found)
            asked = f", asked for: {ASKED[size]:.0f} s, {MEMORY} MB" if name == "pdf" else ""
            self.stdout.write(f"{name} of {size:,} claims: {spent[size]:.2f} s, at most {most:.0f} MB in all{asked}")
        grown = spent[MANY] / max(spent[FEW], 1e-6)
        self.stdout.write(f"{name}: {MANY // FEW} times the claims take {grown:.1f} times as long")

    def stream(self, report: Report, runs: int) -> None:
        """Print how fast JSON and CSV leave, beside the plain csv module writing the same rows, and their memory."""
        rows = list(csv.reader(io.StringIO("".join(csv_pieces(report)).removeprefix("\ufeff"), newline="")))
        for name, pieces in (("csv", csv_pieces), ("json", json_pieces)):
            ratios, peak = [], 0
            for _run in range(runs):
                plain = timed(partial(plainly, rows))
                ratios.append(plain / timed(partial(leave, pieces, report)))
            tracemalloc.start()
            leave(pieces, report)
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            self.stdout.write(
                f"{name} of {report.claims_in:,} claims: {statistics.median(ratios):.2f} of the speed of plain csv "
                f"(asked for: {SHARE:.2f}), at most {peak / 1e6:.1f} MB beside what was there"
            )

    def bundle(self, crowd: Crowd, size: int, runs: int, folder: Path) -> None:
        """Print how fast a bundle is made and checked, beside zip and sha256sum on the same files."""
        capture(crowd, size)
        report = freeze(crowd.case, crowd.case.claims.filter(number=1), by=crowd.editor, title="With captures")
        archive, files = folder / "report.zip", folder / "files"
        made, zipped, checked, hashed = [], [], [], []
        for _run in range(runs):
            made.append(keep_bundle(report, archive))
            if not files.exists():
                zipfile.ZipFile(archive).extractall(files)
            paths = [str(path) for path in files.rglob("*") if path.is_file()]
            zipped.append(waited(partial(called, "zip", "-0", "-q", "-r", str(folder / "plain.zip"), str(files)))
                          + waited(partial(called, "sha256sum", *paths)))  # fmt: skip
            (folder / "plain.zip").unlink()
            checked.append(waited(partial(called, sys.executable, str(files / "verify.py"), str(archive))))
            captures = [path for path in paths if "/captures/" in path]
            hashed.append(waited(partial(called, "sha256sum", *captures)))
        making, checking = (statistics.median(one) for one in (made, checked))
        zipping, hashing = (statistics.median(one) for one in (zipped, hashed))
        self.stdout.write(
            f"bundle with {size / 1e6:,.0f} MB of captures: {making:.1f} s, {zipping / making:.0%} of the speed of "
            "zip -0 and sha256sum (asked for: 70 %)"
        )
        self.stdout.write(
            f"verify.py on it: {checking:.1f} s, {checking / hashing:.2f} times sha256sum of the captures "
            "(asked for: at most 1.5)"
        )


def capture(crowd: Crowd, size: int) -> None:
    """Keep captures of so many bytes of what the crowd's first claim cites."""
    exhibit = Evidence.objects.filter(claim__case=crowd.case, claim__number=1).earliest("pk").cited
    for start in range(0, size, PART):
        arrival = Arrival()
        arrival.write(os.urandom(32))
        for _block in range(min(PART, size - start) // len(BLOCK)):
            arrival.write(BLOCK)
        taken = {"how": Capture.How.UPLOAD, "captured_by": crowd.editor}
        Capture(exhibit=exhibit, file=arrival.keep(), **taken).save(by=crowd.editor)


def keep_bundle(report: Report, place: Path) -> float:
    """How long it takes to make a report's bundle, in seconds; then it is copied to a file that has a name."""
    began = time.perf_counter()
    with make_bundle(report) as made, place.open("wb") as kept:
        seconds = time.perf_counter() - began
        shutil.copyfileobj(made, kept, 1 << 20)
    return seconds


def called(*words: str) -> None:
    """Run a program. Raises CalledProcessError where it fails."""
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - this very program


def waited(act: Callable[[], Any]) -> float:
    """How many seconds it takes."""
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def csv_pieces(report: Report) -> Iterator[str]:
    """The report as CSV, piece by piece."""
    return spreadsheet.pieces(report.head | {"sha256": report.sha256}, report.rows())


def json_pieces(report: Report) -> Iterator[str]:
    """The report as JSON, piece by piece."""
    return data.pieces(report.sha256, report.pieces())


def plainly(rows: Iterable[list[str]]) -> None:
    """Write rows by the csv module, to where nothing is kept."""
    writer = csv.writer(Nowhere(), lineterminator="\r\n")
    for row in rows:
        writer.writerow(row)


class Nowhere:
    """A file that keeps nothing; what is written to it is encoded, as it would be on its way out."""

    def write(self, text: str) -> int:
        return len(text.encode())


def leave(pieces: Callable[[Report], Iterable[str]], report: Report) -> None:
    """Take every piece of a report as it would go out."""
    for piece in pieces(report):
        piece.encode()


def timed(act: Callable[[], Any]) -> float:
    """How many CPU seconds it takes."""
    began = time.process_time()
    act()
    return time.process_time() - began


def lengthened(report: Report, size: int) -> Report:
    """A report of so many claims: those of another, over and over, each under a number of its own."""
    frozen = list(report.claims())
    head = report.head
    code = head["case"]["code"]

    def claims() -> Iterator[dict[str, Any]]:
        for number in range(1, size + 1):
            yield frozen[number % len(frozen)] | {"number": number, "ref": f"{code}-{number}"}

    long = Report(case=report.case, title="A long one", made_by=report.made_by, claims_in=size)
    long.number = report.case.next_number(Report.objects.all())
    long.snapshot = canonical(head).decode()
    long.sha256 = digest_of(joined(long.snapshot, (canonical(claim).decode() for claim in claims())))
    long.store()
    titles = spreadsheet.titles_of(head["documents"])
    for some in batched(enumerate(claims()), 1_000, strict=False):
        ReportedClaim.objects.bulk_create(
            ReportedClaim(
                report=long, position=n, text=canonical(claim).decode(),
                row=spreadsheet.row_of(claim, titles, sample=False),
            )
            for n, claim in some
        )  # fmt: skip
    return long


def apart(source: str, name: str) -> tuple[float, float]:
    """What `rendered` gives in a fresh process: so that the memory is its own."""
    ask = [sys.executable, sys.argv[0], "bench_reports", "--one", source, name]
    seconds, peak = json.loads(subprocess.run(ask, check=True, capture_output=True, text=True).stdout)  # noqa: S603 - our own
    return seconds, peak


def rendered(source: str, name: str) -> tuple[float, float]:
    """How long it takes to render the data in a file, in seconds, and the process's most memory, in MB."""
    snapshot = json.loads(Path(source).read_text(encoding="utf-8"))
    began = time.perf_counter()
    render(snapshot, name)
    seconds = time.perf_counter() - began
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
