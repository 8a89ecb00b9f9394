"""A stranger's file is read in a process of its own: whatever that does, the one who asked goes on."""

import threading
import time

import pytest

from claims.loading import sandbox
from claims.loading.formats.parsed import Fault
from tests.processes import python

CONFINED = "from claims.loading.formats import child; child.{limit}; child.confine(); "


@pytest.fixture
def instead(monkeypatch):
    """`instead(code)` reads a file, with that code in the place of the reader."""

    def read(code: str, content: bytes = b"") -> object:
        monkeypatch.setattr(sandbox, "START", code)
        return sandbox.read("text", content)

    return read


def fault(read, *arguments) -> str:
    with pytest.raises(Fault) as raised:
        read(*arguments)
    return raised.value.reason


def test_what_is_read_comes_back(instead):
    assert sandbox.read("text", "Größe".encode("cp1252") * 20, declared="windows-1252")["text"] == "Größe" * 20
    code = "import sys, json; print(json.dumps({'size': len(sys.stdin.buffer.read())}))"
    assert instead(code, b"a" * 10_000_000) == {"size": 10_000_000}


@pytest.mark.timeout(60)
def test_a_process_that_hangs_is_ended_with_all_it_started(instead, monkeypatch, tmp_path):
    monkeypatch.setattr(sandbox, "WALL_SECONDS", 1)
    code = "import os, time; pid = os.fork(); print(pid, file=open('{file}', 'w')) if pid else None; time.sleep(600)"
    assert fault(instead, code.format(file=tmp_path / "number")) == "time"
    grandchild = int((tmp_path / "number").read_text())
    time.sleep(0.2)
    assert not is_running(grandchild)


def is_running(number: int) -> bool:
    try:
        with open(f"/proc/{number}/stat") as opened:
            return opened.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.timeout(60)
def test_a_process_that_reads_nothing_and_one_that_reads_no_end_are_ended(instead, monkeypatch):
    monkeypatch.setattr(sandbox, "WALL_SECONDS", 1)
    assert fault(instead, "import time; time.sleep(600)", b"a" * 1_000_000) == "time"
    assert fault(instead, "import os, time; os.close(1); os.close(2); os.close(0); time.sleep(600)") == "time"


@pytest.mark.timeout(60)
def test_a_process_that_prints_without_end_is_ended(instead, monkeypatch):
    monkeypatch.setattr(sandbox, "LONGEST_ANSWER", 5_000_000)
    assert fault(instead, "while True: print('a' * 100_000)") == "long"
    assert fault(instead, "import sys\nwhile True: print('a' * 100_000, file=sys.stderr)") == "long"


@pytest.mark.parametrize(
    "code", ["import os; os.abort()", "import os; os.kill(os.getpid(), 11)", "raise SystemExit(3)"]
)
def test_a_process_that_dies_is_told_and_logged(instead, caplog, code):
    assert fault(instead, code) == "crashed"
    assert "could not" in caplog.text or "ended with" in caplog.text


def test_the_process_knows_no_secret_and_no_place_of_ours(instead, monkeypatch):
    monkeypatch.setenv("WORKBENCH_SECRET_KEY", "secret")
    seen = instead("import os, json; print(json.dumps({'env': dict(os.environ), 'cwd': os.getcwd()}))")
    assert seen == {"env": {"LC_ALL": "C.UTF-8"}, "cwd": "/"}


@pytest.mark.parametrize(
    "deed",
    [
        "open('{folder}/new', 'w')",
        "import os; os.open('{folder}/new', os.O_CREAT | os.O_RDWR)",
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import subprocess; subprocess.run(['true'])",
        "import os; os.fork()",
        "import os; os.execv('/bin/true', ['true'])",
        "import os; os.system('true')",
        "import os; os.remove('{folder}.kept')",
        "import os; os.rename('{folder}.kept', '{folder}/new')",
        "import os; os.link('{folder}.kept', '{folder}/new')",
        "import os; os.symlink('{folder}.kept', '{folder}/new')",
        "import os; os.truncate('{folder}.kept', 0)",
        "import os; os.mkdir('{folder}/new')",
        "import os; os.chmod('{folder}.kept', 0)",
        "import os; os.kill(os.getppid(), 0)",
        "import os; os.killpg(os.getpgid(0), 0)",
        "[open('/dev/null') for _ in range(100)]",
        "bytearray(2_000_000_000)",
    ],
)
def test_what_no_reader_needs_is_refused(tmp_path, deed):
    kept = tmp_path.with_suffix(".kept")
    kept.write_text("kept")
    done = python("-c", CONFINED.format(limit="CPU_SECONDS") + deed.format(folder=tmp_path))
    assert done.returncode == 1
    assert kept.read_text() == "kept"
    assert any(name in done.stderr for name in ("PermissionError", "MemoryError", "OSError"))
    assert not list(tmp_path.iterdir())


@pytest.mark.timeout(60)
@pytest.mark.parametrize("limit", ["CPU_SECONDS = 1", "WALL_SECONDS = 1"])
def test_a_process_that_nobody_ends_ends_by_itself(limit):
    deed = "while True: pass" if "CPU" in limit else "pass\nimport time; time.sleep(600)"
    done = python("-c", CONFINED.format(limit=limit) + "\n" + deed)
    assert done.returncode < 0


def test_many_threads_read_at_once_and_each_gets_its_own():
    """As in a web server: no thread waits for another's process for ever."""
    found: dict[int, str] = {}

    def read(number: int) -> None:
        found[number] = sandbox.read("text", f"number {number} é".encode("cp1252") * 9, declared="cp1252")["text"][:8]

    threads = [threading.Thread(target=read, args=[n]) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert found == {n: f"number {n}" for n in range(6)}


def test_more_than_a_few_wait_and_are_told_so(monkeypatch):
    monkeypatch.setattr(sandbox, "WALL_SECONDS", 0.2)
    monkeypatch.setattr(sandbox, "places", threading.BoundedSemaphore(1))
    with sandbox.places:
        assert fault(sandbox.read, "text", b"a") == "busy"


def test_a_process_that_talks_nonsense_is_told(instead):
    for words in ("import os", "[1]", "\\xff", "[" * 100_000):
        assert fault(instead, f"print({words!r})") == "crashed"


def test_where_a_reader_broke_is_told_and_never_what_it_read():
    said = b'Traceback:\n  File "/x/pdf.py", line 3, in read\n    raise ValueError(text)\nValueError: a file says\n'
    assert sandbox.without_words(said) == 'File "/x/pdf.py", line 3, in read; ValueError'
