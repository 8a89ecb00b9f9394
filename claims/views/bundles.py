"""The report with all that is needed to check it, as one file."""

from __future__ import annotations

from django.http import FileResponse
from django.utils.translation import gettext as _

from claims.custody.keys import KeyGone
from claims.models import Refused, Report
from claims.reports.bundle import make_bundle
from claims.views.access import Request, on_report


class NoKey(Refused):
    """Nothing can be signed just now: somebody has to put the key back."""

    status = 503


@on_report()
def report_bundle(request: Request, report: Report) -> FileResponse:
    """report.zip: the report in every format, what it rests on, the log, and the program that checks them."""
    try:
        bundle = make_bundle(report)
    except KeyGone as fault:
        raise NoKey(_("The key that signs reports is not here. Ask an administrator to put it back.")) from fault
    response = FileResponse(
        bundle, as_attachment=True, filename=f"{report.case.code}-report-{report.number}.zip",
        content_type="application/zip",
    )  # fmt: skip
    response["X-Content-Type-Options"] = "nosniff"
    return response
