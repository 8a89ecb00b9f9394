"""Ranges on an axis: each stands where it says, and the ticks are round."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.weighing.plots import LEAST, plotted, traced

ENDS = st.floats(-1e9, 1e9, allow_nan=False).map(lambda end: round(end, 2))


@given(st.lists(st.tuples(ENDS, ENDS).map(lambda pair: tuple(sorted(pair))), min_size=1, max_size=40))
def test_every_bar_lies_within_the_plot_in_the_order_of_its_figures(ranges):
    plot = plotted(ranges)
    assert len(plot.bars) == len(ranges)
    for bar in plot.bars:
        assert -0.01 <= bar.start <= 100
        assert LEAST <= bar.width <= 100.01
    for (low, _high), bar in zip(ranges, plot.bars, strict=True):
        for (other, _end), that in zip(ranges, plot.bars, strict=True):
            assert low > other or bar.start <= that.start + 0.01
    assert all(0 <= place <= 100 for place, _tick in plot.ticks)


def test_ticks_are_round_figures():
    ticks = [tick for _place, tick in plotted([(48_000, 48_000), (100_000, 150_000)]).ticks]
    assert ticks == [50_000, 100_000, 150_000]


def test_very_different_figures_stand_on_an_axis_of_powers_of_ten():
    plot = plotted([(3, 3), (40_000, 50_000)])
    assert plot.in_powers
    assert [tick for _place, tick in plot.ticks] == [10, 100, 1_000, 10_000]


@pytest.mark.parametrize("pair", [(5e-324, 1.0), (1.0, 1.7e308)])
def test_figures_at_the_edge_of_what_can_be_counted_have_an_axis_too(pair):
    plot = plotted([pair])
    assert plot.in_powers
    assert all(0 <= place <= 100 and tick > 0 for place, tick in plot.ticks)


def test_an_open_end_reaches_the_edge():
    at_least, at_most = plotted([(50, None), (None, 60)]).bars
    assert at_least.open_high
    assert at_least.start + at_least.width == 100
    assert at_most.open_low
    assert at_most.start == 0


@pytest.mark.parametrize("ranges", [[], [(None, None)], [(1, 2), (None, None)]])
def test_without_a_figure_there_is_no_plot(ranges):
    with pytest.raises(ValueError, match=r"figure|end"):
        plotted(ranges)


def test_a_line_has_a_point_for_each_value_and_a_gap_where_there_is_none():
    trace = traced([0.5, 0.75, None, 1.0, 0.0], ["a", "b", "", "d", "e"])
    assert [said for _x, _y, said in trace.points] == ["a", "b", "d", "e"]
    assert trace.path.count("M") == 2, "it begins again after the gap"
    assert trace.path.count("L") == 2


@given(st.lists(st.one_of(st.none(), st.floats(min_value=-1, max_value=1)), max_size=40))
def test_a_line_lies_within_its_drawing_and_higher_values_stand_higher(values):
    trace = traced(values, ["" for _ in values])
    shown = [value for value in values if value is not None]
    for (x, y, _said), value in zip(trace.points, shown, strict=True):
        assert 0 <= x <= trace.width
        assert 0 <= y <= trace.height
        assert all(y <= other for (_x, other, _s), lower in zip(trace.points, shown, strict=True) if lower < value)
    assert [level for _y, level in trace.levels][:3] == ["1", "0.5", "0"]
