"""Figures compared: only those that count the same, and never more said than the ranges say."""

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.weighing.figures import Figure, compare, series_key, state_of

DAY, LATER = datetime.date(2023, 2, 20), datetime.date(2023, 5, 1)


def figure(low: str = "", high: str = "", unit: str = "men", **fields) -> Figure:
    ends = {"low": Decimal(low) if low else None, "high": Decimal(high) if high else None}
    return Figure(**{"measure": "strength", "entity": "The army", "unit": unit} | ends | fields)


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        (figure("48000", "48000"), figure("48000", "48000"), "agrees"),
        (figure("100000", "150000"), figure("120000", "120000"), "agrees"),
        (figure("100000", "150000"), figure("140000", "200000"), "overlaps"),
        (figure("48000", "48000"), figure("52000", "52000"), "contradicts"),
        (figure("48000", "48000", as_of=DAY), figure("52000", "52000", as_of=LATER), "other_date"),
        (figure("48000", "48000", as_of=DAY), figure("52000", "52000"), "contradicts"),
        (figure("50000"), figure("52000", "52000"), "agrees"),
        (figure("", "50000"), figure("52000", "52000"), "contradicts"),
        (figure("48", "48", "thousand men"), figure("48000", "48000"), "agrees"),
        (figure("100", "100", "miles"), figure("161", "161", "km"), "agrees"),
        (figure("100", "100", "miles"), figure("170", "170", "km"), "contradicts"),
    ],
)
def test_how_two_figures_stand_to_each_other(one, other, kind):
    assert compare(one, other) == kind
    assert compare(other, one) == kind


@pytest.mark.parametrize("other", [
    figure("1", "1", measure="losses"), figure("1", "1", entity="The border guard"), figure("1", "1", "vehicles"),
    figure("", ""), figure("1", "1", place="Minsk"),
])  # fmt: skip
def test_what_counts_something_else_is_never_compared(other):
    assert compare(figure("48000", "48000", place="Brest"), other) is None


def test_a_person_may_say_that_two_count_different_things():
    assert compare(figure("1", "1"), figure("9", "9"), told_apart=True) == "other_definition"


def test_case_accents_articles_and_plurals_do_not_tell_figures_apart():
    assert series_key(figure(entity="the Army")) == series_key(figure(entity="army", unit="man"))
    assert series_key(figure(entity="army")) != series_key(figure(entity="navy"))


def test_the_state_of_a_series_is_the_worst_of_its_pairs():
    same = [figure("48000", "48000"), figure("48000", "48000")]
    assert state_of(same[:1]) == "alone"
    assert state_of(same) == "agrees"
    later = figure("52000", "52000", as_of=LATER)
    assert state_of([figure("48000", "48000", as_of=DAY), later]) == "drifts"
    assert state_of([*same, later]) == "contradicts"
    assert state_of([same[0], later], [frozenset({0, 1})]) == "agrees"


ENDS = st.integers(0, 2000).map(Decimal)


@st.composite
def figures(draw: st.DrawFn) -> Figure:
    low, high = sorted([draw(ENDS), draw(ENDS)])
    day = draw(st.sampled_from([None, DAY, LATER]))
    return Figure("strength", draw(st.sampled_from([low, None])), high, "men", "army", "", day)


@given(figures(), figures())
def test_which_of_two_comes_first_does_not_matter(one, other):
    assert compare(one, other) == compare(other, one)


@given(figures(), figures())
def test_counting_in_thousands_changes_nothing_where_both_do(one, other):
    def thousands(each: Figure) -> Figure:
        low, high = (end if end is None else end / 1000 for end in (each.low, each.high))
        return Figure(each.measure, low, high, "thousand men", each.entity, each.place, each.as_of)

    assert compare(thousands(one), thousands(other)) == compare(one, other)
