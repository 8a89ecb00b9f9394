"""Acts that start at the same instant, and what must hold after them."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connections

from claims.custody import heads
from claims.custody.chain import verify
from claims.models import (
    Case,
    Claim,
    Tally,
)


def at_once(acts: list[Callable[[], Any]]) -> list[Any]:
    """What each act gives, or the exception it raises, when all of them start at the same instant."""
    gate = threading.Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        try:
            gate.wait(timeout=20)
            return act()
        except Exception as fault:
            return fault
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def holds(case: Case | None) -> bool:
    """Whether the log is one chain that fits its kept head."""
    account = verify(case)
    assert account.fault is None, account.fault
    kept = heads.kept(case.code if case else "")
    assert kept is not None
    return kept == account.head


def counted(case: Case) -> dict[tuple[str, int | None], int]:
    return {(row.status, row.rating_id): row.count for row in Tally.objects.filter(case=case) if row.count}


def recounted(case: Case) -> dict[tuple[str, int | None], int]:
    found: dict[tuple[str, int | None], int] = {}
    for claim in Claim.objects.filter(case=case):
        found[claim.status, claim.rating_id] = found.get((claim.status, claim.rating_id), 0) + 1
    return found
