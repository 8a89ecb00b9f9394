"""Documents: their way in, the reading room, and claims made of their words."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from claims.forms.claims import ClaimForm
from claims.forms.documents import DocumentForm, LoadForm
from claims.forms.filters import cursor
from claims.loading.reading import MOST_MARKS, Part, laid_out, marked_in, part, part_at
from claims.models import Case, Document, Passage, Refused
from claims.text.quotations import around, trim
from claims.text.sentences import sentences
from claims.views.access import Request, on_case, on_document, open_to
from claims.views.parts import go, render_part, wants_part


@on_case(may="load")
def document_add(request: Request, case: Case) -> HttpResponse:
    """Loads a document by paste or upload."""
    form = LoadForm(request.POST, request.FILES) if request.method == "POST" else LoadForm()
    loaded = form.load(case, request.user) if form.is_bound else None
    if loaded is not None:
        document, new = loaded
        if new:
            words = ngettext("%(n)s word", "%(n)s words", document.words) % {"n": f"{document.words:,}"}
            return go(request, document, _("“%(title)s” is loaded: %(words)s.") % {"title": document, "words": words})
        messages.info(request, _("This text is in the case already. It is document %(n)s.") % {"n": document.number})
        return go(request, document)
    context = {"room": "case", "case": case, "form": form}
    return render_part(request, "claims/document_add.html", "load", context, form.status if form.errors else 200)


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
    """The reading room: a part of the text with its marks, and the chosen claim beside it."""
    number = _whole(request.GET, "claim")
    chosen = _chosen(document, number) if number is not None else None
    context = {
        "room": "case",
        "case": document.case,
        "document": document,
        "may_make": document.case.allows(request.user, "make"),
        "may_load": document.case.allows(request.user, "load"),
    }
    if chosen is not None:
        context |= _about(request, document, chosen)
    if not wants_part(request):
        here = _part_of(request, document, chosen)
        passages = marked_in(document, here)
        claims = {passage.claim.number: passage.claim for passage in passages}
        context |= {
            "here": here,
            # Where the text begins with its own title, the page need not say it twice.
            "titled": here.text.lstrip().partition("\n")[0].strip() == document.title,
            "page": laid_out(here, passages),
            "claims": list(claims.values()),
            "crowded": len(passages) == MOST_MARKS,
            "before": here.number - 1,
            "after": here.number + 1,
            "keep": f"&part={here.number}" if here.count > 1 else "",
        }
    return render_part(request, "claims/document_detail.html", "claim", context)


def _whole(query: QueryDict, name: str) -> int | None:
    """The whole number in the address; None where it names none, 404 where it is no such number."""
    value = query.get(name)
    number = cursor(value)
    if value and number is None:
        raise Http404
    return number


def _chosen(document: Document, number: int) -> Passage:
    """The first passage in which the case's claim of that number stands here; 404 where it does not."""
    passages = document.passages.filter(claim__number=number).select_related("claim__rating")
    found: Passage | None = passages.order_by("start", "pk").first()
    if found is None:
        raise Http404
    found.claim.case = document.case
    return found


def _part_of(request: Request, document: Document, chosen: Passage | None) -> Part:
    number = _whole(request.GET, "part")
    if number is None and chosen is not None:
        here = part_at(document, chosen.start)
    else:
        here = part(document, 1 if number is None else number)
    if here is None:
        raise Http404
    return here


def _about(request: Request, document: Document, passage: Passage) -> dict[str, Any]:
    """What the reading room says of the chosen claim."""
    claim = passage.claim
    behind = Q(start__gt=passage.start) | Q(start=passage.start, pk__gt=passage.pk)
    following = document.passages.filter(behind, start__gte=passage.start).exclude(claim=claim)
    stances = dict(claim.evidence.standing().order_by().values_list("stance").annotate(n=Count("pk")))
    asked = claim.assignments.filter(round=claim.round, current=True).select_related("reviewer")
    complete = claim.answers_in >= document.case.assessments_required
    return {
        "claim": claim,
        "chain": list(claim.attributions.all()),
        "figures": list(claim.quantities.all()),
        "stances": _in_words(stances),
        "reviewers": [row.reviewer for row in asked],
        # Whether the answers agree would tell somebody who has not answered what the others said.
        "tells": complete and claim.pk in open_to([claim], request.user, document.case.role),
        "may_assess": claim.allowed("assess", request.user),
        "may_cite": document.case.allows(request.user, "cite") and claim.citable,
        "next": following.order_by("start", "pk").values_list("claim__number", flat=True).first(),
    }


def _in_words(stances: dict[str, int]) -> list[str]:
    words = {
        "supports": ngettext("%(n)s supports", "%(n)s support", stances.get("supports", 0)),
        "refutes": ngettext("%(n)s refutes", "%(n)s refute", stances.get("refutes", 0)),
        "context": _("%(n)s context"),
    }
    return [words[stance] % {"n": stances[stance]} for stance in words if stance in stances]


@on_document()
def document_sentences(request: Request, document: Document) -> HttpResponse:
    """The document's sentences, each ready to be made a claim: the way without selecting."""
    here = _part_of(request, document, None)
    passages = marked_in(document, here)
    rows = []
    for span in sentences(here.text):
        start, end = here.start + span.start, here.start + span.end
        claims = {p.claim.number: p.claim for p in passages if p.start < end and start < p.end}
        rows.append((here.text[span.start : span.end], start, end, list(claims.values())))
    context = {
        "room": "case",
        "case": document.case,
        "document": document,
        "here": here,
        "before": here.number - 1,
        "after": here.number + 1,
        "sentences": rows,
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
        return go(request, place_of(document, claim.number), _("%(ref)s is made.") % {"ref": claim.ref})
    before, after = around(document.text, passage.start, passage.end)
    context = {
        "room": "case",
        "case": document.case,
        "document": document,
        "form": form,
        "passage": passage,
        "before": before,
        "after": after,
        "here": f"?{urlencode({'start': passage.start, 'end': passage.end})}",
    }
    return render_part(request, "claims/claim_form.html", "claim", context, form.status if form.errors else 200)


def _selected(request: Request, document: Document) -> Passage:
    """The selected passage, without white space at its ends. Raises Refused where the document has none there."""
    try:
        start, end = _whole(request.GET, "start"), _whole(request.GET, "end")
    except Http404:
        start = end = None
    if start is None or end is None:
        raise Refused(_("Select the words of the claim in the document first."))
    if end <= start:
        raise Refused(_("The selection ends before it begins. Select the words again in the text."))
    passage = Passage.of(document, start, end)
    return Passage.of(document, *trim(document.text, passage.start, passage.end))


def place_of(document: Document, number: int) -> str:
    """The address at which the reading room shows a claim of this document."""
    room = reverse("claims:document-detail", args=[document.case.code, document.number])
    return f"{room}?claim={number}#mark-{number}"
