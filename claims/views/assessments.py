"""Giving one's own assessment."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from claims.forms.assessments import AssessmentForm
from claims.models import Assessment, Claim, NotNow, User
from claims.models.assessments import require_unswayed
from claims.views.access import Request, on_claim
from claims.views.claim_page import evidence_shown, rated, ratings_of
from claims.views.claims import ask, done
from claims.views.parts import go, wants_part


@on_claim(may="assess")
def assess(request: Request, claim: Claim) -> HttpResponse:
    """Save a draft of one's own assessment, or submit it."""
    user = request.user
    if request.method != "POST":
        claim.require("assess", user)
        own = Assessment.objects.filter(claim=claim, reviewer=user, round=claim.round).first()
        if own is not None and own.submitted_at is not None:
            raise NotNow(_("Your assessment of this round is in already, and sealed."))
        require_unswayed(claim, claim.case.role)
        return ask(request, "claims/assessment_edit.html", claim, _form(claim, user, own))
    form = _form(claim, user, None, request.POST)
    if form.is_valid():
        kept = form.attempt(lambda: form.keep(claim, user)) or form.kept_before(claim, user)
        if kept is not None:
            return _kept(request, kept, form)
    return ask(request, "claims/assessment_edit.html", claim, form)


def _form(claim: Claim, user: User, own: Assessment | None, data: Any = None) -> AssessmentForm:
    evidence: Any = SimpleLazyObject(lambda: rated(evidence_shown(claim, user)))
    return AssessmentForm(data, ratings=ratings_of(claim.case.scale_id), evidence=evidence, own=own)


def _kept(request: Request, own: Assessment, form: AssessmentForm) -> HttpResponse:
    claim = own.claim
    if form.submits:
        return done(request, claim, _("Your assessment is in, and sealed."))
    if wants_part(request):
        return ask(request, "claims/assessment_edit.html", claim, _form(claim, request.user, own))
    local = timezone.localtime(own.saved_at)
    time = date_format(local, "H:i ") + (local.tzname() or "")
    return go(request, claim, _("Draft saved %(time)s.") % {"time": time})
