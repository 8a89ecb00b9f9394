"""Bringing evidence to bear on a claim, correcting it, taking it off and back."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from claims.forms.evidence import SOUGHT, EvidenceEditForm, EvidenceForm, RateForm
from claims.forms.fields import WorkForm
from claims.forms.filters import cursor
from claims.forms.sources import GradeForm
from claims.models import Claim, Evidence, Exhibit, NotNow, User
from claims.models.second_grades import grade_after_rating
from claims.models.shares import open_reports_naming
from claims.models.withheld_names import naming
from claims.text.quotations import around
from claims.views.absences import absence_edit
from claims.views.access import Request, on_claim
from claims.views.claim_page import ClaimPage
from claims.views.claims import ask, context_of, done
from claims.views.evidence_told import tell
from claims.views.exhibits import part_shown
from claims.views.parts import go, render_part
from claims.views.sources import check_gradable


@on_claim(may="cite")
def evidence_add(request: Request, claim: Claim) -> HttpResponse:
    """Bring an exhibit to bear on the claim; on the way there, look for one that the case holds."""
    if request.method == "POST" and not EvidenceForm.looks(request.POST):
        form = EvidenceForm(claim, request.user, request.POST)
        if form.is_valid() and (added := form.attempt(form.cite)) is not None:
            return _done(request, claim, _told_of_names(_("Evidence added."), added, request.user))
        return ask(request, "claims/evidence_add.html", claim, form)
    claim.require_citable()
    if request.method == "POST":
        form = _shown_again(request, claim, request.POST.dict())
        return ask(request, "claims/evidence_add.html", claim, form, reading=_reading(form, request.POST.get("show")))
    sought = {name: request.GET[name] for name in SOUGHT if name in request.GET}
    form = _shown_again(request, claim, sought)
    part = "form" if not sought else "chosen" if set(sought) == {"exhibit"} else "exhibits"
    context = context_of(ClaimPage(claim, request.user)) | {"form": form}
    return render_part(request, "claims/evidence_add.html", part, context)


def _shown_again(request: Request, claim: Claim, typed: dict[str, Any]) -> EvidenceForm:
    return EvidenceForm(claim, request.user, typed=typed)


def _reading(form: EvidenceForm, part: str | None) -> dict[str, Any] | None:
    """The part of the chosen exhibit's text that was asked for; None where none was."""
    number = cursor(part)
    if number is None or form.chosen is None:
        return None
    return part_shown(Exhibit.objects.defer("text").get(pk=form.chosen, case=form.claim.case), number)


@on_claim(may="cite")
def evidence_edit(request: Request, claim: Claim, item: int) -> HttpResponse:
    """Correct how a piece of evidence bears on the claim."""
    evidence = _find(claim, item, request.user)
    if evidence.removed_at is not None:
        raise NotNow(_("Evidence %(number)s was removed. Restore it first.") % {"number": item})
    if request.method != "POST":
        evidence.require_changeable(request.user)
    if evidence.absence is not None:
        return absence_edit(request, claim, evidence)
    if evidence.untold:
        raise NotNow(rate_first(evidence))
    posted = request.POST if request.method == "POST" else None
    form = EvidenceEditForm(posted, evidence=evidence, user=request.user)
    if form.is_valid() and form.attempt(lambda: form.revise(request.user)) is not None:
        saved = _("Evidence %(number)s is saved.") % {"number": item}
        return _done(request, claim, _told_of_names(saved, evidence, request.user))
    texts = naming(evidence, request.user) if evidence.withheld else []
    links = open_reports_naming(evidence) if evidence.withheld else []
    return ask(request, "claims/evidence_edit.html", claim, form, evidence=evidence, texts=texts, linked=links)


def _told_of_names(sentence: str, evidence: Evidence, user: User) -> str:
    """The sentence, and of evidence that withholds who it is, which texts name them all the same."""
    if not evidence.withheld:
        return sentence
    linked = {f"{report.get_absolute_url()}#shares": str(report) for report in open_reports_naming(evidence)}
    if linked:
        told = _("Whoever has a link to these reports still reads who it is, until you withdraw it:")
        sentence = format_html("{} {} {}.", sentence, told, _links(linked))
    texts = naming(evidence, user)
    if not texts:
        return sentence
    names = format_html_join(", ", "“{}”", [(name,) for name in dict.fromkeys(one.name for one in texts)])
    told = _("Texts that readers are shown still name")
    places = {one.claim.get_absolute_url(): one.claim.ref for one in texts}
    return format_html("{} {} {}: {}.", sentence, told, names, _links(places))


