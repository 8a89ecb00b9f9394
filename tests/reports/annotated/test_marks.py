from hypothesis import given
from hypothesis import strategies as st

from claims.reports.annotated.marks import Mark, Piece, lines, numbered, overlapped


@st.composite
def marked_texts(draw):
    text = draw(st.text(alphabet="ab \né😀א\t\u0301", max_size=60))
    place = st.integers(0, len(text))
    spans = draw(st.lists(st.tuples(place, place).filter(lambda span: span[0] < span[1]), max_size=8))
    return text, numbered(spans)


@given(marked_texts())
def test_without_its_marks_it_is_the_text_character_for_character(given_):
    text, marks = given_
    assert "\n".join(line.text for line in lines(text, marks)) == text


@given(marked_texts())
def test_each_mark_covers_its_own_characters_and_no_others(given_):
    text, marks = given_
    cut = lines(text, marks)
    for mark in marks:
        covered = "".join(piece.text for line in cut for piece in line.pieces if mark.number in piece.within)
        assert covered == text[mark.start : mark.end].replace("\n", "")


@given(marked_texts())
def test_each_number_stands_once_and_behind_the_last_word_of_its_mark(given_):
    text, marks = given_
    cut = lines(text, marks)
    pieces = [piece for line in cut for piece in line.pieces]
    assert sorted(number for piece in pieces for number in piece.ends) == [mark.number for mark in marks]
    for mark in marks:
        inside = [piece for piece in pieces if mark.number in piece.within]
        if inside:
            assert mark.number in inside[-1].ends


@given(marked_texts())
def test_those_that_share_words_are_all_found(given_):
    _text, marks = given_
    shared = {
        one.number
        for one in marks for other in marks
        if one is not other and one.start < other.end and other.start < one.end
    }  # fmt: skip
    assert shared == overlapped(marks)


def test_one_mark_within_another_and_one_across_its_end():
    marks = numbered([(4, 7), (0, 12), (8, 16)])
    assert marks == [Mark(1, 0, 12), Mark(2, 4, 7), Mark(3, 8, 16)]
    (line,) = lines("The big army is here.", marks)
    assert line.pieces == (
        Piece("The ", (1,)),
        Piece("big", (1, 2), (2,)),
        Piece(" ", (1,)),
        Piece("army", (1, 3), (1,)),
        Piece(" is ", (3,), (3,)),
        Piece("here."),
    )


def test_two_claims_in_the_same_words_have_a_number_each():
    (line,) = lines("army", numbered([(0, 4), (0, 4)]))
    assert line.pieces == (Piece("army", (1, 2), (1, 2)),)


def test_a_mark_may_go_on_over_a_blank_line():
    cut = lines("One.\n\nTwo. Three.", numbered([(0, 10)]))
    assert [line.pieces for line in cut] == [
        (Piece("One.", (1,)),),
        (),
        (Piece("Two.", (1,), (1,)), Piece(" Three.")),
    ]
    assert [line.apart for line in cut] == [False, False, True]
