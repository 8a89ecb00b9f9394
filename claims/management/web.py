"""The web server: gunicorn in this process, and the files that it serves beside the pages."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import socket
from typing import Any

from django.conf import settings
from django.core.management import CommandError, call_command
from gunicorn.app.base import BaseApplication

from workbench.data_folder import made, scratch

THREADS = 4  # of each process
GRACE = 30  # seconds that requests in hand are given to end
VERSIONS = 2  # of the static files that others may be serving still, which stay beside this one's
REQUESTS = 20_000  # after which a process makes room for a fresh one, whatever memory it has lost hold of


class Web(BaseApplication):  # type: ignore[misc]
    """gunicorn, in this process: what has been imported need not be imported again."""

    def __init__(self, bind: str, *, processes: int) -> None:
        self.bind, self.processes = bind, processes
        super().__init__()

    def load_config(self) -> None:
        """What would else stand on gunicorn's command line."""
        chosen = {"bind": self.bind, "worker_class": "gthread", "workers": self.processes, "threads": THREADS}
        lasting = {"graceful_timeout": GRACE, "max_requests": REQUESTS, "max_requests_jitter": REQUESTS // 10}
        # Its control socket would lie in the person's home folder, where two installations share it.
        quiet = {"logconfig_dict": settings.LOGGING, "control_socket_disable": True, "preload_app": True}
        for name, value in (chosen | lasting | quiet).items():
            self.cfg.set(name, value)
        if settings.METRICS:
            from workbench.counting import gone

            self.cfg.set("child_exit", lambda server, child: gone(child.pid))

    def run(self) -> None:
        """Serve until told to end. What is counted meanwhile is kept in a folder of this start's own."""
        if not settings.METRICS:
            return super().run()  # type: ignore[no-any-return]
        with scratch(made(settings.DATA / "metrics"), "counting-") as folder:
            os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
            super().run()

    def load(self) -> Any:
        """The application."""
        from workbench.wsgi import application

        return application


def check_address(bind: str) -> None:
    """Raises CommandError where nothing can listen on the address, host:port. A socket's file is taken over."""
    host, _, port = bind.rpartition(":")
    if bind.startswith("unix:"):
        return
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(host.strip("[]"), int(port), type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
    except OSError as fault:
        why = "is in use" if fault.errno == errno.EADDRINUSE else f"cannot be listened on ({fault.strerror})"
        raise CommandError(f"{bind} {why}.") from fault


def collect_static() -> None:
    """Collect the static files, unless that was done for the very same ones, and let old ones go."""
    if settings.DEBUG:
        return
    folder = settings.STATIC_ROOT
    done = folder / "collected"
    with open(settings.DATA / "static.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another start in this folder would clear away what this one writes
        if not done.exists():
            call_command("collectstatic", interactive=False, clear=True, verbosity=0)
            done.touch()
        os.utime(folder)
        others = [each for each in folder.parent.iterdir() if each != folder]
        others.sort(key=lambda each: each.stat().st_mtime, reverse=True)
        for old in others[VERSIONS:]:
            shutil.rmtree(old) if old.is_dir() else old.unlink()
