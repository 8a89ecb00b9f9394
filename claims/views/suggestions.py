"""Decisions on suggestions: made a claim, dismissed, or taken back."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from claims.forms.filters import cursor
from claims.loading.reading import next_pending
from claims.models import Document, NotNow, Suggestion
from claims.views.access import Request, on_document
from claims.views.parts import go, wants_part
from claims.views.reading_room import place_of, show


@on_document(may="make")
def suggestion_make(request: Request, document: Document, suggestion: int) -> HttpResponse:
    """Makes it a claim, with its figures and who said it filled in."""
    return _decide(request, document, suggestion, Suggestion.State.CLAIMED)


@on_document(may="make")
def suggestion_dismiss(request: Request, document: Document, suggestion: int) -> HttpResponse:
    """Sets it aside."""
    return _decide(request, document, suggestion, Suggestion.State.DISMISSED)


@on_document(may="make")
def suggestion_undo(request: Request, document: Document, suggestion: int) -> HttpResponse:
    """Takes the decision on it back; a claim that was made of it is withdrawn."""
    return _decide(request, document, suggestion, Suggestion.State.PENDING)


def found(document: Document, key: int) -> Suggestion:
    """The document's suggestion of that key; 404 where it has none."""
    suggestion: Suggestion | None = document.suggestions.select_related("claim").filter(pk=key).first()
    if suggestion is None:
        raise Http404
    suggestion.document = document
    return suggestion


def _decide(request: Request, document: Document, key: int, state: Suggestion.State) -> HttpResponse:
    suggestion = found(document, key)
    if request.method != "POST":
        return redirect(place_of(document, suggestion))
    try:
        if state == Suggestion.State.CLAIMED:
            suggestion.make_claim(by=request.user)
        elif state == Suggestion.State.DISMISSED:
            suggestion.dismiss(by=request.user)
        else:
            suggestion.undo(by=request.user)
    except NotNow:
        # A button that was pressed twice has done what it says.
        stands = found(document, key)
        if state == Suggestion.State.PENDING or (stands.state, stands.decided_by_id) != (state, request.user.pk):
            raise
    if request.POST.get("from") == "sentences":
        return go(request, _sentences(request, document, suggestion))
    # Who decides goes through them in reading order; what is taken back stays in sight.
    taken_back = state == Suggestion.State.PENDING
    following = found(document, key) if taken_back else next_pending(document, suggestion.start, key)
    if not wants_part(request):
        return redirect(place_of(document, following))
    response = show(request, document, suggestion=following, part_name="room")
    response["HX-Retarget"], response["HX-Reswap"] = "#room", "outerMorph"
    response["HX-Push-Url"] = place_of(document, following)
    return response


def _sentences(request: Request, document: Document, suggestion: Suggestion) -> str:
    page = reverse("claims:document-sentences", args=[document.case.code, document.number])
    number = cursor(request.POST.get("part")) or 1
    return f"{page}?part={number}#at-{suggestion.start}"
