"""A claim among the others: those that say the same or something near, and those that a person linked it with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.contrib import messages
from django.db import models
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from claims.forms.filters import cursor
from claims.models import Case, Claim, Link, NotNow, NotYours, Refused, User, link
from claims.models.links import unlink
from claims.search.similar import Comparable, Near, similar
from claims.views.access import Request, is_code, on_case, on_claim
from claims.views.claim_page import ClaimPage
from claims.views.claims import context_of
from claims.views.parts import go, render_part, wants_part

OFFERED = 8  # similar claims
LINKS = 50  # of one claim, on its page
LONGEST = 1000  # characters of a statement


@dataclass(frozen=True)
class Offer:
    """Claims like a statement: one that says it word for word in the same case, those that say the same, and near."""

    twin: Claim | None
    same: list[Claim]
    near: list[Claim]

    @property
    def count(self) -> int:
        """How many there are in all."""
        return len(self.same) + len(self.near) + (self.twin is not None)


@dataclass(frozen=True)
class Linked:
    """A link as it is seen from one end: the claim at the other, and whether the reader may take it back."""

    link: Link
    claim: Claim
    removable: bool


def offer(statement: str, reader: User, case: Case, *, besides: Claim | None = None, apart: set[int]) -> Offer:
    """The claims that say what a statement says or nearly, without those `apart`, which are linked already."""
    near = similar(statement, reader, limit=OFFERED + len(apart), besides=besides)
    shown = [one for one in near if one.claim.pk not in apart][:OFFERED]
    twin = next((one.claim for one in shown if is_twin(one, statement, case)), None)
    others = [one for one in shown if one.claim != twin]
    return Offer(
        twin,
        [one.claim for one in others if one.judgement == "same"],
        [one.claim for one in others if one.judgement == "near"],
    )


def is_twin(one: Near, statement: str, case: Case) -> bool:
    """Whether a claim of the same case says just that, word for word."""
    return one.claim.case_id == case.pk and Comparable.of(one.claim.statement) == Comparable.of(statement)


def links_of(claim: Claim, reader: User) -> list[Linked]:
    """The claim's links with what the reader may see, the newest first."""
    ends = [f"{end}__{name}" for end in ("claim", "other") for name in ("case", "rating")]
    rows = Link.objects.of(claim, reader).select_related(*ends).order_by("-pk").fetch_mode(models.FETCH_RAISE)[:LINKS]
    cases = {row.claim.case_id for row in rows}
    # Taking back is an entry in the log of the case in which the link was made.
    allowed = {one.pk for one in Case.objects.visible_to(reader).filter(pk__in=cases) if one.allows(reader, "revise")}
    return [Linked(row, row.seen_from(claim), row.claim.case_id in allowed) for row in rows]


def beside(claim: Claim, reader: User) -> dict[str, Any]:
    """What the pages show beside a claim."""
    links = links_of(claim, reader)
    apart = {row.claim.pk for row in links}
    return {
        "links": links,
        "offer": offer(claim.statement, reader, claim.case, besides=claim, apart=apart),
        "may_link": claim.case.allows(reader, "revise"),
    }


@on_claim()
def claim_similar(request: Request, claim: Claim) -> HttpResponse:
    """The claims beside a claim: linked with it, or like it."""
    context = context_of(ClaimPage(claim, request.user)) | beside(claim, request.user) | _undo(request, claim)
    return render_part(request, "claims/claim_similar.html", "similar", context)


def _undo(request: Request, claim: Claim) -> dict[str, Any]:
    """The link that was just taken back, to be made again by one button."""
    kind, ref = request.GET.get("kind", ""), request.GET.get("unlinked", "")
    other = find(ref, request.user) if kind in Link.Kind.values else None
    return {"undo": {"other": other, "kind": kind}} if other else {}


@on_case()
def claim_like(request: Request, case: Case) -> HttpResponse:
    """The claims like a statement that is being typed. It is posted, as it may be too long for an address."""
    asked = request.POST if request.method == "POST" else request.GET
    statement = asked.get("statement", "").replace("\0", " ").strip()[:LONGEST]
    found = offer(statement, request.user, case, apart=set()) if statement else Offer(None, [], [])
    context = {"room": "case", "case": case, "statement": statement, "offer": found, "typing": True}
    return render_part(request, "claims/claim_like.html", "similar", context)


@on_claim(may="revise")
def link_add(request: Request, claim: Claim) -> HttpResponse:
    """Say that another claim says the same, or contradicts this one."""
    if request.method != "POST":
        return redirect("claims:claim-similar", claim.case.code, claim.number)
    try:
        made = _linked(request, claim)
    except Refused as refusal:
        if "typed" not in request.POST:
            raise
        # What was typed into the field is answered at the field.
        context = context_of(ClaimPage(claim, request.user)) | beside(claim, request.user)
        context |= {"fault": str(refusal), "typed": request.POST.get("other", "")[:40]}
        return render_part(request, "claims/claim_similar.html", "similar", context, refusal.status)
    return _answer(request, claim, _("Linked: %(link)s.") % {"link": made})


def _linked(request: Request, claim: Claim) -> Link:
    ref, kind = request.POST.get("other", "").strip().upper(), request.POST.get("kind", "")
    if kind not in Link.Kind.values:
        raise Refused(_("Say whether the other claim says the same or contradicts this one."))
    other = find(ref, request.user)
    if other is None:
        raise Refused(_("None of the claims you may see is called “%(ref)s”.") % {"ref": ref[:40]})
    return link(claim, other, kind, by=request.user)


@on_claim()
def link_remove(request: Request, claim: Claim, pk: int) -> HttpResponse:
    """Take a link back, from either end."""
    if request.method != "POST":
        return redirect("claims:claim-similar", claim.case.code, claim.number)
    made = Link.objects.of(claim, request.user).filter(pk=pk).select_related("claim__case", "other__case").first()
    if made is None:
        raise NotNow(_("This link is gone already."))
    if not made.claim.case.allows(request.user, "revise"):
        raise NotYours(_("Your role in the case where the link was made does not allow this."))
    sentence = _("Taken back: %(link)s.") % {"link": made}
    unlink(made, by=request.user)
    return _answer(request, claim, sentence, unlinked=made.seen_from(claim).ref, kind=made.kind)


def find(ref: str, reader: User) -> Claim | None:
    """The claim of that name, as in BY-3, if the reader may see it."""
    code, _dash, number = ref.rpartition("-")
    if not is_code(code) or cursor(number) is None:
        return None
    seen = Claim.objects.visible_to(reader).filter(case__code=code, number=cursor(number))
    return seen.select_related("case").first()


def _answer(request: Request, claim: Claim, sentence: str, **undo: str) -> HttpResponse:
    """After an act: what now stands beside the claim; without htmx, on its page of its own."""
    place = reverse("claims:claim-similar", args=[claim.case.code, claim.number])
    if not wants_part(request):
        return go(request, f"{place}?{urlencode(undo)}" if undo else place, sentence)
    messages.success(request, sentence)
    context = context_of(ClaimPage(claim, request.user)) | beside(claim, request.user)
    if undo:
        context["undo"] = {"other": find(undo["unlinked"], request.user), "kind": undo["kind"]}
    # The claim's page shows its newest entries too.
    shown = urlsplit(request.htmx.current_url_abs_path or "").path
    part = "linked" if shown == claim.get_absolute_url() else "told"
    return render_part(request, "claims/claim_similar.html", part, context)
