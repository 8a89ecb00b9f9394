"""What a proposed verdict rests on, written down so that whoever signs it can see whether any of it has changed."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from claims.models.captures import Capture
from claims.models.entries import canonical, sha256
from claims.models.evidence import Evidence
from claims.models.origins import Gathered, origins_of

if TYPE_CHECKING:
    from claims.models.absences import Absence
    from claims.models.exhibits import Exhibit
    from claims.models.verdicts import Verdict

# A part of a piece of evidence → what is said where it is another by now. Those of GRADES are said with their letters.
PARTS = {
    "stance": gettext_noop("it has another stance"),
    "bearing": gettext_noop("it bears on another question"),
    "words": gettext_noop("its quotation, its place or its note was edited"),
    "level": gettext_noop("whether it is primary was said anew"),
    "exhibit": gettext_noop("what it cites was edited"),
    "source": gettext_noop("its source was merged with another, or parted from it"),
    "lineage": gettext_noop("where the exhibit comes from was said anew"),
    "captures": gettext_noop("the exhibit was captured again"),
    "withheld": gettext_noop("whether its source is withheld was said anew"),
}
GRADES = {
    "credibility": gettext_noop("its credibility was %(before)s and is %(after)s"),
    "grade": gettext_noop("the grade it was judged with was %(before)s and is %(after)s"),
    "reliability": gettext_noop("its source was graded anew: %(before)s before, %(after)s now"),
}


def basis_of(verdict: Verdict) -> dict[str, Any]:
    """All that a verdict rests on as it stands now, in plain values; long texts by their hashes."""
    claim = verdict.claim
    rows = Evidence.objects.standing().filter(claim=claim).order_by("number")
    rows = rows.select_related("grade", "exhibit__source", "absence")
    evidence = list(rows.defer("exhibit__text", "exhibit__pages"))
    found = origins_of(claim)
    captures: dict[int, list[int]] = defaultdict(list)
    taken = Capture.objects.filter(exhibit__in=[item.exhibit_id for item in evidence if item.exhibit_id])
    for exhibit, key in taken.order_by("pk").values_list("exhibit", "pk"):
        captures[exhibit].append(key)
    answers = claim.assessments.exclude(submitted_at=None).filter(round=verdict.round).order_by("pk")
    return {
        "claim": {"statement": claim.statement, "version": claim.version},
        "evidence": {str(item.number): _piece(item, found, captures) for item in evidence},
        "answers": {str(key): seal for key, seal in answers.values_list("pk", "seal")},
        "verdict": {
            "rating": verdict.rating.code,
            "words": _hashed(verdict.summary, verdict.one_origin, verdict.open_questions, verdict.to_overruled),
            "difference": verdict.difference,
            "review_by": verdict.review_by.isoformat() if verdict.review_by else None,
        },
    }


def hash_of(basis: dict[str, Any]) -> str:
    """The SHA-256 of what a verdict rests on, written canonically."""
    return sha256(canonical(basis))


def what_changed(before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """What differs between the two, a sentence for each thing; empty where nothing does. No source is named."""
    said = []
    if before["claim"] != now["claim"]:
        said.append(_("The claim was edited."))
    said += _evidence_changed(before["evidence"], now["evidence"])
    new = len(set(now["answers"]) - set(before["answers"]))
    if new:
        said.append(ngettext("%(n)s answer was added.", "%(n)s answers were added.", new) % {"n": new})
    if any(now["answers"].get(key) != seal for key, seal in before["answers"].items()):
        said.append(_("An answer is not what it was."))
    if before["verdict"] != now["verdict"]:
        said.append(_("The proposal itself was edited: its answer, its summary or what stands with it."))
    return said


def _hashed(*texts: str) -> str:
    return sha256(canonical(texts)) if any(texts) else ""


def _piece(item: Evidence, found: Gathered, captures: dict[int, list[int]]) -> dict[str, Any]:
    exhibit = item.exhibit
    source = exhibit.source if exhibit is not None else None
    return {
        "stance": item.stance,
        "bearing": item.bearing,
        "words": _hashed(item.quote, item.where, item.note),
        "credibility": item.credibility,
        "grade": item.grade.letter if item.grade else "",
        "reliability": source.reliability if source is not None else "",
        "level": _hashed(item.level, item.level_reason),
        "withheld": item.withheld,
        "exhibit": _thing(exhibit) if exhibit is not None else _search(item.absence),
        "source": source.pk if source is not None else None,
        "lineage": _lineage(item.exhibit_id, found),
        "captures": captures.get(item.exhibit_id or 0, []),
    }


def _thing(exhibit: Exhibit) -> str:
    day = exhibit.published.isoformat() if exhibit.published else ""
    return _hashed(str(exhibit.pk), exhibit.title, exhibit.url, day, exhibit.wording)


def _search(absence: Absence | None) -> str:
    if absence is None:
        return ""
    days = [str(day or "") for day in (absence.since, absence.until, absence.searched_on)]
    return _hashed(absence.place, absence.query, absence.languages, absence.limits, *days)


def _lineage(exhibit: int | None, found: Gathered) -> list[list[Any]]:
    """What was said of where an exhibit comes from, and of where all comes from that it traces back to."""
    said, seen, waiting = [], set[int](), [exhibit] if exhibit is not None else []
    while waiting:
        key = waiting.pop()
        if key in seen:
            continue
        seen.add(key)
        for link in found.links_of.get(key, []):
            said.append([link.exhibit, link.original, link.kind])
            if link.original is not None:
                waiting.append(link.original)
    return sorted(said, key=canonical)


def _evidence_changed(before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    said = []
    for number in sorted({*before, *now}, key=int):
        if number not in now:
            said.append(_("Evidence %(n)s was removed.") % {"n": number})
        elif number not in before:
            said.append(_("Evidence %(n)s was added.") % {"n": number})
        elif before[number] != now[number]:
            what = "; ".join(_piece_changed(before[number], now[number]))
            said.append(_("Evidence %(n)s: %(what)s.") % {"n": number, "what": what})
    return said


def _piece_changed(before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    said = []
    for part, sentence in GRADES.items():
        if before[part] != now[part]:
            # Who is to rate it with its source hidden is not to learn the source's letter.
            letters = {"before": before[part] or "–", "after": now[part] or "–"}
            hidden = part == "reliability" and not now["credibility"]
            said.append(_("its source was graded anew") if hidden else _(sentence) % letters)
    return said + [_(sentence) for part, sentence in PARTS.items() if before[part] != now[part]]
