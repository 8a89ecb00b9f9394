import csv
import hashlib
import io
import json

import pytest
import time_machine
from django.utils import timezone, translation

from claims.reports import wording
from claims.reports.render import FORMATS, render
from claims.reports.snapshots import canonical, digest
from tests.reports.snapshots import (
    make_assessment,
    make_claim,
    make_evidence,
    make_snapshot,
    make_unsigned,
    make_verdict,
)
from tests.reports.test_pdf import text_of

NASTY = '<script>alert(1)</script> #import "x" *bold* _it_ `raw` [link](javascript:alert) | $x$ &amp; {{ 7 }}'
FOR_READING = ["html", "pdf", "md"]


def words_of(snapshot, format):
    """What a reader of the format can read, on one line."""
    content = render(snapshot, format)
    if format == "pdf":
        return " ".join(text_of(content).split())
    return " ".join(content.decode().split())


@pytest.mark.parametrize("format", FORMATS)
def test_the_same_snapshot_gives_the_same_bytes_whoever_asks_and_when(format):
    snapshot = make_snapshot(make_claim(), make_unsigned())
    once = render(snapshot, format)
    with (
        time_machine.travel("2031-05-06 07:08:09+05:00"),
        translation.override("de"),
        timezone.override("Asia/Kathmandu"),
    ):
        assert render(json.loads(canonical(snapshot)), format) == once


def test_there_is_no_other_format():
    with pytest.raises(KeyError):
        render(make_snapshot(), "exe")


@pytest.mark.parametrize("format", FORMATS)
def test_an_empty_selection_can_be_rendered(format):
    assert render(make_snapshot(documents=[], sources=[]), format)


@pytest.mark.parametrize("format", FOR_READING)
def test_a_report_says_who_made_it_of_what_and_how_to_check_it(format):
    snapshot = make_snapshot(make_claim())
    words = words_of(snapshot, format)
    for said in (
        "People's militia: what holds".replace("'", "&#x27;" if format == "html" else "'"),
        "BY · Belarus, February 2023",
        "22 Nov 2026, 12:04 UTC",
        "Eva Editor",
        "42 entries",
        "ab" * 32,
        digest(snapshot),
        "Method and scales",
        "Roughly even chance",
        "Usually reliable",
        "Sources",
    ):
        assert said in words


@pytest.mark.parametrize("format", FOR_READING)
def test_a_claim_comes_with_its_words_its_evidence_and_its_signed_verdict(format):
    words = words_of(make_snapshot(make_claim()), format)
    for said in (
        "the force will comprise 100,000 to 150,000 men",
        "Defence minister",
        "100,000 to 150,000 men",
        "A people" if format == "html" else "A people's militia will be formed.",
        "B3",
        "Supports",
        "The minister named the figure himself.",
        "How many of them are paid?",
        "Ann Analyst",
        "Said on the record.",
        "Sam Second, 22 Nov 2026, 11:00 UTC",
    ):
        assert said in words


@pytest.mark.parametrize("format", FOR_READING)
def test_what_nobody_signed_is_not_presented_as_a_verdict(format):
    words = words_of(make_snapshot(make_unsigned(status="proposed", status_label="Proposed")), format)
    assert "No signed verdict (status: Proposed)" in words
    assert "1 claim, 0 with a signed verdict" in words
    assert "✓" not in words
    assert "Eva Editor, 21 Nov" not in words


@pytest.mark.parametrize("format", FOR_READING)
def test_every_verdict_of_a_sample_case_is_marked(format):
    claim = make_claim(earlier_verdicts=[make_verdict(label="Refuted", look="refuted")])
    words = words_of(make_snapshot(claim, sample=True), format)
    assert "This is a sample case." in words
    assert words.count("Supported · Sample") >= 3
    assert "Refuted · Sample" in words
    assert "Sample verdict" in words
    assert "Sample" not in words_of(make_snapshot(claim), format)


@pytest.mark.parametrize("format", FOR_READING)
def test_a_quotation_that_was_not_checked_says_so(format):
    unheld = make_claim(evidence=[make_evidence(held_in=None)])
    assert "Not checked against a held text." in words_of(make_snapshot(unheld), format)
    assert "Not checked against a held text." not in words_of(make_snapshot(make_claim()), format)


@pytest.mark.parametrize("format", FOR_READING)
def test_what_nobody_graded_is_not_given_a_grade(format):
    ungraded = make_claim(evidence=[make_evidence(source=None, source_name="", reliability="")])
    words = words_of(make_snapshot(ungraded), format)
    assert "?3" in words
    assert "–3" not in words
    assert "Source not graded" in words


def test_markup_in_a_users_words_is_text_on_the_page():
    page = render(_nasty(), "html").decode()
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert 'href="javascript:' not in page


