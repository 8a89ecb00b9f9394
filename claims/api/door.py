"""The door of the way for programs: before anything looks at cookies, and with an answer of its own to every fault."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

from claims.api.problems import TYPE, Problem, problem_of, response
from claims.views.uploads import MOST_DRAINED, drain

PLACE = "/api/"


class ApiMiddleware:
    """Answers what lies under `/api/` by itself: no session is read or made, nobody is sent to the sign-in page.

    Who asks is told by the token alone, so that a page of another site can do nothing with a person's cookies; and
    no other site's page may read an answer, as none is told that it may.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(PLACE):
            return self.get_response(request)
        request.COOKIES = {}
        try:
            answer = told(request)
        except Exception as fault:  # whatever it is, a program is told in the form that it reads
            answer = response(problem_of(fault))
        if answer.status_code >= 400 and answer.get("Content-Type") != TYPE:
            answer = refused(answer)
        answer.headers.setdefault("Cache-Control", "no-store")
        answer.headers["X-Content-Type-Options"] = "nosniff"
        answer.headers["X-Robots-Tag"] = "noindex"
        # Django would write the address and the status of each refusal to the log.
        answer._has_been_logged = True  # type: ignore[attr-defined]
        return answer


def told(request: HttpRequest) -> HttpResponseBase:
    """What the operation at this address answers. Raises whatever stands in the way."""
    size = request.META.get("CONTENT_LENGTH") or "0"
    if size.isdigit() and int(size) > settings.FORM_LIMIT:
        drain(request, min(int(size), MOST_DRAINED))
        raise Problem(413, _("More is sent than may come in at once."))
    try:
        view, args, kwargs = resolve(request.path_info)
    except Resolver404 as fault:
        raise Problem(404, _("There is no such operation. They are listed at /api/openapi.json.")) from fault
    if request.method == "HEAD":
        request.method = "GET"  # the server leaves the body out
    answer: HttpResponseBase = view(request, *args, **kwargs)
    return answer


def refused(answer: HttpResponseBase) -> HttpResponse:
    """A refusal of the framework's, in the form of the others."""
    sentence = HTTPStatus(answer.status_code).description or HTTPStatus(answer.status_code).phrase
    kept = {name: answer[name] for name in ("Allow", "Retry-After", "WWW-Authenticate") if answer.has_header(name)}
    return response(Problem(answer.status_code, sentence, headers=kept))
