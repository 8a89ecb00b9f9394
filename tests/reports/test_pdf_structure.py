"""What PDF/UA-1 asks of a PDF and can be seen from outside: structure, names, words for pictures, links, fonts.

Source: ISO 14289-1, by the numbers that the Matterhorn Protocol 1.1 gives its failure conditions.
"""

import ctypes
from collections import Counter
from functools import partial
from itertools import pairwise

import pypdfium2
import pypdfium2.raw as pdfium
import pytest

from claims.reports.annotated.formats import render as render_annotated
from claims.reports.render import render
from tests.reports.annotated.test_annotating import report_on
from tests.reports.snapshots import TEXT, make_claim, make_evidence, make_passage, make_snapshot, make_unsigned
from tests.reports.test_pdf import ARABIC, HEBREW


def claims():
    quoted = [make_passage(38, 84), make_passage(0, 4, text=HEBREW, language="he")]
    cited = [make_evidence(), make_evidence(number=2, quote=ARABIC, language="ar")]
    return make_claim(passages=quoted, evidence=cited), make_unsigned()


def report():
    return render(make_snapshot(*claims()), "pdf")


def annotated():
    return render_annotated(report_on(TEXT, make_claim(), make_unsigned()), 1, TEXT, "pdf")


both = pytest.mark.parametrize("content", [report, annotated])


@pytest.fixture
def document(content):
    with pypdfium2.PdfDocument(content()) as opened:
        yield opened


def said(ask, *about):
    """What PDFium answers in UTF-16."""
    length = ask(*about, None, 0)
    if length <= 2:
        return ""
    room = (ctypes.c_ushort * (length // 2))()
    ask(*about, room, length)
    return bytes(room).decode("utf-16-le").rstrip("\0")


def elements(document):
    """Every element of the structure as (type, words in its place), in reading order."""
    for page in document:
        tree = pdfium.FPDF_StructTree_GetForPage(page.raw)
        for at in range(pdfium.FPDF_StructTree_CountChildren(tree)):
            yield from within(pdfium.FPDF_StructTree_GetChildAtIndex(tree, at))
        pdfium.FPDF_StructTree_Close(tree)


def within(element):
    yield said(pdfium.FPDF_StructElement_GetType, element), said(pdfium.FPDF_StructElement_GetAltText, element)
    for at in range(pdfium.FPDF_StructElement_CountChildren(element)):
        child = pdfium.FPDF_StructElement_GetChildAtIndex(element, at)
        if child:
            yield from within(child)


def links(document):
    """Every link within the document, as the pages that it leads from and to."""
    for number, page in enumerate(document):
        at, link = ctypes.c_int(0), pdfium.FPDF_LINK()
        while pdfium.FPDFLink_Enumerate(page.raw, at, link):
            target = pdfium.FPDFLink_GetDest(document.raw, link)
            yield number, pdfium.FPDFDest_GetDestPageIndex(document.raw, target) if target else None


@both
def test_it_is_tagged_and_names_its_title_and_its_language(document):  # 06, 07, 11
    assert pdfium.FPDFCatalog_IsTagged(document.raw)
    assert document.get_metadata_value("Title")
    assert said(partial(pdfium.FPDFCatalog_GetLanguage, document.raw)) == "en"


@both
def test_headings_leave_out_no_level(document):  # 14
    levels = [int(kind[1]) for kind, _words in elements(document) if kind[:1] == "H" and kind[1:].isdecimal()]
    assert levels[0] == 1
    assert all(below <= above + 1 for above, below in pairwise(levels))


def test_every_picture_has_words_in_its_place():  # 13
    with pypdfium2.PdfDocument(report()) as document:
        pictures = [words for kind, words in elements(document) if kind == "Figure"]
    assert len(pictures) >= 3
    assert all(pictures)


def test_tables_have_headings_and_quotations_are_tagged_as_such():  # 15
    with pypdfium2.PdfDocument(report()) as document:
        found = Counter(kind for kind, _words in elements(document))
    assert found["TH"] >= found["Table"] > 0
    assert found["BlockQuote"] >= 4


@both
def test_all_that_is_drawn_is_tagged_or_marked_as_an_ornament(document):  # 01
    for page in document:
        assert all(pdfium.FPDFPageObj_CountMarks(each.raw) for each in page.get_objects(max_depth=1))


@both
def test_every_link_says_where_it_leads(document):  # 28
    for page in document:
        at, link = ctypes.c_int(0), pdfium.FPDF_LINK()
        while pdfium.FPDFLink_Enumerate(page.raw, at, link):
            note = pdfium.FPDFLink_GetAnnot(page.raw, link)
            assert said(partial(pdfium.FPDFAnnot_GetStringValue, note, b"Contents"))
            pdfium.FPDFPage_CloseAnnot(note)


@both
def test_every_font_is_in_the_file(document):  # 31
    for page in document:
        for drawn in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT]):
            assert pdfium.FPDFFont_GetIsEmbedded(pdfium.FPDFTextObj_GetFont(drawn.raw)) == 1


def test_the_summary_leads_to_each_claim_and_each_claim_back():
    with pypdfium2.PdfDocument(report()) as document:
        pages = {mark.get_title(): mark.get_dest().get_index() for mark in document.get_toc()}
        found = list(links(document))
    titles = [title for title in pages if title.startswith("BY-")]
    assert len(titles) == 2
    for title in titles:
        assert (pages["Summary"], pages[title]) in found
        assert (pages[title], pages["Summary"]) in found


def test_each_claim_has_a_bookmark():
    many = [make_claim(number=n, ref=f"BY-{n}") for n in range(1, 31)]
    with pypdfium2.PdfDocument(render(make_snapshot(*many), "pdf")) as document:
        titles = [mark.get_title() for mark in document.get_toc() if mark.level == 1]
    assert [title.split()[0] for title in titles[:30]] == [claim["ref"] for claim in many]
