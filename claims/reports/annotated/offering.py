"""Which documents of a report leave annotated: those in which its claims stand, unless their text would tell a name."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from claims.models import Document, Refused, Report
from claims.reports.freezing import check_quotations
from claims.reports.kept_back import KeptBack

from .annotating import NotTheText
from .formats import render


def offered(report: Report) -> list[dict[str, Any]]:
    """What the report says of each document that leaves annotated, by number."""
    held = {document["number"]: document for document in report.head["documents"]}
    cited = {passage["document"] for claim in report.claims() for passage in claim["passages"]}
    return [held[number] for number in sorted(cited & held.keys() - KeptBack(report).telling)]


def annotated_file(report: Report, number: int, extension: str) -> bytes:
    """A document of the report, annotated, in one of the formats.

    Raises KeyError where it is not offered; Refused where its text is not what was read, or a name would leave.
    """
    if number not in {document["number"] for document in offered(report)}:
        raise KeyError(number)
    report.check_readable()
    check_quotations(report)
    text = Document.objects.filter(case=report.case, number=number).values_list("text", flat=True).get()
    if KeptBack(report).against_annotated(text, number):
        raise Refused(
            _("Nothing was exported: in the text of this document somebody is named who is withheld, or who is of the "
              "house while this report is public.")
        )  # fmt: skip
    return made(report.data, number, text, extension)


def made(data: dict[str, Any], number: int, text: str, extension: str) -> bytes:
    """A document's text with the notes of a report's data. Raises Refused where it is not the text that was read."""
    try:
        return render(data, number, text, extension)
    except NotTheText as fault:
        raise Refused(_("Nothing was exported. %(why)s") % {"why": fault}) from fault
