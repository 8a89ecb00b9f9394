import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from claims.text.quotations import (
    Quotation,
    SpanOutsideText,
    around,
    find,
    from_utf16,
    quote,
    stands,
    to_utf16,
    trim,
)

TEXT = "Minsk says that troops are massed at the border. Kyiv says that troops are not there."


@st.composite
def text_and_span(draw):
    text = draw(st.text(st.sampled_from("ab \n😀é\u0301שx."), min_size=1, max_size=120))
    start = draw(st.integers(0, len(text) - 1))
    return text, start, draw(st.integers(start + 1, len(text)))


def test_a_quotation_keeps_the_words_and_what_stands_around_them():
    start = TEXT.index("troops")
    assert quote(TEXT, start, start + 6) == Quotation(
        16, 22, "troops", "Minsk says that ", " are massed at the border. Kyiv "
    )


@pytest.mark.parametrize(("start", "end"), [(-1, 3), (0, 1_000), (5, 5), (6, 2), (-5, -1)])
def test_a_span_outside_the_text_is_refused(start, end):
    with pytest.raises(SpanOutsideText):
        quote(TEXT, start, end)


def test_a_span_of_white_space_is_refused():
    with pytest.raises(SpanOutsideText, match="white space"):
        quote("a \n b", 1, 4)


@given(text_and_span())
def test_what_is_quoted_stands(case):
    text, start, end = case
    assume(text[start:end].strip())
    quotation = quote(text, start, end)

    assert stands(text, quotation)
    assert text[start:end] == quotation.exact
    assert find(text, quotation.exact, text[:start], text[end:]) == (start, end)


@pytest.mark.parametrize(
    "forged",
    [
        Quotation(16, 22, "forces", "", ""),
        Quotation(17, 23, "troops", "", ""),
        Quotation(16, 22, "troops", "Kyiv says that ", ""),
        Quotation(16, 22, "troops", "", " are not"),
        Quotation(-6, -1, "there", "", ""),
        Quotation(80, 99, "here.", "", ""),
        Quotation(0, 0, "", "", ""),
    ],
)
def test_a_forged_quotation_does_not_stand(forged):
    assert not stands(TEXT, forged)


def test_words_that_stand_once_are_found():
    assert find(TEXT, "massed at the border") == (27, 47)


def test_words_that_stand_twice_are_told_apart_by_what_is_around_them():
    assert find(TEXT, "troops", prefix="Kyiv claims that ") is None
    assert find(TEXT, "troops", prefix="Kyiv says that ") == (64, 70)
    assert find(TEXT, "troops", suffix=" are massed, it says") == (16, 22)


@pytest.mark.parametrize("words", ["", "tanks", "says that"])
def test_it_never_guesses(words):
    assert find(TEXT, words) is None


def test_words_that_stand_everywhere_are_not_found():
    assert find("a" * 100_000, "a") is None


@given(text_and_span())
def test_trimming_takes_white_space_and_nothing_else(case):
    text, start, end = case
    left, right = trim(text, start, end)

    assert start <= left <= right <= end
    assert text[left:right] == text[start:end].strip()


def test_what_is_around_is_cut_at_words():
    text = "The president told his council on Monday that the army is strong and that it will grow."
    start = text.index("the army")
    assert around(text, start, start + 8, width=16) == ("on Monday that ", " is strong and")


def test_what_is_around_stays_in_the_paragraph():
    text = "Before it.\nIt is new, they say.\nAfter it.\n\nFar away."
    start = text.index("new")
    assert around(text, start, start + 3) == ("It is ", ", they say.")


def test_what_is_around_a_long_passage_leaves_out_nothing_within():
    text = "One two.\nThree four."
    assert around(text, 4, 14) == ("One ", " four.")


@given(text_and_span(), st.integers(0, 20))
def test_what_is_around_stands_next_to_the_span(case, width):
    text, start, end = case
    before, after = around(text, start, end, width)

    assert text[:start].endswith(before)
    assert text[end:].startswith(after)
    assert max(len(before), len(after)) <= width
    assert "\n\n" not in before + after


def test_a_browser_counts_an_emoji_as_two():
    assert from_utf16("a😀b", 3) == 2
    assert to_utf16("a😀b", 2) == 3


@pytest.mark.parametrize("units", [-1, 2, 5])
def test_an_offset_within_an_emoji_or_outside_is_refused(units):
    with pytest.raises(ValueError, match=r"surrogate|outside"):
        from_utf16("a😀b", units)


@pytest.mark.parametrize("points", [-1, 4])
def test_so_is_one_that_python_does_not_have(points):
    with pytest.raises(ValueError, match="outside"):
        to_utf16("a😀b", points)


@given(text_and_span())
def test_offsets_come_back_as_they_went(case):
    text, start, _ = case
    assert from_utf16(text, to_utf16(text, start)) == start
