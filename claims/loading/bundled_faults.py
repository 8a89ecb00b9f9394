"""What is odd in a snapshot of another house, though its verifier found nothing: asked before anything of it is used.

The verifier asks whether the bundle is what was signed. Whoever signed it can have written anything: numbers that
stand twice, names of what is not there, days that no calendar has.
"""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from claims.loading.shape import misshapen
from claims.models import Capture, Custody, Kind, Lineage, Refused, Source, Status

MOST_TOLD = 5  # faults; more tell no more
LARGEST = 2**31 - 1  # what a database's whole number holds
LARGE = (".size", ".count")  # of files, and of the log: these may be larger
UNWRITTEN = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")  # no text of a workbench holds these
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def require_sound(data: Any) -> None:
    """Raises Refused, in a sentence that names the first few faults, where these data are no workbench's."""
    # What hangs together is asked only of what has the shape for it.
    found = list(islice(misshapen(data), MOST_TOLD))
    if not found and not LANGUAGE.fullmatch(data["language"]):
        found = [f"its language is called {data['language'][:20]!r}"]
    if not found:
        with override(data["language"]):
            found = list(islice(faults(data), MOST_TOLD))
    if found:
        raise Refused(
            _("The bundle holds something that no workbench writes, so nothing was brought in: %(faults)s.")
            % {"faults": "; ".join(found)}
        )


def faults(data: dict[str, Any]) -> Iterator[str]:
    """What does not hang together in data of the right shape, each in a few words that name where."""
    yield from unwritten(data)
    documents = yield from numbered("document", (each["number"] for each in data["documents"]))
    yield from twice("document with the SHA-256", (each["sha256"] for each in data["documents"]))
    sources = yield from numbered("source", (each["id"] for each in data["sources"]))
    exhibits = yield from numbered("exhibit", (each["id"] for each in data["exhibits"]))
    ratings = yield from numbered("rating", (each["code"] for each in data["scale"]["ratings"]))
    yield from numbered("claim", (each["number"] for each in data["claims"]))
    kinds = {str(label) for label in Source.Kind.labels}
    yield from (f"source {s['id']} is of no known kind" for s in data["sources"] if s["kind_label"] not in kinds)
    yield from days("a document", data["documents"], ("published",))
    yield from linked(data["exhibits"], exhibits)
    for capture in data["custody"]:
        if capture["exhibit"] not in exhibits or capture["how"] not in Capture.How.values:
            yield f"a capture is of exhibit {capture['exhibit']}, which is not there, or came in an unknown way"
        yield from (f"the custody of a capture tells “{line['act'][:20]}”, which is no act" for line in capture["lines"]
                    if line["act"] not in Custody.Act.values)  # fmt: skip
    for claim in data["claims"]:
        rooms = Rooms(documents, sources, exhibits, ratings, data)
        yield from (f"{claim['ref'][:40]}: {said}" for said in of_claim(claim, rooms))


class Rooms:
    """What a claim of the report may name."""

    def __init__(
        self, documents: set[Any], sources: set[Any], exhibits: set[Any], ratings: set[Any], data: dict[str, Any]
    ) -> None:
        self.documents, self.sources, self.exhibits, self.ratings = documents, sources, exhibits, ratings
        self.code = data["case"]["code"]


def of_claim(claim: dict[str, Any], rooms: Rooms) -> Iterator[str]:
    """What does not hang together in one claim."""
    if claim["ref"] != f"{rooms.code}-{claim['number']}":
        yield f"it is claim {claim['number']} of {rooms.code}"
    if claim["status"] not in Status.values or claim["kind"] not in Kind.values:
        yield f"its status “{claim['status'][:20]}” or its kind “{claim['kind'][:20]}” is unknown"
    if (claim["status"] == Status.SIGNED_OFF) != (claim["verdict"] is not None):
        yield "it is signed off without a verdict, or has one without being signed off"
    yield from days("it", [claim, *claim["quantities"], *claim["evidence"]],
                    ("as_of", "resolves_on", "review_by", "published"))  # fmt: skip
    for passage in claim["passages"]:
        if passage["document"] not in rooms.documents:
            yield f"it quotes document {passage['document']}, which is not there"
        if passage["end"] - passage["start"] != len(passage["exact"]):
            yield f"the words from {passage['start']} to {passage['end']} are not as many"
    yield from twice("passage at", ((p["document"], p["start"], p["end"]) for p in claim["passages"]))
    yield from numbered("evidence", (each["number"] for each in claim["evidence"]))
    for item in claim["evidence"]:
        yield from of_evidence(item, rooms)
    yield from of_rounds(claim, rooms)
    yield from numbered("question", (each["number"] for each in claim["known_gaps"]))
    yield from numbered("comment", (each["number"] for each in claim["comments"]))


