"""`manage.py serve`: the workbench for real, web server and worker, with its database brought to the newest form."""

import logging
import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand
from django.db import Error, OperationalError, connections

from claims.management.preparing import first_administrator, prepare
from claims.management.supervising import Child, end_with, supervise
from claims.management.web import Web, check_address, collect_static
from claims.models import Refused
from workbench.logs import say

logger = logging.getLogger("workbench.serving")
ROLES = ("all", "web", "worker")


class Command(BaseCommand):
    """Prepares, then serves until it is told to end."""

    help = (
        "Bring the database to the newest form, then serve pages and do jobs until told to end (Ctrl-C, SIGTERM). "
        "What is in hand then is finished or handed back."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("role", nargs="?", choices=ROLES, default="all", help="what this machine does (all)")
        parser.add_argument("--prepared", action="store_true", help="the database stands; begin at once")
        parser.add_argument(
            "--child", type=int, metavar="PID", help="the same, and end with the process of this number"
        )

    def handle(self, *args: Any, role: str, prepared: bool, child: int | None, **options: Any) -> None:
        if child is not None:
            end_with(child)
        elif not prepared:
            try:
                self.prepare(role)
            except CommandError as fault:
                if settings.LOGS != "json":
                    raise
                logger.critical("%s", fault)
                sys.exit(fault.returncode)
            # A fresh process: what migrating took of the memory, nobody gives back.
            os.execv(sys.executable, [sys.executable, *sys.argv, "--prepared"])  # noqa: S606 - this very program
        connections.close_all()
        if role == "web":
            Web(settings.BIND, processes=settings.PROCESSES).run()
        elif role == "worker":
            call_command("worker")
        else:
            program = [sys.executable, sys.argv[0], "serve"]
            supervise([Child(each, [*program, each, f"--child={os.getpid()}"]) for each in ROLES[1:]])

    def prepare(self, role: str) -> None:
        """Everything that has to stand. Raises CommandError where address, database or data folder cannot be had."""
        if role != "worker":
            check_address(settings.BIND)
        say(self.stdout, "Looking at the database …")
        try:
            said = prepare()
            if role != "worker":
                collect_static()
            said.append(first_administrator())
        except Error as fault:
            logger.error("The database cannot be worked with.", exc_info=fault)
            raise CommandError(f"The database cannot be worked with: {reason(fault)}") from fault
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        except OSError as fault:
            raise CommandError(f"The data folder, {settings.DATA}, cannot be worked with: {fault}") from fault
        say(self.stdout, *filter(None, said))
        if role != "worker":
            say(self.stdout, f"Serving on {settings.BIND}.")


def reason(fault: Error) -> str:
    """Why a database cannot be worked with: of what is wrong with its records the kind alone, as it may repeat them."""
    return str(fault).partition("\n")[0] if isinstance(fault, OperationalError) else type(fault).__qualname__
