"""What is frozen of a case: no more than may be told, and read without fetching a text for every row."""

import re
from typing import Any

import pytest

from claims.models import Evidence, EvidenceChange, Exhibit, Refused, sign_off, trace, uphold
from claims.reports.freezing import freeze
from claims.reports.render import FORMATS, render
from tests.factories import (
    make_assessment,
    make_claim,
    make_document,
    make_evidence,
    make_overruled,
    make_reply,
    make_signed_claim,
    make_source,
    make_verdict,
)
from tests.reports.test_pdf import text_of


@pytest.mark.django_db
def test_that_reviewers_differ_is_told_once_a_verdict_is_signed(case, ann, ben, eve, max_):
    claim = make_claim(case=case)
    make_assessment(claim=claim, by=ann)
    make_assessment(claim=claim, by=ben, rating="refuted")

    def frozen() -> dict[str, object]:
        found: dict[str, object] = freeze(case, case.claims.all(), by=eve).data["claims"][0]
        return found

    assert frozen()["disputed"] is False
    make_verdict(claim=claim, by=eve, signed_by=max_, difference="sources")
    assert frozen()["disputed"] is True


@pytest.mark.django_db
def test_a_long_text_is_fetched_once_however_many_rows_rest_on_it(case, ann, eve, django_assert_max_num_queries):
    document = make_document(case=case)
    claim = make_claim(document=document, exact="48,000")
    exhibit = Exhibit(title="The briefing itself", document=document)
    for _ in range(5):
        exhibit = make_evidence(claim=claim, exhibit=exhibit, source=None, quote="100,000 to 150,000").cited
    with django_assert_max_num_queries(60) as asked:
        report = freeze(case, case.claims.all(), by=eve)

    rows = report.data["claims"][0]["evidence"]
    assert [row["held_in"] for row in rows] == ["document:1"] * 5
    reading = [query["sql"] for query in asked.captured_queries if query["sql"].startswith("SELECT")]
    assert not [sql for sql in reading if '"content"' in sql]
    # Once to show what stands around the quotations, once for the quote gate.
    assert len([sql for sql in reading if re.search(r'"claims_document"\."text"', sql)]) == 2


def test_a_recorded_absence_leaves_with_all_that_bounds_its_search(case, ann, eve):
    claim = make_claim(case=case)
    search = {"place": "The state gazette", "query": "a decree", "languages": "be, ru", "limits": "Print alone."}
    Evidence.absent(claim, by=ann, stance="refutes", bearing="true", **search)
    report = freeze(case, case.claims.all(), by=eve)
    (item,) = report.data["claims"][0]["evidence"]
    assert item["absence"]["searched_by"] == "Ann"
    page = render(report.data, "md").decode()
    for words in (
        "Searched, not found",
        "The state gazette",
        "a decree",
        "be, ru",
        "Print alone.",
        "no more than that",
    ):
        assert words in page


def test_origins_leave_with_the_claim_and_each_item_says_for_which_it_counts(case, ann, eve):
    claim = make_claim(case=case)
    first = make_evidence(claim=claim, exhibit=Exhibit(title="The statement"))
    trace(first.cited, "first_hand", None, by=ann, reason="The minister himself.")
    second = make_evidence(claim=claim, exhibit=Exhibit(title="The wire report"))
    trace(second.cited, "quotes", first.cited, by=ann, reason="It names the statement.")
    make_evidence(claim=claim, exhibit=Exhibit(title="A post"))
    data = freeze(case, case.claims.all(), by=eve).data["claims"][0]
    assert (data["origins"]["items"], data["origins"]["origins"], data["origins"]["unknown"]) == (3, 1, 1)
    assert [item["origin"] for item in data["evidence"]] == [1, 1, None]
    assert data["evidence"][1]["lineage"] == "quotes “The statement”"


def withheld(case, **fields) -> Evidence:
    source = make_source(case=case, name="Halina Kavalenka", aliases="H. Kavalenka")
    exhibit = Exhibit(title="Letter of a quartermaster", url="https://example.org/letter", text="There are no boots.")
    values: dict[str, Any] = {"withheld": True, "quote": "There are no boots.", "note": "From her cousin."} | fields
    return make_evidence(claim=make_claim(case=case), source=source, exhibit=exhibit, **values)


