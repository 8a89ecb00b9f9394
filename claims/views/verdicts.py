"""Proposing the case's answer, deciding on what somebody else proposed, and upholding it."""

from __future__ import annotations

from functools import partial

from django.http import HttpResponse
from django.utils.translation import gettext as _

from claims.forms.verdicts import DecisionForm, ProposalForm, UpholdForm
from claims.models import Claim, Verdict, propose, send_back, sign_off, uphold
from claims.views.access import Request, on_claim
from claims.views.claim_page import ClaimPage
from claims.views.claims import ask, find_claim, onward
from claims.views.settling import since


@on_claim(may="propose")
def verdict_propose(request: Request, claim: Claim) -> HttpResponse:
    """Propose what the case answers."""
    form = ProposalForm(
        request.POST if request.method == "POST" else None,
        ratings=list(claim.case.scale.ratings.all()),
        case=claim.case,
    )
    if request.method != "POST":
        claim.require("propose", request.user)
        form = ClaimPage(claim, request.user).proposal_form
    elif form.is_valid():
        key, values = form.key(request.user), form.values
        if form.attempt(lambda: propose(claim, by=request.user, once=key, **values)) is not None:
            return onward(request, find_claim(claim), _("The verdict is proposed; somebody else signs it off."))
    return ask(request, "claims/verdict_propose.html", claim, form)


@on_claim(may="sign_off")
def verdict_sign_off(request: Request, claim: Claim) -> HttpResponse:
    """Make somebody else's proposal the case's verdict."""
    form = DecisionForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        seen = form.cleaned_data["version"]
        twice = _decided(claim, form, request, Verdict.Decision.SIGNED_OFF)
        if twice or form.attempt(lambda: sign_off(claim, by=request.user, expect=seen or -1)) is not None:
            return onward(request, find_claim(claim), _("The verdict is signed off."))
    else:
        claim.require("sign_off", request.user)
    page = ClaimPage(claim, request.user)
    more = since(page, page.verdict) if page.verdict is not None else {}
    return ask(request, "claims/verdict_sign_off.html", claim, form, **more)


@on_claim(may="send_back")
def verdict_send_back(request: Request, claim: Claim) -> HttpResponse:
    """Return a proposal with a reason."""
    form = DecisionForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        seen, reason = form.cleaned_data["version"], form.values["reason"]
        twice = _decided(claim, form, request, Verdict.Decision.SENT_BACK)
        act = partial(send_back, claim, by=request.user, reason=reason, expect=seen or -1)
        if twice or form.attempt(act) is not None:
            return onward(request, find_claim(claim), _("The proposal goes back with your reason."))
    else:
        claim.require("send_back", request.user)
    return ask(request, "claims/verdict_send_back.html", claim, form)


@on_claim(may="propose")
def changes_uphold(request: Request, claim: Claim) -> HttpResponse:
    """Say why the verdict still stands after what changed under it: all that the person saw."""
    form = UpholdForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        seen, reason = form.cleaned_data["version"], form.values["reason"]
        act = partial(uphold, claim, by=request.user, reason=reason, upto=seen or 0)
        if form.attempt(act) is not None:
            return onward(request, find_claim(claim), _("The verdict still stands; your reason is in the log."))
    return ask(request, "claims/changes_uphold.html", claim, form)


def _decided(claim: Claim, form: DecisionForm, request: Request, decision: str) -> bool:
    """Whether this person has decided just so on just this proposal: the form was sent twice."""
    proposals = claim.verdicts.filter(pk=form.cleaned_data["version"], decided_by=request.user, decision=decision)
    return bool(proposals.exists())
