"""Queries whose SQL is written once."""

import threading

from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.models import Claim, Evidence, writing
from claims.models.prepared import Prepared
from tests.factories import make_case, make_claim, make_evidence


def evidence_with_source(claim):
    return Evidence.objects.filter(claim=claim).select_related("exhibit__source").order_by("number")


def test_it_finds_what_the_query_itself_finds(case):
    claims = [make_claim(case=case), make_claim(case=case)]
    for claim in [*claims, claims[0]]:
        make_evidence(claim=claim)
    prepared = Prepared(evidence_with_source)

    for claim in claims:
        with CaptureQueriesContext(connection) as queries:
            found = prepared(claim.pk)
            names = [item.exhibit.source.name for item in found]
        assert found == list(evidence_with_source(claim.pk))
        assert names == [item.exhibit.source.name for item in evidence_with_source(claim.pk)]
        assert len(queries) == 1


def test_words_and_numbers_are_put_in_their_places(case):
    make_case(code="ZZ")
    prepared = Prepared(lambda number, code: Claim.objects.filter(number=number, case__code=code))
    make_claim(case=case)
    assert [claim.number for claim in prepared(1, "BY")] == [1]
    assert prepared(1, "ZZ") == []
    assert prepared(2, "BY") == []
    assert prepared(10**30, "BY") == []


def test_a_word_is_never_read_as_sql(case):
    prepared = Prepared(lambda code: Claim.objects.filter(case__code=code))
    make_claim(case=case)
    assert prepared("' OR 1=1 --") == []


def test_each_thread_asks_by_its_own_connection(real_transactions):
    claim = make_claim()
    prepared = Prepared(lambda key: Claim.objects.filter(pk=key))
    assert prepared(claim.pk) == [claim]
    found = []

    def ask():
        found.extend(prepared(claim.pk))
        connection.close()

    threads = [threading.Thread(target=ask) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [claim] * 4


def test_taking_a_chain_locks_it_where_the_database_can(case):
    for _n in range(2):
        with CaptureQueriesContext(connection) as queries, writing(case):
            pass
        sql = " ".join(query["sql"] for query in queries)
        assert ("FOR UPDATE" in sql) == connection.features.has_select_for_update
