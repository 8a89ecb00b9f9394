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
from claims.views.access import Request, on_claim
from claims.views.claim_page import ClaimPage
from claims.views.claims import context_of
from claims.views.parts import render_part
from claims.weighing.picture import HEIGHT, WIDTH, Drawing, drawn

LETTERS = 26  # of a name that fit in a node
HOW = {kind.value: kind.label for kind in Lineage.Kind}
SIGNS = {"supports": "+", "refutes": "−", "context": "•"}  # noqa: RUF001 - a minus
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


@dataclass
class Node:
    """A node of the drawing with its words, the whole of them for those who ask, and how it looks."""

    look: str
    x: int
    y: int
    label: str
    small: str
    title: str


@on_claim()
def claim_origins(request: Request, claim: Claim) -> HttpResponse:
    """The drawing of where the evidence comes from, and the same as a table."""
    page = ClaimPage(claim, request.user)
    context = context_of(page) | {"lineage_shown": True, "node": {"width": WIDTH, "height": HEIGHT}}
    if (found := page.gathered) is not None:
        evidence = [item for item in page.evidence if item.pk in found.numbers]
        drawing, nodes, ways = picture(evidence, found)
        context |= {
            "rows": list(rows_of(evidence, found)),
            "drawing": drawing, "nodes": nodes, "ways": ways,
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


def picture(evidence: list[Evidence], found: Gathered) -> tuple[Drawing, list[Node], list[tuple[str, str]]]:
    """The drawing; its nodes with their words; its lines, each as its path and what it says."""
    cited: dict[int, list[Evidence]] = defaultdict(list)
    for item in evidence:
        cited[item.exhibit_id or 0].append(item)
    shown = _with_originals(list(cited), found)
    speakers: dict[int, Any] = {key: ("source", found.exhibits[key].source) for key in shown}
    speakers = {key: node for key, node in speakers.items() if node[1]}
    says = {(node, key): _("put out") for key, node in speakers.items()}
    says |= {
        (link.original, key): str(HOW[link.kind])
        for key in shown
        for link in found.links_of.get(key, [])
        if link.original is not None
    }
    leftmost = list(dict.fromkeys(speakers.values()))
    drawing = drawn([*leftmost, *shown], says, leftmost)
    names: dict[Any, str] = {key: found.exhibits[key].title for key in shown}
    names |= {node: found.exhibits[key].speaker for key, node in speakers.items()}
    nodes = [
        _speaker(names[placed.key], placed.x, placed.y)
        if isinstance(placed.key, tuple)
        else _exhibit(placed.key, placed.x, placed.y, cited.get(placed.key, []), found)
        for placed in drawing.nodes
    ]
    ways = [
        (line.path, f"{names[line.start]} {says[line.start, line.end]} {names[line.end]}")
        if isinstance(line.start, tuple)
        else (line.path, f"{names[line.end]} {says[line.start, line.end]} {names[line.start]}")
        for line in drawing.lines
    ]
    return drawing, nodes, ways


def _speaker(name: str, x: int, y: int) -> Node:
    return Node("speaker", x, y, short(name), _("speaker"), f"{name}, {_('speaker')}")


def _exhibit(key: int, x: int, y: int, items: list[Evidence], found: Gathered) -> Node:
    looks = {item.stance for item in items}
    look = "repeated" if not items else looks.pop() if len(looks) == 1 else "mixed"
    if len(items) == 1:
        what = f"{SIGNS[items[0].stance]} {items[0].number} {items[0].get_stance_display()}"
    else:
        what = ", ".join(f"{SIGNS[item.stance]} {item.number}" for item in items) or _("only repeated")
    said = ", ".join(f"{item.number} {item.get_stance_display()}" for item in items) or what
    if key not in found.untold:
        lineage = _lineage(key, found)
        what, said = f"{what} · {lineage}", f"{said} · {lineage}"
    name = found.exhibits[key].title
    return Node(look, x, y, short(name), what, f"{name}. {said}")


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


def short(name: str) -> str:
    """As much of a name as a node has room for."""
    return name if len(name) <= LETTERS else name[: LETTERS - 1].rstrip() + "…"
