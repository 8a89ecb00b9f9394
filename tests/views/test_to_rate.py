"""Evidence to be rated with its source hidden, in the queues of those who can."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.models import Claim, Exhibit, Role
from tests.factories import make_case, make_claim, make_evidence, make_source
from tests.views.test_claims import text_of

SECTION = "To rate, with the source hidden"


@pytest.fixture
def hiding(case, eve):
    case.hides_sources = True
    case.save(by=eve)
    return case


@pytest.fixture
def item(hiding, ann):
    return cited(make_claim(case=hiding, statement="The army is 48,000 strong."), ann)


def cited(claim, by, **fields):
    source = make_source(case=claim.case, name="Ministry of Truth")
    exhibit = Exhibit(title="A statement of it", text="The census says 48,000.")
    return make_evidence(claim=claim, by=by, source=source, exhibit=exhibit, credibility="", **fields)


def test_whoever_did_not_add_it_finds_it_in_their_queue(item, ben, eve, ada, as_):
    rate = f"{item.claim.get_absolute_url()}evidence/1/rate/"
    for person in (ben, eve, ada):
        page = text_of(as_(person).get("/"))
        assert SECTION in page
        assert page.count(rate) == 2
        assert "Rate evidence 1" in page
        assert "Ministry" not in page
        assert "A statement of it" not in page


def test_who_added_it_and_who_only_reads_are_not_asked(item, ann, rod, zoe, as_):
    for person in (ann, rod, zoe):
        assert SECTION not in text_of(as_(person).get("/"))


def test_it_is_gone_once_it_is_rated_and_back_with_a_removal_undone(item, ann, ben, eve, as_):
    item.remove(by=ann)
    assert SECTION not in text_of(as_(ben).get("/"))
    item.restore(by=ann)
    assert SECTION in text_of(as_(ben).get("/"))
    item.rate(by=ben, credibility="2")
    assert SECTION not in text_of(as_(eve).get("/"))
    assert Claim.objects.get().unrated_count == 0


def test_nothing_waits_where_nothing_can_be_rated_any_more(item, hiding, ben, eve, as_):
    item.claim.withdraw(by=eve, why="It was said of another army.")
    assert SECTION not in text_of(as_(ben).get("/"))
    item.claim.refresh_from_db()
    item.claim.reopen(by=eve, why="It was not.")
    assert SECTION in text_of(as_(ben).get("/"))
    hiding.refresh_from_db()
    hiding.hides_sources = False
    hiding.save(by=eve)
    assert SECTION not in text_of(as_(ben).get("/"))


def test_of_many_the_first_are_named(item, ann, ben, as_):
    for _n in range(4):
        cited(item.claim, ann)
    page = text_of(as_(ben).get("/"))
    assert "Rate evidence 3" in page
    assert "Rate evidence 4" not in page
    assert "and 2 more" in page


def test_its_queries_do_not_grow_and_no_more_than_a_page_is_listed(item, hiding, ann, ben, as_):
    browser = as_(ben)
    browser.get("/")
    with CaptureQueriesContext(
        connection,
    ) as few:
        browser.get("/")
    for _n in range(22):
        cited(make_claim(case=hiding), ann)
    with CaptureQueriesContext(connection) as many:
        page = text_of(browser.get("/"))
    assert len(many) == len(few)
    assert "20+" in page


def test_absences_and_cases_that_do_not_hide_sources_are_not_listed(ann, ben, as_):
    open_case = make_case(members={ann: Role.ANALYST, ben: Role.ANALYST})
    make_evidence(claim=make_claim(case=open_case), by=ann)
    assert SECTION not in text_of(as_(ben).get("/"))
