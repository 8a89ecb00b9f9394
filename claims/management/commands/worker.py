"""`manage.py worker`: does what takes longer than a page may, such as loading many files."""

import logging
import os
import socket
import time
from argparse import ArgumentParser
from functools import partial
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import Error, close_old_connections

from claims.custody.outages import passes
from claims.custody.stamps import Rounds
from claims.loading.delivering import Deliveries
from claims.loading.deriving import read_what_was_left
from claims.loading.working import work_once
from claims.management.supervising import Told, told_to_end
from claims.models import KeptAnswer, Worker, return_all
from claims.models.workers import BEAT
from claims.reports.digests import send_urgent
from workbench.logs import say

logger = logging.getLogger(__name__)

PAUSE = 1.0  # seconds between two looks for a job
AWAY = 10.0  # seconds until it is tried again, where database or files cannot be reached
MINUTE = 60.0  # seconds between two looks for what is to be mailed at once
HOUR = 3600.0  # seconds between two looks for drafts that lie untouched


class Upkeep:
    """What a worker sees to once an hour: untouched drafts, captures nobody read on, ended sessions, old answers."""

    def __init__(self) -> None:
        self.next = time.monotonic()

    def go_if_due(self) -> None:
        """See to it, if it is time. What goes wrong is logged, and never stops the worker."""
        if time.monotonic() < self.next:
            return
        self.next = time.monotonic() + HOUR
        for act in (KeptAnswer.objects.sweep, return_all, read_what_was_left, partial(call_command, "clearsessions")):
            try:
                act()
            except Error:
                logger.exception("What lies untouched could not be seen to; it is tried again in an hour.")


class Signs:
    """When a worker says that it is alive: every half minute."""

    def __init__(self) -> None:
        self.name = f"{socket.gethostname()} {os.getpid()}"
        self.next = time.monotonic()

    def beat_if_due(self) -> None:
        """Say so, if it is time."""
        if time.monotonic() >= self.next:
            self.next = time.monotonic() + BEAT
            Worker.objects.beat(self.name)


class Letters:
    """When a worker mails what concerns the safety of accounts, where mail is set up: one whenever it looks for work.

    For a minute it rests where none waits, or one was not taken; then the one after that is tried, so that neither a
    server that is away nor an address that nobody has holds up the others.
    """

    def __init__(self) -> None:
        self.next, self.after = time.monotonic(), 0

    def go_if_due(self) -> None:
        """Mail one that waits, if it is time. What goes wrong is logged, and never stops the worker."""
        if not settings.MAIL or time.monotonic() < self.next:
            return
        tried = None
        try:
            tried = send_urgent(self.after)
        except Error:
            logger.exception("What concerns the safety of accounts could not be mailed; it is tried again.")
        self.after = tried.pk if tried else 0
        if tried is None or tried.mailed_at is None:
            self.next = time.monotonic() + MINUTE


class Command(BaseCommand):
    """Works until it is told to stop; a job in hand is handed back at its next step."""

    help = "Take up jobs, one after the other, until told to stop (Ctrl-C, SIGTERM)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="do what waits now, then stop")
        parser.add_argument("--child", action="store_true", help="stop when the process that started it is gone")

    def handle(self, *args: Any, once: bool, child: bool, **options: Any) -> None:
        with told_to_end() as stopped:
            self.work(stopped, once=once, parent=os.getppid() if child else None)

    def work(self, stopped: Told, *, once: bool, parent: int | None) -> None:
        """Work until it is told to stop, until nothing waits, or until the process that started it is gone."""
        signs = Signs()
        turns = Rounds(stopped.is_set), Upkeep(), Letters(), Deliveries(stopped.is_set)
        while not stopped.is_set() and parent in (None, os.getppid()):
            try:
                for turn in turns:
                    signs.beat_if_due()  # before each: one may have waited long for a host that does not answer
                    turn.go_if_due()
                signs.beat_if_due()
                job = work_once(stopped.is_set)
            except Exception as fault:
                if once or not passes(fault):
                    raise
                logger.exception("Database or files cannot be worked with; it is tried again in %.0f s.", AWAY)
                close_old_connections()
                stopped.wait(AWAY)
                continue
            if job is not None:
                say(self.stdout, str(job))  # and not its sentence, in which people's words stand
            elif once:
                return
            else:
                close_old_connections()
                stopped.wait(PAUSE)
