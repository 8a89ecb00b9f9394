"""Starting the workbench as a process of its own, as from a shell in which nothing of it is set."""

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def bare_environment(**variables: str) -> dict[str, str]:
    """This process's environment without what steers the workbench, and with these variables."""
    steering = ("WORKBENCH_", "DATABASE_URL", "DJANGO_")
    return {name: value for name, value in os.environ.items() if not name.startswith(steering)} | variables


def python(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """What a Python with these arguments did, in the project's folder."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=bare_environment(**variables),
        capture_output=True,
        text=True,
        timeout=120,
    )


def manage(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """What `manage.py` with these arguments did."""
    return python("manage.py", *arguments, **variables)


def set_up_demo(folders: pytest.TempPathFactory) -> Path:
    """A data folder in which the demo has been set up: a copy of the one that all processes of this run share."""
    base = folders.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "demo-set-up"
    with open(shared.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not any(shared.glob("static/*/collected")):
            first = manage("demo", "--no-serve", "--data", str(shared))
            assert first.returncode == 0, first.stderr
    return Path(shutil.copytree(shared, folders.mktemp("demo") / "data"))
