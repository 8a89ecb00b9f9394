"""The report as a table: one row for each claim, for a spreadsheet or a script.

The columns' names are fixed and not translated, because scripts rely on them.
"""

import csv
import io
import re
from typing import Any

from django.utils.translation import gettext as _

from . import wording
from .snapshots import Snapshot, digest

COLUMNS = [
    "case", "report", "made_at", "ref", "statement", "kind", "as_of", "resolves_on", "review_by",
    "speaker", "verb", "basis", "quote", "document", "document_title", "start", "end",
    "status", "disputed", "round", "sample", "rating", "rating_label", "summary", "reached", "open_questions",
    "proposed_by", "proposed_at", "signed_off_by", "signed_off_at",
    "evidence", "supports", "refutes", "context", "grades", "snapshot_sha256", "log_count", "log_head",
    "corrections", "known_gaps",
]  # fmt: skip


def render(snapshot: Snapshot) -> bytes:
    """The rows as CSV in UTF-8, with the byte order mark without which Excel reads another encoding."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    report = _report_cells(snapshot)
    for claim in snapshot["claims"]:
        cells = (
            report
            | _since_cells(claim)
            | _claim_cells(claim)
            | _passage_cells(claim, snapshot)
            | _verdict_cells(claim, snapshot)
        )
        writer.writerow({name: defused("" if cell is None else str(cell)) for name, cell in cells.items()})
    return out.getvalue().encode("utf-8-sig")


def defused(cell: str) -> str:
    """The cell with an apostrophe in front if a spreadsheet could take it for a formula."""
    return f"'{cell}" if re.match(r"\s*[=+\-@＝＋－＠]|[\t\r\n]", cell) else cell  # noqa: RUF001


def _report_cells(snapshot: Snapshot) -> dict[str, Any]:
    return {
        "case": snapshot["case"]["code"],
        "report": snapshot["report"]["number"],
        "made_at": snapshot["report"]["made_at"],
        "sample": _yes(snapshot["case"]["sample"]),
        "snapshot_sha256": digest(snapshot),
        "log_count": snapshot["log"]["count"],
        "log_head": snapshot["log"]["head"],
    }


def _claim_cells(claim: dict[str, Any]) -> dict[str, Any]:
    first = (claim["attributions"] or [{}])[0]
    stances = [item["stance"] for item in claim["evidence"]]
    return {
        "ref": claim["ref"],
        "statement": claim["statement"],
        "kind": claim["kind"],
        "as_of": claim["as_of"],
        "resolves_on": claim["resolves_on"],
        "review_by": claim["review_by"],
        "speaker": first.get("speaker"),
        "verb": first.get("verb"),
        "basis": first.get("basis"),
        "status": claim["status"],
        "disputed": _yes(claim["disputed"]),
        "round": claim["round"],
        "evidence": len(stances),
        "supports": stances.count("supports"),
        "refutes": stances.count("refutes"),
        "context": stances.count("context"),
        "grades": " ".join(wording.grade(item["reliability"], item["credibility"]) for item in claim["evidence"]),
    }


def _since_cells(claim: dict[str, Any]) -> dict[str, Any]:
    """How its verdict was corrected, and what is not known, each in one cell."""
    corrections = [
        f"{said['at']} {said['was']} → {said['became'] or '?'} ({said['by']}): {said['reason']}"
        for said in claim.get("corrections", [])
    ]
    gaps = [f"{gap['number']}. {gap['text']} ({gap['state']})" for gap in claim.get("known_gaps", [])]
    return {"corrections": "; ".join(corrections), "known_gaps": "; ".join(gaps)}


def _passage_cells(claim: dict[str, Any], snapshot: Snapshot) -> dict[str, Any]:
    """The first place where the claim stands; the other formats list them all."""
    if not claim["passages"]:
        return {}
    passage = claim["passages"][0]
    titles = {document["number"]: document["title"] for document in snapshot["documents"]}
    return {
        "quote": passage["exact"],
        "document": passage["document"],
        "document_title": titles.get(passage["document"]),
        "start": passage["start"],
        "end": passage["end"],
    }


def _verdict_cells(claim: dict[str, Any], snapshot: Snapshot) -> dict[str, Any]:
    """Empty for a claim whose verdict nobody has signed: nothing unsigned is presented as one."""
    verdict = claim["verdict"]
    if verdict is None:
        return {}
    label = _("%(rating)s · Sample") if snapshot["case"]["sample"] else "%(rating)s"
    names = ("rating", "summary", "reached", "open_questions", "proposed_by", "proposed_at")
    cells = {name: verdict[name] for name in (*names, "signed_off_by", "signed_off_at")}
    return cells | {"rating_label": label % {"rating": verdict["label"]}}


def _yes(value: bool) -> str:
    return "yes" if value else "no"
