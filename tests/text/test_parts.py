"""A long text in parts: nothing is lost, nothing stands twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.text import parts
from claims.text.kinds import likely_kind


def all_parts(text: str) -> list[str]:
    """The parts as a page would cut them, each from its own window."""
    count = parts.count(len(text))
    cuts = [0]
    for n in range(1, count):
        cuts.append(n * parts.SIZE + parts.turn(text[n * parts.SIZE : n * parts.SIZE + parts.REACH]))
    return [text[a:b] for a, b in zip(cuts, [*cuts[1:], len(text)], strict=True)]


@given(st.integers(0, 300_000), st.integers(1, 9_000), st.sampled_from(["\n\n", "\n", " ", "e\u0301"]))
def test_the_parts_of_a_text_are_the_text(length, stride, gap):
    text = (("a" * stride + gap) * (length // stride + 1))[:length]
    cut = all_parts(text)
    assert "".join(cut) == text
    assert all(cut) or not text
    assert max(map(len, cut)) <= parts.SIZE + parts.LEAST + parts.REACH


@pytest.mark.parametrize("gap", ["\n\n", " ", ""])
@pytest.mark.parametrize("length", [10, parts.SIZE, 2 * parts.SIZE + 100, 150_000])
def test_a_place_is_numbered_by_the_part_it_stands_in(length, gap):
    text = ("a" * 3_000 + gap) * (length // 3_000 + 1)
    start = 0
    for number, part in enumerate(all_parts(text), start=1):
        for place in (start, start + len(part) - 1):
            assert parts.number_at(text, place) == number
        start += len(part)


def test_a_part_ends_with_a_paragraph_where_there_is_one():
    text = ("word " * 100 + "\n\n") * 400
    assert all(part.endswith("\n\n") for part in all_parts(text))


def test_an_endless_word_is_cut_but_no_accent_from_its_letter():
    text = "e\u0301" * 60_000
    assert not any(part.startswith("\u0301") for part in all_parts(text))


def test_the_kind_is_guessed_from_the_words():
    assert likely_kind("the force should comprise between 100,000 and 150,000 men") == "quantity"
    assert likely_kind("a plan for the absorption of Belarus by 2030") == "plan"
    assert likely_kind("troops have been massed near the border") == "state"
    assert likely_kind("On 20 February he announced it") == "statement"
    assert likely_kind("Минск заявил") == "statement"


@given(st.integers(0, 300_000), st.integers(0, 400), st.integers(0, 2 * parts.SIZE))
def test_a_stretch_tells_the_part_as_the_whole_text_does(place, more, behind):
    text = ("A word. " * 9 + "\n\n") * 4_000 + "x" * more
    text = text[: max(place + 1, len(text) - behind)]
    start = place // (5 * parts.SIZE) * 5 * parts.SIZE
    stretch = text[start : start + 5 * parts.SIZE + parts.REACH]
    assert parts.number_at(stretch, place, start=start, length=len(text)) == parts.number_at(text, place)