def of_evidence(item: dict[str, Any], rooms: Rooms) -> Iterator[str]:
    """What does not hang together in a piece of evidence."""
    called = f"evidence {item['number']}"
    if (item["exhibit_id"] is None) == (item["absence"] is None):
        yield f"{called} is neither an exhibit nor an absence, or both"
    if item["exhibit_id"] is not None and item["exhibit_id"] not in rooms.exhibits:
        yield f"{called} cites exhibit {item['exhibit_id']}, which is not there"
    if item["source"] is not None and item["source"] not in rooms.sources:
        yield f"{called} names source {item['source']}, which is not there"
    absence = item["absence"]
    if absence is not None:
        yield from days(called, [absence], ("since", "until", "searched_on"))
        if not absence["searched_on"]:
            yield f"{called} does not say when was searched"


def of_rounds(claim: dict[str, Any], rooms: Rooms) -> Iterator[str]:
    """What does not hang together in the verdicts and answers of a claim."""
    verdicts = [*claim["earlier_verdicts"], *([claim["verdict"]] if claim["verdict"] else [])]
    yield from twice("verdict in round", (each["round"] for each in verdicts))
    if claim["verdict"] and claim["verdict"]["round"] != claim["round"]:
        yield f"its verdict is of round {claim['verdict']['round']}, and it stands in round {claim['round']}"
    seals: dict[str, dict[str, Any]] = {}
    for each in [*verdicts, *claim["assessments"]]:
        if each["rating"] not in rooms.ratings:
            yield f"“{each['rating'][:40]}” is no answer of its scale"
        if each["round"] > claim["round"]:
            yield f"something is of round {each['round']}, and it stands in round {claim['round']}"
    for answer in claim["assessments"]:
        yield from (f"“{p['rating'][:40]}” is no answer of its scale" for p in answer["facets"]
                    if p["rating"] and p["rating"] not in rooms.ratings)  # fmt: skip
        if answer["follows"] and (before := seals.get(answer["follows"], {})).get("round") != answer["round"]:
            yield f"an answer follows another that is not there{' in its round' if before else ''}"
        if answer["seal"] in seals:
            yield f"the answer sealed as {answer['seal'][:12]}… stands there twice"
        seals[answer["seal"]] = answer


def linked(exhibits: list[dict[str, Any]], known: set[Any]) -> Iterator[str]:
    """What is wrong with who repeats whom."""
    for node in exhibits:
        for link in node["repeats"]:
            if link["exhibit"] not in known or link["exhibit"] == node["id"]:
                yield f"exhibit {node['id']} repeats {link['exhibit']}, which is itself or is not there"
            if link["kind"] not in Lineage.Kind.values:
                yield f"exhibit {node['id']} repeats another in an unknown way"


def numbered(what: str, numbers: Iterable[Any]) -> Any:
    """The numbers of such things, of which each has its own."""
    found = list(numbers)
    yield from twice(what, found)
    return set(found)


def twice(what: str, names: Iterable[Any]) -> Iterator[str]:
    """What bears a number or a name that another bears as well."""
    yield from (f"there is more than one {what} {str(name)[:80]}" for name, n in Counter(names).items() if n > 1)


def days(what: str, rows: Iterable[dict[str, Any]], names: Iterable[str]) -> Iterator[str]:
    """The days that no calendar has."""
    for name in names:
        for value in (row[name] for row in rows if row.get(name)):
            try:
                datetime.date.fromisoformat(value)
            except ValueError:
                yield f"{what} names the day “{str(value)[:20]}”, which is none"


def unwritten(value: Any, place: str = "") -> Iterator[str]:
    """The texts and whole numbers that no field of a workbench can hold."""
    if isinstance(value, str):
        if UNWRITTEN.search(value):
            yield f"{place} holds characters that no text can hold"
    elif isinstance(value, int):
        if abs(value) > LARGEST and not place.endswith(LARGE):
            yield f"{place} is a number out of all proportion"
    elif isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for name, each in pairs:
            yield from unwritten(each, f"{place}[{name}]" if isinstance(value, list) else f"{place}.{name}".lstrip("."))
