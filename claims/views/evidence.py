"""Bringing evidence to bear on a claim, correcting it, taking it off and back."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from claims.forms.evidence import SOUGHT, EvidenceEditForm, EvidenceForm
from claims.forms.fields import WorkForm
from claims.models import Claim, Evidence, NotNow
from claims.views.access import Request, on_claim
from claims.views.claim_page import ClaimPage
from claims.views.claims import ask, context_of, done
from claims.views.parts import render_part


@on_claim(may="cite")
def evidence_add(request: Request, claim: Claim) -> HttpResponse:
    """Bring an exhibit to bear on the claim; on the way there, look for one that the case holds."""
    if request.method == "POST" and not EvidenceForm.looks(request.POST):
        form = EvidenceForm(claim, request.user, request.POST)
        if form.is_valid() and form.attempt(form.cite) is not None:
            return _done(request, claim, _("Evidence added."))
        return ask(request, "claims/evidence_add.html", claim, form)
    claim.require_citable()
    if request.method == "POST":
        return ask(request, "claims/evidence_add.html", claim, _shown_again(request, claim, request.POST.dict()))
    sought = {name: request.GET[name] for name in SOUGHT if name in request.GET}
    form = _shown_again(request, claim, sought)
    part = "exhibits" if sought else "form"
    context = context_of(ClaimPage(claim, request.user)) | {"form": form}
    return render_part(request, "claims/evidence_add.html", part, context)


def _shown_again(request: Request, claim: Claim, typed: dict[str, Any]) -> EvidenceForm:
    return EvidenceForm(claim, request.user, typed=typed)


@on_claim(may="cite")
def evidence_edit(request: Request, claim: Claim, item: int) -> HttpResponse:
    """Correct how a piece of evidence bears on the claim."""
    evidence = _find(claim, item)
    if evidence.removed_at is not None:
        raise NotNow(_("Evidence %(number)s was removed. Restore it first.") % {"number": item})
    if request.method != "POST":
        evidence.require_changeable()
    form = EvidenceEditForm(request.POST if request.method == "POST" else None, evidence=evidence)
    if form.is_valid() and form.attempt(lambda: form.revise(request.user)) is not None:
        return _done(request, claim, _("Evidence %(number)s is saved.") % {"number": item})
    return ask(request, "claims/evidence_edit.html", claim, form, evidence=evidence)


@on_claim(may="cite")
def evidence_remove(request: Request, claim: Claim, item: int) -> HttpResponse:
    """Take a piece of evidence off the claim; it can be brought back."""
    evidence = _find(claim, item)
    posted = request.POST if request.method == "POST" else None
    if posted is None:
        evidence.require_changeable()
    form = WorkForm(posted, initial={"version": evidence.version})
    if form.is_valid():
        expect = None if evidence.removed_at else form.seen_version
        form.attempt(lambda: evidence.remove(by=request.user, expect=expect))
        if not form.errors:
            sentence = _("Evidence %(number)s is removed.") % {"number": item}
            return _done(request, claim, sentence, removed=str(item), keeps_form=True)
        evidence.refresh_from_db()
    return ask(request, "claims/evidence_remove.html", claim, form, evidence=evidence)


@on_claim(may="cite")
def evidence_restore(request: Request, claim: Claim, item: int) -> HttpResponse:
    """Bring a removed piece of evidence back."""
    evidence = _find(claim, item)
    form = WorkForm(request.POST if request.method == "POST" else None)
    if not form.is_bound:
        claim.require_citable()
    if form.is_valid():
        evidence.restore(by=request.user)
        return _done(request, claim, _("Evidence %(number)s is back.") % {"number": item}, keeps_form=True)
    return ask(request, "claims/evidence_restore.html", claim, form, evidence=evidence)


def _find(claim: Claim, number: int) -> Evidence:
    rows = claim.evidence.select_related("exhibit__source", "exhibit__document", "grade")
    evidence: Evidence | None = rows.defer("exhibit__document__content").filter(number=number).first()
    if evidence is None:
        raise Http404
    return evidence


def _done(
    request: Request, claim: Claim, sentence: str, *, removed: str = "", keeps_form: bool = False
) -> HttpResponse:
    return done(request, claim, sentence, part="cited", target="evidence", removed=removed, keeps_form=keeps_form)
