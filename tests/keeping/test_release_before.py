"""What the release before held is there after all migrations since, on this database."""

import json

import pytest
from django.db import models

from claims.keeping.comparing import rows, tables
from tests.keeping.release_before import FIXTURE, RELEASE, read

pytestmark = pytest.mark.usefixtures("real_transactions")

# (table, column) that later migrations take away or give another meaning on purpose, each with the migration's number.
MEANT_OTHERWISE: dict[tuple[str, str], str] = {}


@pytest.mark.timeout(600)
def test_nothing_that_the_release_before_held_is_lost_on_the_way_here(elsewhere):
    held, place = read(), elsewhere()
    done = place.run("-m", "tests.keeping.release_before", "load")
    assert done.returncode == 0, done.stderr
    place.manage("migrate", "--verbosity=0")
    with place.looked_into() as alias:
        standing = {model._meta.db_table: as_columns(model, alias) for model in tables()}
    assert sum(len(each["rows"]) for each in held.values()) > 1000
    for table, each in held.items():
        for at, column in enumerate(each["columns"]):
            if (table, column) not in MEANT_OTHERWISE:
                assert standing[table][column] == [row[at] for row in each["rows"]], f"{table}.{column} since {RELEASE}"
    # The log, the passages, the quotations and what guards them.
    said = place.refuses("integrity")
    for title in ("database", "documents and passages", "quotations"):
        assert f"{title}: as it should be" in said, said
    assert "log 1," in said, "nothing but the stamp, which no service made"
    assert "is missing: it is not there" in said, "its files were not kept with it"
    assert place.run("manage.py", "makemigrations", "--check").returncode == 0


def as_columns(model: type[models.Model], alias: str) -> dict[str, list[object]]:
    """Column → its values in the order of keys."""
    names = [field.attname for field in model._meta.concrete_fields]
    read = [json.loads(row) for row in rows(model, alias)]
    return {name: [row[at] for row in read] for at, name in enumerate(names)}


def test_the_fixture_holds_something_of_every_table():
    assert FIXTURE.stat().st_size < 100_000
    assert {table for table, each in read().items() if not each["rows"]} == {
        "claims_user_groups", "claims_user_user_permissions",
    }  # fmt: skip
