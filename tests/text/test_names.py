"""Names in texts: found however somebody wrote them, and nowhere else."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.text.names import Names, text_of_file

NAMES = Names(["Halina Kavalenka", "Élodie Marti", "annika@example.org"], ["Kavalenka", "Ben"])


@pytest.mark.parametrize(
    "text",
    [
        "Halina Kavalenka", "halina kavalenka", "HALINA KAVALENKA", "Halina  Kavalenka", "Halina\n    Kavalenka",
        "Halina\u00a0Kavalenka", "Halina-Kavalenka", "HalinaKavalenka", "Ha\u00adlina\u200b Kavalenka",
        "https://example.org/Halina_Kavalenka", "/halina-kavalenka/", "Halina%20Kavalenka", "so Halina Kavalenka's say",
        "“Halina Kavalenka”",
    ],
)  # fmt: skip
def test_a_name_is_found_however_it_is_spaced_and_spelled(text):
    assert NAMES.within(text) == ["Halina Kavalenka"]


@pytest.mark.parametrize("text", ["Élodie Marti", "E\u0301lodie Marti", "elodie marti", "Elodie\tMarti"])
def test_accents_make_no_difference(text):
    assert NAMES.first(text) == "Élodie Marti"


@pytest.mark.parametrize(
    "text", ["", "Halina", "kavalenka", "Kavalenkava", "Halina spoke to Marti", "ben", "Benedikt", "xBen"]
)
def test_what_is_another_word_is_no_name(text):
    assert NAMES.first(text) == ""


def test_a_name_of_one_word_is_found_in_its_own_letters_and_in_capitals():
    assert NAMES.within("Kavalenka, KAVALENKA and (Ben)") == ["Kavalenka", "Ben"]


@pytest.mark.parametrize(
    "text", ["kavalenka@mail.example", "https://example.org/u/kavalenka", "kavalenka.pdf", "a_kavalenka_b"]
)
def test_in_addresses_and_names_of_files_a_surname_is_found_in_small_letters(text):
    assert NAMES.within(text) == ["Kavalenka"]


def test_a_name_does_not_reach_over_the_end_of_a_sentence_but_over_an_initial():
    assert Names(["Will Young"]).within("Go if they will. Young men stay.") == []
    assert Names(["H. Kavalenka"]).within("So says H.  Kavalenka.") == ["H. Kavalenka"]


def test_letters_that_have_no_accent_to_take_off_make_no_difference_either():
    assert Names(["Łukasz Żak", "Große Zeitung"]).within("Lukasz Zak of GROSSE ZEITUNG") == [
        "Łukasz Żak",
        "Große Zeitung",
    ]


@pytest.mark.parametrize(
    ("name", "text"), [("李明", "据李明说"), ("王小明", "据王小明说"), ("김철수", "김철수는 말했다")]
)
def test_names_in_scripts_without_spaces_are_found_between_other_letters(name, text):
    assert Names([name]).within(text) == [name]


def test_an_address_is_found_but_not_what_lies_below_it():
    names = Names([], [], ["t.me/belnews", "example.org/letters/17"])
    assert names.within("See https://t.me/belnews, and http://www.example.org/letters/17/.") == names.all[2][::-1]
    assert names.within("https://t.me/belnews/4711 and https://example.org/letters/170") == []


@pytest.mark.parametrize("text", ["Halina%20Kavalenka", "Halina%2520Kavalenka", "a 20%Halina Kavalenka"])
def test_what_was_encoded_as_in_an_address_is_read_both_ways(text):
    assert NAMES.within(text) == ["Halina Kavalenka"]


def test_they_are_looked_for_in_every_text_of_plain_data():
    assert NAMES.within({"a": [1, None, {"b": "as Ben says"}], "c": ("ANNIKA@example.org",)}) == [
        "Ben",
        "annika@example.org",
    ]


def test_names_of_two_letters_are_not_looked_for_and_none_find_nothing():
    assert not Names(["Bo", " ", ""], ["Al"])
    assert Names([]).within("anything") == []


def test_they_can_be_kept_and_made_again():
    assert Names(*NAMES.all).within("Ben and Halina Kavalenka") == ["Ben", "Halina Kavalenka"]


WORD = st.text(st.characters(categories=["Lu", "Ll", "Lo"]), min_size=3, max_size=9)


@given(st.lists(WORD, min_size=2, max_size=3), st.sampled_from([" ", "  ", "\n", "\u00a0", "_", "-", ", "]), st.text())
def test_any_name_of_two_words_is_found_in_any_text(words, between, around):
    text = f"{around} {between.join(words)} {around}"
    assert Names([" ".join(words)]).first(text) == " ".join(words)


def test_a_file_that_is_text_is_read_with_what_stands_between_its_tags():
    read = text_of_file(b"<p title='Ben &Eacute;lodie&nbsp;Marti'>Halina <b>Kaval</b>enka</p>")
    assert read is not None
    assert sorted(NAMES.within(read)) == ["Ben", "Halina Kavalenka", "Élodie Marti"]


def test_what_json_escapes_is_read_as_well():
    read = text_of_file(json.dumps({"by": "Élodie Marti", "and": "Halina\nKavalenka"}).encode())
    assert read is not None
    assert sorted(NAMES.within(read)) == ["Halina Kavalenka", "Élodie Marti"]


@pytest.mark.parametrize(
    "content",
    [
        b"\x89PNG\r\n\x1a\n\xff",
        b"a\0b",
        "Привет".encode("cp1251"),
        b"%PDF-1.7 text",
        b"{\\rtf1 x}",
        b"<img src='data:image/png;base64,AAAA'>",
        b"Content-Transfer-Encoding: quoted-printable\n\nKaval=\nenka",
    ],
)
def test_in_a_file_that_is_no_text_nobody_can_tell(content):
    assert text_of_file(content) is None