def test_a_withheld_source_leaves_in_no_format(case, eve):
    withheld(case)
    report = freeze(case, case.claims.all(), by=eve)
    for name in ("md", "json", "html", "csv"):
        page = render(report.data, name).decode()
        assert not any(words in page for words in ("Kavalenka", "quartermaster", "example.org", "cousin")), name
    assert "There are no boots." in render(report.data, "md").decode()
    assert report.data["claims"][0]["evidence"][0]["held_in"], "its quotation is checked all the same"
    assert report.data["sources"] == []


def test_nothing_leaves_where_a_withheld_name_stands_elsewhere_in_the_report(case, eve):
    withheld(case)
    make_evidence(claim=make_claim(case=case), note="As h. kavalenka told us.")
    with pytest.raises(Refused, match=r"“H\. Kavalenka” in BY-2"):
        freeze(case, case.claims.all(), by=eve)
    assert freeze(case, case.claims.filter(number=1), by=eve).claims_in == 1


def test_what_withholds_nothing_is_masked_too_where_another_item_withholds_its_source(case, eve):
    hidden = withheld(case)
    said = make_evidence(claim=make_claim(case=case), source=hidden.cited.source, level="primary",
                         level_reason="Halina speaks of her own letter.")  # fmt: skip
    report = freeze(case, case.claims.filter(pk=said.claim_id), by=eve)
    for name in ("md", "json", "html", "csv"):
        page = render(report.data, name).decode()
        assert not any(words in page for words in ("Kavalenka", "her own letter", said.cited.title)), name
    assert "Source withheld" in render(report.data, "md").decode()


def test_what_changed_since_and_why_the_verdict_stands_are_printed(case, ann, ben, eve, max_):
    claim = make_claim(case=case)
    item = make_evidence(claim=claim)
    for person in (ann, ben):
        make_assessment(claim=claim, by=person)
    make_verdict(claim=claim, by=eve, signed_by=max_)
    source = item.cited.source
    assert source is not None
    source.grade("E", by=ann, reason="Two of its statements were false.")

    def page() -> str:
        return render(freeze(case, case.claims.all(), by=eve).data, "md").decode()

    assert "evidence 1: the source was graded anew" in page()
    assert "Source not graded when this was judged" in page()
    assert "Grade of the source by now" in page()
    uphold(claim, by=max_, reason="The census says the same.", upto=EvidenceChange.objects.get().pk)
    assert "it still stands, says Max: The census says the same." in page()


def test_the_reason_for_one_origin_is_printed(case, ann, ben, eve, max_):
    claim = make_signed_claim(case=case, reviewers=[ann, ben], editors=(eve, max_))
    report = freeze(case, case.claims.filter(pk=claim.pk), by=eve)
    page = render(report.data, "md").decode()
    assert "Why so few origins are enough" in page
    assert "Nobody else counts." in page


def test_reports_of_the_first_format_are_rendered_as_before(case, ann, ben, eve, max_):
    make_signed_claim(case=case, reviewers=[ann, ben], editors=(eve, max_))
    data = freeze(case, case.claims.all(), by=eve).data
    data["format"] = "workbench-report/1"
    for claim in data["claims"]:
        for name in ("origins", "changed_since", "corrections", "known_gaps"):
            del claim[name]
        for name in ("support", "one_origin", "to_overruled", "replies", "renewed"):
            del claim["verdict"][name]
        for own in claim["assessments"]:
            del own["facets"], own["override_reason"], own["adds_up_to_label"]
        for item in claim["evidence"]:
            for name in ("absence", "level", "level_label", "level_reason", "withheld", "lineage", "origin", "figures"):
                del item[name]
    for name in FORMATS:
        assert render(data, name)


def test_reports_of_the_second_format_are_rendered_as_before(case, ann, ben, eve, max_):
    make_signed_claim(case=case, reviewers=[ann, ben], editors=(eve, max_))
    data = freeze(case, case.claims.all(), by=eve).data
    data["format"] = "workbench-report/2"
    for claim in data["claims"]:
        del claim["corrections"], claim["known_gaps"]
        for own in claim["assessments"]:
            del own["facets"], own["override_reason"], own["adds_up_to_label"]
        for name in ("to_overruled", "replies", "renewed"):
            del claim["verdict"][name]
    for name in FORMATS:
        assert render(data, name)


