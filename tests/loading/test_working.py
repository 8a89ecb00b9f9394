"""Jobs: what they were given comes in, whatever happens they end with a sentence, and again doubles nothing."""

from contextvars import Context

import pytest
from django.db import connection
from django.utils.module_loading import import_string

from claims.loading import working
from claims.loading.documents import load
from claims.loading.working import _load_item, work, work_once
from claims.models import Cancelled, Claim, Document, Job, Report, Suggestion, begin
from claims.reports.choices import Choice
from claims.reports.making import begin_report
from tests.factories import make_claim, make_document, make_user

FILES = [("one.txt", b"The army has 48,000 men."), ("two.txt", b"a\0b"), ("three.txt", b"The guard has 12,000 men.")]


@pytest.fixture
def job(case, ann):
    return begin(case, Job.Task.FILES, FILES, by=ann)


def test_one_file_that_cannot_be_read_stops_none_of_the_others(job):
    done = work_once()

    assert done is not None
    assert done == job
    assert [item.state for item in job.items.order_by("position")] == ["loaded", "refused", "loaded"]
    assert "binary" in job.items.get(position=2).message
    done.refresh_from_db()
    assert (done.state, done.done, done.total) == ("done", 3, 3)
    assert done.message == "2 documents are loaded, 1 could not be read."


def test_a_job_that_was_cut_off_between_loading_and_saying_so_loads_nothing_twice(job, monkeypatch):
    def cut_off(self, *args, **kwargs):
        raise SystemExit

    item = job.items.first()
    with monkeypatch.context() as patch:
        patch.setattr("django.db.models.query.QuerySet.update", cut_off)
        with pytest.raises(SystemExit):
            _load_item(item, lambda item: load(job.case, bytes(item.content), by=job.by, origin="file"))
    assert Document.objects.count() == 1
    work_once()

    assert Document.objects.count() == 2
    assert [item.state for item in job.items.order_by("position")] == ["found", "refused", "loaded"]


def test_a_fault_at_one_file_stops_none_of_the_others(job, monkeypatch):
    def fall(case, content, **about):
        if b"48,000" in content:
            raise OSError("a defect")
        return load(case, content, **about)

    monkeypatch.setattr(working, "load", fall)
    work_once()

    assert [item.state for item in job.items.order_by("position")] == ["refused", "refused", "loaded"]
    assert "fault of the workbench" in job.items.get(position=1).message


def test_a_job_that_takes_its_worker_down_is_given_up(job):
    Job.objects.filter(pk=job.pk).update(attempts=3)
    work_once()

    job.refresh_from_db()
    assert job.state == "failed"
    assert "3 times" in job.message


def test_whoever_was_taken_off_the_case_loads_nothing_any_more(case, ann, job):
    case.memberships.get(user=ann).delete(by=make_user())
    work_once()

    job.refresh_from_db()
    assert job.state == "failed"
    assert not Document.objects.exists()


def test_what_a_person_said_holds_for_all_files_of_a_job(case, ann):
    about = {"publisher": "The ministry", "published": "2023-02-20"}
    begin(case, Job.Task.FILES, FILES, by=ann, about=about)
    work_once()

    said = {(document.publisher, str(document.published)) for document in Document.objects.all()}
    assert said == {("The ministry", "2023-02-20")}


def test_a_file_whose_text_is_here_finds_the_first(case, job):
    first = make_document(case=case, text="The army has 48,000 men.")
    work_once()

    item = job.items.get(position=1)
    assert (item.state, item.document) == ("found", first)


def test_the_same_form_begins_one_job(case, ann):
    assert begin(case, Job.Task.FILES, FILES, by=ann, once="1:x") == begin(
        case, Job.Task.FILES, FILES, by=ann, once="1:x"
    )
    assert Job.objects.count() == 1


def test_a_table_of_claims_is_imported_and_its_bad_lines_told(case, ann):
    job = begin(case, Job.Task.CLAIMS, [("claims.csv", b"statement,date\nIt grew.,\nIt fell.,soon\n")], by=ann)
    work_once()

    job.refresh_from_db()
    assert job.message == "1 claims are made; 0 were here already, 1 lines could not be read."
    assert job.items.get().message.startswith("Line 3: “soon” is no date")
    assert Claim.objects.get().statement == "It grew."


