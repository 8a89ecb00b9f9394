"""Evidence and assessments as CSV, with a row for each item.

As in `spreadsheet`, the columns' names are fixed and not translated, because scripts rely on them.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

from .snapshots import Snapshot
from .spreadsheet import defused

EVIDENCE = [
    "number", "stance", "bears_on", "source_name", "exhibit", "url", "published", "language", "quote", "held_in",
    "where", "reliability", "credibility", "level", "level_reason", "origin", "lineage", "withheld", "note",
]  # fmt: skip
ABSENCE = ["place", "query", "languages", "since", "until", "searched_on", "searched_by", "limits"]
ASSESSMENTS = [
    "round", "reviewer", "rating", "was_said_label", "likelihood_label", "confidence_label", "rationale", "relied_on",
    "would_change", "submitted_at", "override_reason", "moved_reason", "seal", "follows",
]  # fmt: skip


def evidence(snapshot: Snapshot) -> bytes:
    """A row for each item of evidence of each claim; what bounds a search that found nothing stands last."""
    columns = [*EVIDENCE, *(f"absence_{name}" for name in ABSENCE)]
    rows = (_item(item, claim) for claim in snapshot["claims"] for item in claim["evidence"])
    return _written(snapshot, columns, rows)


def assessments(snapshot: Snapshot) -> bytes:
    """A row for each reviewer's answer in rounds that ended with a signed verdict."""
    rows = ({**given, "claim": claim["ref"]} for claim in snapshot["claims"] for given in claim["assessments"])
    return _written(snapshot, ASSESSMENTS, rows)


def _item(item: dict[str, Any], claim: dict[str, Any]) -> dict[str, Any]:
    bounds = {f"absence_{name}": value for name, value in (item.get("absence") or {}).items()}
    return {**item, **bounds, "claim": claim["ref"]}


def _written(snapshot: Snapshot, columns: list[str], rows: Iterable[dict[str, Any]]) -> bytes:
    """The rows as CSV in UTF-8, with the byte order mark without which Excel reads another encoding."""
    case, sample = snapshot["case"], "yes" if snapshot["case"]["sample"] else "no"
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["case", "report", "sample", "claim", *columns])
    for row in rows:
        cells = [case["code"], snapshot["report"]["number"], sample, row["claim"], *(row.get(name) for name in columns)]
        writer.writerow([defused(_cell(cell)) for cell in cells])
    return out.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return " ".join(map(str, value))
    return "" if value is None else str(value)
