import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.text.fingerprints import LONGEST, MOST, TOGETHER, Shared, count_words, longest_shared, prints
from claims.text.spans import Span

PASSAGE = "troops have been massed near the border since the autumn, and nobody in Minsk will say what for this time"
ONE = f"A spokesman of the ministry said on Monday that {PASSAGE}. He took no questions."
OTHER = f"Monday's papers are full of it. According to them, {PASSAGE.upper().replace(',', ' —')}!"

WORD = st.sampled_from(["a", "b", "c", "d"])
WORDS = st.lists(WORD, max_size=60)


def numbered(first: int, last: int) -> str:
    return " ".join(f"w{n}" for n in range(first, last))


def by_comparing_all(one: list[str], other: list[str]) -> int:
    """The longest common run, the slow way."""
    best, row = 0, [0] * (len(other) + 1)
    for mine in one:
        row = [0, *(row[n] + 1 if mine == theirs else 0 for n, theirs in enumerate(other))]
        best = max(best, *row)
    return best


def test_texts_that_share_a_passage_share_a_print_whatever_stands_around_it():
    assert prints(ONE) & prints(OTHER)
    assert not prints(ONE) & prints("A wholly different report, on the price of potash, came out on that same Monday.")


def test_case_accents_punctuation_and_what_is_not_seen_make_no_difference():
    plain = "The cafe in Minsk is open again and everybody is glad to sit there once more today"
    written = "the CAFÉ, in Minsk: is open—again ‘and’ every\u00adbody is\u200b glad to SIT there… once more today!"  # noqa: RUF001
    assert prints(plain) == prints(written)
    shared = longest_shared(plain, written)
    assert shared is not None
    assert shared.words == count_words(plain) == 17


def test_the_prints_of_a_text_are_the_same_in_every_process():
    asked = f"from claims.text.fingerprints import prints; print(sorted(prints({ONE!r})))"
    answers = {
        subprocess.run([sys.executable, "-c", asked], capture_output=True, check=True, text=True).stdout
        for _ in range(2)
    }
    assert answers == {f"{sorted(prints(ONE))}\n"}


@given(WORDS, WORDS, WORDS, WORDS, st.lists(WORD, min_size=15, max_size=15))
def test_any_fifteen_words_in_a_row_leave_a_shared_print(before, after, before_there, after_there, passage):
    one, other = [*before, *passage, *after], [*before_there, *passage, *after_there]
    assert prints(" ".join(one)) & prints(" ".join(other))


@given(st.text())
def test_every_text_has_prints_that_fit_the_database_and_none_where_it_is_short(text):
    found = prints(text)
    assert all(0 < each < 2**63 for each in found)
    assert bool(found) == (count_words(text) >= TOGETHER)


def test_a_long_text_has_so_many_prints_and_no_more_spread_over_all_of_it():
    long = numbered(0, 60_000)
    found = prints(long)
    assert len(found) == MOST
    parts = [len(found & prints(numbered(n, n + 10_000))) for n in range(0, 60_000, 10_000)]
    assert min(parts) > MOST / 6 * 0.7
    assert len(found & prints("Another beginning. " + long)) > MOST * 0.98


def test_of_a_text_without_end_only_the_beginning_is_looked_at():
    assert prints("word " * 300_000) == prints("word " * (LONGEST // 5))


def test_the_longest_passage_is_found_where_it_stands_in_each():
    shared = longest_shared(ONE, OTHER)
    assert shared is not None
    assert shared.words == 20
    assert ONE[slice(*shared.one)] == PASSAGE
    assert OTHER[slice(*shared.other)] == PASSAGE.upper().replace(",", " —")


def test_of_several_passages_the_longest_is_given():
    short, long = numbered(0, 10), numbered(100, 130)
    shared = longest_shared(f"{short} x {long} y", f"z {long} q {short}")
    assert shared == Shared(30, Span(len(short) + 3, len(short) + 3 + len(long)), Span(2, 2 + len(long)))


def test_seven_words_in_a_row_are_no_passage():
    assert longest_shared(f"a {numbered(0, 7)} b", f"c {numbered(0, 7)} d") is None
    assert longest_shared("", ONE) is None


@given(WORDS, WORDS)
def test_it_is_the_longest_there_is(one, other):
    shared = longest_shared(" ".join(one), " ".join(other))
    length = by_comparing_all(one, other)
    assert (shared.words if shared else 0) == (length if length >= TOGETHER else 0)
    if shared:
        assert " ".join(one)[slice(*shared.one)] == " ".join(other)[slice(*shared.other)]
        assert len(" ".join(one)[slice(*shared.one)].split()) == shared.words


@pytest.mark.timeout(120)
def test_texts_of_a_hundred_thousand_words_do_not_hang():
    book, copy = numbered(0, 100_000), numbered(500, 100_000) + " the end"
    for one, other, words in ((book, copy, 99_500), ("army " * 100_000, "army " * 90_000, 90_000)):
        shared = longest_shared(one, other)
        assert shared is not None
        assert shared.words == words
