"""How the databases go about the queries that are asked most: by an index, at every size, as `tests/plans/` has it.

Where a plan is meant to change, `PLANS=write uv run pytest tests/test_plans.py` writes it down anew, on each database.
"""

import os
import re
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from claims.forms.filters import ClaimFilter
from claims.loading.crowd import fill
from claims.models import Evidence, Status
from claims.models.withheld_names import hidden_exhibits, withheld_names
from claims.search import everything
from claims.views import queue
from claims.views.cases import page_of_claims, reviewers_of
from claims.views.claim_page import answers_for, entries_of

WRITTEN = Path(__file__).parent / "plans" / f"{connection.vendor}.txt"
TURN = count()
CLAIMS = 4_000  # so many that an index is worth its while to PostgreSQL


@pytest.fixture
def crowd(db):
    """A case with so many claims, of which the database has made up its statistics."""
    crowd = fill(CLAIMS)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT indexname FROM pg_indexes WHERE indexdef LIKE '% USING gin %'")
            for (name,) in cursor.fetchall():
                cursor.execute("SELECT gin_clean_pending_list(%s::regclass)", [name])
            cursor.execute("ANALYZE")
    return crowd


def plans(crowd, as_) -> dict[str, str]:
    """Each of the queries that are asked most, and how the database goes about it."""
    case, analyst, editor = crowd.case, crowd.analyst, crowd.editor
    ratings, reviewers = list(case.scale.ratings.all()), reviewers_of(case)
    places = queue.Desk(editor).places
    whole = case.claims.get(number=crowd.whole)
    cited = list(Evidence.objects.values_list("pk", flat=True)[:6])

    request: Any = RequestFactory().get("/")

    def listed(**chosen: str):
        return lambda: page_of_claims(ClaimFilter(case, chosen, ratings, reviewers), request, {})

    def found(kind: str, words: str):
        return lambda: everything.found(kind, everything.terms(words), [case.pk], None, 6, rater=analyst.pk)

    asked = {
        "the case page": listed(),
        "the claims at a status": listed(status="open"),
        "the claims of a kind with a rating": listed(kind="plan", rating="refuted"),
        "the claims of a reviewer": listed(reviewer=str(analyst.pk)),
        "the claims of a case with a rare word": listed(words="old"),
        "the search for claims with a rare word": found("claim", "old"),
        "the search for evidence": found("evidence", "register"),
        "a word’s beginning": found("claim", "regist*"),
        "evidence that one may see": lambda: list(Evidence.objects.filter(pk__in=cited).visible_to(analyst)[:6]),
        "the exhibits that a case withholds": lambda: list(hidden_exhibits(case)[:50]),
        "the sources that a case withholds": lambda: withheld_names(case),
        "what somebody is asked": lambda: queue.asked(queue.Desk(analyst)),
        "what is open to anyone": lambda: queue.standing("", "", "", Status.OPEN, places),
        "the answers to a claim": lambda: answers_for("analyst", False)(whole.pk, analyst.pk),
        "the log of a claim": lambda: entries_of(whole.pk),
        "the log of a case": lambda: as_(analyst).get(f"{case.get_absolute_url()}log/"),
    }
    return {name: plan(query_of(act)) for name, act in asked.items()}


def query_of(act) -> str:
    """Of the queries that it asks, the one for the most rows."""
    with CaptureQueriesContext(connection) as captured:
        act()
    limits = {query["sql"]: re.findall(r" LIMIT (\d+)$", query["sql"]) for query in captured}
    return max((sql for sql, most in limits.items() if most), key=lambda sql: int(limits[sql][0]))


def plan(query: str) -> str:
    """How the database goes about it, without what differs from run to run: costs, keys and days."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"EXPLAIN (COSTS OFF) {query}")
            lines = [line for (line,) in cursor.fetchall()]
        else:
            # Python keeps a statement that it has seen, and SQLite the plan of one that is only explained.
            cursor.execute(f"EXPLAIN QUERY PLAN {query} -- {next(TURN)}")
            depths, lines = {0: 0}, []
            for key, parent, _unused, said in cursor.fetchall():
                depths[key] = depths[parent] + 1
                lines.append("  " * depths[parent] + said)
    text = re.sub(r"'(?:[^']|'')*'", lambda quoted: "?" if re.search(r"\d", quoted[0]) else quoted[0], "\n".join(lines))
    return re.sub(r"\?::\w+(\[\])?", "?", re.sub(r"\b\d+\b(?!:M)", "?", text))


def version() -> str:
    """The database's version, as far as its plans depend on it."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version" if connection.vendor == "postgresql" else "SELECT sqlite_version()")
        parts = re.findall(r"\d+", cursor.fetchone()[0])
    return ".".join(parts[: 1 if connection.vendor == "postgresql" else 2])


def indexes(text: str) -> list[list[str]]:
    """Of each plan, the indexes that it goes by, of whatever version the database is."""
    named = re.compile(r"(?:using|Index Scan on|USING(?: COVERING)? INDEX|VIRTUAL TABLE INDEX) (\w+)")
    return [sorted(set(named.findall(part))) for part in text.split("\n## ")]


def written(found: dict[str, str]) -> str:
    """The plans as they stand in the file."""
    parts = [f"## {name}\n{text}\n" for name, text in found.items()]
    return f"{connection.display_name} {version()}\n\n" + "\n".join(parts)


def test_the_queries_that_are_asked_most_are_planned_as_they_were(crowd, as_):
    found = written(plans(crowd, as_))
    if os.environ.get("PLANS") == "write":
        WRITTEN.write_text(found, encoding="utf-8")
    kept = WRITTEN.read_text(encoding="utf-8")
    if found.splitlines()[0] == kept.splitlines()[0]:
        assert found == kept
    else:
        assert indexes(found) == indexes(kept)


INDEXES = {
    "claim_by_status": "the claims at a status",
    "claim_by_kind_and_rating": "the claims of a kind with a rating",
    "assignment_of_reviewer": "the claims of a reviewer",
    "assignment_due": "what somebody is asked",  # SQLite's choice
    "assignment_waiting": "what somebody is asked",  # PostgreSQL's
    "evidence_withheld": "the sources that a case withholds",
}


def test_an_index_that_is_gone_is_noticed(crowd, as_):
    before = plans(crowd, as_)
    with connection.cursor() as cursor:
        for index in INDEXES:
            cursor.execute(f"DROP INDEX {index}")
    after = plans(crowd, as_)
    assert {name for name in before if indexes(before[name]) != indexes(after[name])} >= set(INDEXES.values())
