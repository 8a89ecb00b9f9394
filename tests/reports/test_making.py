"""A large bundle: made as a job, kept, and told of on the pages meanwhile."""

import zipfile
from io import BytesIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models import QuerySet

from claims.custody.store import keep, store
from claims.loading.working import work_once
from claims.models import Evidence, Job, RenderedFile, Role
from claims.reports import bundle
from claims.reports.bundle import make_bundle
from claims.reports.making import begin_rendering
from claims.reports.render import render
from claims.reports.snapshots import Snapshot


@pytest.fixture
def large(public, monkeypatch) -> str:
    """A report whose bundle nobody should wait for; the address of its page."""
    monkeypatch.setattr("claims.reports.bundle.LARGE", 1)
    return str(public.get_absolute_url())


def test_a_large_bundle_is_made_as_a_job_once_and_then_taken_as_a_file(as_, public, large, ann):
    browser = as_(public.made_by)
    page = browser.get(large).content.decode()
    assert ('report.zip" download' in page, "Make the bundle now, as a job" in page) == (False, True)
    answer = browser.get(f"{large}report.zip")
    assert (answer.status_code, "An editor has it made" in answer.content.decode()) == (422, True)
    browser.post(f"{large}bundle/")
    browser.post(f"{large}bundle/")
    job = Job.objects.get()
    work_once()
    job.refresh_from_db()
    assert (job.state, job.done) == ("done", job.total)
    assert "To report 1" in browser.get(job.get_absolute_url()).content.decode()
    assert 'report.zip" download' in browser.get(large).content.decode()
    assert b"".join(browser.get(f"{large}report.zip").streaming_content) == make_bundle(public).read()


def test_only_who_makes_reports_has_a_large_bundle_made(as_, public, large, rod, zoe):
    public.case.enrol(rod, Role.READER, by=public.made_by)
    assert (as_(rod).post(f"{large}bundle/").status_code, as_(zoe).post(f"{large}bundle/").status_code) == (403, 404)
    assert "An editor of the case has it made here." in as_(rod).get(large).content.decode()
    assert as_(public.made_by).get(f"{large}bundle/").status_code == 405
    assert not Job.objects.exists()


def test_a_kept_bundle_does_not_leave_once_something_in_it_is_withheld(as_, public, large):
    browser = as_(public.made_by)
    browser.post(f"{large}bundle/")
    work_once()
    said: QuerySet[Evidence] = QuerySet(Evidence).filter(claim__case=public.case, claim__number=1)
    said.update(withheld=True)
    assert browser.get(f"{large}report.zip").status_code == 422
    browser.post(f"{large}bundle/")
    work_once()
    with zipfile.ZipFile(BytesIO(b"".join(browser.get(f"{large}report.zip").streaming_content))) as archive:
        assert "exhibits/1/text.txt" not in archive.namelist()


def test_a_bundle_that_is_stopped_leaves_nothing_and_can_be_made_again(as_, public, large, monkeypatch):
    monkeypatch.setattr("claims.reports.making.EVERY", 0)
    browser = as_(public.made_by)
    browser.post(f"{large}bundle/")
    Job.objects.update(cancel_asked=True)
    work_once()
    assert (Job.objects.get().state, RenderedFile.objects.count()) == ("cancelled", 0)
    browser.post(f"{large}bundle/")
    work_once()
    assert RenderedFile.objects.count() == 1


def test_the_bar_of_a_bundle_moves_and_a_stop_in_the_midst_is_heard(as_, public, large, monkeypatch):
    monkeypatch.setattr("claims.reports.making.EVERY", 0)
    told: list[int] = []
    advance = Job.advance

    def watched(job: Job, done: int, total: int | None = None) -> None:
        told.append(done)
        advance(job, done, total)

    def stopped_at_the_pdf(data: Snapshot, name: str) -> bytes:
        if name == "pdf":
            Job.objects.update(cancel_asked=True)
        return render(data, name)

    monkeypatch.setattr(Job, "advance", watched)
    as_(public.made_by).post(f"{large}bundle/")
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(bundle, "render", stopped_at_the_pdf)
        work_once()
    job = Job.objects.get()
    assert (job.state, RenderedFile.objects.count()) == ("cancelled", 0)
    assert "Nothing of the bundle is kept" in job.message
    told.clear()
    as_(public.made_by).post(f"{large}bundle/")
    work_once()
    assert told == sorted(told)
    assert len(set(told)) > 4
    assert max(told) == Job.objects.latest("pk").total


def test_two_who_ask_at_the_same_instant_have_one_bundle_made(public, large, eve, monkeypatch):
    monkeypatch.setattr("claims.reports.making.under_way", lambda report, bundle: None)
    first, second = (begin_rendering(public, by=eve, bundle=True) for _ in range(2))
    assert first == second
    assert begin_rendering(public, by=eve) != first
    work_once()
    assert begin_rendering(public, by=eve, bundle=True) != first, "what is over can be begun again"


def test_while_a_bundle_is_made_the_page_says_how_far_it_is_and_what_comes_next(as_, public, large, rod):
    public.case.enrol(rod, Role.READER, by=public.made_by)
    browser = as_(public.made_by)
    browser.post(f"{large}bundle/")
    job = Job.objects.get()
    Job.objects.update(total=100, done=40)
    at = f'href="{job.get_absolute_url()}"'
    for page, linked in ((browser.get(large), True), (as_(rod).get(large), False)):
        words = page.content.decode()
        assert "The bundle is being made. When it is done, it is to be had here" in words
        assert 'max="100" value="40"' in words
        assert ("Make the bundle now" in words, at in words) == (False, linked)
    words = browser.get(job.get_absolute_url()).content.decode()
    assert "Make the bundle of report 1" in words
    assert "40 %" in words
    assert "You may leave this page meanwhile." in words


def test_a_kept_bundle_that_was_lost_is_made_again(as_, public, large):
    browser = as_(public.made_by)
    browser.post(f"{large}bundle/")
    work_once()
    kept = RenderedFile.objects.get()
    other = keep(b"what is no bundle of today")
    RenderedFile.objects.update(file=other)
    store().remove(other.sha256)
    assert browser.get(f"{large}report.zip").status_code == 422
    browser.post(f"{large}bundle/")
    work_once()
    assert RenderedFile.objects.get().file == kept.file
    assert browser.get(f"{large}report.zip").status_code == 200


def test_what_is_withheld_while_a_bundle_is_made_does_not_stay_in_it(as_, public, large, monkeypatch):
    made = bundle.Bundle.stamp

    def withheld_meanwhile(self: bundle.Bundle) -> None:
        said: QuerySet[Evidence] = QuerySet(Evidence).filter(claim__case=public.case, claim__number=1)
        said.update(withheld=True)
        made(self)

    monkeypatch.setattr(bundle.Bundle, "stamp", withheld_meanwhile)
    as_(public.made_by).post(f"{large}bundle/")
    work_once()
    job = Job.objects.get()
    assert (job.state, RenderedFile.objects.count()) == ("failed", 0)
    assert "Have it made again." in job.message


def test_a_report_that_is_refused_overwrites_no_file(public, tmp_path, monkeypatch):
    before = tmp_path / "report.html"
    before.write_text("The one before.")
    monkeypatch.setattr("claims.models.reports.READ", 0)
    with pytest.raises(CommandError, match="CSV and JSON alone"):
        call_command("export_report", public.case.code, report=public.number, out=before)
    assert before.read_text() == "The one before."
