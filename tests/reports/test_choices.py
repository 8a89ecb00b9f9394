"""What is chosen of a report: for whom it is, and what stands in it."""

import csv
import io
import json
import re
import zipfile
from io import BytesIO

import pytest

from claims.models import Exhibit, Refused, trace
from claims.reports.choices import SECTIONS, Choice
from claims.reports.freezing import check_quotations, freeze
from claims.reports.render import FORMATS, pieces_of, render
from tests.factories import make_assessment, make_claim, make_comment, make_evidence, make_signed_claim, make_verdict
from tests.reports.test_pdf import text_of
from tests.reports.test_snapshots import faults_of

PUBLIC = Choice(audience="public")


@pytest.fixture
def signed(case, ann, ben, eve, max_):
    """A signed claim with a quotation of a held text, and somebody's comment."""
    claim = make_claim(case=case)
    item = make_evidence(claim=claim, exhibit=Exhibit(title="The order", text="There are 48,000."), quote="48,000")
    trace(item.cited, "first_hand", None, by=ann, reason="It is the order itself.")
    signed = make_signed_claim(case=case, reviewers=[ann, ben], editors=(eve, max_))
    make_comment(claim=signed, by=ann, text="Look at the annex.")
    return signed


@pytest.mark.parametrize(
    "choice", [Choice(), PUBLIC, Choice(sections=("summary",)), Choice(sections=(*SECTIONS,))],
    ids=["internal", "public", "summary", "all"],
)  # fmt: skip
def test_what_is_frozen_is_as_documented_whatever_is_chosen(case, signed, eve, choice):
    report = freeze(case, case.claims.all(), by=eve, choice=choice)
    assert list(faults_of(report.data)) == []
    assert "".join(report.pieces()) == json.dumps(
        report.data, ensure_ascii=False, separators=(",", ":"), sort_keys=True
    )
    check_quotations(report)


def test_a_public_report_names_nobody_of_the_house(case, signed, eve):
    report = freeze(case, case.claims.all(), by=eve, choice=PUBLIC)
    answers = report.data["claims"][1]["assessments"]
    assert [answer["reviewer"] for answer in answers] == ["Reviewer 1", "Reviewer 2"]
    assert report.data["claims"][1]["verdict"]["signed_off_by"].startswith("Editor ")
    for name in FORMATS:
        assert not re.search(r"\b(Ann|Ben|Eve|Max)\b", words_of(render(report.data, name))), name


def test_nothing_public_leaves_that_names_somebody_of_the_house(case, signed, ann, eve):
    make_claim(case=case, statement=f"As {ann.name} wrote, the army is 48,000 strong.")
    with pytest.raises(Refused, match=f"“{ann.name}” in BY-3"):
        freeze(case, case.claims.all(), by=eve, choice=PUBLIC)
    assert freeze(case, case.claims.all(), by=eve).claims_in == 3, "an internal one may"
    assert freeze(case, case.claims.filter(number=2), by=eve, choice=PUBLIC).claims_in == 1


def test_an_imprint_names_whoever_answers_for_a_public_report(case, signed, eve):
    choice = Choice(audience="public", imprint=f"{eve.name}, editor")
    assert freeze(case, case.claims.all(), by=eve, choice=choice).data["imprint"] == "Eve, editor"


def test_what_leaves_piece_by_piece_is_what_is_rendered_in_one(case, signed, eve):
    make_claim(case=case, statement='=SUM("1", 2), said "nobody"')
    report = freeze(case, case.claims.all(), by=eve)
    for name in ("csv", "json"):
        pieces = pieces_of(report, name)
        assert pieces is not None
        assert "".join(pieces).encode() == render(report.data, name)
    assert pieces_of(report, "md") is None


def test_comments_leave_in_internal_reports_alone_and_only_where_they_are_chosen(case, signed, eve):
    def comments(choice):
        return freeze(case, case.claims.all(), by=eve, choice=choice).data["claims"][1]["comments"]

    assert comments(Choice()) == []
    (comment,) = comments(Choice(sections=(*SECTIONS,)))
    assert (comment["text"], comment["by"]) == ("Look at the annex.", "Ann")
    assert comments(Choice(audience="public", sections=(*SECTIONS,))) == []