def test_a_job_that_was_stopped_says_so_and_keeps_what_it_did(job, monkeypatch):
    def stop(self, *args, **kwargs):
        if self.done or args[0]:
            raise Cancelled

    monkeypatch.setattr(Job, "advance", stop)
    taken = Job.objects.take()
    assert taken is not None
    work(taken)

    job.refresh_from_db()
    assert job.state == "cancelled"
    assert Document.objects.count() == 1


def test_a_fault_of_ours_is_told_as_one_and_logged(job, monkeypatch, caplog):
    def fall(job):
        raise RuntimeError("a defect")

    monkeypatch.setitem(working.TASKS, "files", fall)
    work_once()

    job.refresh_from_db()
    assert job.state == "failed"
    assert "fault of the workbench" in job.message
    assert "a defect" in caplog.text


def test_a_worker_that_breaks_off_in_a_job_of_anothers_goes_on_working(job, monkeypatch, caplog):
    def fall_late(job):
        Job.objects.filter(pk=job.pk).update(state="done", message="All is loaded.")
        raise RuntimeError("a defect")

    monkeypatch.setitem(working.TASKS, "files", fall_late)
    work_once()

    job.refresh_from_db()
    assert (job.state, job.message) == ("done", "All is loaded.")
    assert "taken up by another worker" in caplog.text


def test_an_address_is_refused_while_fetching_is_off(case, ann):
    job = begin(case, Job.Task.ADDRESS, [("https://example.org/", b"")], by=ann)
    work_once()

    assert "switched off" in job.items.get().message


def test_a_connection_that_died_answers_nothing_and_the_next_question_opens_another(real_transactions):
    assert working.reachable()
    connection.connection.close()
    assert not working.reachable()
    assert Job.objects.count() == 0
    assert working.reachable()


def test_nothing_waits(db):
    assert work_once() is None


def take_role(case, person):
    case.memberships.get(user=person).delete(by=make_user())


def close_account(case, person):
    person.is_active = False
    person.save(by=make_user())


def make_reader(case, person):
    case.enrol(person, "reader", by=make_user())


TASKS = {
    "files": (b"The army has 48,000 men.", "claims.loading.working.load"),
    "claims": (b"statement\nThe army stands in Minsk.\n", "claims.loading.claim_tables.import_claims"),
    "suggest": (b"", "claims.loading.working.suggested"),
}


@pytest.mark.parametrize("lose", [take_role, close_account, make_reader])
@pytest.mark.parametrize("task", ["files", "claims", "suggest"])
def test_a_role_that_is_taken_away_while_the_work_is_done_lets_nothing_in(case, ben, lose, task, monkeypatch):
    document = make_document(case=case)
    content, place = TASKS[task]
    job = begin(case, task, [("given", content)], by=ben, document=document if task == "suggest" else None)
    before = (Document.objects.count(), Claim.objects.count(), Suggestion.objects.count())
    real = import_string(place)

    def meanwhile(*args, **kwargs):
        Context().run(lose, case, ben)  # by somebody else, after the job was begun and before it writes
        return real(*args, **kwargs)

    monkeypatch.setattr(place, meanwhile)
    work_once()
    job.refresh_from_db()
    assert (job.state, "may not do this in this case any more" in job.message) == ("failed", True)
    assert (Document.objects.count(), Claim.objects.count(), Suggestion.objects.count()) == before


def test_a_report_of_somebody_who_is_no_editor_any_more_is_not_frozen(case, eve, monkeypatch):
    claim = make_claim(case=case)
    job = begin_report(case, [claim.number], by=eve, title="Of the day", selection="", choice=Choice())
    real = Report.made_once

    def meanwhile(*args):
        Context().run(take_role, case, eve)
        return real(*args)

    monkeypatch.setattr(Report, "made_once", meanwhile)
    work_once()
    job.refresh_from_db()
    assert job.state == "failed"
    assert not Report.objects.exists()
