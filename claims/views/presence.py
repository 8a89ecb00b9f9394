"""Who else has a claim's page open; asked by the page itself, after it has come."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from claims.models import Claim, Presence, User, may
from claims.views.access import Request, on_claim
from claims.views.parts import wants_part

NAMED = 4


@on_claim()
def claim_here(request: Request, claim: Claim) -> HttpResponse:
    """Who else is on this claim; 204 where that is what the page shows already. Who only reads is told of nobody."""
    if not wants_part(request):
        return redirect(claim)
    if not may(claim.case.role, "assess"):
        return HttpResponse(status=204)
    others = Presence.objects.meet(claim, request.user)
    shown = "-".join(str(person.pk) for person in others)
    if request.GET.get("shown", "") == shown:
        return HttpResponse(status=204)
    return render(request, "claims/_here_told.html", {"shown": shown, "sentence": said(others)})


def said(others: list[User]) -> str:
    """Who is here, in a sentence; nothing where nobody is."""
    if not others:
        return ""
    names, more = [str(person) for person in others[:NAMED]], len(others) - NAMED
    if more > 0:
        names.append(ngettext("%(n)s other", "%(n)s others", more) % {"n": more})
    listed = get_text_list(names, _("and"))
    return ngettext("%(names)s is here too.", "%(names)s are here too.", len(others)) % {"names": listed}
