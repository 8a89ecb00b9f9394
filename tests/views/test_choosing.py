"""Choosing a report: what it is to have, the look at it, the templates of a case, and long ones as jobs."""

import base64
import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from claims.custody.store import store
from claims.loading.working import work_once
from claims.models import Entry, Job, RenderedFile, Report, ReportTemplate, Scale
from claims.reports.choices import PRESELECTED
from claims.reports.freezing import freeze
from claims.reports.making import rendered
from claims.reports.render import render
from tests.factories import make_claim, make_evidence, make_signed_claim

ADD = "/cases/BY/reports/add/"
PREVIEW = "/cases/BY/reports/preview/"


def said(**changes):
    """What a browser sends of the form as it comes."""
    usual = {"title": "The army", "claims": "all", "audience": "public", "sections": list(PRESELECTED), "act": "make"}
    return usual | {"order": "number", "grouping": "", "language": "en", "imprint": ""} | changes


def words(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.content.decode()))


def found(pattern, page):
    """What stands in the page where the pattern has its brackets."""
    match = re.search(pattern, page)
    assert match
    return match[1]


def picture(width=800, height=100, kind="PNG"):
    out = io.BytesIO()
    Image.new("RGB", (width, height), "navy").save(out, kind)
    return out.getvalue()


@pytest.fixture
def three(case):
    return [make_claim(case=case, statement=f"Army {n} is strong.") for n in range(1, 4)]


def test_the_form_begins_with_a_public_report_of_all_that_the_filter_finds(as_, eve, three):
    page = as_(eve).get(ADD).content.decode()
    assert re.search(r'<input type="radio" name="audience" value="public"[^>]* checked', page)
    assert re.search(r'<input type="radio" name="claims" value="all" checked', page)
    assert re.search(r'name="sections" value="evidence"[^>]* checked', page)
    assert not re.search(r'name="sections" value="comments"[^>]* checked', page)
    assert "comments stay out" in page


def test_what_was_chosen_is_what_is_frozen(as_, eve, three):
    more = {"order": "rating", "grouping": "kind", "audience": "internal", "sections": ["summary", "verdicts"]}
    as_(eve).post(ADD, said(imprint="Policy desk", **more))
    data = Report.objects.get().data
    assert (data["audience"], data["sections"]) == ("internal", ["summary", "verdicts"])
    assert (data["order"], data["grouping"], data["imprint"]) == ("rating", "kind", "Policy desk")
    assert (data["report"]["title"], len(data["claims"])) == ("The army", 3)


def test_without_any_section_it_says_so_at_the_field(as_, eve, three):
    answer = as_(eve).post(ADD, said(sections=[]))
    assert answer.status_code == 422
    assert "one section at least" in words(answer)
    assert not Report.objects.exists()


@pytest.mark.parametrize("field", ["audience", "order", "grouping", "language", "sections"])
def test_what_is_no_choice_is_refused_at_its_field(as_, eve, three, field):
    answer = as_(eve).post(ADD, said(**{field: "x'<b>"}))
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in answer.content.decode()


def test_claims_are_ticked_by_hand(as_, eve, three):
    as_(eve).post(ADD, said(claims="picked", claim=["1", "3", "99", "x"], shown="1,2,3", held=""))
    data = Report.objects.get().data
    assert [claim["number"] for claim in data["claims"]] == [1, 3]
    assert "chosen by hand" in data["report"]["selection"]


def test_ticks_survive_turning_the_page_and_nothing_is_made_by_that(as_, eve, three, monkeypatch):
    monkeypatch.setattr("claims.views.choosing.PAGE", 2)
    browser = as_(eve)
    first = browser.get(ADD).content.decode()
    assert re.findall(r'name="claim" value="(\d)"', first) == ["3", "2"]
    onward = found(r'name="page" value="([^"]+)"', first)
    second = browser.post(ADD, said(claims="picked", claim=["3"], shown="3,2", held="", page=onward))
    assert second.status_code == 200
    page = second.content.decode()
    assert re.findall(r'name="claim" value="(\d)"', page) == ["1"]
    assert "1 ticked on another page" in words(second)
    held = found(r'name="held" value="([^"]*)"', page)
    back = found(r'name="page" value="(before[^"]+)"', page)
    third = browser.post(ADD, said(claims="picked", claim=["1"], shown="1", held=held, page=back)).content.decode()
    assert re.search(r'name="claim" value="3" checked', third)
    assert not Report.objects.exists()
    browser.post(ADD, said(claims="picked", claim=["2"], shown="3,2", held="1,3"))
    assert [claim["number"] for claim in Report.objects.get().data["claims"]] == [1, 2]


