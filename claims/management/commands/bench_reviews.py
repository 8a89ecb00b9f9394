"""`manage.py bench_reviews`: many reviewers at once, what a submit costs, and whether all of it is kept."""

from __future__ import annotations

import statistics
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from claims.custody.chain import verify
from claims.management.measuring import TOKEN, p95_of, signed_in
from claims.management.reviewers import Book, Reviewer, Served, faults
from claims.management.scratch import scratch_database
from claims.models import Case, Claim, Evidence, Exhibit, Role, Scale, Source, User, assign

MANY = {"sqlite": 30, "postgresql": 200}  # reviewers
ANSWERS = 3  # that each claim is to have
RATIO = 4.0  # of a submit to the bare page, at the 95th percentile, at most


class Command(BaseCommand):
    """Reviews in a scratch database and data folder; the installation's own are not touched."""

    help = "Let many reviewers assess at once before gunicorn; print what it costs, and check that all of it is kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--reviewers", type=int, default=MANY[connection.vendor], help="how many (30; 200)")
        parser.add_argument("--claims", type=int, default=20, help="claims that each is asked to assess (20)")
        parser.add_argument("--seconds", type=float, default=60, help="nobody begins another claim later (60)")
        parser.add_argument("--pause", type=float, default=1, help="seconds that a reviewer reads and types (1)")
        parser.add_argument("--workers", type=int, default=2, help="gunicorn's processes (2)")
        parser.add_argument("--threads", type=int, default=4, help="threads of each (4)")
        parser.add_argument("--kill", action="store_true", help="kill -9 the server half-way, and start it again")

    def handle(self, *args: Any, **options: Any) -> None:
        with scratch_database() as folder:
            self.measure(str(folder), options)

    def measure(self, folder: str, options: dict[str, Any]) -> None:
        """Let them review, print what it cost, and raise CommandError where something is lost, doubled or too slow."""
        case, people = made(options["reviewers"], options["claims"])
        server, book = Served(folder, options["workers"], options["threads"]), Book()
        server.start()
        until = time.monotonic() + options["seconds"]
        rating = case.scale.ratings.all()[0].pk
        reviewers = [
            Reviewer(user.pk, signed_in(user), TOKEN, case, claims, rating, server.port, book,
                     until=until, pause=options["pause"])
            for user, claims in people
        ]  # fmt: skip
        try:
            for reviewer in reviewers:
                reviewer.start()
            if options["kill"]:
                self.kill(server, options["seconds"] / 2, book)
            for reviewer in reviewers:
                reviewer.join()
        finally:
            server.stop()
        self.print_table(book, options)
        wrong = [f"{reviewer.name}: {reviewer.fault}" for reviewer in reviewers if reviewer.fault is not None]
        if book.lost and not options["kill"]:
            wrong.append(f"{book.lost} requests got no answer.")
        wrong += faults(case, book)
        if wrong:
            raise CommandError("\n".join(wrong[:50]))
        self.stdout.write(
            f"{len(book.acknowledged):,} answers were acknowledged. Each of them is there, sealed and once; "
            f"the log of {verify(case).head.count:,} entries verifies."
        )

    def kill(self, server: Served, after: float, book: Book) -> None:
        """Kill the server while they are at it, and start it again."""
        time.sleep(after)
        server.kill()
        self.stdout.write(f"Killed with {len(book.acknowledged):,} answers acknowledged.")
        time.sleep(0.5)
        server.start()

    def print_table(self, book: Book, options: dict[str, Any]) -> None:
        """How many requests there were and how long they took."""
        self.stdout.write(
            f"{connection.vendor}, {options['reviewers']} reviewers, {options['workers']} processes of "
            f"{options['threads']} threads\n{book.requests:,} requests answered, {book.broken} of them with 5xx; "
            f"{book.lost} without an answer\n"
        )
        self.stdout.write(f"{'page':14}{'asked':>8}{'p50 ms':>9}{'p95 ms':>9}{'worst':>9}")
        for page, times in book.times.items():
            p50, p95, worst = (f"{1000 * each:.1f}" for each in (statistics.median(times), p95_of(times), max(times)))
            self.stdout.write(f"{page:14}{len(times):8,}{p50:>9}{p95:>9}{worst:>9}")
        submit, bare = book.times.get("submit", []), book.times.get("bare page", [])
        if submit and bare:
            ratio = p95_of(submit) / p95_of(bare)
            self.stdout.write(f"The p95 of a submit is {ratio:.2f} times that of the bare page (≤ {RATIO:g}).")


@transaction.atomic
def made(many: int, each: int) -> tuple[Case, list[tuple[User, list[int]]]]:
    """A case, and its reviewers, each with the numbers of the claims that they are asked to assess."""
    editor = User.objects.create_user("editor@bench.example.org", None, name="Editor")
    case = Case(code="BENCH", title="Reviewed by many", scale=Scale.objects.default(), assessments_required=ANSWERS)
    case.save(by=editor)
    case.enrol(editor, Role.EDITOR, by=editor)
    people = [User.objects.create_user(f"r{n}@bench.example.org", None, name=f"Reviewer {n}") for n in range(many)]
    for person in people:
        case.enrol(person, Role.ANALYST, by=editor)
    source = Source.make(case, by=editor, name="A register", kind="organisation")
    together = min(ANSWERS, many)
    asked: dict[User, list[int]] = {person: [] for person in people}
    for n in range(max(1, many * each // together)):
        claim = Claim.make(case, by=editor, statement=f"Register {n} counts {n + 100} thousand men.", kind="quantity")
        exhibit = Exhibit(title=f"Page {n}", text=f"Register {n} counts them.")
        Evidence.cite(claim, by=editor, source=source, exhibit=exhibit, stance="supports", credibility="3")
        these = [people[(n + step * (many // together)) % many] for step in range(together)]
        assign(claim, these, by=editor)
        for person in these:
            asked[person].append(claim.number)
    return case, list(asked.items())
