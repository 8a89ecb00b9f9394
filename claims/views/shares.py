"""Links by which strangers read a report: made, listed and withdrawn on the report's page."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from claims.forms.shares import ShareForm
from claims.models import Report, Share, User
from claims.models.shares import may_share, share
from claims.reports.making import rendered
from claims.views.access import Request, on_report
from claims.views.parts import go
from claims.views.signing_in import say_who_first

SHOWN = 50  # links of a report, the newest


def shares_of(report: Report, user: User) -> dict[str, Any]:
    """What the report's page says of its links."""
    return {
        "shares": list(Share.objects.filter(report=report).select_related("made_by", "withdrawn_by")[:SHOWN]),
        "may_share": report.case.allows(user, "export"),
        "share_form": ShareForm(),
    }


@never_cache
@on_report(may="export")
def share_add(request: Request, report: Report) -> HttpResponse:
    """Make a link and show it, once: nothing can tell it later."""
    say_who_first(request)
    form = ShareForm(request.POST if request.method == "POST" else None)
    context = {"case": report.case, "room": "reports", "report": report, "share_form": form}
    if form.is_valid():
        made = form.attempt(lambda: _shared(report, form, request.user))
        if made is not None:
            context["made"], token = made
            context["link"] = token and request.build_absolute_uri(reverse("claims:shared-report", args=[token]))
            return render(request, "claims/share_made.html", context)
    return render(request, "claims/share_add.html", context, status=form.status if form.errors else 200)


def _shared(report: Report, form: ShareForm, user: User) -> tuple[Share, str | None]:
    may_share(report)
    # Now, and not for each who opens the link; and before there is a link, whose token nothing can tell a second time.
    rendered(report, "html")
    return share(report, by=user, until=form.ends, once=form.key(user))


@require_POST
@on_report(may="export")
def share_withdraw(request: Request, report: Report, pk: int) -> HttpResponse:
    """Close a link for good."""
    found = Share.objects.filter(report=report, pk=pk).select_related("report__case").first()
    if found is None:
        raise Http404
    found.withdraw(by=request.user)
    return go(request, f"{report.get_absolute_url()}#shares", _("The link is withdrawn: it opens nothing any more."))
