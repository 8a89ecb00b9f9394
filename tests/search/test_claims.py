"""Claims are found by their words, the same on both databases."""

import pytest

from claims.search.claims import MOST_WORDS, matching, usable
from tests.factories import make_case, make_claim


def numbers(case, words, **how) -> list[int]:
    return [claim.number for claim in matching(case, words, **how)]


@pytest.fixture
def spoken(case):
    for statement in (
        "The army is 48,000 strong.",
        "The border guard is 12,000 strong.",
        "A leaked plan speaks of absorption by 2030.",
        "The army guards the border.",
    ):
        make_claim(case=case, statement=statement)
    return case


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("army", [4, 1]),
        ("ARMY", [4, 1]),
        ("strong army", [1]),
        ("arm", []),
        ("arm*", [4, 1]),
        ("guard* the", [4, 2]),
        ("48,000", [1]),
        ("army OR plan", []),
        ("statement:army", []),
        ("nowhere", []),
    ],
)
def test_all_the_words_must_stand_in_the_statement(spoken, words, found):
    assert numbers(spoken, words) == found


@pytest.mark.parametrize(
    "words",
    ['"', "'", "\\", "army'", '"army"', "army)", "-army", "army:*", "^army", "ar\0my", "%s", "<->", "army & !"],
)
def test_signs_of_a_query_language_are_only_signs(spoken, words):
    assert set(numbers(spoken, words)) <= {1, 4}


def test_other_cases_are_not_found(spoken):
    other = make_claim(case=make_case(), statement="The army is far away.")
    assert numbers(spoken, "army") == [4, 1]
    assert numbers(other.case, "army") == [1]


def test_they_come_in_order_and_go_on_beyond_a_number(spoken):
    assert numbers(spoken, "the") == [4, 2, 1]
    assert numbers(spoken, "the", oldest=True) == [1, 2, 4]
    assert numbers(spoken, "the", beyond=4) == [2, 1]
    assert numbers(spoken, "the", beyond=3) == [2, 1]
    assert numbers(spoken, "the", oldest=True, beyond=2) == [4]
    assert numbers(spoken, "the", beyond=1) == []
    assert numbers(spoken, "the", oldest=True, beyond=2**31) == []


def test_a_revised_statement_is_found_by_its_new_words(spoken, ann):
    claim = spoken.claims.get(number=1)
    claim.statement = "The navy is small."
    claim.save(by=ann)
    assert numbers(spoken, "navy") == [1]
    assert numbers(spoken, "army") == [4]


def test_what_holds_no_word_is_not_looked_for():
    assert usable(" - “ ” … 2030 é") == ["2030", "é"]
    assert len(usable("word " * 100)) == MOST_WORDS
