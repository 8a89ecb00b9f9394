"""The database goes away under a running server and comes back: a sentence while it lasts, and no restart after it."""

import os
import re
import signal
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.processes import ROOT
from tests.serving import serving, until

SCRIPT = ROOT / ".ci" / "postgres"


@pytest.fixture
def postgres():
    """A PostgreSQL of this test's own: (its folder, its address)."""
    if not list(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        pytest.skip("PostgreSQL is not on this machine")
    # Its server runs as a user of its own, who cannot enter pytest's folders.
    with tempfile.TemporaryDirectory(prefix="workbench-postgres-") as parent:
        os.chmod(parent, 0o755)  # noqa: S103 - nothing but an empty database is in it
        folder = Path(parent) / "server"
        started = subprocess.run([SCRIPT, "start", folder], capture_output=True, text=True, timeout=120)
        assert started.returncode == 0, started.stderr
        yield folder, started.stdout.strip()
        subprocess.run([SCRIPT, "stop", folder], capture_output=True, timeout=60)


def kill(folder):
    """End the database's server at once, as a power cut does."""
    os.kill(int((folder / "data" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)


def start_again(folder, port):
    (program,) = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1:]
    command = [program / "pg_ctl", "--pgdata", folder / "data", "--wait", "--log", folder / "log", "--options",
               f"-p {port} -k {folder} -c listen_addresses=127.0.0.1", "start"]  # fmt: skip
    as_server = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    (folder / "data" / "postmaster.pid").unlink()  # nobody may have buried the killed one, whose number stands there
    # Its own children hold on for a moment after it was killed.
    started = until(lambda: subprocess.run([*as_server, *command], cwd="/").returncode == 0)
    assert started, (folder / "log").read_text()


def test_a_database_that_is_killed_and_comes_back(postgres, tmp_path):
    folder, address = postgres
    with serving(tmp_path, DATABASE_URL=address) as served:
        served.up()
        assert served.ask("/readyz")[0] == 200
        assert served.ask("/search/?q=x")[0] == 302
        (seen,) = until(lambda: re.findall(r"/set-up/(\w+)/", served.said()))
        assert served.ask(f"/set-up/{seen}/")[0] == 200

        kill(folder)
        status, headers, page = until(
            lambda: (answer := served.ask(f"/set-up/{seen}/")) and answer[0] != 200 and answer
        )
        assert (status, headers["Retry-After"]) == (503, "10")
        assert "The database cannot be reached just now. Nothing was half-saved." in page
        assert served.ask("/readyz")[0] == 503
        assert served.ask("/healthz")[0] == 200, "the process itself is well, and nothing is to restart it"

        start_again(folder, address.rpartition(":")[2].partition("/")[0])
        assert until(lambda: served.ask("/readyz")[0] == 200), served.said()
        assert served.ask(f"/set-up/{seen}/")[0] == 200
        assert until(lambda: served.children("worker"))
        assert "started again" not in served.said()


def test_a_database_that_comes_up_later_than_the_workbench_is_waited_for(postgres, tmp_path):
    folder, address = postgres
    kill(folder)
    with serving(tmp_path, DATABASE_URL=address) as served:
        assert until(lambda: "Looking at the database" in served.said())
        assert served.ask() is None
        start_again(folder, address.rpartition(":")[2].partition("/")[0])
        served.up()
