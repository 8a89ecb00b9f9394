"""When things were: the days of a claim, its documents, its evidence and its verdicts, as one person may see them."""

from __future__ import annotations

from typing import Any

from claims.models import Evidence, Verdict
from claims.reports.pictures import Drawn, claim_timeline, placed
from claims.reports.wording import iso_day, iso_moment
from claims.views.claim_page import ClaimPage


def timeline_of(page: ClaimPage) -> list[Drawn]:
    """The timeline of a claim; none where fewer than two days are known. What is kept from the person has no day."""
    claim = page.claim
    documents = {each.number: {"number": each.number, "title": each.title, "published": iso_day(each.published)}
                 for each in page.said}  # fmt: skip
    told = {
        "as_of": iso_day(claim.as_of),
        "resolves_on": iso_day(claim.resolves_on),
        "review_by": iso_day(claim.review_by),
        "passages": [{"document": number} for number in documents],
        "quantities": [{"as_of": iso_day(each.as_of), "measure": each.measure} for each in page.figures],
        "evidence": [_item(item) for item in page.evidence],
        "verdict": None,
        "earlier_verdicts": [_signed(each) for each in page.signed],
    }
    return placed(claim_timeline(told, documents), "timeline")


def _item(item: Evidence) -> dict[str, Any]:
    exhibit, absence, hidden = item.exhibit, item.absence, bool(item.untold)
    search = {"searched_on": iso_day(absence.searched_on), "query": absence.query} if absence else None
    return {
        "number": item.number,
        "stance": item.stance,
        "source_name": exhibit.source.name if exhibit and exhibit.source and not hidden else "",
        "exhibit": item.named,
        "published": iso_day(exhibit.published) if exhibit and not hidden else None,
        "absence": search,
    }


def _signed(verdict: Verdict) -> dict[str, Any]:
    return {
        "label": verdict.rating.label,
        "look": verdict.rating.look,
        "signed_off_at": iso_moment(verdict.decided_at),
    }
