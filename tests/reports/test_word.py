import base64
import io
import re
import zipfile
from html import unescape

import docx
import pytest
from docx.oxml.ns import qn
from PIL import Image

from claims.reports.render import render
from claims.reports.snapshots import digest
from claims.reports.word.manuscript import turns
from tests.reports.snapshots import (
    make_assessment,
    make_claim,
    make_evidence,
    make_passage,
    make_snapshot,
    make_unsigned,
    make_verdict,
)

HEBREW = "הכוח ימנה 150,000 איש"


def opened(snapshot):
    return docx.Document(io.BytesIO(render(snapshot, "docx")))


def text_of(document):
    rows = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *rows])


def in_style(document, name):
    return [paragraph.text for paragraph in document.paragraphs if paragraph.style.name == name]


def attributes(document, tag, name):
    return [element.get(qn(name)) for element in document.element.body.iter(qn(tag))]


def test_its_parts_stand_in_named_styles():
    document = opened(make_snapshot(make_claim(), make_unsigned()))

    assert in_style(document, "Title") == ["People's militia: what holds"]
    assert in_style(document, "Heading 1")[:2] == ["Summary", "Claims"]
    assert "BY-1 The force is to comprise 100,000 to 150,000 men." in in_style(document, "Heading 2")
    assert "Evidence" in in_style(document, "Heading 3")
    assert "A people's militia will be formed." in in_style(document, "Quote")
    assert "Timeline" in in_style(document, "Caption")
    assert {table.style.name for table in document.tables} == {"Report Table"}


def test_its_contents_are_a_field_that_is_filled_already():
    document = opened(make_snapshot(make_claim(), make_unsigned()))
    entries = [p.text for p in document.paragraphs if p.style.name.startswith("toc")]
    heads = [p.text for p in document.paragraphs if p.style.name in ("Heading 1", "Heading 2")]

    assert entries == heads
    assert [each.text for each in document.element.body.iter(qn("w:instrText"))] == [' TOC \\o "1-2" \\n \\h \\z \\u ']
    assert attributes(document, "w:fldChar", "w:fldCharType") == ["begin", "separate", "end"]


def test_every_link_within_it_leads_somewhere():
    document = opened(make_snapshot(make_claim(), make_unsigned()))
    names = attributes(document, "w:bookmarkStart", "w:name")
    links = {link for link in attributes(document, "w:hyperlink", "w:anchor") if link}

    assert len(names) == len(set(names))
    assert links <= set(names)
    assert {"claim_1", "claim_2", "row_claim_1", "row_claim_2"} <= links


def test_an_address_is_a_link_only_where_it_is_safe_to_follow():
    evidence = [make_evidence(url="https://example.org/a"), make_evidence(number=2, url="javascript:alert(1)")]
    document = opened(make_snapshot(make_claim(evidence=evidence)))
    targets = [rel.target_ref for rel in document.part.rels.values() if rel.is_external]

    assert targets == ["https://example.org/a"]
    assert "javascript:alert(1)" in text_of(document)


def test_every_page_has_its_number_and_the_case():
    section = opened(make_snapshot(make_claim())).sections[0]
    foot = section.footer.paragraphs[0]

    assert section.header.paragraphs[0].text == "People's militia: what holds"
    assert foot.text.startswith("BY · Belarus, February 2023\tpage ")
    assert [field.get(qn("w:instr")) for field in foot._p.iter(qn("w:fldSimple"))] == [" PAGE ", " NUMPAGES "]


def test_each_quotation_carries_its_verdict_as_a_comment():
    signed, unsigned = make_claim(verdict=make_verdict(summary="First.\n\nSecond.")), make_unsigned()
    document = opened(make_snapshot(signed, unsigned))
    told = [(comment.author, comment.text.strip(), comment.timestamp.isoformat()) for comment in document.comments]

    assert told == [
        ("Sam Second", "BY-1: ✓ Supported\nFirst.\nSecond.", "2026-11-22T11:00:00+00:00"),
        ("Eva Editor", f"BY-2: No signed verdict (status: In review)\n{unsigned['statement']}",
         "2026-11-22T12:04:05+00:00"),
    ]  # fmt: skip
    assert commented(document, 0) == signed["passages"][0]["exact"]
    assert commented(document, 1) == unsigned["passages"][0]["exact"]


def commented(document, key):
    """The text between the two ends of a comment."""
    inside, found = False, ""
    for element in document.element.body.iter():
        if element.tag == qn("w:commentRangeStart") and element.get(qn("w:id")) == str(key):
            inside = True
        elif element.tag == qn("w:commentRangeEnd") and element.get(qn("w:id")) == str(key):
            return found
        elif inside and element.tag == qn("w:t"):
            found += element.text
    return None


