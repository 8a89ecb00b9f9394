"""Documents: their way in, the reading room, and claims made of their words."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from claims.forms.claims import ClaimForm
from claims.forms.documents import DocumentForm
from claims.loading.reading import passages_in, read_in, standing_in, tally
from claims.models import Claim, Document, Passage, Refused, Suggestion
from claims.text.quotations import around, trim
from claims.text.sentences import sentences
from claims.views.access import Request, on_document
from claims.views.parts import go, render_part, whole
from claims.views.reading_room import part_of, place_of, show
from claims.views.suggestions import found

STANDING = 8  # claims that stand in the words of a new one, by name


@on_document(may="load")
def document_edit(request: Request, document: Document) -> HttpResponse:
    """Corrects what is known about a document."""
    form = DocumentForm(request.POST if request.method == "POST" else None, document=document)
    saved = form.save(request.user) if form.is_bound else None
    if saved is not None:
        return go(request, saved, _("Saved."))
    context = {"room": "case", "case": document.case, "document": document, "form": form}
    return render_part(request, "claims/document_edit.html", "document", context, form.status if form.errors else 200)


@on_document()
def document_detail(request: Request, document: Document) -> HttpResponse:
    """The reading room: a part of the text with its marks, and the chosen claim or suggestion beside it."""
    number, key = whole(request.GET, "claim"), whole(request.GET, "suggestion")
    if number is not None:
        return show(request, document, _chosen(document, number))
    return show(request, document, suggestion=found(document, key) if key is not None else None)


def _chosen(document: Document, number: int) -> Passage:
    """The first passage in which the case's claim of that number stands here; 404 where it does not."""
    passages = document.passages.filter(claim__number=number).select_related("claim__rating")
    first: Passage | None = passages.order_by("start", "pk").first()
    if first is None:
        raise Http404
    first.claim.case, first.document = document.case, document
    return first


@on_document()
def document_sentences(request: Request, document: Document) -> HttpResponse:
    """Every sentence of the document, with what was suggested in it and decided: the way without selecting."""
    here = part_of(request, document, None)
    passages = passages_in(document, here).marked
    suggestions = read_in(document, here)
    rows: list[tuple[str, int, int, list[Claim], list[Suggestion]]] = []
    for span in sentences(here.text):
        start, end = here.start + span.start, here.start + span.end
        claims = {p.claim.number: p.claim for p in passages if p.start < end and start < p.end}
        # A suggestion stands with the sentence in which it begins; one from the part before, with the first.
        found_here = [s for s in suggestions if s.start < end and (start <= s.start or (start < s.end and not rows))]
        rows.append((here.text[span.start : span.end], start, end, list(claims.values()), found_here))
    context = {
        "room": "case",
        "case": document.case,
        "document": document,
        "here": here,
        "before": here.number - 1,
        "after": here.number + 1,
        "sentences": rows,
        "counts": tally(document),
        "may_make": document.case.allows(request.user, "make"),
    }
    return render_part(request, "claims/document_sentences.html", "sentences", context)


@on_document(may="make")
def claim_add(request: Request, document: Document) -> HttpResponse:
    """Makes a claim of the words between `start` and `end`."""
    passage = _selected(request, document)
    form = ClaimForm(request.POST if request.method == "POST" else None, passage=passage)
    claim = form.make(request.user) if form.is_bound else None
    if claim is not None:
        return go(request, place_of(document, claim), _("%(ref)s is made.") % {"ref": claim.ref})
    before, after = around(document.text, passage.start, passage.end)
    context = {
        "room": "case",
        "case": document.case,
        "document": document,
        "form": form,
        "passage": passage,
        "before": before,
        "after": after,
        "standing": standing_in(document, passage.start, passage.end, STANDING),
        "here": f"?{urlencode({'start': passage.start, 'end': passage.end})}",
    }
    return render_part(request, "claims/claim_form.html", "claim", context, form.status if form.errors else 200)


def _selected(request: Request, document: Document) -> Passage:
    """The selected passage, without white space at its ends. Raises Refused where the document has none there."""
    try:
        start, end = whole(request.GET, "start"), whole(request.GET, "end")
    except Http404:
        start = end = None
    if start is None or end is None:
        raise Refused(_("Select the words of the claim in the document first."))
    if end <= start:
        raise Refused(_("The selection ends before it begins. Select the words again in the text."))
    passage = Passage.of(document, start, end)
    return Passage.of(document, *trim(document.text, passage.start, passage.end))
