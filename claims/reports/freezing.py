"""Gathering what a report says, and freezing it: everything that leaves is rendered from the frozen data alone."""

from __future__ import annotations

import datetime
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef
from django.db.models.functions import Length
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.models import (
    Absence,
    Assessment,
    Case,
    Chain,
    Claim,
    Credibility,
    Document,
    Evidence,
    EvidenceChange,
    Report,
    Role,
    Source,
    User,
    Verdict,
    lineage_said,
    told_apart,
    withheld,
    withholding,
    writing,
)
from claims.models.entries import sha256
from claims.models.facets import Judged
from claims.models.origins import Gathered, gathered
from claims.models.origins_said import OriginsSaid
from claims.models.quantities import compared
from claims.models.records import Refused
from claims.reports.settled import corrections_of, gaps_of, overruling
from claims.reports.snapshots import FORMAT, Snapshot, canonical, misquotes
from claims.reports.wording import day, iso_day, iso_moment
from claims.text.quotations import around

MOST = 1000  # claims in one report: a person has to be able to open it, and it is made while they wait


def freeze(
    case: Case,
    claims: models.QuerySet[Claim],
    *,
    by: User,
    title: str = "",
    selection: str = "",
    once: str | None = None,
) -> Report:
    """A new report of these claims of the case, frozen as they stand now and entered in the log.

    Raises Refused where nothing or too much was chosen, or a quotation does not stand where it
    says it does: then nothing is made.
    """

    def make() -> Report:
        with writing(case) as chain:
            # Gathered while nobody else can write in the case, so that the log's head is that of what is frozen.
            chosen = _gathered(claims.filter(case=case))
            _hand_over_scale(case, chosen)
            if not chosen:
                raise Refused(_("No claim was chosen. Choose at least one."))
            if len(chosen) > MOST:
                raise Refused(
                    _("That is more than %(most)s claims. Choose fewer with a filter.") % {"most": f"{MOST:,}"}
                )
            report = Report(case=case, made_by=by, made_at=timezone.now(), once=once, claims_in=len(chosen))
            report.number = case.next_number(Report.objects.all())
            report.title = title.strip() or case.title
            report.selection = selection.strip()
            snapshot = _snapshot(report, chosen, chain)
            check_withheld(case, snapshot)
            report.snapshot = canonical(snapshot).decode()
            report.sha256 = sha256(report.snapshot)
            check_quotations(report)
            report.store()
            chain.record(by=by, verb="exported", on=report, after=report.facts())
        return report

    return Report.made_once(once, make)


def check_withheld(case: Case, snapshot: Snapshot) -> None:
    """Raises Refused where a name that some evidence of the case withholds stands anywhere in what would leave."""
    sources = Source.objects.filter(Exists(withholding(OuterRef("pk"), case.pk))).order_by("pk")
    told = [
        _("“%(name)s” is withheld, and stands in %(places)s") % {"name": name, "places": ", ".join(places)}
        for name in dict.fromkeys(name for source in sources for name in names_of(source))
        if (places := naming(snapshot, name))
    ]
    if told:
        raise Refused(
            _("Nothing was exported, as a withheld name would leave with it: %(told)s. Take the name out there, leave "
              "those claims out, or name the source.") % {"told": "; ".join(told)}
        )  # fmt: skip


def names_of(source: Source) -> list[str]:
    """What a source is called; names of one or two letters stand everywhere."""
    names = [source.name, *source.aliases.splitlines()]
    return [name.strip() for name in names if len(name.strip()) > 2]


def naming(snapshot: Snapshot, name: str) -> list[str]:
    """Where in a snapshot a name stands: the claims by their references, then its other parts."""
    word = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE)
    rooms = [(claim["ref"], claim) for claim in snapshot["claims"]]
    rooms += [(_("the case"), snapshot["case"]), (_("the report's title and selection"), snapshot["report"])]
    rooms += [(_("the documents"), snapshot["documents"]), (_("the sources"), snapshot["sources"])]
    return [place for place, room in rooms if any(word.search(text) for text in _texts(room))]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)


