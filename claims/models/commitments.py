"""What an entry of the log is hashed over: a commitment to each of its fields, so that each can be disclosed alone.

A commitment is the SHA-256 of the field's value together with a salt of its own. The salts of an entry's fields are cut
from what SHAKE-256 (FIPS 202) makes of the entry's salt: whoever is told one field's salt learns nothing of
another's, and whoever is told none cannot try out what a field may have said.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from hashlib import sha256 as digest
from hashlib import shake_256
from json.encoder import encode_basestring
from typing import Any

FORMAT = "workbench-log/2"

WRITER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)

CONSTANTS = {None: "null", True: "true", False: "false"}
SIZE = 16  # bytes in a salt


def canonical(value: Any) -> str:
    """The one way in which a value is written down before it is hashed: JSON, keys in order, no white space."""
    return WRITER.encode(value)


def sha256(text: str) -> str:
    """SHA-256 of a text in UTF-8, as 64 hexadecimal digits."""
    return digest(text.encode()).hexdigest()


def new_salt() -> str:
    """A salt for one entry: 128 bits that nobody can guess, as 32 hexadecimal digits."""
    return secrets.token_hex(SIZE)


def salts(salt: str, names: Iterable[str]) -> dict[str, str]:
    """The salt of each of an entry's fields, given all their names: in the order of names, the next 16 bytes each."""
    # One hash for all of them: an HMAC for each makes a table of claims come in half as fast.
    ordered = sorted(names)
    drawn = shake_256(salt.encode()).hexdigest(SIZE * len(ordered))
    return {name: drawn[2 * SIZE * n : 2 * SIZE * (n + 1)] for n, name in enumerate(ordered)}


def commitment(salt: str, value: Any) -> str:
    """What stands for a field in its entry's hash: SHA-256 over `[salt, value]`, given the field's own salt."""
    return digest(f'["{salt}",{written(value)}]'.encode()).hexdigest()


def written(value: Any) -> str:
    """The value as `canonical` writes it: what fields mostly hold by itself, as making a writer takes longer."""
    if value is None or value is True or value is False:
        return CONSTANTS[value]
    kind = type(value)
    if kind is str:
        return encode_basestring(value)
    return str(value) if kind is int else canonical(value)


def commitments(salt: str, fields: dict[str, Any]) -> dict[str, str]:
    """The commitment to each field, given the entry's salt."""
    # As `salts` and `commitment` have it, in one go: of a table of claims every field of every line comes by here.
    ordered = sorted(fields)
    drawn = shake_256(salt.encode()).hexdigest(SIZE * len(ordered))
    starts = range(0, len(drawn), 2 * SIZE)
    return {
        name: digest(f'["{drawn[at : at + 2 * SIZE]}",{written(fields[name])}]'.encode()).hexdigest()
        for name, at in zip(ordered, starts, strict=True)
    }


def entry_hash(chain: str, number: int, committed: dict[str, str], previous: str) -> str:
    """The hash of an entry, from what was committed to alone: it can be recomputed where nothing is disclosed."""
    return sha256(canonical([FORMAT, chain, number, committed, previous]))


def fields_of_detail(detail: str) -> dict[str, Any]:
    """`why`, and each key of `before` and of `after` by itself; the whole as `detail` where it is written otherwise."""
    try:
        parts = json.loads(detail)
    except ValueError:
        return {"detail": detail}
    if not isinstance(parts, dict) or parts.keys() != {"before", "after", "why"} or canonical(parts) != detail:
        return {"detail": detail}
    return fields_of_parts(parts)


def fields_of_parts(parts: dict[str, Any]) -> dict[str, Any]:
    """`why`, and each key of `before` and of `after` by itself."""
    found: dict[str, Any] = {"why": parts["why"]}
    for when in ("before", "after"):
        said = parts[when]
        if isinstance(said, dict) and said:
            found |= {f"{when}.{key}": value for key, value in said.items()}
        else:
            found[when] = said  # nothing, told apart from an empty one
    return found
