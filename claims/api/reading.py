"""What programs read: cases, documents, claims, evidence, assessments, sources; and the search over them."""

from __future__ import annotations

import re
from html import unescape
from typing import Annotated, Any, Literal

from django.http import Http404, HttpResponse
from ninja import Query, Router, Schema
from pydantic import ConfigDict, Field

from claims.api.access import Asked, Bearer, case_of, claim_of, document_of
from claims.api.answers import HEADERS, cursor_at, cut, newest_of, place_of, told, unchanged
from claims.api.claim_shapes import AssessmentPage, AssessmentShape, ClaimDetail, ClaimShape
from claims.api.evidence_shapes import EvidenceShape, GradeShape, SourceDetail, SourceShape
from claims.api.problems import Problem
from claims.api.shapes import CaseDetail, CaseShape, DocumentShape, HitShape, Page, RatingShape, TokenShape, at, named
from claims.api.typed import Code, Key, Kinds, Number, Text
from claims.forms.filters import ClaimFilter
from claims.models import Case, Claim, Document, Evidence, Scope, Source
from claims.search import everything
from claims.views.claim_page import ClaimPage, ratings_of
from claims.views.evidence_told import evidence_rows, tell
from claims.views.sources import cases_telling, grades_of

router = Router(auth=Bearer(Scope.READ))
anybody = Bearer()  # with a token of whatever scope
KNOWN_IN = 20


def answers(*types: str) -> dict[str, Any]:
    """The description of an operation whose answer is a file of one of these types."""
    return {
        "responses": {
            200: {"content": {each: {"schema": {"type": "string"} if each == "text/plain" else {}} for each in types}}
        }
    }


MARKS = re.compile("</?mark>")


class Paging(Schema):
    """Which page of a list: after which place, and how much of it."""

    model_config = ConfigDict(extra="ignore")

    after: Annotated[Text, Field(min_length=1, max_length=200)] | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 50


class ClaimQuery(Paging):
    """Which claims of a case."""

    status: Literal["open", "in_review", "to_decide", "proposed", "signed_off", "withdrawn"] | None = None
    kind: Kinds | None = None
    rating: Annotated[Text, Field(max_length=40)] = ""
    words: Annotated[Text, Field(max_length=200)] = ""
    order: Literal["newest", "oldest"] = "newest"


class SearchQuery(Paging):
    """What is looked for, in which records of which case."""

    q: Annotated[Text, Field(min_length=1, max_length=200)]
    kind: Literal["claim", "document", "source", "evidence"] | None = None
    case: Code | None = None


@router.get("/token", auth=anybody, response=TokenShape, url_name="token", tags=["You"])
def token(request: Asked) -> HttpResponse:
    """The token that asks: whose it is, what it may do, and until when."""
    return told(request, TokenShape.of(request.token))


@router.get("/cases", auth=anybody, response=Page[CaseShape], url_name="cases", tags=["Cases"])
def cases(request: Asked, paging: Query[Paging]) -> HttpResponse:
    """The cases that the token opens, by their codes."""
    found = Case.objects.visible_to(request.person).order_by("code")
    after = place_of(paging.after, str)
    if after is not None:
        found = found.filter(code__gt=after.replace("\0", ""))
    rows, onward = cut(found, paging.limit, lambda case: case.code)
    return told(request, Page[CaseShape](items=[CaseShape.of(case) for case in rows], next=onward))


@router.get("/cases/{code}", auth=anybody, response=CaseDetail, url_name="case", tags=["Cases"])
def case(request: Asked, code: Code) -> HttpResponse:
    """A case, with the answers of its scale."""
    found = case_of(request, code)
    ratings = [RatingShape.of(rating) for rating in ratings_of(found.scale_id)]
    return told(request, CaseDetail(**CaseShape.of(found).dict(), ratings=ratings))


@router.get("/cases/{code}/documents", response=Page[DocumentShape], url_name="documents", tags=["Documents"])
def documents(request: Asked, code: Code, paging: Query[Paging]) -> HttpResponse:
    """A case's documents, the newest first."""
    of_case = case_of(request, code)
    found = Document.objects.filter(case=of_case).light()
    rows, onward = newest_of(of_case, found, paging.after, paging.limit)
    return told(request, Page[DocumentShape](items=[DocumentShape.of(one) for one in rows], next=onward))


