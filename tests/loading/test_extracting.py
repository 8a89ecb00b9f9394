"""Whatever lies on the desk: its text and what it says about itself, or a sentence; and never more than its share."""

import datetime
import resource
from email.message import EmailMessage

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from claims.loading import extracting, sandbox
from claims.loading.extracting import NOTES, WHY, Extracted, Unextractable, extract, sentence
from claims.loading.formats.parsed import Fault, Note, iso_date
from claims.loading.formats.pdf import mended
from claims.loading.formats.signatures import kind_of
from claims.text.normalising import clean
from tests.loading.files import CORE, INVISIBLE, VISIBLE, archive, docx, drawn, paragraph, part, pdf, typeset

ARMY = "The army is 48,000 strong, said an official in Minsk on Tuesday, and it is to grow by the end of the year."
GUARD = "The border guard has 12,000 men, and another paragraph says so at a length that no menu ever has."
CYRILLIC = "Армия насчитывает сорок восемь тысяч человек, сообщил чиновник в Минске во вторник. "
PAGE = f"""<!doctype html><html lang="en-GB"><head><title>The Post | Army grows</title>
<meta property="og:title" content="Army grows"><meta property="og:site_name" content="The Post">
<meta name="author" content="Jo Doe"><meta property="article:modified_time" content="2023-02-15T10:00:00Z">
<script type="application/ld+json">{{"@graph": [{{"@type": "WebSite", "name": "No"}}, {{"@type": ["NewsArticle"],
"headline": "Army grows", "datePublished": "2023-02-14T08:00",
"author": [{{"name": "Jo Doe"}}, {{"name": "Al Roe"}}]}}]}}
</script></head><body><nav><a href="/">Home</a> <a href="/world">World</a></nav><article><h1>Army grows</h1>
<p>{ARMY}</p><p>{GUARD}</p><ul><li>First item</li><li>Second item</li></ul>
<table><tr><td>Army</td><td>48,000</td></tr><tr><td>Guard</td><td>12,000</td></tr></table>
<p style="display: none">Hidden words.</p><p hidden>More hidden.</p></article>
<footer>Copyright</footer></body></html>"""


def notes(found: Extracted) -> dict[str, str | int]:
    assert all(sentence(note).endswith(".") for note in found.notes)
    return dict(found.notes)


