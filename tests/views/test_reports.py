"""A report's own page: what it says of each format."""

import datetime
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import escape

from claims.loading.working import work_once
from claims.models import Job, RenderedFile, Share
from claims.reports.choices import Choice
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


def test_of_very_many_claims_a_way_to_fewer_is_shown_and_of_too_many_no_report_is_made(
    as_, case, ann, ben, eve, max_, monkeypatch
):
    monkeypatch.setattr("claims.views.choosing.MOST", 2)
    monkeypatch.setattr("claims.views.choosing.READ", 2)
    make_signed_claim(case=case, reviewers=[ann, ben], editors=(eve, max_), statement="The army is strong.")
    for n in range(2):
        make_claim(case=case, statement=f"Army {n} is strong.")

    page = as_(eve).get("/cases/BY/reports/add/?words=strong").content.decode()

    assert "Of more than 2 claims a report is a table (CSV) and data (JSON) alone" in page
    only = re.search(r'<a href="([^"]*)">Only the 1 signed off</a>', page)
    assert only
    assert 'href="/cases/BY/?words=strong">Filter them' in page
    fewer = as_(eve).get(f"/cases/BY/reports/add/{only[1].replace('&amp;', '&')}").content.decode()
    assert "Status: Signed off; Words: strong: 1<" in fewer
    assert "a table (CSV) and data (JSON) alone" not in fewer
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


def test_a_report_of_very_many_claims_is_a_table_and_data_and_says_so_wherever_one_asks_for_more(
    as_, case, eve, monkeypatch
):
    make_claim(case=case, statement="The army is strong.")
    make_claim(case=case, statement="The army is weak.")
    monkeypatch.setattr("claims.models.reports.READ", 1)
    report, browser = freeze(case, case.claims.all(), by=eve, choice=Choice(audience="public")), as_(eve)

    page = browser.get(report.get_absolute_url()).content.decode()

    assert set(re.findall(r"report\.([a-z.]+)\" download", page)) == {"csv", "json"}
    assert "there are these two alone" in page
    assert "report.zip" not in page
    assert "The army is weak." in b"".join(browser.get(f"{report.get_absolute_url()}report.csv")).decode()
    for way in ("report.pdf", "report.html", "report.zip"):
        answer = browser.get(f"{report.get_absolute_url()}{way}")
        assert (answer.status_code, "Make a report of fewer for this." in answer.content.decode()) == (422, True), way
    until = (timezone.now() + datetime.timedelta(days=3)).date().isoformat()
    answer = browser.post(f"{report.get_absolute_url()}shares/add/", {"until": until})
    assert (answer.status_code, Share.objects.count()) == (422, 0)


def test_of_a_very_long_report_a_job_makes_no_pages(as_, case, eve, monkeypatch):
    for n in range(3):
        make_claim(case=case, statement=f"Army {n} is strong.")
    for place in ("claims.models.reports.READ", "claims.reports.making.READ", "claims.views.choosing.AT_ONCE"):
        monkeypatch.setattr(place, 2)
    sent = {"title": "All", "claims": "all", "audience": "internal", "sections": ["summary"], "act": "make"}
    sent |= {"order": "number", "grouping": "", "language": "en", "imprint": ""}
    as_(eve).post("/cases/BY/reports/add/", sent)
    work_once()
    job = Job.objects.get()
    assert (job.state, job.message, job.done, job.total) == ("done", "Report 1 is made.", 3, 3)
    assert not RenderedFile.objects.exists()
