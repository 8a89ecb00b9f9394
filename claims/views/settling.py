"""Settling a claim: its answers side by side, what changed since a proposal, and the replies of the overruled."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import models
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from claims.forms.verdicts import RenewForm, ReplyForm
from claims.models import (
    Assessment,
    Claim,
    Evidence,
    NotNow,
    Overruled,
    Reply,
    User,
    Verdict,
    changes_since,
    leave,
    renew,
    reply,
)
from claims.views.access import Request, on_claim
from claims.views.claim_page import ClaimPage
from claims.views.claims import ask, context_of, done, find_claim
from claims.views.parts import go, render_part, whole


@dataclass(frozen=True)
class Part:
    """One part of an answer: what it is called, and what each reviewer said, in their order."""

    label: str
    said: list[str]

    @property
    def agreed(self) -> bool:
        """Whether all said the same."""
        return len(set(self.said)) == 1


@dataclass(frozen=True)
class Relied:
    """A piece of evidence, and of each reviewer whether they relied on it."""

    evidence: Evidence
    ticks: list[bool]


class Split:
    """The answers of a round side by side: in what they differ, and on what all agree."""

    def __init__(self, answers: list[Assessment], evidence: list[Evidence]) -> None:
        self.answers = answers
        parts = [
            Part(_("Is it true?"), [str(row.rating) for row in answers]),
            Part(_("Was it said?"), [row.get_was_said_display() if row.was_said else "–" for row in answers]),
            Part(_("Likelihood"), [row.get_likelihood_display() if row.likelihood else "–" for row in answers]),
            Part(_("Confidence"), [row.get_confidence_display() if row.confidence else "–" for row in answers]),
        ]
        self.agreed = [part for part in parts if part.agreed and part.said[0] != "–"]
        self.differing = [part for part in parts if not part.agreed]
        relied = [Relied(item, [item.number in row.relied_numbers for row in answers]) for item in evidence]
        self.relied = [row for row in relied if len(set(row.ticks)) > 1]
        self.relied_alike = [row for row in relied if len(set(row.ticks)) == 1]

    @property
    def columns(self) -> list[tuple[Assessment, list[tuple[str, str]]]]:
        """Each answer with the parts in which it differs from another: (label, what it says)."""
        return [
            (answer, [(part.label, part.said[n]) for part in self.differing]) for n, answer in enumerate(self.answers)
        ]

    @property
    def summary(self) -> str:
        """On what all agree, in a line: “Was it said? Yes, it was said; Confidence: Moderate”."""
        return "; ".join(f"{part.label.removesuffix('?')}: {part.said[0]}" for part in self.agreed)


@on_claim(may="propose")
def claim_settle(request: Request, claim: Claim) -> HttpResponse:
    """The answers side by side, and the proposal that settles them; `?adopt=` names the answer it begins with."""
    claim.require("propose", request.user)
    page = ClaimPage(claim, request.user)
    if not page.answered:
        raise NotNow(_("The answers are not open to you yet."))
    key = whole(request.GET, "adopt")
    adopted = next((row for row in page.answered if row.pk == key), None)
    if key is not None and adopted is None:
        raise Http404
    context = context_of(page) | {
        "form": page.proposal_from(adopted),
        "split": Split(page.answered, page.evidence),
        "adopted": adopted,
    }
    return render_part(request, "claims/claim_settle.html", "adopted", context)


def verdict_of(page: ClaimPage, key: int) -> Verdict:
    """The verdict of this key on the claim; 404 where the person may not see it."""
    found = page.opened_verdict(key)
    if found is None:
        raise Http404
    found.claim = page.claim
    return found


@on_claim()
def verdict_since(request: Request, claim: Claim, verdict: int) -> HttpResponse:
    """What changed since a verdict was proposed, and what the overruled reply to it."""
    page = ClaimPage(claim, request.user)
    found = verdict_of(page, verdict)
    context = context_of(page) | since(page, found)
    return render_part(request, "claims/verdict_since.html", "since", context)


def since(page: ClaimPage, verdict: Verdict) -> dict[str, Any]:
    """What a page shows that has come since a verdict was proposed; changes while it is to be signed."""
    verdict.claim = page.claim
    changes, basis = changes_since(verdict) if not verdict.decision else ([], "")
    replies = Reply.objects.filter(verdict=verdict).select_related("reviewer").order_by("at", "pk")
    rows = list(replies.fetch_mode(models.FETCH_RAISE)[:100])
    told = verdict.decision != Verdict.Decision.SENT_BACK and not any(row.reviewer_id == page.user.pk for row in rows)
    return {
        "since_verdict": verdict,
        "changes": changes,
        "basis": basis,
        "may_renew": bool(changes) and verdict.proposed_by_id == page.user.pk and page.may["uphold"],
        "replies": rows,
        "may_reply": told and Overruled.objects.filter(verdict=verdict, reviewer=page.user).exists(),
    }


@on_claim(may="propose")
def verdict_renew(request: Request, claim: Claim) -> HttpResponse:
    """Propose the verdict as it now stands, after what it rests on has changed."""
    form = RenewForm(request.POST if request.method == "POST" else None)
    page = ClaimPage(claim, request.user)
    if form.is_valid():
        act = partial(
            renew, claim, by=request.user, expect=form.cleaned_data["version"] or -1, seen=form.values["basis"]
        )
        if form.attempt(act) is not None:
            return done(request, find_claim(claim), _("It is proposed as it now stands; somebody else signs it off."))
    if page.verdict is None or page.verdict.decision:
        raise NotNow(_("There is no proposal that could be renewed."))
    return ask(request, "claims/verdict_renew.html", claim, form, **since(page, page.verdict))


@on_claim()
def verdict_reply(request: Request, claim: Claim, verdict: int) -> HttpResponse:
    """Reply to a verdict that gives another answer than one's own, or leave it at that."""
    page = ClaimPage(claim, request.user)
    found = verdict_of(page, verdict)
    if not Overruled.objects.filter(verdict=found, reviewer=request.user).exists():
        raise Http404
    form = ReplyForm(claim.case, request.POST if request.method == "POST" else None)
    if request.method == "POST" and request.POST.get("act") == "leave":
        leave(found, by=request.user)
        return go(request, claim, _("Left at that: it waits in your queue no more."))
    if form.is_valid():
        act = partial(reply, found, by=request.user, text=form.values["text"], once=form.key(request.user))
        if form.attempt(act) is not None:
            return go(request, claim, _("Your reply stands with the verdict."))
    context = context_of(page) | {"form": form} | since(page, found)
    return render_part(request, "claims/verdict_reply.html", "form", context, form.status if form.errors else 200)


def overruled(user: User, shown: int) -> list[Claim]:
    """The claims whose verdict gives another answer than this reviewer's, who has not replied: the newest first.

    Each with `way`, the address of the reply; at most one more than are shown.
    """
    waiting = Overruled.objects.waiting_for(user)
    if not (user.is_superuser and user.is_active):
        waiting = waiting.filter(case__memberships__user=user)
    rows = waiting.select_related("verdict__claim__case").order_by("-pk").fetch_mode(models.FETCH_RAISE)
    claims: list[Any] = []
    for row in rows[: shown + 1]:
        claim: Any = row.verdict.claim
        claim.way = reverse("claims:verdict-reply", args=[claim.case.code, claim.number, row.verdict_id])
        claims.append(claim)
    return claims
