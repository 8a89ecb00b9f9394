"""Giving one's own assessment."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from claims.forms.assessments import AssessmentForm, ReconsiderForm
from claims.forms.fields import clock
from claims.models import Assessment, Claim, NotNow, User
from claims.models.completing import require_unswayed
from claims.models.second_thoughts import require_reconsiderable
from claims.views.access import Request, on_claim
from claims.views.claim_page import ratings_of
from claims.views.claims import ask, done, onward
from claims.views.evidence_told import evidence_shown, rated, unrated
from claims.views.parts import go, wants_part


def by_itself(request: Request) -> bool:
    """Whether the draft saves itself while somebody types: the form stays as it is, and only this is answered."""
    return wants_part(request) and request.POST.get("act") == "draft" and "auto" in request.POST


@on_claim(may="assess")
def assess(request: Request, claim: Claim) -> HttpResponse:
    """Save a draft of one's own assessment, or submit it."""
    user = request.user
    if request.method != "POST":
        claim.require("assess", user)
        own = Assessment.objects.filter(claim=claim, reviewer=user, round=claim.round, follows=None).first()
        if own is not None and own.submitted_at is not None:
            raise NotNow(_("Your assessment of this round is in already, and sealed."))
        require_unswayed(claim, user, claim.case.role)
        return ask(request, "claims/assessment_edit.html", claim, _form(claim, user, own))
    form = _form(claim, user, None, request.POST)
    if form.is_valid():
        kept = form.attempt(lambda: form.keep(claim, user)) or form.kept_before(claim, user)
        if kept is not None:
            return _kept(request, kept, form)
    if by_itself(request):
        return _told(request, form)
    return ask(request, "claims/assessment_edit.html", claim, form)


def _form(claim: Claim, user: User, own: Assessment | None, data: Any = None) -> AssessmentForm:
    shown: Any = SimpleLazyObject(lambda: evidence_shown(claim, user))
    ready: Any = SimpleLazyObject(lambda: rated(shown))
    waiting: Any = SimpleLazyObject(lambda: unrated(shown) if claim.case.hides_sources else [])
    case = claim.case
    return AssessmentForm(data, ratings=ratings_of(case.scale_id), evidence=ready, unrated=waiting, own=own, case=case)


def _kept(request: Request, own: Assessment, form: AssessmentForm) -> HttpResponse:
    claim = own.claim
    if form.submits:
        return onward(request, claim, _("Your assessment is in, and sealed."))
    if by_itself(request):
        return _told(request, form, own)
    if wants_part(request):
        return ask(request, "claims/assessment_edit.html", claim, _form(claim, request.user, own))
    return go(request, claim, _("Draft saved %(time)s.") % {"time": clock(own.saved_at)})


def _told(request: Request, form: AssessmentForm, own: Assessment | None = None) -> HttpResponse:
    """Whether and when the draft was saved, or why not, beside the buttons of the form."""
    context = {"form": form, "own": own}
    return render(request, "claims/_assessment_saved.html", context, status=200 if own else form.status)


@on_claim(may="assess")
def reconsider(request: Request, claim: Claim) -> HttpResponse:
    """Put another answer after one's own sealed one."""
    user = request.user
    own = require_reconsiderable(claim, user)
    own.claim = claim
    evidence: Any = SimpleLazyObject(lambda: rated(evidence_shown(claim, user)))
    data = request.POST if request.method == "POST" else None
    form = ReconsiderForm(data, own=own, ratings=ratings_of(claim.case.scale_id), evidence=evidence)
    if form.is_valid():
        kept = form.kept_before(claim, user) or form.attempt(lambda: form.keep(claim, user))
        if kept is not None:
            said = _("Your changed assessment is in, and sealed; the one before it stays beside it.")
            return done(request, kept.claim, said)
    return ask(request, "claims/assessment_reconsider.html", claim, form)
