"""The picture of moves: every state and every move is in it, within its edges, and each arrow ends where it should."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.weighing.moves_picture import COLUMN, DOT, pictured


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[int], list[tuple[int, set[int], int]]]:
    states = list(range(draw(st.integers(1, 9))))
    one = st.sampled_from(states)
    moves = draw(st.lists(st.tuples(st.sets(one, min_size=1), one), max_size=12))
    return states, [(n, starts, end) for n, (starts, end) in enumerate(moves)]


@given(tables())
def test_every_move_starts_at_its_states_and_ends_at_the_one_it_leads_to(table):
    states, moves = table
    picture = pictured(states, moves)
    middles = {state.key: state.middle for state in picture.states}
    assert list(middles) == states
    assert [row.key for row in picture.moves] == [key for key, _starts, _end in moves]
    for row, (_key, starts, end) in zip(picture.moves, moves, strict=True):
        assert row.starts == sorted(middles[start] for start in starts)
        tips = [int(x) for x in re.findall(r"M(\d+) ", row.heads)]
        assert tips, "it has an arrow"
        assert all(abs(tip - middles[end]) <= DOT for tip in tips)
        sides = {start < end for start in starts if start != end}
        assert len(tips) == len(sides) + (end in starts)


@given(tables())
def test_all_of_it_lies_within_the_picture_and_no_two_rows_touch(table):
    picture = pictured(*table)
    heights = [row.y for row in picture.moves]
    assert all(after - before >= 40 for before, after in pairwise(heights))
    assert all(row.y + 5 < picture.bottom < picture.height for row in picture.moves)
    assert all(later.x - state.x == COLUMN for state, later in pairwise(picture.states))
    for row in picture.moves:
        for x in re.findall(r"[MHLC ](\d+)", row.lines):
            assert 0 <= int(x) <= max(picture.width, picture.height)


def test_a_state_that_is_not_drawn_is_an_error():
    with pytest.raises(ValueError, match="not drawn"):
        pictured(["open"], [("sign", ["open"], "signed")])
