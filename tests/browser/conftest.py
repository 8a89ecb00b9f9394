"""A real browser on a real server: the demo, as the README starts it. Skipped, and said why, without a browser."""

from __future__ import annotations

import functools
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.processes import set_up_demo

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PASSWORD = "workbench-demo"


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[str]:
    """The address of a demo of its own: what the walks of another file left behind is no part of it."""
    if os.environ.get("DATABASE_URL"):
        pytest.skip("the demo keeps its data in SQLite; these walks belong to the run without DATABASE_URL")
    data, port = set_up_demo(tmp_path_factory), free_port()
    clean = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "DJANGO_SETTINGS_MODULE"}}
    clean.pop("WORKBENCH_HTTPS", None)
    command = [sys.executable, "manage.py", "demo", "--port", str(port), "--data", str(data)]
    with open(data.parent / "demo.log", "w") as log:
        server = subprocess.Popen(command, cwd=ROOT, env=clean, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address, server, data.parent / "demo.log")
        yield address
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(20)


def _wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        assert server.poll() is None, log.read_text()
        try:
            urllib.request.urlopen(f"{address}/healthz", timeout=2)  # noqa: S310 - our own http address
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"the demo did not answer: {log.read_text()}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of this process."""
    if not CHROMIUM:
        pytest.skip("there is no Chromium on this machine (Debian's package chromium has one)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


class Complaints(list[str]):
    """What the browser complained of: console errors, faults in scripts, violations of the content policy."""

    def watch(self, page: Page) -> None:
        """Listen to a page."""
        page.on("console", lambda message: self.append(message.text) if message.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: self.append(str(error)))


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    """Fails the test where the browser complained of anything but the 4xx that a test provoked."""
    heard = Complaints()
    yield heard
    assert not [text for text in heard if "status of 4" not in text]


@pytest.fixture(scope="module")
def sessions(browser, site) -> Callable[[str], Any]:
    """`sessions("analyst")` is what a browser holds once that demo account has signed in; each does so once."""

    @functools.cache
    def session(name: str) -> Any:
        with browser.new_context(base_url=site) as context:
            page = context.new_page()
            page.goto("/accounts/login/")
            page.get_by_label("Email").fill(f"{name}@example.org")
            page.get_by_label("Password").first.fill(PASSWORD)
            page.get_by_role("button", name="Sign in").click()
            page.wait_for_url("**/")
            return context.storage_state()

    return session


@pytest.fixture
def sign_in(browser, site, complaints, sessions):
    """`sign_in("analyst")` is a page in which that demo account is signed in; keywords go to the browser context."""
    contexts = []

    def signed_in(name: str, **options: Any) -> Page:
        context = browser.new_context(base_url=site, storage_state=sessions(name), **options)
        contexts.append(context)
        context.set_default_timeout(8000)
        page: Page = context.new_page()
        complaints.watch(page)
        return page

    yield signed_in
    for context in contexts:
        context.close()
