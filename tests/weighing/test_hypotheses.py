"""Competing hypotheses: what speaks against them counts, what is unknown stays unknown, however the rows lie."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.weighing.hypotheses import AGAINST, diagnosticity, order, scores, settled, splits, without

HYPOTHESES, ROWS = [1, 2, 3], [1, 2, 3, 4, 5]
CELLS = [(hypothesis, row) for hypothesis in HYPOTHESES for row in ROWS]
MARK = st.sampled_from(sorted(AGAINST))
SOME = st.dictionaries(st.sampled_from(CELLS), MARK)
ALL = st.fixed_dictionaries(dict.fromkeys(CELLS, MARK))


def placed(marks, rows=ROWS) -> list[list[int]]:
    """The hypotheses in their order, equal ones together."""
    return [sorted(score.hypothesis for score in equal) for equal in order(scores(HYPOTHESES, rows, marks))]


def across(*marks: str) -> dict[tuple[int, int], str]:
    """One row, as its marks stand from left to right; an empty one is unknown."""
    return {(hypothesis, 1): mark for hypothesis, mark in zip(HYPOTHESES, marks, strict=False) if mark}


def test_what_speaks_against_a_hypothesis_counts_once_and_strongly_twice():
    marks = {(1, 1): "II", (1, 2): "I", (2, 1): "CC", (2, 2): "I", (3, 1): "C", (3, 2): "NA"}
    found = scores(HYPOTHESES, [1, 2], marks)
    assert [(score.hypothesis, score.least, score.most) for score in found] == [(3, 0, 0), (2, 1, 1), (1, 3, 3)]


def test_what_speaks_for_a_hypothesis_does_not_make_up_for_what_speaks_against_it():
    marks = {(1, row): "CC" for row in ROWS[1:]} | {(1, 1): "I"} | {(2, row): "N" for row in ROWS}
    assert placed(marks) == [[2], [1]]


def test_a_hypothesis_that_nobody_weighed_is_not_the_best_of_all():
    marks = {(1, 1): "I", (2, 1): "NA"}
    assert placed(marks) == [[1]]
    assert scores(HYPOTHESES, [1], marks)[0].hypothesis == 1
    assert not settled(scores([1, 2], [1], marks))


@given(SOME, st.sampled_from(CELLS))
def test_unknown_never_counts_as_neutral(marks, cell):
    unknown = {key: mark for key, mark in marks.items() if key != cell}
    before = {score.hypothesis: score for score in scores(HYPOTHESES, ROWS, unknown)}[cell[0]]
    after = {score.hypothesis: score for score in scores(HYPOTHESES, ROWS, unknown | {cell: "N"})}[cell[0]]
    assert (after.unknown, after.most) == (before.unknown - 1, before.most - 2)


@given(SOME, ALL)
def test_an_order_that_is_settled_stays_whatever_the_unknown_marks_turn_out_to_be(marks, rest):
    if settled(scores(HYPOTHESES, ROWS, marks)):
        assert placed(rest | marks) == placed(marks)


@given(SOME, ALL)
def test_a_score_ends_up_between_its_least_and_its_most(marks, rest):
    bounds = {score.hypothesis: score for score in scores(HYPOTHESES, ROWS, marks)}
    for score in scores(HYPOTHESES, ROWS, rest | marks):
        assert bounds[score.hypothesis].least <= score.least <= bounds[score.hypothesis].most


@given(SOME, st.permutations(ROWS))
def test_the_order_of_the_rows_does_not_matter(marks, rows):
    assert scores(HYPOTHESES, rows, marks) == scores(HYPOTHESES, ROWS, marks)


@given(SOME, st.sampled_from(ROWS))
def test_leaving_out_a_row_that_is_neutral_throughout_changes_no_score(marks, row):
    marks = marks | {(hypothesis, row): "N" for hypothesis in HYPOTHESES}
    left = {score.hypothesis: score for score in without(row, HYPOTHESES, ROWS, marks)}
    for score in scores(HYPOTHESES, ROWS, marks):
        assert (left[score.hypothesis].least, left[score.hypothesis].most) == (score.least, score.most)


@given(ALL, st.sampled_from(ROWS))
def test_leaving_out_a_row_without_diagnosticity_leaves_the_order(marks, row):
    marks = marks | {(hypothesis, row): marks[1, row] for hypothesis in HYPOTHESES}
    others = [other for other in ROWS if other != row]
    assert diagnosticity(row, HYPOTHESES, marks) in (0, None)
    if all(any(marks[hypothesis, other] != "NA" for other in others) for hypothesis in HYPOTHESES):
        assert order_of(without(row, HYPOTHESES, ROWS, marks)) == placed(marks)


def order_of(found) -> list[list[int]]:
    return [sorted(score.hypothesis for score in equal) for equal in order(found)]


@pytest.mark.parametrize(
    ("marks", "apart"),
    [
        (("C", "C", "C"), 0),
        (("CC", "II", "N"), 4),
        (("C", "I", "NA"), 2),
        (("C", "NA", "NA"), None),
        (("C", "I", ""), None),
        (("C", "C", ""), None),
        (("", "", ""), None),
    ],
)
def test_a_row_tells_hypotheses_apart_as_far_as_its_marks_differ(marks, apart):
    assert diagnosticity(1, HYPOTHESES, across(*marks)) == apart


def test_without_the_row_on_which_all_hangs_the_order_turns():
    marks = {(1, 1): "II", (2, 1): "C", (1, 2): "C", (2, 2): "I"}
    assert order_of(scores([1, 2], [1, 2], marks)) == [[2], [1]]
    assert order_of(without(1, [1, 2], [1, 2], marks)) == [[1], [2]]


def test_reviewers_differ_where_both_marked_and_not_alike_and_furthest_apart_comes_first():
    ann = {(1, 1): "C", (2, 1): "I", (1, 2): "N", (2, 2): "II"}
    ben = {(1, 1): "N", (2, 1): "CC", (1, 2): "N"}
    found = splits([1, 2], [1, 2], {7: ann, 8: ben})
    assert [(split.hypothesis, split.row, split.spread) for split in found] == [(2, 1, 3), (1, 1, 1)]
    assert found[0].marks == {7: "I", 8: "CC"}


def test_who_differs_on_whether_a_piece_applies_at_all_is_no_number_of_steps_apart():
    found = splits([1], [1, 2], {7: {(1, 1): "CC", (1, 2): "NA"}, 8: {(1, 1): "II", (1, 2): "C"}})
    assert [(split.row, split.spread) for split in found] == [(1, 4), (2, None)]


@given(SOME)
def test_nobody_differs_from_oneself(marks):
    assert splits(HYPOTHESES, ROWS, {7: marks, 8: dict(marks)}) == []
