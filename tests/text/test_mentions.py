"""Whom an @ in a text names."""

import pytest

from claims.text.mentions import Person, mentions

PEOPLE = [
    Person(1, "Ann", "ann@example.org"),
    Person(2, "Ann Smith", "a.smith@example.org"),
    Person(3, "Cid Miller", "cid@example.org"),
    Person(4, "Cid Smith", "cid2@example.org"),
    Person(5, "Đorđe Šarić", "saric@example.org"),
    Person(6, "Kim Lee", "kim1@example.org"),
    Person(7, "Kim Lee", "kim2@example.org"),
    Person(8, "Anne-Marie Noël", "anne@example.org"),
]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("@Ann, look", [1]),
        ("@ann smith: look", [2]),
        ("@Ann Smith’s note", [2]),
        ("Ask @Cid Miller.", [3]),
        ("@miller", []),
        ("(@đorđe)", [5]),
        ("@kim2@example.org.", [7]),
        ("@Anne-Marie knows", [8]),
        ("@a.smith and @Ann and @a.smith", [2, 1]),
        ("write to ann@example.org", []),
        ("@ nobody, @, and @@Ann", []),
        ("", []),
    ],
)
def test_people_are_named_by_name_short_name_or_address(text, keys):
    assert mentions(text, PEOPLE).keys == keys


def test_a_name_of_several_is_unclear_and_says_how_to_tell_them_apart():
    assert mentions("@cid", PEOPLE).unclear == [("cid", ["Cid Miller", "Cid Smith"])]
    assert mentions("@Kim Lee", PEOPLE).unclear == [("Kim Lee", ["kim1@example.org", "kim2@example.org"])]


def test_a_name_of_nobody_is_told():
    assert mentions("@Zoe and @Annabel", PEOPLE).unknown == ["Zoe", "Annabel"]


def test_a_long_text_of_signs_is_read_quickly():
    assert len(mentions("@Zoe " * 1000, PEOPLE).unknown) == 1000