def refusal(content: bytes, file_name: str = "", **more: str) -> str:
    """The reason for which a file is refused; its sentence must be there too, in bounded memory."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(Unextractable) as fault:
        extract(content, file_name, **more)
    assert str(fault.value).endswith(".")
    assert "%" not in str(fault.value)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000, "kB in this process"
    return fault.value.reason


# Plain text


def test_plain_text_is_read_without_another_process(monkeypatch):
    monkeypatch.setattr(sandbox, "read", None)
    found = extract(b"A briefing\r\n\r\nIt is the cafe\xcc\x81's claim.\x07", "a.txt")
    assert (found.text, found.kind, found.notes) == ("A briefing\n\nIt is the caf\u00e9's claim.", "text", ())
    assert extract("Grüße".encode("utf-16")).text == "Grüße"
    assert extract("Grüße".encode("utf-8-sig")).text == "Grüße"


def test_another_encoding_is_guessed_told_and_can_be_corrected():
    content = (CYRILLIC * 3).encode("cp1251")
    found = extract(content, "a.txt")
    assert found.text == clean(CYRILLIC * 3)
    assert notes(found) == {"guessed": "cp1251"}

    other = extract(content, "a.txt", encoding="koi8-r")
    assert notes(other) == {"chosen": "koi8-r"}
    assert other.text != found.text
    assert refusal(content, encoding="utf-8") == "not_in"
    for name in ("punycode", "unicode_escape", "zip", "utf-7", "no such thing"):
        assert refusal(content, encoding=name) == "encoding"


def test_an_encoding_that_the_server_names_is_no_guess():
    found = extract((CYRILLIC * 3).encode("koi8-r"), "", "text/plain; charset=KOI8-R")
    assert (found.text, found.notes) == (clean(CYRILLIC * 3), ())


def test_too_little_to_guess_is_refused_and_read_in_the_encoding_that_is_chosen():
    assert refusal(b"caf\xe9") == "not_utf8"
    assert "Choose its encoding" in str(Unextractable("not_utf8", 3))
    assert extract("Армия".encode("cp1251"), encoding="cp1251").text == "Армия"


def test_markdown_tells_about_itself_before_its_text_begins():
    front = '---\ntitle: "Army grows"\nauthor: Jo Doe\ndate: 2023-02-14\nlang: en\ntags:\n  - army\n---\n\n'
    found = extract(f"{front}# Heading\n\nText.".encode(), "a.md")
    assert (found.text, notes(found)) == ("# Heading\n\nText.", {"front_matter": 6})
    assert "6 lines of details" in sentence(found.notes[0])
    assert (found.title, found.author, found.published, found.language) == (
        "Army grows", "Jo Doe", datetime.date(2023, 2, 14), "en",
    )  # fmt: skip
    assert extract(b"# Heading #\n\nText.", "a.md").title == "Heading"
    assert extract(b"# Heading #\n\nText.", "a.txt").title == ""


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("---\ntitle: Army grows\n---\nText.", "a.txt"),
        ("---\nThe army: it grows.\n---\nText.", "a.md"),
        ("---\nNote: the army grows.\nSo does the guard.\n---\nText.", "a.md"),
        ("Text.\n\n---\ntitle: Army grows\n---\nMore.", "a.md"),
        ("---\ntitle: Army grows\n---", "a.md"),
    ],
)
def test_what_is_no_front_matter_or_all_there_is_stays_in_the_text(text, name):
    found = extract(text.encode(), name)
    assert (found.text, found.notes) == (text, ())


# Web pages


def test_a_page_gives_its_main_text_and_what_it_says_of_itself():
    found = extract(PAGE.encode(), "page.html")
    blocks = found.text.split("\n\n")
    assert blocks == ["Army grows", ARMY, GUARD, "First item", "Second item", "Army\t48,000\nGuard\t12,000"]
    assert (found.title, found.author, found.publisher) == ("Army grows", "Jo Doe, Al Roe", "The Post")
    assert (found.published, found.modified) == (datetime.date(2023, 2, 14), datetime.date(2023, 2, 15))
    assert (found.language, found.extractor.split()[0]) == ("en-GB", "trafilatura")
    assert notes(found) == {"main_text": 3, "hidden": 4}


def test_a_page_without_a_main_text_gives_all_it_shows():
    boxes = "".join(f"<div><a href='/{n}'>Link number {n}</a></div>" for n in range(60))
    found = extract(f"<!doctype html><script>no()</script><body>{boxes}<p>Army".encode())
    assert "Link number 7" in found.text
    assert "no()" not in found.text


def test_a_page_is_read_in_the_encoding_it_declares():
    page = f'<html><head><meta charset="windows-1251"></head><body><p>{CYRILLIC * 4}</p></body></html>'
    assert extract(page.encode("cp1251"), "a.html").text.strip() == (CYRILLIC * 4).strip()
    page = f"<html><body><p>{CYRILLIC * 4}</p></body></html>"
    assert extract(page.encode("koi8-r"), "", "text/html;charset=koi8-r").text.strip() == (CYRILLIC * 4).strip()


# PDF


def test_a_pdf_gives_paragraphs_whole_words_and_its_pages(tmp_path):
    source = """#set document(title: "Force report", author: "Jo Doe", date: datetime(year: 2023, month: 2, day: 14))
    #set text(lang: "en") \n#set par(justify: true) \n#set page(width: 8cm, height: 9cm, numbering: "1 of 1")
    = A heading
    The extraordinarily well-known internationalisation of administrative responsibilities 😀 should comprise
    100,000 to 150,000 men. Another sentence follows about counterrevolutionary activities.

    The second paragraph says that the café's claim is unquestionably incomprehensible.
    #pagebreak() On the second page stands this. #pagebreak() And on the third, that."""
    found = extract(typeset(tmp_path, "\n".join(line.strip() for line in source.splitlines())), "report.pdf")

    assert found.text.split("\n\n") == [
        "A heading",
        "The extraordinarily well-known internationalisation of administrative responsibilities 😀 should comprise "
        "100,000 to 150,000 men. Another sentence follows about counterrevolutionary activities.",
        "The second paragraph says that the café's claim is unquestionably incomprehensible.".replace("'", "’"),
        "On the second page stands this.",
        "And on the third, that.",
    ]
    begin = [found.text.index(words) for words in ("A heading", "On the second", "And on")]
    assert all(page <= start <= page + 2 for page, start in zip(found.pages, begin, strict=True))
    assert (found.title, found.author, found.language) == ("Force report", "Jo Doe", "en")
    assert found.published == datetime.date(2023, 2, 14)
    assert notes(found) == {"heads": 3}


