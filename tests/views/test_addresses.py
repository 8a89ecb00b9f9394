"""Addresses that nobody was ever given: they find nothing, or the first page, and break nothing."""

from urllib.parse import quote

import pytest

from claims.reports.freezing import freeze
from tests.factories import make_claim, make_source

HUGE = "9" * 40


@pytest.mark.parametrize("code", ["by\0", "BY\0", "b-y", "BЫ", "B Y", "\N{MULTIPLICATION SIGN}", "BY\n"])
def test_what_no_case_could_be_coded_is_not_found_and_never_asked_for(as_, case, ann, code, django_assert_num_queries):
    browser = as_(ann)
    # The session and the person; PostgreSQL takes no NUL, so the case must not be asked for.
    with django_assert_num_queries(2):
        assert browser.get(f"/cases/{quote(code)}/").status_code == 404


@pytest.mark.parametrize(
    ("written", "right"),
    [
        ("/cases/by/", "/cases/BY/"),
        ("/cases/By/claims/1/history/?before=2&x=%26", "/cases/BY/claims/1/history/?before=2&x=%26"),
        ("/cases/by/documents/7/", "/cases/BY/documents/7/"),
    ],
)
def test_a_code_in_small_letters_leads_on_for_good_to_the_page(as_, case, ann, written, right):
    answer = as_(ann).get(written)
    assert (answer.status_code, answer["Location"]) == (301, right)
    assert "private" in answer["Cache-Control"]


def test_a_stranger_does_not_learn_of_a_case_by_its_code_in_small_letters(as_, case, zoe):
    browser = as_(zoe)
    for address in ("/cases/by/", "/cases/nothere/", "/cases/by/claims/1/"):
        assert browser.get(address).status_code == 404


def test_what_is_posted_to_a_code_in_small_letters_is_not_sent_on(as_, case, eve):
    assert as_(eve).post("/cases/by/edit/", {"act": "details"}).status_code == 404


@pytest.mark.parametrize("number", [HUGE, str(2**31), str(2**63)])
@pytest.mark.parametrize(
    "path",
    [
        "/cases/BY/claims/{}/", "/cases/BY/documents/{}/", "/cases/BY/reports/{}/", "/sources/{}/",
        "/cases/BY/claims/1/evidence/{}/edit/", "/cases/BY/claims/{}/history/",
    ],
)  # fmt: skip
def test_a_number_that_no_record_has_is_not_found(as_, case, ann, path, number):
    make_claim(case=case)
    assert as_(ann).get(path.format(number)).status_code == 404


@pytest.mark.parametrize("number", [HUGE, "x", "-1", "²", "%00", str(2**63 - 1)])
@pytest.mark.parametrize(
    "path",
    [
        "/cases/BY/claims/1/history/?before={}", "/cases/BY/reports/?before={}", "/cases/BY/reports/1/?from={}",
        "/cases/BY/log/?before={}", "/sources/{pk}/?before={}", "/sources/?after={}", "/sources/{pk}/?merged={}",
    ],
)  # fmt: skip
def test_a_forged_place_in_a_list_breaks_nothing(as_, case, ann, eve, path, number):
    make_claim(case=case)
    freeze(case, case.claims.all(), by=eve)
    source = make_source(case=case)
    assert as_(ann).get(path.format(number, pk=source.pk)).status_code in {200, 422}
