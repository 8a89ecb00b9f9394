"""`manage.py demo`: a workbench with the sample case in it, on this machine alone."""

import fcntl
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor

from claims.custody import guards
from claims.loading.sample import find_sample, load_sample, sample_accounts
from claims.management.web import Web, check_address, collect_static
from claims.models import Refused

HOST = "127.0.0.1"


class Command(BaseCommand):
    """Sets up a demo data folder once, and serves it."""

    help = "Serve a workbench with the sample case, on this machine alone. A second start finds what is there."
    requires_system_checks = []  # they would take a third of the second start

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="the port to serve on (8000)")
        parser.add_argument("--no-serve", action="store_true", help="stop after loading the sample case")

    def handle(self, *args: Any, port: int, no_serve: bool, **options: Any) -> None:
        if not no_serve:
            check_port(port)
        take_folder()
        with open(settings.DATA / "demo") as marker:
            # A second demo in the same folder waits until the first has set it up.
            fcntl.flock(marker, fcntl.LOCK_EX)
            self.set_up()
            collect_static()
        self.stdout.write(f"The sample case is in {settings.DATA}.")
        if no_serve:
            return
        self.stdout.write(f"\nOpen http://{HOST}:{port}/ and sign in with one of these accounts:\n\n{accounts()}\n")
        self.stdout.write("Ctrl-C ends it.")
        self.stdout.flush()
        connections.close_all()
        Server(port).run()

    def set_up(self) -> None:
        """Bring the database to the newest form and load the sample, where that has not been done."""
        executor = MigrationExecutor(connection)
        behind = executor.migration_plan(executor.loader.graph.leaf_nodes()) or guards.missing(connection)
        # Without the sample an earlier start was cut off, perhaps between the migrations and what follows them.
        if behind or find_sample() is None:
            self.stdout.write(f"Setting up {settings.DATA} …")
            self.stdout.flush()
            call_command("migrate", verbosity=0)
        try:
            load_sample()
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal


def check_port(port: int) -> None:
    """Raises CommandError where the port cannot be had."""
    if not 1 <= port <= 65535:
        raise CommandError(f"{port} is no port: choose one from 1024 to 65535.")
    try:
        check_address(f"{HOST}:{port}")
    except CommandError as fault:
        raise CommandError(f"{fault} Choose another port: --port {port + 1}") from fault


def take_folder() -> None:
    """Make the data folder a demo's, and begin again with the settings of a demo.

    Raises CommandError where it holds real work, or where the database is not in it.
    """
    database = settings.DATA / "workbench.sqlite3"
    if Path(settings.DATABASES["default"]["NAME"]) != database:
        raise CommandError("The demo keeps its database in its data folder. Unset DATABASE_URL to start it.")
    if settings.DEMO:
        return
    if database.exists():
        raise CommandError(
            f"{settings.DATA} holds real work, and the demo stays out of it. "
            "Give it a folder of its own: manage.py demo --data DIR"
        )
    try:
        settings.DATA.mkdir(parents=True, exist_ok=True)
        (settings.DATA / "demo").write_text("Made by manage.py demo: the demo accounts may sign in here.\n")
    except OSError as fault:
        raise CommandError(f"{settings.DATA} cannot be written to: {fault.strerror}.") from fault
    os.environ["WORKBENCH_DATA"] = str(settings.DATA)
    os.execv(sys.executable, [sys.executable, *sys.argv])  # noqa: S606 - the settings are read once, at the start


def accounts() -> str:
    """Who may sign in, as a table."""
    people, password = sample_accounts()
    wide = max(len(person.email) for person in people)
    rows = [f"    {person.email:{wide}}  {person.role:13}  {person.name}" for person in people]
    return "\n".join([*rows, "", f"    The password of all: {password}"])


class Server(Web):
    """The web server with a worker beside it, in as few processes as it takes."""

    def __init__(self, port: int) -> None:
        self.worker: subprocess.Popen[bytes] | None = None
        super().__init__(f"{HOST}:{port}", processes=2)

    def load_config(self) -> None:
        """As any, and the worker begins and ends with it."""
        super().load_config()
        self.cfg.set("when_ready", self.start_worker)
        self.cfg.set("on_exit", self.stop_worker)

    def start_worker(self, server: Any) -> None:
        """Once pages are served: a process for what takes longer than a page may."""
        command = [sys.executable, sys.argv[0], "worker", "--child"]
        self.worker = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603 - this very program

    def stop_worker(self, server: Any) -> None:
        """The worker ends with the server; a job in hand is taken up again at the next start."""
        if self.worker is not None:
            self.worker.terminate()
            try:
                self.worker.wait(timeout=5)
            except subprocess.TimeoutExpired:
                self.worker.kill()
