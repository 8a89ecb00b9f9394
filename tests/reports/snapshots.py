"""A plain snapshot for each test to change: what the case's records are frozen into, without any records."""

from copy import deepcopy
from typing import Any

from claims.reports.choices import SECTIONS

TEXT = (
    "The minister said on 20 February that the force will comprise 100,000 to 150,000 men. "
    "Minsk says that Ukrainian troops are massed near the border in substantial numbers."
)
HELD = "A people's militia will be formed. Every settlement will know how to defend itself."


def make_passage(start: int, end: int, /, text: str = TEXT, **changes: Any) -> dict[str, Any]:
    passage = {"document": 1, "start": start, "end": end, "language": "en"}
    around = {"before": text[max(0, start - 30) : start], "exact": text[start:end], "after": text[end : end + 30]}
    return passage | around | changes


def make_evidence(**changes: Any) -> dict[str, Any]:
    return {
        "number": 1,
        "stance": "supports",
        "stance_label": "Supports",
        "bears_on": "said",
        "bears_on_label": "Was it said?",
        "source": 1,
        "source_name": "Ministry of Defence",
        "exhibit": "Statement on the militia",
        "exhibit_id": 1,
        "url": "https://example.org/statement",
        "published": "2023-02-20",
        "quote": "A people's militia will be formed.",
        "held_in": "exhibit-1",
        "where": "second paragraph",
        "reliability": "B",
        "credibility": "3",
        "note": "The figure is the minister's own.",
        "language": "en",
        "absence": None,
        "level": "primary",
        "level_label": "Primary: it speaks at first hand",
        "level_reason": "The minister announces his own plan.",
        "withheld": False,
        "lineage": "speaks at first hand, and repeats nothing",
        "origin": 1,
        "origin_label": "1",
        "figures": [],
    } | changes


def make_verdict(**changes: Any) -> dict[str, Any]:
    return {
        "rating": "supported",
        "label": "Supported",
        "look": "supported",
        "summary": "The minister named the figure himself.",
        "reached": "agreed",
        "reached_label": "The reviewers agreed",
        "reason_label": "",
        "open_questions": "How many of them are paid?",
        "round": 1,
        "proposed_by": "Eva Editor",
        "proposed_at": "2026-11-21T09:30:00Z",
        "signed_off_by": "Sam Second",
        "signed_off_at": "2026-11-22T11:00:00Z",
        "support": 1,
        "one_origin": "Nobody but the minister decides on it.",
        "to_overruled": "",
        "replies": [],
        "renewed": [],
    } | changes


def make_assessment(**changes: Any) -> dict[str, Any]:
    return {
        "reviewer": "Ann Analyst",
        "rating": "supported",
        "label": "Supported",
        "look": "supported",
        "was_said": "yes",
        "likelihood": "likely",
        "confidence": "moderate",
        "was_said_label": "Yes",
        "likelihood_label": "Likely (55–80 %)",
        "confidence_label": "Moderate",
        "rationale": "Said on the record.\n\nThe transcript has the words.",
        "relied_on": [1],
        "would_change": "A later decree with another figure.",
        "follows": "",
        "moved_reason": "",
        "facets": [],
        "override_reason": "",
        "adds_up_to_label": "",
        "submitted_at": "2026-11-20T08:00:00Z",
        "round": 1,
        "seal": "5e" * 32,
    } | changes


def make_claim(**changes: Any) -> dict[str, Any]:
    return {
        "ref": "BY-1",
        "number": 1,
        "statement": "The force is to comprise 100,000 to 150,000 men.",
        "kind": "quantity",
        "kind_label": "Quantity",
        "as_of": "2023-02-20",
        "resolves_on": None,
        "review_by": "2027-02-20",
        "status": "signed_off",
        "status_label": "Signed off",
        "round": 1,
        "disputed": False,
        "passages": [make_passage(38, 84)],
        "attributions": [
            {
                "speaker": "Defence minister",
                "verb": "said",
                "hedged": False,
                "basis": "on_record",
                "basis_label": "on record",
            },
            {"speaker": "this document", "verb": "", "hedged": True, "basis": "document", "basis_label": "document"},
        ],
        "quantities": [
            {
                "measure": "strength",
                "low": "100000",
                "high": "150000",
                "unit": "men",
                "entity": "people's militia",
                "place": "Belarus",
                "as_of": "2023-02-20",
            }
        ],
        "evidence": [make_evidence()],
        "verdict": make_verdict(),
        "assessments": [make_assessment()],
        "earlier_verdicts": [],
        "origins": {"items": 1, "origins": 1, "unknown": 0, "said": "1 item, 1 origin"},
        "changed_since": [],
        "corrections": [],
        "known_gaps": [],
        "comments": [],
    } | changes


