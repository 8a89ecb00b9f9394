"""Figures on one axis: each bar within the picture, and what it compares to in words beside it."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from claims.weighing.pictures.ranges import Range, ranges
from tests.weighing.pictures.drawings import check, read

COLUMNS = ["Whose", "Figure", "As of", "Compared"]
ENDS = st.one_of(st.none(), st.floats(-1e12, 1e12), st.integers(0, 10**6))
LOOKS = st.sampled_from(["own", "supported", "mixed", "refuted", "unverified"])
LINES = st.builds(
    Range, st.text(max_size=60), ENDS, ENDS, st.text(max_size=40), st.text(max_size=12), LOOKS, st.text(max_size=30)
)


def drawn_of(lines: list[Range]) -> Any:
    return ranges(lines, title="Strength", columns=COLUMNS)


@given(st.lists(LINES, max_size=12))
def test_whatever_the_figures_all_bars_stand_within_the_picture_and_no_words_overlap(lines):
    lines = [
        line._replace(low=min(line.low, line.high), high=max(line.low, line.high))
        if None not in (line.low, line.high)
        else line
        for line in lines
    ]
    picture = drawn_of(lines)
    if all(line.low is None and line.high is None for line in lines):
        assert picture is None
    else:
        check(picture)
        assert len(picture.rows) == len(lines)


def test_an_open_end_is_dashed():
    picture = drawn_of([Range("a", 1, 2, "1 to 2", ""), Range("b", 2, None, "at least 2", "")])
    dashed = [each.get("stroke-dasharray") for each in read(picture).iter() if "edge" in each.get("class", "")]
    assert dashed == [None, "4 3"]
