"""Reading the log back: recompute every hash, and find the first entry that is not what it was."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import batched
from typing import NamedTuple

from claims.custody.heads import Head, kept, names_kept
from claims.models.assessments import Assessment
from claims.models.cases import Case
from claims.models.entries import FIRST, Chain, Entry
from claims.models.sources import Merge


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
        fault_found = fault_of(entry, name, count, previous)
        if fault_found:
            return Account(name, Head(count, previous), fault_found)
        count, previous = entry.number, entry.hash
        for head, where in heads:
            if head.count == count and head.hash != previous:
                fault_found = f"Entry {count} is another than the head {where} says: {entry}"
                return Account(name, Head(count, previous), fault_found)
    return Account(name, Head(count, previous), _beyond(count, previous, heads, case))


def fault_of(entry: Entry, name: str, count: int, previous: str) -> str | None:
    """What is wrong with an entry of the chain of this name, after so many that end in this hash."""
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


def broken_seals(case: Case) -> Iterator[str]:
    """What is wrong with the case's submitted assessments: each must say what was sealed when it was entered."""
    submitted = Assessment.objects.submitted().filter(claim__case=case).order_by("pk")
    entered = Entry.objects.filter(case=case, verb__in=["assessed", "reconsidered", "imported"], thing="assessment")
    rows = submitted.select_related("claim__case", "reviewer", "rating", "follows").prefetch_related("relied_on")
    for some in batched(rows.iterator(chunk_size=500), 500, strict=False):
        of_these = entered.filter(claim__in={own.claim_id for own in some})
        seals = {entry.thing_id: _seal_in(entry) for entry in of_these}
        for own in some:
            name = f"Assessment {own.pk} of {own.claim.ref} by {own.reviewer}"
            if own.pk not in seals:
                yield f"{name} was never entered as submitted."
            elif own.seal != seals[own.pk]:
                yield f"{name} bears another seal than was entered."
            elif not own.seal_holds():
                yield f"{name} is not what was sealed."
    for entry in entered.exclude(thing_id__in=submitted.order_by().values("pk")).order_by("number").iterator():
        yield f"Assessment {entry.thing_id}, entered as submitted in entry {entry.number}, is gone: {entry}"


def _seal_in(entry: Entry) -> str | None:
    try:
        seal: str = entry.parts["after"]["seal"]
    except (ValueError, TypeError, KeyError):
        return None  # an entry that was tampered with: recomputing the chain names it
    return seal


def altered_merges(case: Case | None) -> Iterator[str]:
    """What is wrong with the merges of sources that a log tells of: what was moved must be what was entered."""
    entered = Entry.objects.filter(case=case, verb="merged", thing="source").order_by("number")
    for some in batched(entered.iterator(chunk_size=100), 100, strict=False):
        sealed = {entry.pk: _merge_in(entry) for entry in some}
        stand = Merge.objects.in_bulk({key for key, _hash in sealed.values() if key})
        for entry in some:
            key, moved = sealed[entry.pk]
            if key and key not in stand:
                yield f"Merge {key}, made in entry {entry.number}, is gone: {entry}"
            elif key and stand[key].moved_sha256 != moved:
                yield f"Merge {key} moved something else than was entered in entry {entry.number}: {entry}"
    if case is None:
        merged = Entry.objects.filter(case=None, verb="merged", thing="source").order_by().values("thing_id")
        for key in Merge.objects.exclude(merged__in=merged).order_by("pk").values_list("pk", flat=True).iterator():
            yield f"Merge {key} was never entered."


def _merge_in(entry: Entry) -> tuple[int | None, str]:
    """The key of the merge that an entry tells of, and the hash of what it moved; no key where it holds none."""
    try:
        after = entry.parts["after"]
        return after["merge"], after["moved_sha256"]
    except (ValueError, TypeError, KeyError):
        return None, ""  # from before they were sealed; of one that was tampered with, recomputing the chain tells


def gone() -> list[str]:
    """The codes of cases whose heads are kept in the data folder, and which the database no longer has."""
    standing = set(Case.objects.values_list("code", flat=True))
    return [name for name in names_kept() if name and name not in standing]
