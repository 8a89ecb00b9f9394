"""Every format a report leaves in.

To add one, write a module with a function that makes the bytes out of a snapshot, and enter it in ``FORMATS``.
It must take everything from the snapshot, nothing from the clock, the reader or the machine. What people read
starts best from ``outline``, which has the report's sentences ready.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from claims.models import Report
from claims.models.reports import NO_CLAIMS

from . import (
    annotations,
    citations,
    claimreview,
    data,
    item_rows,
    markdown,
    pdf,
    spreadsheet,
    stix,
    web_page,
    word,
    workbook,
)  # fmt: skip
from .snapshots import Snapshot

READING, TABLES, MACHINES = "reading", "tables", "machines"
# Where formats are offered: by what one does with them.
ROOMS = {READING: _("To read"), TABLES: _("For spreadsheets"), MACHINES: _("For machines")}


@dataclass(frozen=True)
class Format:
    """One way out: what it is called, how it is served, what makes its bytes, and what it is good for in a line."""

    label: str | Promise
    content_type: str
    extension: str
    render: Callable[[Snapshot], bytes]
    room: str = READING
    use: str | Promise = ""


FORMATS = {
    "html": Format(
        _("Web page"), "text/html; charset=utf-8", "html", web_page.render,
        use=_("One file for the browser: to read, to print, to send on."),
    ),
    "pdf": Format(
        _("PDF"), "application/pdf", "pdf", pdf.render,
        use=_("Pages that stay as they are, with bookmarks."),
    ),
    "csv": Format(
        _("Claims (CSV)"), "text/csv; charset=utf-8", "csv", spreadsheet.render, TABLES,
        _("One row for each claim, for any program."),
    ),
    "json": Format(
        _("Data (JSON)"), "application/json", "json", data.render, MACHINES,
        _("All of it: what every other format is made from."),
    ),
    "md": Format(
        _("Text (Markdown)"), "text/markdown; charset=utf-8", "md", markdown.render,
        use=_("Plain text with headings, for wikis and editors."),
    ),
    "xlsx": Format(
        _("Workbook (Excel)"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx",
        workbook.render, TABLES,
        _("A sheet for each kind of record, to sort and filter."),
    ),
    "claimreview": Format(
        _("Fact checks (ClaimReview)"), "application/ld+json", "claimreview.json", claimreview.render, MACHINES,
        _("Signed verdicts, for search engines and databases."),
    ),
    "annotations": Format(
        _("Annotations (W3C)"), "application/ld+json; profile=\"http://www.w3.org/ns/anno.jsonld\"",
        "annotations.jsonld", annotations.render, MACHINES,
        _("Where in its document each claim stands."),
    ),
    "bibtex": Format(
        _("References (BibTeX)"), "application/x-bibtex; charset=utf-8", "bib", citations.bibtex, MACHINES,
        _("What is quoted and cited, for LaTeX and reference managers."),
    ),
    "csl": Format(
        _("References (CSL JSON)"), "application/vnd.citationstyles.csl+json", "csl.json", citations.csl,
        MACHINES, _("The same, for Zotero, Pandoc and other citation processors."),
    ),
    "evidence": Format(
        _("Evidence (CSV)"), "text/csv; charset=utf-8", "evidence.csv", item_rows.evidence, TABLES,
        _("One row for each item of evidence."),
    ),
    "assessments": Format(
        _("Assessments (CSV)"), "text/csv; charset=utf-8", "assessments.csv", item_rows.assessments, TABLES,
        _("One row for each reviewer's answer."),
    ),
    "docx": Format(
        _("Word document"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx",
        word.render, use=_("To edit and to comment on; the verdicts stand beside the quotations."),
    ),
}  # fmt: skip
if stix.INSTALLED:
    FORMATS["stix"] = Format(
        _("Threat intelligence (STIX 2.1)"), "application/stix+json;version=2.1", "stix.json", stix.render,
        MACHINES,
        _("Notes and opinions, for OpenCTI, MISP and the like."),
    )  # fmt: skip


IN_PIECES = ("csv", "json")  # formats that are made piece by piece, be the report ever so long


def offered(report: Report) -> list[tuple[str | Promise, list[Format]]]:
    """Every format in which there is this report, below what one does with it."""
    formats = [format for name, format in FORMATS.items() if report.readable or name in IN_PIECES]
    found = [(name, [format for format in formats if format.room == room]) for room, name in ROOMS.items()]
    return [(name, some) for name, some in found if some]


def render(snapshot: Snapshot, format: str) -> bytes:
    """The report in one of ``FORMATS``: the same snapshot gives the same bytes, whoever asks and when.

    Raises KeyError if there is no such format.
    """
    chosen = FORMATS[format]
    with translation.override(snapshot.get("language") or "en"):
        return chosen.render(snapshot)


def pieces_of(report: Report, format: str) -> Iterator[str] | None:
    """What `render` gives, piece by piece and without holding it whole; None for a format made in one piece.

    Of a report that keeps its claims in one there is none either.
    """
    if NO_CLAIMS not in report.snapshot:
        return None
    if format == "json":
        return data.pieces(report.sha256, report.pieces())
    if format == "csv":
        return spreadsheet.pieces(report.head | {"sha256": report.sha256}, report.rows())
    return None


def content_of(report: Report, format: str) -> Iterable[bytes]:
    """The bytes that `render` gives, in pieces where there are some. Raises Refused where the report is too long."""
    pieces = pieces_of(report, format)
    if pieces is not None:
        return map(str.encode, pieces)
    report.check_readable()
    return [render(report.data, format)]
