import io
import zipfile
from datetime import datetime

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape

from claims.reports import workbook
from claims.reports.packing import repacked
from claims.reports.render import render
from claims.reports.snapshots import digest
from claims.reports.tables import number
from claims.reports.workbook import LONGEST
from tests.reports.snapshots import (
    make_assessment,
    make_claim,
    make_document,
    make_evidence,
    make_snapshot,
    make_unsigned,
    make_verdict,
)

ABSENCE = {
    "place": "The ministry's archive", "query": "militia", "languages": "be, ru", "since": "2023-01-01",
    "until": None, "searched_on": "2026-11-20", "searched_by": "Ann Analyst", "limits": "Scans are not searched.",
}  # fmt: skip


def opened(snapshot):
    return openpyxl.load_workbook(io.BytesIO(render(snapshot, "xlsx")))


def sheet(snapshot, name):
    """The rows of a sheet by their headings."""
    heading, *rows = opened(snapshot)[name].iter_rows(values_only=True)
    return [dict(zip(heading, row, strict=True)) for row in rows]


def statement_of(text):
    return sheet(make_snapshot(make_claim(statement=text)), "Claims")[0]["Statement"]


def test_it_has_a_sheet_for_each_kind_of_record():
    names = ["Claims", "Passages", "Figures", "Evidence", "Assessments", "Sources", "Documents", "Captures", "About"]
    assert opened(make_snapshot(make_claim())).sheetnames == names


def test_what_was_not_chosen_has_no_sheet_and_is_not_counted_as_none():
    snapshot = make_snapshot(make_claim(evidence=[], assessments=[]), sections=["summary"], custody=[])
    book = opened(snapshot)
    assert book.sheetnames == ["Claims", "Passages", "Figures", "Sources", "Documents", "About"]
    assert not {"Items of evidence", "Supports", "Origins"} & {cell.value for cell in book["Claims"][1]}


def test_a_report_from_before_there_was_a_choice_has_all_that_it_holds():
    snapshot = make_snapshot(make_claim())
    for name in ("sections", "custody", "exhibits", "agreement", "audience", "imprint"):
        del snapshot[name]
    assert opened(snapshot).sheetnames[3:5] == ["Evidence", "Assessments"]
    assert sheet(snapshot, "Claims")[0]["Items of evidence"] == 1


def test_comments_have_a_sheet_where_they_were_chosen():
    said = {
        "round": 1,
        "number": 2,
        "answers": 1,
        "by": "Ann",
        "at": "2026-11-20T08:00:00Z",
        "text": "=x",
        "resolved": True,
    }
    snapshot = make_snapshot(make_claim(comments=[said]), sections=["summary", "comments"])
    (row,) = sheet(snapshot, "Comments")
    assert (row["Claim"], row["Comment"], row["Written (UTC)"]) == ("BY-1", "=x", datetime(2026, 11, 20, 8))


def test_captures_are_told_with_their_custody():
    (row,) = sheet(make_snapshot(make_claim()), "Captures")
    assert (row["Exhibit"], row["Bytes"], row["SHA-256"]) == ("Statement on the militia", 1234, "34" * 32)
    assert row["Captured (UTC)"] == datetime(2026, 11, 19, 8)
    assert row["Custody"] == "19 Nov 2026, 08:00 UTC, received, Ann Analyst"


def test_dates_are_dates_times_are_times_and_numbers_are_numbers():
    snapshot = make_snapshot(make_claim())
    (claim,) = sheet(snapshot, "Claims")
    (figure,) = sheet(snapshot, "Figures")
    (passage,) = sheet(snapshot, "Passages")

    assert claim["As of"] == datetime(2023, 2, 20)
    assert claim["Signed off (UTC)"] == datetime(2026, 11, 22, 11)
    assert (claim["Items of evidence"], claim["Supports"], claim["Refutes"], claim["Origins"]) == (1, 1, 0, 1)
    assert (figure["At least"], figure["At most"], figure["Unit"]) == (100_000, 150_000, "men")
    assert (passage["From character"], passage["To character"]) == (38, 84)
    cell = opened(snapshot)["Claims"]["V2"]
    assert (cell.is_date, cell.number_format) == (True, "yyyy-mm-dd")


