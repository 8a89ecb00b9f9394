"""Captures come in straight to where the store keeps them: whatever they are, up to a limit, and nothing else stays."""

import contextlib
import hashlib
import io
import os
from typing import Any, cast

import pytest
from django.conf import settings as now
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse, UnreadablePostError
from django.test import Client
from django.urls import URLPattern, URLResolver, include, path

from claims import urls
from claims.models import StoredFile
from claims.views.uploads import ArrivedFile
from workbench import urls as site

TAKE = "/taking/"
PAGE = os.urandom(70_000)


def take(request):
    """A view that takes a file; it keeps it if the form says so."""
    file = request.FILES["file"]
    assert isinstance(file, ArrivedFile)
    if "keep" not in request.POST:
        return HttpResponse(f"{file.name} {file.size} {hashlib.sha256(file.read()).hexdigest()}")
    return HttpResponse(str(file.keep()))


taking: list[URLPattern | URLResolver] = [path("taking/", take, name="capture-add")]
taking += cast(list[URLPattern | URLResolver], urls.urlpatterns)
urlpatterns = [path("", include((taking, "claims"))), *site.urlpatterns]


@pytest.fixture(autouse=True)
def taken(settings):
    settings.ROOT_URLCONF = __name__
    settings.FORM_LIMIT = settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 50_000
    settings.CAPTURE_LIMIT = 100_000


def page(answer) -> str:
    return str(answer.content.decode())


def file(content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("night.mp4", content, content_type="video/mp4")


def lying_there() -> list[str]:
    """All files of the installation's store."""
    return [found.name for found in (now.DATA / "files").rglob("*") if found.is_file()]


def test_a_file_is_kept_under_its_hash(ann, as_):
    answer = as_(ann).post(TAKE, {"keep": "1", "file": file(PAGE)})
    assert page(answer) == hashlib.sha256(PAGE).hexdigest()
    assert lying_there() == [page(answer)]
    assert StoredFile.objects.get().size == len(PAGE)


def test_a_view_can_read_what_came_before_it_is_kept_and_what_it_does_not_keep_is_gone(ann, as_):
    answer = as_(ann).post(TAKE, {"file": file(PAGE)})
    assert page(answer) == f"night.mp4 {len(PAGE)} {hashlib.sha256(PAGE).hexdigest()}"
    assert lying_there() == []
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize("over", [1, 30_000, 60_000])
def test_a_file_beyond_the_limit_is_answered_413_with_a_sentence(ann, as_, over):
    answer = as_(ann).post(TAKE, {"keep": "1", "file": file(b"a" * (100_000 + over))})
    assert answer.status_code == 413
    assert "at most 0.1 MB fit" in page(answer)
    assert "<html" in page(answer)
    assert lying_there() == []


def test_a_file_right_at_the_limit_comes_in(ann, as_):
    assert as_(ann).post(TAKE, {"keep": "1", "file": file(b"a" * 100_000)}).status_code == 200


def test_a_stranger_sends_no_more_than_a_form(db):
    assert Client().post(TAKE, {"file": file(PAGE)}).status_code == 413
    assert lying_there() == []


def test_a_form_without_its_token_keeps_nothing(ann):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(ann, backend="claims.views.access.AccountBackend")
    assert browser.post(TAKE, {"keep": "1", "file": file(PAGE)}).status_code == 403
    assert lying_there() == []


class Leaving(io.BytesIO):
    """What is sent by somebody who goes away in the middle."""

    left = False
    says_so = True

    def read(self, size: int | None = -1) -> bytes:
        if self.tell() > 20_000:
            self.left = True
            if self.says_so:
                raise OSError("gone")
            return b""
        return super().read(min(size or 0, 10_000) if size != -1 else 10_000)


@pytest.mark.parametrize("says_so", [False, True])
@pytest.mark.parametrize("enforce", [False, True])
def test_of_a_file_whose_sender_goes_away_nothing_stays(ann, enforce, says_so):
    body = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n' + PAGE + b"\r\n--b--\r\n"
    browser = Client(enforce_csrf_checks=enforce)
    browser.force_login(ann, backend="claims.views.access.AccountBackend")
    browser.cookies["csrf"] = "a" * 32
    stream = Leaving(body)
    stream.says_so = says_so
    sent: dict[str, Any] = {"wsgi.input": stream, "CONTENT_LENGTH": str(len(body))}
    # The check of the form's token takes it for a bad one; without that check, the view finds no file.
    with contextlib.suppress(UnreadablePostError, KeyError):
        browser.generic("POST", TAKE, b"a", content_type="multipart/form-data; boundary=b", **sent)
    assert stream.left
    assert lying_there() == []
    assert not StoredFile.objects.exists()
