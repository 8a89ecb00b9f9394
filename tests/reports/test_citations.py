import json
import re
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.reports.citations import tex, verbatim
from claims.reports.render import render
from claims.reports.snapshots import digest
from tests.reports.snapshots import make_claim, make_document, make_evidence, make_snapshot, make_unsigned

NASTY = 'A & B_{c} 100 % $5 #1 ~x ^y \\input{/etc/passwd} } { "q" \x07 @misc{x, and\n\nnew, = قال 😀'
# What csl-data.json names: https://resource.citationstyles.org/schema/latest/input/json/csl-data.json
CSL_TYPES = {"article", "article-newspaper", "broadcast", "document", "post", "report", "speech", "webpage"}
CSL_TEXTS = {"title", "publisher", "URL", "language", "keyword", "note"}
CSL_DATES = {"issued", "accessed"}


def items_of(snapshot):
    return json.loads(render(snapshot, "csl"))


def entries_of(snapshot):
    """The entries as BibTeX reads them: braces are counted, with or without a backslash before them."""
    first, _newline, text = render(snapshot, "bibtex").decode().partition("\n")
    assert first == f"% Case by, report 1, snapshot {digest(snapshot)}"
    found = {}
    while text.strip():
        head = re.match(r"\s*@misc\{([^,{}]+),", text)
        assert head, text[:80]
        fields, at = {}, head.end()
        while start := re.match(r"\s*([a-z]+) = (?:(\w+)|\{),?", text[at:]):
            at += start.end()
            if start[2] is not None:
                fields[start[1]] = start[2]
                continue
            begin, depth = at, 1
            while depth:
                depth += {"{": 1, "}": -1}.get(text[at], 0)
                at += 1
            fields[start[1]] = text[begin : at - 1]
            at += text[at] == ","
        assert text[at:].lstrip().startswith("}"), text[at : at + 80]
        found[head[1]] = fields
        text = text[at:].lstrip()[1:]
    return found


def check_csl(items):
    """The essential rules of csl-data.json: types, names, dates and no other properties."""
    assert len({item["id"] for item in items}) == len(items)
    for item in items:
        assert item["type"] in CSL_TYPES
        assert isinstance(item["id"], str)
        assert set(item) <= {"id", "type", "author"} | CSL_TEXTS | CSL_DATES
        assert all(isinstance(item[name], str) for name in CSL_TEXTS & set(item))
        assert all(set(name) == {"literal"} and isinstance(name["literal"], str) for name in item.get("author", []))
        for name in CSL_DATES & set(item):
            (parts,) = item[name]["date-parts"]
            assert 1 <= len(parts) <= 3
            assert all(isinstance(part, int) for part in parts)


def test_documents_and_exhibits_have_an_entry_each():
    document, exhibit = items_of(make_snapshot(make_claim(), make_unsigned()))

    assert document == {
        "id": "by-document-1",
        "type": "document",
        "title": "Briefing on the militia",
        "author": [{"literal": "Policy desk"}],
        "issued": {"date-parts": [[2023, 2, 24]]},
        "language": "en",
        "keyword": "BY-1, BY-2",
        "note": f"Document 1 of case BY, SHA-256 of its text {'cd' * 32}",
    }
    assert (exhibit["type"], exhibit["URL"]) == ("webpage", "https://example.org/statement")
    assert exhibit["author"] == [{"literal": "Ministry of Defence"}]
    assert exhibit["id"].startswith("ministry-of-defence-2023-")


def test_bibtex_says_the_same():
    entries = entries_of(make_snapshot(make_claim(), documents=[make_document(url="https://desk.example/b?a=1&b=%20")]))
    document, exhibit = entries.values()

    assert list(entries) == [item["id"] for item in items_of(make_snapshot(make_claim()))]
    assert document["author"] == "{Policy desk}"
    assert (document["year"], document["month"], document["day"]) == ("2023", "feb", "24")
    assert (document["url"], document["urldate"]) == ("https://desk.example/b?a=1&b=%20", "2026-11-19")
    assert exhibit["title"] == "{Statement on the militia}"
    assert exhibit["keywords"] == "BY-1"