def test_the_page_is_one_file_that_fetches_nothing():
    page = render(make_snapshot(make_claim(evidence=[])), "html").decode()
    assert "default-src &#x27;none&#x27;" in page or "default-src 'none'" in page
    for forbidden in ("http://", "https://", "src=", "@import", "url(", "<link", "<script"):
        assert forbidden not in page


def test_quotations_on_the_page_carry_their_language_and_direction():
    claim = make_claim(evidence=[make_evidence(quote="قال الوزير", language="ar")])
    assert '<blockquote lang="ar" dir="rtl">قال الوزير</blockquote>' in render(make_snapshot(claim), "html").decode()


def test_markup_in_a_users_words_is_text_in_markdown():
    text = render(_nasty(), "md").decode()
    assert r"\<script\>alert(1)\</script\> \#import" in text
    assert r"\*bold\* \_it\_ \`raw\` \[link\](javascript:alert) \| \$x\$ \&amp;" in text
    assert "<script" not in text.replace(r"\<script", "")
    assert "<javascript:" not in text


@pytest.mark.parametrize("line", ["# no heading", "- no list", "1. no list", "+ no", "=== no", "> no", "    no code"])
def test_a_line_of_a_users_words_starts_nothing_in_markdown(line):
    claim = make_claim(verdict=make_verdict(summary=f"First.\n{line}"))
    assert f"\n{line}" not in render(make_snapshot(claim), "md").decode()


def test_the_data_can_be_checked_without_reading_them():
    snapshot = make_snapshot(make_claim())
    content = render(snapshot, "json")
    inner = content.partition(b'"snapshot":')[2].rstrip()[:-1]

    assert json.loads(content) == {"sha256": digest(snapshot), "snapshot": snapshot}
    assert hashlib.sha256(inner).hexdigest() == digest(snapshot)


def test_the_spreadsheet_has_one_row_for_each_claim():
    snapshot = make_snapshot(make_claim(), make_unsigned(), sample=True)
    signed, unsigned = rows_of(snapshot)

    assert (signed["ref"], signed["rating"], signed["rating_label"]) == ("BY-1", "supported", "Supported · Sample")
    assert (signed["quote"], signed["document"]) == ("the force will comprise 100,000 to 150,000 men", "1")
    assert (signed["evidence"], signed["grades"], signed["signed_off_by"]) == ("1", "B3", "Sam Second")
    assert (signed["snapshot_sha256"], signed["log_count"]) == (digest(snapshot), "42")
    assert (unsigned["status"], unsigned["rating"], unsigned["summary"]) == ("in_review", "", "")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", " =", "＝"])  # noqa: RUF001
def test_a_cell_of_the_spreadsheet_is_never_a_formula(start):
    (row,) = rows_of(make_snapshot(make_claim(statement=f"{start}1+1")))
    assert row["statement"] == f"'{start}1+1"


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        ("100000", "150000", "100,000 to 150,000"),
        ("48000", "48000", "48,000"),
        ("1.50", None, "at least 1.50"),
        (None, "-1200", "at most -1,200"),
        (None, None, ""),
        ("1e999999", None, "at least 1e999999"),
    ],
)
def test_a_figure_reads_as_people_write_it(low, high, words):
    assert wording.span(low, high) == words


def test_days_and_times_are_in_words_and_in_utc():
    assert wording.day("2023-02-24") == "24 Feb 2023"
    assert wording.day("2023-02") == "2023-02"
    assert wording.moment("2026-11-22T14:04:05+02:00") == "22 Nov 2026, 12:04 UTC"
    assert wording.day(None) == wording.moment(None) == ""


def rows_of(snapshot):
    content = render(snapshot, "csv")
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def _nasty():
    claim = make_claim(
        statement=NASTY,
        attributions=[],
        evidence=[make_evidence(quote=NASTY, source_name=NASTY, note=NASTY, where=NASTY, url="javascript:alert(1)")],
        verdict=make_verdict(summary=NASTY, label=NASTY, open_questions=NASTY, signed_off_by=NASTY),
        assessments=[make_assessment(rationale=NASTY, reviewer=NASTY)],
    )
    return make_snapshot(claim)


@pytest.mark.parametrize("format", FOR_READING)
def test_the_verb_of_an_attribution_stands_in_no_quotation_marks_since_no_gate_checks_it(format):
    said = {"speaker": "The minister", "verb": "let slip", "hedged": False, "basis": "on_record", "basis_label": "on"}
    words = words_of(make_snapshot(make_claim(attributions=[said])), format)
    assert "let slip" in words
    assert "“let slip" not in words
    assert "“<bdi>let slip" not in words
