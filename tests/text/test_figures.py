from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.text.figures import figures
from claims.text.predictions import KINDS, predict

WORDS = (
    "about at least up to more than between and from 5 1,200 3.5 million tens of thousands nearly all half "
    "percent % $ €2bn dollars 50 cents km/h -strong men 48,000-strong year old 45 °C feet 6 in USD three "
    "dozen or more than 2030 May 2021 to - – ( ) http://x.y/1 \ud800 \u0663 ١٢ ² one"
)
PARTS = st.lists(st.sampled_from(WORDS.split(" "))).map(" ".join)


def found(text, today=None):
    return [
        (text[figure.start : figure.end], figure.kind, figure.low, figure.high, figure.unit or figure.counted)
        for figure in figures(text, today)
    ]


@pytest.mark.parametrize(
    ("sentence", "low", "high", "of"),
    [
        ("Between 90,000 and 120,000 reservists were called.", 90_000, 120_000, "reservists"),
        ("The corps has 100,000 to 150,000 men.", 100_000, 150_000, "men"),
        ("A 48,000-strong army stands ready.", 48_000, 48_000, "army"),
        ("A 12,000-strong border guard will be formed.", 12_000, 12_000, "border guard"),
        ("The 300-strong state security service left.", 300, 300, "state security service"),
        ("It cost between €2 million and €3 million.", 2_000_000, 3_000_000, "EUR"),
        ("Between 10 km and 20 km were mined.", 10, 20, "kilometer"),
        ("Up to 5,000 troops crossed.", None, 5_000, "troops"),
        ("At least 300 people died.", 300, None, "people"),
        ("Between 3 and 4 million people fled.", 3_000_000, 4_000_000, "people"),
        ("Tens of thousands of people marched.", 20_000, None, "people"),
        ("No more than a dozen young officers stayed.", None, 12, "young officers"),
        ("It lost 1,500 or more vehicles.", 1_500, None, "vehicles"),
        ("Unemployment rose to 5-6 percent.", 5, 6, "percent"),
        ("It cost $3-4 billion.", 3_000_000_000, 4_000_000_000, "$"),
        ("It cost €2.8bn.", 2_800_000_000, 2_800_000_000, "EUR"),
        ("He paid 40 Swiss francs.", 40, 40, "CHF"),
        ("Half of the voters came.", Decimal("0.5"), Decimal("0.5"), "share"),
        ("Nearly all of the tanks burned.", None, 1, "share"),
        ("The gun fires 155mm shells.", 155, 155, "millimeter"),
        ("It flies at 900 km/h.", 900, 900, "kilometer per hour"),
        ("A 45-year-old driver was hurt.", 45, 45, "year"),
        ("It was -12 °C.", -12, -12, "C"),
    ],
)  # fmt: skip
def test_a_quantity_is_found_with_its_ends_and_what_it_counts(sentence, low, high, of):
    assert [(figure[2], figure[3], figure[4]) for figure in found(sentence)] == [(low, high, of)]


@pytest.mark.parametrize(
    ("sentence", "ends"),
    [
        ("The garrison grew from 800 to 1,900 men.", [("800", "men"), ("1,900", "men")]),
        ("Losses rose sharply from 5 to 7 tanks.", [("5", "tanks"), ("7", "tanks")]),
        ("It ran between €5 and $7.", [("€5", "EUR"), ("$7", "$")]),
    ],
)
def test_a_change_and_two_currencies_are_no_range(sentence, ends):
    assert [(text, of) for text, _, _, _, of in found(sentence)] == ends


@pytest.mark.parametrize("word", ["some", "about", "roughly", "an estimated", "nearly"])
def test_words_of_doubt_make_a_figure_approximate(word):
    (figure,) = figures(f"They counted {word} 300 tents.")
    assert figure.approximate


def test_a_date_is_no_number():
    assert found("The plan, by 2030, is secret.")[0][:2] == ("by 2030", "date")
    kinds = [(text, kind) for text, kind, *_ in found("By 2030, it will have 5 brigades, he said on 12 May 2021.")]
    assert kinds == [("By 2030", "date"), ("5", "number"), ("12 May 2021", "date")]


def test_relative_dates_need_a_day_to_count_from():
    sentence = "The troops arrived yesterday."
    (with_day,), (without,) = figures(sentence, date(2022, 2, 25)), figures(sentence)
    assert (with_day.begins, with_day.ends, with_day.timex) == (date(2022, 2, 24), date(2022, 2, 24), "2022-02-24")
    assert (without.begins, without.ends, without.timex) == (None, None, "")


def test_the_days_of_a_plan_are_known_without_one():
    (figure,) = figures("The plan runs from 2025 to the end of 2030.")
    assert (figure.begins, figure.ends) == (date(2025, 1, 1), date(2030, 12, 31))


def test_names_and_addresses_hold_no_figures():
    assert found("The T-72 is at https://example.org/2021/05?x=300 and nobody counts one of them.") == []


def test_the_same_text_gives_the_same_figures():
    text = "Some 300 to 400 men, two thirds of them new, came in May 2021 for $5 million."
    assert figures(text) == figures(text)


@given(PARTS | st.text())
def test_figures_of_any_text_are_in_order_and_apart(text):
    reached = 0
    for figure in figures(text):
        assert reached <= figure.start < figure.end <= len(text)
        assert figure.low is None or figure.high is None or figure.low <= figure.high
        assert figure.begins is None or figure.ends is None or figure.begins <= figure.ends
        reached = figure.end


@given(PARTS | st.text(), st.sampled_from(KINDS))
def test_every_kind_can_be_asked_of_any_text(text, kind):
    for span in predict(text, kind, "2022-02-24T12:00:00"):
        assert 0 <= span["start"] < span["end"] <= len(text)


@pytest.mark.parametrize(
    ("kind", "text", "answer"),
    [
        ("number", "She has 12 cats.", {"start": 8, "end": 10, "value": "12"}),
        ("ordinal", "the ninth day", {"start": 4, "end": 9, "value": "9"}),
        ("percent", "up 7%", {"start": 3, "end": 5, "value": "7%"}),
        ("number_range", "more than 40", {"start": 0, "end": 12, "value": "(40,)"}),
        ("currency", "EUR 90", {"start": 0, "end": 6, "value": "90"}),
        ("dimension", "a 9 km march", {"start": 2, "end": 6, "value": "9"}),
        ("age", "aged 81", {"start": 0, "end": 7, "value": "81"}),
        ("temperature", "at 19 degrees Celsius", {"start": 3, "end": 21, "value": "19"}),
        ("datetime", "on 2 May 2021", {"start": 3, "end": 13, "value": "2021-05-02"}),
    ],
)  # fmt: skip
def test_one_kind_is_given_in_the_form_of_the_test_sets(kind, text, answer):
    (span,) = predict(text, kind)
    assert span.items() >= answer.items()


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="none of the kinds"):
        predict("12", "colour")


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "piece", ["1", "1,", "1.", " 1", "-1", "twenty-", "$1 ", "one and ", "1 to ", "Monday ", "\u00a0", "1/"]
)
def test_texts_made_to_be_slow_do_not_hang(piece):
    text = (piece * 100_000)[:100_000]
    assert all(0 <= found.start < found.end <= len(text) for found in figures(text))