def test_with_nothing_ticked_it_says_what_to_do(as_, eve, three):
    answer = as_(eve).post(ADD, said(claims="picked", shown="1,2,3"))
    assert answer.status_code == 422
    assert "Choose at least one" in words(answer)


def test_a_logo_is_made_smaller_and_written_anew(as_, eve, three):
    as_(eve).post(ADD, said(logo=SimpleUploadedFile("l.jpg", picture(kind="JPEG") + b"<script>", "image/jpeg")))
    logo = base64.b64decode(Report.objects.get().data["logo"])
    image = Image.open(io.BytesIO(logo))
    assert (image.format, image.size) == ("PNG", (400, 50))
    assert b"<script>" not in logo


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"<svg/>", "no PNG or JPEG"), (b"", "no PNG or JPEG"), (picture()[:60], "no PNG or JPEG"),
        (b"x" * 200_001, "200 kB is the most"), (picture(5000, 5000), "too many pixels"),
    ],
)  # fmt: skip
def test_what_is_no_logo_is_refused_at_its_field(as_, eve, three, content, sentence):
    answer = as_(eve).post(ADD, said(logo=SimpleUploadedFile("l.png", content, "image/png")))
    assert answer.status_code == 422
    assert sentence in words(answer)


def test_the_logo_stays_while_something_else_is_mended(as_, eve, three):
    browser = as_(eve)
    page = browser.post(ADD, said(title="", logo=SimpleUploadedFile("l.png", picture(), "image/png")))
    assert page.status_code == 422
    kept = found(r'name="logo_kept" value="([^"]+)"', page.content.decode())
    browser.post(ADD, said(logo_kept=kept))
    assert Report.objects.get().data["logo"] == kept
    browser.post(ADD, said(logo_kept=kept, logo_off="on"))
    assert Report.objects.latest("pk").data["logo"] is None


def test_a_name_of_the_house_in_a_public_report_is_refused_with_a_way_to_the_claim(as_, case, eve, ann):
    claim = make_claim(case=case, statement=f"As {ann.name} wrote, the army is strong.")
    answer = as_(eve).post(ADD, said())
    assert answer.status_code == 422
    assert "make the report internal" in words(answer)
    assert f'<a href="{claim.get_absolute_url()}">BY-1</a>' in answer.content.decode()
    assert f'<a href="{claim.get_absolute_url()}">BY-1</a>' in as_(eve).post(PREVIEW, said()).content.decode()
    as_(eve).post(ADD, said(audience="internal"))
    assert Report.objects.get().audience == "internal"


def test_the_preview_changes_with_what_is_chosen_and_keeps_nothing(as_, case, ann, ben, eve, max_, htmx):
    make_signed_claim(case=case, reviewers=[ann, ben], editors=(eve, max_), statement="The army is <b>strong</b>.")
    browser = as_(eve, **htmx)
    page = browser.post(PREVIEW, said(title="Other title", grouping="kind"))
    assert "The army is &lt;b&gt;strong" in page.content.decode()
    assert "Other title" in words(page)
    assert "Method and scales" in words(page)
    assert "Claims: " in words(page)
    assert "The public" in words(page)
    page = browser.post(PREVIEW, said(sections=["verdicts"], audience="internal"))
    assert "Method and scales" not in words(page)
    assert "Internal use" in words(page)
    assert not Report.objects.exists()


def test_the_preview_asks_no_more_for_more_claims(as_, case, eve):
    browser = as_(eve)

    def asked():
        with CaptureQueriesContext(connection) as queries:
            browser.post(PREVIEW, said())
        return len(queries)

    make_evidence(claim=make_claim(case=case))
    asked()
    before = asked()
    for _ in range(25):
        make_claim(case=case)
    assert asked() <= before + 2
    assert "Only the first 20 claims" in words(browser.post(PREVIEW, said()))


