"""Choosing what a report is to be, with a look at it before it is made; and the choices a case keeps as templates."""

from __future__ import annotations

import base64
import re
from typing import Any

from django.contrib import messages
from django.db import models
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from claims.forms.fields import initial_of
from claims.forms.filters import ClaimFilter, cursor
from claims.forms.reports import ALL, KEPT, ReportForm, TemplateForm, initial_of_template
from claims.models import Case, Claim, Job, Report, ReportTemplate, Status
from claims.models.reports import READ
from claims.reports.freezing import MOST, freeze
from claims.reports.making import AT_ONCE, begin_report, numbered
from claims.reports.previewing import FIRST, Preview, preview
from claims.views.access import Request, on_case
from claims.views.cases import reviewers_of
from claims.views.parts import go

PAGE = 50  # claims to tick
LISTED = 100  # templates


class Choosing:
    """What stands in the form, and the claims that it chooses among those of the filter in the address."""

    def __init__(self, request: Request, case: Case) -> None:
        self.request, self.case = request, case
        self.filter = ClaimFilter(case, request.GET, case.scale.ratings.all(), reviewers_of(case))
        posted = request.POST if request.method == "POST" else None
        self.template = template_of(case, request.GET.get("template"))
        initial = {"title": case.title} | (initial_of_template(self.template, case) if self.template else {})
        self.form = ReportForm(case, posted, request.FILES if posted is not None else None, initial=initial)
        self.valid = self.form.is_valid()
        self.by_hand, self.picks = self.form.by_hand, self.form.picks or set()

    @property
    def claims(self) -> models.QuerySet[Claim]:
        """Those ticked, or all that the filter finds."""
        return numbered(self.case, sorted(self.picks)[: MOST + 1]) if self.by_hand else self.filter.claims()

    @property
    def selection(self) -> str:
        """The same in words, for the title page."""
        if not self.by_hand:
            return self.filter.sentence()
        n = len(self.picks)
        return ngettext("%(n)s claim chosen by hand", "%(n)s claims chosen by hand", n) % {"n": f"{n:,}"}

    @property
    def title(self) -> str:
        """The title as it stands in the form."""
        return str(self.form["title"].value() or "")[:200]

    def make(self) -> Report | Job:
        """The report; of many claims the job that makes it. Raises Refused."""
        said: dict[str, Any] = {
            "by": self.request.user, "title": self.title, "selection": self.selection, "choice": self.form.choice,
            "once": self.form.key(self.request.user),
        }  # fmt: skip
        numbers = list(self.claims.order_by("number").values_list("number", flat=True)[: MOST + 1])
        if AT_ONCE < len(numbers) <= MOST:
            return begin_report(self.case, numbers, **said)
        return freeze(self.case, self.claims, most=MOST, **said)

    def look(self) -> Preview:
        """The report as it would be by now."""
        return preview(
            self.case, self.claims, by=self.request.user, title=self.title, selection=self.selection,
            choice=self.form.choice,
        )  # fmt: skip

    def rows(self) -> dict[str, Any]:
        """Fifty claims of the filter to tick, and the ways to those before and after them."""
        way, _colon, edge = str(self.request.POST.get("page") or self.request.POST.get("at") or "").partition(":")
        beyond = cursor(edge) if way in ("after", "before") else None
        onward = way != "before" or beyond is None
        claims = self.filter.claims(oldest=self.filter.oldest == onward, beyond=beyond)
        rows = list(claims.values("number", "statement")[: PAGE + 1])
        more, rows = len(rows) > PAGE, rows[:PAGE]
        rows = rows if onward else rows[::-1]
        numbers = [row["number"] for row in rows]
        shown = set(numbers)
        return {
            "rows": [row | {"ticked": row["number"] in self.picks} for row in rows],
            "shown": ",".join(map(str, numbers)),
            "held": ",".join(map(str, sorted(self.picks))),
            "elsewhere": len(self.picks - shown),
            "at": f"{way}:{edge}" if beyond is not None else "",
            "next": f"after:{numbers[-1]}" if rows and (more or not onward) else "",
            "previous": f"before:{numbers[0]}" if rows and (more if not onward else beyond is not None) else "",
        }

    def told(self) -> dict[str, Any]:
        """What the preview says."""
        seen = self.look()
        count = self.claims.order_by()[: READ + 1].count()
        return {
            "case": self.case, "seen": seen.report, "chosen_in": count, "most": READ, "first": FIRST,
            "more": count - seen.claims_in, "refusal": linked(self.case, seen.refusal), "selection": self.selection,
            "by_hand": self.by_hand, "by_job": count > AT_ONCE, "only_tables": count > READ,
        }  # fmt: skip


def linked(case: Case, sentence: str) -> SafeString:
    """A sentence with each claim that it names as a link to it."""

    def link(found: re.Match[str]) -> str:
        return format_html('<a href="{}">{}</a>', reverse("claims:claim-detail", args=[case.code, found[1]]), found[0])

    return mark_safe(re.sub(rf"\b{case.code}-(\d{{1,9}})\b", link, conditional_escape(sentence)))  # noqa: S308 - escaped