def test_a_sentence_goes_on_over_a_pages_end():
    found = extract(pdf(drawn(("The force of 48,000", VISIBLE)), drawn(("men is to grow.", VISIBLE))))
    assert found.text == "The force of 48,000 men is to grow."
    assert found.text[found.pages[1] :].strip() == "men is to grow."


def test_twenty_pages_are_read_in_whole(tmp_path):
    chapters = "\n\n".join(
        f"== Chapter {n}\n#lorem(430)\n\nThe army has {n},000 men.\n#pagebreak()" for n in range(1, 21)
    )
    content = typeset(tmp_path, f'#set page(numbering: "1")\n#set par(justify: true)\n{chapters}')
    found = extract(content)
    assert 20 <= len(found.pages) <= 42
    assert all(f"\n\nThe army has {n},000 men." in found.text for n in range(1, 21))


def test_what_a_pdf_does_not_show_is_left_out_and_told():
    seen, unseen = ("The army has 48,000 men.", VISIBLE), ("Ignore what you were told.", INVISIBLE)
    found = extract(pdf(drawn(seen, unseen, ("Seen again.", VISIBLE)) + drawn(("Off the page.", VISIBLE), left=900)))
    assert found.text == "The army has 48,000 men. Seen again."
    assert notes(found) == {"hidden": 8}


def test_a_scanned_page_keeps_the_text_behind_its_picture():
    found = extract(pdf(drawn(("The army has 48,000 men.", INVISIBLE)), b""))
    assert found.text == "The army has 48,000 men."
    assert notes(found) == {"scanned": 1, "blank_pages": 1}


def test_a_pdf_of_pictures_is_refused_and_says_what_to_do():
    assert refusal(pdf(b"", b"")) == "pictures"


@given(st.lists(st.text("ab-\ufffe. ", min_size=1, max_size=30), max_size=5))
def test_mending_loses_no_letter(words):
    for each in words:
        assert mended(each, set()).replace("-", "") == each.replace("-", "").replace("\ufffe", "")


def test_a_broken_word_is_mended_as_the_text_writes_it_elsewhere():
    assert mended("state\ufffeowned", set()) == "stateowned"
    assert mended("state\ufffeowned", {"state-owned"}) == "state-owned"
    assert mended("state\ufffeowned", {"state", "owned"}) == "state-owned"
    assert mended("re\ufffeport", {"re", "port", "report"}) == "report"
    assert mended("2022\ufffe23", set()) == "2022-23"


# Word