@router.get("/cases/{code}/documents/{number}", response=DocumentShape, url_name="document", tags=["Documents"])
def document(request: Asked, code: Code, number: Number) -> HttpResponse:
    """What is known of a document."""
    return told(request, DocumentShape.of(document_of(request, code, number)))


@router.get(
    "/cases/{code}/documents/{number}/text",
    url_name="document-text",
    tags=["Documents"],
    openapi_extra=answers("text/plain"),
)
def document_text(request: Asked, code: Code, number: Number) -> HttpResponse:
    """A document's text as it is quoted from: places in it are counted in its code points."""
    found = document_of(request, code, number)
    etag = f'"{found.sha256}"'
    headers = HEADERS | {"ETag": etag}
    same = unchanged(request, etag)
    return same or HttpResponse(found.text, content_type="text/plain; charset=utf-8", headers=headers)


@router.get("/cases/{code}/claims", response=Page[ClaimShape], url_name="claims", tags=["Claims"])
def claims(request: Asked, code: Code, asked: Query[ClaimQuery]) -> HttpResponse:
    """A case's claims by status, kind, rating and words; the newest first, or the oldest."""
    of_case = case_of(request, code)
    chosen = {name: getattr(asked, name) or "" for name in ("status", "kind", "rating", "words")}
    chosen["order"] = "oldest" if asked.order == "oldest" else ""
    filters = ClaimFilter(of_case, chosen, ratings_of(of_case.scale_id), {})
    if filters.ignored:
        raise Problem(422, " ".join(filters.ignored))
    found = filters.claims(beyond=place_of(asked.after, int)).select_related("rating")
    rows, onward = cut(found, asked.limit, lambda one: one.number)
    for one in rows:
        one.case = of_case
    return told(request, Page[ClaimShape](items=[ClaimShape.of(one) for one in rows], next=onward))


@router.get("/cases/{code}/claims/{number}", response=ClaimDetail, url_name="claim", tags=["Claims"])
def claim(request: Asked, code: Code, number: Number) -> HttpResponse:
    """A claim: its words, who said it, its figures, and its verdict as far as it may be seen."""
    found = claim_of(request, code, number)
    return told(request, ClaimDetail.shown(ClaimPage(found, request.person)))


@router.get(
    "/cases/{code}/claims/{number}/evidence", response=Page[EvidenceShape], url_name="evidence", tags=["Evidence"]
)
def evidence(request: Asked, code: Code, number: Number, paging: Query[Paging]) -> HttpResponse:
    """A claim's evidence that stands, by its numbers."""
    of_claim = claim_of(request, code, number)
    after = place_of(paging.after, int)
    found = evidence_rows(of_claim.pk).filter(removed_at=None)
    if after is not None:
        found = found.filter(number__gt=after)
    rows, onward = cut(found, paging.limit, lambda one: one.number)
    return told(request, Page[EvidenceShape](items=evidence_told(request, of_claim, rows), next=onward))


def evidence_told(request: Asked, of_claim: Claim, rows: list[Any]) -> list[EvidenceShape]:
    """These pieces of a claim's evidence as the claim's page shows them."""
    for item in rows:
        item.claim = of_claim
    return [EvidenceShape.of(item, _stands(item)) for item in tell(rows, request.person)] if rows else []


def _stands(item: Any) -> bool | None:
    """What the quote gate says; None where nothing is quoted, or no text is held."""
    if not item.quote or (item.exhibit and not item.exhibit.document_id and not item.text_length):
        return None
    return bool(item.in_document or item.in_text)


@router.get(
    "/cases/{code}/claims/{number}/evidence/{item}", response=EvidenceShape, url_name="evidence-item", tags=["Evidence"]
)
def evidence_item(request: Asked, code: Code, number: Number, item: Number) -> HttpResponse:
    """A piece of evidence that stands."""
    of_claim = claim_of(request, code, number)
    return told(request, evidence_numbered(request, of_claim, item))


