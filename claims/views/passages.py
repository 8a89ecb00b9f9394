"""Where a claim was said: its passages, each with the words around it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.db.models import F, IntegerField
from django.db.models.functions import Greatest, Substr

from claims.models import Document, Passage
from claims.models.prepared import Prepared
from claims.text.quotations import Quotation, around, paragraph_bounds, stands

REACH = 1_000  # how much of a document is fetched on either side of a passage
PASSAGES = 5


@dataclass(frozen=True)
class Said:
    """A passage in its document, with the words around it; `stands` is what the quote gate says."""

    stands: bool
    before: str
    exact: str
    after: str
    number: int
    title: str
    language: str
    published: datetime.date | None
    page: int | None  # of the file, where it has pages
    key: int = 0  # of the passage


@Prepared
def passages(claim: int) -> Any:
    """The passages, each with what stands around it. Of a long document only what lies near is fetched."""
    begins = Greatest(F("start") - REACH, 0, output_field=IntegerField())
    near = Substr("document__text", begins + 1, F("end") - begins + REACH)
    document = [f"document__{name}" for name in ("number", "title", "language", "published", "pages")]
    rows = Passage.objects.filter(claim=claim).order_by("document_id", "start", "pk")
    return rows.values_list(begins, near, "start", "end", "exact", "prefix", "suffix", "pk", *document)[:PASSAGES]


def said_in(claim: int) -> list[Said]:
    """The passages, each in its paragraph. Of a long document only what lies near is fetched."""
    return [_said(*row) for row in passages(claim)]


def _said(
    begins: int, near: str, start: int, end: int, exact: str, prefix: str, suffix: str, key: int, *document: Any
) -> Said:
    document = (*document[:-1], Document(pages=document[-1]).page_of(start), key)
    start, end = start - begins, end - begins
    held = stands(near, Quotation(start, end, exact, prefix, suffix))
    if held and begins:
        # Half a line would look as if it had never been wrapped.
        cut = near.find("\n", 0, start) + 1
        near, start, end = near[cut:], start - cut, end - cut
    if not held:
        return Said(False, "", "", "", *document)
    before, after = around(near, start, end)
    paragraph = paragraph_bounds(near, start, end)
    before = before if paragraph.start == start - len(before) else "…" + before
    after = after if near[end + len(after) : paragraph.end].strip() == "" else after + "…"
    return Said(True, before, exact, after, *document)
