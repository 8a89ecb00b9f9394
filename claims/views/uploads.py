"""Files on their way in: what is too large to be taken in at all, and captures, which the store takes as they come.

How a view takes a capture: it is named `claims:capture-add`, its form has a plain FileField, and that is all. The
middleware below sees to it that each file of such a request is an ArrivedFile, and that none of them is too large:

    file = form.cleaned_data["file"]  # an ArrivedFile: name, content_type, size; can be read, held on disk alone
    stored = file.keep()  # the StoredFile; before and outside of any transaction, and once
    with writing(case) as chain: ...

What is not kept is gone with the request, and no name of it was ever anywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.urls import Resolver404, resolve

from claims.custody.store import Arrival
from claims.loading.documents import TooLarge
from claims.models import Case, Role, StoredFile, User
from claims.views.access import is_code
from claims.views.parts import refuse

CHUNK = 1 << 16
MOST_DRAINED = 200_000_000
TAKING_CAPTURES = "claims:capture-add"
TAKING_FILES = {
    "claims:document-add", "claims:claims-import", "claims:report-add", "claims:report-preview", TAKING_CAPTURES,
}  # fmt: skip


class ArrivedFile(UploadedFile):  # type: ignore[type-arg]
    """A file that came in and is hashed already. It is kept when a view says so, and else gone."""

    def __init__(self, arrival: Arrival, name: str | None, content_type: str | None, size: int) -> None:
        super().__init__(arrival.file, name, content_type, size)
        self.arrival = arrival

    @property
    def too_large(self) -> bool:
        """Whether it has more bytes than a capture may: what is above was not even written down."""
        return (self.size or 0) > self.arrival.size

    def keep(self) -> StoredFile:
        """Put it into the store. Called outside of transactions; afterwards the file is closed."""
        if self.too_large:
            raise TooLarge(self.size or 0, limit=settings.CAPTURE_LIMIT)
        return self.arrival.keep()


class CaptureUploadHandler(FileUploadHandler):
    """Takes each file of a request in as it comes: hashed, written to a file without a name, never held in memory."""

    arrival: Arrival

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.arrival = Arrival()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start + len(raw_data) <= settings.CAPTURE_LIMIT:
            self.arrival.write(raw_data)

    def file_complete(self, file_size: int) -> ArrivedFile:
        self.arrival.file.seek(0)
        return ArrivedFile(self.arrival, self.file_name, self.content_type, file_size)

    def upload_interrupted(self) -> None:
        self.arrival.close()


class UploadLimitMiddleware:
    """Answers 413 with a sentence where more is sent than may come in; hands captures to the store as they come."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        size = int(request.META.get("CONTENT_LENGTH") or 0)
        page = taking_files(request)
        if page == TAKING_CAPTURES:
            # Before the check of the form's token, which reads the whole request.
            request.upload_handlers = [CaptureUploadHandler(request)]
            limit, said = settings.CAPTURE_LIMIT + settings.FORM_LIMIT, settings.CAPTURE_LIMIT
        else:
            limit = said = settings.REQUEST_LIMIT if page else settings.FORM_LIMIT
        if size <= limit:
            return self.get_response(request)
        drain(request, min(size, MOST_DRAINED))
        return refuse(request, TooLarge(size, limit=said))

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """A capture that is too large by itself, as is known when all of it was sent."""
        if request.method == "POST" and any(isinstance(one, CaptureUploadHandler) for one in request.upload_handlers):
            for file in (file for _field, files in request.FILES.lists() for file in files):
                if isinstance(file, ArrivedFile) and file.too_large:
                    return refuse(request, TooLarge(file.size or 0, limit=settings.CAPTURE_LIMIT))
        return None


def taking_files(request: HttpRequest) -> str:
    """The name of the page, if it takes files and is sent some by somebody who may bring some in there; else nothing.

    It is asked here as well as by the view: the check of the form's token comes before that, and reads all of it.
    """
    try:
        match = resolve(request.path_info)
    except Resolver404:
        return ""
    sent = request.content_type == "multipart/form-data" and match.view_name in TAKING_FILES
    if not sent or not request.user.is_authenticated:
        return ""
    return match.view_name if _brings_in(request.user, match.kwargs.get("code")) else ""


def _brings_in(user: User, code: str | None) -> bool:
    """Whether somebody is analyst or editor in the case of this code; a page of no case asks its own view."""
    if code is None:
        return True
    cases = Case.objects.visible_to(user).filter(role__in=[Role.ANALYST, Role.EDITOR])
    return is_code(code) and cases.filter(code=code).order_by().exists()


def drain(request: HttpRequest, size: int) -> None:
    """Take in what was sent and drop it: a browser that cannot finish sending shows no answer."""
    try:
        while size > 0 and (chunk := request.read(CHUNK)):
            size -= len(chunk)
    except UnreadablePostError:
        return
