"""What changed since the report before: claims that are new or left out, ratings moved, evidence added."""

from __future__ import annotations

from typing import Any, NamedTuple

from claims.models import Report
from claims.reports.snapshots import shows
from claims.reports.wording import iso_moment


class Stood(NamedTuple):
    """What a report said of a claim: its rating ("" where none was signed), the rating's label, and its evidence."""

    rating: str
    label: str
    evidence: frozenset[int]


def stood(claim: dict[str, Any]) -> Stood:
    """What this frozen claim says."""
    verdict = claim["verdict"] or {"rating": "", "label": ""}
    return Stood(verdict["rating"], verdict["label"], frozenset(item["number"] for item in claim["evidence"]))


class Since:
    """One report held against another; the claims of the newer are taken in one by one."""

    def __init__(self, before: Report | None) -> None:
        self.before = before
        self.left = {claim["ref"]: stood(claim) for claim in before.claims()} if before is not None else {}
        # Where evidence was left out, all that is there by now would look new.
        self.weighs = before is not None and shows(before.head, "evidence")
        self.added: list[str] = []
        self.moved: list[dict[str, str]] = []
        self.evidence: list[dict[str, Any]] = []

    def take(self, claim: dict[str, Any]) -> None:
        """Hold one claim of the newer report against what the other says of it."""
        was, now, ref = self.left.pop(claim["ref"], None), stood(claim), claim["ref"]
        if was is None:
            self.added.append(ref)
            return
        if was.rating != now.rating:
            self.moved.append({"ref": ref, "was": was.label, "is": now.label})
        if self.weighs and (fresh := sorted(now.evidence - was.evidence)):
            self.evidence.append({"ref": ref, "numbers": fresh})

    def told(self) -> dict[str, Any] | None:
        """All of it; None where there is no report before."""
        if self.before is None:
            return None
        return {
            "number": self.before.number,
            "made_at": iso_moment(self.before.made_at),
            "sha256": self.before.sha256,
            "claims_added": self.added,
            "claims_left_out": list(self.left),
            "ratings_moved": self.moved,
            "evidence_added": self.evidence,
        }


def since_of(report: Report) -> Since:
    """What is to be held against the newest report of its case and audience that came before it."""
    earlier = Report.objects.filter(case=report.case, audience=report.audience, number__lt=report.number)
    return Since(earlier.order_by("-number").first())


def between(report: Report, before: Report) -> dict[str, Any]:
    """What changed from an earlier report to this one, whatever they were made for.

    Raises Refused where one is too long to be held against the other while somebody waits.
    """
    frozen: dict[str, Any] | None = report.head.get("since")
    if frozen and frozen["number"] == before.number:
        return frozen
    report.check_readable()
    before.check_readable()
    since = Since(before)
    for claim in report.claims():
        since.take(claim)
    return since.told() or {}
