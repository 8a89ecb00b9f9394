"""`manage.py bench_agreement`: how fast alpha and its interval are worked out of very many claims' answers."""

from __future__ import annotations

import random
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from claims.weighing.agreement import alpha, interval, patterns_of, percent

SCALE, OFF = (1, 2, 3), (8, 9)
WANTED = 10  # seconds


class Command(BaseCommand):
    """Measures what it makes up itself; no database is asked."""

    help = "Print how fast alpha of very many claims is worked out, with its interval, on one core."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--claims", type=int, default=100_000)
        parser.add_argument("--reviewers", type=int, default=3)
        parser.add_argument("--draws", type=int, default=1_000)

    def handle(self, *args: Any, claims: int, reviewers: int, draws: int, **options: Any) -> None:
        units = crowd(claims, reviewers)
        began = time.process_time()
        patterns = patterns_of(units)
        share = percent(patterns)
        counted = time.process_time() - began
        self.stdout.write(
            f"{claims:,} claims × {reviewers} reviewers: {len(patterns):,} patterns, counted in {counted:.2f} s; "
            f"percent agreement {100 * (share or 0):.1f}"
        )
        total = counted
        for name, order in (("nominal", None), ("ordinal", SCALE)):
            began = time.process_time()
            found, within = alpha(patterns, order), interval(patterns, order, draws=draws)
            spent = time.process_time() - began
            total += spent
            between = f"{within.low:.3f} to {within.high:.3f}" if within else "–"
            told = f"{found:.3f}" if found is not None else "–"
            self.stdout.write(f"alpha, {name}: {told}, {between} in {draws:,} draws: {spent:.2f} s")
        self.stdout.write(f"in all {total:.2f} s of one core, asked for: at most {WANTED} s")


def crowd(claims: int, reviewers: int) -> list[list[int | None]]:
    """Answers that agree somewhat, a few of them missing; the same every time."""
    chance, every = random.Random(1), [*SCALE, *OFF]  # noqa: S311 - the same answers every time
    units: list[list[int | None]] = []
    for _ in range(claims):
        right = chance.choice(every)
        said = [right if chance.random() < 0.7 else chance.choice(every) for _ in range(reviewers)]
        units.append([answer if chance.random() < 0.97 else None for answer in said])
    return units
