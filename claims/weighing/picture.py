"""Where the evidence comes from, drawn: speakers at the left, then what they put out, then what repeats it.

A layered drawing after Sugiyama, Tagawa and Toda (IEEE Transactions on Systems, Man and Cybernetics 11(2), 1981):
layers by the longest way from a speaker, the order in each by the mean place of what a node is joined with.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

WIDTH, HEIGHT = 190, 40  # of a node
GAP_ACROSS, GAP_DOWN = 70, 14
MARGIN = 12
SWEEPS = 4


class Placed(NamedTuple):
    """A node and its upper left corner, in the units of the drawing."""

    key: Any
    x: int
    y: int


class Line(NamedTuple):
    """A line from the right side of one node to the left side of another, as an SVG path."""

    start: Any
    end: Any
    path: str


@dataclass(frozen=True)
class Drawing:
    """The whole drawing: its size, its nodes and its lines."""

    width: int
    height: int
    nodes: list[Placed]
    lines: list[Line]


def drawn(nodes: Sequence[Any], edges: Iterable[tuple[Any, Any]]) -> Drawing:
    """A place for every node, so that each edge (from, to) runs from left to right and no two nodes overlap.

    Edges must make no circle; raises ValueError for one, and KeyError for an end that is no node.
    """
    edges = list(dict.fromkeys(edges))
    layers = layered(nodes, edges)
    order = arranged(layers, edges)
    tallest = max((len(layer) for layer in order), default=0)
    step = HEIGHT + GAP_DOWN
    places = {
        key: Placed(key, MARGIN + column * (WIDTH + GAP_ACROSS), MARGIN + row * step)
        for column, layer in enumerate(order)
        for row, key in enumerate(layer)
    }
    width = 2 * MARGIN + len(order) * WIDTH + max(0, len(order) - 1) * GAP_ACROSS
    height = 2 * MARGIN + tallest * step - (GAP_DOWN if tallest else 0)
    lines = [Line(one, other, curve(places[one], places[other])) for one, other in edges]
    return Drawing(width, height, [places[key] for key in nodes], lines)


def layered(nodes: Sequence[Any], edges: list[tuple[Any, Any]]) -> list[list[Any]]:
    """The nodes by their longest way from one that nothing leads to. Raises ValueError for a circle."""
    depth = dict.fromkeys(nodes, 0)
    after: dict[Any, list[Any]] = defaultdict(list)
    waiting = dict.fromkeys(nodes, 0)
    for one, other in edges:
        depth[one], depth[other]
        after[one].append(other)
        waiting[other] += 1
    ready = [key for key in nodes if not waiting[key]]
    for key in ready:
        for other in after[key]:
            depth[other] = max(depth[other], depth[key] + 1)
            waiting[other] -= 1
            if not waiting[other]:
                ready.append(other)
    if len(ready) < len(depth):
        raise ValueError("these edges make a circle")
    layers: list[list[Any]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for key in nodes:
        layers[depth[key]].append(key)
    return layers


def arranged(layers: list[list[Any]], edges: list[tuple[Any, Any]]) -> list[list[Any]]:
    """Each layer in an order in which few lines cross: nodes stand by the mean place of those they are joined with."""
    joined: dict[Any, list[Any]] = defaultdict(list)
    for one, other in edges:
        joined[one].append(other)
        joined[other].append(one)
    place = {key: row / max(1, len(layer)) for layer in layers for row, key in enumerate(layer)}
    order = [list(layer) for layer in layers]
    for sweep in range(SWEEPS):
        for layer in order if sweep % 2 == 0 else reversed(order):
            mean = {key: sum(place[near] for near in joined[key]) / len(joined[key]) for key in layer if joined[key]}
            layer.sort(key=lambda key: mean.get(key, place[key]))
            for row, key in enumerate(layer):
                place[key] = row / len(layer)
    return order


def curve(start: Placed, end: Placed) -> str:
    """An S from the right side of one node to the left side of the other."""
    x, y = start.x + WIDTH, start.y + HEIGHT // 2
    to_x, to_y = end.x, end.y + HEIGHT // 2
    bend = (to_x - x) // 2
    return f"M{x} {y}C{x + bend} {y} {to_x - bend} {to_y} {to_x} {to_y}"
