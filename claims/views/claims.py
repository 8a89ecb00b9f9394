"""The claim's page, and the moves in its life that need no form of their own kind."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.db import models
from django.http import HttpResponse
from django.utils.translation import gettext as _

from claims.forms.claims import ClaimForm
from claims.forms.filters import cursor
from claims.forms.verdicts import ReasonForm, ReviewersForm
from claims.models import MOVES, Claim, assign, kept_back, tell_returned
from claims.views.access import Request, on_claim
from claims.views.claim_page import ClaimPage
from claims.views.onward import to_next
from claims.views.parts import came_from, go, render_part, wants_part
from claims.views.timeline import timeline_of

PAGE = 50  # entries on one page of a claim's history


def find_claim(claim: Claim) -> Claim:
    """The claim as it stands now."""
    fresh: Claim = Claim.objects.select_related("rating").get(pk=claim.pk)
    fresh.case = claim.case
    return fresh


def context_of(page: ClaimPage) -> dict[str, Any]:
    """What the templates of a claim's page are given."""
    return {"room": "case", "case": page.case, "claim": page.claim, "page": page}


@on_claim()
def claim_detail(request: Request, claim: Claim) -> HttpResponse:
    """The claim: what was said, what bears on it, who judges it how, and what the case answers."""
    page = ClaimPage(claim, request.user, removed=request.GET.get("removed", ""), came_from=came_from(request))
    if not wants_part(request) and page.draft is not None:
        tell_returned(claim, request.user)
    return render_part(request, "claims/claim_detail.html", "evidence", context_of(page))


def ask(request: Request, template: str, claim: Claim, form: Any, **more: Any) -> HttpResponse:
    """The form of an act: a page of its own, or for htmx the form alone."""
    context = context_of(ClaimPage(claim, request.user, came_from=came_from(request))) | {"form": form} | more
    return render_part(request, template, "form", context, form.status if form.errors else 200)


def done(
    request: Request,
    claim: Claim,
    sentence: Any,
    *,
    part: str = "moved",
    target: str = "standing",
    removed: str = "",
    keeps_form: bool = False,
) -> HttpResponse:
    """After an act: back to the claim with a sentence; for htmx the parts of its page that the act changed.

    `claim` must be the claim as it stands after the act.
    """
    # An act's own page holds none of the parts that the claim's page would swap.
    shown = urlsplit(request.htmx.current_url_abs_path or claim.get_absolute_url()).path
    if not wants_part(request) or shown != claim.get_absolute_url():
        query = f"?removed={removed}" if removed else ""
        return go(request, claim.get_absolute_url() + query, sentence)
    messages.success(request, sentence)
    page = ClaimPage(claim, request.user, removed=removed, keeps_form=keeps_form, came_from=came_from(request))
    response = render_part(request, "claims/claim_detail.html", part, context_of(page))
    response["HX-Retarget"], response["HX-Reswap"] = f"#{target}", "outerMorph"
    return response


def onward(request: Request, claim: Claim, sentence: Any) -> HttpResponse:
    """After an act: to the next claim for whoever works through their queue, else as `done` has it."""
    return to_next(request, claim, sentence) or done(request, claim, sentence)


@on_claim(may="revise")
def claim_edit(request: Request, claim: Claim) -> HttpResponse:
    """Correct the statement and what is known of it."""
    if request.method != "POST":
        claim.require_revisable()
    form = ClaimForm(request.POST if request.method == "POST" else None, claim=claim)
    if form.is_valid() and form.revise(request.user) is not None:
        return go(request, claim, _("Saved."))
    return ask(request, "claims/claim_edit.html", claim, form)


@on_claim()
def claim_history(request: Request, claim: Claim) -> HttpResponse:
    """Everything that was done to the claim, newest first."""
    page = ClaimPage(claim, request.user)
    entries = claim.entries.order_by("-number")
    before = cursor(request.GET.get("before"))
    if before is not None:
        entries = entries.filter(number__lt=before)
    rows = list(entries.fetch_mode(models.FETCH_RAISE)[: PAGE + 1])
    context = context_of(page) | {
        "rows": [(entry, page.tells(entry)) for entry in rows[:PAGE]],
        "kept_back": kept_back(rows, request.user, claim.case),
        "more": rows[PAGE - 1].number if len(rows) > PAGE else None,
        "before": before,
        "drawn": timeline_of(page) if before is None and not wants_part(request) else [],
    }
    return render_part(request, "claims/claim_history.html", "entries", context)


@on_claim(may="assign")
def claim_assign(request: Request, claim: Claim) -> HttpResponse:
    """Say who is asked for an assessment in this round."""
    claim.require("assign", request.user)
    asked = claim.assignments.filter(round=claim.round, current=True).values_list("reviewer_id", "due", "answered")
    due = max((day for _who, day, answered in asked if day and not answered), default=None)
    posted = request.POST if request.method == "POST" else None
    form = ReviewersForm(claim.case, posted, asked=[who for who, _day, _answered in asked], due=due)
    if form.is_valid():
        reviewers = form.chosen()
        form.attempt(lambda: assign(claim, reviewers, by=request.user, due=form.values["due"]))
        if not form.errors:
            return onward(request, find_claim(claim), _("Saved: who is asked for an assessment."))
    return ask(request, "claims/claim_assign.html", claim, form)


@on_claim(may="withdraw")
def claim_withdraw(request: Request, claim: Claim) -> HttpResponse:
    """Set the claim aside, with a reason."""
    return _move(request, claim, "withdraw", _("The claim is withdrawn."))


@on_claim(may="reopen")
def claim_reopen(request: Request, claim: Claim) -> HttpResponse:
    """Begin a new round, with a reason."""
    return _move(request, claim, "reopen", _("The claim is open again; a new round has begun."))


def _move(request: Request, claim: Claim, act: str, sentence: str) -> HttpResponse:
    claim.require(act, request.user)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        move = claim.withdraw if act == "withdraw" else claim.reopen
        moved = form.attempt(lambda: move(by=request.user, why=form.values["reason"]))
        if moved is not None:
            # What may be done with its evidence changes as well, so the whole page is shown anew.
            return to_next(request, moved, sentence) or go(request, moved.get_absolute_url(), sentence)
    return ask(request, "claims/claim_move.html", claim, form, move=MOVES[act])
