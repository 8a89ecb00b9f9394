"""What the reading room shows: a part of the text with its marks, and what is chosen beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from claims.forms.filters import cursor
from claims.loading.extracting import NOTES, sentence
from claims.loading.reading import (
    Part,
    best_first,
    covered,
    key_of,
    laid_out,
    next_pending,
    orphans_of,
    part,
    part_at,
    passages_in,
    suggested_in,
    tally,
)
from claims.models import Attribution, Claim, Document, Passage, Quantity, Status, Suggestion, User
from claims.models.suggestions import typed
from claims.text.assertions import SEEN, WORDINGS
from claims.text.worth import SIGNS
from claims.views import captures
from claims.views.access import Request, open_to
from claims.views.parts import render_part, wants_part, whole

LISTED = 50  # suggestions on one page of the list beside the text
AGAINST = {sign.code for sign in SIGNS if sign.weight < 0} | {code for code, (weight, _) in SEEN.items() if weight < 0}
RUNG = ("speaker", "verb", "hedged", "basis")
FIGURE = ("measure", "low", "high", "unit", "entity")


def show(
    request: Request,
    document: Document,
    passage: Passage | None = None,
    suggestion: Suggestion | None = None,
    *,
    part_name: str = "claim",
) -> HttpResponse:
    """The reading room with a claim's passage or a suggestion chosen, or the part of it that htmx asks for."""
    may_make = document.case.allows(request.user, "make")
    context: dict[str, Any] = {
        "room": "case",
        "case": document.case,
        "document": document,
        "may_make": may_make,
        "may_load": document.case.allows(request.user, "load"),
        "decided": last_decision(document, request.user) if may_make else None,
    }
    if passage is not None:
        context |= _about_claim(request, document, passage)
    elif suggestion is not None:
        context |= _about_suggestion(document, suggestion)
    if part_name == "room" or not wants_part(request):
        context |= _text(request, document, passage, suggestion)
    else:
        number = whole(request.GET, "part")
        context["keep"] = f"&part={number}" if number else ""
    return render_part(request, "claims/document_detail.html", part_name, context)


def part_of(request: Request, document: Document, place: int | None) -> Part:
    """The part that the address names; without one the part of a place, or the first. 404 where it has no such part."""
    number = whole(request.GET, "part")
    if number is None and place is not None:
        # Where the place lies beyond the text, the page still has to say so.
        here = part_at(document, place) or part(document, 1)
    else:
        here = part(document, 1 if number is None else number)
    if here is None:
        raise Http404
    return here


def place_of(document: Document, record: Claim | Suggestion | None = None) -> str:
    """The address at which the reading room shows a claim or a suggestion of this document."""
    room = reverse("claims:document-detail", args=[document.case.code, document.number])
    if record is None:
        return room
    query = f"claim={record.number}" if isinstance(record, Claim) else f"suggestion={record.pk}"
    return f"{room}?{query}#mark-{key_of(record)}"


def last_decision(document: Document, user: User) -> Suggestion | None:
    """The person's last decision on one of the document's suggestions, with its words, if it can be undone."""
    decided = document.suggestions.exclude(state=Suggestion.State.PENDING).filter(decided_by=user)
    last: Suggestion | None = decided.select_related("claim").order_by("-decided_at", "-pk").first()
    if last is None:
        return None
    if last.claim is not None:
        last.claim.case = document.case
        if last.claim.status != Status.OPEN:
            return None
    return with_words(document, [last])[0]


def with_words(document: Document, suggestions: Sequence[Suggestion]) -> list[Suggestion]:
    """The suggestions, each with its words as `words`."""
    for suggestion in suggestions:
        suggestion.document = document
        suggestion.words = document.text[suggestion.start : suggestion.end]  # type: ignore[attr-defined]
    return list(suggestions)


