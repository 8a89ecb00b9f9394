"""`manage.py verify_files`: hash every kept file again, and name what is missing, altered or nobody's."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

from django.core.management.base import CommandError, CommandParser, OutputWrapper

from claims.custody.verifying import Verification
from claims.management.installed import InstalledCommand
from claims.models import Case

BAR = 30  # signs
SHOWN_EVERY, SAID_EVERY = 0.2, 10.0  # seconds: a bar moves, a line is added


class Command(InstalledCommand):
    """Hashes all files again; what was seen of each is noted, and a line of custody written for its captures."""

    help = "Hash every kept file again, note it for its captures, and name what is missing, altered or orphaned."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--case", metavar="CODE", help="the files of this case alone")
        parser.add_argument("--resume", action="store_true", help="go on where the last run broke off")

    def handle(self, *args: Any, case: str | None, resume: bool, **options: Any) -> None:
        chosen = Case.objects.filter(code=case).first() if case else None
        if case and chosen is None:
            raise CommandError(f"There is no case {case}.")
        progress = Progress(self.stderr)
        run = Verification(chosen, resume=resume, tell=progress.show)
        if resume and run.since is not None:
            self.stdout.write(f"Going on with the run that began at {run.since:%Y-%m-%d %H:%M} UTC.")
        found: Counter[str] = Counter()
        try:
            for fault in run.run():
                found[fault.what] += 1
                progress.clear()
                self.stdout.write(self.style.ERROR(f"{fault.what}: {printable(fault.name)}: {fault.said}"))
        except OSError as fault:
            raise CommandError(f"{fault}. What was seen is noted: --resume goes on from there.") from fault
        finally:
            progress.clear()
        if run.cleared:
            self.stdout.write(f"{files(run.cleared)} of uploads that broke off cleared away")
        said = f"{files(run.done)} hashed, {run.bytes_done / 1e6:,.1f} MB in {progress.seconds:,.1f} s"
        if found:
            counts = ", ".join(f"{count:,} {what}" for what, count in sorted(found.items()))
            raise CommandError(f"{said}: {counts}.")
        self.stdout.write(f"{said}: all as they came")


def printable(name: str) -> str:
    """A file's name as a terminal can bear it."""
    return name if name.isprintable() else ascii(name)


def files(count: int) -> str:
    """So many files, in words."""
    return "1 file" if count == 1 else f"{count:,} files"


class Progress:
    """How far a run is: a bar where somebody looks at a terminal, else a line now and then."""

    def __init__(self, out: OutputWrapper) -> None:
        self.out, self.bar = out, out.isatty()
        self.began = self.shown = time.monotonic()
        self.width = 0

    @property
    def seconds(self) -> float:
        """Since it began."""
        return time.monotonic() - self.began

    def show(self, run: Verification) -> None:
        """Say how far it is, if it was not said just now."""
        if time.monotonic() - self.shown < (SHOWN_EVERY if self.bar else SAID_EVERY):
            return
        self.shown = time.monotonic()
        part = run.bytes_done / run.bytes_total if run.bytes_total else 1.0
        line = (
            f"{part:4.0%}  {run.done:,} of {run.total:,} files, {run.bytes_done / 1e6:,.0f} of "
            f"{run.bytes_total / 1e6:,.0f} MB, {run.bytes_done / 1e6 / self.seconds:,.0f} MB/s"
        )
        if not self.bar:
            self.out.write(line, style_func=str)
            return
        filled = min(BAR, int(BAR * part))
        line = f"[{'#' * filled}{' ' * (BAR - filled)}] {line}"
        self.out.write("\r" + line.ljust(self.width), style_func=str, ending="")
        self.width = len(line)
        self.out.flush()

    def clear(self) -> None:
        """Make room for a line."""
        if self.width:
            self.out.write("\r" + " " * self.width + "\r", style_func=str, ending="")
            self.out.flush()
            self.width = 0
