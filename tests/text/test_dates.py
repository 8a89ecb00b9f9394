from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.text import date_words
from claims.text.assertions import assertions
from claims.text.dates import dates
from claims.text.figures import figures

NOON = datetime(2022, 2, 24, 12)  # A Thursday.
WORDS = (
    "next last this Monday friday May march 5 23 31 2022 1999 the of from to until between and week month "
    "year day hours 3 pm 4:30 10/12 2022-02-24 ago later in two twenty first before after since every "
    "morning tonight - , @ / mid end Easter q1 9999 0001 30 February 99999 years Dec. half a quarter past"
)
PARTS = st.lists(st.sampled_from(WORDS.split(" "))).map(" ".join)


def said(text, now=NOON):
    return [(text[found.start : found.end], found.timex) for found in dates(text, now)]


@pytest.mark.parametrize(
    ("words", "timex"),
    [
        ("24 February 2022", "2022-02-24"),
        ("February 24, 2022", "2022-02-24"),
        ("the 24th of February", "XXXX-02-24"),
        ("Thursday, 24 Feb. 2022", "2022-02-24"),
        ("2022-02-24", "2022-02-24"),
        ("24/02/2022", "2022-02-24"),
        ("December 2021", "2021-12"),
        ("the 1990s", "(1990-01-01,2000-01-01,P10Y)"),
        ("yesterday", "2022-02-23"),
        ("next Monday", "2022-02-28"),
        ("last month", "2022-01"),
        ("three weeks ago", "2022-02-03"),
        ("the last week of January 2022", "2022-01-W05"),
        ("the first quarter of 2021", "(2021-01-01,2021-04-01,P3M)"),
        ("from 2014 to 2018", "(2014-01-01,2018-01-01,P4Y)"),
        ("between 3 March and 7 April 2020", "(2020-03-03,2020-04-07,P35D)"),
        ("since 2014", "2014"),
        ("two years and six months", "P2Y6M"),
        ("tomorrow at 5 pm", "2022-02-25T17"),
        ("from 2 to 4 pm", "(T14,T16,PT2H)"),
        ("half past three in the afternoon", "T15:30"),
        ("every Friday", "XXXX-WXX-5"),
        ("Easter 2022", "2022-04-17"),
    ],
)  # fmt: skip
def test_a_date_is_named_as_timex_does(words, timex):
    assert (words, timex) in [(found.removeprefix("the ") if not words.startswith("the ") else found, name)
                              for found, name in said(f"It happened {words}.")]  # fmt: skip


def test_days_of_a_span_are_known():
    (found,) = dates("It was quiet in May 2021.", NOON)
    assert (found.begin, found.until) == (datetime(2021, 5, 1), datetime(2021, 6, 1))


def test_a_month_that_is_a_word_stays_a_word():
    assert said("They may march on, he said, and the sun may fall.") == []


def test_a_number_is_not_a_year():
    assert said("They lost 2000 men and 1990 tanks.") == []


def test_a_day_that_does_not_exist_is_not_made_up():
    assert all(found.begin != datetime(2022, 3, 2) for found in dates("on 30 February 2022", NOON))


@pytest.mark.parametrize("year", [1818, 2008, 2019, 2285])
def test_easter_falls_on_the_days_that_tables_give(year):
    # Extremes from Meeus, Astronomical Algorithms, 1991, p. 68.
    days = {1818: date(1818, 3, 22), 2008: date(2008, 3, 23), 2019: date(2019, 4, 21), 2285: date(2285, 3, 22)}
    from claims.text.calendar_values import easter

    assert easter(year) == days[year]


@given(PARTS | st.text(), st.datetimes())
def test_dates_stand_in_order_in_any_text(text, now):
    reached = 0
    for found in dates(text, now):
        assert reached <= found.start < found.end <= len(text)
        assert found.begin is None or found.until is None or found.begin <= found.until
        reached = found.end


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("It was a turning moment on 20 February 2023.", [("20 February 2023", "2023-02-20")]),
        ("On Monday, the present government said so.", [("Monday", "XXXX-WXX-1")]),
        ("A moment ago the army left.", []),
        ("It stood from 2014 to the present.", [("from 2014 to the present", "(2014-01-01,2022-02-24,P2976D)")]),
        ("It stands at present, since 2014.", [("since 2014", "2014")]),
        ("It pays on the 19th of every month.", [("the 19th of every month", "XXXX-XX-19")]),
        ("It pays on 1st of each month.", [("1st of each month", "XXXX-XX-01")]),
        ("It pays monthly.", [("monthly", "P1M")]),
        ("It meets bi-weekly at 5 pm.", [("bi-weekly", "P2W"), ("5 pm", "T17")]),
        ("On the evening of 9999-12-31 it ended.", [("evening of 9999-12-31", "9999-12-31TEV")]),
    ],
)
def test_words_of_time_mean_something_only_together(sentence, told):
    assert [(sentence[each.start : each.end], each.timex) for each in dates(sentence, NOON, bare=False)] == told


def test_the_present_needs_a_day_to_count_from():
    (figure,) = figures("It stood from 1990 to the present.")
    assert (figure.timex, figure.ends) == ("", None)


FIGURES = (
    "q1 h2 fy 2020 2030 1999 9999 5 12 24 31 60 19th 1st 3.5 1/2 2020-02-30 10:30 2:30 pm a.m. 20220230 0001-01-01 "
    "9999-12-31 0 100 1000 4,000,000 ½ - – , / . @ > < >= 3h 5min T 2010s $ % men said that"
)
VOCABULARY = [*date_words.WORDS, *date_words.HOLIDAYS, *FIGURES.split(" ")]
SENTENCES = st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=8).map(" ".join)


@given(SENTENCES, st.none() | st.dates())
def test_no_words_of_time_in_any_order_break_the_reading(sentence, today):
    figures(sentence, today)
    list(assertions(f"It was {sentence}."))