@pytest.mark.parametrize("day", ["1898-02-15", "1900-02-28", "2023-02", "the spring of 2023"])
def test_a_day_that_a_spreadsheet_does_not_know_stays_text(day):
    assert sheet(make_snapshot(make_claim(as_of=day)), "Claims")[0]["As of"] == day


@pytest.mark.parametrize(
    ("said", "cell"),
    [
        ("100000", 100_000),
        ("-1.25", -1.25),
        ("123456789012345", 123_456_789_012_345),
        ("1234567890123456", "1234567890123456"),
        ("0.1234567890123456", "0.1234567890123456"),
        ("1E+999", "1E+999"),
        ("NaN", "NaN"),
        ("many", "many"),
        (None, None),
    ],
)
def test_a_number_that_a_spreadsheet_would_round_stays_text(said, cell):
    assert number(said) == cell


def test_grades_stay_text_so_that_nobody_takes_their_mean():
    (item,) = sheet(make_snapshot(make_claim()), "Evidence")
    assert (item["Reliability"], item["Credibility"]) == ("B", "3")


def test_every_table_can_be_filtered_and_keeps_its_heading_in_sight():
    book = opened(make_snapshot(make_claim(), make_unsigned()))
    for table in book.worksheets[:-1]:
        assert table.freeze_panes == "B2"
        assert table.auto_filter.ref == table.dimensions
    assert book["Claims"].auto_filter.ref == "A1:AD3"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("https://a.example")', "{=1+1}", " =1"])
def test_what_looks_like_a_formula_is_text_and_stays_text_when_it_is_edited(text):
    claim = make_claim(statement=text, verdict=make_verdict(summary=text), evidence=[make_evidence(url=text)])
    snapshot = make_snapshot(claim, documents=[make_document(title=text)])
    cell = opened(snapshot)["Claims"]["B2"]

    assert (cell.value, cell.data_type) == (text, "s" if cell.data_type == "s" else "inlineStr")
    assert cell.quotePrefix == (not text.startswith("{"))
    for member in members(snapshot).values():
        assert b"<f>" not in member
        assert b"<f " not in member


def test_addresses_are_text_and_link_nowhere():
    snapshot = make_snapshot(make_claim(evidence=[make_evidence(url="https://example.org/statement")]))
    assert sheet(snapshot, "Evidence")[0]["Address"] == "https://example.org/statement"
    assert not any(b"hyperlink" in member for name, member in members(snapshot).items() if "styles" not in name)
    assert not any("rels" in name and "sheets" in name for name in members(snapshot))


def test_a_text_that_is_too_long_is_cut_and_says_so():
    text = "A long rationale. " * 4000
    snapshot = make_snapshot(make_claim(assessments=[make_assessment(rationale=text)]))
    why = sheet(snapshot, "Assessments")[0]["Why"]

    assert len(why) == LONGEST
    assert why.startswith("A long rationale. A long")
    assert why.endswith("The whole text stands in the web page and in the JSON of this report.]")


def test_a_text_of_ten_thousand_characters_is_whole():
    text = "Because. " * 1111
    snapshot = make_snapshot(make_claim(assessments=[make_assessment(rationale=text)]))
    assert sheet(snapshot, "Assessments")[0]["Why"] == text


def test_characters_beyond_the_first_plane_count_twice_as_excel_counts_them():
    cut = workbook.fitting("😀" * LONGEST)
    assert len(cut.encode("utf-16-le")) // 2 in (LONGEST, LONGEST - 1)
    assert cut.startswith("😀😀")
    assert "�" not in cut
    assert workbook.fitting("😀" * (LONGEST // 2)) == "😀" * (LONGEST // 2)


def test_characters_that_xml_forbids_do_not_occur():
    assert statement_of("A\x00\x07\x0b\x1b\x85 b\ufffe\uffff, tab\tand\nline") == "A b, tab\tand\nline"
    assert statement_of("First.\r\nSecond.\rThird.") == "First.\nSecond.\nThird."


@pytest.mark.parametrize(
    "text", ["<r>bold</r>", "<r><t>x</t></r></is></c>", "a < b & c > d", "]]>", " spaces  kept ", "'quoted'"]
)
def test_markup_in_a_users_words_is_text(text):
    assert statement_of(text).strip(" ") == text.strip(" ")


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(max_size=60), min_size=1, max_size=20))
def test_whatever_stands_in_a_cell_is_read_back(texts):
    said = [f"{text}." for text in texts]
    rows = sheet(make_snapshot(*[make_claim(statement=each) for each in said]), "Claims")
    assert [unescape(row["Statement"]) for row in rows] == [workbook.fitting(each) for each in said]


