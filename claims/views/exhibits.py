"""Exhibits: what sources put out, with the text that is held of it, its captures and what rests on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from claims.forms.evidence import having
from claims.forms.exhibits import ExhibitFilters, ExhibitForm
from claims.loading.deriving import capture_of_text
from claims.loading.reading import laid_out, part_of
from claims.models import Capture, Case, Derived, Document, Evidence, Exhibit, Lineage, User
from claims.models.entries import sha256
from claims.search.claims import usable
from claims.views.access import Request, on_case, on_exhibit
from claims.views.evidence_told import UNTOLD
from claims.views.lineage import LineagePage
from claims.views.parts import go, render_part, ways_on, whole

PAGE = 50  # exhibits of a list
CAPTURES = 20  # the newest
RESTING = 50  # pieces of evidence


@on_case()
def exhibit_list(request: Request, case: Case) -> HttpResponse:
    """The exhibits of a case, the newest first."""
    form = ExhibitFilters(request.GET)
    form.is_valid()
    chosen = form.cleaned_data
    words = usable(chosen.get("words", ""))
    shown = Exhibit.objects.filter(case=case).shown_to(case.role)
    # That it was found by a name would tell whose it is.
    exhibits = having(shown.rated_for(request.user, case) if words else shown, words)
    said = Lineage.objects.filter(exhibit=OuterRef("pk")).exclude(kind=Lineage.Kind.UNKNOWN)
    exhibits = exhibits.annotate(traced=Exists(said.order_by()))
    if chosen.get("unknown"):
        exhibits = exhibits.filter(traced=False)
    if chosen.get("before"):
        exhibits = exhibits.filter(pk__lt=chosen["before"])
    rows = exhibits.order_by("-pk").select_related("source").defer("text", "pages", "source__note")
    found = list(rows.fetch_mode(models.FETCH_RAISE)[: PAGE + 1])
    tell_unrated(found, request.user, case)
    context = {
        "room": "case",
        "case": case,
        "exhibits": found[:PAGE],
        "filters": form,
        "filtered": bool(chosen.get("words") or chosen.get("unknown")),
        **ways_on(
            request, "before", begun=bool(chosen.get("before")), last=found[PAGE - 1].pk if len(found) > PAGE else None
        ),
    }
    return render_part(request, "claims/exhibit_list.html", "exhibits", context, 422 if form.errors else 200)


def tell_unrated(exhibits: Sequence[Exhibit], reader: User, case: Case) -> None:
    """Put beside each exhibit what it is called instead, where its source is hidden from the reader until a rating."""
    if not case.hides_sources:
        return
    seen = Exhibit.objects.filter(pk__in=[one.pk for one in exhibits]).rated_for(reader, case)
    told = set(seen.order_by().values_list("pk", flat=True))
    for one in exhibits:
        one.untold = "" if one.pk in told else str(UNTOLD["unrated"])


@on_exhibit()
def exhibit_detail(request: Request, exhibit: Exhibit) -> HttpResponse:
    """One exhibit: what it is, its captures, where it comes from, what rests on it, and its text."""
    context = about(request, exhibit) | text_of(request, exhibit)
    context["read"] = next((row for row in context["captures"] if row.text_sha256), None)
    return render_part(request, "claims/exhibit_detail.html", "text", context)


@on_exhibit()
def exhibit_text(request: Request, exhibit: Exhibit) -> HttpResponse:
    """The text alone, beside a form in which it is quoted."""
    context = {"room": "case", "case": exhibit.case, "exhibit": exhibit} | text_of(request, exhibit)
    return render_part(request, "claims/exhibit_text.html", "text", context)


@on_exhibit(may="cite")
def exhibit_edit(request: Request, exhibit: Exhibit) -> HttpResponse:
    """Correct what is known of an exhibit."""
    form = ExhibitForm(request.user, request.POST if request.method == "POST" else None, exhibit=exhibit)
    if form.is_valid() and form.attempt(lambda: form.revise(request.user)) is not None:
        return go(request, exhibit, _("Saved."))
    context = {"room": "case", "case": exhibit.case, "exhibit": exhibit, "form": form}
    return render_part(request, "claims/exhibit_edit.html", "exhibit", context, form.status if form.errors else 200)


def text_of(request: Request, exhibit: Exhibit) -> dict[str, Any]:
    """The part of its text that the address names, laid out for reading; nothing where no text is held."""
    return part_shown(exhibit, whole(request.GET, "part") or 1)


def part_shown(exhibit: Exhibit, number: int) -> dict[str, Any]:
    """That part of its text, laid out for reading; nothing where no text is held. Raises Http404 for no such part."""
    held, pages, language = held_of(exhibit)
    if not held:
        return {"here": None, "page": [], "text_language": language, "held_sha256": ""}
    here = part_of(held, number)
    if here is None:
        raise Http404
    page = laid_out(here, [], [], pages)
    return {
        "here": here, "before": here.number - 1, "after": here.number + 1, "page": page, "text_language": language,
        "held_sha256": sha256(held), "text_capture": None if exhibit.document_id else capture_of_text(exhibit, held),
    }  # fmt: skip


def held_of(exhibit: Exhibit) -> tuple[str, list[int], str]:
    """The text that is held, where its pages begin, and its language."""
    records: Any = Exhibit.objects.filter(pk=exhibit.pk)
    if exhibit.document_id:
        records = Document.objects.filter(pk=exhibit.document_id)
    text, pages, language = records.order_by().values_list("text", "pages", "language")[0]
    return text, pages, language


def about(request: Request, exhibit: Exhibit) -> dict[str, Any]:
    """What is known of an exhibit beside its text."""
    captures = Capture.objects.filter(exhibit=exhibit).select_related("file", "captured_by").defer("headers")
    before = whole(request.GET, "captures")
    if before is not None:
        captures = captures.filter(pk__lt=before)
    rows = list(captures.order_by("-pk").fetch_mode(models.FETCH_RAISE)[: CAPTURES + 1])
    texts = dict(
        Derived.objects.filter(parent__in={row.file_id for row in rows}, kind=Derived.Kind.TEXT)
        .exclude(file=None)
        .values_list("parent", "file__sha256")
    )
    for row in rows:
        row.text_sha256 = texts.get(row.file_id)
    resting = Evidence.objects.standing().filter(exhibit=exhibit).select_related("claim__rating", "grade")
    evidence = list(resting.order_by("-pk").fetch_mode(models.FETCH_RAISE)[: RESTING + 1])
    for item in evidence:
        item.claim.case, item.exhibit = exhibit.case, exhibit
    document = Document.objects.filter(pk=exhibit.document_id).light().first() if exhibit.document_id else None
    return {
        "room": "case",
        "case": exhibit.case,
        "exhibit": exhibit,
        "document": document,
        "may": exhibit.case.allows(request.user, "cite"),
        "captures": rows[:CAPTURES],
        "older_captures": rows[CAPTURES - 1].pk if len(rows) > CAPTURES else None,
        "evidence": evidence[:RESTING],
        "more_evidence": len(evidence) > RESTING,
        "lineage": LineagePage(exhibit, request.user),
    }
