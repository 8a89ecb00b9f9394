"""Giving an assessment: saved as a draft, or submitted and so sealed."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from claims.models.assessments import Assessment, assessments_of, said_of
from claims.models.assignments import asked_anew, assignments_of
from claims.models.claims import Claim
from claims.models.completing import complete, has_its_answers, require_unswayed
from claims.models.entries import Chain, sha256, writing
from claims.models.facets import check_facets, check_override
from claims.models.moves import MOVES
from claims.models.records import NotNow, Refused, Stale

if TYPE_CHECKING:
    from claims.models.evidence import Evidence
    from claims.models.people import User


def assess(
    claim: Claim,
    *,
    by: User,
    submit: bool = True,
    relied_on: list[Evidence] | None = None,
    expect: int | None = None,
    window: str = "",
    **answers: Any,
) -> Assessment:
    """Save somebody's own judgement of a claim: a draft, or submitted and so sealed.

    A draft that another `window` saved since the version that this one expects is not overwritten.

    Raises NotNow or NotYours by the table of moves, Stale where the draft was saved elsewhere
    meanwhile, Refused where a submitted answer lacks its rating or rationale.
    """
    with writing(claim.case) as chain:
        claim = claim.locked()
        claim.require_role("assess", by)
        claim.require("assess", by)
        own = next(iter(assessments_of(claim.pk, by.pk, claim.round)), None)
        if own is not None and own.submitted_at is not None:
            raise NotNow(_("Your assessment of this round is in already, and sealed."))
        if has_its_answers(claim):
            require_unswayed(claim, by, claim.case.role_of(by))
        if own is not None and expect is not None and own.version != expect and (not window or own.window != window):
            raise Stale(own)
        fresh = own is None
        own = own or Assessment(claim=claim, reviewer=by, round=claim.round)
        for name, value in answers.items():
            setattr(own, name, value)
        own.claim, own.reviewer, own.window = claim, by, window
        check_relied_on(claim, relied_on or [])
        check_parts(own, sealing=submit)
        own.version += 1 if own.pk else 0
        own.saved_at = timezone.now()
        if submit:
            check_complete(own)
            own.saved_at = own.submitted_at = moment_of_answer(claim)
            own.statement = claim.statement
            own.seal = sha256(own.sealed_content(relied_on or []))
        own.store()
        if relied_on or not fresh:
            own.relied_on.set(relied_on or [])
        if submit:
            _submit(own, claim, chain)
        elif fresh:  # what is saved while somebody types is one draft
            chain.record(by=by, verb="drafted", on=own, after={"round": own.round})
    return own


def moment_of_answer(claim: Claim) -> datetime.datetime:
    """Now, and not before any of the claim's evidence, though the clock was turned back since that was added.

    Whether an answer may rely on a piece of evidence is told by which of the two was there first.
    """
    now = timezone.now()
    newest: datetime.datetime | None = claim.evidence.aggregate(newest=Max("added_at"))["newest"]
    return max(now, newest or now)


def check_relied_on(claim: Claim, relied_on: list[Evidence]) -> None:
    """Raises Refused where somebody relies on evidence of another claim, or that is still to be rated."""
    if any(item.claim_id != claim.pk for item in relied_on):
        raise Refused(_("Rely on evidence that bears on this claim."), "relied_on")
    if claim.case.hides_sources and any(item.exhibit_id and not item.credibility for item in relied_on):
        raise Refused(_("Rely on evidence whose credibility is rated: sealed with you, it never could be."),
                      "relied_on")  # fmt: skip


def check_complete(own: Assessment) -> None:
    """Raises Refused where an answer lacks what a submitted one must have."""
    Refused.check(lambda: _check_rating(own), lambda: _check_rationale(own), lambda: _check_left_open(own))
    rating, parts = own.rating, own.facets
    if not parts or rating is None or not check_override(rating, parts, own.scale_ratings, own.override_reason):
        own.override_reason = ""  # it answers nothing


def _check_rating(own: Assessment) -> None:
    if own.rating is None:
        raise Refused(_("Choose an answer."), "rating")
    if own.rating.scale_id != own.claim.case.scale_id:
        raise Refused(_("This answer is not on the case's scale."), "rating")


def _check_rationale(own: Assessment) -> None:
    if not own.rationale.strip():
        raise Refused(_("Say what leads you to this answer: without a rationale nobody can follow it."), "rationale")


def _check_left_open(own: Assessment) -> None:
    if own.rating is not None and own.rating.position is None and not own.would_change.strip():
        raise Refused(
            _("“%(rating)s” leaves it open. Name what would settle it, so that somebody can look for it.")
            % {"rating": own.rating},
            "would_change",
        )


def check_parts(own: Assessment, *, sealing: bool) -> None:
    """Raises Refused where parts of the claim are judged otherwise than on the case's scale."""
    if own.facets:
        check_facets(own.facets, own.scale_ratings, sealing=sealing)


def _submit(own: Assessment, claim: Claim, chain: Chain) -> None:
    asked = next(iter(assignments_of(claim.pk, own.reviewer_id, claim.round)), None) or asked_anew(claim, own.reviewer)
    asked.answered = True
    asked.ask()
    before = {"status": claim.status}
    claim.answers_in = len(said_of(claim.pk, claim.round))
    after = complete(claim, chain) if has_its_answers(claim) else claim.enter(MOVES["assess"].end, chain)
    chain.record(by=own.reviewer, verb="assessed", on=own, before=before, after={**own.facts(), **after})