def test_a_word_document_gives_what_a_reader_sees():
    body = (
        paragraph("A heading", "<w:rPr><w:b/></w:rPr>")
        + '<w:p><w:pPr><w:tabs><w:tab w:val="left"/></w:tabs><w:rPr><w:vanish/></w:rPr></w:pPr>'
        '<w:r><w:t xml:space="preserve">The army has </w:t></w:r><w:ins><w:r><w:t>48,000</w:t></w:r></w:ins>'
        "<w:del><w:r><w:delText>12,000 old</w:delText></w:r></w:del>"
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>secret words</w:t></w:r>"
        '<w:r><w:rPr><w:vanish w:val="0"/><w:rStyle w:val="Plain"/></w:rPr><w:t xml:space="preserve"> men</w:t>'
        '<w:footnoteReference w:id="7"/><w:t>.</w:t></w:r></w:p>'
        + paragraph("By its style", '<w:rPr><w:rStyle w:val="Child"/></w:rPr>')
        + f"<w:moveFrom>{paragraph('moved')}</w:moveFrom>"
        + f"<w:tbl><w:tr><w:tc>{paragraph('a')}{paragraph('b')}</w:tc><w:tc>{paragraph('c')}</w:tc></w:tr>"
        f"<w:tr><w:tc><w:p/></w:tc><w:tc>{paragraph('d')}</w:tc></w:tr></w:tbl>"
    )
    styles = (
        '<w:docDefaults><w:rPrDefault><w:rPr><w:lang w:val="en-US"/></w:rPr></w:rPrDefault></w:docDefaults>'
        '<w:style w:styleId="Parent"><w:rPr><w:vanish/></w:rPr></w:style>'
        '<w:style w:styleId="Child"><w:basedOn w:val="Parent"/></w:style><w:style w:styleId="Plain"/>'
    )
    footnotes = "".join(
        f'<w:footnote w:id="{number}">{paragraph(words)}</w:footnote>'
        for number, words in ((-1, "line"), (7, "The note."))
    )
    found = extract(
        docx(
            body,
            **{
                "word__styles.xml": part("styles", styles),
                "word__footnotes.xml": part("footnotes", footnotes),
                "docProps__core.xml": CORE,
            },
        ),
        "report.docx",
    )
    assert found.text == "A heading\n\nThe army has 48,000 men[1].\n\na b\tc\n\td\n\n[1] The note."
    assert notes(found) == {"hidden": 5, "deleted": 2}
    assert (found.title, found.author, found.language) == ("A report", "Jo Doe", "uk-UA")
    assert (found.published, found.modified) == (datetime.date(2023, 2, 14), datetime.date(2023, 2, 15))


def test_a_text_box_is_read_once():
    box = f"<w:txbxContent>{paragraph('In the box.')}</w:txbxContent>"
    both = (
        '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        f"<mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent>"
    )
    found = extract(docx(f"<w:p><w:r><w:t>Beside it.</w:t>{both}</w:r></w:p>"))
    assert found.text == "In the box.\n\nBeside it."


@pytest.mark.parametrize("name", ["xl/workbook.xml", "ppt/presentation.xml", "content.xml", "readme"])
def test_other_archives_are_named(name):
    assert refusal(archive({name: "x"}), "a.docx") == "archive"


# E-mail


def letter(**headers: str) -> EmailMessage:
    message = EmailMessage()
    for name, value in ({"From": "Jo Doe <jo@example.org>", "Subject": "Grüße"} | headers).items():
        message[name.replace("_", "-")] = value
    return message


def test_an_e_mail_gives_its_plain_words_and_who_when_and_what():
    message = letter(Date="Tue, 14 Feb 2023 23:30:00 -0500", Organization="The Post")
    message.set_content(f"{ARMY}\n\nÜber alles.\n", charset="windows-1252")
    message.add_alternative(f"<p>{GUARD}</p>", subtype="html")
    message.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="map.png")
    found = extract(message.as_bytes(), "a.eml")
    assert found.text.strip() == f"{ARMY}\n\nÜber alles."
    assert (found.title, found.author, found.publisher) == ("Grüße", "Jo Doe <jo@example.org>", "The Post")
    assert found.published == datetime.date(2023, 2, 14)
    assert notes(found) == {"attachments": "map.png"}
    assert found.kind == extract(message.as_bytes()).kind == "eml"


def test_an_e_mail_of_markup_alone_gives_what_it_shows():
    message = letter()
    message.set_content(f"<p>{ARMY}<p>{GUARD}<div hidden>Not this.</div>", subtype="html")
    found = extract(message.as_bytes(), "a.eml")
    assert found.text == f"{ARMY}\n\n{GUARD}"
    assert notes(found) == {"hidden": 2}


def test_a_text_that_begins_like_a_letter_stays_a_text():
    content = b"From: Jo\nDate: today\n\nThe army is large."
    assert extract(content, "a.txt").text == extract(content).text == content.decode()


