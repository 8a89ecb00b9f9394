"""Gathering what a report says: the records of a stretch of claims at a time, put into plain data."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import batched
from operator import itemgetter
from typing import Any

from django.db import models
from django.db.models.functions import Length
from django.utils.translation import gettext as _

from claims.models import (
    Assessment,
    Case,
    Claim,
    Credibility,
    Document,
    Evidence,
    Exhibit,
    Rating,
    Verdict,
    withheld,
)  # fmt: skip
from claims.models.entries import sha256
from claims.models.facets import Judged
from claims.models.origins import Gathered
from claims.models.origins_said import OriginsSaid
from claims.models.quantities import compared, compares
from claims.models.withheld_names import masked_documents
from claims.reports.annexed import Concord, custody_of
from claims.reports.beside import Beside, changes_said
from claims.reports.choices import Choice
from claims.reports.cited import Cited
from claims.reports.people import People
from claims.reports.settled import overruling
from claims.reports.wording import fields_of, iso_day, iso_moment, the_day
from claims.text.quotations import around

BATCH = 500  # claims that are gathered at once


class Gathering:
    """What one report says of a case's claims, taken in a stretch at a time; then what stands beside them.

    `salted` gives the hash under which a text or file is told of which it is withheld who put it out.
    """

    def __init__(self, case: Case, choice: Choice, salted: Callable[[str], str]) -> None:
        self.case, self.choice, self.salted = case, choice, salted
        self.people = People(case, public=choice.public)
        self.cited = Cited(self.people)
        self.ratings = list(case.scale.ratings.all())
        self.concord = Concord([rating_frozen(rating) for rating in self.ratings])
        self.documents: dict[int, dict[str, Any]] = {}
        self.masked = set(masked_documents(case).values_list("pk", flat=True))
        self.shown: set[int] = set()

    def claims(self, claims: models.QuerySet[Claim]) -> Iterable[dict[str, Any]]:
        """Each of these claims as the report has it, in the order of their numbers."""
        keys = claims.order_by("number").values_list("pk", flat=True)
        for some in batched(keys.iterator(chunk_size=BATCH), BATCH, strict=False):
            yield from self._stretch(records_of(Claim.objects.filter(pk__in=some)))

    def _stretch(self, chosen: list[Claim]) -> Iterable[dict[str, Any]]:
        for claim in chosen:
            for own in claim.assessments.all():
                own.scale_ratings = self.ratings
        named = [e.exhibit for claim in chosen for e in claim.evidence.all() if e.exhibit and not e.unnamed]
        found = [p.document for claim in chosen for p in claim.passages.all()]
        found += [exhibit.document for exhibit in named if exhibit.document] if self.choice.shows("evidence") else []
        fresh = {document.pk: document for document in found if document.pk not in self.documents}
        self.documents |= {key: self._document(document) for key, document in fresh.items()}
        beside = Beside.of(chosen, {exhibit.pk for exhibit in named}, self.choice, self.people)
        self._name(beside.origins.values())
        return [self._claim(claim, beside) for claim in chosen]

    def _document(self, document: Document) -> dict[str, Any]:
        """A document: what it is, and its hashes; of one that is a withheld exhibit neither, nor of which."""
        frozen = document_frozen(document)
        if document.pk not in self.masked:
            return frozen
        hashes = {name: self.salted(f"document {frozen[name]}") for name in ("sha256", "sha256_bytes")}
        unnamed = {"title": _("Document withheld"), "author": "", "publisher": "", "url": "", "published": None}
        return frozen | hashes | unnamed | {"loaded_at": iso_moment(the_day(document.loaded_at))}

    def _name(self, origins: Iterable[Gathered]) -> None:
        """Find which exhibits may be named, of all that the evidence is or goes back to."""
        keys = {key for one in origins for key in one.exhibits} - self.shown
        for some in batched(sorted(keys), BATCH, strict=False):
            hidden = withheld("pk", "source", "case")
            self.shown.update(Exhibit.objects.filter(pk__in=some).exclude(hidden).values_list("pk", flat=True))

    def _claim(self, claim: Claim, beside: Beside) -> dict[str, Any]:
        signed = sorted(claim.verdicts.all(), key=lambda verdict: verdict.round)
        current = next((v for v in signed if v.round == claim.round and claim.rating_id), None)
        rounds = {verdict.round for verdict in signed}
        frozen = {
            **fields_of(claim, "ref", "number", "statement", "kind", "status", "round"),
            # Before a verdict is signed it would tell those who are still to answer what the others said.
            "disputed": claim.disputed and current is not None,
            "kind_label": claim.get_kind_display(),
            "status_label": claim.get_status_display(),
            "as_of": iso_day(claim.as_of),
            "resolves_on": iso_day(claim.resolves_on),
            "review_by": iso_day(claim.review_by),
            "passages": [passage_frozen(p) for p in claim.passages.all()],
            "attributions": [
                {**fields_of(a, "speaker", "verb", "hedged", "basis"), "basis_label": a.get_basis_display()}
                for a in claim.attributions.all()
            ],
            "quantities": [quantity_frozen(q) for q in claim.quantities.all()],
            "evidence": self._evidence(claim, beside),
            "verdict": self._verdict(current) if current else None,
            "assessments": [self._assessment(a) for a in claim.assessments.all() if a.round in rounds],
            "earlier_verdicts": [self._verdict(v) for v in signed if v is not current],
            "origins": self._origins(claim, beside),
            **changes_said(beside.changes.get(claim.pk, []) if current else [], self.people),
            "corrections": beside.corrections.get(claim.pk, []),
            "known_gaps": beside.gaps.get(claim.pk, []),
            "comments": beside.comments.get(claim.pk, []),
        }
        self.concord.take(frozen)
        if not self.choice.shows("assessments"):
            frozen["assessments"] = []
        return frozen

    def _evidence(self, claim: Claim, beside: Beside) -> list[dict[str, Any]]:
        if not self.choice.shows("evidence"):
            return []
        items = [e for e in claim.evidence.all() if e.exhibit_id or self.choice.shows("absence")]
        rows = [self.cited.evidence(e, origin_of(e, beside) | figures_of(e, claim, beside)) for e in items]
        self.cited.trace(items, beside.origins[claim.pk], self.shown)
        return rows

    def _origins(self, claim: Claim, beside: Beside) -> dict[str, Any]:
        found = beside.origins[claim.pk]
        confirmed = {e.pk for e in claim.evidence.all() if e.credibility == Credibility.CONFIRMED}
        count, told = found.origins.count(), OriginsSaid(found, unnamed=True)
        said = f"{told.count}; {told.caution}" if told.caution else told.count
        return {**count._asdict(), "said": " ".join([said, *told.unconfirmed(confirmed)]) if count.items else ""}

    def _verdict(self, verdict: Verdict) -> dict[str, Any]:
        return {
            "rating": verdict.rating.code,
            "label": verdict.rating.label_here,
            "look": verdict.rating.look,
            **fields_of(verdict, "summary", "reached", "open_questions", "round", "support", "one_origin"),
            "reached_label": verdict.get_reached_display(),
            "reason_label": verdict.get_difference_display() if verdict.difference else "",
            "proposed_by": self.people(verdict.proposed_by),
            "proposed_at": iso_moment(verdict.proposed_at),
            "signed_off_by": self.people(verdict.decided_by),
            "signed_off_at": iso_moment(verdict.decided_at),
            **overruling(verdict, self.people),
        }

    def _assessment(self, assessment: Assessment) -> dict[str, Any]:
        rating, first = assessment.rating, assessment.follows
        return {
            "reviewer": self.people(assessment.reviewer),
            "rating": rating.code if rating else "",
            "label": rating.label_here if rating else "",
            "look": rating.look if rating else "unverified",
            "was_said_label": assessment.get_was_said_display() if assessment.was_said else "",
            "likelihood_label": assessment.get_likelihood_display() if assessment.likelihood else "",
            "confidence_label": assessment.get_confidence_display() if assessment.confidence else "",
            **fields_of(assessment, "was_said", "likelihood", "confidence"),
            **fields_of(assessment, "rationale", "would_change", "seal", "round", "moved_reason"),
            "follows": first.seal if first else "",
            "relied_on": sorted(evidence.number for evidence in assessment.relied_on.all()),
            "submitted_at": iso_moment(assessment.submitted_at),
            "facets": [part_frozen(part) for part in assessment.parts],
            "override_reason": assessment.override_reason,
            "adds_up_to_label": whole.label_here if assessment.facets and (whole := assessment.whole) else "",
        }

    def beside(self) -> dict[str, Any]:
        """What stands beside the claims, once all of them were taken in."""
        self._hold_texts()
        exhibits = self.cited.exhibits.of
        custody = custody_of(exhibits, self.shown, self.people, self.salted) if self.choice.shows("custody") else []
        return {
            "scale": {"name": self.case.scale.name, "ratings": [rating_frozen(each) for each in self.ratings]},
            "documents": sorted(self.documents.values(), key=itemgetter("number")),
            "sources": self.cited.sources_frozen(),
            "exhibits": self.cited.exhibits_frozen(),
            "agreement": self.concord.figures() if self.choice.shows("agreement") else None,
            "custody": custody,
        }

    def _hold_texts(self) -> None:
        """Say of each exhibit which text is held of it, by its hash; salted where the exhibit is not named."""
        for some in batched(self.cited.nodes, BATCH, strict=False):
            for key, text, held in Exhibit.objects.filter(pk__in=some).values_list("pk", "text", "document__sha256"):
                hash = held or (sha256(text) if text else None)
                self.cited.hold(key, hash if key in self.shown or hash is None else self.salted(hash))


def records_of(claims: models.QuerySet[Claim]) -> list[Claim]:
    """These claims in the order of their numbers, with all that a report says of them."""
    evidence = Evidence.objects.standing().select_related(
        "exhibit__source", "exhibit__document", "grade", "absence__searched_by"
    )
    evidence = evidence.defer("exhibit__document__content", "exhibit__document__text", "exhibit__text")
    unnamed = models.ExpressionWrapper(withheld(), output_field=models.BooleanField())
    evidence = evidence.annotate(text_held=Length("exhibit__text"), unnamed=unnamed)
    assessments = (
        Assessment.objects.submitted()
        .select_related("reviewer", "rating", "claim", "follows")
        .prefetch_related("relied_on")
    )
    verdicts = Verdict.objects.filter(decision="signed_off").select_related("rating", "proposed_by", "decided_by")
    verdicts = verdicts.prefetch_related("replies__reviewer")
    return list(
        claims.order_by("number")
        .select_related("case", "rating")
        .prefetch_related(
            models.Prefetch("passages__document", Document.objects.defer("content")),
            "attributions",
            "quantities",
            models.Prefetch("evidence", evidence.prefetch_related("quantities")),
            models.Prefetch("assessments", assessments),
            models.Prefetch("verdicts", verdicts),
        )
    )


def rating_frozen(rating: Rating) -> dict[str, Any]:
    """An answer of the scale, in the words that it has in the report's language."""
    words = {"label": rating.label_here, "meaning": rating.meaning_here}
    return words | fields_of(rating, "code", "look", "position", "review_value")


