"""The report with all that is needed to check it, as one file; and of a case that such a file brought, what came in."""

from __future__ import annotations

from typing import IO

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from claims.custody.store import store
from claims.loading.bundled_account import told
from claims.models import Bundle, Case, Refused, Report, Unchecked
from claims.reports.bundle import make_bundle
from claims.reports.freezing import check_leaving
from claims.reports.making import begin_rendering, bundle_waits, kept_bundle
from claims.views.access import Request, on_case, on_report
from claims.views.parts import go

MOST_UNCHECKED = 50  # quotations on one page


def bundle_file(report: Report) -> IO[bytes]:
    """The bundle, as a job has made it or as it is made now. Raises Refused where that is a job's work."""
    check_leaving(report)
    kept = kept_bundle(report)
    if kept is not None:
        return store().open(kept.file.sha256)
    if bundle_waits(report):
        raise Refused(_("This bundle is large and not made yet. An editor has it made on the report's page."))
    return make_bundle(report)


@on_report()
def report_bundle(request: Request, report: Report) -> FileResponse:
    """report.zip: the report in every format, what it rests on, the log, and the program that checks them."""
    response = FileResponse(
        bundle_file(report), as_attachment=True, filename=f"{report.case.code}-report-{report.number}.zip",
        content_type="application/zip",
    )  # fmt: skip
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_POST
@on_report(may="export")
def bundle_make(request: Request, report: Report) -> HttpResponse:
    """Have a large bundle made as a job."""
    report.check_readable()
    return go(request, begin_rendering(report, by=request.user, bundle=True))


@on_case()
def case_bundle(request: Request, case: Case) -> HttpResponse:
    """Of a case that came from another installation: what came in, what was checked, and what nobody here has."""
    bundle = Bundle.objects.filter(case=case).select_related("brought_by").first()
    if bundle is None:
        raise Http404
    bundle.case = case
    words = Unchecked.objects.filter(claim__case=case).select_related("claim").order_by("claim__number", "pk")
    rows = list(words[: MOST_UNCHECKED + 1])
    for row in rows:
        row.claim.case = case
    context = {
        "room": "case", "case": case, "bundle": bundle, "account": told(bundle), "unchecked": rows[:MOST_UNCHECKED],
        "more": len(rows) > MOST_UNCHECKED,
    }  # fmt: skip
    return render(request, "claims/case_bundle.html", context)