# What kind it is


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (PAGE.encode(), "notes.txt", "html"),
        (docx(paragraph(ARMY)), "report.pdf", "docx"),
        (pdf(drawn((ARMY, VISIBLE))), "report.docx", "pdf"),
        (ARMY.encode(), "report.pdf", "text"),
        (ARMY.encode(), "letter.eml", "text"),
    ],
)
def test_a_file_is_read_as_what_it_is_and_a_lying_name_is_told(content, name, kind):
    found = extract(content, name)
    assert found.kind == kind
    assert notes(found)["named"] == kind
    assert "named" not in notes(extract(content, "no ending"))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "picture"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 100, "picture"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100, "old_office"),
        (b"{\\rtf1 text}", "other"),
        (b"\x1f\x8b\x08" + b"\0" * 100, "archive"),
        (b"PK\x03\x04" + b"junk" * 50, "broken"),
        (b"%PDF-1.7 and nothing more", "broken"),
        (b"\x7fELF" + b"\0" * 100, "other"),
        (b"MZ\x90\0\x03", "binary"),
    ],
)
@pytest.mark.parametrize("name", ["a.txt", "a.pdf", "a.docx", "a.html"])
def test_what_is_no_document_is_refused_whatever_it_is_called(content, reason, name):
    assert refusal(content, name) == reason


def test_what_a_file_says_of_itself_fits_one_line():
    found = extract(b'---\ntitle: "' + b"long\t\xe2\x80\xaetitle " * 100 + b'"\n---\nText.', "a.md")
    assert len(found.title) <= 300
    assert found.title.isprintable()


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("2023-02-14T10:00:00Z", "2023-02-14"),
        ("D:20230214100000+01'00'", "2023-02-14"),
        ("Tue, 14 Feb 2023 10:00:00 GMT", "2023-02-14"),
        ("2023-02-31", ""),
        ("14.02.2023", ""),
        ("yesterday", ""),
        ("", ""),
    ],
)
def test_days_are_read_where_there_is_no_doubt(words, day):
    assert iso_date(words) == day


def test_every_sentence_can_be_said():
    for reason in WHY:
        assert "%" not in str(Unextractable(reason, 3))
    for code in NOTES:
        assert sentence(Note(code, 1)) != sentence([code, 2]) or "%" not in sentence([code, 2])


@given(st.binary(max_size=300))
@example(b"<!--" * 100)
def test_any_bytes_at_all_are_of_a_kind_or_refused_by_name(content):
    try:
        kind = kind_of(content, "a.eml")
    except Fault as fault:
        kind = fault.reason
    assert kind in extracting.KINDS or kind in WHY


@pytest.mark.parametrize(
    "line",
    ["# " + "#" * 2_000_000, "# a" + " " * 2_000_000 + "b", "# a" + " #" * 1_000_000 + "b", "#" + " " * 2_000_000],
)
@pytest.mark.timeout(60)
def test_a_heading_of_nothing_but_signs_does_not_hang(line):
    assert extract(f"{line}\nThe army.".encode(), "a.md").text.endswith("The army.")


def test_the_signs_that_close_a_heading_are_no_part_of_the_title():
    assert extract(b"# The army ##  \nIt is 48,000 strong.", "a.md").title == "The army"


@pytest.mark.parametrize(
    "content",
    [b"<!---->" * 500, b"<!-- -->\n" * 400, b" " * 4000, b"<?xml>" * 600, b"<p " * 20_000, b"a: b\n " * 600,
     b"---\n" + b"a:\t" * 4000, b"---\n" + b"\n---\t" * 4000],
)  # fmt: skip
@pytest.mark.timeout(60)
def test_telling_what_a_file_is_does_not_hang_whatever_it_begins_with(content):
    assert extract(content + b"army", "a.md").kind == "markdown"
    assert kind_of(content, "a.html") in ("text", "html")


def test_a_servers_endless_encoding_is_cut_off():
    content = "Größe".encode("cp1252") * 20
    assert extract(content, content_type="text/plain; charset=" + "x" * 200_000).text == "Größe" * 20
