"""What programs are told, record by record. Never more than the person's own pages show."""

from __future__ import annotations

import datetime
from typing import Any

from django.urls import reverse
from ninja import Schema

from claims.models import Case, Document, Rating, Report, Token


def at(name: str, **kwargs: Any) -> str:
    """The address of an operation."""
    return reverse(f"api:{name}", kwargs=kwargs)


def named(record: Any, names: str) -> dict[str, Any]:
    """What a record holds under these names, with spaces between."""
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
        names = "code title description role policy assessments_required"
        return cls(**named(case, names), url=case.get_absolute_url())


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
            **named(document, names), case=code, source_url=document.url,
            text=at("document-text", code=code, number=document.number), url=document.get_absolute_url(),
        )  # fmt: skip


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
    told = named(report, "number title audience claims_in made_at sha256")
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
