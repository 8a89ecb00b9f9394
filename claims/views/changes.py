"""What changed under standing verdicts: as their pages list it, and whom it waits for."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Exists, F, OuterRef

from claims.models import Case, Claim, Evidence, EvidenceChange, Role, User, Verdict
from claims.models.prepared import Prepared

LISTED = 50  # changes of a verdict that are listed, and answered, at once
LOOKED_AT = 200  # of a person's, for the queue
PLACES = 150  # cases looked at: an administrator is in every case
TOLD = 3  # changes of a claim that the queue names


@Prepared
def changes_under(verdict: int) -> Any:
    """The changes under a verdict, those that nobody has answered first; one more than are listed."""
    rows = EvidenceChange.objects.filter(verdict=verdict).select_related("by", "answered_by")
    newest = F("answered_at").desc(nulls_first=True)
    return rows.order_by(newest, "pk").fetch_mode(models.FETCH_RAISE)[: LISTED + 1]


@dataclass(frozen=True)
class Change:
    """One of them as it is listed; `who` is None where the source of the evidence is kept from the reader."""

    number: int
    what: str
    at: Any
    who: User | None


@dataclass(frozen=True)
class Changes:
    """What changed under a verdict and waits: those listed, whether there are more, and the key of the last one listed.

    `upheld` are the answers to what changed before, the newest first, each once.
    """

    listed: list[Change]
    more: bool
    last: int
    upheld: list[EvidenceChange]

    @classmethod
    def under(cls, verdict: Verdict | None, evidence: list[Evidence]) -> Changes | None:
        """Those under a verdict, with `evidence` as the reader may see it; None where there are none."""
        found = changes_under(verdict.pk) if verdict is not None else []
        if not found:
            return None
        rows = [row for row in found if row.answered_at is None]
        answers = {(row.answered_at, row.answered_by_id): row for row in found[:LISTED] if row.answered_at is not None}
        shown = {item.pk: item for item in evidence}
        numbers = {} if all(row.evidence_id in shown for row in rows) else _numbers(rows)
        listed = []
        for row in rows[:LISTED]:
            item = shown.get(row.evidence_id)
            # Who graded a source, and when, would tell which it is.
            told = item is not None and not item.untold
            number = item.number if item is not None else numbers[row.evidence_id]
            listed.append(
                Change(number, _said(row, item if told else None), row.at if told else None, row.by if told else None)
            )
        last = rows[:LISTED][-1].pk if rows else 0
        return cls(listed, len(rows) > LISTED, last, list(answers.values()))


def _said(row: EvidenceChange, item: Evidence | None) -> str:
    """What changed, with both grades where it was the grade and the source may be told."""
    grades = item.grade_since_said if item is not None and row.what == EvidenceChange.What.GRADE else ""
    return f"{row.get_what_display()} ({grades})" if grades else row.get_what_display()


def _numbers(rows: list[EvidenceChange]) -> dict[int, int]:
    """The numbers of evidence beyond what a page shows."""
    evidence = Evidence.objects.filter(pk__in=[row.evidence_id for row in rows])
    return dict(evidence.order_by().values_list("pk", "number"))


def changed(user: User, shown: int) -> tuple[list[Claim], bool]:
    """The claims on whose evidence something changed that waits for this person, and whether there are more.

    Those in the newest cases first, in each of them what changed last; at most one more than are shown. Each has as
    `changes` the first few things, as `changes_more` how many there are beside, as `since` when the first changed.
    """
    places = _places(user)
    rows: list[tuple[Any, ...]] = []
    beyond = False
    for editor in (user, None) if places else ():
        waiting = EvidenceChange.objects.unanswered().filter(case__in=places, editor=editor)
        # All columns of the index in their order, so that the database walks along it.
        found = waiting.order_by("-case_id", "-editor_id", "-pk")
        some = list(found.values_list("case", "pk", "claim", "evidence__number", "what", "at")[: LOOKED_AT + 1])
        beyond |= len(some) > LOOKED_AT
        rows += some[:LOOKED_AT]
    of_claim: dict[int, list[tuple[int, str, Any]]] = defaultdict(list)
    for _case, _key, claim, number, what, at in sorted(rows, reverse=True):
        of_claim[claim].append((number, str(EvidenceChange.What(what).label), at))
    keys = list(of_claim)[: shown + 1]
    found_claims = Claim.objects.filter(pk__in=keys).select_related("case").fetch_mode(models.FETCH_RAISE)
    claims = {claim.pk: claim for claim in (found_claims if keys else ())}
    for key, claim in claims.items():
        claim.changes = of_claim[key][:TOLD]
        claim.changes_more = len(of_claim[key]) - TOLD
        claim.since = of_claim[key][-1][2]
    return [claims[key] for key in keys], beyond


def _places(user: User) -> list[int]:
    """The newest cases that the person edits and in which something waits for them, or for any editor."""
    here = EvidenceChange.objects.unanswered().filter(case=OuterRef("pk")).order_by()
    cases = Case.objects.visible_to(user).filter(Exists(here.filter(editor=user)) | Exists(here.filter(editor=None)))
    if not (user.is_superuser and user.is_active):
        cases = cases.filter(role=Role.EDITOR)
    return list(cases.order_by("-pk").values_list("pk", flat=True)[:PLACES])
