"""What is known beside the records of a stretch of claims: origins, what changed under verdicts, what is open."""

from __future__ import annotations

import datetime
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from claims.models import Claim, EvidenceChange, Role, Verdict, lineage_said, told_apart
from claims.models.origins import Gathered, gathered
from claims.reports.annexed import comments_of
from claims.reports.choices import Choice
from claims.reports.people import People
from claims.reports.settled import corrections_of, gaps_of
from claims.reports.wording import day, iso_day, iso_moment


@dataclass(frozen=True)
class Beside:
    """All of it for some claims, by their keys; lineage by that of the exhibit."""

    origins: dict[int, Gathered]
    lineage: dict[int, str]
    changes: dict[int, list[EvidenceChange]]
    apart: set[frozenset[int]]
    corrections: dict[int, list[dict[str, Any]]]
    gaps: dict[int, list[dict[str, Any]]]
    comments: dict[int, list[dict[str, Any]]]

    @classmethod
    def of(cls, chosen: list[Claim], exhibits: set[int], choice: Choice, people: People) -> Beside:
        """For these claims; where only the named exhibits come from. It leaves as a reader may read it."""
        changes: dict[int, list[EvidenceChange]] = defaultdict(list)
        standing = Verdict.objects.standing().filter(claim__in=chosen)
        under = EvidenceChange.objects.filter(verdict__in=standing).select_related("evidence", "answered_by")
        for change in under.order_by("pk"):
            changes[change.claim_id].append(change)
        figures = [each for claim in chosen for each in claim.quantities.all()]
        figures += [each for claim in chosen for item in claim.evidence.all() for each in item.quantities.all()]
        return cls(
            gathered([claim.pk for claim in chosen]),
            lineage_said(exhibits, Role.READER),
            changes,
            set(told_apart(figures)),
            corrections_of(chosen, people) if choice.shows("corrections") else {},
            gaps_of(chosen, people) if choice.shows("questions") else {},
            comments_of(chosen, people) if choice.shows("comments") else {},
        )


def changes_said(changes: list[EvidenceChange], people: People) -> dict[str, Any]:
    """What changed under a verdict, and what its editor said to it: in words, and the same as data."""
    return {
        "changed_since": [_changed(change, people) for change in changes],
        "changes": [_change(change, people) for change in changes],
    }


def _change(change: EvidenceChange, people: People) -> dict[str, Any]:
    answered = {"by": people(change.answered_by), "at": iso_moment(change.answered_at), "why": change.answer}
    return {
        "evidence": change.evidence.number,
        "what": change.what,
        "at": iso_moment(change.at),
        "answered": answered if change.answered_at is not None else None,
    }


def _changed(change: EvidenceChange, people: People) -> str:
    """What changed under a verdict, and what its editor said to it."""
    said = _("evidence %(number)s: %(what)s, %(day)s") % {
        "number": change.evidence.number,
        "what": change.get_what_display(),
        "day": day(iso_day(change.at.astimezone(datetime.UTC).date())),
    }
    if change.answered_at is None:
        return said
    answer = _("%(said)s (it still stands, says %(who)s: %(why)s)")
    return answer % {"said": said, "who": people(change.answered_by), "why": change.answer}
