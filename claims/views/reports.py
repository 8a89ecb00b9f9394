"""Reports: frozen, listed, and downloaded."""

from __future__ import annotations

import functools

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.text import slugify
from django.utils.translation import gettext as _

from claims.forms.filters import ClaimFilter, cursor
from claims.forms.reports import ReportForm
from claims.models import Case, Chain, Report
from claims.reports.freezing import MOST, check_leaving, freeze
from claims.reports.glyphs import glyphless
from claims.reports.render import FORMATS, offered, pieces_of
from claims.reports.render import render as render_report
from claims.views.access import Request, on_case, on_report
from claims.views.cases import reviewers_of
from claims.views.parts import go, render_part
from claims.views.shares import shares_of

PAGE = 50
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


@on_case(may="export")
def report_add(request: Request, case: Case) -> HttpResponse:
    """Choose a title; the claims are those of the filter in the address, all where there is none."""
    chosen = ClaimFilter(case, request.GET, case.scale.ratings.all(), reviewers_of(case))
    claims = chosen.claims()
    form = ReportForm(request.POST or None, initial={"title": case.title})
    if request.method == "POST" and form.is_valid():
        make = functools.partial(
            freeze, case, claims, by=request.user, title=form.cleaned_data["title"],
            selection=chosen.sentence(), once=form.key(request.user),
        )  # fmt: skip
        report = form.attempt(make)
        if report is not None:
            return go(request, report, _("Report %(number)s is made.") % {"number": report.number})
    count = claims.order_by()[: MOST + 1].count()
    context = {"case": case, "room": "reports", "form": form, "chosen": chosen, "count": count, "most": MOST}
    context["signed"] = signed = claims.filter(status="signed_off").order_by()[: MOST + 1].count()
    if 0 < signed <= MOST:
        context["narrower"] = chosen.query(status="signed_off")
    return render_part(request, "claims/report_add.html", "report", context, form.status if form.errors else 200)


@on_report()
def report_detail(request: Request, report: Report) -> HttpResponse:
    """What the report holds, how it can be had, and what it can be checked with."""
    data = report.head
    boxes = glyphless("".join(report.pieces()))
    first = min(cursor(request.GET.get("from")) or 0, report.claims_in)
    context = {
        "rows": list(report.claims(first, first + 2 * PAGE)),
        "next": first + 2 * PAGE if report.claims_in > first + 2 * PAGE else None,
        "case": report.case,
        "room": "reports",
        "report": report,
        "data": data,
        "rooms": offered(),
        "signed": sum(1 for claim in report.claims() if claim["verdict"]),
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


def sent(report: Report, extension: str) -> StreamingHttpResponse:
    """One of its files, under a name of its own."""
    chosen = next(name for name, format in FORMATS.items() if format.extension == extension)
    format = FORMATS[chosen]
    pieces = pieces_of(report, chosen)
    content = map(str.encode, pieces) if pieces else [render_report(report.data, chosen)]
    name = f"{report.case.code}-report-{report.number}-{slugify(report.title)[:40]}".rstrip("-")
    return StreamingHttpResponse(
        content,
        content_type=format.content_type,
        headers={
            "Content-Disposition": f'attachment; filename="{name}.{extension}"',
            "X-Content-Type-Options": "nosniff",
        },
    )
