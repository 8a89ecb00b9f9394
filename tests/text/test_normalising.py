import unicodedata
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.text.normalising import TURNS, Unreadable, clean, readable, without_turns


def test_a_letter_spelled_in_two_characters_is_stored_as_one():
    assert clean("Cafe\u0301") == "Café"


def test_a_byte_order_mark_is_no_part_of_the_text():
    assert readable(b"\xef\xbb\xbfBelarus") == "Belarus"


def test_every_way_to_end_a_line_becomes_a_line_feed():
    assert clean("a\r\nb\rc\u2028d\x85e\x0bf\x0cg\u2029h") == "a\nb\nc\nd\ne\nf\ng\n\nh"


def test_a_file_and_a_browser_give_the_same_text():
    assert readable(b"One\n\nTwo") == clean("One\r\n\r\nTwo")


def test_control_characters_are_dropped_and_tabs_kept():
    assert clean("\x1b[1mArmy\x07:\t48,000\x9f") == "[1mArmy:\t48,000"


def test_white_space_at_the_ends_is_kept_for_the_offsets_sake():
    assert clean("  Minsk \n") == "  Minsk \n"


@pytest.mark.parametrize("raw", [b"", b" \n\t ", b"\xef\xbb\xbf", "\u200b\u00a0\u2028".encode(), b"\x01\x02"])
def test_a_text_without_a_visible_character_is_refused(raw):
    with pytest.raises(Unreadable, match="empty") as refusal:
        readable(raw)
    assert refusal.value.reason == "empty"


def test_bytes_that_are_not_utf8_are_refused_and_named():
    with pytest.raises(Unreadable, match="not_utf8 at 5") as refusal:
        readable(b"Minsk\xe9 says")
    assert (refusal.value.reason, refusal.value.position) == ("not_utf8", 5)


@pytest.mark.parametrize("raw", [b"\xed\xa0\x80", b"\xc0\xaf", b"\xf4\x90\x80\x80"])
def test_surrogates_overlong_forms_and_numbers_past_the_last_are_not_utf8(raw):
    with pytest.raises(Unreadable):
        readable(raw)


def test_a_binary_file_is_refused():
    with pytest.raises(Unreadable, match="binary"):
        readable(b"\x89PNG\r\n\x1a\n\x00\x00")


def test_utf16_is_refused_by_name():
    with pytest.raises(Unreadable, match="utf16"):
        readable("Minsk".encode("utf-16"))


@pytest.mark.parametrize("text", ["a\0b", "a\ud800b"])
def test_typed_text_keeps_to_the_same_rules(text):
    with pytest.raises(Unreadable):
        clean(text)


def test_characters_that_turn_the_direction_of_writing_stay_in_a_document_but_can_be_left_out():
    turned = "Army: \u202e000,84\u202c men \u2067x\u2069"
    assert clean(turned) == turned
    assert without_turns(turned) == "Army: 000,84 men x"


def test_just_those_characters_turn_the_direction_of_writing():
    """By Unicode's own table; the marks U+200E, U+200F and U+061C steer nothing but their neighbours."""
    kinds = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    every = map(chr, range(0x110000))
    assert [each for each in every if TURNS.match(each)] == [
        chr(point) for point in range(0x110000) if unicodedata.bidirectional(chr(point)) in kinds
    ]


@pytest.mark.timeout(60)
@pytest.mark.parametrize("pile", ["\u0315\u0300", "\u0f73"])
def test_a_pile_of_accents_is_refused(pile):
    with pytest.raises(Unreadable, match="pile"):
        clean("a" + pile * 100_000)


def test_megabytes_are_read_in_whole():
    text = ("Минск saé " * 1_000_000)[:1_500_000]
    assert readable(text.encode()) == text


@given(st.text())
def test_cleaning_twice_changes_nothing(text):
    try:
        once = clean(text)
    except Unreadable:
        return
    assert clean(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert not {c for c in once if unicodedata.category(c) in ("Cc", "Cs")} - {"\t", "\n"}
    assert readable(once.encode()) == once


@given(st.binary())
def test_any_bytes_are_read_or_refused(raw):
    with suppress(Unreadable):
        assert readable(raw).strip()
