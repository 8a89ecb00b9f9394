import io
import re
from html import unescape

import docx
import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from docx.oxml.ns import qn

from claims.reports.annotated.formats import FORMATS, render
from tests.reports.annotated.test_annotating import report_on
from tests.reports.snapshots import TEXT, make_claim, make_passage, make_snapshot, make_unsigned
from tests.reports.test_pdf import text_of
from tests.reports.test_word import commented

HEBREW = "הכוח ימנה 150,000 איש."
LONG = f"  {TEXT}\n\n\tTwo  spaces, <b>a tag</b> & an entity.\n{HEBREW}\n\n{'x' * 300} end."


def spans(*found):
    passages = [make_passage(start, end, text=LONG) for start, end in found]
    return [
        make_claim(number=n, ref=f"BY-{n}", statement=f"Statement {n}.", passages=[passage])
        for n, passage in enumerate(passages, 1)
    ]


def overlapping():
    """Marks within, across and beside one another, one of them over several lines and one in another direction."""
    hebrew = LONG.index(HEBREW)
    return report_on(LONG, *spans((40, 86), (50, 60), (70, 110), (100, hebrew - 20), (hebrew + 5, hebrew + 17)))


def body_of(page):
    """The text of the page's marked part as a browser shows it, without the numbers and the notes."""
    (read,) = re.findall(r'<div class="read">(.*?)</section>', page, re.DOTALL)
    read = re.sub(r"<aside.*?</aside>|<sup>.*?</sup>", "", read, flags=re.DOTALL)
    return [unescape(re.sub(r"<[^>]+>", "", line)) for line in re.findall(r"<p[^>]*>(.*?)</p>", read, re.DOTALL)]


@pytest.mark.parametrize("extension", FORMATS)
def test_made_again_it_has_the_same_bytes(extension):
    assert render(overlapping(), 1, LONG, extension) == render(overlapping(), 1, LONG, extension)


def test_the_page_holds_every_line_as_it_was_read():
    page = render(overlapping(), 1, LONG, "html").decode()
    assert body_of(page) == [line for line in LONG.split("\n") if line]


def test_on_the_page_every_number_leads_to_its_note_and_back():
    page = render(overlapping(), 1, LONG, "html").decode()
    targets = re.findall(r'id="([^"]+)"', page)

    assert len(targets) == len(set(targets))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(targets)
    for number in range(1, 6):
        assert f'<a href="#note-{number}" id="mark-{number}"' in page
        assert f'href="#mark-{number}"' in page
    assert page.count("<aside") == 3


def test_the_page_stands_by_itself_and_runs_nothing():
    page = render(overlapping(), 1, LONG, "html").decode()
    assert "default-src 'none'" in page
    assert not re.search(r"<script|<link|<img| on\w+=| src=|style=", page)
    assert "<b>" not in page


def test_the_pdf_is_tagged_and_holds_text_and_notes():
    content = render(overlapping(), 1, LONG, "pdf")
    words = "".join(text_of(content).split())

    assert b"pdfuaid" in content
    with pypdfium2.PdfDocument(content) as document:
        assert pdfium.FPDFCatalog_IsTagged(document.raw)
        marks = [mark.get_title() for mark in document.get_toc()]
    assert marks[:3] == ["The text", "The claims that stand in it", "BY-1 Statement 1."]
    assert "Statement5." in words
    assert "anentity." in words
    assert "x" * 300 in words


def test_in_the_word_document_each_mark_carries_its_note_as_a_comment():
    document = docx.Document(io.BytesIO(render(overlapping(), 1, LONG, "docx")))
    told = [comment.text.strip().split("\n")[:2] for comment in document.comments]

    assert told == [[f"{n} · BY-{n}: ✓ Supported", f"Statement {n}."] for n in range(1, 6)]
    # The numbers of the marks that end within another stand in it.
    assert re.sub(r"\d(?=$)", "", commented(document, 1)) == LONG[50:60]
    assert commented(document, 0) == f"{LONG[40:60]}2{LONG[60:86]}"


def test_the_word_document_holds_every_line_as_it_was_read():
    document = docx.Document(io.BytesIO(render(overlapping(), 1, LONG, "docx")))
    lines = [p for p in document.paragraphs if p.style and p.style.name.startswith("Read")]
    for line in lines:
        for link in line._p.findall(qn("w:hyperlink")):
            line._p.remove(link)
    assert [line.text for line in lines] == [line for line in LONG.split("\n") if line]


def said(content, extension):
    if extension == "docx":
        return "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(content)).paragraphs)
    return text_of(content) if extension == "pdf" else content.decode()


@pytest.mark.parametrize("extension", FORMATS)
def test_a_document_without_marks_says_so(extension):
    told = said(render(report_on(TEXT), 1, TEXT, extension), extension)
    assert "No claim of this report stands in this document." in told


@pytest.mark.parametrize("extension", FORMATS)
def test_what_was_not_chosen_for_the_report_does_not_stand_in_it_either(extension):
    sections = [section for section in make_snapshot()["sections"] if section != "verdicts"]
    content = render(report_on(TEXT, make_claim(), sections=sections, imprint="Desk, Minsk"), 1, TEXT, extension)
    told = said(content, extension)
    assert "Supported" in told
    assert "Desk, Minsk" in told
    assert "The minister named the figure himself." not in told


@pytest.mark.parametrize("extension", FORMATS)
def test_control_and_other_odd_characters_stop_none(extension):
    odd = "a\u202eb \u2028 c\x07d \ufffe 中 😀 e\u0301 end."
    claim = make_unsigned(passages=[make_passage(2, 9, text=odd)])
    assert render(report_on(odd, claim), 1, odd, extension)
