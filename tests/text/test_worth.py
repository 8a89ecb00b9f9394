import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.text.vocabulary import LISTS
from claims.text.worth import SIGNS, THRESHOLD, WORDINGS, worth

WORTHY = [
    "The ministry says 3,400 reservists were called up in March.",
    "Inflation fell to 4.2% in May, from 6% a year earlier.",
    "According to a leaked document, the port is to be handed over by 2028.",
    "Two officials who asked not to be named said the convoy had crossed the border.",
    "Norland has massed troops and tanks near the crossing, the governor claimed.",
    "Officials reportedly warned of an attack in the coming weeks.",
    "He voted against the bill twice.",
]
UNWORTHY = [
    "Why would anyone believe this?",
    "I think the plan is a mistake.",
    "We must stand together.",
    "Send your comments to the editor.",
    "Thank you all for coming this evening.",
    "Perhaps it would be better to wait.",
    "Well, you know how it is.",
]


def codes(sentence):
    return [reason.code for reason in worth(sentence).reasons]


@pytest.mark.parametrize("sentence", WORTHY)
def test_what_can_be_checked_is_worth_checking(sentence):
    assert worth(sentence).score >= THRESHOLD


@pytest.mark.parametrize("sentence", UNWORTHY)
def test_opinions_questions_demands_instructions_and_thanks_rank_low(sentence):
    assert worth(sentence).score < THRESHOLD / 2


@pytest.mark.parametrize(
    "otherwise",
    [
        "Did the army cross the border in March?",
        "I hope that the army crossed the border in March.",
        "The army should cross the border in March.",
        "The army will cross the border in March.",
        "Perhaps the army crossed the border in March.",
        "Imagine that the army crossed the border in March.",
    ],
)
def test_the_same_words_are_worth_less_as_a_question_a_hope_a_demand_a_forecast_or_a_guess(otherwise):
    assert worth(otherwise).score < worth("The army crossed the border in March.").score - 0.05


@pytest.mark.parametrize(
    ("sentence", "code"),
    [
        ("The force has 100,000 to 150,000 men.", "two_quantities"),
        ("Between one hundred thousand and one hundred and fifty thousand men serve.", "two_quantities"),
        ("The minister said that the bridge had been repaired.", "attributed_official"),
        ("The strategy foresees a single currency by 2030.", "future_plan_dated"),
        ("The papers were reportedly leaked.", "hedged"),
        ("Prices rose by 7 per cent.", "percentage"),
        ("They didn’t come and won't come.", "negated_twice"),
        ("It'll be finished in 2031.", "future_dated"),
        ("I believe that he lies.", "own_opinion"),
        ("Is that so?", "question"),
        ("Read the whole report here.", "instruction"),
    ],
)
def test_a_reason_is_named(sentence, code):
    assert code in codes(sentence)


@pytest.mark.parametrize(
    ("sentence", "code"),
    [
        ("The year 1994 was dry.", "figure"),
        ("Viktor Khrenin spoke.", "two_names"),
        ("Fifty thousand came.", "two_quantities"),
        ("The report is long.", "instruction"),
        ("They turned up in May.", "possibility"),
    ],
)
def test_a_reason_is_not_given_for_what_only_looks_like_it(sentence, code):
    assert code not in codes(sentence)


def test_a_name_in_two_words_is_one_name_and_a_capital_at_the_start_is_none():
    assert "name" not in codes("Rain fell.")
    assert "name" in codes("Yesterday Viktor Khrenin spoke.")
    assert "two_names" not in codes("Yesterday Viktor Khrenin spoke.")


def test_the_strongest_reason_comes_first_and_every_reason_can_be_put_in_words():
    reasons = worth(" ".join(WORTHY + UNWORTHY)).reasons
    assert [abs(reason.weight) for reason in reasons] == sorted(
        (abs(reason.weight) for reason in reasons), reverse=True
    )
    assert all(WORDINGS[reason.code] for reason in reasons)


def test_what_holds_no_words_has_no_reasons():
    assert worth("").reasons == worth(" …\n").reasons == ()
    assert worth("").score < THRESHOLD / 2


def test_every_list_of_words_serves_a_sign_and_every_sign_has_its_own_code_and_words():
    asked = {trait.removeprefix("first ") for sign in SIGNS for trait in sign.needs}
    made = {"digits", "year", "asks", "name", "ed", "words"}
    assert set(LISTS) == asked - made
    assert len({sign.code for sign in SIGNS}) == len({sign.wording for sign in SIGNS}) == len(SIGNS)


@given(st.text(max_size=200))
def test_any_text_gets_a_score_between_0_and_1_and_the_same_every_time(text):
    found = worth(text)
    assert 0 < found.score < 1
    assert found == worth(text)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("piece", ["a", "1,", "9", "don't ", "'", "$ ", "\u0301", "The army of 48,000 men. "])
def test_a_sentence_without_end_does_not_hang(piece):
    assert 0 < worth(piece * (400_000 // len(piece))).score < 1