def test_a_correction_is_told_with_its_date_and_its_reason_in_every_format(case, ann, ben, eve, max_):
    claim = make_signed_claim(case=case, reviewers=[ann, ben], editors=(eve, max_))
    claim = claim.reopen(by=eve, why="A new census is out.")
    waiting = freeze(case, case.claims.all(), by=eve).data["claims"][0]["corrections"]
    for person in (ann, ben):
        make_assessment(claim=claim, by=person, rating="refuted")
    make_verdict(claim=claim, by=eve, signed_by=max_, rating="refuted", summary="The new census has 40,000.")
    data = freeze(case, case.claims.all(), by=eve).data

    assert [(row["round"], row["was"], row["became"], row["by"], row["reason"]) for row in waiting] == [
        (2, "Supported", "", "Eve", "A new census is out.")
    ]
    (told,) = data["claims"][0]["corrections"]
    signed = data["claims"][0]["verdict"]["signed_off_at"]
    assert told == {
        "round": 2, "was": "Supported", "became": "Refuted", "at": signed, "by": "Max", "reason": "A new census is out."
    }  # fmt: skip
    for name in ("html", "md", "csv"):
        page = render(data, name).decode()
        assert "orrections" in page
        assert "A new census is out." in page
    assert "A new census is out." in text_of(render(data, "pdf"))


def test_a_claim_that_was_never_reopened_was_never_corrected(case, ann, ben, eve, max_):
    make_signed_claim(case=case, reviewers=[ann, ben], editors=(eve, max_))
    assert freeze(case, case.claims.all(), by=eve).data["claims"][0]["corrections"] == []


def test_what_is_not_known_is_printed_with_the_claim_and_in_the_annex(case, ann, ben, eve, max_):
    claim = make_claim(case=case)
    for person in (ann, ben):
        make_assessment(claim=claim, by=person, rating="not-enough", would_change="A second register.")
    make_verdict(claim=claim, by=eve, signed_by=max_, rating="not-enough", open_questions="Who counted?\nAnd when?")
    first, second, _third = claim.open_questions.order_by("number")
    values = {"due": None, "owner": ann}
    first.settle(by=ann, state="answered", answer="The bureau.", **values)
    second.settle(by=ann, state="dropped", answer="It no longer matters.", **values)

    data = freeze(case, case.claims.all(), by=eve).data

    gaps = data["claims"][0]["known_gaps"]
    assert [(gap["text"], gap["state"], gap["reason"]) for gap in gaps] == [
        ("And when?", "dropped", "It no longer matters."),
        ("A second register.", "open", ""),
    ]
    page = render(data, "html").decode()
    assert page.count("A second register.") >= 2
    assert page.count("Known gaps") == 2
    assert render(data, "md").decode().count("Known gaps") == 2
    assert "Known gaps" in text_of(render(data, "pdf"))


def test_what_is_said_to_the_overruled_and_what_they_reply_is_printed(case, ann, ben, eve, max_):
    verdict = make_overruled(case=case, reviewers=[ann, ben], editor=eve)
    make_reply(verdict=verdict, by=ben, text="The census is of 2019.")
    sign_off(verdict.claim, by=max_)
    page = render(freeze(case, case.claims.all(), by=eve).data, "md").decode()
    assert "The census counts more." in page
    assert "Reply of Ben: The census is of 2019." in page


def test_the_parts_of_a_claim_leave_with_each_assessment_and_the_rule_is_printed(case, ann, ben, eve, max_):
    claim = make_claim(case=case)
    parts = {
        "actor": {"rating": "supported"},
        "place": {"rating": "partly", "note": "Near it."},
        "time": {"rating": None},
    }
    make_assessment(claim=claim, by=ann, facets=parts, override_reason="The place is no matter.")
    make_assessment(claim=claim, by=ben)
    make_verdict(claim=claim, by=eve, signed_by=max_)

    data = freeze(case, case.claims.all(), by=eve).data

    first, second = sorted(data["claims"][0]["assessments"], key=lambda own: own["reviewer"])
    assert [(part["facet"], part["rating"], part["note"]) for part in first["facets"]] == [
        ("actor", "supported", ""),
        ("place", "partly", "Near it."),
        ("time", "", ""),
    ]
    assert first["adds_up_to_label"] == "Partly supported"
    assert (second["facets"], second["override_reason"], second["adds_up_to_label"]) == ([], "", "")
    page = render(data, "md").decode()
    for words in (
        "Partly supported: Near it.",
        "does not apply",
        "The place is no matter.",
        "never better than its best",
    ):
        assert words in page
