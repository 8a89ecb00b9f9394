"""Competing hypotheses about a claim: one's own matrix, and others' beside it once one may see them."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from claims.forms.fields import WorkForm, clock
from claims.forms.hypotheses import HypothesisForm, typed
from claims.models import Claim, Hypothesis, Matrix, Refused, mark
from claims.views.access import Request, on_claim
from claims.views.claim_page import ClaimPage
from claims.views.claims import ask, context_of
from claims.views.matrix_page import Comparison, MatrixPage
from claims.views.parts import go, render_part, wants_part, whole

PAGE = "claims/claim_hypotheses.html"


@on_claim()
def claim_hypotheses(request: Request, claim: Claim) -> HttpResponse:
    """One's own matrix; a POST saves its marks, or for htmx the mark of one cell."""
    if request.method == "POST":
        return _save(request, claim)
    return _shown(request, claim, HypothesisForm())


def _page(request: Request, claim: Claim) -> MatrixPage:
    after, left_out = whole(request.GET, "after"), whole(request.GET, "without")
    return MatrixPage(claim, request.user, after=after, left_out=left_out)


def _shown(request: Request, claim: Claim, form: HypothesisForm) -> HttpResponse:
    context = _context(request, claim, _page(request, claim)) | {"form": form}
    return render_part(request, PAGE, "weighed", context, form.status if form.errors else 200)


def _context(request: Request, claim: Claim, matrix: MatrixPage) -> dict[str, Any]:
    return context_of(ClaimPage(claim, request.user)) | {"matrix": matrix}


def _save(request: Request, claim: Claim) -> HttpResponse:
    cells = typed(request.POST)
    page = _page(request, claim)
    if "cell" not in request.POST:
        hypotheses, rows = page.numbers
        # What was taken off while the page stood open is no reason to lose the rest.
        cells = {cell: value for cell, value in cells.items() if cell[0] in hypotheses and cell[1] in rows}
    elif not cells:
        raise Refused(_("There is no such cell. Load the page anew."))
    own = mark(claim, cells, by=request.user)
    if not wants_part(request):
        here = reverse("claims:claim-hypotheses", args=[claim.case.code, claim.number])
        return go(request, here + page.query, saved(own))
    row = page.row(next(iter(cells))[1]) if cells else None
    return render_part(request, PAGE, "weighed", _context(request, claim, page) | {"saved": saved(own), "row": row})


def saved(own: Matrix | None) -> str:
    """That it is saved, and since when."""
    return _("Saved %(time)s.") % {"time": clock(own.saved_at)} if own is not None else _("Nothing is marked yet.")


@on_claim()
def hypotheses_others(request: Request, claim: Claim) -> HttpResponse:
    """The matrices of one round beside each other, as far as the person may see them."""
    matrix = MatrixPage(claim, request.user)
    context = _context(request, claim, matrix) | {"compared": Comparison(matrix, whole(request.GET, "round"))}
    return render_part(request, "claims/hypotheses_others.html", "compared", context)


@on_claim(may="cite")
def hypothesis_add(request: Request, claim: Claim) -> HttpResponse:
    """Add one more hypothesis."""
    if request.method != "POST":
        claim.require_citable()
    form = HypothesisForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        made = form.attempt(lambda: form.put(claim, request.user))
        if made is not None:
            return go(request, made, _("Added as %(name)s.") % {"name": made.name})
    return ask(request, "claims/hypothesis_add.html", claim, form)


@on_claim(may="cite")
def hypothesis_retire(request: Request, claim: Claim, item: int) -> HttpResponse:
    """Set a hypothesis aside; its marks stay."""
    return _stand(request, claim, item, retire=True)


@on_claim(may="cite")
def hypothesis_restore(request: Request, claim: Claim, item: int) -> HttpResponse:
    """Bring a hypothesis back that was set aside."""
    return _stand(request, claim, item, retire=False)


def _stand(request: Request, claim: Claim, item: int, *, retire: bool) -> HttpResponse:
    found = Hypothesis.objects.filter(claim=claim, number=item).first()
    if found is None:
        raise Http404
    found.claim = claim
    claim.require_citable()
    form = WorkForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        act = found.retire if retire else found.restore
        act(by=request.user)
        said = _("%(name)s is set aside.") if retire else _("%(name)s is back.")
        return go(request, found, said % {"name": found.name})
    return ask(request, "claims/hypothesis_stand.html", claim, form, hypothesis=found, retire=retire)
