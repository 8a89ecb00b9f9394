"""What goes wrong, told in one form: application/problem+json (RFC 9457)."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpResponse, UnreadablePostError
from django.utils.translation import gettext as _
from ninja.errors import HttpError, ValidationError

from claims.forms.fields import WorkForm
from claims.models import Refused
from claims.views.faults import broken

logger = logging.getLogger(__name__)

TYPE = "application/problem+json"
CHALLENGE = 'Bearer realm="workbench"'


class Problem(Exception):
    """A request that is answered with an error: `errors` are what is wrong with which field, in sentences."""

    def __init__(
        self,
        status: int,
        detail: Any,
        *,
        errors: Iterable[tuple[str, Any]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, str(detail))
        self.status, self.detail = status, str(detail)
        self.errors = [(field, str(said)) for field, said in errors]
        self.headers = dict(headers or {})


def response(problem: Problem) -> HttpResponse:
    """The problem as it goes out."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": problem.detail,
    }
    if problem.errors:
        body["errors"] = [{"field": field, "detail": said} for field, said in problem.errors]
    said = json.dumps(body, ensure_ascii=True)  # a half of a surrogate pair may be in what is named
    return HttpResponse(said, status=problem.status, content_type=TYPE, headers=problem.headers)


def problem_of(fault: Exception) -> Problem:
    """What is told of a fault; of a defect no more than that it is one."""
    if isinstance(fault, Problem):
        return fault
    if isinstance(fault, Http404):
        return Problem(404, _("There is nothing here, or not for this token."))
    if isinstance(fault, Refused):
        return Problem(fault.status, fault, errors=[(one.field, one) for one in (fault, *fault.others) if one.field])
    if isinstance(fault, ValidationError):
        return _unfit(fault)
    if isinstance(fault, HttpError):
        # What the parser of a body says, the framework wraps.
        return fault.__cause__ if isinstance(fault.__cause__, Problem) else _of_http(fault)
    if isinstance(fault, RequestDataTooBig):
        return Problem(413, _("More is sent than may come in at once."))
    if isinstance(fault, BadRequest | SuspiciousOperation | UnreadablePostError):
        return Problem(400, _("What was sent cannot be read."))
    status, sentence = broken(fault)
    logger.error("A request by a program broke off.", exc_info=fault)
    return Problem(status, sentence, headers={"Retry-After": "10"} if status == 503 else {})


def _unfit(fault: ValidationError) -> Problem:
    places = [[str(part) for part in error["loc"]] for error in fault.errors]
    if any(place[:1] == ["path"] for place in places):
        return Problem(404, _("There is nothing here, or not for this token."))
    named = [(".".join(place[2:] if place[0] == "body" else place[1:]), error["msg"])
             for place, error in zip(places, fault.errors, strict=True)]  # fmt: skip
    return Problem(400, _("What was sent is not as the description of this operation says."), errors=named)


def _of_http(fault: HttpError) -> Problem:
    if fault.status_code == 401:
        return Problem(
            401, _("Send an open token: Authorization: Bearer wb_…"), headers={"WWW-Authenticate": CHALLENGE}
        )
    return Problem(fault.status_code, fault)


def problem_in(form: WorkForm) -> Problem:
    """What is wrong in a form, at its fields."""
    named = [(field if field != "__all__" else "", " ".join(map(str, said))) for field, said in form.errors.items()]
    whole = " ".join(said for field, said in named if not field)
    return Problem(
        form.status, whole or _("Some of what was sent was refused."), errors=[one for one in named if one[0]]
    )
