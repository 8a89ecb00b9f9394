"""The search for similar claims on a file of statements, through the very function that the pages call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db import models

from claims.models import Case, Claim, Scale, Tally, User
from claims.search.similar import similar


def stock(statements: Iterable[tuple[str, str]]) -> tuple[User, dict[int, str]]:
    """Fill a scratch database with a case of these (name, statement): who may see it, and each claim's name by its key.

    Written in bulk and past the log, so never call it on a database that somebody uses.
    """
    reader = User.objects.filter(email="reader@bench.example.org").first()
    if reader is None:
        reader = User.objects.create_user("reader@bench.example.org", None, name="Reader")
    case = Case(code=f"BENCH{Case.objects.count()}", title="Statements to find again", scale=Scale.objects.default())
    case.save(by=reader)
    case.enrol(reader, "reader", by=reader)
    names = {}
    rows = []
    for number, (name, statement) in enumerate(statements, start=1):
        rows.append(Claim(case=case, number=number, statement=statement, made_by=reader))
        names[number] = name
    models.QuerySet.bulk_create(Claim._base_manager.all(), rows, batch_size=500)
    Tally.recount(case)
    keys = Claim.objects.filter(case=case).order_by().values_list("pk", "number")
    return reader, {key: names[number] for key, number in keys}


def ranked(
    queries: Iterable[tuple[str, str]], reader: User, names: dict[int, str], *, limit: int = 20
) -> Iterator[tuple[str, list[tuple[str, float]]]]:
    """For each (name, statement) asked for: its name, and the names of the most similar claims with their scores."""
    for name, statement in queries:
        near = similar(statement, reader, limit=limit, least=0)
        yield name, [(names[one.claim.pk], one.score) for one in near]
