"""Where a claim's evidence comes from: in a sentence, drawn, and the same as a table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.http import HttpResponse
from django.utils.translation import gettext as _

from claims.models import Claim, Evidence, Lineage, Role
from claims.models.origins import Exhibited, Gathered, Link, gathered
from claims.views.access import Request, on_claim
from claims.views.claim_page import ClaimPage
from claims.views.claims import context_of
from claims.views.parts import render_part
from claims.weighing.picture import HEIGHT, WIDTH, Drawing, drawn

ITEMS = 200  # pieces of evidence in the table and in the drawing; all of them are counted
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


class Names:
    """What exhibits and speakers are called to this reader: what is withheld or hidden from them is not named."""

    def __init__(self, evidence: list[Evidence], reader_is: str, user: Any, hides: bool) -> None:
        self.unnamed: dict[int, str] = {}
        for item in evidence:
            if item.exhibit_id and item.withheld and reader_is == Role.READER:
                self.unnamed[item.exhibit_id] = _("Source withheld")
            elif item.exhibit_id and hides and not item.credibility and item.added_by_id != user.pk:
                self.unnamed[item.exhibit_id] = _("Source hidden until rated")

    def title(self, exhibit: Exhibited) -> str:
        """The exhibit."""
        return self.unnamed.get(exhibit.key, exhibit.title)

    def speaker(self, exhibit: Exhibited) -> str:
        """Who put it out."""
        return self.unnamed.get(exhibit.key, exhibit.speaker)


@on_claim()
def claim_origins(request: Request, claim: Claim) -> HttpResponse:
    """The drawing of where the evidence comes from, and the same as a table."""
    page = ClaimPage(claim, request.user)
    rows = claim.evidence.standing().filter(exhibit__isnull=False).order_by("number")
    evidence = list(rows.only(*SHOWN).fetch_mode(models.FETCH_RAISE)[:ITEMS])
    found = gathered([claim.pk])[claim.pk]
    names = Names(evidence, page.role, request.user, page.case.hides_sources)
    context = context_of(page) | {
        "gathered": found,
        "rows": list(rows_of(evidence, found, names)),
        "picture": picture(evidence, found, names),
        "more": len(found.items) > len(evidence),
        "node": {"width": WIDTH, "height": HEIGHT},
    }
    return render_part(request, "claims/claim_origins.html", "origins", context)


SHOWN = (
    "claim", "number", "exhibit_id", "stance", "bearing", "withheld", "credibility", "added_by_id",
)  # fmt: skip


def rows_of(evidence: list[Evidence], found: Gathered, names: Names) -> Iterator[Row]:
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
            title=names.title(exhibit),
            speaker=names.speaker(exhibit),
            exhibit=None if exhibit.key in names.unnamed else exhibit.key,
            said=[_said(link, found, names) for link in found.links_of.get(exhibit.key, [])],
            origin=str(found.origins.numbers[origin]) if origin is not None else "–",
            counts=_counts(item, origin, evidence, found),
        )


def _said(link: Link, found: Gathered, names: Names) -> tuple[str, str]:
    original = names.title(found.exhibits[link.original]) if link.original is not None else ""
    return str(HOW[link.kind]), original


def _counts(item: Evidence, origin: int | None, evidence: list[Evidence], found: Gathered) -> str:
    if origin is None:
        return _("no: of unknown lineage")
    first = next(each for each in evidence if found.origins.of.get(each.pk) == origin)
    if first.pk == item.pk:
        return _("yes")
    return _("no: same origin as evidence %(number)s") % {"number": first.number}


def picture(evidence: list[Evidence], found: Gathered, names: Names) -> tuple[Drawing, list[Node], str]:
    """The drawing, its nodes with their words, and what it shows in a sentence."""
    exhibits = dict.fromkeys(item.exhibit_id for item in evidence if item.exhibit_id in found.exhibits)
    shown = _with_originals(list(exhibits), found)
    cited = {item.exhibit_id: item for item in reversed(evidence)}
    speakers = {key: ("source", found.exhibits[key].source) for key in shown if found.exhibits[key].source}
    speakers = {key: node for key, node in speakers.items() if key not in names.unnamed}
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
        item, name = cited.get(key), names.title(found.exhibits[key])
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
