"""What a link opens for a stranger: one frozen report, to be read without an account, and nothing else."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterable
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import (
    FileResponse,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
)  # fmt: skip
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve, reverse
from django.utils import translation
from django.utils.translation import gettext as _

from claims.models import Refused, Report, Share
from claims.reports.annotated import formats as annotated
from claims.reports.annotated import offering
from claims.reports.freezing import check_leaving
from claims.reports.making import bundle_waits, under_way
from claims.reports.render import FORMATS, offered
from claims.views.bundles import bundle_file
from claims.views.reports import claim_page_of, kept_or_made, sent

PLACE = "/shared/"
DOCUMENTS = 50  # that the page offers annotated, the first by number
STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
HEADERS = {
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class SharedMiddleware:
    """Answers what lies under `/shared/` by itself, before anything looks at cookies.

    So no session is read, nobody is signed in or told apart, and no cookie is set.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # With a stroke too many it opens nothing, and is as secret.
        if not request.path_info.lstrip("/").startswith(PLACE.lstrip("/")):
            return self.get_response(request)
        request.COOKIES = {}
        try:
            view, args, kwargs = resolve(request.path_info)
        except Resolver404:
            view, args, kwargs = nothing, (), {}
        response: HttpResponseBase = HttpResponseNotAllowed(["GET", "HEAD"])
        if request.method == "HEAD" and view in (shared_report, shared_bundle):
            # Whoever looks whether the link works has nothing made for it.
            response = HttpResponse() if opens(kwargs["token"]) is not None else _not_here()
        elif request.method in ("GET", "HEAD"):
            response = view(request, *args, **kwargs)
        for name, value in HEADERS.items():
            response.headers[name] = value
        response.headers.setdefault("Content-Security-Policy", policy([]))
        # Django logs the address of what is refused: that of a link is its secret.
        response._has_been_logged = True  # type: ignore[attr-defined]
        return response


@login_not_required
def shared_report(request: HttpRequest, token: str) -> HttpResponseBase:
    """The report as a page, with where it can be had in other formats."""
    report = _found(token)
    if report is None:
        return _not_here()
    data = report.head
    page = b"".join(kept_or_made(report, "html")).decode()
    waits = bundle_waits(report)
    context = {
        "token": token, "rooms": offered(report), "report": report, "signed": bool(data.get("key")),
        "bundle_waits": waits, "bundle_job": under_way(report, bundle=True) if waits else None,
        "documents": offering.offered(report)[:DOCUMENTS], "annotated": annotated.FORMATS.items(),
    }  # fmt: skip
    with translation.override(data.get("language") or "en"):
        ways = render_to_string("claims/_shared_ways.html", context)
    return _page(page.replace("</header>", f"</header>\n{ways}", 1))


@login_not_required
def shared_claim(request: HttpRequest, token: str, claim: int) -> HttpResponseBase:
    """A signed claim as a page of its own."""
    report = _found(token)
    content = claim_page_of(report, claim) if report is not None else None
    return _page(content.decode()) if content is not None else _not_here()


@login_not_required
def shared_file(request: HttpRequest, token: str, extension: str) -> HttpResponseBase:
    """The report in one format, as a file."""
    report = _found(token)
    if report is None or all(format.extension != extension for format in FORMATS.values()):
        return _not_here()
    return sent(report, extension)


@login_not_required
def shared_document(request: HttpRequest, token: str, document: int, extension: str) -> HttpResponseBase:
    """A document of the report, annotated, as a file."""
    report = _found(token)
    if report is None or extension not in annotated.FORMATS:
        return _not_here()
    try:
        content = offering.annotated_file(report, document, extension)
    except (KeyError, Refused):
        return _not_here()
    name = f"{report.case.code}-report-{report.number}-document-{document}-annotated.{extension}"
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=annotated.FORMATS[extension].content_type, headers=disposition)


@login_not_required
def shared_bundle(request: HttpRequest, token: str) -> HttpResponseBase:
    """The report with all that is needed to check it."""
    report = _found(token)
    if report is None:
        return _not_here()
    if bundle_waits(report):
        return _not_yet(report)
    try:
        bundle = bundle_file(report)
    except Refused:
        return _not_here()
    name = f"{report.case.code}-report-{report.number}.zip"
    return FileResponse(bundle, as_attachment=True, filename=name, content_type="application/zip")


@login_not_required
def shared_slash(request: HttpRequest, token: str) -> HttpResponseBase:
    """To the page, whether there is one or not, for an address that lost its last stroke."""
    return HttpResponseRedirect(reverse("claims:shared-report", args=[token]))


def nothing(request: HttpRequest) -> HttpResponseBase:
    """What stands under every other address."""
    return _not_here()


def opens(token: str) -> Report | None:
    """The report that this token opens; whatever is wrong with a token looks the same."""
    share = Share.objects.of_token(token).select_related("report__case").first()
    return share.report if share is not None else None


def _found(token: str) -> Report | None:
    """The same, if it is what was frozen."""
    report = opens(token)
    if report is None:
        return None
    try:
        check_leaving(report)
    except Refused:
        return None
    return report


def _not_here() -> HttpResponse:
    context = {
        "title": _("There is nothing here"),
        "sentence": _(
            "The link is incomplete, has run out, or was withdrawn. Ask whoever gave it to you for a new one."
        ),
    }
    return _page(render_to_string("claims/shared_not_found.html", context), status=404)


def _not_yet(report: Report) -> HttpResponse:
    """Of a bundle that a job has to make. A stranger begins none."""
    sentence = _("It is large and not made yet. Ask whoever gave you the link to have it made, and come back then.")
    if under_way(report, bundle=True):
        sentence = _("It is being made now. Come back in a few minutes.")
    context = {"title": _("The bundle is not here yet"), "sentence": sentence}
    return _page(render_to_string("claims/shared_not_found.html", context), status=404)


def _page(page: str, **kwargs: Any) -> HttpResponse:
    return HttpResponse(page, headers={"Content-Security-Policy": policy(STYLE.findall(page))}, **kwargs)


def policy(styles: Iterable[str]) -> str:
    """The policy of a page that holds these styles, pictures of its own, and nothing else."""
    hashes = [f"'sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}'" for style in styles]
    return (
        f"default-src 'none'; style-src {' '.join(hashes) or "'none'"}; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
