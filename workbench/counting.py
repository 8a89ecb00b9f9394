"""How many requests each page was asked, and how long they took, in all processes of a machine together."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector

PLACE = "PROMETHEUS_MULTIPROC_DIR"  # where the library keeps what each process counts; the server sets it
BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)  # seconds


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
    with _held(fcntl.LOCK_SH):
        return generate_latest(registry)


def gone(pid: int) -> None:
    """A process has ended: what it counted is added to what others did that ended before it."""
    with _held(fcntl.LOCK_EX) as folder:
        of_it = folder / f"histogram_{pid}.db"
        if not of_it.exists():
            return
        past = MmapedDict(str(folder / "histogram_past.db"))  # type: ignore[no-untyped-call]
        for key, value, when, _ in MmapedDict.read_all_values_from_file(str(of_it)):  # type: ignore[no-untyped-call]
            past.write_value(key, past.read_value(key)[0] + value, when)  # type: ignore[no-untyped-call]
        past.close()  # type: ignore[no-untyped-call]
        of_it.unlink()


@contextmanager
def _held(how: int) -> Iterator[Path]:
    """The folder, in which nothing is read while something is added up."""
    folder = Path(os.environ[PLACE])
    with open(folder / "adding.lock", "w") as lock:
        fcntl.flock(lock, how)
        yield folder