def make_unsigned(**changes: Any) -> dict[str, Any]:
    return make_claim(
        **{
            "ref": "BY-2",
            "number": 2,
            "statement": "Ukrainian troops are massed near the border in substantial numbers.",
            "kind": "state",
            "kind_label": "State",
            "status": "in_review",
            "status_label": "In review",
            "passages": [make_passage(102, len(TEXT) - 1)],
            "quantities": [],
            "evidence": [],
            "verdict": None,
            "assessments": [],
        }
        | changes
    )


def make_scale() -> dict[str, Any]:
    ratings = [("supported", 3), ("mixed", 2), ("refuted", 1), ("unverified", None)]
    return {
        "name": "Four ratings",
        "ratings": [
            {
                "code": code,
                "label": code.title(),
                "meaning": f"What {code} means.",
                "look": code,
                "position": place,
                "review_value": place,
            }
            for code, place in ratings
        ],
    }


def make_document(**changes: Any) -> dict[str, Any]:
    return {
        "number": 1,
        "title": "Briefing on the militia",
        "author": "",
        "publisher": "Policy desk",
        "published": "2023-02-24",
        "language": "en",
        "origin": "paste",
        "url": "",
        "sha256": "cd" * 32,
        "sha256_bytes": "ef" * 32,
        "loaded_at": "2026-11-19T07:00:00Z",
    } | changes


def make_source(**changes: Any) -> dict[str, Any]:
    return {
        "id": 1,
        "name": "Ministry of Defence",
        "kind_label": "Government",
        "country": "BY",
        "reliability": "B",
        "reason": "Speaks for itself.",
        "graded_at": "2026-11-20T07:00:00Z",
        "graded_by": "Ann Analyst",
    } | changes


def make_exhibit(**changes: Any) -> dict[str, Any]:
    return {
        "id": 1,
        "title": "Statement on the militia",
        "source_name": "Ministry of Defence",
        "named": True,
        "first_hand": True,
        "marks": [1],
        "repeats": [],
        "text_sha256": "12" * 32,
    } | changes


def make_agreement(**changes: Any) -> dict[str, Any]:
    figures = {"rounds": 0, "answers": 0, "unanimous": 0, "interval": None}
    return figures | {"percent": None, "alpha_nominal": None, "alpha_ordinal": None} | changes


def make_capture(**changes: Any) -> dict[str, Any]:
    return {
        "exhibit": 1,
        "sha256": "34" * 32,
        "size": 1234,
        "type": "text/html",
        "withheld": False,
        "name": "",
        "url": "https://example.org/statement",
        "how": "fetched",
        "how_label": "Fetched from its web address",
        "captured_at": "2026-11-19T08:00:00Z",
        "captured_by": "Ann Analyst",
        "lines": [{"act": "received", "label": "received", "at": "2026-11-19T08:00:00Z", "by": "Ann Analyst"}],
    } | changes


def make_snapshot(*claims: dict[str, Any], sample: bool = False, **changes: Any) -> dict[str, Any]:
    snapshot = {
        "format": "workbench-report/4",
        "language": "en",
        "audience": "internal",
        "sections": [code for code in SECTIONS if code != "comments"],
        "order": "number",
        "grouping": "",
        "imprint": "",
        "logo": None,
        "key": None,
        "case": {
            "code": "BY",
            "title": "Belarus, February 2023",
            "description": "What a briefing says about a people's militia.",
            "sample": sample,
            "assessments_required": 2,
        },
        "report": {
            "number": 1,
            "title": "People's militia: what holds",
            "made_at": "2026-11-22T12:04:05Z",
            "made_by": "Eva Editor",
            "selection": "All claims",
            "demo": False,
        },
        "log": {"count": 42, "head": "ab" * 32},
        "scale": make_scale(),
        "documents": [make_document()],
        "claims": list(claims),
        "sources": [make_source()],
        "exhibits": [make_exhibit()],
        "agreement": make_agreement(),
        "custody": [make_capture()],
        "since": None,
    }
    return deepcopy(snapshot | changes)