def evidence_numbered(request: Asked, of_claim: Claim, number: int) -> EvidenceShape:
    """The piece of this number as the claim's page shows it. Raises Http404."""
    rows = list(evidence_rows(of_claim.pk).filter(removed_at=None, number=number))
    if not rows:
        raise Http404
    return evidence_told(request, of_claim, rows)[0]


@router.get(
    "/cases/{code}/claims/{number}/assessments", response=AssessmentPage, url_name="assessments", tags=["Assessments"]
)
def assessments(request: Asked, code: Code, number: Number) -> HttpResponse:
    """The assessments that the token's owner may read now: others' not before theirs is in, where the case is blind."""
    return told(request, assessments_shown(request, claim_of(request, code, number)))


def assessments_shown(request: Asked, of_claim: Claim) -> AssessmentPage:
    """Those that the claim's page shows: one's own, others', and those of earlier rounds; as they stand."""
    page = ClaimPage(of_claim, request.person)
    own = [page.own] if page.own is not None and page.own_is_in else []
    rows = [*own, *page.answers, *page.earlier_answers]
    return AssessmentPage(
        items=[AssessmentShape.of(one, request.person.pk) for one in rows], next=None, answers_in=of_claim.answers_in,
        answers_required=page.case.assessments_required, hidden=page.hidden,
    )  # fmt: skip


@router.get("/sources", response=Page[SourceShape], url_name="sources", tags=["Sources"])
def sources(request: Asked, paging: Query[Paging]) -> HttpResponse:
    """The sources known in the cases that the token opens, by when they were added."""
    found = Source.objects.visible_to(request.person).listed().order_by("pk").defer("note")
    after = place_of(paging.after, int)
    if after is not None:
        found = found.filter(pk__gt=after)
    rows, onward = cut(found, paging.limit, lambda one: one.pk)
    return told(request, Page[SourceShape](items=[SourceShape.of(one) for one in rows], next=onward))


@router.get("/sources/{id}", response=SourceDetail, url_name="source", tags=["Sources"])
def source(request: Asked, id: Key) -> HttpResponse:
    """A source, what is known of it, and its grades."""
    return told(request, source_shown(request, id))


def source_shown(request: Asked, key: int) -> SourceDetail:
    """The source of this key as its page shows it. Raises Http404."""
    found: Source | None = Source.objects.visible_to(request.person).filter(pk=key).first()
    if found is None:
        raise Http404
    known = cases_telling(found, request.person).filter(sources=found).order_by("code")
    grades = [
        GradeShape(**named(one, "letter reason graded_at"), graded_by=str(one.graded_by)) for one in grades_of(found)
    ]
    return SourceDetail(
        **SourceShape.of(found).dict(), aliases=found.other_names,
        belongs_to=[one.pk for one in found.belongings(request.person)],
        known_in=list(known.values_list("code", flat=True)[:KNOWN_IN]), grades=grades,
        **named(found, "country languages interests note"),
    )  # fmt: skip


@router.get("/search", response=Page[HitShape], url_name="search", tags=["Search"])
def search(request: Asked, asked: Query[SearchQuery]) -> HttpResponse:
    """Claims, documents, sources and evidence in which all the words stand: kind by kind, the newest first."""
    where = case_of(request, asked.case) if asked.case else None
    after = place_of(asked.after, str) or ""
    found = everything.search(asked.q, request.person, kind=asked.kind, case=where, after=after, limit=asked.limit)
    onward = cursor_at(found.after) if found.after else None
    return told(request, Page[HitShape](items=[_hit(hit) for hit in found.hits], next=onward))


def _hit(hit: everything.Hit) -> HitShape:
    record = hit.record
    return HitShape(
        kind=hit.kind, title=_plain(hit.title), snippet=_plain(hit.snippet), href=_address(hit.kind, record),
        url=record.get_absolute_url(),
    )  # fmt: skip


def _plain(safe: str) -> str:
    return unescape(MARKS.sub("", safe))


def _address(kind: str, record: Any) -> str:
    if kind == "source":
        return at("source", id=record.pk)
    if isinstance(record, Evidence):
        of = record.claim
        return at("evidence-item", code=of.case.code, number=of.number, item=record.number)
    return at(kind, code=record.case.code, number=record.number)
