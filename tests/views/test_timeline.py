"""The timeline on a claim's history: its days, those of its evidence and verdict, as far as one may see them."""

import datetime
import re

import pytest

from claims.models import Claim, sign_off
from tests.factories import make_assessment, make_claim, make_evidence, make_exhibit, make_source, make_verdict

PLACE = "/cases/BY/claims/1/history/"


def day(n: int) -> datetime.date:
    return datetime.date(2023, 2, n)


@pytest.fixture
def claim(case, ann) -> Claim:
    return make_claim(case=case, as_of=day(21), review_by=datetime.date(2024, 2, 21))


def brought(claim, by, published, *, title="The census", withheld=False, **fields):
    source = make_source(case=claim.case, name=f"Source of {title}")
    exhibit = make_exhibit(case=claim.case, title=title, published=published, source=source)
    return make_evidence(claim=claim, by=by, exhibit=exhibit, withheld=withheld, **fields)


def drawing(browser, **headers) -> str:
    page: str = browser.get(PLACE, **headers).content.decode()
    return page.partition('class="picture timeline-picture"')[2].partition("</figure>")[0]


def test_the_days_of_a_claim_and_its_evidence_are_drawn_and_listed(claim, ann, as_):
    brought(claim, ann, day(24))
    brought(claim, ann, day(26), title="A denial", stance="refutes")
    brought(claim, ann, None, title="An undated note", stance="context")
    shown = drawing(as_(ann))
    assert "24 Feb 2023 1 Source of The census, The census" in shown
    rows = re.findall(r"<tr>(.*?)</tr>", shown)
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in rows[1:]]
    assert [cell[0] for cell in cells] == ["21 Feb 2023", "24 Feb 2023", "26 Feb 2023", "21 Feb 2024", "no date"]
    assert [cell[1] for cell in cells][1:3] == ["Evidence that supports", "Evidence that refutes"]


def test_a_claim_with_one_day_has_no_timeline(case, ann, as_):
    make_claim(case=case, as_of=day(21))
    assert not drawing(as_(ann))


def test_a_signed_verdict_stands_on_it_and_one_that_is_only_proposed_does_not(claim, ann, ben, eve, max_, as_):
    make_assessment(claim=claim, by=ann, rating="supported")
    make_assessment(claim=claim, by=ben, rating="supported")
    make_verdict(claim=claim, by=eve)
    assert ">Verdict<" not in drawing(as_(eve))
    sign_off(Claim.objects.get(pk=claim.pk), by=max_)
    assert ">Verdict<" in drawing(as_(eve))


def test_a_withheld_source_has_neither_name_nor_day_there_for_a_reader(claim, ann, rod, as_):
    brought(claim, ann, day(25), title="A leaked order", withheld=True)
    shown = drawing(as_(rod))
    assert "leaked" not in shown
    assert "25 Feb" not in shown
    assert "Source withheld" in shown


def test_the_parts_that_htmx_fetches_come_without_it(claim, ann, as_, htmx):
    assert drawing(as_(ann))
    assert not drawing(as_(ann, **htmx))


def test_strangers_learn_nothing(claim, zoe, as_):
    assert as_(zoe).get(PLACE).status_code == 404
