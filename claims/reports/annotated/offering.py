"""Which documents of a report leave annotated: those in which its claims stand, unless their text would tell a name."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from claims.models import Document, Exhibit, Refused, Report, withheld
from claims.reports.freezing import check_quotations, stands_in, withheld_names
from claims.reports.people import People

from .annotating import NotTheText
from .formats import render


def offered(report: Report) -> list[dict[str, Any]]:
    """What the report says of each document that leaves annotated, by number."""
    held = {document["number"]: document for document in report.head["documents"]}
    cited = {passage["document"] for claim in report.claims() for passage in claim["passages"]}
    return [held[number] for number in sorted(cited & held.keys() - telling(report))]


def telling(report: Report) -> set[int]:
    """The documents of its case whose text is that of an exhibit of which it is withheld who put it out."""
    exhibits = Exhibit.objects.filter(withheld("pk", "source", "case"), case=report.case, document__isnull=False)
    return set(exhibits.order_by().values_list("document__number", flat=True))


def annotated_file(report: Report, number: int, extension: str) -> bytes:
    """A document of the report, annotated, in one of the formats.

    Raises KeyError where it is not offered; Refused where its text is not what was read, or a name would leave.
    """
    if number not in {document["number"] for document in offered(report)}:
        raise KeyError(number)
    check_quotations(report)
    text = Document.objects.filter(case=report.case, number=number).values_list("text", flat=True).get()
    _check_names(report, text)
    try:
        return render(report.data, number, text, extension)
    except NotTheText as fault:
        raise Refused(_("Nothing was exported. %(why)s") % {"why": fault}) from fault


def _check_names(report: Report, text: str) -> None:
    """Raises Refused where the text says a name that is kept back from this report."""
    if any(stands_in(text, name) for name in withheld_names(report.case)):
        raise Refused(_("Nothing was exported: the name of a withheld source stands in the text of this document."))
    people = People(report.case, public=True).kept_in if report.audience == Report.Audience.PUBLIC else []
    if any(stands_in(text, name) for name in people):
        raise Refused(
            _("Nothing was exported: this report is public and names nobody of the house, and somebody of it is named "
              "in the text of this document.")
        )  # fmt: skip
