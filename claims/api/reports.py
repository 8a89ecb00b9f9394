"""What programs take out: reports, and their files."""

from __future__ import annotations

from typing import Literal

from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from ninja import Query, Router

from claims.api.access import Asked, Bearer, case_of
from claims.api.answers import HEADERS, newest_of, told, unchanged
from claims.api.reading import Paging, answers
from claims.api.shapes import FileShape, Page, ReportDetail, ReportShape, at, of_report
from claims.api.typed import Code, Number
from claims.models import Report, Scope
from claims.reports.freezing import check_leaving
from claims.reports.render import FORMATS, offered
from claims.views.bundles import bundle_file
from claims.views.reports import sent

router = Router(auth=Bearer(Scope.REPORTS), tags=["Reports"])
BUNDLE = "zip"
EXTENSIONS = (*(format.extension for format in FORMATS.values()), BUNDLE)
TYPES = sorted({format.content_type.partition(";")[0] for format in FORMATS.values()} | {"application/zip"})
Extension = Literal[EXTENSIONS]  # type: ignore[valid-type]


@router.get("/cases/{code}/reports", response=Page[ReportShape], url_name="reports")
def reports(request: Asked, code: Code, paging: Query[Paging]) -> HttpResponse:
    """A case's reports, the newest first."""
    case = case_of(request, code)
    found = case.reports.select_related("made_by").defer("snapshot", "held", "house")
    rows, onward = newest_of(case, found, paging.after, paging.limit)
    return told(request, Page[ReportShape](items=[ReportShape.of(one) for one in rows], next=onward))


@router.get("/cases/{code}/reports/{number}", response=ReportDetail, url_name="report")
def report(request: Asked, code: Code, number: Number) -> HttpResponse:
    """A report, and in which formats it can be had."""
    found = report_of(request, code, number)
    formats = [(format.extension, format.content_type) for _room, some in offered(found) for format in some]
    formats += [(BUNDLE, "application/zip")] if found.readable else []
    files = [
        FileShape(extension=name, type=kind, href=at("report-file", code=code, number=number, extension=name))
        for name, kind in formats
    ]
    return told(request, ReportDetail(**of_report(found), files=files))


def report_of(request: Asked, code: str, number: int) -> Report:
    """The report of this number in the case of this code. Raises Http404."""
    case = case_of(request, code)
    found: Report | None = Report.objects.select_related("made_by").filter(case=case, number=number).first()
    if found is None:
        raise Http404
    found.case = case
    return found


@router.get("/cases/{code}/reports/{number}/files/{extension}", url_name="report-file", openapi_extra=answers(*TYPES))
def report_file(request: Asked, code: Code, number: Number, extension: Extension) -> HttpResponseBase:
    """A report in one format, or with all that is needed to check it (zip). Its quotations are checked once more."""
    found = report_of(request, code, number)
    if extension == BUNDLE:
        found.check_readable()
        return FileResponse(bundle_file(found), content_type="application/zip", headers=HEADERS)
    check_leaving(found)
    if all(format.extension != extension for _room, some in offered(found) for format in some):
        raise Http404
    etag = f'"{found.sha256[:32]}-{extension}"'
    same = unchanged(request, etag)
    if same is not None:
        return same
    answer = sent(found, extension)
    for name, value in (HEADERS | {"ETag": etag}).items():
        answer[name] = value
    return answer