def test_labels_come_in_the_languages_that_the_scale_has(as_, case, ann, ben, eve, max_):
    rating = case.rating("supported")
    rating.translations = {"be": {"label": "Пацверджана", "meaning": "Так."}}
    rating.store()
    make_signed_claim(case=case, reviewers=[ann, ben], editors=(eve, max_))
    page = as_(eve).get(ADD).content.decode()
    assert re.search(r'<option value="be">', page)
    assert not re.search(r'<option value="de">', page)
    as_(eve).post(ADD, said(language="be"))
    assert Report.objects.get().data["claims"][0]["verdict"]["label"] == "Пацверджана"
    assert Scale.objects.exists()


# ---- templates


def test_a_choice_is_kept_as_a_template_and_fills_the_form(as_, case, eve, three):
    browser = as_(eve)
    logo = SimpleUploadedFile("l.png", picture(), "image/png")
    sent = said(act="template", name="Weekly", grouping="kind", sections=["summary"], imprint="Desk", logo=logo)
    answer = browser.post(ADD, sent)
    assert answer.status_code == 200
    template = ReportTemplate.objects.get()
    assert template.choice["grouping"] == "kind"
    page = browser.get(f"{ADD}?template={template.pk}").content.decode()
    assert re.search(r'<option value="kind" selected>', page)
    assert re.search(r'name="sections" value="summary"[^>]* checked', page)
    assert not re.search(r'name="sections" value="method"[^>]* checked', page)
    assert "A logo is chosen" in page
    entry = Entry.objects.filter(case=case).latest("number")
    assert (entry.verb, entry.by) == ("added", eve)
    assert not Report.objects.exists()


def test_two_templates_of_one_name_are_refused_at_the_name(as_, case, eve, three):
    browser = as_(eve)
    browser.post(ADD, said(act="template", name="Weekly"))
    answer = browser.post(ADD, said(act="template", name="Weekly"))
    assert answer.status_code == 422
    assert "Another template of this case has this name" in words(answer)
    assert "Give the template a name" in words(browser.post(ADD, said(act="template", name="")))


def test_a_template_is_renamed_and_deleted(as_, case, eve, ann, zoe, three):
    ReportTemplate(case=case, name="Weekly", choice={"sections": ["gone", "summary"], "order": "gone"}).save(by=eve)
    template, browser = ReportTemplate.objects.get(), as_(eve)
    at = f"/cases/BY/reports/templates/{template.pk}"
    assert browser.get(f"{ADD}?template={template.pk}").status_code == 200
    assert "Weekly" in words(browser.get("/cases/BY/reports/templates/"))
    assert as_(zoe).get(f"{at}/edit/").status_code == 404
    assert as_(ann).post(f"{at}/delete/").status_code == 403
    assert browser.post(f"{at}/edit/", {"name": "Daily", "version": 0}).status_code == 302
    assert ReportTemplate.objects.get().name == "Daily"
    assert browser.post(f"{at}/edit/", {"name": "Hourly", "version": 0}).status_code == 409
    assert browser.post(f"{at}/delete/").status_code == 302
    assert not ReportTemplate.objects.exists()
    assert browser.get(f"{ADD}?template={template.pk}").status_code == 404


# ---- jobs


def test_a_long_report_is_made_as_a_job_whose_files_are_kept(as_, case, eve, three, monkeypatch):
    monkeypatch.setattr("claims.views.choosing.AT_ONCE", 2)
    browser = as_(eve)
    answer = browser.post(ADD, said())
    job = Job.objects.get()
    assert answer["Location"] == job.get_absolute_url()
    assert not Report.objects.exists()
    work_once()
    job.refresh_from_db()
    assert (job.state, job.message, job.done) == ("done", "Report 1 is made.", 12)
    report = Report.objects.get()
    assert f'href="{report.get_absolute_url()}">To report 1' in browser.get(job.get_absolute_url()).content.decode()
    assert set(RenderedFile.objects.values_list("format", flat=True)) == {"html", "pdf", "docx"}
    for name in ("html", "pdf", "docx"):
        assert browser.get(f"{report.get_absolute_url()}report.{name}").getvalue() == render(report.data, name)


