"""How far a claim has come, and what is to be done next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from claims.models import MOVES, Claim, Status
from claims.models.completing import could_read_answers

if TYPE_CHECKING:
    from claims.views.claim_page import ClaimPage

LIFE: list[Status] = [status for status in Status if status != Status.WITHDRAWN]


def steps(claim: Claim) -> list[tuple[str, Any]]:
    """The claim's life: (done, here or nothing; the status)."""
    if claim.status == Status.WITHDRAWN:
        return [*(("", status.label) for status in LIFE), ("here", Status.WITHDRAWN.label)]
    here = LIFE.index(Status(claim.status))
    marks = ["done" if n < here else "here" if n == here else "" for n in range(len(LIFE))]
    return list(zip(marks, (status.label for status in LIFE), strict=True))


def next_step(page: ClaimPage) -> str:
    """What is asked of this person now, or whom the claim waits for."""
    claim, counts = page.claim, {"n": page.claim.answers_in, "m": page.case.assessments_required}
    if claim.status in MOVES["assess"].start:
        if page.own_is_in:
            return _("Your assessment is in. %(n)s of %(m)s are; the claim waits for the others.") % counts
        if any(person.pk == page.user.pk for person in page.waiting):
            return _("You are asked for your assessment.")
        if page.may["assign"] and not page.waiting:
            return _("Nobody is asked yet: ask reviewers for their assessments.")
        if page.reviews and not could_read_answers(claim, page.role):
            return _("You may add your assessment; %(n)s of %(m)s are in.") % counts
        return _("It waits for assessments; %(n)s of %(m)s are in.") % counts
    if claim.status == Status.TO_DECIDE:
        if page.may["propose"]:
            return _("All answers are in: propose a verdict.")
        return _("All answers are in; an editor decides next.")
    if claim.status == Status.PROPOSED:
        if page.may["sign_off"] and not page.own_proposal:
            return _("A verdict is proposed: sign it off, or send it back.")
        return _("A verdict is proposed; an editor other than its author signs it off.")
    return ""
