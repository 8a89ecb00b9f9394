import json

import pytest

from claims.reports.annotations import name_of_text
from claims.reports.render import render
from tests.reports.snapshots import (
    TEXT,
    make_claim,
    make_document,
    make_passage,
    make_snapshot,
    make_unsigned,
    make_verdict,
)

# The motivations of the model, section 3.3.5.
MOTIVATIONS = {
    "assessing", "bookmarking", "classifying", "commenting", "describing", "editing", "highlighting", "identifying",
    "linking", "moderating", "questioning", "replying", "tagging",
}  # fmt: skip


def collection_of(snapshot):
    return json.loads(render(snapshot, "annotations"))


def annotations(snapshot):
    return collection_of(snapshot)["first"]["items"]


def selected(text, target):
    """What a reader of the model finds in a text: by position, then by the words and those around them."""
    quote, position = target["selector"]
    assert (quote["type"], position["type"]) == ("TextQuoteSelector", "TextPositionSelector")
    found = text.index(quote["prefix"] + quote["exact"] + quote["suffix"]) + len(quote["prefix"])
    assert found == position["start"]
    return text[position["start"] : position["end"]]


def check(collection):
    """What the model says must be so, sections 3 to 5."""
    assert collection["@context"] == "http://www.w3.org/ns/anno.jsonld"
    page = collection["first"]
    assert (collection["type"], page["type"]) == ("AnnotationCollection", "AnnotationPage")
    assert page["partOf"] == collection["id"]
    assert page["id"] == collection["last"]
    assert collection["total"] == len(page["items"])
    names = [collection["id"], page["id"], *(item["id"] for item in page["items"])]
    assert len(set(names)) == len(names)
    assert all(name.startswith("urn:uuid:") for name in names)
    for item in page["items"]:
        assert item["type"] == "Annotation"
        assert item["motivation"] in MOTIVATIONS
        assert item["target"]
        assert all(body["purpose"] in MOTIVATIONS and body["value"] for body in item["body"])
        assert all(body["textDirection"] in ("ltr", "rtl", "auto") for body in item["body"])


@pytest.mark.parametrize(
    "snapshot",
    [
        make_snapshot(),
        make_snapshot(make_claim(), make_unsigned(), sample=True),
        make_snapshot(make_claim(passages=[make_passage(0, 3), make_passage(38, 84)]), make_claim(ref="BY-7")),
        make_snapshot(make_claim(passages=[])),
        make_snapshot(make_claim(statement="=1+1\x07", verdict=make_verdict(summary="x" * 10_000))),
        make_snapshot(make_claim(verdict=make_verdict(summary=""))),
    ],
)
def test_it_is_as_the_model_says_it_must_be(snapshot):
    check(collection_of(snapshot))


def test_every_passage_is_marked_with_what_is_claimed_and_what_was_found():
    (signed, unsigned) = annotations(make_snapshot(make_claim(), make_unsigned()))

    assert selected(TEXT, signed["target"][0]) == "the force will comprise 100,000 to 150,000 men"
    assert [(body["purpose"], body["value"]) for body in signed["body"]] == [
        ("describing", "The force is to comprise 100,000 to 150,000 men."),
        ("classifying", "Supported"),
        ("assessing", "The minister named the figure himself."),
    ]
    assert signed["creator"] == {"type": "Person", "name": "Sam Second"}
    assert signed["created"] == "2026-11-22T11:00:00Z"
    assert (signed["motivation"], unsigned["motivation"]) == ("assessing", "describing")


def test_nothing_unsigned_is_presented_as_a_verdict():
    (item,) = annotations(make_snapshot(make_unsigned(status="proposed")))
    assert [body["purpose"] for body in item["body"]] == ["describing"]
    assert "creator" not in item


def test_a_verdict_of_a_sample_case_says_so():
    (item,) = annotations(make_snapshot(make_claim(), sample=True))
    assert item["body"][1]["value"] == "Supported · Sample"


def test_positions_count_code_points_also_beyond_the_first_plane():
    text = "😀😀 «Ми готові», — сказав 😀 він."
    (item,) = annotations(make_snapshot(make_claim(passages=[make_passage(4, 13, text=text)])))
    assert selected(text, item["target"][0]) == "Ми готові"


def test_the_text_is_named_by_its_hash_and_the_page_by_its_address():
    document = make_document(url="https://desk.example/briefing", language="be")
    (item,) = annotations(make_snapshot(make_claim(), documents=[document]))
    text, page = item["target"]

    assert text["source"]["id"] == name_of_text("cd" * 32)
    assert text["source"]["language"] == "be"
    assert page["source"] == "https://desk.example/briefing"
    assert page["state"] == {"type": "TimeState", "sourceDate": "2026-11-19T07:00:00Z"}
    # The positions are those in the text that was read, not in the page.
    assert page["selector"]["type"] == "TextQuoteSelector"


@pytest.mark.parametrize("url", ["", "javascript:alert(1)", "a folder"])
def test_what_is_no_address_is_no_target(url):
    (item,) = annotations(make_snapshot(make_claim(), documents=[make_document(url=url)]))
    assert len(item["target"]) == 1


def test_a_hash_is_spelled_as_the_standard_does():
    # The example of RFC 6920, section 8.1: "Hello World!".
    sha256 = "7f83b1657ff1fc53b92dc18148a1d65dfc2d4b1fa3d677284addd200126d9069"
    assert name_of_text(sha256) == "ni:///sha-256;f4OxZX_x_FO5LcGBSKHWXfwtSx-j1ncoSt3SABJtkGk"


def test_words_from_right_to_left_say_so():
    (item,) = annotations(make_snapshot(make_claim(statement="قال الوزير")))
    assert [body["textDirection"] for body in item["body"]] == ["rtl", "ltr", "ltr"]


def test_another_report_has_other_names():
    once, again = (collection_of(make_snapshot(make_claim(), log={"count": n, "head": "ab" * 32})) for n in (1, 2))
    assert once["id"] != again["id"]
    assert once["first"]["items"][0]["id"] != again["first"]["items"][0]["id"]