def test_what_several_claims_cite_has_one_entry():
    snapshot = make_snapshot(make_claim(), make_claim(ref="BY-2", number=2), make_claim(ref="BY-3", evidence=[]))
    assert [item["keyword"] for item in items_of(snapshot)] == ["BY-1, BY-2, BY-3", "BY-1, BY-2"]


def test_evidence_from_a_document_of_the_case_is_that_document():
    snapshot = make_snapshot(make_claim(evidence=[make_evidence(held_in="document:1", exhibit="The briefing")]))
    assert [item["id"] for item in items_of(snapshot)] == ["by-document-1"]


def test_what_is_withheld_and_what_was_not_found_has_no_entry():
    withheld = make_evidence(withheld=True, source=None, source_name="Source withheld", exhibit="Exhibit withheld")
    absent = make_evidence(number=2, exhibit="", source_name="", absence={"place": "The archive"})
    snapshot = make_snapshot(make_claim(evidence=[withheld, absent]), documents=[])
    assert items_of(snapshot) == []
    assert entries_of(snapshot) == {}
    assert b"ithheld" not in render(snapshot, "bibtex") + render(snapshot, "csl")


@pytest.mark.parametrize(
    "snapshot",
    [
        make_snapshot(documents=[], sources=[]),
        make_snapshot(make_claim(), make_unsigned(), sample=True),
        make_snapshot(make_claim(evidence=[make_evidence(exhibit=NASTY, source_name=NASTY, url="javascript:1")])),
        make_snapshot(make_claim(), documents=[make_document(title=NASTY, author=NASTY, publisher=NASTY)]),
        make_snapshot(make_claim(), documents=[make_document(published="2023-02", language="zh-Hant")]),
        make_snapshot(make_claim(), documents=[make_document(url="https://a.example/}{?q=100%25\\\\")]),
        make_snapshot(make_claim(), documents=[make_document(published="spring"), make_document(number=2)]),
        make_snapshot(make_claim(), documents=[make_document(published=None, author="", publisher="", language="")]),
    ],
)
def test_both_can_be_read_whatever_stands_in_them(snapshot):
    items, entries = items_of(snapshot), entries_of(snapshot)
    check_csl(items)
    assert list(entries) == [item["id"] for item in items]
    assert set("".join(entries)) <= set(string.ascii_lowercase + string.digits + "-")


@settings(max_examples=60, deadline=None)
@given(st.text(min_size=1), st.text(), st.text())
def test_whatever_it_is_called_an_entry_can_be_read(title, author, path):
    document = make_document(title=title, author=author, url=f"https://a.example/{path}")
    (entry,) = entries_of(make_snapshot(documents=[document])).values()
    assert entry.get("title", "{}") == f"{{{tex(title)}}}"
    check_csl(items_of(make_snapshot(documents=[document])))


def test_no_command_of_tex_comes_from_a_users_words():
    written = tex(NASTY)
    assert "\\input" not in written
    assert r"A \& B\_\textbraceleft{}c\textbraceright{} 100 \% \$5 \#1" in written
    assert not re.search(r"(?<!\\)[&%$#_]", written)
    assert written.count("{") == written.count("}")
    assert "\n" not in written
    assert "\x07" not in written


def test_an_address_cannot_end_its_field():
    assert verbatim("https://a.example/x{y}?q=a%20b\\c") == "https://a.example/x%7By%7D?q=a%20b%5Cc"
    assert verbatim("https://пример.example/") == "https://%D0%BF%D1%80%D0%B8%D0%BC%D0%B5%D1%80.example/"


def test_keys_are_ascii_and_the_same_in_the_next_report():
    exhibit = make_evidence(source_name="Министерство обороны", exhibit="Заявление")
    first = items_of(make_snapshot(make_claim(evidence=[exhibit])))[1]["id"]
    again = items_of(make_snapshot(make_unsigned(), make_claim(evidence=[make_evidence(), exhibit])))[2]["id"]
    assert first == again
    assert re.fullmatch(r"exhibit-2023-[0-9a-f]{8}", first)


def test_different_exhibits_of_one_day_have_different_keys():
    evidence = [make_evidence(), make_evidence(number=2, exhibit="Another statement")]
    keys = [item["id"] for item in items_of(make_snapshot(make_claim(evidence=evidence)))]
    assert len(set(keys)) == 3
