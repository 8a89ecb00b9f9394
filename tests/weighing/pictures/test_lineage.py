"""Where evidence comes from, drawn: every node within the picture, its words within it, a hundred at most."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.weighing.pictures.lineage import MOST, Link, Node, first, lineage
from tests.weighing.pictures.drawings import check, texts

COLUMNS = ["Exhibit", "What it is", "Where it comes from"]
LOOKS = st.sampled_from(["supports", "refutes", "context", "mixed", "repeated"])


def drawn(nodes, links, **more):
    return lineage(nodes, links, title="Lineage", said="Where from.", columns=COLUMNS, **more)


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[Node], list[Link]]:
    size, speakers = draw(st.integers(1, 20)), draw(st.integers(0, 5))
    nodes = [Node(f"s{n}", "speaker", draw(st.text(max_size=60)), "speaker", True) for n in range(speakers)]
    nodes += [Node(n, draw(LOOKS), draw(st.text(max_size=60)), draw(st.text(max_size=40))) for n in range(size)]
    ends = st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)).filter(lambda pair: pair[0] < pair[1])
    links = [Link(one, other, "quotes") for one, other in draw(st.lists(ends, max_size=30))] if size > 1 else []
    links += [Link(f"s{n}", draw(st.integers(0, size - 1)), "put out") for n in range(speakers)]
    return nodes, links


@given(graphs())
def test_whatever_leads_to_what_all_is_drawn_and_no_words_overlap(graph):
    nodes, links = graph
    picture = drawn(nodes, links)
    check(picture)
    assert len(picture.rows) == sum(not node.leftmost for node in nodes)


def test_of_more_than_can_be_read_the_first_are_drawn_and_that_is_said():
    nodes = [Node(f"s{n}", "speaker", f"speaker {n}", "speaker", True) for n in range(200)]
    nodes += [Node(n, "supports", f"exhibit {n}", "+ 1") for n in range(200)]
    links = [Link(f"s{n}", n, "put out") for n in range(200)]
    picture = drawn(nodes, links, cut="The first are drawn.")
    names = {said for said, _box in texts(picture)}
    assert len(first(nodes, links)) == MOST
    assert {"exhibit 0", "speaker 0", "exhibit 49"} <= names
    assert "exhibit 50" not in names
    assert picture.said == "Where from. The first are drawn."
    assert len(picture.rows) == 200


def test_nothing_gives_no_picture_and_a_circle_is_refused():
    assert drawn([], []) is None
    nodes = [Node(n, "supports", "x", "y") for n in (1, 2)]
    with pytest.raises(ValueError, match="circle"):
        drawn(nodes, [Link(1, 2, "quotes"), Link(2, 1, "quotes")])
