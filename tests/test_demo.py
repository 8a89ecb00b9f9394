"""`manage.py demo`, run as a newcomer would."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

from tests.processes import ROOT, bare_environment, manage, set_up_demo


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def counted(folder):
    with sqlite3.connect(folder / "workbench.sqlite3") as database:
        names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'claims\\_%' ESCAPE '\\'"
        tables = [row[0] for row in database.execute(names)]
        return {table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A data folder in which the demo has been set up."""
    return set_up_demo(tmp_path_factory)


@pytest.fixture
def served(folder):
    """A demo that serves, as a process group of its own: (process, port)."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "manage.py", "demo", "--data", str(folder), "--port", str(port)],
        cwd=ROOT,
        env=bare_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    yield process, port
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def answer(process, port: int, path: str) -> int:
    """The status with which the demo answers, once it does."""
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        try:
            return int(urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30).status)
        except urllib.error.HTTPError as fault:
            return fault.code
        except OSError:
            time.sleep(0.05)
    raise AssertionError("it never answered: " + process.communicate()[0])


def test_a_second_start_finds_what_is_there(folder):
    before = counted(folder)
    again = manage("demo", "--no-serve", "--data", str(folder))

    assert again.returncode == 0, again.stderr
    assert before["claims_case"] == 1
    assert counted(folder) == before


def test_it_makes_everything_it_needs_in_its_folder(folder):
    assert {entry.name for entry in folder.iterdir()} >= {"demo", "secret_key", "workbench.sqlite3", "heads", "static"}
    assert (folder / "secret_key").stat().st_mode & 0o077 == 0


def test_it_serves_on_loopback_and_ends_cleanly_on_ctrl_c(served):
    process, port = served
    assert answer(process, port, "/accounts/login/") == 200
    with open("/proc/net/tcp") as table:
        listening = [row.split()[1] for row in table if f":{port:04X} " in row and " 0A " in row]
    assert listening == [f"0100007F:{port:04X}"]

    os.killpg(process.pid, signal.SIGINT)
    printed = process.communicate(timeout=30)[0]

    assert process.returncode in {0, 130}
    assert "Traceback" not in printed
    assert f"http://127.0.0.1:{port}/" in printed
    assert all(name in printed for name in ("analyst2@example.org", "staff@example.org", "workbench-demo"))


def test_ctrl_c_while_it_sets_up_leaves_nothing_half_done(tmp_path):
    for seconds in (0.5, 2.5):
        process = subprocess.Popen(
            [sys.executable, "manage.py", "demo", "--no-serve", "--data", str(tmp_path)],
            cwd=ROOT,
            env=bare_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        time.sleep(seconds)
        process.send_signal(signal.SIGINT)
        printed = process.communicate(timeout=60)[0]
        assert process.returncode in {0, 130, -signal.SIGINT}
        assert "Traceback" not in printed

    done = manage("demo", "--no-serve", "--data", str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert counted(tmp_path)["claims_case"] == 1


def test_a_port_in_use_is_named(folder):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = manage("demo", "--data", str(folder), "--port", str(port))
    assert refused.returncode == 1
    assert f"127.0.0.1:{port} is in use" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_it_stays_out_of_a_folder_that_holds_real_work(tmp_path):
    (tmp_path / "workbench.sqlite3").touch()
    refused = manage("demo", "--no-serve", "--data", str(tmp_path))

    assert refused.returncode == 1
    assert "holds real work" in refused.stderr
    assert not (tmp_path / "demo").exists()


def test_it_stays_out_of_a_database_that_is_not_its_own(tmp_path):
    elsewhere = tmp_path / "elsewhere.sqlite3"
    refused = manage("demo", "--no-serve", "--data", str(tmp_path / "data"), DATABASE_URL=f"sqlite:///{elsewhere}")

    assert refused.returncode == 1
    assert "DATABASE_URL" in refused.stderr
    assert not elsewhere.exists()