def check_quotations(report: Report) -> None:
    """The quote gate on the way out. Raises Refused with the claims' names where a quotation does not stand."""
    if not report.holds_its_data():
        # Only reached where somebody wrote past the database's own guard.
        raise Refused(_("This report is not what was frozen: its data have been changed."))
    snapshot = report.data
    numbers = {passage["document"] for claim in snapshot["claims"] for passage in claim["passages"]}
    keys = {item["held_in"] for claim in snapshot["claims"] for item in claim["evidence"] if item["held_in"]}
    held_documents = {int(key.split(":")[1]) for key in keys if key.startswith("document:")}
    texts = dict(
        Document.objects.filter(case=report.case, number__in=numbers | held_documents).values_list("number", "text")
    )
    exhibits = [int(key.split(":")[1]) for key in keys if key.startswith("exhibit:")]
    rows = report.case.exhibits.filter(pk__in=exhibits).values_list("pk", "text", "document__text")
    held = {f"document:{number}": text for number, text in texts.items()}
    held |= {f"exhibit:{pk}": document or text for pk, text, document in rows}
    wrong = misquotes(snapshot, texts, held)
    if wrong:
        raise Refused(
            _("Nothing was exported: a quotation does not stand where it should. %(wrong)s")
            % {"wrong": " ".join(wrong)}
        )


def _hand_over_scale(case: Case, claims: list[Claim]) -> None:
    """Assessments whose parts were judged find the answers with them, and ask for them no more one by one."""
    ratings = list(case.scale.ratings.all())
    for claim in claims:
        for own in claim.assessments.all():
            own.scale_ratings = ratings


def _gathered(claims: models.QuerySet[Claim]) -> list[Claim]:
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
        )[: MOST + 1]
    )


@dataclass(frozen=True)
class Beside:
    """What is known beside the records of the claims: their origins, where exhibits come from, what changed since."""

    origins: dict[int, Gathered]
    lineage: dict[int, str]
    changes: dict[int, list[str]]
    apart: set[frozenset[int]]
    corrections: dict[int, list[dict[str, Any]]]
    gaps: dict[int, list[dict[str, Any]]]

    @classmethod
    def of(cls, chosen: list[Claim], exhibits: set[int]) -> Beside:
        """All of it for these claims; where only the named exhibits come from. It leaves as a reader may read it."""
        changes: dict[int, list[str]] = defaultdict(list)
        standing = Verdict.objects.standing().filter(claim__in=chosen)
        under = EvidenceChange.objects.filter(verdict__in=standing).select_related("evidence", "answered_by")
        for change in under.order_by("pk"):
            changes[change.claim_id].append(_changed(change))
        keys = [claim.pk for claim in chosen]
        figures = [each for claim in chosen for each in claim.quantities.all()]
        figures += [each for claim in chosen for item in claim.evidence.all() for each in item.quantities.all()]
        return cls(
            gathered(keys), lineage_said(exhibits, Role.READER), changes, set(told_apart(figures)),
            corrections_of(chosen), gaps_of(chosen),
        )  # fmt: skip


def _snapshot(report: Report, chosen: list[Claim], chain: Chain) -> dict[str, Any]:
    case = report.case
    documents = {p.document.pk: p.document for claim in chosen for p in claim.passages.all()}
    named = [e.exhibit for claim in chosen for e in claim.evidence.all() if e.exhibit and not e.unnamed]
    documents |= {exhibit.document.pk: exhibit.document for exhibit in named if exhibit.document}
    sources = {exhibit.source for exhibit in named if exhibit.source}
    beside = Beside.of(chosen, {exhibit.pk for exhibit in named})
    return {
        "format": FORMAT,
        "language": "en",
        "case": {
            "code": case.code,
            "title": case.title,
            "description": case.description,
            "sample": case.sample,
            "assessments_required": case.assessments_required,
        },
        "report": {
            "number": report.number,
            "title": report.title,
            "made_at": iso_moment(report.made_at),
            "made_by": str(report.made_by),
            "selection": report.selection,
            "demo": settings.DEMO,
        },
        "log": {"count": chain.count, "head": chain.head},
        "scale": {
            "name": case.scale.name,
            "ratings": [_fields(r, "code", "label", "meaning", "look", "position") for r in case.scale.ratings.all()],
        },
        "documents": [_document(d) for d in sorted(documents.values(), key=lambda document: document.number)],
        "claims": [_claim(claim, beside) for claim in chosen],
        "sources": _sources(sources),
    }


def _changed(change: EvidenceChange) -> str:
    """What changed under a verdict, and what its editor said to it."""
    said = _("evidence %(number)s: %(what)s, %(day)s") % {
        "number": change.evidence.number,
        "what": change.get_what_display(),
        "day": day(iso_day(change.at.astimezone(datetime.UTC).date())),
    }
    if change.answered_at is None:
        return said
    answer = _("%(said)s (it still stands, says %(who)s: %(why)s)")
    return answer % {"said": said, "who": change.answered_by, "why": change.answer}


