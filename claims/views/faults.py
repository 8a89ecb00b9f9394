"""What is said when something cannot be had, or is broken."""

from __future__ import annotations

import sys
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from claims.custody.outages import is_full, is_out_of_reach, is_read_only
from claims.loading.documents import megabytes
from claims.models import Refused
from claims.views.parts import house, wants_part


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """413 where a form's fields hold more than fits, 400 for what no browser of ours would send."""
    if isinstance(exception, RequestDataTooBig):
        sentence = _("What was typed has more than %(limit)s MB. Send less at once, or load it as a file.")
        status, sentence = 413, sentence % {"limit": megabytes(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)}
    else:
        status, sentence = 400, _("What was sent cannot be read. Open the page again, then send it once more.")
    return page(request, sentence, status)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: there is no such page for this person."""
    return HttpResponse(
        render_to_string("claims/not_found.html", {"title": _("Not here")} | house(request)), status=404
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: the page is there, but not for this person."""
    sentence = _("Your account does not allow this. An administrator of this workbench can change that.")
    return page(request, sentence, 403)


def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """429: so many tries in so short a time are no person's."""
    sentence = _("There were too many tries. Wait a few minutes, then try again.")
    if wants_part(request):
        return stay(sentence, 429)
    return page(request, sentence, 429)


def old_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form's token does not fit, because the form was open since before the last sign-in, or is not ours."""
    if wants_part(request):
        # The page keeps its form and is given the token that fits by now.
        response = stay(_("This form was opened before you last signed in. Now it fits: press the button again."), 403)
        response["X-Form-Token"] = get_token(request)
        return response
    sentence = _("This form was opened before you last signed in. Open the page again, then send it once more.")
    return page(request, sentence, 403)


def page(request: HttpRequest, sentence: Any, status: int) -> HttpResponse:
    """A sentence as a page of its own."""
    said = render_to_string("claims/refusal.html", {"refusal": Refused(sentence)} | house(request))
    return HttpResponse(said, status=status)


def stay(sentence: Any, status: int) -> HttpResponse:
    """A sentence on the page that stays, where htmx asked: a second page would be squeezed into the part asked for."""
    response = HttpResponse(render_to_string("claims/_refusal.html", {"refusal": Refused(sentence)}), status=status)
    response["HX-Retarget"], response["HX-Reswap"] = "#messages", "innerHTML"
    return response


def broken(raised: BaseException | None) -> tuple[int, str]:
    """507 for a full disk, 503 for what is away or takes no writes, 500 for a defect; and what is said of it."""
    if is_full(raised):
        return 507, _("The disk of this installation is full, so nothing could be saved. Nothing was half-saved.")
    if is_read_only(raised):
        return 503, _("The disk or the database of this installation takes no writes just now. Nothing was half-saved.")
    if isinstance(raised, OperationalError | InterfaceError):
        return 503, _("The database cannot be reached just now. Nothing was half-saved.")
    if is_out_of_reach(raised):
        return 503, _("The store of files cannot be reached just now. Nothing was half-saved.")
    return 500, _("This is a defect of the workbench, not of what you did. It has been noted in its log.")


def fault(request: HttpRequest) -> HttpResponse:
    """What is broken, as a page. Asks the database nothing."""
    status, sentence = broken(sys.exc_info()[1])
    if wants_part(request):
        response = stay(sentence, status)
    else:
        said = {"status": status, "sentence": sentence, "id": getattr(request, "id", "")}
        response = HttpResponse(render_to_string("claims/fault.html", said | house(request)), status=status)
    if status == 503:
        response["Retry-After"] = "10"
    return response