def document_frozen(document: Document) -> dict[str, Any]:
    """A document: what it is, and by which hashes it is known."""
    return {
        **fields_of(document, "number", "title", "author", "publisher", "language", "origin", "url", "sha256"),
        "sha256_bytes": document.sha256_bytes,
        "published": iso_day(document.published),
        "loaded_at": iso_moment(document.loaded_at),
    }


def passage_frozen(passage: Any) -> dict[str, Any]:
    """Where a claim stands, with the words around it."""
    document = passage.document
    before, after = around(document.text, passage.start, passage.end)
    return {
        **fields_of(passage, "start", "end", "exact"),
        "document": document.number,
        "before": before,
        "after": after,
        "language": document.language,
    }


def quantity_frozen(quantity: Any) -> dict[str, Any]:
    """A typed figure; its numbers are text, so that no digit is lost."""
    return {
        **fields_of(quantity, "measure", "unit", "entity", "place"),
        "low": f"{quantity.low.normalize():f}" if quantity.low is not None else None,
        "high": f"{quantity.high.normalize():f}" if quantity.high is not None else None,
        "as_of": iso_day(quantity.as_of),
    }


def part_frozen(part: Judged) -> dict[str, Any]:
    """One part of a claim as somebody judged it."""
    rating = part.rating
    return {
        "facet": part.facet,
        "facet_label": part.label,
        "rating": rating.code if rating else "",
        "label": rating.label_here if rating else "",
        "look": rating.look if rating else "unverified",
        "note": part.note,
    }


def origin_of(evidence: Evidence, beside: Beside) -> dict[str, Any]:
    """For which origin a piece of evidence counts, and what was said of where it comes from."""
    found = beside.origins[evidence.claim_id].origins
    origin = found.of.get(evidence.pk)
    number = found.numbers[origin] if origin is not None else None
    unknown = _("of unknown lineage, counts for none") if evidence.exhibit_id else ""
    return {
        "origin": number,
        "origin_label": str(number) if number is not None else unknown,
        "lineage": beside.lineage.get(evidence.exhibit_id or 0, ""),
    }


def figures_of(evidence: Evidence, claim: Claim, beside: Beside) -> dict[str, Any]:
    """Its typed figures, and the same in words, each with how it compares with the claim's."""
    own, brought = list(claim.quantities.all()), list(evidence.quantities.all())
    return {
        "figures": compared(own, brought, beside.apart),
        "quantities": [quantity_frozen(each) | {"compared": compares(own, each, beside.apart)} for each in brought],
    }
