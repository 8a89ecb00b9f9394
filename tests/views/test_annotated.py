"""The annotated documents of a report: which are offered, to whom, and what they are served as."""

import pytest

from claims.models import Exhibit
from claims.reports.annotated.formats import FORMATS
from claims.reports.choices import Choice
from claims.reports.freezing import freeze
from tests.factories import make_claim, make_document, make_evidence, make_source

FAR = "\n\nThe army is 48,000 strong."  # a paragraph of its own: a report repeats no words from beyond it
PAGE = "/cases/BY/reports/1/documents/"


def made(case, by, **choice):
    return freeze(case, case.claims.all(), by=by, choice=Choice(**choice) if choice else None)


@pytest.mark.parametrize("extension", FORMATS)
def test_each_format_is_a_file_with_a_name_of_its_own(as_, case, eve, zoe, extension):
    make_claim(case=case, exact="48,000")
    made(case, eve)
    answer = as_(eve).get(f"{PAGE}1/annotated.{extension}")

    assert answer.status_code == 200
    assert answer["Content-Type"] == FORMATS[extension].content_type
    assert answer["X-Content-Type-Options"] == "nosniff"
    name = f"BY-report-1-document-1-annotated.{extension}"
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    assert as_(zoe).get(f"{PAGE}1/annotated.{extension}").status_code == 404


@pytest.mark.parametrize("path", ["1/annotated.exe", "1/annotated.json", "9/annotated.html", "1/annotated."])
def test_there_are_no_others(as_, case, eve, path):
    make_claim(case=case, exact="48,000")
    made(case, eve)
    assert as_(eve).get(PAGE + path).status_code == 404


def test_the_reports_page_leads_to_its_documents_and_on_to_the_files(as_, case, eve, zoe):
    document = make_document(case=case, title="The <b>briefing</b>")
    make_claim(document=document, exact="48,000")
    report = made(case, eve)
    assert f'href="{PAGE}"' in as_(eve).get(report.get_absolute_url()).content.decode()

    page = as_(eve).get(PAGE).content.decode()
    assert "The &lt;b&gt;briefing&lt;/b&gt;" in page
    for extension in FORMATS:
        assert f'href="{PAGE}1/annotated.{extension}" download' in page
    assert as_(zoe).get(PAGE).status_code == 404


def test_documents_are_listed_a_page_at_a_time(as_, case, eve, monkeypatch):
    monkeypatch.setattr("claims.views.annotated.PAGE", 2)
    for n in range(3):
        make_claim(document=make_document(case=case, text=f"Text {n}: the army is 48,000 strong."), exact="48,000")
    made(case, eve)

    first = as_(eve).get(PAGE).content.decode()
    assert f"{PAGE}2/" in first
    assert f"{PAGE}3/" not in first
    assert 'href="?after=2"' in first
    assert f"{PAGE}3/" in as_(eve).get(f"{PAGE}?after=2").content.decode()


def test_a_document_that_is_the_text_of_a_withheld_exhibit_is_not_offered(as_, case, eve):
    document = make_document(case=case)
    claim = make_claim(document=document, exact="48,000")
    exhibit = Exhibit(title="The briefing itself", document=document)
    make_evidence(claim=claim, exhibit=exhibit, quote="100,000 to 150,000", withheld=True)
    made(case, eve)

    assert "annotated.html" not in as_(eve).get(PAGE).content.decode()
    for extension in FORMATS:
        assert as_(eve).get(f"{PAGE}1/annotated.{extension}").status_code == 404


def test_a_text_that_says_a_withheld_name_does_not_leave(as_, case, eve):
    document = make_document(case=case, text=f"H. Kavalenka said so.{FAR}")
    claim = make_claim(document=document, exact="48,000")
    make_evidence(claim=claim, source=make_source(case=case, name="H. Kavalenka"), withheld=True)
    made(case, eve)
    answer = as_(eve).get(f"{PAGE}1/annotated.html")

    assert answer.status_code == 422
    assert "Kavalenka" not in answer.content.decode()


@pytest.mark.parametrize(("audience", "status"), [("public", 422), ("internal", 200)])
def test_a_text_that_names_somebody_of_the_house_does_not_leave_in_public(as_, case, ann, eve, audience, status):
    document = make_document(case=case, text=f"By {ann.name}.{FAR}")
    make_claim(document=document, exact="48,000")
    made(case, eve, audience=audience)
    assert as_(eve).get(f"{PAGE}1/annotated.html").status_code == status