def _fields(record: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(record, name) for name in names}


def _document(document: Document) -> dict[str, Any]:
    return {
        **_fields(document, "number", "title", "author", "publisher", "language", "origin", "url", "sha256"),
        "sha256_bytes": document.sha256_bytes,
        "published": iso_day(document.published),
        "loaded_at": iso_moment(document.loaded_at),
    }


def _claim(claim: Claim, beside: Beside) -> dict[str, Any]:
    signed = sorted(claim.verdicts.all(), key=lambda verdict: verdict.round)
    current = next((v for v in signed if v.round == claim.round and claim.rating_id), None)
    rounds = {verdict.round for verdict in signed}
    return {
        **_fields(claim, "ref", "number", "statement", "kind", "status", "round"),
        # Before a verdict is signed it would tell those who are still to answer what the others said.
        "disputed": claim.disputed and current is not None,
        "kind_label": claim.get_kind_display(),
        "status_label": claim.get_status_display(),
        "as_of": iso_day(claim.as_of),
        "resolves_on": iso_day(claim.resolves_on),
        "review_by": iso_day(claim.review_by),
        "passages": [_passage(p) for p in claim.passages.all()],
        "attributions": [
            {**_fields(a, "speaker", "verb", "hedged", "basis"), "basis_label": a.get_basis_display()}
            for a in claim.attributions.all()
        ],
        "quantities": [_quantity(q) for q in claim.quantities.all()],
        "evidence": [_evidence(e) | _origin(e, beside) | _figures(e, claim, beside) for e in claim.evidence.all()],
        "verdict": _verdict(current) if current else None,
        "assessments": [_assessment(a) for a in claim.assessments.all() if a.round in rounds],
        "earlier_verdicts": [_verdict(v) for v in signed if v is not current],
        "origins": _origins(
            beside.origins[claim.pk], {e.pk for e in claim.evidence.all() if e.credibility == Credibility.CONFIRMED}
        ),
        "changed_since": beside.changes.get(claim.pk, []) if current else [],
        "corrections": beside.corrections.get(claim.pk, []),
        "known_gaps": beside.gaps.get(claim.pk, []),
    }


def _passage(passage: Any) -> dict[str, Any]:
    document = passage.document
    before, after = around(document.text, passage.start, passage.end)
    return {
        **_fields(passage, "start", "end", "exact"),
        "document": document.number,
        "before": before,
        "after": after,
        "language": document.language,
    }


def _quantity(quantity: Any) -> dict[str, Any]:
    return {
        **_fields(quantity, "measure", "unit", "entity", "place"),
        "low": f"{quantity.low.normalize():f}" if quantity.low is not None else None,
        "high": f"{quantity.high.normalize():f}" if quantity.high is not None else None,
        "as_of": iso_day(quantity.as_of),
    }


def _evidence(evidence: Evidence) -> dict[str, Any]:
    said = _absence(evidence.absence) if evidence.absence else _cited(evidence)
    return said | {
        **_fields(evidence, "number", "stance", "quote", "credibility"),
        "withheld": evidence.unnamed,  # type: ignore[attr-defined]
        "level": evidence.level,
        "level_reason": "" if evidence.unnamed else evidence.level_reason,  # type: ignore[attr-defined]
        "stance_label": evidence.get_stance_display(),
        "bears_on": evidence.bearing,
        "bears_on_label": evidence.get_bearing_display(),
        "level_label": evidence.get_level_display() if evidence.level else "",
        "reliability": evidence.grade.letter if evidence.grade else "",
    }


def _origins(found: Gathered, confirmed: set[int]) -> dict[str, Any]:
    count, told = found.origins.count(), OriginsSaid(found, unnamed=True)
    said = f"{told.count}; {told.caution}" if told.caution else told.count
    return {**count._asdict(), "said": " ".join([said, *told.unconfirmed(confirmed)]) if count.items else ""}


def _origin(evidence: Evidence, beside: Beside) -> dict[str, Any]:
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


def _figures(evidence: Evidence, claim: Claim, beside: Beside) -> dict[str, Any]:
    """Its typed figures in words, each with how it compares with the claim's."""
    return {"figures": compared(list(claim.quantities.all()), list(evidence.quantities.all()), beside.apart)}


