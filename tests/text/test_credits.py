# ruff: noqa: RUF001 - Cyrillic letters are meant
import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.text.credits import AGENCIES, credit

STORY = (
    "Troops have been massed near the border since the autumn, the ministry said on Monday.\n\n"
    "Nobody in Minsk would say what for.\n\n"
) * 10


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ("(Reuters) – ", "Reuters"),
        ("MINSK, Feb 20 (AP) — ", "AP"),
        ("MINSK, Belarus (AP) — ", "AP"),
        ("KYIV (AFP) - ", "AFP"),
        ("LONDON/KYIV, Feb 20 (Reuters) - ", "Reuters"),
        ("Minsk (dpa) - ", "dpa"),
        ("Minsk/Berlin (dpa/AFP) – ", "dpa"),
        ("MOSCOW, February 20. /TASS/. ", "TASS"),
        ("МОСКВА, 20 февраля. /ТАСС/. ", "TASS"),
        ("МИНСК, 20 фев — РИА Новости. ", "RIA Novosti"),
        ("20 февраля, Минск /Корр. БЕЛТА/. ", "BelTA"),
        ("MINSK, 20 February (BelTA) – ", "BelTA"),
        ("КИЇВ, 20 лютого. /Укрінформ/. ", "Ukrinform"),
        ("By Agence France-Presse\n\n", "AFP"),
        ("By The Associated Press\n", "AP"),
        ("By Reuters Staff\n", "Reuters"),
        ("By Ann Lee, Associated Press\n", "AP"),
        ("BY ANN LEE | AP\n", "AP"),
        ("Source: BelTA\n", "BelTA"),
        ("A title of its own\n20 February 2023, 10:15\nMINSK (Interfax-Ukraine) – ", "Interfax-Ukraine"),
        ("A title\n(REUTERS) — ", "Reuters"),
    ],
)
def test_what_the_head_credits(head, name):
    assert credit(head + STORY) == name


@pytest.mark.parametrize(
    ("foot", "name"),
    [
        ("Source: BelTA", "BelTA"),
        ("Quelle: dpa", "dpa"),
        ("Quelle: ntv.de, dpa", ""),
        ("Quelle: dpa/AFP", "dpa"),
        ("Источник: Интерфакс", "Interfax"),
        ("Джерело: Укрінформ.", "Ukrinform"),
        ("With reporting by Reuters, AP, and TASS", "Reuters"),
        ("With reporting by Current Time, dpa, and AP", "dpa"),
        ("(With files from The Canadian Press and AFP)", "AFP"),
        ("Mit Material von dpa und AFP", "dpa"),
        ("— TASS", "TASS"),
        ("(Reuters)", "Reuters"),
        ("It was the third time, he said. (AP)", "AP"),
        ("It was the third time, he said. — TASS", "TASS"),
        ("© 2023 AFP", "AFP"),
        ("Copyright 2023 The Associated Press. All rights reserved.", "AP"),
    ],
)
def test_what_the_foot_credits(foot, name):
    assert credit(f"{STORY}{foot}") == credit(f"{STORY}{foot}\n\nRead more about the army.\n") == name


@pytest.mark.parametrize(
    "said",
    [
        "She told Reuters that nobody would say what for.",
        "“It is the third time,” he told the AP.",
        "According to Reuters, troops have been massed near the border.",
        "Reuters could not verify the report.",
        "Reuters – the agency – was not allowed in.",
        "The picture (Reuters) shows the border.",
        "A photographer of the agency (AFP) was there - for a day.",
        "As the agency wrote (AP) - and others after it - the border was closed.",
        "The source: Reuters correspondents were told to leave.",
        "Source: Reuters correspondents who were told to leave.",
        "Source: the ministry",
        "By Monday, Reuters had left.",
        "By the time TASS had it, it was old.",
        "With reporting by Reuters forbidden, nobody was there to see it.",
        "Ap dpa reuters sang the choir.",
        "MINSK is where TASS has its office.",
        "ТАСС сообщает, что границу закрыли.",
        "(Photo: Reuters)",
        "The AP",
        "Papers, please. (APs are closed.)",
        "The bureau of Interfaxes",
    ],
)
def test_a_text_that_only_speaks_of_an_agency_credits_none(said):
    for text in (said, f"{said}\n\n{STORY}", f"{STORY}{said}", f"{STORY}{said}\n\n{STORY}"):
        assert credit(text) == ""


def test_what_stands_in_the_middle_is_no_credit():
    assert credit(f"{STORY}Source: BelTA\n\n{STORY}") == ""
    assert credit(f"{STORY}MINSK, Feb 20 (AP) — {STORY}") == ""


@given(st.text(), st.sampled_from(["(Reuters) – ", "Source: BelTA", "By ", "/", "(", "©", "MINSK, Feb 20 "]), st.text())
def test_whatever_the_text_is_a_known_agency_or_none_is_named(before, between, after):
    assert credit(before + between + after) in {"", *AGENCIES}


@given(st.sampled_from(sorted(AGENCIES)), st.integers(0, 5))
def test_every_agency_is_known_by_each_of_its_spellings(name, which):
    spelling = AGENCIES[name][which % len(AGENCIES[name])]
    assert credit(f"Source: {spelling}\n\n{STORY}") == credit(f"MINSK, Feb 20 ({spelling}) — {STORY}") == name


@pytest.mark.parametrize(
    "text",
    [
        "A " * 500_000,
        "А" * 900_000,
        "MINSK, " * 200_000,
        "(Reuters" * 100_000,
        "\n" * 1_000_000,
        "By A, " * 100_000,
        "With reporting by " + "A, " * 50_000,
        "Source: AP" + " and A" * 50_000 + "!",
    ],
)
@pytest.mark.timeout(60)
def test_no_text_makes_it_hang(text):
    assert len(credit(text)) < 100
