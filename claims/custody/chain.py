"""Reading the log back: recompute every hash, and find the first entry that is not what it was."""

from __future__ import annotations

from typing import NamedTuple

from claims.custody.heads import Head, kept
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
    heads = {
        head.count: (head, where)
        for head, where in ((against, "given"), (kept(name), "kept in the data folder"))
        if head
    }
    count, previous = 0, FIRST
    for entry in entries:
        if entry.number != count + 1:
            return Account(
                name, Head(count, previous), f"Entry {count + 1} is missing: {entry.number} follows {count}."
            )
        if entry.previous != previous:
            fault = f"Entry {entry.number} does not follow the one before it: {entry}"
            return Account(name, Head(count, previous), fault)
        if entry.expected_hash(name) != entry.hash:
            return Account(name, Head(count, previous), f"Entry {entry.number} is not what was entered: {entry}")
        count, previous = entry.number, entry.hash
        if count in heads and heads[count][0].hash != previous:
            return Account(
                name,
                Head(count, previous),
                f"Entry {count} is another than the head {heads[count][1]} says: {entry}",
            )
    return Account(name, Head(count, previous), _beyond(count, previous, heads, case))


def _beyond(count: int, previous: str, heads: dict[int, tuple[Head, str]], case: Case | None) -> str | None:
    for head, where in heads.values():
        if head.count > count:
            return (
                f"Entries {count + 1} to {head.count} are gone: the head {where} counts {head.count}, the log {count}."
            )
    stored = Chain.objects.filter(case=case).first()
    if stored is not None and (stored.count, stored.head) != (count, previous):
        return f"The chain says it has {stored.count} entries and ends in {stored.head[:12]}…; the log has {count}."
    return None
