"""Agreement drawn: coefficients with their intervals, and which answers stand beside which."""

from collections import Counter
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from claims.weighing.pictures.agreement import Answer, Coefficient, answers, beside, coefficients
from tests.weighing.pictures.drawings import check, read, texts

COLUMNS = ["One", "Two", "Three"]
VALUES = st.one_of(st.none(), st.floats(-1, 1))
ROWS = st.builds(Coefficient, st.text(max_size=60), st.text(max_size=60), VALUES, VALUES, VALUES, st.text(max_size=40))
SCALE = [Answer(n, name, "supported", "✓") for n, name in enumerate(["yes", "rather", "no", "?"])]
PATTERNS = st.dictionaries(
    st.lists(st.integers(0, 3), max_size=5).map(lambda given: tuple(sorted(given))), st.integers(0, 10**6)
)


@given(st.lists(ROWS, max_size=10))
def test_whatever_the_figures_they_are_drawn_within_the_picture_and_no_words_overlap(rows):
    picture: Any = coefficients(rows, title="Alpha", columns=COLUMNS)
    if any(row.value is not None for row in rows):
        check(picture)
    else:
        assert picture is None


@given(PATTERNS)
def test_whatever_was_answered_is_drawn_within_the_picture(patterns):
    picture: Any = answers(SCALE, patterns, title="Answers", columns=COLUMNS)
    if beside(patterns):
        check(picture)
    else:
        assert picture is None


def test_pairs_of_answers_are_counted_within_each_claim():
    counted = beside({(1, 1, 1): 2, (1, 2): 3, (3,): 7})
    assert counted == Counter({(1, 1): 6, (1, 2): 3})


def test_the_more_often_the_darker_and_the_number_says_how_often():
    picture: Any = answers(SCALE, {(0, 0): 100, (0, 1): 1}, title="x", columns=COLUMNS)
    looks = [each.get("class") for each in read(picture).iter() if "shade" in each.get("class", "")]
    assert looks == ["shade-4 alike", "shade-1", "shade-0 alike"]
    assert {"100", "1"} <= {said for said, _box in texts(picture)}
    assert picture.rows == [["yes", "yes", "100"], ["yes", "rather", "1"]]
