"""Whether a claim has its answers: who could read them by then, and where it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from claims.models.assessments import said_of
from claims.models.cases import Case
from claims.models.claims import Claim
from claims.models.entries import Chain, writing
from claims.models.moves import MOVES, may
from claims.models.records import NotNow
from claims.models.unswayed import read_as_editor

if TYPE_CHECKING:
    from claims.models.people import User


def has_its_answers(claim: Claim) -> bool:
    """Whether as many have answered as the case requires."""
    return claim.answers_in >= claim.case.assessments_required


def could_read_answers(claim: Claim, role: str | None) -> bool:
    """Whether somebody of this role could read others' answers of a blind round without giving one: editors can."""
    blind = claim.case.policy != Case.Policy.OPEN
    return blind and has_its_answers(claim) and may(role, "propose")


def may_have_read(claim: Claim, user: User, role: str | None) -> bool:
    """Whether somebody can read others' answers of a blind round without giving one, or could while they edited."""
    if could_read_answers(claim, role):
        return True
    blind = claim.case.policy != Case.Policy.OPEN
    return blind and has_its_answers(claim) and read_as_editor(claim, user)


def require_unswayed(claim: Claim, user: User, role: str | None) -> None:
    """Raises NotNow for whoever has not answered, but could read what others did."""
    if may_have_read(claim, user, role):
        raise NotNow(
            _("Every required answer to %(ref)s is in, and editors could read them: only analysts who were none since "
              "can still answer without being swayed.") % {"ref": claim.ref}
        )  # fmt: skip


def settle(claim: Claim, chain: Chain) -> dict[str, Any]:
    """Take a claim that waits for nobody any more to where it belongs, and return what changed for the log.

    To its decision if it has its answers, back to the open ones if it has none; else it stays and waits for an editor.
    """
    if has_its_answers(claim) and claim.status in MOVES["complete"].start:
        return complete(claim, chain)
    release = MOVES["release"]
    if claim.status not in release.start:
        return {}
    if not claim.answers_in:
        return claim.enter(release.end, chain)
    claim.enter(claim.status, chain)
    return {}


def complete(claim: Claim, chain: Chain) -> dict[str, Any]:
    """Take a claim that has its answers to its decision, and return what changed for the log."""
    move = MOVES["complete"]
    if claim.status not in move.start:
        raise RuntimeError(f"the table of moves has no way from {claim.status} to {move.end}")
    claim.disputed = len(set(said_of(claim.pk, claim.round))) > 1
    return claim.enter(move.end, chain)


def decide_complete(case: Case, *, by: User) -> int:
    """Take claims that have as many answers as the case now requires to their decision: how many there were."""
    with writing(case) as chain:
        found = case.claims.filter(status__in=MOVES["complete"].start, answers_in__gte=case.assessments_required)
        claims = list(found)
        for claim in claims:
            claim.case, before = case, {"status": claim.status}
            chain.record(by=by, verb="changed", on=claim, before=before, after=complete(claim, chain))
    return len(claims)
