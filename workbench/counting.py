"""How many requests each page was asked, and how long they took, in all processes of a machine together."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

PLACE = "PROMETHEUS_MULTIPROC_DIR"  # where the library keeps what each process counts; the settings set it
BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)  # seconds


def begin_anew() -> None:
    """Forget what processes counted that are gone."""
    for file in Path(os.environ[PLACE]).glob("*.db"):
        file.unlink(missing_ok=True)


@cache
def requests() -> Histogram:
    """Seconds by page and status."""
    said = "Seconds that requests took."
    return Histogram("workbench_request_seconds", said, ["page", "status"], buckets=BOUNDS, registry=None)


def observe(page: str, status: int, seconds: float) -> None:
    """Count one request."""
    requests().labels(page, str(status)).observe(seconds)


def counted() -> bytes:
    """What all processes counted, in Prometheus's text form."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


def gone(pid: int) -> None:
    """A process has ended; what it counted stays."""
    mark_process_dead(pid)  # type: ignore[no-untyped-call]
