"""Units: one of a kind is converted into another exactly, and what the table does not know is a kind of its own."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.weighing.units import KNOWN, TABLE, folded, unit


@pytest.mark.parametrize(
    ("one", "other", "times"),
    [
        ("km", "metres", "1000"), ("mile", "km", "1.609344"), ("square miles", "km²", "2.589988110336"),
        ("tonnes", "kg", "1000"), ("short tons", "lb", "2000"), ("hours", "minutes", "60"), ("GWh", "MWh", "1000"),
        ("million people", "persons", "1000000"), ("thousand soldiers", "soldier", "1000"), ("mln", "mln", "1"),
        ("billion euros", "million euro", "1000"), ("sq km", "hectares", "100"), ("feet", "inches", "12"),
    ],
)  # fmt: skip
def test_one_of_the_first_is_so_many_of_the_other(one, other, times):
    assert unit(one).kind == unit(other).kind
    assert abs(unit(one).factor / unit(other).factor - Decimal(times)) < Decimal("1e-12")


@pytest.mark.parametrize(
    ("one", "other"), [("men", "vehicles"), ("EUR", "USD"), ("km", "km2"), ("", "men"), ("m", "m2")]
)
def test_what_counts_different_things_is_of_different_kinds(one, other):
    assert unit(one).kind != unit(other).kind


@pytest.mark.parametrize(("one", "other"), [("Soldiers", "soldier"), ("The  Men", "men"), ("véhicules", "vehicule")])
def test_spelling_does_not_matter(one, other):
    assert unit(one) == unit(other)


def test_no_spelling_stands_twice_in_the_table():
    words = [each for units in TABLE.values() for _factor, spellings in units for each in spellings.split()]
    spellings = [folded(each.replace("_", " ")) for each in words]
    assert len(spellings) == len(set(spellings)) == len(KNOWN)


@given(st.sampled_from(sorted(KNOWN)), st.decimals(min_value=1, max_value=10**9, places=3))
def test_converting_there_and_back_gives_the_same_figure(name, value):
    factor = unit(name).factor
    assert abs(value * factor / factor - value) < Decimal("1e-9")
