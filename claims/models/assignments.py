"""Assignments: who is asked for an assessment of a claim."""

from __future__ import annotations

import datetime
from types import EllipsisType
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from claims.models.cases import Case
from claims.models.claims import Claim
from claims.models.completing import may_have_read, settle
from claims.models.entries import writing
from claims.models.moves import may
from claims.models.prepared import Prepared
from claims.models.records import Recorded, RecordedQuerySet, Refused
from claims.models.tidings import tell_asked, tell_taken_back

if TYPE_CHECKING:
    from claims.models.people import User


class AssignmentQuerySet(RecordedQuerySet):
    """Assignments, from the reviewer's side."""

    def waiting_for(self, reviewer: User) -> Self:
        """What the reviewer is asked for and has not answered."""
        # `__in`: Django writes `current = True` as bare “current”, for which SQLite uses no index.
        return self.filter(reviewer=reviewer, answered__in=[False], current__in=[True])


class Assignment(Recorded):
    """A reviewer asked for an assessment of a claim in one round."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="assignments")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="assignments")
    round = models.PositiveSmallIntegerField(default=1)
    # Kept beside the claim so that a reviewer's claims are found in order by one index.
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="assignments")
    number = models.PositiveIntegerField()
    current = models.BooleanField(default=True, help_text=_("Of the claim's present round, and not set aside."))
    answered = models.BooleanField(default=False)
    asked_at = models.DateTimeField(default=timezone.now)
    due = models.DateField(_("due"), null=True, blank=True, help_text=_("The day by which an answer is asked for."))
    came_back_at = models.DateTimeField(
        null=True, blank=True, editable=False,
        help_text=_("Since when it is set aside because the draft lay untouched; until the reviewer has seen that."),
    )  # fmt: skip

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        ordering = ["reviewer", "case", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["claim", "reviewer", "round"], name="assignment_once_per_reviewer_and_round"
            )
        ]
        indexes = [
            models.Index(fields=["reviewer", "answered", "current", "id"], name="assignment_waiting"),
            models.Index(fields=["reviewer", "case", "current", "-number"], name="assignment_of_reviewer"),
            models.Index(fields=["reviewer", "answered", "current", "due", "id"], name="assignment_due"),
            models.Index(
                fields=["reviewer", "id"], condition=Q(came_back_at__isnull=False), name="assignment_came_back"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reviewer}, asked about {self.case.code}-{self.number}"

    @property
    def log_claim_id(self) -> int:
        return self.claim_id

    def ask(self, due: datetime.date | EllipsisType | None = ...) -> None:
        """Ask, or go on asking; what was set aside is asked anew. Without an entry: the act that asks makes it."""
        if not self.current:
            self.asked_at, self.due = timezone.now(), None
        self.current, self.came_back_at = True, None
        if due is not ... and not self.answered:
            self.due = due
        self.store()


@Prepared
def assignments_of(claim: int, reviewer: int, round: int) -> Any:
    """A reviewer's assignment to a claim in one round, if there is one."""
    return Assignment.objects.filter(claim=claim, reviewer=reviewer, round=round).order_by()


def assign(claim: Claim, reviewers: list[User], *, by: User, due: datetime.date | EllipsisType | None = ...) -> None:
    """Make these, and no others, the reviewers who are asked in the claim's present round.

    Those who have answered stay. `due` is the day for all who have not; where it is not given, each keeps their own.
    A draft stays its author's, asked or not. Raises Refused where somebody may not assess in this case.
    """
    with writing(claim.case) as chain:
        claim = claim.locked()
        claim.require_role("assign", by)
        move = claim.require("assign", by)
        asked = {row.reviewer_id: row for row in claim.assignments.filter(round=claim.round)}
        before = sorted(str(row.reviewer) for row in asked.values() if row.current)
        wanted = {reviewer.pk for reviewer in reviewers}
        for reviewer in reviewers:
            check_can_be_asked(claim, reviewer, asked.get(reviewer.pk))
        rows = [asked.get(reviewer.pk) or asked_anew(claim, reviewer) for reviewer in reviewers]
        new = [row for row in rows if not (row.pk and row.current)]
        for row in rows:
            row.ask(due)
        gone = [row for row in asked.values() if row.reviewer_id not in wanted and not row.answered and row.current]
        for row in gone:
            row.current = False
            row.store()
        tell_asked(claim.case, new, by=by)
        tell_taken_back(claim.case, gone, by=by)
        waiting = claim.assignments.filter(round=claim.round, current=True, answered=False).exists()
        after: dict[str, Any] = {"reviewers": sorted(map(str, reviewers))}
        if due and due is not ...:
            after["due"] = due.isoformat()
        after |= claim.enter(move.end, chain) if waiting else settle(claim, chain)
        chain.record(by=by, verb="assigned", on=claim, before={"reviewers": before}, after=after)


def asked_anew(claim: Claim, reviewer: User) -> Assignment:
    """The assignment of somebody who was not asked in the present round yet; not stored."""
    return Assignment(claim=claim, reviewer=reviewer, round=claim.round, case=claim.case, number=claim.number)


def ask_no_more(case: Case, reviewer: User, *, by: User) -> int:
    """Take back what somebody was asked in a case and has not answered: of how many claims.

    A claim that has its answers and now waits for nobody goes to its decision.
    """
    with writing(case) as chain:
        waiting = case.assignments.filter(current=True, answered=False)
        claims = [row.claim for row in waiting.filter(reviewer=reviewer).select_related("claim").order_by("number")]
        asked: dict[int, list[Assignment]] = {claim.pk: [] for claim in claims}
        for row in case.assignments.filter(claim__in=asked, current=True).select_related("reviewer"):
            asked[row.claim_id].append(row)
        tell_taken_back(case, waiting.filter(reviewer=reviewer), by=by)
        models.QuerySet.update(waiting.filter(reviewer=reviewer), current=False)
        for claim in claims:
            claim.case = case
            left = [row for row in asked[claim.pk] if row.reviewer_id != reviewer.pk]
            before = {"reviewers": sorted(str(row.reviewer) for row in asked[claim.pk])}
            after: dict[str, Any] = {"reviewers": sorted(str(row.reviewer) for row in left)}
            if all(row.answered for row in left):
                after |= settle(claim, chain)
            chain.record(by=by, verb="assigned", on=claim, before=before, after=after)
    return len(claims)


def check_can_be_asked(claim: Claim, reviewer: User, asked: Assignment | None) -> None:
    """Raises Refused for whoever may not assess here, or could read what others answered."""
    role = claim.case.role_of(reviewer)
    if not may(role, "assess"):
        raise Refused(_("%(name)s is no analyst or editor in this case.") % {"name": reviewer}, "reviewers")
    if not (asked and (asked.current or asked.answered)) and may_have_read(claim, reviewer, role):
        raise Refused(
            _("%(name)s edits this case, or did, and could read the answers that are in: ask an analyst.")
            % {"name": reviewer},
            "reviewers",
        )
