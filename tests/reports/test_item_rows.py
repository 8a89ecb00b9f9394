import csv
import io
import json
from pathlib import Path

import pytest

from claims.reports import item_rows, snapshots
from claims.reports.render import render
from tests.reports.snapshots import make_assessment, make_claim, make_evidence, make_snapshot, make_unsigned

ABSENCE = {
    "place": "The archive", "query": "militia", "languages": "be", "since": "2023-01-01", "until": None,
    "searched_on": "2026-11-20", "searched_by": "Ann", "limits": "",
}  # fmt: skip


def rows_of(snapshot, format):
    content = render(snapshot, format)
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_every_item_of_evidence_has_a_row():
    claim = make_claim(evidence=[make_evidence(), make_evidence(number=2, stance="refutes", origin=None)])
    first, second = rows_of(make_snapshot(claim, make_unsigned()), "evidence")

    assert (first["case"], first["report"], first["claim"], first["number"]) == ("BY", "1", "BY-1", "1")
    assert (first["stance"], first["reliability"], first["credibility"]) == ("supports", "B", "3")
    assert (first["published"], first["withheld"], first["origin"]) == ("2023-02-20", "no", "1")
    assert (second["stance"], second["origin"], second["absence_place"]) == ("refutes", "", "")


def test_a_search_that_found_nothing_is_told_with_its_bounds():
    claim = make_claim(evidence=[make_evidence(absence=ABSENCE, source_name="", exhibit="")])
    (row,) = rows_of(make_snapshot(claim), "evidence")
    assert (row["absence_place"], row["absence_until"]) == ("The archive", "")
    assert row["absence_searched_on"] == "2026-11-20"


def test_every_answer_of_a_reviewer_has_a_row():
    claim = make_claim(assessments=[make_assessment(), make_assessment(reviewer="Ben", relied_on=[1, 3])])
    first, second = rows_of(make_snapshot(claim, sample=True), "assessments")
    assert (first["claim"], first["reviewer"], first["rating"]) == ("BY-1", "Ann Analyst", "supported")
    assert (second["reviewer"], second["relied_on"], second["sample"]) == ("Ben", "1 3", "yes")
    assert first["rationale"] == "Said on the record.\n\nThe transcript has the words."


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", " =", "＝"])  # noqa: RUF001
def test_no_cell_is_a_formula(start):
    claim = make_claim(
        evidence=[make_evidence(quote=f"{start}1+1", absence=ABSENCE | {"limits": f"{start}1+1"})],
        assessments=[make_assessment(rationale=f"{start}1+1")],
    )
    (item,), (given,) = (rows_of(make_snapshot(claim), name) for name in ("evidence", "assessments"))
    assert item["quote"] == item["absence_limits"] == given["rationale"] == f"'{start}1+1"


@pytest.mark.parametrize("format", ["evidence", "assessments"])
def test_an_empty_report_has_its_heading(format):
    assert rows_of(make_snapshot(), format) == []
    assert render(make_snapshot(), format).decode("utf-8-sig").startswith("case,report,sample,claim,")


def test_the_columns_are_fields_of_the_frozen_data():
    schema = json.loads((Path(snapshots.__file__).parent / "snapshot.schema.json").read_text())["$defs"]
    assert set(item_rows.EVIDENCE) <= set(schema["evidence"]["properties"])
    assert set(item_rows.ABSENCE) == set(schema["absence"]["properties"])
    assert set(item_rows.ASSESSMENTS) <= set(schema["assessment"]["properties"])


def test_a_long_rationale_is_whole_and_right_to_left_words_are_as_they_are():
    claim = make_claim(assessments=[make_assessment(rationale="x" * 10_000, would_change="قال 😀")])
    (row,) = rows_of(make_snapshot(claim), "assessments")
    assert (row["rationale"], row["would_change"]) == ("x" * 10_000, "قال 😀")
