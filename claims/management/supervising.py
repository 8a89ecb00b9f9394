"""A process that keeps others running, and ends them when it is told to end."""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence

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
            self.process = subprocess.Popen(self.command)  # noqa: S603 - this very program

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


def supervise(children: Sequence[Child]) -> None:
    """Keep the children running until SIGTERM or SIGINT comes; then all of them end, and this returns."""
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    while not told.is_set():
        for child in children:
            child.look()
        told.wait(LOOK)
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
