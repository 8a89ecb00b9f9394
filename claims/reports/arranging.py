"""In which order a report has its claims, and under which headings, as it was chosen when the report was made."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from claims.models import Kind

from .snapshots import Snapshot

type Frozen = Mapping[str, Any]
LAST = 1_000_000_000  # the place of what has none


def arranged(snapshot: Snapshot) -> Iterator[tuple[str, Frozen]]:
    """Each frozen claim with the heading of its group, group by group; "" where claims are not grouped."""
    order = _orders(snapshot)[snapshot.get("order") or "number"]
    place, heading = _groupings(snapshot)[snapshot.get("grouping") or ""]
    for claim in sorted(snapshot["claims"], key=lambda each: (place(each), order(each), each["number"])):
        yield heading(claim), claim


def _orders(snapshot: Snapshot) -> dict[str, Callable[[Frozen], Any]]:
    rating = _places(snapshot)
    return {
        "number": lambda claim: 0,
        "rating": lambda claim: rating(claim),
        "as_of": lambda claim: claim["as_of"] or "9999",
    }


def _groupings(snapshot: Snapshot) -> dict[str, tuple[Callable[[Frozen], Any], Callable[[Frozen], str]]]:
    """By what claims can be grouped: the place of a claim's group among the others, and the group's heading."""
    titles = {document["number"]: document["title"] for document in snapshot["documents"]}
    kinds = {kind: n for n, kind in enumerate(Kind.values)}

    def document(claim: Frozen) -> int:
        return claim["passages"][0]["document"] if claim["passages"] else LAST

    def titled(claim: Frozen) -> str:
        return titles.get(document(claim)) or _("In no document")

    def rated(claim: Frozen) -> str:
        return claim["verdict"]["label"] if claim["verdict"] else _("No signed verdict")

    return {
        "": (lambda claim: 0, lambda claim: ""),
        "document": (document, titled),
        "kind": (lambda claim: kinds.get(claim["kind"], LAST), lambda claim: claim["kind_label"]),
        "rating": (_places(snapshot), rated),
    }


def _places(snapshot: Snapshot) -> Callable[[Frozen], int]:
    """Where a claim's rating stands: from the top of the scale down, then what is off it, then what has none."""
    ratings = snapshot["scale"]["ratings"]
    on_scale = sorted((each for each in ratings if each["position"] is not None), key=lambda each: -each["position"])
    off_scale = [each for each in ratings if each["position"] is None]
    places = {each["code"]: n for n, each in enumerate([*on_scale, *off_scale])}
    return lambda claim: places.get(claim["verdict"]["rating"], LAST - 1) if claim["verdict"] else LAST
