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
from django.urls import Resolver404, resolve
from django.utils import translation
from django.utils.translation import gettext as _

from claims.custody.keys import KeyGone
from claims.models import Refused, Report, Share
from claims.reports.bundle import make_bundle
from claims.reports.freezing import check_leaving
from claims.reports.render import FORMATS, offered, render
from claims.views.reports import sent

PLACE = "/shared/"
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
        if not request.path_info.startswith(PLACE):
            return self.get_response(request)
        request.COOKIES = {}
        try:
            view, args, kwargs = resolve(request.path_info)
        except Resolver404:
            view, args, kwargs = nothing, (), {}
        safe = request.method in ("GET", "HEAD")
        response: HttpResponseBase = view(request, *args, **kwargs) if safe else HttpResponseNotAllowed(["GET", "HEAD"])
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
    data = report.data
    page = render(data, "html").decode()
    context = {"token": token, "rooms": offered(), "report": report, "signed": bool(data.get("key"))}
    with translation.override(data.get("language") or "en"):
        ways = render_to_string("claims/_shared_ways.html", context)
    return _page(page.replace("</header>", f"</header>\n{ways}", 1))


@login_not_required
def shared_file(request: HttpRequest, token: str, extension: str) -> HttpResponseBase:
    """The report in one format, as a file."""
    report = _found(token)
    if report is None or all(format.extension != extension for format in FORMATS.values()):
        return _not_here()
    return sent(report, extension)


@login_not_required
def shared_bundle(request: HttpRequest, token: str) -> HttpResponseBase:
    """The report with all that is needed to check it."""
    report = _found(token)
    if report is None:
        return _not_here()
    try:
        bundle = make_bundle(report)
    except (Refused, KeyGone):
        return _not_here()
    name = f"{report.case.code}-report-{report.number}.zip"
    return FileResponse(bundle, as_attachment=True, filename=name, content_type="application/zip")


@login_not_required
def shared_slash(request: HttpRequest, token: str) -> HttpResponseBase:
    """To the page, whether there is one or not, for an address that lost its last stroke."""
    return HttpResponseRedirect(f"{PLACE}{token}/")


def nothing(request: HttpRequest) -> HttpResponseBase:
    """What stands under every other address."""
    return _not_here()


def _found(token: str) -> Report | None:
    """The report that this token opens, if it is what was frozen; whatever is wrong with a token looks the same."""
    share = Share.objects.of_token(token).select_related("report__case").first()
    if share is None:
        return None
    report: Report = share.report
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


def _page(page: str, **kwargs: Any) -> HttpResponse:
    return HttpResponse(page, headers={"Content-Security-Policy": policy(STYLE.findall(page))}, **kwargs)


def policy(styles: Iterable[str]) -> str:
    """The policy of a page that holds these styles, pictures of its own, and nothing else."""
    hashes = [f"'sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}'" for style in styles]
    return (
        f"default-src 'none'; style-src {' '.join(hashes) or "'none'"}; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
