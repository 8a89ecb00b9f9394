"""Times counted in steps are read back to within five in a hundred."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.weighing.pace import LAST, SHORTEST, quartiles, seconds_of, step_of


@given(st.floats(min_value=SHORTEST, max_value=1e11))
def test_a_time_is_read_back_to_within_five_in_a_hundred(seconds):
    assert seconds_of(step_of(seconds)) == pytest.approx(seconds, rel=0.05)


@pytest.mark.parametrize("seconds", [-5.0, 0.0, 59.9])
def test_whatever_is_quicker_than_a_minute_is_of_one_step(seconds):
    assert step_of(seconds) == 0


def test_no_time_is_too_long():
    assert step_of(1e30) == LAST


def test_no_times_have_no_quartiles():
    assert quartiles({}) is None


def test_the_quartiles_of_four_times_are_the_first_the_second_and_the_third():
    hours = [3600.0 * n for n in (1, 2, 30, 400)]
    found = quartiles({step_of(seconds): 1 for seconds in hours})
    assert found is not None
    assert found == pytest.approx(hours[:3], rel=0.05)


@given(st.lists(st.floats(min_value=0, max_value=1e8), min_size=1, max_size=60))
def test_quartiles_rise_and_lie_among_the_times(times):
    steps: dict[int, int] = {}
    for seconds in times:
        steps[step_of(seconds)] = steps.get(step_of(seconds), 0) + 1
    found = quartiles(steps)
    assert found is not None
    assert min(map(step_of, times)) <= step_of(found.low)
    assert found.low <= found.median <= found.high
    assert step_of(found.high) <= max(map(step_of, times))
