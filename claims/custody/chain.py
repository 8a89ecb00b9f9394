"""Reading the log back: recompute every hash, and find the first entry that is not what it was."""

from __future__ import annotations

from typing import NamedTuple

from claims.custody.heads import Head, kept, names_kept
from claims.models.cases import Case
from claims.models.entries import FIRST, Chain, Entry


class Account(NamedTuple):
    """What recomputing a chain showed: how far it holds, and what is wrong with it, if anything is."""

    chain: str
    head: Head
    fault: str | None


def verify(case: Case | None, *, against: Head | None = None) -> Account:
    """Recompute a chain; hold it against the heads kept in the database, in the data folder and, if given, on paper."""
    name = case.code if case else ""
    entries = Entry.objects.filter(case=case).order_by("number").iterator(chunk_size=1000)
    try:
        heads = [(head, where) for head, where in ((against, "given"), (kept(name), "kept in the data folder")) if head]
    except ValueError as fault:
        return Account(name, Head(0, FIRST), f"The head kept in the data folder cannot be read: {fault}")
    count, previous = 0, FIRST
    for entry in entries:
        fault_found = _fault_of(entry, name, count, previous)
        if fault_found:
            return Account(name, Head(count, previous), fault_found)
        count, previous = entry.number, entry.hash
        for head, where in heads:
            if head.count == count and head.hash != previous:
                fault_found = f"Entry {count} is another than the head {where} says: {entry}"
                return Account(name, Head(count, previous), fault_found)
    return Account(name, Head(count, previous), _beyond(count, previous, heads, case))


def _fault_of(entry: Entry, name: str, count: int, previous: str) -> str | None:
    if entry.number != count + 1:
        return f"Entry {count + 1} is missing: {entry.number} follows {count}."
    if entry.previous != previous:
        return f"Entry {entry.number} does not follow the one before it: {entry}"
    if entry.expected_hash(name) != entry.hash:
        return f"Entry {entry.number} is not what was entered: {entry}"
    return None


def _beyond(count: int, previous: str, heads: list[tuple[Head, str]], case: Case | None) -> str | None:
    for head, where in heads:
        if head.count > count:
            return (
                f"Entries {count + 1} to {head.count} are gone: the head {where} counts {head.count}, the log {count}."
            )
    stored = Chain.objects.filter(case=case).first()
    says = (stored.count, stored.head) if stored else (0, FIRST)
    if says != (count, previous):
        return f"The chain says it has {says[0]} entries and ends in {says[1][:12]}…; the log has {count}."
    return None


def gone() -> list[str]:
    """The codes of cases whose heads are kept in the data folder, and which the database no longer has."""
    standing = set(Case.objects.values_list("code", flat=True))
    return [name for name in names_kept() if name and name not in standing]