def _cited(evidence: Evidence) -> dict[str, Any]:
    """The exhibit; of one whose identity is withheld nothing that names it."""
    exhibit = evidence.cited
    held_in = f"exhibit:{exhibit.pk}" if evidence.text_held or exhibit.document else None  # type: ignore[attr-defined]
    if evidence.unnamed:  # type: ignore[attr-defined]
        return {
            "source": None, "source_name": _("Source withheld"), "exhibit": _("Exhibit withheld"), "url": "",
            "published": None, "language": "", "where": "", "note": "", "absence": None,
            "held_in": held_in if evidence.quote else None,
        }  # fmt: skip
    if exhibit.document:
        held_in = f"document:{exhibit.document.number}"
    return {
        **_fields(evidence, "where", "note"),
        "source": exhibit.source_id,
        "source_name": exhibit.source.name if exhibit.source else "",
        "exhibit": exhibit.title,
        "url": exhibit.url,
        "published": iso_day(exhibit.published),
        "held_in": held_in if evidence.quote else None,
        "language": exhibit.document.language if exhibit.document else exhibit.language,
        "absence": None,
    }


def _absence(absence: Absence) -> dict[str, Any]:
    """A search that found nothing, with all that bounds it."""
    return {
        "source": None, "source_name": "", "exhibit": "", "url": "", "published": None, "held_in": None,
        "language": "", "where": "", "note": absence.evidence.note,
        "absence": {
            **_fields(absence, "place", "query", "languages", "limits"),
            "since": iso_day(absence.since),
            "until": iso_day(absence.until),
            "searched_on": iso_day(absence.searched_on),
            "searched_by": str(absence.searched_by),
        },
    }  # fmt: skip


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "rating": verdict.rating.code,
        "label": verdict.rating.label,
        "look": verdict.rating.look,
        **_fields(verdict, "summary", "reached", "open_questions", "round", "support", "one_origin"),
        "reached_label": verdict.get_reached_display(),
        "reason_label": verdict.get_difference_display() if verdict.difference else "",
        "proposed_by": str(verdict.proposed_by),
        "proposed_at": iso_moment(verdict.proposed_at),
        "signed_off_by": str(verdict.decided_by),
        "signed_off_at": iso_moment(verdict.decided_at),
        **overruling(verdict),
    }


def _assessment(assessment: Assessment) -> dict[str, Any]:
    rating, first = assessment.rating, assessment.follows
    return {
        "reviewer": str(assessment.reviewer),
        "rating": rating.code if rating else "",
        "label": rating.label if rating else "",
        "look": rating.look if rating else "unverified",
        "was_said_label": assessment.get_was_said_display() if assessment.was_said else "",
        "likelihood_label": assessment.get_likelihood_display() if assessment.likelihood else "",
        "confidence_label": assessment.get_confidence_display() if assessment.confidence else "",
        **_fields(assessment, "rationale", "would_change", "seal", "round", "moved_reason"),
        "follows": first.seal if first else "",
        "relied_on": sorted(evidence.number for evidence in assessment.relied_on.all()),
        "submitted_at": iso_moment(assessment.submitted_at),
        "facets": [_part(part) for part in assessment.parts],
        "override_reason": assessment.override_reason,
        "adds_up_to_label": whole.label if assessment.facets and (whole := assessment.whole) else "",
    }


def _part(part: Judged) -> dict[str, Any]:
    rating = part.rating
    return {
        "facet": part.facet,
        "facet_label": part.label,
        "rating": rating.code if rating else "",
        "label": rating.label if rating else "",
        "look": rating.look if rating else "unverified",
        "note": part.note,
    }


def _sources(sources: Iterable[Source]) -> list[dict[str, Any]]:
    rows = []
    for source in (
        Source.objects.filter(pk__in=[s.pk for s in sources])
        .order_by("name", "pk")
        .prefetch_related("grades__graded_by")
    ):
        grade = next(iter(source.grades.all()), None)
        rows.append(
            {
                "id": source.pk,
                "name": source.name,
                "kind_label": source.get_kind_display(),
                "country": source.country,
                "reliability": source.reliability,
                "reason": grade.reason if grade else "",
                "graded_at": iso_moment(grade.graded_at) if grade else None,
                "graded_by": str(grade.graded_by) if grade else "",
            }
        )
    return rows
