"""A case as columns: what stands where, for how long, and what one may do with it."""

import datetime
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from claims.models import MOVES, Status, assign
from tests.factories import make_assessment, make_claim, make_signed_claim, make_verdict

PAGE = "/cases/BY/columns/"


def read(browser, page: str = PAGE) -> str:
    response = browser.get(page)
    assert response.status_code == 200
    return str(response.content.decode())


def column(page: str, status: Status) -> str:
    return page.split(f'data-status="{status.value}"')[1].split('class="column"')[0]


@pytest.fixture
def everywhere(case, ann, ben, eve, max_):
    """A claim at every status: BY-1 open, BY-2 in review, …, BY-6 withdrawn."""
    make_claim(case=case)
    assign(make_claim(case=case), [ann, ben], by=eve)
    for proposed in (False, True):
        claim = make_claim(case=case)
        make_assessment(claim=claim, by=ann)
        make_assessment(claim=claim, by=ben, rating="refuted")
        if proposed:
            make_verdict(claim=claim, by=eve, difference="sources")
    make_signed_claim(case=case, reviewers=[ann, ben], editors=(eve, max_))
    make_claim(case=case).withdraw(by=eve, why="Of another army.")
    return case


def test_every_claim_stands_in_the_column_of_its_status(as_, everywhere, rod):
    page = read(as_(rod))
    for number, status in enumerate(Status, start=1):
        assert f'data-ref="BY-{number}"' in column(page, status)
        assert page.count(f'data-ref="BY-{number}"') == 1
    assert '<details class="column" data-status="withdrawn"' in page


def test_readers_move_nothing_and_strangers_find_nothing(as_, everywhere, rod, zoe):
    page = read(as_(rod))
    assert "data-to" not in page
    assert "draggable" not in page.replace('draggable="false"', "")
    assert as_(zoe).get(PAGE).status_code == 404


def test_a_card_offers_the_moves_of_the_table_and_no_others(as_, everywhere, eve, max_, ann):
    page = read(as_(max_))
    for number, status in enumerate(Status, start=1):
        offered = set(re.findall(rf'href="/cases/BY/claims/{number}/([a-z/-]+)/" data-to="(\w+)"', page))
        allowed = {move.end.value for move in MOVES.values() if status in move.start} - {"open"}
        assert {end for _page, end in offered} - {"open"} <= allowed
        assert offered
    assert 'href="/cases/BY/claims/4/verdict/sign-off/"' in page
    assert 'href="/cases/BY/claims/4/verdict/sign-off/"' not in read(as_(eve))  # her own proposal
    assert set(re.findall(r'data-to="(\w+)"', read(as_(ann)))) == {"in_review"}


def test_every_link_of_a_menu_opens_its_form(as_, everywhere, max_):
    browser = as_(max_)
    links = set(re.findall(r'href="([^"]+)" data-to', read(browser)))
    assert len(links) >= 10
    for link in links:
        assert browser.get(link).status_code == 200, link


def test_who_has_answered_is_not_offered_to_answer_again(as_, case, ann, ben, eve):
    claim = make_claim(case=case)
    assign(claim, [ann, ben], by=eve)
    make_assessment(claim=claim, by=ann)
    assert "data-to" not in read(as_(ann))
    assert 'href="/cases/BY/claims/1/assess/"' in read(as_(ben))


def test_those_that_stand_there_longest_come_first_with_their_age(as_, case, rod):
    for _ in range(22):
        claim = make_claim(case=case)
    claim.entered_at = timezone.now() - datetime.timedelta(5)
    claim.store()
    page = column(read(as_(rod)), Status.OPEN)
    refs = re.findall(r'data-ref="(BY-\d+)"', page)
    assert refs[:2] == ["BY-22", "BY-1"]
    assert len(refs) == 20
    assert "for 5\xa0days" in page
    assert 'href="/cases/BY/?status=open&amp;order=oldest">All 22' in page


def test_columns_tell_nothing_of_what_others_answered(as_, case, ann, ben, eve, rod):
    claim = make_claim(case=case)
    make_assessment(claim=claim, by=ben, rating="refuted", rationale="A secret.")
    disputed = make_claim(case=case)
    make_assessment(claim=disputed, by=ben, rating="refuted")
    make_assessment(claim=disputed, by=eve, rating="supported")
    for person in (ann, rod):
        page = read(as_(person))
        assert "1 of 2 answers" in page
        for word in ("Refuted", "A secret.", "isputed", "Ben"):
            assert word not in page.split("<main")[1]


@pytest.mark.parametrize("who", ["rod", "ann", "eve", "ada"])
def test_the_number_of_queries_does_not_depend_on_the_claims(as_, everywhere, ann, ben, eve, max_, rod, ada, who):
    browser = as_({"rod": rod, "ann": ann, "eve": eve, "ada": ada}[who])

    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            read(browser)
        return len(caught)

    few = queries()
    for _ in range(4):
        make_signed_claim(case=everywhere, reviewers=[ann, ben], editors=(eve, max_))
        make_claim(case=everywhere)
    assert queries() == few <= 14


def test_that_answers_differ_stands_on_the_card_for_those_who_may_read_them(case, ann, ben, rod, eve, as_):
    claim = make_claim(case=case)
    make_assessment(claim=claim, by=ann)
    make_assessment(claim=claim, by=ben, rating="refuted")
    told = ["Disputed" in as_(who).get("/cases/BY/columns/").content.decode() for who in (eve, ann, rod)]
    assert told == [True, True, False]
