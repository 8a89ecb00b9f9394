"""Whatever is drawn: everything is in the drawing, nothing overlaps, and every line runs from left to right."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.weighing.picture import HEIGHT, WIDTH, drawn


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[int], list[tuple[int, int]]]:
    size = draw(st.integers(0, 30))
    pairs = st.tuples(st.integers(0, max(0, size - 1)), st.integers(0, max(0, size - 1)))
    edges = draw(st.lists(pairs.filter(lambda pair: pair[0] < pair[1]), max_size=40)) if size > 1 else []
    return draw(st.permutations(range(size))), edges


@given(graphs())
def test_all_nodes_stand_apart_within_the_drawing_and_lines_run_to_the_right(graph):
    nodes, edges = graph
    drawing = drawn(nodes, edges)
    places = {node.key: node for node in drawing.nodes}
    assert set(places) == set(nodes)
    assert {(line.start, line.end) for line in drawing.lines} == set(edges)
    for node in drawing.nodes:
        assert 0 <= node.x <= drawing.width - WIDTH
        assert 0 <= node.y <= drawing.height - HEIGHT
        for other in drawing.nodes:
            assert node.key == other.key or abs(node.x - other.x) >= WIDTH or abs(node.y - other.y) >= HEIGHT
    assert all(places[one].x + WIDTH < places[other].x for one, other in edges)


@given(graphs())
def test_no_line_runs_behind_a_node(graph):
    drawing = drawn(*graph)
    for line in drawing.lines:
        # Curves bend in the gaps alone; what runs along a layer is level.
        for end, y in level_parts(line.path):
            assert not any(node.x + WIDTH == end and node.y <= y <= node.y + HEIGHT for node in drawing.nodes)


def level_parts(path: str) -> list[tuple[int, int]]:
    """Where the level parts of a line end, and at what height they run."""
    return [(int(end), int(y)) for y, end in re.findall(r" (\d+)H(\d+)", path)]


@given(graphs(), st.data())
def test_speakers_stand_at_the_left_and_nothing_beside_them(graph, data):
    nodes, edges = graph
    led_to = {other for _one, other in edges}
    speakers = [key for key in nodes if key not in led_to and data.draw(st.booleans())]
    across = {node.key: node.x for node in drawn(nodes, edges, speakers).nodes}
    if speakers:
        left = min(across.values())
        assert {key for key in nodes if across[key] == left} == set(speakers)


@given(graphs())
def test_the_same_is_always_drawn_the_same(graph):
    assert drawn(*graph) == drawn(*graph)


def test_what_repeats_stands_right_of_what_it_repeats_however_long_the_way():
    drawing = drawn(["speaker", "statement", "wire", "report"], [
        ("speaker", "statement"), ("statement", "wire"), ("wire", "report"), ("statement", "report"),
    ])  # fmt: skip
    across = {node.key: node.x for node in drawing.nodes}
    assert across["speaker"] < across["statement"] < across["wire"] < across["report"]


def test_nodes_stand_beside_what_they_are_joined_with():
    drawing = drawn(["a", "b", "c", "to c", "to b", "to a"], [("a", "to a"), ("b", "to b"), ("c", "to c")])
    down = {node.key: node.y for node in drawing.nodes}
    assert (down["to a"], down["to b"], down["to c"]) == (down["a"], down["b"], down["c"])


def test_a_line_over_several_layers_passes_between_their_nodes():
    drawing = drawn(["agency", "ministry", "statement", "guard", "report"], [
        ("ministry", "statement"), ("statement", "report"), ("ministry", "guard"), ("agency", "report"),
    ], ["agency", "ministry"])  # fmt: skip
    long = next(line for line in drawing.lines if line.start == "agency")
    assert len(level_parts(long.path)) == 1


def test_a_circle_cannot_be_drawn():
    with pytest.raises(ValueError, match="circle"):
        drawn([1, 2], [(1, 2), (2, 1)])


def test_a_line_to_what_is_not_there_is_a_fault():
    with pytest.raises(KeyError):
        drawn([1], [(1, 2)])
