"""What programs are told, record by record. Never more than the person's own pages show."""

from __future__ import annotations

import datetime
from typing import Any

from django.urls import reverse
from ninja import Schema

from claims.models import (
    Assessment,
    Attribution,
    Case,
    Claim,
    Document,
    Evidence,
    Quantity,
    Rating,
    Report,
    Source,
    Token,
    Verdict,
)
from claims.views.claim_page import ClaimPage
from claims.views.passages import Said


def at(name: str, **kwargs: Any) -> str:
    """The address of an operation."""
    return reverse(f"api:{name}", kwargs=kwargs)


def _named(record: Any, names: str) -> dict[str, Any]:
    return {name: getattr(record, name) for name in names.split()}


class Error(Schema):
    """What is wrong with one field."""

    field: str
    detail: str


class ProblemShape(Schema):
    """What went wrong (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[Error] | None = None


class TokenShape(Schema):
    """The token that asks."""

    name: str
    owner: str
    scopes: list[str]
    case: str | None
    expires_at: datetime.datetime

    @classmethod
    def of(cls, token: Token) -> TokenShape:
        """As its owner sees it."""
        return cls(
            name=token.name, owner=str(token.owner), scopes=[scope.value for scope in token.scopes],
            case=token.case.code if token.case else None, expires_at=token.expires_at,
        )  # fmt: skip


class RatingShape(Schema):
    """An answer of a case's scale; `position` is null for one that is off the scale."""

    code: str
    label: str
    look: str
    position: int | None

    @classmethod
    def of(cls, rating: Rating) -> RatingShape:
        """As it is worded in its scale."""
        return cls(code=rating.code, label=str(rating.label_here), look=str(rating.look), position=rating.position)


class CaseShape(Schema):
    """A case; `role` is the token owner's."""

    code: str
    title: str
    description: str
    role: str
    policy: str
    assessments_required: int
    url: str

    @classmethod
    def of(cls, case: Case) -> CaseShape:
        """As its page shows it."""
        names = ("code", "title", "description", "role", "policy", "assessments_required")
        return cls(**{name: getattr(case, name) for name in names}, url=case.get_absolute_url())


class CaseDetail(CaseShape):
    """A case with the answers of its scale, from the best supported down."""

    ratings: list[RatingShape]


class DocumentShape(Schema):
    """A document; its text is at `text`."""

    case: str
    number: int
    title: str
    publisher: str
    author: str
    language: str
    published: datetime.date | None
    modified: datetime.date | None
    origin: str
    source_url: str
    file_name: str
    words: int
    sha256: str
    loaded_at: datetime.datetime
    text: str
    url: str

    @classmethod
    def of(cls, document: Document) -> DocumentShape:
        """As the reading room heads it."""
        names = "number title publisher author language published modified origin file_name words sha256 loaded_at"
        code = document.case.code
        return cls(
            **_named(document, names), case=code, source_url=document.url,
            text=at("document-text", code=code, number=document.number), url=document.get_absolute_url(),
        )  # fmt: skip


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
    names = ("ref", "number", "statement", "kind", "status", "evidence_count", "answers_in")
    rating = claim.rating.code if claim.rating_id and claim.rating else None
    return {name: getattr(claim, name) for name in names} | {"rating": rating, "url": claim.get_absolute_url()}


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
        return cls(speaker=rung.speaker, verb=rung.verb, hedged=rung.hedged, basis=rung.basis)


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
        return cls(low=ends["low"], high=ends["high"], **_named(figure, "measure unit entity place as_of"))


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
            **_named(verdict, f"{names} decided_at reason"), rating=verdict.rating.code,
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
        names = ("round", "as_of", "resolves_on", "review_by")
        return cls(
            **_of_claim(claim), **{name: getattr(claim, name) for name in names},
            answers_required=page.case.assessments_required, independent_support=page.support,
            disputed=claim.disputed if page.sees else None,
            passages=[PassageShape.of(said) for said in page.said],
            attributions=[RungShape.of(rung) for rung in page.rungs],
            quantities=[FigureShape.of(figure) for figure in page.figures],
            verdict=VerdictShape.of(page.verdict) if page.verdict else None,
            earlier_verdicts=[VerdictShape.of(verdict) for verdict in page.earlier_verdicts],
        )  # fmt: skip


class ExhibitShape(Schema):
    """What a piece of evidence cites."""

    id: int
    title: str
    source: int | None
    source_name: str | None
    source_url: str
    published: datetime.date | None
    document: int | None


class AbsenceShape(Schema):
    """A search that found nothing, and what bounds it."""

    place: str
    query: str
    languages: str
    since: datetime.date | None
    until: datetime.date | None
    searched_on: datetime.date
    searched_by: str
    limits: str


