"""`manage.py worker`: does what takes longer than a page may, such as loading many files."""

import logging
import os
import signal
import threading
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import Error, close_old_connections

from claims.custody.stamps import Rounds
from claims.loading.working import work_once
from claims.models import return_all

logger = logging.getLogger(__name__)

PAUSE = 1.0  # seconds between two looks for a job
HOUR = 3600.0  # seconds between two looks for drafts that lie untouched


class Drafts:
    """When a worker takes back what lies untouched: once an hour."""

    def __init__(self) -> None:
        self.next = time.monotonic()

    def return_if_due(self) -> None:
        """Take back what lies for too long, if it is time. What goes wrong is logged, and never stops the worker."""
        if time.monotonic() < self.next:
            return
        self.next = time.monotonic() + HOUR
        try:
            return_all()
        except Error:
            logger.exception("Drafts that lie untouched could not be taken back; it is tried again in an hour.")


class Command(BaseCommand):
    """Works until it is told to stop; a job in hand is finished first."""

    help = "Take up jobs, one after the other, until told to stop (Ctrl-C, SIGTERM)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="do what waits now, then stop")
        parser.add_argument("--child", action="store_true", help="stop when the process that started it is gone")

    def handle(self, *args: Any, once: bool, child: bool, **options: Any) -> None:
        parent = os.getppid()
        stopped = threading.Event()
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, lambda *_: stopped.set())
        rounds, drafts = Rounds(stopped.is_set), Drafts()
        while not stopped.is_set() and not (child and os.getppid() != parent):
            rounds.go_if_due()
            drafts.return_if_due()
            job = work_once()
            if job is not None:
                self.stdout.write(f"{job}: {job.message}")
            elif once:
                return
            else:
                close_old_connections()
                stopped.wait(PAUSE)
