"""The report as a table: one row for each claim, for a spreadsheet or a script.

The columns' names are fixed and not translated, because scripts rely on them.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import batched
from typing import Any

from django.utils.translation import gettext as _

from . import wording
from .snapshots import Snapshot, digest, shows

OF_REPORT = ["case", "report", "made_at", "sample"]
OF_CLAIM = [
    "ref", "statement", "kind", "as_of", "resolves_on", "review_by",
    "speaker", "verb", "basis", "quote", "document", "document_title", "start", "end",
    "status", "disputed", "round", "rating", "rating_label", "summary", "reached", "open_questions",
    "proposed_by", "proposed_at", "signed_off_by", "signed_off_at",
    "evidence", "supports", "refutes", "context", "grades", "corrections", "known_gaps",
]  # fmt: skip
TO_CHECK = ["snapshot_sha256", "log_count", "log_head"]
COLUMNS = [*OF_REPORT, *OF_CLAIM, *TO_CHECK]
BATCH = 100  # rows that leave as one piece
END = "\r\n"


def render(snapshot: Snapshot) -> bytes:
    """The rows as CSV in UTF-8, with the byte order mark without which Excel reads another encoding."""
    titles, sample = titles_of(snapshot["documents"]), snapshot["case"]["sample"]
    chosen = shows(snapshot, "evidence")
    rows = (row_of(claim, titles, sample=sample, evidence=chosen) for claim in snapshot["claims"])
    return "".join(pieces({**snapshot, "sha256": digest(snapshot)}, rows)).encode()


def pieces(head: Snapshot, rows: Iterable[str]) -> Iterator[str]:
    """The same piece by piece: what stands beside the claims with the `sha256` of all of it, and `row_of` each claim.

    A long report keeps its rows, as most of the time goes into making them.
    """
    cells = _report_cells(head)
    before, after = (line(cells[name] for name in names) for names in (OF_REPORT, TO_CHECK))
    yield "\ufeff" + line(COLUMNS) + END
    for some in batched(rows, BATCH, strict=False):
        yield "".join(f"{before},{row},{after}{END}" for row in some)


def titles_of(documents: Iterable[dict[str, Any]]) -> dict[int, str]:
    """What the documents are called, by their numbers."""
    return {each["number"]: each["title"] for each in documents}


def row_of(claim: dict[str, Any], titles: Mapping[int, str], *, sample: bool, evidence: bool = True) -> str:
    """The cells that are a claim's own, as CSV; nothing is counted of `evidence` that was not chosen."""
    cells = _since_cells(claim) | _claim_cells(claim) | _passage_cells(claim, titles) | _verdict_cells(claim, sample)
    cells |= _evidence_cells(claim) if evidence else {}
    return line(cells.get(name) for name in OF_CLAIM)


def line(cells: Iterable[Any]) -> str:
    """Cells as CSV, without the end of the line."""
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="").writerow([defused(cell) for cell in cells])
    return out.getvalue()


def defused(cell: Any) -> str:
    """The cell as text, with an apostrophe in front if a spreadsheet could take it for a formula; "" for None."""
    text = "" if cell is None else str(cell)
    if not text or text[0].isalnum():
        return text
    return f"'{text}" if re.match(r"\s*[=+\-@＝＋－＠]|[\t\r\n]", text) else text  # noqa: RUF001


def _report_cells(snapshot: Snapshot) -> dict[str, Any]:
    return {
        "case": snapshot["case"]["code"],
        "report": snapshot["report"]["number"],
        "made_at": snapshot["report"]["made_at"],
        "sample": _yes(snapshot["case"]["sample"]),
        "snapshot_sha256": snapshot["sha256"],
        "log_count": snapshot["log"]["count"],
        "log_head": snapshot["log"]["head"],
    }


def _claim_cells(claim: dict[str, Any]) -> dict[str, Any]:
    first = (claim["attributions"] or [{}])[0]
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
    }


def _evidence_cells(claim: dict[str, Any]) -> dict[str, Any]:
    stances = [item["stance"] for item in claim["evidence"]]
    return {
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


def _passage_cells(claim: dict[str, Any], titles: Mapping[int, str]) -> dict[str, Any]:
    """The first place where the claim stands; the other formats list them all."""
    if not claim["passages"]:
        return {}
    passage = claim["passages"][0]
    return {
        "quote": passage["exact"],
        "document": passage["document"],
        "document_title": titles.get(passage["document"]),
        "start": passage["start"],
        "end": passage["end"],
    }


def _verdict_cells(claim: dict[str, Any], sample: bool) -> dict[str, Any]:
    """Empty for a claim whose verdict nobody has signed: nothing unsigned is presented as one."""
    verdict = claim["verdict"]
    if verdict is None:
        return {}
    label = _("%(rating)s · Sample") if sample else "%(rating)s"
    names = ("rating", "summary", "reached", "open_questions", "proposed_by", "proposed_at")
    cells = {name: verdict[name] for name in (*names, "signed_off_by", "signed_off_at")}
    return cells | {"rating_label": label % {"rating": verdict["label"]}}


def _yes(value: bool) -> str:
    return "yes" if value else "no"
