import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.text.addresses_in import MOST, addresses, one_spelling, spellings


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("HTTPS://Example.ORG/News/", "https://example.org/News"),
        ("https://example.org/", "https://example.org"),
        ("https://example.org/a?utm_source=x&b=1&UTM_medium=y#part", "https://example.org/a?b=1"),
        ("https://example.org/a?b=%2F&c", "https://example.org/a?b=%2F&c"),
        ("http://example.org:80/a", "http://example.org/a"),
        ("https://example.org:8443/a", "https://example.org:8443/a"),
        ("https://user:word@example.org/a", "https://example.org/a"),
        ("https://[2001:db8::1]/a", "https://[2001:db8::1]/a"),
        ("https://пример.бел/Новости", "https://пример.бел/Новости"),
        ("ftp://example.org/a", ""),
        ("https://", ""),
        ("https://[half", ""),
        ("https://example.org:port/", ""),
        ("nonsense", ""),
    ],
)
def test_an_address_is_brought_into_one_spelling(written, read):
    assert one_spelling(written) == read


def test_addresses_are_found_in_a_text_without_the_end_of_its_sentence():
    text = (
        "As https://example.org/a, wrote (see https://example.org/b_(c)), and <https://example.org/d/>; “http://x.org/e”.\n"
        "Again: HTTPS://EXAMPLE.ORG/a?utm_campaign=spring! And [https://example.org/f]. Not xhttps://example.org/g"
    )
    assert addresses(text) == [
        "https://example.org/a",
        "https://example.org/b_(c)",
        "https://example.org/d",
        "http://x.org/e",
        "https://example.org/f",
    ]


def test_of_very_many_the_first_are_given():
    assert len(addresses(" ".join(f"https://example.org/{n}" for n in range(1_000)))) == MOST


def test_an_address_may_have_been_written_in_four_ways():
    assert sorted(spellings("https://example.org/a")) == [
        "http://example.org/a", "http://example.org/a/", "https://example.org/a", "https://example.org/a/",
    ]  # fmt: skip


@given(st.text(), st.text())
def test_whatever_stands_there_is_answered_and_stays_as_it_is_when_read_again(before, after):
    for address in addresses(f"{before} https://example.org/{after}"):
        assert one_spelling(address) == address
