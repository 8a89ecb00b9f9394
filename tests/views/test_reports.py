"""A report's own page: what it says of each format."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from claims.reports.freezing import freeze
from claims.reports.render import FORMATS
from tests.factories import make_claim, make_signed_claim


def page_of(browser, case, by, statement):
    make_claim(case=case, statement=statement)
    report = freeze(case, case.claims.all(), by=by)
    answer = browser.get(report.get_absolute_url())
    assert answer.status_code == 200
    return answer.content.decode()


def test_it_says_that_the_pdf_cannot_follow_the_standard_and_why(as_, case, eve):
    page = page_of(as_(eve), case, eve, "The sign reads 中 😀.")
    note = re.search(r'<p[^>]* id="pdf-boxes".*?</p>', page, re.DOTALL)
    assert note
    assert "cannot follow PDF/UA-1" in note[0]
    assert "<bdi>中</bdi> U+4E2D" in note[0]
    assert "U+1F600" in note[0]
    assert "more" not in note[0]


def test_of_very_many_characters_it_names_some(as_, case, eve):
    page = page_of(as_(eve), case, eve, "".join(map(chr, range(0x4E00, 0x4E00 + 40))))
    assert page.count("<bdi>") == 12
    assert "and 28 more" in page


@pytest.mark.parametrize("statement", ["The army is 48,000 strong.", "Войска около границы.", "القوة"])
def test_of_a_pdf_that_follows_the_standard_it_says_nothing(as_, case, eve, statement):
    assert "PDF/UA" not in page_of(as_(eve), case, eve, statement)


def test_it_asks_no_more_for_more_claims(as_, case, eve):
    browser = as_(eve)

    def queries() -> int:
        report = freeze(case, case.claims.all(), by=eve)
        with CaptureQueriesContext(connection) as asked:
            browser.get(report.get_absolute_url())
        return len(asked)

    make_claim(case=case)
    queries()  # what is asked once for all
    before = queries()
    for _ in range(5):
        make_claim(case=case)
    assert queries() == before


def test_of_too_many_claims_no_report_is_made_but_a_way_to_fewer_is_shown(as_, case, ann, ben, eve, max_, monkeypatch):
    monkeypatch.setattr("claims.views.choosing.MOST", 2)
    make_signed_claim(case=case, reviewers=[ann, ben], editors=(eve, max_), statement="The army is strong.")
    for n in range(2):
        make_claim(case=case, statement=f"Army {n} is strong.")

    page = as_(eve).get("/cases/BY/reports/add/?words=strong").content.decode()

    assert "A report holds at most 2 claims" in page
    only = re.search(r'<a href="([^"]*)">Only the 1 signed off</a>', page)
    assert only
    assert 'href="/cases/BY/?words=strong">Filter them' in page
    fewer = as_(eve).get(f"/cases/BY/reports/add/{only[1].replace('&amp;', '&')}").content.decode()
    assert "Status: Signed off; Words: strong: 1<" in fewer
    assert "A report holds at most" not in fewer
    sent = {"title": "All", "claims": "all", "audience": "internal", "sections": ["summary"], "act": "make"}
    answer = as_(eve).post("/cases/BY/reports/add/?words=strong", sent)
    assert (answer.status_code, case.reports.count()) == (422, 0)
    assert "That is more than 2 claims" in answer.content.decode()


@pytest.mark.parametrize("extension", sorted({format.extension for format in FORMATS.values()}))
def test_every_format_has_an_address_and_a_name_of_its_own(as_, case, eve, zoe, extension):
    make_claim(case=case, statement="The army is strong.")
    report = freeze(case, case.claims.all(), by=eve, title="Strong?")
    answer = as_(eve).get(f"/cases/BY/reports/{report.number}/report.{extension}")
    assert answer.status_code == 200
    assert answer["Content-Disposition"] == f'attachment; filename="BY-report-1-strong.{extension}"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert as_(zoe).get(f"/cases/BY/reports/{report.number}/report.{extension}").status_code == 404


@pytest.mark.parametrize("extension", ["exe", "claimreview", "json.claimreview", "claimreview.json.exe", "."])
def test_there_are_no_other_files(as_, case, eve, extension):
    make_claim(case=case)
    report = freeze(case, case.claims.all(), by=eve)
    assert as_(eve).get(f"/cases/BY/reports/{report.number}/report.{extension}").status_code == 404


def test_formats_stand_below_what_one_does_with_them_each_with_a_line(as_, case, eve):
    page = page_of(as_(eve), case, eve, "The army is strong.")
    places = [page.index(f">{room}</h3>") for room in ("To read", "For spreadsheets", "For machines")]
    assert places == sorted(places)
    for format in FORMATS.values():
        assert f'/cases/BY/reports/1/report.{format.extension}" download>{format.label}</a>' in page
        assert f"<small>{escape(str(format.use))}</small>" in page
    assert page.index("report.pdf") < places[1] < page.index("report.xlsx") < places[2] < page.index("report.json")


def test_its_page_leads_to_the_bundle_and_to_the_keys(case, eve, as_):
    make_claim(case=case)
    report = freeze(case, case.claims.all(), by=eve)
    page = as_(eve).get(report.get_absolute_url()).content.decode()
    assert f'href="{report.get_absolute_url()}report.zip"' in page
    assert report.data["key"]["fingerprint"] in page
    assert 'href="/keys/"' in page
    assert as_(eve).get(f"{report.get_absolute_url()}report.zip")["Content-Type"] == "application/zip"
