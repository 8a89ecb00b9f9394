"""`manage.py bench_evidence`: how fast origins are counted and drawn, and gathered from a scratch database."""

from __future__ import annotations

import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connection
from django.test.utils import override_settings

from claims.models import Case, Claim, Evidence, Exhibit, Lineage, Scale, Source, User
from claims.models.origins import origins_of
from claims.weighing.origins import Item, Thing, weigh
from claims.weighing.picture import drawn

EXHIBITS, LINKS, NODES = 10_000, 30_000, 200


class Command(BaseCommand):
    """Measures what it makes itself; the installation's own data are not touched."""

    help = "Print how fast origins are counted, drawn, and gathered from a scratch database."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--runs", type=int, default=15, help="how often each is done (default 15)")

    def handle(self, *args: Any, runs: int, **options: Any) -> None:
        chance = random.Random(1)  # noqa: S311 - the same case every time
        items, things, links = crowd(chance)
        self.tell(f"origins of {EXHIBITS:,} exhibits, {LINKS:,} links", 50, runs, lambda: weigh(items, things, links))
        nodes = list(range(NODES))
        edges = [(one, other) for one, other in pairs(chance, NODES, 3 * NODES) if one < other]
        self.tell(f"layout of {NODES} nodes", 100, runs, lambda: drawn(nodes, edges))
        with tempfile.TemporaryDirectory(prefix="bench-evidence-") as folder:
            if connection.vendor == "sqlite":
                connection.settings_dict["TEST"]["NAME"] = os.path.join(folder, "bench.sqlite3")
            name = connection.settings_dict["NAME"]
            connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
            try:
                with override_settings(DATA=Path(folder)):
                    for size in (10, 1_000):
                        what = f"a claim's {size:,} items from the database"
                        self.tell(what, None, runs, partial(origins_of, filled(size, chance)))
            finally:
                connection.creation.destroy_test_db(name, verbosity=0)

    def tell(self, what: str, most: int | None, runs: int, act: Callable[[], Any]) -> None:
        """Do it, and print the median and the worst of the runs in milliseconds."""
        act()
        spent = []
        for _run in range(runs):
            began = time.perf_counter()
            act()
            spent.append(1000 * (time.perf_counter() - began))
        wanted = f", asked for: at most {most} ms" if most else ""
        middle = statistics.median(spent)
        self.stdout.write(f"{what}: median {middle:.1f} ms, worst {max(spent):.1f} ms of {runs} runs{wanted}")


def pairs(chance: random.Random, among: int, many: int) -> list[tuple[int, int]]:
    """So many pairs of different numbers."""
    found: list[tuple[int, int]] = []
    while len(found) < many:
        one, other = chance.randrange(among), chance.randrange(among)
        if one != other:
            found.append((one, other))
    return found


def crowd(chance: random.Random) -> tuple[list[Item], list[Thing], list[tuple[int, int]]]:
    """A claim with very many exhibits, a third of a thousand speakers, and three links for each exhibit."""
    things = [
        Thing(key, frozenset({("source", chance.randrange(3_000)), ("url", key)}), chance.random() < 0.3)
        for key in range(EXHIBITS)
    ]
    items = [Item(key, key, chance.choice(["supports", "refutes"]), "true") for key in range(EXHIBITS)]
    links = [(max(pair), min(pair)) for pair in pairs(chance, EXHIBITS, LINKS)]
    return items, things, links


def filled(size: int, chance: random.Random) -> Claim:
    """A claim in the scratch database with so many pieces of evidence, half of which repeat another."""
    by = User.objects.filter(email="bench@example.org").first() or User.objects.create_user("bench@example.org", "x")
    case = Case(title="A bench", code=f"B{size}", scale=Scale.objects.default())
    case.save(by=by)
    claim = Claim.make(case, by=by, statement="The army is 48,000 strong.")
    sources = [Source(name=f"Source {n}") for n in range(size // 3 + 1)]
    for source in sources:
        source.store()
    exhibits = [Exhibit(case=case, title=f"Exhibit {n}", source=chance.choice(sources)) for n in range(size)]
    for exhibit in exhibits:
        exhibit.store()
    for number, exhibit in enumerate(exhibits, start=1):
        Evidence(claim=claim, number=number, exhibit=exhibit, stance="supports", credibility="3", added_by=by).store()
        said = {"exhibit": exhibit, "reason": "For the bench.", "made_by": by}
        if number % 2 and number > 1:
            Lineage(kind="quotes", original=exhibits[chance.randrange(number - 1)], **said).store()
        else:
            Lineage(kind="first_hand", **said).store()
    return claim
