"""The second half of a rating with the source hidden: the source, seen by now, is graded, and the evidence takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from claims.models.entries import take_chains, writing
from claims.models.evidence import Evidence
from claims.models.records import NotNow
from claims.models.sources import Grade, Source

if TYPE_CHECKING:
    from claims.models.people import User


def grade_after_rating(evidence: Evidence, letter: str, *, by: User, reason: str, once: str | None = None) -> Grade:
    """Grade the source of evidence that the same person has just rated with it hidden; the evidence has this grade.

    So it has both halves from one judgement. It stays without where somebody graded the source in between, or where
    it must stay as it was judged, or may have to by answers that this person cannot see: whether it took the grade
    must not tell whose answer relies on it. Then this is a grade like any other.
    """
    source = evidence.cited.source
    if source is None:
        raise TypeError("evidence of nobody has no source to grade")
    with transaction.atomic():
        take_chains(source.cases.all())
        stands = Source.objects.get(pk=source.pk)
        first = not stands.grades.exists()
        grade = stands.grade(letter, by=by, reason=reason, once=once)
        if first:
            _take(evidence, grade, by)
    return grade


def _take(evidence: Evidence, grade: Grade, by: User) -> None:
    with writing(evidence.log_case) as chain:
        stored = Evidence.objects.select_related("claim__case", "exhibit").get(pk=evidence.pk)
        try:
            stored.require_changeable(by)
        except NotNow:
            return
        if stored.grade_id is not None or stored.rated_by_id != by.pk or stored.removed_at is not None:
            return
        stored.grade = grade
        stored.version += 1
        stored.store()
        chain.record(by=by, verb="graded", on=stored, before={"grade": None}, after={"grade": grade.letter})
