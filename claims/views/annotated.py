"""The documents of a report, each with what the report says of it beside its text."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render

from claims.forms.filters import cursor
from claims.models import Report
from claims.reports.annotated.formats import FORMATS
from claims.reports.annotated.offering import annotated_file, offered
from claims.views.access import Request, on_report

PAGE = 50


@on_report()
def report_documents(request: Request, report: Report) -> HttpResponse:
    """The documents of a report that can be had annotated."""
    after = cursor(request.GET.get("after")) or 0
    found = [document for document in offered(report) if document["number"] > after]
    context = {"case": report.case, "room": "reports", "report": report, "formats": FORMATS.items()}
    return render(
        request, "claims/report_documents.html", context | {"documents": found[:PAGE], "more": len(found) > PAGE}
    )


@on_report()
def report_document_file(request: Request, report: Report, document: int, extension: str) -> HttpResponse:
    """An annotated document in one format, as a file. The quotations are checked once more on their way out."""
    if extension not in FORMATS:
        raise Http404
    try:
        content = annotated_file(report, document, extension)
    except KeyError as fault:
        raise Http404 from fault
    name = f"{report.case.code}-report-{report.number}-document-{document}-annotated.{extension}"
    return HttpResponse(
        content,
        content_type=FORMATS[extension].content_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"},
    )
