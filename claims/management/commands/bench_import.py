"""`manage.py bench_import`: how long a table of 100,000 claims takes to come in, and what pages cost meanwhile."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from claims.loading.crowd import fill
from claims.management.measuring import HERE, Browser
from claims.management.reviewers import address_of_database
from claims.management.scratch import scratch_database
from claims.models import Claim, Job, begin

THERE = 1_000  # claims that stand in the case before


class Command(BaseCommand):
    """Imports into a scratch database, by a worker of its own; the installation's own data are not touched."""

    help = "Import a table of claims into a scratch database, and print how long it took and what pages cost meanwhile."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--rows", type=int, default=100_000, help="claims in the table (default 100,000)")

    def handle(self, *args: Any, rows: int, **options: Any) -> None:
        with scratch_database(**HERE) as folder:
            self.measure(str(folder), rows)

    def measure(self, folder: str, rows: int) -> None:
        """Ask for pages alone, then while a worker imports; print both, and how long the import took."""
        crowd = fill(THERE)
        table = made_up(rows)
        browser = Browser(crowd.analyst)
        waiting = iter(Claim.objects.filter(status="open").order_by("-number").values_list("number", flat=True))
        rating = crowd.case.scale.ratings.all()[0].pk
        root = f"/cases/{crowd.case.code}/"
        answers = {"rating": rating, "rationale": "Both registers give the same figure.", "act": "submit"}
        pages: dict[str, Callable[[], tuple[int, int]]] = {
            "case page": lambda: browser.send(root),
            "claim page": lambda: browser.send(f"{root}claims/{crowd.whole}/"),
            "assessment submitted": lambda: browser.send(f"{root}claims/{next(waiting)}/assess/", answers),
        }
        alone = {page: [took(send) for _ in range(30)] for page, send in pages.items()}
        job = begin(crowd.case, Job.Task.CLAIMS, [("claims.csv", table)], by=crowd.analyst)
        command = [sys.executable, sys.argv[0], "worker", "--once"]
        place = {"WORKBENCH_DATA": folder, "DATABASE_URL": address_of_database()}
        worker = subprocess.Popen(  # noqa: S603 - this very program
            command, env=os.environ | place, stdout=subprocess.DEVNULL
        )
        meanwhile: dict[str, list[float]] = {page: [] for page in pages}
        while worker.poll() is None:
            for page, send in pages.items():
                meanwhile[page].append(took(send))
                time.sleep(0.1)
        job.refresh_from_db()
        if job.state != Job.State.DONE or job.started_at is None or job.ended_at is None:
            raise CommandError(f"The import did not end well: {job.message}")
        seconds = (job.ended_at - job.started_at).total_seconds()
        self.stdout.write(f"{len(table) / 1e6:.1f} MB, {job.message}")
        self.stdout.write(f"in {seconds:.1f} s with the index of words, {rows / seconds:,.0f} claims a second\n\n")
        self.stdout.write(f"{'page':24}{'ms alone':>10}{'meanwhile':>11}{'worst':>8}{'ratio':>7}{'asked':>7}")
        for page, times in meanwhile.items():
            before, during = statistics.median(alone[page]), statistics.median(times)
            self.stdout.write(
                f"{page:24}{before * 1000:10.1f}{during * 1000:11.1f}{max(times) * 1000:8.0f}"
                f"{during / before:7.2f}{len(times):7}"
            )


def took(send: Callable[[], tuple[int, int]]) -> float:
    """Seconds until the answer was there. Raises RuntimeError unless it is a good one."""
    began = time.perf_counter()
    status, _size = send()
    if status != 200:
        raise RuntimeError(f"a measured page answered {status}")
    return time.perf_counter() - began


def made_up(rows: int) -> bytes:
    """A table of so many claims, no two of them alike."""
    lines = ["statement,quote,speaker,date,url"]
    for n in range(rows):
        men = f"{n % 900 + 100} thousand men under arms in district {n}"
        lines.append(
            f"The army has {men} according to register {n % 977}.,We have {men} say its officers.,Register {n % 977},"
            f"2023-02-{n % 28 + 1:02},https://example.org/register/{n}"
        )
    return "\n".join(lines).encode()
