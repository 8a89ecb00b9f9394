"""Where the evidence comes from, drawn: speakers at the left, then what they put out, then what repeats it.

A layered drawing after Sugiyama, Tagawa and Toda (IEEE Transactions on Systems, Man and Cybernetics 11(2), 1981):
layers by the longest way from a speaker, the order in each by the mean place of what a node is joined with. A line
over several layers has a lane of its own between their nodes: one that ran behind a node would seem to end there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

WIDTH, HEIGHT = 210, 40  # of a node
GAP_ACROSS, GAP_DOWN = 50, 14
MARGIN = 12
LANE = 8  # of a line that passes a layer
SWEEPS = 4


class Placed(NamedTuple):
    """A node and its upper left corner, in the units of the drawing."""

    key: Any
    x: int
    y: int


class Lane(NamedTuple):
    """Where the lines from one node pass a layer."""

    start: Any
    layer: int


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


def drawn(nodes: Sequence[Any], edges: Iterable[tuple[Any, Any]], leftmost: Collection[Any] = ()) -> Drawing:
    """A place for every node, so that each edge (from, to) runs from left to right and no two nodes overlap.

    Where some are `leftmost`, no other stands in their layer, and nothing may lead to them. Edges must make no
    circle; raises ValueError for one, and KeyError for an end that is no node.
    """
    edges = list(dict.fromkeys(edges))
    layers = layered(nodes, edges, leftmost)
    ways = _ways(layers, edges)
    steps = list(dict.fromkeys(step for way in ways for step in pairwise(way)))
    for lane in dict.fromkeys(each for way in ways for each in way if isinstance(each, Lane)):
        layers[lane.layer].append(lane)
    places: dict[Any, Placed] = {}
    bottom = 0
    for column, layer in enumerate(arranged(layers, steps)):
        x, y = MARGIN + column * (WIDTH + GAP_ACROSS), MARGIN
        for key in layer:
            places[key] = Placed(key, x, y)
            y += _height(key) + GAP_DOWN
        bottom = max(bottom, y - GAP_DOWN)
    width = 2 * MARGIN + len(layers) * WIDTH + max(0, len(layers) - 1) * GAP_ACROSS
    lines = [Line(way[0], way[-1], _path([places[each] for each in way])) for way in ways]
    return Drawing(width, max(bottom, MARGIN) + MARGIN, [places[key] for key in nodes], lines)


def layered(nodes: Sequence[Any], edges: list[tuple[Any, Any]], leftmost: Collection[Any] = ()) -> list[list[Any]]:
    """The nodes by their longest way from one that nothing leads to. Raises ValueError for a circle."""
    first = set(leftmost)
    depth = {key: 1 if first and key not in first else 0 for key in nodes}
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


def _ways(layers: list[list[Any]], edges: list[tuple[Any, Any]]) -> list[list[Any]]:
    """Each edge as its two ends with the lanes between them; lines from one node share theirs."""
    depth = {key: column for column, layer in enumerate(layers) for key in layer}
    return [[one, *(Lane(one, n) for n in range(depth[one] + 1, depth[other])), other] for one, other in edges]


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


def _height(key: Any) -> int:
    return LANE if isinstance(key, Lane) else HEIGHT


def _path(way: list[Placed]) -> str:
    """An S from each to the next, and a level line along each lane."""
    path = f"M{way[0].x + WIDTH} {way[0].y + HEIGHT // 2}"
    for start, end in pairwise(way):
        x, y = start.x + WIDTH, start.y + _height(start.key) // 2
        to_y = end.y + _height(end.key) // 2
        bend = x + (end.x - x) // 2
        path += f"C{bend} {y} {bend} {to_y} {end.x} {to_y}"
        path += f"H{end.x + WIDTH}" if isinstance(end.key, Lane) else ""
    return path
