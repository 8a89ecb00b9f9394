"""What programs are told of claims: their words and figures, verdicts and assessments."""

from __future__ import annotations

import datetime
from typing import Any

from ninja import Schema

from claims.api.shapes import Page, named
from claims.models import Assessment, Attribution, Claim, Quantity, Verdict
from claims.views.claim_page import ClaimPage
from claims.views.passages import Said


class ClaimShape(Schema):
    """A claim in a list; `rating` is that of the verdict, once one is signed off."""

    ref: str
    number: int
    statement: str
    kind: str
    status: str
    rating: str | None
    evidence_count: int
    answers_in: int
    url: str

    @classmethod
    def of(cls, claim: Claim) -> ClaimShape:
        """As the case's page lists it."""
        return cls(**_of_claim(claim))


def _of_claim(claim: Claim) -> dict[str, Any]:
    rating = claim.rating.code if claim.rating_id and claim.rating else None
    told = named(claim, "ref number statement kind status evidence_count answers_in")
    return told | {"rating": rating, "url": claim.get_absolute_url()}


class PassageShape(Schema):
    """Where a claim stands in a document. `stands` is what the quote gate says: what does not stand is not quoted."""

    document: int
    page: int | None
    stands: bool
    before: str
    exact: str
    after: str

    @classmethod
    def of(cls, said: Said) -> PassageShape:
        """As the claim's page quotes it."""
        return cls(document=said.number, page=said.page, stands=said.stands, before=said.before, exact=said.exact,
                   after=said.after)  # fmt: skip


class RungShape(Schema):
    """One rung of who told whom."""

    speaker: str
    verb: str
    hedged: bool
    basis: str

    @classmethod
    def of(cls, rung: Attribution) -> RungShape:
        """As it stands."""
        return cls(**named(rung, "speaker verb hedged basis"))


class FigureShape(Schema):
    """A typed figure; `low` and `high` are decimal numbers, as text."""

    measure: str
    low: str | None
    high: str | None
    unit: str
    entity: str
    place: str
    as_of: datetime.date | None

    @classmethod
    def of(cls, figure: Quantity) -> FigureShape:
        """As it stands."""
        ends = {
            name: None if value is None else f"{value.normalize():f}"
            for name, value in (("low", figure.low), ("high", figure.high))
        }
        return cls(low=ends["low"], high=ends["high"], **named(figure, "measure unit entity place as_of"))


class VerdictShape(Schema):
    """A proposal, and what became of it."""

    round: int
    rating: str
    summary: str
    reached: str
    difference: str
    independent_origins: int | None
    one_origin: str
    to_overruled: str
    open_questions: str
    review_by: datetime.date | None
    proposed_by: str
    proposed_at: datetime.datetime
    decision: str
    decided_by: str | None
    decided_at: datetime.datetime | None
    reason: str

    @classmethod
    def of(cls, verdict: Verdict) -> VerdictShape:
        """As the claim's page words it."""
        names = "round summary reached difference one_origin to_overruled open_questions review_by proposed_at decision"
        return cls(
            **named(verdict, f"{names} decided_at reason"), rating=verdict.rating.code,
            independent_origins=verdict.support, proposed_by=str(verdict.proposed_by),
            decided_by=str(verdict.decided_by) if verdict.decided_by else None,
        )  # fmt: skip


class ClaimDetail(ClaimShape):
    """A claim with its words, who said it, and its verdict, as far as the token's owner may see that now.

    `disputed` and `verdict` are null while answers of this round are hidden from them.
    """

    round: int
    as_of: datetime.date | None
    resolves_on: datetime.date | None
    review_by: datetime.date | None
    answers_required: int
    independent_support: int
    disputed: bool | None
    passages: list[PassageShape]
    attributions: list[RungShape]
    quantities: list[FigureShape]
    verdict: VerdictShape | None
    earlier_verdicts: list[VerdictShape]

    @classmethod
    def shown(cls, page: ClaimPage) -> ClaimDetail:
        """As its page shows it."""
        claim = page.claim
        return cls(
            **_of_claim(claim), **named(claim, "round as_of resolves_on review_by"),
            answers_required=page.case.assessments_required, independent_support=page.support,
            disputed=claim.disputed if page.sees else None,
            passages=[PassageShape.of(said) for said in page.said],
            attributions=[RungShape.of(rung) for rung in page.rungs],
            quantities=[FigureShape.of(figure) for figure in page.figures],
            verdict=VerdictShape.of(page.verdict) if page.verdict else None,
            earlier_verdicts=[VerdictShape.of(verdict) for verdict in page.earlier_verdicts],
        )  # fmt: skip


class AssessmentShape(Schema):
    """One reviewer's sealed judgement."""

    reviewer: str
    own: bool
    round: int
    rating: str
    was_said: str
    likelihood: str
    confidence: str
    rationale: str
    would_change: str
    relied_on: list[int]
    changed_because: str
    submitted_at: datetime.datetime
    seal: str

    @classmethod
    def of(cls, one: Assessment, reader: int) -> AssessmentShape:
        """As the claim's page shows it to this reader; `relied_numbers` must have been set."""
        names = "round was_said likelihood confidence rationale would_change submitted_at seal"
        return cls(
            **named(one, names), reviewer=str(one.reviewer), own=one.reviewer_id == reader,
            rating=one.rating.code if one.rating else "", relied_on=one.relied_numbers,
            changed_because=one.moved_reason,
        )  # fmt: skip


class AssessmentPage(Page[AssessmentShape]):
    """The assessments that may be read now; `hidden` is how many of this round may not be, yet."""

    answers_in: int
    answers_required: int
    hidden: int
