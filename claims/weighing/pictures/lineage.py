"""Where evidence comes from: speakers at the left, then what they put out, then what repeats it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from typing import NamedTuple

from claims.weighing.picture import HEIGHT, WIDTH, Placed, drawn
from claims.weighing.pictures.svg import DASHED, FAINT, INK, PAPER, SOFT, STRONG, Picture, escaped, tag, words

MOST = 100  # nodes that can still be read


class Node(NamedTuple):
    """A speaker (who stands leftmost) or an exhibit: its name, and what it is in a word or two."""

    key: Hashable
    look: str
    name: str
    small: str
    leftmost: bool = False
    told: str = ""  # both in a sentence, where that says more


class Link(NamedTuple):
    """From whom or what to what, and a sentence that says so."""

    start: Hashable
    end: Hashable
    said: str


def lineage(
    nodes: Sequence[Node], links: Sequence[Link], *, title: str, said: str, columns: Sequence[str], cut: str = ""
) -> Picture | None:
    """The drawing; None where there are no nodes. The table has each exhibit, what it is, and what leads to it.

    Of more than MOST nodes the first are drawn, and `cut` says so. Raises ValueError where links make a circle.
    """
    shown = {node.key: node for node in first(nodes, links)}
    if not shown:
        return None
    kept = {(link.start, link.end): link for link in links if link.start in shown and link.end in shown}
    drawing = drawn(list(shown), kept, [key for key, node in shown.items() if node.leftmost])
    body = "".join(
        tag("path", tag("title", escaped(kept[line.start, line.end].said)), d=line.path, class_="way", fill="none",
            stroke=FAINT, stroke_width=1.25)
        for line in drawing.lines
    )  # fmt: skip
    body += "".join(_node(shown[place.key], place) for place in drawing.nodes)
    led: dict[Hashable, list[str]] = defaultdict(list)
    for link in links:
        led[link.end].append(link.said)
    rows = [[node.name, node.small, "; ".join(led[node.key])] for node in nodes if not node.leftmost]
    told = " ".join(filter(None, (said, cut if len(shown) < len(nodes) else "")))
    return Picture("lineage", title, told, drawing.width, drawing.height, body, list(columns), rows)


def first(nodes: Sequence[Node], links: Sequence[Link]) -> list[Node]:
    """As many nodes as can be read, in their order: exhibits, each with its speakers."""
    if len(nodes) <= MOST:
        return list(nodes)
    speaks: dict[Hashable, list[Hashable]] = defaultdict(list)
    speakers = {node.key for node in nodes if node.leftmost}
    for link in links:
        if link.start in speakers:
            speaks[link.end].append(link.start)
    kept: set[Hashable] = set()
    for node in nodes:
        more = {node.key, *speaks[node.key]} - kept
        if not node.leftmost and len(kept) + len(more) <= MOST:
            kept |= more
    return [node for node in nodes if node.key in kept]


def _node(node: Node, place: Placed) -> str:
    strong = STRONG.get(node.look, FAINT)
    box = tag(
        "rect", width=WIDTH, height=HEIGHT, rx=6, class_="box", fill=SOFT.get(node.look, PAPER), stroke=strong,
        stroke_width=2 if node.leftmost else 1.25,
        stroke_dasharray="5 3" if node.look == "refutes" else DASHED.get(node.look),
    )  # fmt: skip
    return tag(
        "g", tag("title", escaped(node.told or f"{node.name}. {node.small}")), box,
        words(10, 17, node.name, room=WIDTH - 20, bold=True, fill=INK),
        words(10, 32, node.small, room=WIDTH - 20, size=11, look="small", fill=FAINT),
        class_=f"node {node.look}", transform=f"translate({place.x} {place.y})",
    )  # fmt: skip
