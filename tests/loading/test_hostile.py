"""Hostile files: each ends in a sentence or in its text, in bounded time, and whoever asked goes on."""

import struct

import pytest

from claims.loading import sandbox
from claims.loading.extracting import extract
from claims.loading.formats.parsed import Note
from tests.loading.files import VISIBLE, archive, docx, drawn, paragraph, part, pdf
from tests.loading.test_extracting import ARMY, PAGE, notes, refusal


def test_a_zip_bomb_in_a_word_file_is_not_opened():
    assert refusal(docx(paragraph(ARMY), word__media="\0" * 250_000_000)) == "bomb"
    assert refusal(docx(paragraph("x" * 20_000_000))) == "long"
    assert refusal(archive({f"word/{n}": "" for n in range(10_001)})) == "bomb"


def test_a_member_that_holds_more_than_it_declares_is_refused():
    content = docx(paragraph("x" * 1_000_000))
    size = struct.pack("<I", len(docx_document("x" * 1_000_000)))
    assert content.count(size) == 2
    assert refusal(content.replace(size, struct.pack("<I", 400))) == "broken"


def docx_document(words: str) -> str:
    body = part("document", f"<w:body>{paragraph(words)}</w:body>")
    return f'<?xml version="1.0" encoding="UTF-8"?>{body}'


@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>',
        '<!DOCTYPE x [<!ENTITY c SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd" [<!ENTITY c "c">]>',
    ],
)
def test_entities_in_a_word_file_are_not_read(declared):
    assert refusal(docx(paragraph("&c;"), before=declared)) == "entities"
    assert refusal(docx(paragraph(ARMY), **{"docProps__core.xml": f"{declared}<a>&c;</a>"})) == "entities"


def test_a_pdf_with_a_million_objects_is_read():
    assert extract(pdf(drawn((ARMY[:30], VISIBLE)), more=1_000_000)).text == ARMY[:30]


def test_a_pdf_with_ever_more_pages_is_refused():
    assert refusal(pdf(drawn((ARMY, VISIBLE)), pages=50_000)) == "pages"


def test_a_page_drawn_by_a_million_strokes_is_given_up_in_time(monkeypatch):
    monkeypatch.setattr(sandbox, "WALL_SECONDS", 2)
    assert refusal(pdf(b"BT /F 12 Tf 72 700 Td " + b"(a)Tj " * 1_000_000 + b"ET")) == "time"


def test_a_locked_pdf_is_refused():
    locked = b"/Encrypt<</Filter/Standard/V 1/R 2/P -4/O(%s)/U(%s)>>/ID[(a)(a)]" % (b"o" * 32, b"u" * 32)
    assert refusal(pdf(drawn((ARMY, VISIBLE)), trailer=locked)) == "password"


@pytest.mark.parametrize("tag", ["div", "b", "table><tr><td", "p hidden"])
def test_endless_nesting_in_a_page_ends(tag):
    content = f"<!doctype html><p>{ARMY}</p>" + f"<{tag}>" * 100_000 + ARMY
    assert ARMY in extract(content.encode()).text


def test_endless_nesting_in_a_word_file_ends():
    deep = "<w:tbl><w:tr><w:tc>" * 30_000 + paragraph(ARMY) + "</w:tc></w:tr></w:tbl>" * 30_000
    assert extract(docx(deep)).text == ARMY


def test_endless_nesting_in_an_e_mail_ends():
    content = b"From: a@example.org\nMIME-Version: 1.0\nContent-Type: message/rfc822\n\n" * 20_000
    assert refusal(content, "a.eml") in ("deep", "parts", "crashed", "empty")
    many = b"From: a@b.org\nContent-Type: multipart/mixed; boundary=x\n\n" + b"--x\n\na\n" * 5000 + b"--x--\n"
    assert refusal(many, "a.eml") == "parts"


@pytest.mark.parametrize("beginning", ["", "<!doctype html><p>", "From: a@example.org\nDate: x\n\n"])
def test_a_single_line_of_ten_megabytes_is_read(beginning):
    line = "word and " * 1_100_000
    found = extract(f"{beginning}{line}".encode(), "a.eml" if beginning.startswith("From") else "")
    assert found.text.strip() == line.strip()


def test_writing_from_right_to_left_stays_as_it_is_and_turns_are_told():
    mixed = "קצין אמר 48,000 men \u202eneewteb\u202c والجيش"
    found = extract(mixed.encode())
    assert found.text == mixed
    assert notes(found) == {"bidi": 2}
    assert mixed in extract(docx(paragraph(mixed))).text
    assert mixed in extract(f"<!doctype html><p>{mixed}".encode()).text


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"The army \xed\xa0\x80 is large. " * 20, "surrogate"),
        ("The army \ud800 is".encode("utf-16", "surrogatepass"), "surrogate"),
        (b"The army\0 is large.", "binary"),
        (b"<!doctype html><p>The army\0 is large.", "binary"),
        (b"<!doctype html><p>The army \xed\xa0\x80 is large.", "surrogate"),
        (b"From: a@example.org\nMIME-Version: 1.0\n\nThe army\0 is large.", "binary"),
        (b"", "empty"),
        (b" \n\t ", "empty"),
        (b"<!doctype html><body> </body>", "empty"),
        (docx(), "empty"),
        (b"a" + "\u0301".encode() * 100, "pile"),
        (docx(paragraph("a" + "\u0301" * 100)), "pile"),
    ],
)
def test_what_no_text_may_hold_is_refused_by_name(content, reason):
    assert refusal(content) == reason


def test_a_process_that_a_file_got_hold_of_is_not_believed(monkeypatch):
    honest: dict[str, object] = {
        "text": "Text.", "extractor": "x", "title": "", "author": "", "publisher": "", "published": "", "modified": "",
        "language": "", "pages": [], "notes": [["hidden", 3], ["made up", "x"]],
    }  # fmt: skip
    said = dict(honest)
    monkeypatch.setattr(sandbox, "read", lambda kind, content, **options: dict(said))
    assert extract(PAGE.encode()).notes == (Note("hidden", 3),)
    lies: list[dict[str, object]] = [
        {"text": "a\0b"}, {"text": "e\u0301"}, {"text": 5}, {"pages": [9]}, {"pages": [3, 1]}, {"pages": ["x"]},
        {"pages": 3}, {"title": ["x"]}, {"published": "soon"}, {"notes": [1]}, {"notes": None},
    ]  # fmt: skip
    for lie in lies:
        said = honest | lie
        assert refusal(PAGE.encode()) == "crashed", lie
    said = {}
    assert refusal(PAGE.encode()) == "crashed"
