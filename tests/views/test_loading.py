"""The pages on which documents and tables come in, and the jobs that load them."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command

from claims.models import Claim, Document, Job, begin

ADD, IMPORT = "/cases/BY/documents/add/", "/cases/BY/claims/import/"


def upload(name, content):
    return SimpleUploadedFile(name, content)


def page(answer):
    return answer.content.decode()


@pytest.fixture
def job(case, ann):
    return begin(case, Job.Task.FILES, [("one.txt", b"The army has 48,000 men.")], by=ann)


def test_one_file_is_read_at_once_and_tells_what_it_says_of_itself(case, ann, as_):
    html = (
        b"<html lang='be'><head><title>The army</title></head><body><p>The army has 48,000 men today.</p></body></html>"
    )
    answer = as_(ann).post(ADD, {"file": upload("army.html", html)}, follow=True)

    document = Document.objects.get()
    assert (document.title, document.language) == ("The army", "be")
    assert "is loaded" in page(answer)


def test_what_a_person_says_goes_before_what_the_file_says(case, ann, as_):
    html = (
        b"<html lang='be'><head><title>The army</title></head><body><p>The army has 48,000 men today.</p></body></html>"
    )
    as_(ann).post(ADD, {"file": upload("army.html", html), "title": "Better", "language": "uk"})

    document = Document.objects.get()
    assert (document.title, document.language) == ("Better", "uk")


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_several_files_are_a_job_whose_page_shows_how_far_it_is(case, ann, as_, headers):
    files = [upload("one.txt", b"The army has 48,000 men."), upload("two.txt", b"The guard has 12,000 men.")]
    browser = as_(ann)
    answer = browser.post(ADD, {"file": files}, headers=headers)
    job = Job.objects.get()
    assert (answer.get("HX-Redirect") or answer.get("Location")) == job.get_absolute_url()

    assert "Waiting" in page(browser.get(job.get_absolute_url()))
    call_command("worker", "--once")
    shown = page(browser.get(job.get_absolute_url()))
    assert "2 documents are loaded." in shown
    assert "/cases/BY/documents/2/" in shown
    assert "hx-trigger" not in shown.split('id="job"')[1].split(">")[0], "what is over is asked for no more"


def test_a_table_is_imported(case, ann, as_):
    browser = as_(ann)
    browser.post(IMPORT, {"file": upload("claims.csv", b"statement,speaker\nThe army grew.,Minsk\n")})
    call_command("worker", "--once")

    assert Claim.objects.get().attributions.get().speaker == "Minsk"
    assert "1 claims are made" in page(browser.get(Job.objects.get().get_absolute_url()))


@pytest.mark.parametrize("content", [b"\0\1", b"a,b\n1,2\n", b""])
def test_what_is_no_table_is_said_at_the_field(case, ann, as_, content):
    answer = as_(ann).post(IMPORT, {"file": upload("claims.csv", content)})

    assert answer.status_code == 422
    assert not Job.objects.exists()


def test_a_job_that_waits_can_be_stopped(case, ann, as_, job):
    as_(ann).post(job.get_absolute_url() + "cancel/")

    job.refresh_from_db()
    assert job.state == "cancelled"
    assert as_(ann).get(job.get_absolute_url() + "cancel/").status_code == 405


def test_a_job_that_nobody_takes_up_says_what_is_missing(case, ann, as_, job):
    Job.objects.update(made_at="2026-01-01T00:00Z")
    assert "manage.py worker" in page(as_(ann).get(job.get_absolute_url()))


def test_strangers_and_other_cases_learn_nothing_of_a_job(case, zoe, rod, as_, job):
    assert as_(zoe).get(job.get_absolute_url()).status_code == 404
    assert as_(zoe).post(job.get_absolute_url() + "cancel/").status_code == 404
    assert as_(rod).get(job.get_absolute_url()).status_code == 403


def test_an_address_is_asked_for_only_where_fetching_is_allowed(case, ann, as_, settings):
    assert "web address</label>" not in page(as_(ann).get(ADD)).split("<details")[0]
    settings.FETCH_URLS = True
    assert "or a web address" in page(as_(ann).get(ADD))
    as_(ann).post(ADD, {"address": "https://example.org/"})
    assert Job.objects.get().task == "address"
