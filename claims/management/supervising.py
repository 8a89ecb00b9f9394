"""A process that keeps others running, and ends them when it is told to end."""

from __future__ import annotations

import ctypes
import logging
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

logger = logging.getLogger("workbench.serving")

STOP_WITHIN = 60.0  # seconds that children are given to end what they have in hand
LOOK = 0.2  # seconds between two looks at the children
SHORT, LONGEST = 10.0, 30.0  # what lives for less than SHORT waits before it is started again, longer each time


class Child:
    """One command, started again whenever it ends by itself."""

    def __init__(self, name: str, command: Sequence[str]) -> None:
        self.name, self.command = name, command
        self.process: subprocess.Popen[bytes] | None = None
        self.began = self.wait = self.due = 0.0

    def look(self) -> None:
        """Start it where it does not run. One that keeps ending at once is started less and less often."""
        now = time.monotonic()
        if self.process is not None and self.process.poll() is not None:
            logger.warning("The %s ended with status %s and is started again.", self.name, self.process.returncode)
            self.process = None
            self.wait = min(2 * self.wait + 0.5, LONGEST) if now - self.began < SHORT else 0.0
            self.due = now + self.wait
        if self.process is None and now >= self.due:
            self.began = now
            # In a group of its own: Ctrl-C reaches this process alone, which then tells the children.
            self.process = subprocess.Popen(self.command, process_group=0)  # noqa: S603 - this very program

    def tell_to_end(self) -> None:
        """Have it end what it has in hand, and then itself."""
        if self.process is not None:
            self.process.terminate()

    def end(self, until: float) -> None:
        """Wait until then, at the longest, and end it by force."""
        if self.process is None:
            return
        try:
            self.process.wait(max(until - time.monotonic(), 0.0))
        except subprocess.TimeoutExpired:
            logger.warning("The %s did not end within %.0f s and was killed.", self.name, STOP_WITHIN)
            self.process.kill()
            self.process.wait()


class Told:
    """Whether this process was told to end. No threading.Event: the thread that a signal stops may hold its lock."""

    def __init__(self) -> None:
        self.said = False
        self.hearing, self.saying = os.pipe()
        os.set_blocking(self.saying, False)

    def end(self, *_: object) -> None:
        """What a signal calls, at any moment."""
        self.said = True
        with suppress(BlockingIOError):
            os.write(self.saying, b".")

    def is_set(self) -> bool:
        """Whether it was told."""
        return self.said

    def wait(self, seconds: float) -> None:
        """Returns once it is told, or when the time is over."""
        select.select([self.hearing], [], [], seconds)


@contextmanager
def told_to_end() -> Iterator[Told]:
    """Hears SIGTERM and SIGINT meanwhile; in another thread than the main one nobody does."""
    told = Told()
    numbers = (signal.SIGTERM, signal.SIGINT) if threading.current_thread() is threading.main_thread() else ()
    before = [signal.signal(number, told.end) for number in numbers]
    try:
        yield told
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
        os.close(told.hearing)
        os.close(told.saying)


def supervise(children: Sequence[Child]) -> None:
    """Keep the children running until SIGTERM or SIGINT comes; then all of them end, and this returns."""
    with told_to_end() as told:
        while not told.is_set():
            for child in children:
                child.look()
            told.wait(LOOK)
        end_all(children)


def end_all(children: Sequence[Child]) -> None:
    """Have all of them end, each in its own time."""
    until = time.monotonic() + STOP_WITHIN
    for child in children:
        child.tell_to_end()
    for child in children:
        child.end(until)


def end_with(parent: int) -> None:
    """From now on this process is told to end when the one that started it is gone, by now or later."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGTERM)