@on_case(may="export")
def report_add(request: Request, case: Case) -> HttpResponse:
    """Choose all of it, look at it, and make it; or keep the choice as a template."""
    choosing = Choosing(request, case)
    form, act = choosing.form, "page" if "page" in request.POST else request.POST.get("act", "make")
    naming = TemplateForm(request.POST if act == "template" else None)
    if choosing.valid and act == "make":
        made = form.attempt(choosing.make)
        if isinstance(made, Report):
            return go(request, made, _("Report %(number)s is made.") % {"number": made.number})
        if made is not None:
            return go(request, made)
    if choosing.valid and naming.is_valid():
        kept = naming.attempt(lambda: keep_template(case, form, naming, request))
        if kept is not None:
            messages.success(request, _("The template “%(name)s” is kept.") % {"name": kept})
    if act == "page":
        form.errors.clear()  # nothing was sent yet: one only turned the page
    count = choosing.filter.claims().order_by()[: READ + 1].count()
    context: dict[str, Any] = choosing.told() | {
        "room": "reports", "form": form, "naming": naming, "chosen": choosing.filter, "pages": choosing.rows(),
        "count": count, "template": choosing.template,
        "templates": case.report_templates.defer("logo", "choice")[:LISTED],
        "faults": [linked(case, str(fault)) for fault in form.non_field_errors()], "logo_now": form.logo_now,
        "claims_chosen": form["claims"].value() or ALL,
    }  # fmt: skip
    if count > READ:
        context |= narrower(choosing.filter)
    status = form.status if form.errors else naming.status if naming.errors else 200
    return render(request, "claims/report_add.html", context, status=status)


def narrower(filters: ClaimFilter) -> dict[str, Any]:
    """How many of very many claims are signed off, and the address that takes those alone, where they are few."""
    signed = filters.claims().filter(status=Status.SIGNED_OFF).order_by()[: READ + 1].count()
    way = filters.query(status=Status.SIGNED_OFF.value) if 0 < signed <= READ else ""
    return {"signed": signed, "narrower": way}


@require_POST
@on_case(may="export")
def report_preview(request: Request, case: Case) -> HttpResponse:
    """The look at a report as the form stands by now."""
    return render(request, "claims/_report_preview.html", Choosing(request, case).told())


def template_of(case: Case, asked: str | None) -> ReportTemplate | None:
    """The case's template of this key; None where none is asked for, 404 where there is no such template."""
    if not asked:
        return None
    found: ReportTemplate | None = case.report_templates.filter(pk=cursor(asked) or 0).first()
    if found is None:
        raise Http404
    return found


def keep_template(case: Case, form: ReportForm, naming: TemplateForm, request: Request) -> ReportTemplate:
    """The choice in the form as a template of this name. Raises Refused."""
    facts = form.choice.facts()
    made = ReportTemplate(case=case, name=naming.cleaned_data["name"], choice={name: facts[name] for name in KEPT})
    made.logo = base64.b64decode(form.logo_now)
    made.save(by=request.user)
    return made


@on_case(may="export")
def template_list(request: Request, case: Case) -> HttpResponse:
    """The case's templates, to use, rename and delete."""
    context = {"case": case, "room": "reports", "templates": case.report_templates.defer("logo")[:LISTED]}
    return render(request, "claims/template_list.html", context)


@on_case(may="export")
def template_edit(request: Request, case: Case, pk: int) -> HttpResponse:
    """Give a template another name."""
    template = template_of(case, str(pk))
    assert template is not None  # noqa: S101 - for the types
    form = TemplateForm(request.POST if request.method == "POST" else None, initial=initial_of(template, ["name"]))
    if form.is_valid() and form.attempt(lambda: renamed(template, form, request)) is not None:
        return go(request, reverse("claims:template-list", args=[case.code]), _("Saved."))
    context = {"case": case, "room": "reports", "form": form, "template": template}
    return render(request, "claims/template_edit.html", context, status=form.status if form.errors else 200)


def renamed(template: ReportTemplate, form: TemplateForm, request: Request) -> ReportTemplate:
    """The template under its new name. Raises Refused, or Stale where somebody saved it meanwhile."""
    template.name = form.cleaned_data["name"]
    template.save(by=request.user, expect=form.seen_version)
    return template


@require_POST
@on_case(may="export")
def template_delete(request: Request, case: Case, pk: int) -> HttpResponse:
    """Delete a template; reports made by it stay as they are."""
    template = template_of(case, str(pk))
    assert template is not None  # noqa: S101 - for the types
    said = _("The template “%(name)s” is deleted. Reports made by it stay.") % {"name": template}
    template.delete(by=request.user)
    return go(request, reverse("claims:template-list", args=[case.code]), said)
