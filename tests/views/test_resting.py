"""How the verdicts on a source came out, for whoever may see them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.models import Role
from claims.views import resting
from claims.views.resting import outcomes
from tests.factories import make_assessment, make_case, make_claim, make_evidence, make_source, make_verdict


@pytest.fixture
def source(case):
    return make_source(case=case, name="Foreign ministry")


def decided(case, source, ann, ben, eve, signed_by=None, rating="supported", **fields):
    claim = make_claim(case=case)
    make_evidence(claim=claim, source=source, **fields)
    for person in (ann, ben):
        make_assessment(claim=claim, by=person)
    return make_verdict(claim=claim, by=eve, signed_by=signed_by, rating=rating, difference="reading")


def read(source, reader) -> tuple[list[tuple[str, int]], list[str]]:
    found = outcomes(source, reader)
    return [(rating.code, n) for rating, n in found.counts], [verdict.claim.ref for verdict in found.newest]


def test_how_verdicts_came_out_the_most_frequent_first_and_the_newest_by_name(case, source, ann, ben, eve, max_):
    for rating in ("refuted", "supported", "supported"):
        decided(case, source, ann, ben, eve, max_, rating)
    assert read(source, ann) == ([("supported", 2), ("refuted", 1)], ["BY-3", "BY-2", "BY-1"])


def test_two_pieces_under_one_verdict_are_one_verdict(case, source, ann, ben, eve, max_):
    claim = make_claim(case=case)
    for _ in range(2):
        make_evidence(claim=claim, source=source)
    for person in (ann, ben):
        make_assessment(claim=claim, by=person)
    make_verdict(claim=claim, by=eve, signed_by=max_)
    assert read(source, ann) == ([("supported", 1)], ["BY-1"])


def test_what_is_only_proposed_or_reopened_tells_nobody_anything(case, source, ann, ben, eve, max_):
    decided(case, source, ann, ben, eve)
    decided(case, source, ann, ben, eve, max_).claim.reopen(by=max_, why="There is a new census.")
    assert read(source, eve) == ([], [])


def test_other_cases_are_seen_by_those_who_belong_there(case, source, ann, ben, eve, max_, rod, zoe, ada):
    other = make_case(members={eve: Role.EDITOR, max_: Role.EDITOR, ann: Role.ANALYST, ben: Role.ANALYST})
    decided(other, source, ann, ben, eve, max_)
    assert read(source, eve)[0] == read(source, ada)[0] == [("supported", 1)]
    assert read(source, rod) == read(source, zoe) == ([], [])


def test_readers_do_not_learn_what_rests_on_a_withheld_source(case, source, ann, ben, eve, max_, rod):
    decided(case, source, ann, ben, eve, max_, withheld=True)
    assert read(source, ann)[0] == [("supported", 1)]
    assert read(source, rod) == ([], [])


def test_of_many_pieces_the_newest_are_looked_at_and_it_is_said(case, source, ann, ben, eve, max_, monkeypatch):
    decided(case, source, ann, ben, eve, max_, "refuted")
    decided(case, source, ann, ben, eve, max_)
    assert not outcomes(source, ann).more
    monkeypatch.setattr(resting, "LOOKED_AT", 1)
    assert read(source, ann) == ([("supported", 1)], ["BY-2"])
    assert outcomes(source, ann).more


def test_two_queries_however_many_verdicts(case, source, ann, ben, eve, max_):
    for _ in range(3):
        decided(case, source, ann, ben, eve, max_)
    with CaptureQueriesContext(connection) as caught:
        outcomes(source, ann)
    assert len(caught) == 2
