"""Second thoughts: a sealed answer is never changed; whoever thinks otherwise later adds another, and says why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from claims.models.assessing import check_complete, check_parts, check_relied_on, moment_of_answer
from claims.models.assessments import Assessment, said_of
from claims.models.claims import Claim
from claims.models.entries import sha256, writing
from claims.models.moves import Status
from claims.models.records import NotNow, NotYours, Refused

if TYPE_CHECKING:
    from claims.models.evidence import Evidence
    from claims.models.people import User

OPEN_TO_THEM = frozenset({Status.IN_REVIEW, Status.TO_DECIDE})


def newest_of(claim: Claim, reviewer: User) -> Assessment | None:
    """What somebody says of a claim in its present round by now, if it is sealed."""
    own = Assessment.objects.submitted().filter(claim=claim, reviewer=reviewer, round=claim.round, followed_by=None)
    found: Assessment | None = own.select_related("rating").first()
    return found


def require_reconsiderable(claim: Claim, user: User) -> Assessment:
    """The sealed answer that somebody may change now.

    Raises NotYours where the role does not allow it, NotNow where there is none, or where a verdict stands on it.
    """
    if not claim.case.allows(user, "assess"):
        raise NotYours(_("Your role in this case does not allow this."))
    own = newest_of(claim, user)
    if own is None:
        raise NotNow(_("You have no sealed assessment in this round that you could change."))
    if claim.status not in OPEN_TO_THEM:
        raise NotNow(
            _("%(ref)s is “%(status)s”: answers stay as they are. What you think now belongs in its talk, or in a new "
              "round.") % {"ref": claim.ref, "status": Status(claim.status).label}
        )  # fmt: skip
    return own


def reconsider(
    claim: Claim, *, by: User, reason: str, seen: int | None = None, relied_on: list[Evidence] | None = None,
    **answers: Any,
) -> Assessment:  # fmt: skip
    """Put another answer after one's own sealed one, which stays. `seen` is the key of the one that was on the page.

    Returns the new one, sealed. Raises NotNow or NotYours as above, NotNow too where another was put meanwhile,
    Refused where the reason, the rating or the rationale is missing, or nothing was changed.
    """
    with writing(claim.case) as chain:
        claim = claim.locked()
        claim.require_role("assess", by)
        own = require_reconsiderable(claim, by)
        if seen is not None and own.pk != seen:
            raise NotNow(_("You changed your assessment in another window. Look at it there first."))
        if not reason.strip():
            raise Refused(_("Say what changed your mind: both answers are shown, and this stands between them."),
                          "moved_reason")  # fmt: skip
        relied_on = relied_on or []
        check_relied_on(claim, relied_on)
        again = Assessment(claim=claim, reviewer=by, round=claim.round, follows=own, moved_reason=reason.strip())
        for name, value in answers.items():
            setattr(again, name, value)
        check_parts(again, sealing=True)
        check_complete(again)
        if _same(own, again, relied_on):
            raise Refused(_("Nothing in your answer is changed."), "moved_reason")
        again.saved_at = again.submitted_at = moment_of_answer(claim)
        again.statement = claim.statement
        again.seal = sha256(again.sealed_content(relied_on))
        again.store()
        again.relied_on.set(relied_on)
        before = {"status": claim.status}
        claim.disputed = claim.status == Status.TO_DECIDE and len(set(said_of(claim.pk, claim.round))) > 1
        after = claim.enter(claim.status, chain)
        facts = again.facts() | {"follows": own.seal} | after
        # Not the reason: whoever reads the log before answering is not to be swayed by it.
        chain.record(by=by, verb="reconsidered", on=again, before=before, after=facts)
    return again


def _same(own: Assessment, again: Assessment, relied_on: list[Evidence]) -> bool:
    names = ("rating_id", "was_said", "likelihood", "confidence", "rationale", "would_change", "facets",
             "override_reason")  # fmt: skip
    numbers = sorted(item.number for item in relied_on)
    return all(getattr(own, name) == getattr(again, name) for name in names) and own.relied_numbers == numbers