def test_what_was_not_chosen_is_not_in_the_data(case, signed, eve):
    data = freeze(case, case.claims.all(), by=eve, choice=Choice(sections=("summary", "verdicts"))).data
    assert (data["agreement"], data["custody"], data["exhibits"]) == (None, [], [])
    assert not any(claim["evidence"] or claim["assessments"] for claim in data["claims"])
    assert data["claims"][1]["verdict"]


def test_the_exhibits_say_enough_to_count_the_origins_again(case, ann, eve):
    claim = make_claim(case=case)
    first = make_evidence(claim=claim, exhibit=Exhibit(title="The statement"))
    trace(first.cited, "first_hand", None, by=ann, reason="The minister himself.")
    second = make_evidence(claim=claim, exhibit=Exhibit(title="The wire report"))
    trace(second.cited, "quotes", first.cited, by=ann, reason="It names the statement.")
    one, other = freeze(case, case.claims.all(), by=eve).data["exhibits"]
    assert (one["title"], one["first_hand"], other["first_hand"]) == ("The statement", True, False)
    assert other["repeats"] == [{"exhibit": one["id"], "kind": "quotes", "label": "quotes"}]


def test_how_far_reviewers_agree_is_frozen_with_it(case, signed, eve):
    agreement = freeze(case, case.claims.all(), by=eve).data["agreement"]
    assert (agreement["rounds"], agreement["answers"], agreement["unanimous"]) == (1, 2, 1)
    assert (agreement["percent"], agreement["alpha_nominal"]) == ("1.000", None)


def test_a_newer_report_says_what_changed_since(case, signed, ann, eve):
    first = freeze(case, case.claims.all(), by=eve)
    assert first.data["since"] is None
    make_evidence(claim=case.claims.get(number=1))
    make_claim(case=case)
    since = freeze(case, case.claims.exclude(number=2), by=eve).data["since"]
    assert (since["number"], since["sha256"]) == (first.number, first.sha256)
    assert (since["claims_added"], since["claims_left_out"]) == (["BY-3"], ["BY-2"])
    assert since["evidence_added"] == [{"ref": "BY-1", "numbers": [2]}]


def test_a_rating_that_moved_is_told(case, ann, ben, eve, max_):
    claim = make_claim(case=case)
    freeze(case, case.claims.all(), by=eve)
    for person in (ann, ben):
        make_assessment(claim=claim, by=person)
    make_verdict(claim=claim, by=eve, signed_by=max_)
    since = freeze(case, case.claims.all(), by=eve).data["since"]
    assert since["ratings_moved"] == [{"ref": "BY-1", "was": "", "is": "Supported"}]


def words_of(content):
    """What stands in a report's file, whatever its format."""
    if content.startswith(b"%PDF"):
        return text_of(content)
    if content.startswith(b"PK"):
        with zipfile.ZipFile(BytesIO(content)) as packed:
            return " ".join(packed.read(name).decode() for name in packed.namelist() if name.endswith(".xml"))
    return content.decode()


def test_evidence_that_was_not_chosen_is_not_counted_as_none(case, signed, eve):
    report = freeze(case, case.claims.all(), by=eve, choice=Choice(sections=("summary", "verdicts")))
    for content in (render(report.data, "csv").decode("utf-8-sig"), "".join(pieces_of(report, "csv") or "")[1:]):
        (row, *_others) = csv.DictReader(io.StringIO(content, newline=""))
        assert {row[name] for name in ("evidence", "supports", "refutes", "context", "grades")} == {""}
    whole = freeze(case, case.claims.all(), by=eve)
    assert next(csv.DictReader(io.StringIO("".join(pieces_of(whole, "csv") or "")[1:], newline="")))["evidence"] == "1"
