"""Agreement, against the worked examples of those who wrote the coefficients, and what must hold of all of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.weighing.agreement import (
    alpha,
    interval,
    kappa,
    off_scale,
    on_scale,
    patterns_of,
    percent,
    size_of,
    unanimous,
)


def rated(*observers: str) -> list[list[int | None]]:
    """The units, from a row of answers for each observer; a dot is a missing answer."""
    rows = [[None if answer == "." else int(answer) for answer in row.split()] for row in observers]
    return [list(unit) for unit in zip(*rows, strict=True)]


# Krippendorff 2011, example C: four observers, twelve units, and values missing.
KRIPPENDORFF = rated(
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
)

# Cohen 1960, table 1: 200 subjects, whom two judges put into three categories.
COHEN = {
    (one, other): count
    for one, row in enumerate([[88, 10, 2], [14, 40, 6], [18, 10, 12]])
    for other, count in enumerate(row)
}

answers = st.sampled_from([1, 2, 3, 8, 9, None])
units_of_answers = st.lists(st.lists(answers, max_size=5), max_size=30)
ORDER = [1, 2, 3]


# published examples


def test_krippendorffs_example_with_missing_values_comes_out_as_published():
    patterns = patterns_of(KRIPPENDORFF)
    assert alpha(patterns) == pytest.approx(0.743, abs=0.0005)
    assert alpha(patterns, [1, 2, 3, 4, 5]) == pytest.approx(0.815, abs=0.0005)
    assert size_of(patterns) == (11, 40), "the unit that one observer alone has seen is left out"


def test_the_example_of_wikipedia_comes_out_as_published():
    # en.wikipedia.org/wiki/Krippendorff's_alpha, "A computational example": three coders, fifteen units
    units = rated(". . . . . 3 4 1 2 1 1 3 3 . 3", "1 . 2 1 3 3 4 3 . . . . . . .", ". . 2 1 3 4 4 . 2 1 1 3 3 . 4")
    assert alpha(patterns_of(units)) == pytest.approx(0.691, abs=0.0005)
    assert size_of(patterns_of(units)).answers == 26


def test_cohens_example_comes_out_as_published():
    assert kappa(COHEN) == pytest.approx(0.492, abs=0.0005)


@pytest.mark.parametrize(
    ("table", "published"), [((20, 5, 10, 15), 0.4), ((45, 15, 25, 15), 0.1304), ((25, 35, 5, 35), 0.2593)]
)
def test_the_kappas_of_wikipedia_come_out_as_published(table, published):
    # en.wikipedia.org/wiki/Cohen's_kappa, "Examples"
    cells = [("yes", "yes"), ("yes", "no"), ("no", "yes"), ("no", "no")]
    assert kappa(dict(zip(cells, table, strict=True))) == pytest.approx(published, abs=0.0005)


def test_two_observers_without_gaps_come_out_by_hand():
    # Krippendorff 2011, example A: two observers, ten units, two values; alpha is .095.
    units = rated("0 1 0 0 0 0 0 0 1 0", "1 1 1 0 0 1 0 0 0 0")
    assert alpha(patterns_of(units)) == pytest.approx(0.095, abs=0.0005)
    assert percent(patterns_of(units)) == pytest.approx(0.6)


# what is undefined


@pytest.mark.parametrize("units", [[], [[]], [[1]], [[1], [2], [None, 3]], [[1, 1], [1, 1]]])
def test_where_there_is_nothing_to_tell_apart_alpha_is_undefined(units):
    patterns = patterns_of(units)
    assert alpha(patterns) is None
    assert alpha(patterns, ORDER) is None
    assert interval(patterns) is None


def test_percent_agreement_needs_two_answers_to_a_unit():
    assert percent(patterns_of([[1], [2]])) is None
    assert percent(patterns_of([[1, 1]])) == 1


@pytest.mark.parametrize("table", [{}, {(1, 1): 7}])
def test_kappa_is_undefined_where_chance_alone_would_say_the_same(table):
    assert kappa(table) is None


def test_two_who_never_say_the_same_agree_less_than_chance():
    assert kappa({(1, 2): 5, (2, 1): 5}) == -1
    found = alpha(patterns_of([[1, 2]] * 10))
    assert found is not None
    assert found < 0


# off the scale


def test_answers_off_the_scale_are_no_middle_value():
    """“Not enough evidence” beside “refuted” is a difference by name, and none in the order."""
    named = patterns_of([[1, 9], [3, 9], [1, 1], [3, 3]])
    assert alpha(named, ORDER) == 1
    found = alpha(named)
    assert found is not None
    assert found < 1
    assert off_scale(named, ORDER) == 0.25
    assert size_of(on_scale(named, ORDER)) == (2, 4)


def test_far_apart_on_the_scale_is_worse_than_near():
    rest = [[1, 1], [2, 2], [3, 3]] * 5
    near, far = (alpha(patterns_of([pair, *rest]), ORDER) for pair in ([1, 2], [1, 3]))
    assert near is not None
    assert far is not None
    assert near > far


def test_nobody_answered_and_no_share_is_off_the_scale():
    assert off_scale(patterns_of([[9]]), ORDER) is None


# counting


def test_every_unit_counts_as_one_in_percent_agreement():
    assert percent(patterns_of([[1, 1], [1, 2, 3, 4]])) == pytest.approx(0.5)
    assert unanimous(patterns_of([[1, 1], [1, 2, 3, 4], [5]])) == 1


@given(units_of_answers, st.data())
def test_the_order_of_units_and_of_reviewers_does_not_matter(units, data):
    shuffled = [data.draw(st.permutations(unit)) for unit in data.draw(st.permutations(units))]
    one, other = patterns_of(units), patterns_of(shuffled)
    assert alpha(one) == alpha(other)
    assert alpha(one, ORDER) == alpha(other, ORDER)
    assert interval(one, draws=20) == interval(other, draws=20)
    assert percent(one) == pytest.approx(percent(other))


@given(units_of_answers, st.sampled_from([1, 2, 3, 8, 9]))
def test_a_unit_with_one_answer_changes_nothing(units, answer):
    one, other = patterns_of(units), patterns_of([*units, [answer], [None], []])
    assert (alpha(one), alpha(one, ORDER), percent(one)) == (alpha(other), alpha(other, ORDER), percent(other))
    assert size_of(one) == size_of(other)
    assert off_scale(one, ORDER) == off_scale(other, ORDER)


@given(units_of_answers, st.permutations([1, 2, 3, 8, 9]))
def test_what_the_categories_are_called_does_not_matter_to_nominal_alpha(units, names):
    called = dict(zip([1, 2, 3, 8, 9], names, strict=True)) | {None: None}
    renamed = [[called[answer] for answer in unit] for unit in units]
    assert alpha(patterns_of(units)) == pytest.approx(alpha(patterns_of(renamed)))


@given(units_of_answers)
def test_from_which_end_the_scale_is_read_does_not_matter(units):
    patterns = patterns_of(units)
    assert alpha(patterns, ORDER) == pytest.approx(alpha(patterns, ORDER[::-1]))


@given(st.lists(st.tuples(st.sampled_from([1, 2, 3]), st.integers(2, 4)), max_size=20))
def test_full_agreement_is_one(said):
    patterns = patterns_of([[answer] * people for answer, people in [*said, (1, 2), (3, 2)]])
    assert alpha(patterns) == alpha(patterns, ORDER) == percent(patterns) == 1


@given(st.dictionaries(st.tuples(st.integers(1, 4), st.integers(1, 4)), st.integers(1, 20), max_size=12))
def test_kappa_is_the_same_from_either_side_and_at_most_one(table):
    found = kappa(table)
    assert found == kappa({(other, one): count for (one, other), count in table.items()})
    assert found is None or found <= 1


@given(units_of_answers)
def test_alpha_is_at_most_one(units):
    for order in (None, ORDER):
        found = alpha(patterns_of(units), order)
        assert found is None or found <= 1


# the interval


def test_the_same_seed_gives_the_same_interval_and_another_another():
    patterns = patterns_of(KRIPPENDORFF)
    assert interval(patterns) == interval(patterns)
    assert interval(patterns, seed=2) != interval(patterns, seed=3)


def test_the_interval_is_about_the_coefficient_and_narrows_with_more_units():
    few, many = patterns_of(KRIPPENDORFF), patterns_of(KRIPPENDORFF * 100)
    for order in (None, [1, 2, 3, 4, 5]):
        wide, narrow, middle = interval(few, order), interval(many, order), alpha(many, order)
        assert wide is not None
        assert narrow is not None
        assert middle is not None
        assert wide.low < narrow.low < middle < narrow.high < wide.high
        assert narrow.high - narrow.low < (wide.high - wide.low) / 5


def test_the_interval_is_that_of_drawing_the_units_themselves():
    """Drawing how often each pattern comes is the same as drawing unit by unit: checked on a case known exactly.

    Of n units a share q are alike ("1 1" and "2 2" by halves), the others are "1 2". Alpha is then close to
    2q - 1, and q varies as a binomial share does: 95 % lie within 1.96 standard deviations.
    """
    n, q = 4000, 0.8
    found = interval({(1, 1): int(n * q / 2), (2, 2): int(n * q / 2), (1, 2): round(n * (1 - q))}, draws=2000)
    spread = 2 * 1.96 * (q * (1 - q) / n) ** 0.5
    assert found is not None
    assert found.low == pytest.approx(2 * q - 1 - spread, abs=0.004)
    assert found.high == pytest.approx(2 * q - 1 + spread, abs=0.004)


def test_one_unit_has_no_interval():
    assert interval(patterns_of([[1, 2]])) is None


@pytest.mark.parametrize("patterns", [{(1, 1): 1, (2, 2): 1}, {(1, 1): 10_000, (3, 3): 1}, {(1, 1): 2, (2,): 5}])
def test_where_many_draws_have_one_category_alone_there_is_no_interval(patterns):
    assert interval(patterns) is None


@pytest.mark.timeout(120)
def test_a_hundred_thousand_claims_of_three_reviewers_do_not_hang():
    """`bench_agreement` measures it; here only that no draw goes through the claims."""
    patterns = {(a, b, c): 700 for a in range(5) for b in range(a, 5) for c in range(b, 5)}
    assert interval(patterns) is not None
    assert interval(patterns, [0, 1, 2]) is not None
