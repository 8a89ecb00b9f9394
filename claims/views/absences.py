"""Recording that a search found nothing, and correcting what was recorded of it."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _

from claims.forms.absences import AbsenceForm
from claims.models import Claim, Evidence
from claims.views.access import Request, on_claim
from claims.views.claims import ask, done


@on_claim(may="cite")
def absence_add(request: Request, claim: Claim) -> HttpResponse:
    """Record a search that found nothing, as evidence."""
    if request.method != "POST":
        claim.require_citable()
    form = AbsenceForm(claim, request.user, request.POST if request.method == "POST" else None)
    if form.is_valid() and form.attempt(form.record) is not None:
        return done(request, claim, _("Search recorded."), part="cited", target="evidence")
    return ask(request, "claims/absence_add.html", claim, form)


def absence_edit(request: Request, claim: Claim, evidence: Evidence) -> HttpResponse:
    """Correct what a piece of evidence records of its search; it is reached where evidence is edited."""
    form = AbsenceForm(claim, request.user, request.POST if request.method == "POST" else None, evidence=evidence)
    if form.is_valid() and form.attempt(form.revise) is not None:
        sentence = _("Evidence %(number)s is saved.") % {"number": evidence.number}
        return done(request, claim, sentence, part="cited", target="evidence")
    return ask(request, "claims/absence_edit.html", claim, form, evidence=evidence)
