"""Typed figures compared: a claim's with those of its evidence, and those of a case's claims with each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.forms.figures import ApartForm, FiguresForm
from claims.models import (
    Case,
    Claim,
    Distinction,
    NotNow,
    Quantity,
    Series,
    may,
    tell_apart,
    tell_apart_no_more,
    told_apart,
)
from claims.models.quantities import COMPARED
from claims.reports.pictures import LOOKS, Drawn, figure_ranges, placed, spell
from claims.views.access import Request, on_case, on_claim
from claims.views.claim_page import ClaimPage
from claims.views.claims import ask, context_of
from claims.views.evidence import rate_first
from claims.views.evidence_told import tell
from claims.views.parts import go, render_part, whole
from claims.weighing.figures import compare
from claims.weighing.pictures.ranges import Range

PAGE = 50  # series of a list
CLAIMS = 200  # figures of one series on its page
FIGURES = 200  # of a claim's evidence


@dataclass
class Line:
    """A figure in a table and in the picture: whose it is, and how it compares."""

    quantity: Quantity
    whose: str
    url: str
    kind: str = ""
    word: str = ""
    look: str = "own"
    apart: Distinction | None = None


@dataclass
class Group:
    """Figures that count the same, the first being what the others are held against; with their picture."""

    title: str
    lines: list[Line]
    drawn: list[Drawn]


def group(title: str, lines: list[Line]) -> Group:
    """The lines with their picture, on one axis in the unit of the first."""
    own = lines[0].quantity.figure.counted_in.factor
    shown = []
    for line in lines:
        quantity = line.quantity
        factor = quantity.figure.counted_in.factor / own
        low, high = (None if end is None else float(end * factor) for end in (quantity.low, quantity.high))
        told = f"{quantity.span} {quantity.unit}".strip()
        as_of = spell(quantity.as_of, "day") if quantity.as_of else ""
        shown.append(Range(line.whose, low, high, told, as_of, line.look, line.word))
    return Group(title, lines, placed(figure_ranges(shown, title), f"figures-{lines[0].quantity.pk}"))


@on_claim()
def claim_figures(request: Request, claim: Claim) -> HttpResponse:
    """The claim's typed figures beside those of its evidence; a POST says that two count different things."""
    if request.method == "POST":
        return _apart(request, claim)
    page = ClaimPage(claim, request.user)
    context = context_of(page) | {"groups": groups_of(page), "may_cite": page.may["cite"]}
    return render_part(request, "claims/claim_figures.html", "figures", context)


def groups_of(page: ClaimPage) -> list[Group]:
    """One group for each of the claim's figures with which some figure of its evidence can be compared."""
    own = [figure for figure in page.figures if figure.low is not None or figure.high is not None]
    named = {item.pk: item for item in page.evidence}
    rows = Quantity.objects.filter(evidence__in=named).order_by("evidence__number", "position")
    brought = [figure for figure in rows[:FIGURES] if figure.low is not None or figure.high is not None]
    told = told_apart([*own, *brought]) if own and brought else {}
    found = []
    for figure in own:
        lines = [Line(figure, _("the claim"), page.claim.get_absolute_url())]
        for other in brought:
            apart = told.get(frozenset({figure.pk, other.pk}))
            kind = compare(figure.figure, other.figure, told_apart=apart is not None)
            if kind is None:
                continue
            item = named[other.evidence_id or 0]
            whose = _("evidence %(number)s, %(name)s") % {"number": item.number, "name": item.named}
            lines.append(Line(other, whose, f"{page.claim.get_absolute_url()}#evidence-{item.number}",
                              kind, str(COMPARED[kind]), LOOKS[kind], apart))  # fmt: skip
        if len(lines) > 1:
            found.append(group(titled(figure), lines))
    return found


def titled(figure: Quantity) -> str:
    """What a figure counts, of whom and where."""
    return " · ".join(filter(None, (figure.measure, figure.entity, figure.place)))