def test_every_picture_says_in_words_what_it_shows():
    document = opened(make_snapshot(make_claim()))
    said = [shape._inline.docPr.get("descr") for shape in document.inline_shapes]

    assert len(said) == 3
    assert all(said)
    assert any(each.startswith("Timeline: As of: 20 Feb 2023") for each in said)


def test_a_quotation_from_right_to_left_is_set_so_and_names_its_language():
    claim = make_claim(passages=[make_passage(5, 9, text=HEBREW, language="he")])
    document = opened(make_snapshot(claim))
    quote = next(p for p in document.paragraphs if HEBREW in p.text)

    assert quote._p.pPr.find(qn("w:bidi")) is not None
    runs = [run._r.rPr for run in quote.runs if run.text]
    assert all(shape.find(qn("w:rtl")) is not None for shape in runs)
    assert {shape.find(qn("w:lang")).get(qn("w:bidi")) for shape in runs} == {"he"}


@pytest.mark.parametrize("text", ["plain", "", f"{HEBREW} (TASS) ", "a ب b ب", "150 איש", "  ", "😀א😀"])
def test_turning_to_the_other_direction_loses_no_character(text):
    found = turns(text)
    assert "".join(part for part, _rtl in found) == text


def test_each_stretch_has_the_direction_of_its_letters():
    assert turns("…", rtl=True) == [("…", True)]
    assert turns("the הכוח ימנה 150 men") == [("the ", False), ("הכוח ימנה 150 ", True), ("men", False)]


def test_its_properties_are_those_of_the_report():
    snapshot = make_snapshot(make_claim())
    properties = opened(snapshot).core_properties

    assert (properties.title, properties.author) == ("People's militia: what holds", "Eva Editor")
    assert properties.last_modified_by == "Eva Editor"
    assert properties.created == properties.modified
    assert properties.created.isoformat() == "2026-11-22T12:04:05+00:00"
    assert (properties.language, properties.identifier) == ("en", f"sha256:{digest(snapshot)}")


def test_it_says_nothing_of_the_clock_the_machine_or_the_program():
    with zipfile.ZipFile(io.BytesIO(render(make_snapshot(make_claim()), "docx"))) as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        names = archive.namelist()
        everything = b"".join(archive.read(name) for name in archive.namelist())
    assert not [name for name in names if re.search(r"app\.xml|thumbnail|stylesWithEffects|customXml", name)]
    assert b"python-docx" not in everything


@pytest.mark.parametrize("text", ["a\x00b", "a\x0bb", "a\x1fb", "a\ufffeb", "a\x85b"])
def test_a_character_that_xml_forbids_shows_where_it_stood(text):
    assert "a\N{REPLACEMENT CHARACTER}b" in text_of(opened(make_snapshot(make_claim(statement=text))))


def test_markup_in_a_users_words_is_text():
    nasty = '<w:br/> &amp; </w:t> {TOC} "q" <script>'
    assert nasty in text_of(opened(make_snapshot(make_claim(statement=nasty))))


def test_a_long_rationale_is_all_there_line_by_line():
    lines = [f"Line {n} of the rationale, which goes on for a while." for n in range(200)]
    document = opened(make_snapshot(make_claim(assessments=[make_assessment(rationale="\n\n".join(lines))])))
    assert [text for text in in_style(document, "Normal") if text.startswith("Line ")] == lines


def test_a_long_word_in_a_table_cannot_widen_it():
    document = opened(make_snapshot(make_claim(statement="x" * 5000)))
    assert all(table._tbl.tblPr.find(qn("w:tblLayout")).get(qn("w:type")) == "fixed" for table in document.tables)
    assert not any(value == "1" for value in attributes(document, "w:cantSplit", "w:val")[1:2])


def test_an_empty_report_can_be_opened():
    assert "No claims were chosen for this report." in text_of(opened(make_snapshot()))


def test_what_the_page_says_it_says_too():
    snapshot = make_snapshot(make_claim(), make_unsigned(), sample=True)
    markup = re.compile(r"<style>.*?</style>|<svg.*?</svg>|<details>.*?</details>|<[^>]+>", re.DOTALL)
    page = unescape(markup.sub(" ", render(snapshot, "html").decode()))
    mine = set(re.findall(r"\w{3,}", text_of(opened(snapshot))))
    assert set(re.findall(r"\w{3,}", page)) <= mine


def test_the_logo_stands_at_its_head_in_its_own_proportions():
    image = io.BytesIO()
    Image.new("RGB", (400, 50)).save(image, "PNG")
    logo = base64.b64encode(image.getvalue()).decode()
    document = opened(make_snapshot(make_claim(), logo=logo, imprint="Desk, Minsk"))
    first = document.inline_shapes[0]

    assert first._inline.docPr.get("descr") == "Logo"
    assert round(first.width / first.height, 1) == round(227 / 28, 1)
    assert "Desk, Minsk" in in_style(document, "Faint")
