import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.text.direct_speech import speech

MARKS = st.text(
    st.sampled_from("aB ,.\n\"'\u201c\u201d\u2018\u2019\u201e\u00ab\u00bb\u2039\u203a\u201asn\u00a0😀"), max_size=200
)


def spoken(text):
    return [text[start:end] for start, end in speech(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"The bridge is open," the mayor said.', '"The bridge is open,"'),
        ("“The bridge is open,” the mayor said.", "“The bridge is open,”"),
        ("\u2018The bridge is open,’ the mayor said.", "\u2018The bridge is open,’"),
        ("'The bridge is open,' the mayor said.", "'The bridge is open,'"),
        ("«The bridge is open», the mayor said.", "«The bridge is open»"),
        ("« Le pont est ouvert. »", "« Le pont est ouvert. »"),
        ("»Die Brücke ist offen.«", "»Die Brücke ist offen.«"),
        ("„Die Brücke ist offen.“", "„Die Brücke ist offen.“"),
        ("„Most jest otwarty.”", "„Most jest otwarty.”"),
        ("\u201aDie Brücke ist offen.\u2018", "\u201aDie Brücke ist offen.\u2018"),
        ("The mayor said: “The bridge is open”", "“The bridge is open”"),
    ],
)
def test_speech_is_found_in_the_marks_of_many_countries(text, expected):
    assert spoken(text) == [expected]


def test_speech_that_he_said_breaks_is_two_stretches():
    assert spoken("“We are ready,” she said, “and we will not wait.”") == ["“We are ready,”", "“and we will not wait.”"]


def test_what_is_quoted_inside_speech_is_part_of_it():
    text = "“He told me \u2018Go home’ and left,” she said."
    assert spoken(text) == ["“He told me \u2018Go home’ and left,”"]
    text = "\u2018He told me “Go home” and left,’ she said."
    assert spoken(text) == ["\u2018He told me “Go home” and left,’"]


@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_speech_over_paragraphs_with_an_opening_mark_in_each_is_one_stretch(gap):
    text = f"“The first day was calm.{gap}“The second was not.” He left."
    assert spoken(text) == [f"“The first day was calm.{gap}“The second was not.”"]
    text = text.replace("“", '"').replace("”", '"')
    assert spoken(text) == [f'"The first day was calm.{gap}"The second was not."']


@pytest.mark.parametrize(
    "text",
    [
        "The so-called “elevator” stands empty.",
        "He wrote a book called “Ten Years Later” in 1990.",
        'The plan known as "Silver Fox" was dropped.',
        "It's the soldiers' own fault, isn't it?",
        "In the '90s they'd say 'tis nothing.",
        "Rock 'n' roll is not dead.",
        "The beam is 5' 10\" long.",
        "“”",
        '"',
        "",
    ],
)
def test_titles_names_scare_quotes_and_apostrophes_are_no_speech(text):
    assert spoken(text) == []


def test_apostrophes_do_not_end_speech_in_single_marks():
    text = "\u2018The soldiers’ homes weren’t hit,’ said the mayor."
    assert spoken(text) == ["\u2018The soldiers’ homes weren’t hit,’"]


def test_a_mark_that_nobody_closes_spoils_only_its_paragraph():
    text = '"We never closed this.\n\nThe mayor went home.\n\n"We are here," he said.'
    assert spoken(text) == ['"We are here,"']
    text = 'The "mayor went home. "We are here," he said.'
    assert spoken(text) == ['"We are here,"']


@given(st.one_of(MARKS, st.text()))
def test_stretches_stand_in_the_text_in_order_and_apart(text):
    end = 0
    for start, stop in speech(text):
        assert end <= start < stop <= len(text)
        assert text[start:stop].strip() == text[start:stop]
        end = stop


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "unit", ['"', "“", "“a ", '"a" ', "'s ", "\n\n “", "«»", "'", "\u2018A ", "\n ", " " * 9 + '"']
)
def test_texts_made_to_be_slow_do_not_hang(unit):
    text = unit * (500_000 // len(unit))
    assert all(0 <= start < stop <= len(text) for start, stop in speech(text))
