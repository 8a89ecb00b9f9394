"""Every format a report leaves in.

To add one, write a module with a function that makes the bytes out of a snapshot, and enter it in ``FORMATS``.
It must take everything from the snapshot, nothing from the clock, the reader or the machine. What people read
starts best from ``outline``, which has the report's sentences ready.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from . import data, markdown, pdf, spreadsheet, web_page
from .snapshots import Snapshot


@dataclass(frozen=True)
class Format:
    """One way out: what it is called, how it is served, and what makes its bytes."""

    label: str | Promise
    content_type: str
    extension: str
    render: Callable[[Snapshot], bytes]


FORMATS = {
    "html": Format(_("Web page"), "text/html; charset=utf-8", "html", web_page.render),
    "pdf": Format(_("PDF"), "application/pdf", "pdf", pdf.render),
    "csv": Format(_("Spreadsheet (CSV)"), "text/csv; charset=utf-8", "csv", spreadsheet.render),
    "json": Format(_("Data (JSON)"), "application/json", "json", data.render),
    "md": Format(_("Text (Markdown)"), "text/markdown; charset=utf-8", "md", markdown.render),
}


def render(snapshot: Snapshot, format: str) -> bytes:
    """The report in one of ``FORMATS``: the same snapshot gives the same bytes, whoever asks and when.

    Raises KeyError if there is no such format.
    """
    chosen = FORMATS[format]
    with translation.override(snapshot.get("language") or "en"):
        return chosen.render(snapshot)
