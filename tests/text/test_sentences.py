from textwrap import fill

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.text import sentences as module
from claims.text.sentences import sentences

TRICKY = st.text(st.sampled_from("aB1 .?!\n\t\"'()-é\u0301\u200d\ufe0f😀ש\u06d4。\u200b"), max_size=300)


def found(text):
    return [text[start:end] for start, end in sentences(text)]


def test_sentences_end_at_full_stops_and_not_at_titles_or_figures():
    text = "Dr. Khrenin spoke on Feb. 20. The force numbers 1.5 brigades, he said. It is new."
    assert found(text) == [
        "Dr. Khrenin spoke on Feb. 20.",
        "The force numbers 1.5 brigades, he said.",
        "It is new.",
    ]


def test_a_headline_without_a_full_stop_stands_alone():
    assert found("A new force\n\nMinsk raises it.") == ["A new force", "Minsk raises it."]


def test_a_sentence_goes_on_over_lines_that_were_wrapped():
    text = fill(
        "The force should comprise between one hundred thousand and one hundred and fifty thousand men, says "
        "the minister. Consisting mainly of people who volunteer, it trains part-time.",
        width=72,
    )
    assert found(text)[0].endswith("says the minister.")
    assert len(found(text)) == 2


@pytest.mark.parametrize(
    "text",
    [
        "צבא בלארוס מונה 48,000 איש. משמר הגבול מונה 12,000 איש.",
        "يبلغ عدد الجيش 48 ألفا. يبلغ عدد حرس الحدود 12 ألفا.",
        "Армия насчитывает 48 000 человек. Пограничники — 12 000.",
        "They came. 😀👩‍👩‍👧 They went.",
    ],
)
def test_other_scripts_and_emoji_are_cut_too(text):
    assert len(found(text)) == 2


def test_an_accent_stays_with_its_letter():
    assert all(not sentence.startswith("\ufe0f") for sentence in found("No!\ufe0f Yes!\ufe0f\ufe0f Why"))


def check(text):
    spans = sentences(text)
    covered = [position for start, end in spans for position in range(start, end)]
    assert covered == sorted(set(covered))
    assert {n for n, c in enumerate(text) if not c.isspace()} <= set(covered)
    for start, end in spans:
        assert text[start:end].strip() == text[start:end] != ""


@given(st.one_of(TRICKY, st.text()))
def test_every_visible_character_stands_in_exactly_one_sentence(text):
    check(text)


@given(TRICKY)
def test_so_it_does_where_long_sentences_are_cut(text):
    kept = module.LONGEST
    try:
        module.LONGEST = 8
        check(text)
    finally:
        module.LONGEST = kept


@pytest.mark.parametrize(
    "sentence",
    [
        "The U.S. Army and the U.N. Security Council agreed.",
        "Gen. J. P. Morrow met Mrs. Lind and Sen. O. Tveit on Feb. 20 at 9 a.m. Moscow time.",
        "Tools, e.g. hammers, i.e. things for St. Peter's, cost approx. 3.5 million.",
        "See No. 5 and Art. 12 of vol. 3, pp. 12-14.",
        "Every man … should be able to fight ... and shoot.",
        "“It is over,” he said, “and nobody knows.”",
        "“Stop!” Khrenin said, and “Why?” asked the mayor.",
        "1. The force has 48,000 men.",
        "Am 20. Februar 2023 sprach er bzw. Dr. Weber.",
        "Acme Inc. Chairman Lee resigned from Acme Corp. and Co. this week.",
        "It costs $4.50 at www.example.org and v1.2.3 is out.",
        "The army (which is small.) does nothing.",
    ],
)
def test_a_mark_within_a_sentence_does_not_end_it(sentence):
    assert found(f"{sentence} It is so.") == [sentence, "It is so."]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("They live in the U.S.", "The army does not."),
        ("He came at 9 a.m.", "She came later."),
        ("“It is over.”", "Nobody believed it."),
        ("(It was late.)", "They left."),
        ("It was so in 2023.", "Now it is not."),
        ("Really?!", "Yes."),
        ("They waited…", "Nothing came."),
        ("It was denied.[12]", "It was true."),
        ("He works for Acme Inc.", "They make anvils."),
        ("The answer is no.", "It stays so."),
        ("It was he.", "“You are late,” she said."),
        ("It happened in Dec.", "Nobody saw it."),
        ("Where is Plan B.", "It is lost."),
    ],
)
def test_a_mark_between_sentences_ends_the_first(first, second):
    assert found(f"{first} {second}") == [first, second]


def test_sentences_without_white_space_between_them_are_cut_at_their_own_marks():
    assert found("軍は四万八千人。国境は一万二千人。") == ["軍は四万八千人。", "国境は一万二千人。"]


def test_a_long_text_is_cut_by_the_same_rules_as_a_short_one():
    text = "Dr. Khrenin met Mr. Smith on Feb. 20 in the U.S. Capitol. " * 20_000
    assert set(found(text)) == {"Dr. Khrenin met Mr. Smith on Feb. 20 in the U.S. Capitol."}


def test_chunks_do_not_cut_ordinary_sentences():
    text = "This is a sentence of several words, said Mr. Smith in 2023. " * 1_000
    assert set(found(text)) == {"This is a sentence of several words, said Mr. Smith in 2023."}


@pytest.mark.timeout(120)
@pytest.mark.parametrize("unit", ["word ", "a", "a. ", "(", "hi\n", "\n \n", " ", "...", ".)", "?! "])
def test_long_texts_do_not_hang(unit):
    text = unit * (2_000_000 // len(unit))
    assert all(0 <= start < end <= len(text) for start, end in sentences(text))
