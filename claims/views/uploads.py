"""What is too large to be taken in at all."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.urls import Resolver404, resolve

from claims.loading.documents import TooLarge
from claims.views.parts import refuse

CHUNK = 1 << 16
MOST_DRAINED = 200_000_000
TAKING_FILES = {"claims:document-add", "claims:claims-import"}


class UploadLimitMiddleware:
    """Answers 413 with a sentence where the whole request is larger than anything that may come in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        size = int(request.META.get("CONTENT_LENGTH") or 0)
        limit = settings.REQUEST_LIMIT if takes_files(request) else settings.FORM_LIMIT
        if size <= limit:
            return self.get_response(request)
        drain(request, min(size, MOST_DRAINED))
        return refuse(request, TooLarge(size, limit=limit))


def takes_files(request: HttpRequest) -> bool:
    """Whether it brings files to a page that takes them, from somebody who is signed in."""
    try:
        page = resolve(request.path_info).view_name
    except Resolver404:
        return False
    return request.content_type == "multipart/form-data" and page in TAKING_FILES and request.user.is_authenticated


def drain(request: HttpRequest, size: int) -> None:
    """Take in what was sent and drop it: a browser that cannot finish sending shows no answer."""
    try:
        while size > 0 and (chunk := request.read(CHUNK)):
            size -= len(chunk)
    except UnreadablePostError:
        return
