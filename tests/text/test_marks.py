import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.text.marks import Mark, Segment, by_paragraph, paragraphs, segments

TEXTS = st.text(st.sampled_from("ab .\n\t😀\u0301ש"), max_size=200)


@st.composite
def text_and_marks(draw):
    text = draw(TEXTS.filter(bool))
    ends = st.integers(0, len(text))
    pairs = draw(st.lists(st.tuples(ends, ends).filter(lambda pair: pair[0] != pair[1]), max_size=8))
    return text, [Mark(str(n), min(pair), max(pair)) for n, pair in enumerate(pairs)]


def test_marks_that_overlap_share_a_segment():
    assert segments(10, [Mark("b", 4, 8), Mark("a", 2, 6)]) == [
        Segment(0, 2),
        Segment(2, 4, ("a",), ("a",)),
        Segment(4, 6, ("a", "b"), ("b",)),
        Segment(6, 8, ("b",)),
        Segment(8, 10),
    ]


def test_the_outer_mark_comes_first():
    assert segments(4, [Mark("short", 0, 2), Mark("long", 0, 4)])[0].keys == ("long", "short")


def test_two_marks_on_the_same_words_are_both_kept():
    assert segments(3, [Mark("a", 0, 3), Mark("b", 0, 3)]) == [Segment(0, 3, ("a", "b"), ("a", "b"))]


def test_an_empty_text_has_no_segments():
    assert segments(0, []) == []


@pytest.mark.parametrize("mark", [Mark("a", -1, 2), Mark("a", 2, 2), Mark("a", 3, 2), Mark("a", 0, 11)])
def test_a_mark_outside_the_text_is_refused(mark):
    with pytest.raises(ValueError, match="within the text"):
        segments(10, [mark])


def test_a_key_names_one_mark():
    with pytest.raises(ValueError, match="key"):
        segments(10, [Mark("a", 0, 2), Mark("a", 4, 6)])


@given(text_and_marks())
def test_segments_join_up_and_carry_what_covers_them(case):
    text, marks = case
    found = segments(len(text), marks)

    assert "".join(text[run.start : run.end] for run in found) == text
    for run in found:
        assert set(run.keys) == {m.key for m in marks if m.start <= run.start and run.end <= m.end}
        assert set(run.begins) == {m.key for m in marks if m.start == run.start}


@given(text_and_marks())
def test_paragraphs_hold_their_share_of_the_segments(case):
    text, marks = case
    seen: list[str] = []
    for paragraph, runs in zip(paragraphs(text), by_paragraph(text, marks), strict=True):
        assert "".join(text[run.start : run.end] for run in runs) == text[paragraph.start : paragraph.end]
        for run in runs:
            assert set(run.keys) == {m.key for m in marks if m.start <= run.start and run.end <= m.end}
            seen += run.begins
    assert len(seen) == len(set(seen))
    visible = {m.key for m in marks if text[m.start : m.end].strip()}
    assert visible <= set(seen)


@given(TEXTS)
def test_every_visible_character_stands_in_one_paragraph(text):
    found = paragraphs(text)
    covered = [position for start, end in found for position in range(start, end)]

    assert covered == sorted(set(covered))
    assert {n for n, c in enumerate(text) if not c.isspace()} <= set(covered)
    assert all(text[start:end] == text[start:end].strip() != "" for start, end in found)


def test_lines_are_paragraphs():
    assert paragraphs("One.\nTwo.\n \t\nThree. ") == [(0, 4), (5, 9), (13, 19)]


def test_wrapped_lines_are_one_paragraph():
    text = (
        "Belarus will raise a territorial defence force to stand\n"
        "beside its army, its president told his council on the\n"
        "twentieth of February."
    )
    assert len(paragraphs(text)) == 1
    assert len(paragraphs(text + "\n\n" + text)) == 2


def test_a_list_of_lines_is_not_wrapped():
    assert len(paragraphs("A force of 100,000 men is planned by the ministry\nAn army of 48,000\nGuards")) == 3
