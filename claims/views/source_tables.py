"""The register of sources as a table: out, and in."""

from __future__ import annotations

from django.http import HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from claims.forms.source_tables import ImportForm
from claims.loading.source_lines import EXAMPLE
from claims.loading.source_tables import Outcome, export, told
from claims.models import NotYours, Source
from claims.views.access import Request, polite
from claims.views.parts import go, render_part
from claims.views.sources import cases_to_add_to

SHOWN = 50  # rows of each sort that a preview shows


def source_export(request: Request) -> StreamingHttpResponse:
    """The sources that the person sees, with every grade, as CSV."""
    sources = Source.objects.visible_to(request.user).listed()
    response = StreamingHttpResponse(export(sources), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="sources.csv"'
    return response


@polite
def source_import(request: Request) -> HttpResponse:
    """Import sources from a table: first what would come of it, then the import."""
    if not cases_to_add_to(request.user).exists():
        raise NotYours(_("Sources are added by the analysts and editors of a case. You are neither in any case yet."))
    form = (
        ImportForm(request.user, request.POST, request.FILES) if request.method == "POST" else ImportForm(request.user)
    )
    plan = form.plan() if form.is_bound else None
    outcome = None
    if plan is not None and "import" in request.POST:
        outcome = form.carry_out(plan)
        if outcome is not None and not outcome.noted:
            return go(request, reverse("claims:source-list"), _said(outcome))
    context = {
        "room": "sources",
        "form": form,
        "plan": plan,
        "new": plan.new[:SHOWN] if plan else [],
        "filled": plan.filled[:SHOWN] if plan else [],
        "alone": plan.alone[:SHOWN] if plan else [],
        "refused": told(plan.refused + plan.noted, SHOWN) if plan else [],
        "repeated": told(plan.repeated, SHOWN) if plan else [],
        "outcome": outcome,
        "noted": told(outcome.noted, SHOWN) if outcome else [],
        "said": _said(outcome) if outcome else "",
        "example": EXAMPLE,
    }
    return render_part(request, "claims/source_import.html", "import", context, form.status if form.errors else 200)


def _said(outcome: Outcome) -> str:
    made = ngettext("%(n)s source added", "%(n)s sources added", outcome.made) % {"n": f"{outcome.made:,}"}
    filled = ngettext("%(n)s completed", "%(n)s completed", outcome.filled) % {"n": f"{outcome.filled:,}"}
    return f"{made}, {filled}."