def _apart(request: Request, claim: Claim) -> HttpResponse:
    if not may(claim.case.role, "cite"):
        raise NotNow(_("Your role in this case does not allow this. Ask one of its editors."))
    form = ApartForm(request.POST)
    if form.is_valid():
        mine = models.Q(claim=claim) | models.Q(evidence__claim=claim)
        keys = [form.cleaned_data["one"], form.cleaned_data["other"]]
        pair = {figure.pk: figure for figure in Quantity.objects.filter(mine, pk__in=keys)}
        if len(pair) < 2:
            raise NotNow(_("One of these figures is gone by now."))
        one, other = (pair[key] for key in keys)
        if request.POST.get("act") == "undo":
            tell_apart_no_more(one, other, by=request.user)
        else:
            form.attempt(lambda: tell_apart(one, other, by=request.user, reason=form.cleaned_data["reason"]))
        if not form.errors:
            return go(request, request.path, _("Saved."))
    page = ClaimPage(claim, request.user)
    context = context_of(page) | {"groups": groups_of(page), "may_cite": page.may["cite"], "form": form}
    return render_part(request, "claims/claim_figures.html", "figures", context, form.status)


@on_claim(may="cite")
def evidence_figures(request: Request, claim: Claim, item: int) -> HttpResponse:
    """The typed figures of a piece of evidence."""
    evidence = claim.evidence.standing().select_related("exhibit", "absence").filter(number=item).first()
    if evidence is None:
        raise Http404
    evidence.claim = claim
    if tell([evidence], request.user)[0].untold:
        raise NotNow(rate_first(evidence))
    if request.method != "POST":
        evidence.require_changeable(request.user)
    like = list(claim.quantities.order_by("position"))
    form = FiguresForm(request.POST if request.method == "POST" else None, evidence=evidence, like=like)
    if form.is_valid() and form.attempt(lambda: form.keep(request.user)):
        return go(request, claim, _("The figures of evidence %(number)s are saved.") % {"number": item})
    return ask(request, "claims/evidence_figures.html", claim, form, evidence=evidence)


@on_case()
def case_figures(request: Request, case: Case) -> HttpResponse:
    """The series of the case whose figures contradict each other, then those that change with the date."""
    state = request.GET.get("state")
    state = state if state in (Series.State.DRIFTS, Series.State.AGREES) else Series.State.CONTRADICTS.value
    series = Series.objects.filter(case=case, state=state).order_by("-pk")
    before = whole(request.GET, "before")
    if before is not None:
        series = series.filter(pk__lt=before)
    rows = list(series[: PAGE + 1])
    context = {
        "room": "case", "case": case, "series": rows[:PAGE], "state": state, "states": TABS,
        "more": rows[PAGE - 1].pk if len(rows) > PAGE else None, "continued": before is not None,
    }  # fmt: skip
    return render_part(request, "claims/case_figures.html", "series", context)


TABS = [
    (Series.State.CONTRADICTS.value, gettext_lazy("Contradict each other")),
    (Series.State.DRIFTS.value, gettext_lazy("Change with the date")),
    (Series.State.AGREES.value, gettext_lazy("Agree")),
]


@on_case()
def series_detail(request: Request, case: Case, pk: int) -> HttpResponse:
    """The claims whose figures count the same, each held against the newest."""
    series = Series.objects.filter(case=case, pk=pk).first()
    if series is None:
        raise Http404
    figures = [each for each in series.newest()[:CLAIMS] if each.low is not None or each.high is not None]
    told = told_apart(figures)
    lines: list[Line] = []
    for figure in figures:
        claim = figure.claim
        if claim is None:
            continue
        line = Line(figure, f"{claim.ref} {claim.statement}", claim.get_absolute_url())
        if lines:
            apart = told.get(frozenset({lines[0].quantity.pk, figure.pk}))
            line.kind = compare(lines[0].quantity.figure, figure.figure, told_apart=apart is not None) or "agrees"
            line.word, line.look, line.apart = str(COMPARED[line.kind]), LOOKS[line.kind], apart
        lines.append(line)
    shown: list[Any] = [group(series.title, lines)] if lines else []
    context = {"room": "case", "case": case, "series": series, "groups": shown}
    return render_part(request, "claims/series_detail.html", "figures", context)
