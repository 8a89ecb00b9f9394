"""Where a claim's evidence comes from: in a sentence, drawn, and the same as a table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from claims.models import Claim, Evidence, Lineage
from claims.models.origins import Gathered, Link, origins_of
from claims.views.access import Request, on_claim
from claims.views.claim_page import ClaimPage, shown_to
from claims.views.claims import context_of
from claims.views.parts import render_part
from claims.weighing.picture import HEIGHT, WIDTH, Drawing, drawn

LETTERS = 26  # of a name that fit in a node
HOW = {kind.value: kind.label for kind in Lineage.Kind}


@dataclass
class Row:
    """One piece of evidence: what it is, what it repeats, and for which origin it counts."""

    number: int
    stance: str
    stance_label: str
    bearing: str
    title: str
    speaker: str
    exhibit: int | None  # its key, where the reader may open it
    said: list[tuple[str, str]]  # how it came about, and of what
    origin: str
    counts: str


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
    evidence = [item for item in page.evidence if item.exhibit_id]
    found = shown_to(page, origins_of(claim))
    context = context_of(page) | {
        "gathered": found,
        "rows": list(rows_of(evidence, found)),
        "picture": picture(evidence, found),
        "more": len(found.items) > len(evidence),
        "node": {"width": WIDTH, "height": HEIGHT},
    }
    return render_part(request, "claims/claim_origins.html", "origins", context)


def rows_of(evidence: list[Evidence], found: Gathered) -> Iterator[Row]:
    """The table's rows, in the order of the evidence."""
    for item in evidence:
        exhibit = found.exhibits.get(item.exhibit_id or 0)
        if exhibit is None:
            continue  # brought between the two looks at the database
        origin = found.origins.of.get(item.pk)
        yield Row(
            number=item.number,
            stance=item.stance,
            stance_label=item.get_stance_display(),
            bearing=item.get_bearing_display(),
            title=exhibit.title,
            speaker=exhibit.speaker,
            exhibit=None if item.untold else exhibit.key,
            said=[_said(link, found) for link in found.links_of.get(exhibit.key, [])],
            origin=str(found.origins.numbers[origin]) if origin is not None else "–",
            counts=_counts(item, origin, evidence, found),
        )


def _said(link: Link, found: Gathered) -> tuple[str, str]:
    original = found.exhibits[link.original].title if link.original is not None else ""
    return str(HOW[link.kind]), original


def _counts(item: Evidence, origin: int | None, evidence: list[Evidence], found: Gathered) -> str:
    if origin is None:
        return _("no: of unknown lineage")
    first = next(each for each in evidence if found.origins.of.get(each.pk) == origin)
    if first.pk == item.pk:
        return _("yes")
    return _("no: same origin as evidence %(number)s") % {"number": first.number}


def picture(evidence: list[Evidence], found: Gathered) -> tuple[Drawing, list[Node], str]:
    """The drawing, its nodes with their words, and what it shows in a sentence."""
    exhibits = dict.fromkeys(item.exhibit_id for item in evidence if item.exhibit_id in found.exhibits)
    shown = _with_originals(list(exhibits), found)
    cited = {item.exhibit_id: item for item in reversed(evidence)}
    speakers = {key: ("source", found.exhibits[key].source) for key in shown if found.exhibits[key].source}
    edges: list[tuple[Any, Any]] = [(node, key) for key, node in speakers.items()]
    edges += [(link.original, link.exhibit) for key in shown for link in found.links_of.get(key, []) if link.original]
    drawing = drawn([*dict.fromkeys(speakers.values()), *shown], edges)
    said = {node: found.exhibits[key].speaker for key, node in speakers.items()}
    nodes = []
    for placed in drawing.nodes:
        if isinstance(placed.key, tuple):
            name = said[placed.key]
            nodes.append(Node("speaker", placed.x, placed.y, short(name), _("speaker"), name))
            continue
        key = int(str(placed.key))
        item, name = cited.get(key), found.exhibits[key].title
        look = item.stance if item else "repeated"
        what = f"{SIGNS[item.stance]} {item.number} {item.get_stance_display()}" if item else _("only repeated")
        if not _known(key, found):
            what = _("%(what)s · lineage unknown") % {"what": what}
        nodes.append(Node(look, placed.x, placed.y, short(name), what, f"{name}. {what}"))
    return drawing, nodes, _("What each piece of evidence repeats, from the speakers at the left to the right.")


SIGNS = {"supports": "+", "refutes": "−", "context": "•"}  # noqa: RUF001 - a minus


def _known(exhibit: int, found: Gathered) -> bool:
    group = found.origins.groups.get(exhibit)
    return group in set(found.origins.of.values())


def _with_originals(exhibits: list[int | None], found: Gathered) -> list[int]:
    seen, waiting = dict.fromkeys(key for key in exhibits if key is not None), [key for key in exhibits if key]
    while waiting:
        for link in found.links_of.get(waiting.pop(), []):
            if link.original is not None and link.original not in seen:
                seen[link.original] = None
                waiting.append(link.original)
    return list(seen)


def short(name: str) -> str:
    """As much of a name as a node has room for."""
    return name if len(name) <= LETTERS else name[: LETTERS - 1].rstrip() + "…"
