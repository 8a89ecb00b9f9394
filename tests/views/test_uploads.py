"""Only pages that take files take in much at once, and only from people who are signed in."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from claims.models import Document

ADD = "/cases/BY/documents/add/"


@pytest.fixture(autouse=True)
def small(settings):
    settings.FORM_LIMIT = settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100_000
    settings.UPLOAD_LIMIT, settings.REQUEST_LIMIT = 300_000, 400_000


def page(answer) -> str:
    return str(answer.content.decode())


def file(size: int) -> SimpleUploadedFile:
    return SimpleUploadedFile("a.txt", b"The army. " * (size // 10), content_type="text/plain")


def test_a_file_larger_than_a_form_may_be_comes_in_where_files_do(case, ann, as_):
    assert as_(ann).post(ADD, {"file": file(200_000), "language": "en"}).status_code == 302
    assert Document.objects.count() == 1
    assert as_(ann).post("/cases/BY/claims/import/", {"file": file(200_000)}).status_code != 413


@pytest.mark.parametrize("path", ["/cases/BY/edit/", "/you/", "/nowhere/", "/accounts/login/"])
def test_no_other_page_takes_as_much(case, ann, as_, path):
    answer = as_(ann).post(path, {"file": file(200_000)})
    assert answer.status_code == 413
    assert "at most 0.1 MB fit" in page(answer)


@pytest.mark.parametrize("path", [ADD, "/accounts/login/"])
def test_a_stranger_sends_no_more_than_a_form(case, path):
    assert Client().post(path, {"file": file(200_000)}).status_code == 413


@pytest.mark.parametrize("enforce", [False, True])
def test_a_field_too_large_to_be_held_is_refused_by_a_sentence(case, ann, enforce):
    browser = Client(enforce_csrf_checks=enforce)
    browser.force_login(ann, backend="claims.views.access.AccountBackend")
    browser.cookies["csrf"] = "a" * 32
    answer = browser.post(ADD, {"text": "a" * 200_000, "language": "en"})
    assert answer.status_code == 413
    assert "more than 0.1 MB" in page(answer)
    assert "<html" in page(answer)
    assert not Document.objects.exists()


def test_a_form_of_a_thousand_fields_too_many_is_refused_by_a_sentence(case, ann, as_):
    answer = as_(ann).post(ADD, {f"field{n}": "" for n in range(1500)})
    assert answer.status_code == 400
    assert "cannot be read" in page(answer)


@pytest.mark.parametrize("path", [ADD, "/cases/BY/exhibits/1/captures/add/", "/cases/NONE/documents/add/"])
def test_who_may_bring_in_nothing_sends_no_more_than_a_form(case, zoe, rod, as_, path):
    for person in (zoe, rod):
        answer = as_(person).post(path, {"file": file(200_000), "how": "file"})
        assert answer.status_code == 413
        assert "at most 0.1 MB fit" in page(answer)
    assert as_(zoe).post(path, {"file": file(50_000)}).status_code == 404
    assert not Document.objects.exists()


def test_an_administrator_brings_in_files_everywhere(case, ada, as_):
    assert as_(ada).post(ADD, {"file": file(200_000), "language": "en"}).status_code == 302
