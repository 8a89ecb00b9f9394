"""What two frozen reports of one case say alike, in whichever installation each was made."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterator, Mapping
from operator import itemgetter
from typing import Any

from .snapshots import Snapshot

# Under these keys the frozen data say who did something.
PEOPLE = {
    "made_by",
    "answered_by",
    "searched_by",
    "reviewer",
    "proposed_by",
    "signed_off_by",
    "by",
    "owner",
    "captured_by",
    "graded_by",
}
MARK = " (imported)"  # what an imported case adds to the names of the other house
UNDER_REVIEW = {"in_review", "to_decide", "proposed"}


def comparable(snapshot: Snapshot, left_out: Collection[str] = ()) -> dict[str, Any]:
    """The frozen data without what an imported case cannot have from the one that it was taken from; nothing else goes.

    These go, or are brought to one spelling:

    - which installation and case it is: the case's code, whether it came from another and the claims' references, the
      scale's name, the number, time and maker of the report, whether it was a demonstration, the log's head, the key,
      and what changed since the report before;
    - that an account is an imported one; in public reports the numbers of the people, who are told apart by them alone;
    - how far a review is that no signed verdict closed, as the answers of such rounds are in no report;
    - the numbers of marks: which exhibits they join is kept;
    - in which order an exhibit's originals, its captures and sources of one name stand;
    - the hashes of what is withheld, which are made with the key;
    - that a text is held, where it was left out of the bundle, and what is quoted from it as the claim's own words.
      `left_out` are the hashes of what was.
    """
    data = {name: value for name, value in snapshot.items() if name not in {"log", "key", "since"}}
    data["case"] = without(data["case"], "code", "brought_in")
    data["report"] = without(data["report"], "number", "made_at", "made_by", "demo")
    data["scale"] = without(data["scale"], "name")
    joined = groups_of(data["exhibits"])
    unheld = {node["id"] for node in data["exhibits"] if node["text_sha256"] in left_out}
    data["exhibits"] = [_exhibit(node, joined, left_out) for node in data["exhibits"]]
    data["sources"] = sorted(data["sources"], key=lambda each: (each["name"], each["id"]))
    unread = {each["number"] for each in data["documents"] if each["sha256"] in left_out}
    data["documents"] = [each for each in data["documents"] if each["number"] not in unread]
    data["custody"] = sorted(map(_capture, data["custody"]), key=itemgetter("exhibit", "captured_at", "sha256", "how"))
    data["claims"] = [_claim(claim, unheld, unread) for claim in data["claims"]]
    named: dict[str, Any] = _spelled(data, _people(data) if data["audience"] == "public" else {})
    return named


def without(values: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """These values but for some."""
    return {name: value for name, value in values.items() if name not in names}


def _claim(claim: dict[str, Any], unheld: set[int], unread: set[int]) -> dict[str, Any]:
    kept = without(claim, "ref")
    if claim["status"] in UNDER_REVIEW:
        kept |= {"status": "in_review", "status_label": ""}
    kept["passages"] = [passage for passage in claim["passages"] if passage["document"] not in unread]
    kept["evidence"] = [
        item | {"held_in": None} if item["exhibit_id"] in unheld else item for item in claim["evidence"]
    ]
    return kept


def _capture(capture: dict[str, Any]) -> dict[str, Any]:
    return capture | {"sha256": ""} if capture["withheld"] else capture


def _exhibit(node: dict[str, Any], joined: dict[int, int], left_out: Collection[str]) -> dict[str, Any]:
    text = None if node["text_sha256"] in left_out else node["text_sha256"]
    repeats = sorted(node["repeats"], key=lambda link: int(link["exhibit"]))
    return node | {"marks": joined[node["id"]], "repeats": repeats, "text_sha256": text}


def groups_of(exhibits: list[dict[str, Any]]) -> dict[int, int]:
    """By each exhibit the smallest number of those that marks join it with, by however many steps."""
    sharing: dict[Hashable, set[int]] = defaultdict(set)
    for node in exhibits:
        for mark in node["marks"]:
            sharing[mark].add(node["id"])
    group = {int(node["id"]): int(node["id"]) for node in exhibits}
    moved = True
    while moved:
        moved = False
        for keys in sharing.values():
            least = min(group[key] for key in keys)
            moved = moved or any(group[key] != least for key in keys)
            group |= dict.fromkeys(keys, least)
    return group


def _people(data: dict[str, Any]) -> dict[str, str]:
    """What each is called in public, by what they are called here: numbered in the order in which they come up."""
    found: dict[str, str] = {}
    count: dict[str, int] = defaultdict(int)
    for name in _named([data["claims"], data["custody"], data["sources"]]):
        if name and name not in found:
            word = name.rpartition(" ")[0]
            count[word] += 1
            found[name] = f"{word} {count[word]}"
    return found


def _named(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _named(each)
    elif isinstance(value, dict):
        for name, each in sorted(value.items()):
            if name in PEOPLE:
                yield each
            else:
                yield from _named(each)


def _spelled(value: Any, called: dict[str, str], name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _spelled(each, called, key) for key, each in value.items()}
    if isinstance(value, list):
        return [_spelled(each, called, name) for each in value]
    if not isinstance(value, str):
        return value
    value = value.replace(MARK, "")
    if name in PEOPLE:
        return called.get(value, value)
    if name == "changed_since" and called:
        told = re.compile("|".join(rf"\b{re.escape(each)}\b" for each in sorted(called, key=len, reverse=True)))
        return told.sub(lambda match: called[match[0]], value)
    return value
