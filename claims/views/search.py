"""The search over everything that one may see."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import quote

from django.http import HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from claims.forms.search import LONGEST, SearchFilter
from claims.models import Claim, Document, Passage
from claims.search import everything
from claims.search.everything import KINDS, Hit, Page
from claims.search.snippets import marked
from claims.text import parts
from claims.views.access import Request
from claims.views.links import find
from claims.views.parts import render_part

PAGE = 20  # of one kind
FEW = 5  # of each kind, where all kinds are shown
MARKS = re.compile("</?mark>")
FRAGMENT = 60  # characters of a text that an address names, so that the browser goes there


@dataclass(frozen=True)
class Found:
    """A hit with its address. Its words stand at `place`, if that is known: an address, and how it is called."""

    kind: str
    record: Any
    title: SafeString
    snippet: SafeString
    address: str
    place: tuple[str, str] | None = None


@dataclass(frozen=True)
class Group:
    """Hits of one kind, and the address of what follows them; "" where nothing does."""

    kind: str
    title: str
    hits: list[Found]
    more: str


def search(request: Request) -> HttpResponse:
    """Claims, documents, sources and evidence by their words: the newest of each kind, or page by page of one."""
    asked = SearchFilter(request.user, request.GET)
    after = request.GET.get("after", "") if asked.kind else ""
    context = {
        "room": "search", "asked": asked, "longest": LONGEST, "groups": groups(request, asked, after),
        "beyond": bool(after), "first": asked.query(),
        "kinds": [(kind, name) for kind, name in names().items()], "several": len(asked.cases) > 1,
    }  # fmt: skip
    response = render_part(request, "claims/search.html", "found", context)
    if request.htmx:
        # What is typed letter by letter takes one step of the browser's history, not one each.
        step = "HX-Replace-Url" if request.htmx.source == "input#q" else "HX-Push-Url"
        response[step] = f"{request.path}{asked.query()}"
    return response


def names() -> dict[str, str]:
    """What each kind of record is called."""
    words = (_("Claims"), _("Documents"), _("Sources"), _("Evidence"))
    return dict(zip(KINDS, words, strict=True))


def groups(request: Request, asked: SearchFilter, after: str) -> list[Group]:
    """What is found, kind by kind; kinds of which nothing is found are left out."""
    if not asked.q:
        return []
    looked = everything.Search(asked.q, request.user, asked.case)
    found = []
    for kind, name in names().items():
        if asked.kind in ("", kind):
            limit = PAGE if asked.kind else FEW
            page = looked.page(kind, after, limit)
            if kind == "claim" and not after:
                page = with_named(page, request, asked)
            more = ""
            if page.after:
                more = asked.query(kind=kind, after=page.after if asked.kind else "")
            if page.hits:
                found.append(Group(kind, name, placed(kind, page.hits), more))
    return found


def with_named(page: Page, request: Request, asked: SearchFilter) -> Page:
    """The page with the claim first that the words name, as in BY-3, if the reader may see it."""
    claim = find(asked.q.upper(), request.user)
    if claim is None or (asked.case and claim.case != asked.case):
        return page
    named = Hit("claim", claim, marked(claim.ref, [claim.ref]), marked(claim.statement, []))
    return Page([named, *(hit for hit in page.hits if hit.record != claim)], page.after)


def placed(kind: str, hits: list[Hit]) -> list[Found]:
    """The hits with their addresses, and where their words stand."""
    if kind == "claim":
        rows = _passages([hit.record for hit in hits])
        return [_found(hit, rows.get(hit.record.pk)) for hit in hits]
    if kind == "document":
        return [_found(hit, in_document(hit)) for hit in hits]
    return [_found(hit) for hit in hits]


def _found(hit: Hit, place: tuple[str, str] | None = None) -> Found:
    return Found(hit.kind, hit.record, hit.title, hit.snippet, hit.record.get_absolute_url(), place)


def _passages(claims: list[Claim]) -> dict[int, tuple[str, str]]:
    """Where each claim stands first: the address of its mark in the reading room, and the document's title."""
    codes = {claim.pk: (claim.case.code, claim.number) for claim in claims}
    rows = Passage.objects.filter(claim__in=codes).order_by("-document_id", "-start", "-pk")
    places = {}
    for claim, document, title in rows.values_list("claim", "document__number", "document__title")[: 20 * PAGE]:
        code, number = codes[claim]
        room = reverse("claims:document-detail", args=[code, document])
        places[claim] = (f"{room}?claim={number}#mark-{number}", _("In “%(title)s”") % {"title": title})
    return places


def in_document(hit: Hit) -> tuple[str, str] | None:
    """The address at which the reading room shows the first marked words of a snippet; None where none are marked.

    The browser finds the words themselves by the address's text fragment
    (https://wicg.github.io/scroll-to-text-fragment/); one that knows no such thing opens the part they stand in.
    """
    document: Document = hit.record
    cut = hit.snippet.removeprefix("… ").removesuffix(" …")
    before, mark, _rest = cut.partition("<mark>")
    inside = hit.read.find(unescape(MARKS.sub("", cut))) if mark else -1
    if inside < 0:
        return None
    inside += len(unescape(before))
    at, length = hit.start + inside, document.length  # type: ignore[attr-defined]
    page = document.page_of(at)
    number = parts.number_at(hit.read, at, start=hit.start, length=length)
    room = reverse("claims:document-detail", args=[document.case.code, document.number])
    query = f"?part={number}" if parts.count(length) > 1 else ""
    name = _("Page %(n)s, at these words") % {"n": page} if page else _("At these words")
    return f"{room}{query}#:~:text={fragment(hit.read[inside : inside + FRAGMENT])}", name


def fragment(words: str) -> str:
    """The beginning of a text as a text fragment names it: whole words of one line."""
    line = words.split("\n", 1)[0]
    whole = line if len(line) < FRAGMENT else line.rsplit(" ", 1)[0]
    # A hyphen divides the parts of a text fragment, and `quote` leaves it as it is.
    return quote(whole.strip(), safe="").replace("-", "%2D")
