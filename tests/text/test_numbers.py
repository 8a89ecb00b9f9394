from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.text.numbers import numbers

WORDS = (
    "one two twelve twenty twenty-five hundred thousand million and a half quarter thirds point zero minus "
    "dozen in of first third 1 2.5 1,000 1/2 ½ 10k 1e3 -4 , . - / % 0 000 999 e ^ x10^"
)
PARTS = st.lists(st.sampled_from(WORDS.split(" "))).map(" ".join)


def values(text):
    return [float(number.value) for number in numbers(text) if not number.ordinal]


@pytest.mark.parametrize(
    ("said", "value"),
    [
        # The ways numerals are built: Huddleston and Pullum, The Cambridge Grammar of the English Language, 2002.
        ("twenty-one", 21),
        ("a hundred and one", 101),
        ("three hundred and sixty-five", 365),
        ("two thousand and five", 2005),
        ("one hundred and fifty thousand", 150_000),
        ("two million three hundred thousand", 2_300_000),
        ("one and a half million", 1_500_000),
        ("half a million", 500_000),
        ("a million and a half", 1_500_000),
        ("two-thirds", 2 / 3),
        ("three quarters", 0.75),
        ("four dozen", 48),
        ("a dozen", 12),
        ("zero point two five", 0.25),
        ("minus seven", -7),
        ("one in four", 0.25),
        ("48,000", 48_000),
        ("1.5 million", 1_500_000),
        ("2.8bn", 2_800_000_000),
        ("10k", 10_000),
        ("1 234 567", 1_234_567),
        ("1.234,5", 1_234.5),
        ("3½", 3.5),
        ("-12", -12),
        ("6.02x10^23", 6.02e23),
    ],
)  # fmt: skip
def test_a_number_is_read_as_it_is_said(said, value):
    assert values(f"There were {said}.") == [pytest.approx(value)]


def test_ordinals_are_told_from_fractions():
    found = numbers("The twenty-first brigade and two thirds of the 33rd")
    assert [(float(number.value), number.ordinal) for number in found] == [
        (21.0, True),
        (pytest.approx(2 / 3), False),
        (33.0, True),
    ]


def test_two_numbers_side_by_side_stay_two():
    assert values("between three and four million") == [3, 4_000_000]
    assert values("1999, 20") == [1999, 20]


def test_a_dash_between_figures_is_no_minus():
    assert values("300-400 or 300 -400") == [300, 400, 300, 400]


def test_letters_with_figures_in_them_are_names():
    assert values("The B2b and Üone and someone's") == []


@given(PARTS | st.text())
def test_numbers_stand_in_order_in_any_text(text):
    found = numbers(text)
    reached = 0
    for number in found:
        assert reached <= number.start < number.end <= len(text)
        assert isinstance(number.value, Decimal)
        assert number.value.is_finite()
        reached = number.end
