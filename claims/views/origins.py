"""Where a claim's evidence comes from: in a sentence, drawn, and the same as a table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from claims.models import Claim, Evidence, Lineage
from claims.models.origins import Gathered
from claims.reports.pictures import STANCES, lineage_of, placed, said_out
from claims.views.access import Request, on_claim
from claims.views.claim_page import ClaimPage
from claims.views.claims import context_of
from claims.views.parts import render_part
from claims.weighing.pictures.lineage import Link, Node
from claims.weighing.pictures.svg import Picture

HOW = {kind.value: kind.label for kind in Lineage.Kind}
UNTOLD = "–"


@dataclass
class Row:
    """One piece of evidence: what it is, what it repeats, and for which origin it counts."""

    item: Evidence
    title: str
    speaker: str
    exhibit: int | None  # its key, where the reader may open it
    said: list[tuple[str, str]]  # how it came about, and of what
    origin: str
    counts: str
    unknown: bool


@on_claim()
def claim_origins(request: Request, claim: Claim) -> HttpResponse:
    """The drawing of where the evidence comes from, and the same as a table."""
    page = ClaimPage(claim, request.user)
    context = context_of(page) | {"lineage_shown": True}
    if (found := page.gathered) is not None:
        evidence = [item for item in page.evidence if item.pk in found.numbers]
        context |= {
            "rows": list(rows_of(evidence, found)),
            "drawn": placed(picture(evidence, found, page.origins_said.count if page.origins_said else ""), "lineage"),
            "more": len(found.items) > len(evidence),
        }  # fmt: skip
    return render_part(request, "claims/claim_origins.html", "origins", context)


def rows_of(evidence: list[Evidence], found: Gathered) -> Iterator[Row]:
    """The table's rows, in the order of the evidence."""
    first: dict[tuple[int, str, str], Evidence] = {}  # of what takes one side of one question, which counts
    for item in evidence:
        exhibit = found.exhibits[item.exhibit_id or 0]
        hidden, origin = exhibit.key in found.untold, found.origins.of[item.pk]
        if origin is not None and not hidden:
            first.setdefault((origin, item.stance, item.bearing), item)
        # That it shares an origin with one that is named would tell whose it is.
        told = UNTOLD if origin is None or hidden else str(found.origins.numbers[origin])
        yield Row(
            item=item,
            title=exhibit.title,
            speaker=exhibit.speaker,
            exhibit=None if hidden else exhibit.key,
            said=[
                (str(HOW[link.kind]), found.exhibits[link.original].title if link.original is not None else "")
                for link in found.links_of.get(exhibit.key, [])
            ],
            origin=told,
            counts=_counts(
                item, origin, None if hidden or origin is None else first[origin, item.stance, item.bearing]
            ),
            unknown=origin is None,
        )


def _counts(item: Evidence, origin: int | None, first: Evidence | None) -> str:
    if origin is None:
        return _("no: of unknown lineage")
    if first is None:
        return _("with its origin, which is not told here")
    if first.pk == item.pk:
        return _("yes")
    return _("no: same origin as evidence %(number)s") % {"number": first.number}


def picture(evidence: list[Evidence], found: Gathered, counted: str) -> Picture | None:
    """The drawing of the exhibits of this evidence, of what they repeat, and of who speaks in them."""
    cited: dict[int, list[Evidence]] = defaultdict(list)
    for item in evidence:
        cited[item.exhibit_id or 0].append(item)
    shown = _with_originals(list(cited), found)
    titles = {key: found.exhibits[key].title for key in shown}
    names: dict[Any, str] = {}
    links = []
    for key in shown:
        exhibit = found.exhibits[key]
        if exhibit.source:
            speaker = names.setdefault(exhibit.source, exhibit.speaker)
            links.append(Link(("source", exhibit.source), key, said_out(speaker, exhibit.title)))
        links += [
            Link(link.original, key, f"{exhibit.title} {HOW[link.kind]} {titles[link.original]}")
            for link in found.links_of.get(key, [])
            if link.original is not None
        ]
    nodes = [
        Node(("source", source), "speaker", name, _("speaker"), leftmost=True, told=f"{name}, {_('speaker')}")
        for source, name in names.items()
    ]
    nodes += [_exhibit(key, cited.get(key, []), found) for key in shown]
    return lineage_of(nodes, links, counted)


def _exhibit(key: int, items: list[Evidence], found: Gathered) -> Node:
    looks = {item.stance for item in items}
    look = "repeated" if not items else looks.pop() if len(looks) == 1 else "mixed"
    if len(items) == 1:
        what = f"{STANCES[items[0].stance]} {items[0].number} {items[0].get_stance_display()}"
    else:
        what = ", ".join(f"{STANCES[item.stance]} {item.number}" for item in items) or _("only repeated")
    said = ", ".join(f"{item.number} {item.get_stance_display()}" for item in items) or what
    if key not in found.untold:
        lineage = _lineage(key, found)
        what, said = f"{what} · {lineage}", f"{said} · {lineage}"
    name = found.exhibits[key].title
    return Node(key, look, name, what, told=f"{name}. {said}")


def _lineage(exhibit: int, found: Gathered) -> str:
    known = exhibit in found.origins.traced
    origin = found.origins.numbers.get(found.origins.groups[exhibit]) if known else None
    return _("origin %(n)s") % {"n": origin} if origin else _("lineage unknown")


def _with_originals(exhibits: list[int], found: Gathered) -> list[int]:
    seen, waiting = dict.fromkeys(exhibits), list(exhibits)
    while waiting:
        for link in found.links_of.get(waiting.pop(), []):
            if link.original is not None and link.original not in seen:
                seen[link.original] = None
                waiting.append(link.original)
    return list(seen)
