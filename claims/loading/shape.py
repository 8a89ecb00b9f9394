"""Whether data have the shape that `reports/snapshot.schema.json` gives them: asked of what another installation made.

It knows the words of JSON Schema that this schema uses, and no others; a test holds it against a whole validator.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import claims

TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,), "array": (list,), "string": (str,), "integer": (int,), "boolean": (bool,),
    "null": (type(None),),
}  # fmt: skip


@cache
def schema() -> dict[str, Any]:
    """The documented keys of a snapshot, and what each may hold."""
    read: dict[str, Any] = json.loads((Path(claims.__file__).parent / "reports" / "snapshot.schema.json").read_text())
    return read


def misshapen(value: Any, rule: dict[str, Any] | None = None, place: str = "") -> Iterator[str]:
    """Where a value is not as the schema has it, and how: "claims[0].kind is no string"."""
    rule = schema() if rule is None else rule
    here = place or "it"
    if "$ref" in rule:
        yield from misshapen(value, schema()["$defs"][rule["$ref"].rpartition("/")[2]], place)
    if "anyOf" in rule:
        tried = [list(misshapen(value, each, place)) for each in rule["anyOf"]]
        if all(tried):
            # The first alternative is the one that holds something, so that its faults tell more.
            yield from tried[0]
        return
    kinds = rule.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(is_a(value, kind) for kind in kinds):
        yield f"{here} is no {' and no '.join(kinds)}"
        return
    if "const" in rule and value != rule["const"]:
        yield f"{here} is not {json.dumps(rule['const'])}"
    if "enum" in rule and not any(value == each and type(value) is type(each) for each in rule["enum"]):
        yield f"{here} is none of {', '.join(json.dumps(each) for each in rule['enum'])}"
    yield from _small(value, rule, here)
    if isinstance(value, dict):
        yield from _object(value, rule, place)
    elif isinstance(value, list) and "items" in rule:
        for number, each in enumerate(value):
            yield from misshapen(each, rule["items"], f"{place}[{number}]")


def is_a(value: Any, kind: str) -> bool:
    """Whether a value read from JSON is of this type; true and false are no numbers here."""
    return isinstance(value, TYPES[kind]) and not (kind == "integer" and isinstance(value, bool))


def _small(value: Any, rule: dict[str, Any], here: str) -> Iterator[str]:
    if isinstance(value, int) and not isinstance(value, bool) and value < rule.get("minimum", value):
        yield f"{here} is less than {rule['minimum']}"
    if isinstance(value, str) and len(value) < rule.get("minLength", 0):
        yield f"{here} is empty"
    if isinstance(value, str) and "pattern" in rule and not re.search(rule["pattern"], value):
        yield f"{here} is not spelled as it must be"


def _object(value: dict[str, Any], rule: dict[str, Any], place: str) -> Iterator[str]:
    known, before = rule.get("properties", {}), f"{place}." if place else ""
    for name in rule.get("required", ()):
        if name not in value:
            yield f"{before}{name} is missing"
    for name, each in value.items():
        if name in known:
            yield from misshapen(each, known[name], f"{before}{name}")
        elif rule.get("additionalProperties") is False:
            yield f"{before}{str(name)[:80]} is nothing that this format knows"