def test_a_long_report_of_before_gets_its_pdf_by_a_job_on_request(as_, case, ann, eve, zoe, three, monkeypatch):
    monkeypatch.setattr("claims.reports.making.AT_ONCE", 2)
    report = freeze(case, case.claims.all(), by=eve)
    at, browser = f"{report.get_absolute_url()}render/", as_(eve)
    assert at in browser.get(report.get_absolute_url()).content.decode()
    assert at not in as_(ann).get(report.get_absolute_url()).content.decode()
    assert (as_(zoe).post(at).status_code, as_(ann).post(at).status_code) == (404, 403)
    browser.post(at)
    browser.post(at)
    assert Job.objects.count() == 1, "asked twice it is made once"
    work_once()
    assert Job.objects.get().state == "done"
    assert RenderedFile.objects.filter(report=report).count() == 3
    assert at not in browser.get(report.get_absolute_url()).content.decode()


def test_a_kept_file_that_is_gone_is_made_again(as_, case, eve, three):
    report = freeze(case, case.claims.all(), by=eve)
    kept = rendered(report, "docx")
    store().remove(kept.file.sha256)
    answer = as_(eve).get(f"{report.get_absolute_url()}report.docx")
    assert answer.getvalue() == render(report.data, "docx")


def test_a_report_that_is_refused_ends_its_job_with_the_reason(as_, case, ann, eve, monkeypatch):
    monkeypatch.setattr("claims.views.choosing.AT_ONCE", 0)
    make_claim(case=case, statement=f"As {ann.name} wrote.")
    as_(eve).post(ADD, said())
    work_once()
    job = Job.objects.get()
    assert job.state == "failed"
    assert "names nobody of the house" in job.message


def test_a_job_that_is_stopped_before_it_began_makes_no_report(as_, case, eve, three, monkeypatch):
    monkeypatch.setattr("claims.views.choosing.AT_ONCE", 2)
    browser = as_(eve)
    browser.post(ADD, said())
    browser.post(f"{Job.objects.get().get_absolute_url()}cancel/")
    work_once()
    assert Job.objects.get().state == "cancelled"
    assert not Report.objects.exists()


def test_a_job_begun_again_makes_no_second_report(as_, case, eve, three, monkeypatch):
    monkeypatch.setattr("claims.views.choosing.AT_ONCE", 2)
    as_(eve).post(ADD, said())
    work_once()
    Job.objects.update(state="waiting")
    work_once()
    assert Report.objects.count() == 1


# ---- what changed since


def test_what_changed_since_a_report_is_a_page(as_, case, eve, rod, zoe, three):
    freeze(case, case.claims.filter(number__lt=3), by=eve)
    make_evidence(claim=three[0])
    freeze(case, case.claims.filter(number=1), by=eve)
    freeze(case, case.claims.exclude(number=2), by=eve)
    at = "/cases/BY/reports/3/since/"
    page = as_(rod).get(at)
    assert "Changes since report 2" in words(page)
    assert 'href="/cases/BY/claims/3/">BY-3</a>' in page.content.decode()
    older = words(as_(rod).get(f"{at}?against=1"))
    assert "BY-2 left out" in older
    assert "evidence added: item 1" in older
    assert as_(zoe).get(at).status_code == 404
    for asked in ("?against=3", "?against=9", "?against=x"):
        assert as_(rod).get(at + asked).status_code == 404
    assert "first report of the case" in words(as_(rod).get("/cases/BY/reports/1/since/"))


def test_evidence_that_was_left_out_before_is_not_told_as_new(as_, case, eve, three):
    from claims.reports.choices import Choice

    make_evidence(claim=three[0])
    freeze(case, case.claims.all(), by=eve, choice=Choice(sections=("summary",)))
    assert freeze(case, case.claims.all(), by=eve).data["since"]["evidence_added"] == []


def test_a_stranger_learns_nothing_and_only_editors_choose(as_, case, ann, zoe, three):
    for at in (ADD, "/cases/BY/reports/templates/"):
        assert as_(zoe).get(at).status_code == 404
        assert as_(ann).get(at).status_code == 403
    assert as_(zoe).post(PREVIEW, said()).status_code == 404
    assert as_(ann).post(PREVIEW, said()).status_code == 403
