"""The formats that an annotated document leaves in."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils import translation

from claims.reports import word
from claims.reports.snapshots import Snapshot

from . import page, pdf
from .annotating import Annotated, annotated


@dataclass(frozen=True)
class Format:
    """How it is served, and what makes its bytes."""

    label: str
    content_type: str
    render: Callable[[Annotated], bytes]


FORMATS = {
    "html": Format("HTML", "text/html; charset=utf-8", page.render),
    "pdf": Format("PDF", "application/pdf", pdf.render),
    "docx": Format(
        "DOCX", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", word.render_annotated
    ),
}


def render(snapshot: Snapshot, number: int, text: str, extension: str) -> bytes:
    """A document of the report, annotated, in one of ``FORMATS``: of the same snapshot and text the same bytes.

    Raises KeyError where there is no such format or document, NotTheText where this is not what was read.
    """
    chosen = FORMATS[extension]
    with translation.override(snapshot.get("language") or "en"):
        return chosen.render(annotated(snapshot, number, text))
