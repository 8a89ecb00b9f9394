"""The logs that cases had in other installations: each is recomputed as it was there, from the file that it came as."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Iterator
from typing import Any

from claims.custody.chain import fault_of
from claims.custody.heads import Head
from claims.custody.store import store
from claims.models import Case, Entry, FormerLog
from claims.models.entries import FIRST

# What is hashed of an entry, and the hash: by these names it stands in the file.
ENTRY = (
    "number", "at", "by", "by_name", "verb", "thing", "thing_id", "label", "claim", "detail", "salt", "previous",
    "hash",
)  # fmt: skip


def told(entry: Entry) -> dict[str, Any]:
    """An entry as it was hashed: by whom, on what and of which claim are keys of the installation it was written in."""
    at = entry.at.astimezone(datetime.UTC).isoformat(timespec="microseconds")
    keys = {"by": entry.by_id, "claim": entry.claim_id, "at": at}
    return {name: keys[name] if name in keys else getattr(entry, name) for name in ENTRY}


def read_back(said: dict[str, Any]) -> Entry:
    """The same as an entry again, to recompute its hash; it is no entry of this installation. Raises ValueError."""
    if said.keys() != set(ENTRY):
        raise ValueError("it has other fields than an entry has")
    at = datetime.datetime.fromisoformat(said["at"])
    if at.tzinfo is None:
        raise ValueError("its time has no time zone")
    return Entry(
        at=at, by_id=said["by"], claim_id=said["claim"],
        **{name: said[name] for name in ENTRY if name not in ("at", "by", "claim")},
    )  # fmt: skip


class Walk:
    """A former log on its way past: each line says whether it follows from the one before."""

    def __init__(self, code: str) -> None:
        self.code, self.count, self.head = code, 0, FIRST

    def take(self, line: dict[str, Any]) -> str | None:
        """What is wrong with the next entry; None where it holds."""
        try:
            entry = read_back(line["entry"])
            fault = fault_of(entry, self.code, self.count, self.head)
        except (ValueError, TypeError, LookupError, AttributeError) as odd:
            return f"Entry {self.count + 1} cannot be read: {str(odd)[:200]}"
        self.count, self.head = entry.number, entry.hash
        return fault

    def ends(self, head: Head) -> str | None:
        """What is wrong with where it ends."""
        if (self.count, self.head) == (head.count, head.hash):
            return None
        return f"The log ends in {self.count}:{self.head[:12]}…, and {head.count}:{head.hash[:12]}… was told."


def faults(case: Case, *, files: bool = True) -> Iterator[str]:
    """What is wrong with the logs that this case had elsewhere; without the files, whether they are those entered."""
    yield from untold(case)
    if not files:
        return
    for former in FormerLog.objects.filter(case=case).select_related("file").order_by("pk"):
        try:
            with store().open(former.file.sha256) as stream:
                fault = fault_in(map(json.loads, stream), former)
        except (FileNotFoundError, ValueError) as odd:
            fault = f"its file cannot be read: {odd}"
        if fault:
            yield f"The log that it had as {former.code}: {fault}"


def untold(case: Case) -> Iterator[str]:
    """Where the logs that are kept are not those that the case's own log says it was brought in with."""
    kept = {former.file.sha256: former for former in FormerLog.objects.filter(case=case).select_related("file")}
    for entry in Entry.objects.filter(case=case, verb="imported", thing="case").order_by("number"):
        try:
            origin = entry.parts["after"]
            sha256, code, head = (origin[name] for name in ("log_sha256", "case_there", "log_there"))
        except (ValueError, TypeError, KeyError):
            continue  # it came as a bundle; of an entry that was tampered with, recomputing the chain tells
        former = kept.pop(sha256, None)
        if former is None:
            yield f"The log that it had as {code}, entered in entry {entry.number}, is gone: {entry}"
        elif (former.code, str(Head(former.count, former.head))) != (code, head):
            yield f"The log kept as {former} is another than was entered in entry {entry.number}: {entry}"
    for former in kept.values():
        yield f"The log that it had as {former.code} was never entered: {former}"


def fault_in(lines: Iterable[dict[str, Any]], former: FormerLog) -> str | None:
    """What is wrong with the first entry that is not what was entered, or with the end."""
    walk = Walk(former.code)
    for line in lines:
        if "entry" in line and (fault := walk.take(line)):
            return fault
    return walk.ends(Head(former.count, former.head))
