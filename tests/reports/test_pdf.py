import ctypes

import pypdfium2
import pypdfium2.raw as pdfium
import pytest

from claims.reports.render import render
from tests.reports.snapshots import (
    make_assessment,
    make_claim,
    make_evidence,
    make_passage,
    make_snapshot,
    make_unsigned,
)

HEBREW = "הכוח ימנה 150,000 איש"
ARABIC = "القوة ستضم مئة ألف رجل"
CYRILLIC = "Войска сосредоточены вблизи границы"
GREEK = "Κανείς δεν το είπε"


def text_of(content):
    with pypdfium2.PdfDocument(content) as document:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)


def squeezed(text):
    return "".join(text.split())


def test_its_text_can_be_extracted_and_searched():
    with pypdfium2.PdfDocument(render(make_snapshot(make_claim()), "pdf")) as document:
        found = [page.get_textpage().search("the force will comprise 100,000").get_next() for page in document]
    assert any(found)


def test_it_is_tagged_and_names_its_language_and_title():
    with pypdfium2.PdfDocument(render(make_snapshot(make_claim()), "pdf")) as document:
        assert pdfium.FPDFCatalog_IsTagged(document.raw)
        assert document.get_metadata_value("Title") == "People's militia: what holds"
        assert document.get_metadata_value("CreationDate") == ""


def test_it_says_that_it_follows_pdf_ua():
    content = render(make_snapshot(make_claim()), "pdf")
    assert "This PDF follows PDF/UA-1" in text_of(content)
    assert b"pdfuaid" in content


def test_its_bookmarks_lead_to_the_parts_and_the_claims():
    with pypdfium2.PdfDocument(render(make_snapshot(make_claim(), make_unsigned()), "pdf")) as document:
        bookmarks = [(mark.level, mark.get_title()) for mark in document.get_toc()]
    assert (0, "Summary") in bookmarks
    assert (1, "BY-1 The force is to comprise 100,000 to 150,000 men.") in bookmarks
    assert bookmarks[-3:] == [(0, "Sources"), (0, "Documents"), (0, "How to check this report")]


def test_every_page_has_its_number():
    with pypdfium2.PdfDocument(render(make_snapshot(make_claim()), "pdf")) as document:
        count = len(document)
        assert [document.get_page_label(at) for at in range(count)] == [str(at + 1) for at in range(count)]
        for at, page in enumerate(document):
            assert f"page {at + 1} of {count}" in page.get_textpage().get_text_bounded()


def test_the_summary_links_to_the_claims():
    with pypdfium2.PdfDocument(render(make_snapshot(make_claim(), make_unsigned()), "pdf")) as document:
        assert _links_within(document, document[1]) >= {2}


def test_other_scripts_come_out_readable():
    claim = make_claim(
        passages=[make_passage(0, 10, text=CYRILLIC, language="ru"), make_passage(0, 4, text=HEBREW, language="he")],
        evidence=[make_evidence(quote=GREEK, language="el"), make_evidence(quote=ARABIC, language="ar-SY")],
    )
    content = render(make_snapshot(claim), "pdf")
    text = text_of(content)
    assert b"pdfuaid" in content
    assert CYRILLIC in text
    assert GREEK in text
    assert "ימנה" in text
    # The letters of Arabic may come in their joined forms, so only that each of them has a glyph is certain.
    assert "empty boxes" not in text


def test_a_character_without_a_glyph_does_not_stop_the_report():
    content = render(make_snapshot(make_claim(statement="中文 claim 😀")), "pdf")
    text = text_of(content)
    assert "are in none of the fonts of this PDF" in " ".join(text.split())
    assert "follows PDF/UA-1" not in text
    assert b"pdfuaid" not in content
    with pypdfium2.PdfDocument(content) as document:
        assert pdfium.FPDFCatalog_IsTagged(document.raw)


def test_markup_in_a_users_words_is_text():
    nasty = '#import "x": y *bold* _it_ $x^2$ @ref <label> `raw` \\ // no comment = no heading'
    assert squeezed(nasty) in squeezed(text_of(render(make_snapshot(make_claim(statement=nasty)), "pdf")))


def test_a_long_rationale_is_all_there():
    rationale = "\n".join(f"Line {n} of the rationale, which goes on for a while." for n in range(200))
    text = text_of(render(make_snapshot(make_claim(assessments=[make_assessment(rationale=rationale)])), "pdf"))
    assert all(f"Line {n} of the rationale" in text for n in range(200))


@pytest.mark.parametrize("word", ["x" * 5000, "https://example.org/" + "a1B2" * 400])
def test_a_very_long_word_stays_on_the_page(word):
    claim = make_claim(assessments=[make_assessment(rationale=word)], evidence=[make_evidence(note=word, quote=word)])
    with pypdfium2.PdfDocument(render(make_snapshot(claim), "pdf")) as document:
        width = document[0].get_width()
        for page in document:
            textpage = page.get_textpage()
            assert all(textpage.get_charbox(at)[2] < width - 40 for at in range(textpage.count_chars()))


def test_control_characters_do_not_stop_the_report():
    assert render(make_snapshot(make_claim(statement="a\u202eb\u0007c\u2028d")), "pdf")


def _links_within(document, page):
    """The indexes of the pages that this page links to."""
    at, link, pages = ctypes.c_int(0), pdfium.FPDF_LINK(), set()
    while pdfium.FPDFLink_Enumerate(page.raw, at, link):
        pages.add(pdfium.FPDFDest_GetDestPageIndex(document.raw, pdfium.FPDFLink_GetDest(document.raw, link)))
    return pages


def test_a_claim_s_timeline_is_in_it_as_a_picture_with_its_words(monkeypatch):
    snapshot = make_snapshot(make_claim(as_of="2023-02-21", review_by="2024-02-21"))
    content = render(snapshot, "pdf")
    assert b"pdfuaid" in content
    assert "Evidence that supports" in text_of(content)
    monkeypatch.setattr("claims.reports.outline.MOST_DRAWN", 0)
    content = render(snapshot, "pdf")
    assert "Evidence that supports" not in text_of(content)
    assert "The pictures of single claims are left out" in " ".join(text_of(content).split())
