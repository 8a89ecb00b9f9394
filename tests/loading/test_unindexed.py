"""Filling a scratch database without its indexes: they stand again, however that ends."""

import pytest
from django.db import IntegrityError, connection

from claims.custody import guards
from claims.loading.unindexed import unindexed
from tests.factories import make_case

pytestmark = pytest.mark.usefixtures("real_transactions")


def standing() -> set[str]:
    """Names of the indexes, triggers and foreign keys that stand."""
    asked = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type IN ('index', 'trigger') AND tbl_name LIKE 'claims%'",
        "postgresql": "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema() "
        "UNION SELECT conname FROM pg_constraint WHERE connamespace = current_schema()::regnamespace",
    }
    with connection.cursor() as cursor:
        cursor.execute(asked[connection.vendor])
        return {name for (name,) in cursor.fetchall()}


@pytest.mark.parametrize("fault", [ValueError, KeyboardInterrupt])
def test_what_breaks_off_in_the_middle_leaves_the_indexes_as_they_were(fault):
    before = standing()

    def fill() -> None:
        with unindexed():
            assert standing() < before
            make_case(code="BY")
            raise fault

    with pytest.raises(fault):
        fill()
    assert standing() == before
    assert guards.missing(connection) == []


def test_an_index_that_what_was_filled_in_breaks_is_told_and_the_others_stand():
    before = standing()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE claims_filled (n integer)")
        cursor.execute("CREATE UNIQUE INDEX claims_filled_once ON claims_filled (n)")
    try:
        with pytest.raises(IntegrityError), unindexed(), connection.cursor() as cursor:
            cursor.execute("INSERT INTO claims_filled VALUES (1), (1)")
        assert standing() == before
        assert guards.missing(connection) == []
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE claims_filled")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL chooses between its indexes by what they cost")
def test_the_indexes_come_back_in_their_order_by_which_sqlite_chooses_between_two_that_serve_alike():
    def in_order() -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY rowid")
            return [name for (name,) in cursor.fetchall()]

    before = in_order()
    with unindexed():
        pass
    assert in_order() == before
