"""Who may have read answers before giving one, because of a role that they had meanwhile: the log tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from claims.models.entries import Entry
from claims.models.moves import may

if TYPE_CHECKING:
    from claims.models.claims import Claim
    from claims.models.people import User


def read_as_editor(claim: Claim, user: User) -> bool:
    """Whether somebody lost the role of an editor after the last required answer of the present round had come in.

    Such a one could read the answers, and is not unswayed for being an analyst now. The claim must have its answers.
    """
    answered = Entry.objects.filter(claim=claim, thing="assessment", verb="assessed").order_by("-number")
    numbers = list(answered.values_list("number", flat=True)[: claim.answers_in])
    if not numbers:
        return False
    complete = numbers[-min(claim.case.assessments_required, len(numbers))]
    roles = Entry.objects.filter(case=claim.case, number__gt=complete, thing="membership").order_by("number")
    return any(_was_editor(entry, user) for entry in roles)


def _was_editor(entry: Entry, user: User) -> bool:
    """Whether an entry tells that this person edited until then."""
    before = entry.parts["before"] or {}
    return may(before.get("role"), "propose") and str(before.get("user", "")).endswith(f"(#{user.pk})")