def test_what_looks_like_an_escape_of_the_format_is_escaped():
    # openpyxl leaves the unescaping to its caller; Excel and LibreOffice do it.
    assert unescape(statement_of("_x0041_")) == "_x0041_"


def test_quotations_from_right_to_left_read_from_right_to_left():
    claim = make_claim(evidence=[make_evidence(quote="قال الوزير إن القوة")])
    book = opened(make_snapshot(claim))
    cells = {cell.value: cell for cell in book["Evidence"][2]}
    assert cells["قال الوزير إن القوة"].alignment.readingOrder == 2
    assert cells["Statement on the militia"].alignment.readingOrder == 0


def test_nothing_unsigned_is_presented_as_a_verdict():
    (row,) = sheet(make_snapshot(make_unsigned(status="proposed", status_label="Proposed")), "Claims")
    assert row["Status"] == "Proposed"
    assert {row[name] for name in ("Verdict", "Why", "Proposed by", "Signed off by", "Signed off (UTC)")} == {None}


def test_every_rating_of_a_sample_case_is_marked():
    snapshot = make_snapshot(make_claim(), sample=True)
    assert sheet(snapshot, "Claims")[0]["Verdict"] == "Supported · Sample"
    assert sheet(snapshot, "Assessments")[0]["Rating"] == "Supported · Sample"
    about = [row[1] for row in opened(snapshot)["About"].iter_rows(values_only=True)]
    assert any(text and text.startswith("This is a sample case.") for text in about)


def test_a_search_that_found_nothing_is_told_with_its_bounds():
    item = make_evidence(absence=ABSENCE, source=None, source_name="", exhibit="", url="", quote="", held_in=None)
    (row,) = sheet(make_snapshot(make_claim(evidence=[item])), "Evidence")
    assert (row["Searched in"], row["Searched for"], row["Period to"]) == ("The ministry's archive", "militia", None)
    assert row["Searched on"] == datetime(2026, 11, 20)
    assert row["Checked against a held text"] is None


def test_the_last_sheet_says_what_it_is_and_how_to_check_it():
    snapshot = make_snapshot(make_claim())
    told = " ".join(str(cell) for row in opened(snapshot)["About"].iter_rows(values_only=True) for cell in row if cell)
    for said in (
        "People's militia: what holds",
        digest(snapshot),
        "ab" * 32,
        "Roughly even chance",
        "Usually reliable",
    ):
        assert said in told


def test_an_empty_report_has_headings_and_no_rows():
    book = opened(make_snapshot(documents=[], sources=[], custody=[], exhibits=[]))
    assert [table.max_row for table in book.worksheets[:-1]] == [1] * 8


def test_of_more_rows_than_a_sheet_holds_the_last_says_so(monkeypatch):
    monkeypatch.setattr(workbook, "ROWS", 4)
    rows = sheet(make_snapshot(*[make_claim(statement=f"Claim {n}.") for n in range(9)]), "Claims")
    assert [row["Statement"] for row in rows] == ["Claim 0.", "Claim 1.", None]
    assert rows[-1]["Claim"] == "There are more: a sheet holds no more rows."


def test_its_bytes_hold_neither_the_time_nor_the_machine():
    with zipfile.ZipFile(io.BytesIO(render(make_snapshot(make_claim()), "xlsx"))) as archive:
        for member in archive.infolist():
            assert member.date_time == (1980, 1, 1, 0, 0, 0)
            assert member.compress_type == zipfile.ZIP_STORED
            assert (member.create_system, member.external_attr) == (3, 0o644 << 16)
        assert b"2026-11-22T12:04:05Z" in archive.read("docProps/core.xml")


def test_repacking_keeps_every_member():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("b.xml", b"<b/>" * 1000)
        archive.writestr("a.xml", b"")
    with zipfile.ZipFile(io.BytesIO(repacked(out.getvalue()))) as again:
        assert {name: again.read(name) for name in again.namelist()} == {"b.xml": b"<b/>" * 1000, "a.xml": b""}
        assert again.namelist() == ["b.xml", "a.xml"]


def members(snapshot):
    with zipfile.ZipFile(io.BytesIO(render(snapshot, "xlsx"))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
