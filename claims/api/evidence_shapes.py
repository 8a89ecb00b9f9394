"""What programs are told of evidence, and of the sources behind it."""

from __future__ import annotations

import datetime
from typing import Any

from ninja import Schema

from claims.api.shapes import named
from claims.models import Evidence, Source


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
    told = named(absence, "place query languages since until searched_on limits")
    return AbsenceShape(**told, searched_by=str(absence.searched_by))


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
    return named(source, "name kind reliability") | {"id": source.pk, "url": source.get_absolute_url()}


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
