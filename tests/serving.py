"""The workbench as `manage.py serve` runs it, as processes of its own."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress

from tests.processes import ROOT, bare_environment


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(true, seconds=60):
    """What `true` gives once it gives something; None where it does not within these seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := true():
            return found
        time.sleep(0.05)
    return None


class Served:
    """A running `serve`: its port, its processes and what it printed."""

    def __init__(self, folder, *role, within=(), **variables):
        """`within` is a command that runs it, and is gone then."""
        self.port = free_port()
        self.printed = folder / f"printed-{self.port}"
        fixed = {
            "WORKBENCH_DATA": str(folder), "WORKBENCH_BIND": f"127.0.0.1:{self.port}", "WORKBENCH_HTTPS": "0",
            "WORKBENCH_LOGS": "json",
        }  # fmt: skip
        with open(self.printed, "w") as out:
            self.process = subprocess.Popen(
                [*within, sys.executable, "manage.py", "serve", *role], cwd=ROOT,
                env=bare_environment(**(fixed | variables)), stdout=out, stderr=subprocess.STDOUT,
                start_new_session=True,
            )  # fmt: skip

    def said(self):
        """What it printed until now."""
        return self.printed.read_text()

    def ask(self, path="/healthz", **headers):
        """(status, headers, body) of one answer; None where nobody answers."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            line.request("GET", path, headers=headers)
            answer = line.getresponse()
            return answer.status, answer.headers, answer.read().decode()
        except OSError:
            return None
        finally:
            line.close()

    def up(self):
        """Wait until it answers."""
        assert until(self.ask, 200), self.said()
        return self

    def children(self, word):
        """The numbers of the processes below it with this word on their command line, the oldest first."""
        found = []
        for entry in os.listdir("/proc"):
            try:
                with open(f"/proc/{entry}/cmdline") as line, open(f"/proc/{entry}/stat") as stat:
                    after_name = stat.read().rpartition(")")[2].split()
                    session, began = int(after_name[3]), int(after_name[19])
                    if session == self.process.pid and word in line.read().split("\0"):
                        found.append((began, int(entry)))  # numbers begin again from below after the highest
            except (OSError, ValueError):
                continue
        return [each for _began, each in sorted(found) if each != self.process.pid]

    def end(self, number=signal.SIGTERM, seconds=90):
        """Have it end; its exit status."""
        self.process.send_signal(number)
        return self.process.wait(seconds)


@contextmanager
def serving(folder, *role, within=(), **variables):
    """A `serve` that is gone afterwards, whatever became of it."""
    served = Served(folder, *role, within=within, **variables)
    try:
        yield served
    finally:
        with suppress(ProcessLookupError):
            os.killpg(served.process.pid, signal.SIGKILL)
        served.process.wait()