def _text(
    request: Request, document: Document, passage: Passage | None, suggestion: Suggestion | None
) -> dict[str, Any]:
    """The part of the text with its marks, and the lists beside it."""
    chosen = passage or suggestion
    here = part_of(request, document, chosen.start if chosen is not None else None)
    passages = passages_in(document, here, passage.claim if passage is not None else None)
    suggestions = suggested_in(document, here, suggestion)
    page = laid_out(here, passages.marked, suggestions, document.pages)
    after = cursor(request.GET.get("after"))
    best, more = best_first(document, after, LISTED)
    kept = captures.kept(document, request.user)
    keep = f"&part={here.number}" if here.count > 1 else ""
    return {
        "here": here,
        # Where the text begins with its own title, the page need not say it twice.
        "titled": here.text.lstrip().partition("\n")[0].strip() == document.title,
        "notes": [sentence(note) for note in document.notes if note[0] in NOTES],
        "page": page,
        "claims": _claims(passages.marked),
        "withdrawn": _claims(passages.withdrawn),
        "orphans": orphans_of(document, passages.orphaned),
        "crowded": passages.crowded,
        "captures": kept[: captures.LISTED],
        "more_captures": len(kept) > captures.LISTED,
        # Claims can be opened from their own list.
        "covered": [layer for layer in covered(page) if layer.claim is None],
        "best": with_words(document, best),
        "last": best[-1].pk if more else None,
        "paged": after is not None,
        "counts": tally(document),
        "before": here.number - 1,
        "after": here.number + 1,
        "keep": keep,
    }


def _claims(passages: Sequence[Passage]) -> list[Claim]:
    return list({passage.claim.number: passage.claim for passage in passages}.values())


def _about_claim(request: Request, document: Document, passage: Passage) -> dict[str, Any]:
    """What the reading room says of the chosen claim."""
    claim, user = passage.claim, request.user
    stances = dict(claim.evidence.standing().order_by().values_list("stance").annotate(n=Count("pk")))
    asked = claim.assignments.filter(round=claim.round, current=True).select_related("reviewer")
    complete = claim.answers_in >= document.case.assessments_required
    return {
        "claim": claim,
        "current": key_of(claim),
        "passage": passage,
        "on_page": document.page_of(passage.start),
        "chain": list(claim.attributions.all()),
        "figures": list(claim.quantities.all()),
        "stances": _in_words(stances),
        "reviewers": [row.reviewer for row in asked],
        # Whether the answers agree would tell somebody who has not answered what the others said.
        "tells": complete and claim.pk in open_to([claim], user, document.case.role),
        "may_assess": claim.allowed("assess", user),
        "may_cite": document.case.allows(user, "cite") and claim.citable,
        "may_revise": document.case.allows(user, "revise") and claim.revisable,
        "next": _next(document, passage.start, passage.pk, claim),
    }


def _next(document: Document, start: int, key: int, claim: Claim) -> str | None:
    """The address of the mark behind a claim's passage, be it of another claim or a suggestion."""
    behind = Q(start__gt=start) | Q(start=start, pk__gt=key)
    passages = document.passages.filter(behind, start__gte=start).exclude(claim=claim)
    standing = passages.exclude(claim__status=Status.WITHDRAWN).select_related("claim").order_by("start", "pk")
    waiting = document.suggestions.pending().filter(start__gt=start).order_by("start", "pk")
    passage, suggestion = standing.first(), waiting.first()
    if suggestion is not None and (passage is None or suggestion.start <= passage.start):
        return place_of(document, suggestion)
    return place_of(document, passage.claim) if passage is not None else None


def _about_suggestion(document: Document, suggestion: Suggestion) -> dict[str, Any]:
    """What the reading room says of the chosen suggestion: its words, why it was made, and by what."""
    with_words(document, [suggestion])
    if suggestion.claim is not None:
        suggestion.claim.case = document.case
    following = next_pending(document, suggestion.start, suggestion.pk)
    return {
        "suggestion": suggestion,
        "current": key_of(suggestion),
        "on_page": document.page_of(suggestion.start),
        "chain": [Attribution(**_only(row, RUNG)) for row in suggestion.rungs],
        "figures": [Quantity(**_only(typed(row), FIGURE)) for row in suggestion.figures],
        # The codes are translated here, as the text layer knows of no language but its own.
        "reasons": [(_(WORDINGS.get(code, code)), code in AGAINST) for code in suggestion.reasons],
        "next": place_of(document, following) if following not in (None, suggestion) else None,
    }


def _only(row: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: row[name] for name in names if row.get(name) is not None}


def _in_words(stances: dict[str, int]) -> list[str]:
    words = {
        "supports": ngettext("%(n)s supports", "%(n)s support", stances.get("supports", 0)),
        "refutes": ngettext("%(n)s refutes", "%(n)s refute", stances.get("refutes", 0)),
        "context": _("%(n)s context"),
    }
    return [words[stance] % {"n": stances[stance]} for stance in words if stance in stances]
