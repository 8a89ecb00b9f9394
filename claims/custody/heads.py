"""The heads of the log's chains, kept outside the database: who deletes the newest entries is found out too.

Nobody waits for a head to be on disk: that would cost each entry as much again as its commit, one after another for all
cases. An entry is on disk before its head is written, so after a power cut a head may be behind, missing or empty, but
never ahead. What is behind or missing is no fault of the log; what cannot be read is told. The next entry makes up for
each.
"""

from __future__ import annotations

import fcntl
import logging
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models.signals import post_save

from claims.models.entries import Entry

logger = logging.getLogger(__name__)
MEND = "Delete it, and look again whether the log holds without it: the next entry keeps a new one."


@dataclass(frozen=True)
class Head:
    """How many entries a chain has, and the hash of its newest."""

    count: int
    hash: str

    def __str__(self) -> str:
        return f"{self.count}:{self.hash}"

    @classmethod
    def read(cls, text: str) -> Head:
        """A head as it is printed, COUNT:HASH. Raises ValueError for anything else."""
        count, colon, digest = text.strip().partition(":")
        if not (colon and count.isdigit() and len(digest) == 64 and set(digest) <= set("0123456789abcdef")):
            raise ValueError(f"{text!r} is no head: it reads COUNT:HASH, a number and 64 hexadecimal digits.")
        return cls(int(count), digest)


def place(chain: str) -> Path:
    """The file in which a chain's head is kept; `chain` is the case's code, or nothing."""
    return Path(settings.DATA) / "heads" / (chain or "_outside-cases")


def kept(chain: str) -> Head | None:
    """The head that was kept outside the database; None where none was.

    Raises ValueError, with what to do, for one that cannot be read.
    """
    try:
        return Head.read(place(chain).read_text())
    except FileNotFoundError:
        return None
    except ValueError as fault:
        raise ValueError(f"{place(chain)} is empty or damaged, as a power cut may leave it. {MEND}") from fault


def names_kept() -> list[str]:
    """Of which chains a head is kept, by case code; nothing for the chain outside all cases."""
    files = sorted(place("").parent.glob("[!.]*"))
    return ["" if file == place("") else file.name for file in files if file.suffix != ".new"]


def keep(chain: str, head: Head) -> None:
    """Keep a head, unless a later one is kept already; one that cannot be read is told in the log of the program."""
    file = place(chain)
    file.parent.mkdir(parents=True, exist_ok=True)
    with open(file.parent / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            before = kept(chain)
        except ValueError:
            before = None
            logger.warning("%s, a head of the log, is empty or damaged: another takes its place.", file)
        if before is not None and before.count >= head.count:
            return
        new = file.with_suffix(".new")
        new.write_text(f"{head}\n")
        os.replace(new, file)


def _after_commit(chain: str, head: Head) -> None:
    try:
        keep(chain, head)
    except OSError:
        # The entry itself is committed; the next one makes up for it, and until then verify_log says what lags.
        logger.exception("The head of the log could not be kept outside the database.")


def _entered(sender: Any, instance: Entry, created: bool, **kwargs: Any) -> None:
    chain = instance.case.code if instance.case else ""
    head = Head(instance.number, instance.hash)
    transaction.on_commit(lambda: _after_commit(chain, head))


def connect() -> None:
    """Have the head kept whenever an entry is written."""
    post_save.connect(_entered, sender=Entry, dispatch_uid="claims.heads")