class EvidenceShape(Schema):
    """A piece of evidence: an exhibit, or a recorded absence.

    `hidden` is "withheld" or "unrated" where the token's owner may not see whose it is; `exhibit` is null then.
    `quote_stands` is null where no text is held to check it; a quotation that does not stand is not told.
    """

    number: int
    stance: str
    bearing: str
    hidden: str
    title: str
    exhibit: ExhibitShape | None
    absence: AbsenceShape | None
    quote: str
    quote_stands: bool | None
    where: str
    note: str
    level: str
    level_reason: str
    reliability: str
    credibility: str
    withheld: bool
    added_by: str

    @classmethod
    def of(cls, item: Evidence, quote_stands: bool | None) -> EvidenceShape:
        """As the claim's page shows it; `item` must have been told what it is called there."""
        seen = not item.untold
        exhibit = ExhibitShape(**_of_exhibit(item)) if seen and item.exhibit else None
        return cls(
            number=item.number, stance=item.stance, bearing=item.bearing, hidden=item.untold, title=item.named,
            exhibit=exhibit, absence=_of_absence(item),
            quote=item.quote if quote_stands is not False else "", quote_stands=quote_stands,
            where=item.where if seen else "", note=item.note if item.untold != "withheld" else "",
            level=item.level if seen else "", level_reason=item.level_reason if seen else "",
            reliability=item.grade.letter if item.grade and not item.waits_for_rating else "",
            credibility=item.credibility, withheld=bool(item.withheld_by) or item.untold == "withheld",
            added_by=str(item.added_by),
        )  # fmt: skip


def _of_exhibit(item: Evidence) -> dict[str, Any]:
    exhibit = item.cited
    return {
        "id": exhibit.pk, "title": exhibit.title, "source": exhibit.source_id, "published": exhibit.published,
        "source_name": exhibit.source.name if exhibit.source else None, "source_url": exhibit.url,
        "document": exhibit.document.number if exhibit.document else None,
    }  # fmt: skip


def _of_absence(item: Evidence) -> AbsenceShape | None:
    absence = item.absence
    if absence is None:
        return None
    names = ("place", "query", "languages", "since", "until", "searched_on", "limits")
    return AbsenceShape(**{name: getattr(absence, name) for name in names}, searched_by=str(absence.searched_by))


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
        names = ("round", "was_said", "likelihood", "confidence", "rationale", "would_change", "submitted_at", "seal")
        return cls(
            **{name: getattr(one, name) for name in names}, reviewer=str(one.reviewer), own=one.reviewer_id == reader,
            rating=one.rating.code if one.rating else "", relied_on=one.relied_numbers,
            changed_because=one.moved_reason,
        )  # fmt: skip


class SourceShape(Schema):
    """A source; `reliability` is its grade in force, A to F, or nothing."""

    id: int
    name: str
    kind: str
    reliability: str
    url: str

    @classmethod
    def of(cls, source: Source) -> SourceShape:
        """As the list of sources has it."""
        return cls(**_of_source(source))


def _of_source(source: Source) -> dict[str, Any]:
    names = ("name", "kind", "reliability")
    return {name: getattr(source, name) for name in names} | {"id": source.pk, "url": source.get_absolute_url()}


class GradeShape(Schema):
    """One grading of a source's reliability."""

    letter: str
    reason: str
    graded_by: str
    graded_at: datetime.datetime


class SourceDetail(SourceShape):
    """A source with what is known of it, and its grades, the newest first."""

    aliases: list[str]
    belongs_to: list[int]
    country: str
    languages: str
    interests: str
    note: str
    known_in: list[str]
    grades: list[GradeShape]


class ReportShape(Schema):
    """A frozen report."""

    number: int
    title: str
    audience: str
    claims_in: int
    made_by: str
    made_at: datetime.datetime
    sha256: str
    url: str

    @classmethod
    def of(cls, report: Report) -> ReportShape:
        """As the list of reports has it."""
        return cls(**of_report(report))


def of_report(report: Report) -> dict[str, Any]:
    """What is told of a report."""
    names = ("number", "title", "audience", "claims_in", "made_at", "sha256")
    told = {name: getattr(report, name) for name in names}
    return told | {"made_by": str(report.made_by), "url": report.get_absolute_url()}


class FileShape(Schema):
    """A format in which a report can be had."""

    extension: str
    type: str
    href: str


class ReportDetail(ReportShape):
    """A report with the formats in which it can be had."""

    files: list[FileShape]


class HitShape(Schema):
    """A record in which all the words stand, with a stretch of it."""

    kind: str
    title: str
    snippet: str
    href: str
    url: str


class Page[Item](Schema):
    """Some of a list; `next` is what to ask for as `after` for what follows, null at the end."""

    items: list[Item]
    next: str | None


class AssessmentPage(Page[AssessmentShape]):
    """The assessments that may be read now; `hidden` is how many of this round may not be, yet."""

    answers_in: int
    answers_required: int
    hidden: int