def _links(places: dict[str, str]) -> str:
    return format_html_join(", ", '<a href="{}">{}</a>', places.items())


@on_claim(may="cite")
def evidence_remove(request: Request, claim: Claim, item: int) -> HttpResponse:
    """Take a piece of evidence off the claim; it can be brought back."""
    evidence = _find(claim, item, request.user)
    posted = request.POST if request.method == "POST" else None
    if posted is None:
        evidence.require_changeable(request.user)
        evidence.require_removable(request.user)
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
    evidence = _find(claim, item, request.user)
    form = WorkForm(request.POST if request.method == "POST" else None)
    if not form.is_bound:
        claim.require_citable()
    if form.is_valid():
        evidence.restore(by=request.user)
        return _done(request, claim, _("Evidence %(number)s is back.") % {"number": item}, keeps_form=True)
    return ask(request, "claims/evidence_restore.html", claim, form, evidence=evidence)


@on_claim(may="cite")
def evidence_rate(request: Request, claim: Claim, item: int) -> HttpResponse:
    """Say how far a piece of evidence is to be believed before seeing whose it is; then see, and grade the source."""
    evidence = _find(claim, item, request.user)
    if evidence.rated_by_id is not None and (request.method != "POST" or "letter" in request.POST):
        return _rated(request, claim, evidence)
    if request.method != "POST":
        evidence.require_ratable(request.user)
    form = RateForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and form.attempt(lambda: evidence.rate(by=request.user, **form.values)) is not None:
        here = reverse("claims:evidence-rate", args=[claim.case.code, claim.number, item])
        return go(request, here, _("Rated. Here is whose it is."))
    around = surroundings(evidence.exhibit.held_text, evidence.quote) if evidence.exhibit else None
    return ask(request, "claims/evidence_rate.html", claim, form, evidence=evidence, around=around)


def _rated(request: Request, claim: Claim, evidence: Evidence) -> HttpResponse:
    """Whose it is; with the form to grade the source where it has no grade yet."""
    if evidence.exhibit is None:
        raise Http404
    user, source = request.user, evidence.exhibit.source
    ungraded = source is not None and not source.reliability and claim.case.allows(user, "grade")
    form = GradeForm(request.POST if request.method == "POST" else None) if source is not None else None
    if source is not None and form is not None and form.is_bound:
        check_gradable(source, user)
        if form.is_valid():
            values = {"reason": form.values["reason"], "once": form.key(user)}
            if form.attempt(lambda: grade_after_rating(evidence, form.values["letter"], by=user, **values)):
                return go(request, evidence.get_absolute_url(), _("Graded."))
    shown = form if form is not None and (ungraded or form.errors) else None
    context = context_of(ClaimPage(claim, user)) | {"form": shown, "evidence": evidence, "source": source}
    status = form.status if form is not None and form.errors else 200
    return render_part(request, "claims/evidence_rated.html", "form", context, status)


def rate_first(evidence: Evidence) -> str:
    """What is said to whoever may not see yet whose it is."""
    said = _("Rate the credibility of evidence %(number)s first: its source is hidden until then.")
    return said % {"number": evidence.number}


def surroundings(text: str | None, quote: str) -> tuple[str, str, str] | None:
    """The quotation with the words of the held text before and after it; None where it does not stand in one."""
    start = text.find(quote) if text and quote else -1
    if text is None or start < 0:
        return None
    end = start + len(quote)
    before, after = around(text, start, end)
    return before, quote, after


def _find(claim: Claim, number: int, user: User) -> Evidence:
    rows = claim.evidence.select_related(
        "exhibit__source", "exhibit__document", "grade", "absence__searched_by", "added_by"
    )
    evidence: Evidence | None = rows.defer("exhibit__document__content").filter(number=number).first()
    if evidence is None:
        raise Http404
    evidence.claim = claim
    return tell([evidence], user)[0]


def _done(
    request: Request, claim: Claim, sentence: str, *, removed: str = "", keeps_form: bool = False
) -> HttpResponse:
    return done(request, claim, sentence, part="cited", target="evidence", removed=removed, keeps_form=keeps_form)
