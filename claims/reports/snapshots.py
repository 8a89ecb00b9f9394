"""What leaves is frozen first: the snapshot's one spelling, its hash, and the quote gate on the way out.

The snapshot's keys and their meaning are documented in ``snapshot.schema.json`` beside this file.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

type Snapshot = Mapping[str, Any]

FORMAT = "workbench-report/4"  # reports of the formats before are still rendered


def canonical(snapshot: Snapshot) -> bytes:
    """The snapshot as JSON in its one spelling: UTF-8, sorted keys, no spaces. These bytes are hashed."""
    text = json.dumps(snapshot, ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=True)
    return text.encode()


def digest(snapshot: Snapshot) -> str:
    """The SHA-256 of the canonical bytes, in hex: the snapshot's name for anyone who checks it."""
    return hashlib.sha256(canonical(snapshot)).hexdigest()


def shows(snapshot: Snapshot, section: str) -> bool:
    """Whether this section was chosen; of reports from before there was a choice, whether it is one of the usual."""
    chosen = snapshot.get("sections")
    return section in chosen if chosen is not None else section != "comments"


def misquotes(snapshot: Snapshot, texts: Mapping[int, str], held: Mapping[str, str]) -> list[str]:
    """A sentence that begins with the claim's reference for each quotation that does not stand where it says.

    ``texts`` holds each document's text by its number, ``held`` each held text of an exhibit by the
    evidence's ``held_in``. Nothing may be exported unless this comes back empty.
    """
    return [
        f"{claim['ref']}: {reason}"
        for claim in snapshot["claims"]
        for reason in (*_misplaced(claim["passages"], texts), *_not_held(claim["evidence"], held))
    ]


def _misplaced(passages: list[dict[str, Any]], texts: Mapping[int, str]) -> Iterator[str]:
    for passage in passages:
        number, start, end = passage["document"], passage["start"], passage["end"]
        text = texts.get(number)
        if text is None:
            yield f"the text of document {number} is not there to check the quotation against."
        elif not 0 <= start < end <= len(text) or text[start:end] != passage["exact"]:
            yield f"the quotation does not stand at characters {start} to {end} of document {number}."
        elif not (text[:start].endswith(passage["before"]) and text[end:].startswith(passage["after"])):
            yield f"the words around the quotation at characters {start} to {end} of document {number} differ."


def _not_held(evidence: list[dict[str, Any]], held: Mapping[str, str]) -> Iterator[str]:
    for item in evidence:
        if item["held_in"] is None:
            continue
        text = held.get(item["held_in"])
        if text is None:
            yield f"the text held for evidence {item['number']} is not there to check its quotation against."
        elif item["quote"] not in text:
            yield f"the quotation of evidence {item['number']} does not stand in the text held for it."
