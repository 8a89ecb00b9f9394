"""The passages that claims stand in, as W3C Web Annotations: what is claimed there, and what was found.

Source: Web Annotation Data Model, W3C Recommendation of 23 February 2017. Its positions count "in terms of unicode
code points (the 'character number'), not in terms of code units", as ours do. They count in the text that was read,
which is named by its hash; where that came from an address, the page is a second target, for the words alone.
"""

from __future__ import annotations

import base64
import json
from typing import Any

from . import wording
from .naming import identifier
from .snapshots import Snapshot, digest
from .tables import marked

type Node = dict[str, Any]

CONTEXT = "http://www.w3.org/ns/anno.jsonld"


def render(snapshot: Snapshot) -> bytes:
    """A collection with one page, on which stands an annotation for every passage."""
    sha256 = digest(snapshot)
    documents = {document["number"]: document for document in snapshot["documents"]}
    items = [
        _annotation(snapshot, claim, passage, documents[passage["document"]], named(sha256, claim["ref"], str(at)))
        for claim in snapshot["claims"]
        for at, passage in enumerate(claim["passages"])
    ]
    collection, page = named(sha256, "annotations"), named(sha256, "annotations", "1")
    whole = {
        "@context": CONTEXT,
        "id": collection,
        "type": "AnnotationCollection",
        "label": snapshot["report"]["title"] or snapshot["case"]["title"],
        "generator": {"type": "Software", "name": "Workbench"},
        "generated": snapshot["report"]["made_at"],
        "total": len(items),
        "first": {"id": page, "type": "AnnotationPage", "partOf": collection, "startIndex": 0, "items": items},
        "last": page,
    }
    return (json.dumps(whole, ensure_ascii=False, indent=1) + "\n").encode()


def named(sha256: str, *path: str) -> str:
    """The name of one part of a report."""
    return f"urn:uuid:{identifier(sha256, *path)}"


def name_of_text(sha256: str) -> str:
    """A text's name by its hash. Source: RFC 6920, "Naming Things with Hashes"."""
    return f"ni:///sha-256;{base64.urlsafe_b64encode(bytes.fromhex(sha256)).decode().rstrip('=')}"


def _annotation(snapshot: Snapshot, claim: Node, passage: Node, document: Node, name: str) -> Node:
    verdict = claim["verdict"]
    made: Node = {
        "id": name,
        "type": "Annotation",
        "motivation": "assessing" if verdict else "describing",
        "body": [_body(claim["statement"], "describing")],
        "target": _targets(passage, document),
    }
    if verdict:
        made["body"] += [_body(marked(verdict["label"], snapshot), "classifying", snapshot["language"])]
        made["body"] += [_body(verdict["summary"], "assessing")] if verdict["summary"] else []
        made |= {"creator": {"type": "Person", "name": verdict["signed_off_by"]}, "created": verdict["signed_off_at"]}
    return made


def _body(text: str, purpose: str, language: str = "") -> Node:
    body = {"type": "TextualBody", "value": text, "format": "text/plain", "purpose": purpose}
    body["textDirection"] = wording.direction(text)
    return body | ({"language": language} if language else {})


def _targets(passage: Node, document: Node) -> list[Node]:
    quote = {
        "type": "TextQuoteSelector",
        "exact": passage["exact"],
        "prefix": passage["before"],
        "suffix": passage["after"],
    }
    position = {"type": "TextPositionSelector", "start": passage["start"], "end": passage["end"]}
    text: Node = {"id": name_of_text(document["sha256"]), "type": "Text", "format": "text/plain"}
    if document["language"]:
        text["language"] = document["language"]
    targets: list[Node] = [{"type": "SpecificResource", "source": text, "selector": [quote, position]}]
    if address := wording.link(document["url"]):
        # As it was when it was read: it may have changed since.
        state = {"type": "TimeState", "sourceDate": document["loaded_at"]}
        targets += [{"type": "SpecificResource", "source": address, "selector": quote, "state": state}]
    return targets
