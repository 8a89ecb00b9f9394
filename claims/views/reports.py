"""Reports: frozen, listed, and downloaded."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.text import slugify
from django.views.decorators.http import require_POST

from claims.custody import store
from claims.forms.filters import cursor
from claims.models import Case, Chain, Report
from claims.models.reports import READ
from claims.models.shares import withheld_since
from claims.reports import claim_page
from claims.reports.appended import since as since_section
from claims.reports.freezing import check_leaving
from claims.reports.glyphs import glyphless
from claims.reports.making import begin_rendering, bundle_waits, kept_file, to_render, under_way
from claims.reports.render import FORMATS, content_of, offered
from claims.reports.since import between
from claims.views.access import Request, on_case, on_report
from claims.views.parts import go, whole
from claims.views.shares import shares_of

PAGE = 50
SINCE = 100  # changes on one page
NAMED = 12  # characters that the PDF cannot show, by name; of more, how many


@on_case()
def report_list(request: Request, case: Case) -> HttpResponse:
    """The case's reports, newest first."""
    reports = case.reports.select_related("made_by").defer("snapshot")
    before = cursor(request.GET.get("before"))
    if before is not None:
        reports = reports.filter(number__lt=before)
    rows = list(reports.order_by("-number")[: PAGE + 1])
    context = {"case": case, "room": "reports", "reports": rows[:PAGE], "more": len(rows) > PAGE}
    context["may_export"] = case.allows(request.user, "export")
    return render(request, "claims/report_list.html", context)


@on_report()
def report_detail(request: Request, report: Report) -> HttpResponse:
    """What the report holds, how it can be had, and what it can be checked with."""
    data = report.head
    boxes = glyphless("".join(report.pieces())) if report.readable else []
    first = min(cursor(request.GET.get("from")) or 0, report.claims_in)
    waits = bundle_waits(report)
    may_export = report.case.allows(request.user, "export")
    context = {
        "rows": list(report.claims(first, first + 2 * PAGE)),
        "next": first + 2 * PAGE if report.claims_in > first + 2 * PAGE else None,
        "case": report.case,
        "room": "reports",
        "report": report,
        "data": data,
        "rooms": offered(report),
        "read": READ,
        "bundle_waits": waits,
        "bundle_job": under_way(report, bundle=True) if waits else None,
        "may_export": may_export,
        "withheld_since": withheld_since(report) if may_export else [],
        "to_render": to_render(report),
        "signed": sum(1 for claim in report.claims() if claim["verdict"]) if report.readable else None,
        "boxes": [(f"U+{ord(character):04X}", character) for character in boxes[:NAMED]],
        "more_boxes": len(boxes) - NAMED if len(boxes) > NAMED else 0,
        "since": Chain.objects.get(case=report.case).count - data["log"]["count"] - 1,
    }
    return render(request, "claims/report_detail.html", context | shares_of(report, request.user))


@on_report()
def report_file(request: Request, report: Report, extension: str) -> StreamingHttpResponse:
    """The report in one format, as a file. The quotations are checked once more on their way out."""
    if all(format.extension != extension for format in FORMATS.values()):
        raise Http404
    check_leaving(report)
    return sent(report, extension)


@on_report()
def report_claim(request: Request, report: Report, claim: int) -> HttpResponse:
    """A signed claim as a page of its own, as a file. The quotations are checked once more on their way out."""
    report.check_readable()
    check_leaving(report)
    content = claim_page_of(report, claim)
    if content is None:
        raise Http404
    disposition = f'attachment; filename="{report.case.code}-{claim_page.name(claim)}"'
    headers = {"Content-Disposition": disposition, "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type="text/html; charset=utf-8", headers=headers)


def claim_page_of(report: Report, number: int) -> bytes | None:
    """The page of this claim; None where the report has no signed verdict on it."""
    try:
        return claim_page.page(report.data, number)
    except KeyError:
        return None


def sent(report: Report, extension: str) -> StreamingHttpResponse:
    """One of its files, under a name of its own. Raises Refused where it is too long for that format."""
    chosen = next(name for name, format in FORMATS.items() if format.extension == extension)
    format = FORMATS[chosen]
    name = f"{report.case.code}-report-{report.number}-{slugify(report.title)[:40]}".rstrip("-")
    return StreamingHttpResponse(
        kept_or_made(report, chosen),
        content_type=format.content_type,
        headers={
            "Content-Disposition": f'attachment; filename="{name}.{extension}"',
            "X-Content-Type-Options": "nosniff",
        },
    )


def kept_or_made(report: Report, name: str) -> Iterable[bytes]:
    """The file that a job made of the report, or the same bytes made now."""
    kept = kept_file(report, name)
    if kept is not None and not kept.file.fault and store.store().has(kept.file.sha256):
        return store.read(kept.file)
    return content_of(report, name)


@require_POST
@on_report(may="export")
def report_render(request: Request, report: Report) -> HttpResponse:
    """Have the formats that take long made as a job."""
    return go(request, begin_rendering(report, by=request.user))


@on_report()
def report_since(request: Request, report: Report) -> HttpResponse:
    """What changed since the report before of its kind, or since the one that the address names."""
    earlier = Report.objects.filter(case=report.case, number__lt=report.number).order_by("-number")
    asked = whole(request.GET, "against")
    if asked is not None:
        before = earlier.filter(number=asked).first()
        if before is None:
            raise Http404
    else:
        before = earlier.filter(audience=report.audience).first() or earlier.first()
    told = since_section(between(report, before)) if before else None
    start = min(whole(request.GET, "from") or 0, len(told.rows) if told else 0)
    rows = told.rows[start : start + SINCE] if told else []
    context = {
        "case": report.case, "room": "reports", "report": report, "before": before, "told": told,
        "rows": [(ref.rpartition("-")[2], ref, what) for ref, what in rows],
        "next": start + SINCE if told and len(told.rows) > start + SINCE else None,
        "earlier": earlier.only("number", "title", "made_at", "case")[:PAGE],
    }  # fmt: skip
    return render(request, "claims/report_since.html", context)
