from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.text.assertions import assertions
from claims.text.told_days import as_of, resolves_on

PUBLISHED = date(2023, 2, 25)  # A Saturday.
PIECES = (
    "The army will . has on by before in 2030 20 February 29 Monday last next month week it is planned that said "
    "5,000 men was killed from to 1999 9999-12-31 0001-01-01 the end of since"
)


def told(text, today=None):
    (found,) = assertions(text, today)
    return found.kind, as_of(text, found, today), resolves_on(text, found, today)


@pytest.mark.parametrize(
    ("sentence", "day"),
    [
        ("Russia plans to absorb the enclave by 2030.", date(2030, 12, 31)),
        ("Finland intends to build a fence by the end of June 2026.", date(2026, 6, 30)),
        ("A paper leaked in May 2021 plans to build a port by 2028.", date(2028, 12, 31)),
        ("The ministry said on 20 February 2023 that it plans to build a port by 2028.", date(2028, 12, 31)),
        ("Russia plans to build a port by next year.", None),
        ("Russia plans to build a port after 2030.", None),
        ("Russia plans to build a port.", None),
    ],
)
def test_a_plan_resolves_on_the_last_day_it_names(sentence, day):
    assert told(sentence) == ("plan", None, day)


@pytest.mark.parametrize(
    ("sentence", "day"),
    [
        ("The army shelled the town on 20 February 2023.", date(2023, 2, 20)),
        ("The army lost 300 men in May 2021.", date(2021, 5, 31)),
        ("The army shelled the town in 2021.", None),
        ("The army shelled the town on 20 February.", None),
        ("The army shelled the town on Monday.", None),
        ("The army shelled the town last week.", None),
        ("The army shelled the town two weeks ago.", None),
        ("The army shelled the town on 2 June 2021 and on 3 July 2022.", None),
    ],
)
def test_what_happened_is_as_of_the_one_full_day_or_month_it_names(sentence, day):
    assert told(sentence)[1:] == (day, None)


@pytest.mark.parametrize(
    ("sentence", "day"),
    [
        ("The army shelled the town on 20 February.", date(2023, 2, 20)),
        ("The army shelled the town on 28 February.", date(2022, 2, 28)),
        ("The army shelled the town on Monday.", date(2023, 2, 20)),
        ("The army shelled the town on Saturday.", PUBLISHED),
        ("The army shelled the town yesterday.", date(2023, 2, 24)),
        ("The army shelled the town two weeks ago.", date(2023, 2, 11)),
        ("The army shelled the town on 29 February.", None),
        ("The army shelled the town in December.", date(2022, 12, 31)),
    ],
)
def test_days_without_a_year_are_the_last_before_the_text_was_published(sentence, day):
    assert told(sentence, PUBLISHED)[1:] == (day, None)


def test_a_plan_for_next_year_is_counted_from_when_the_text_was_published():
    assert told("Russia plans to build a port by next year.", PUBLISHED)[2] == date(2024, 12, 31)
    assert told("Russia plans to build a port by 2020.", PUBLISHED)[2] is None


@given(st.lists(st.sampled_from(PIECES.split(" "))).map(" ".join), st.none() | st.dates())
def test_no_text_breaks_the_telling_of_days(text, today):
    for found in assertions(text, today):
        as_of(text, found, today)
        resolves_on(text, found, today)
