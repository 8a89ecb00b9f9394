"""A signed claim as a page of its own, with the fact check in it."""

import json
import re

import pytest

from claims.reports.choices import Choice
from claims.reports.claim_page import page, pages
from claims.reports.claimreview_rules import faults_of_page
from claims.reports.freezing import freeze
from tests.factories import make_claim as make_record
from tests.factories import make_signed_claim
from tests.reports.snapshots import make_claim, make_snapshot

SITE = "https://desk.example.org/checks/claim-1.html"


def review_in(content: bytes):
    """What search engines read in the page."""
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', content.decode(), re.DOTALL)
    assert len(found) <= 1, "one claim, one fact check"
    return json.loads(found[0]) if found else None


def test_it_says_the_claim_its_verdict_and_what_it_can_be_checked_with():
    told = page(make_snapshot(make_claim(statement="The army has 48,000 men."), make_claim(number=2, ref="BY-2")), 1)
    words = re.sub(r"<[^>]+>", " ", told.decode())
    for said in (
        "The army has 48,000 men.",
        "Supported",
        "The minister named the figure himself.",
        "Snapshot (SHA-256)",
    ):
        assert said in words
    assert "BY-2" not in words
    assert "Back to the summary" not in words


def test_its_fact_check_keeps_every_rule_wherever_the_page_is_put():
    review = review_in(page(make_snapshot(make_claim(), imprint="The desk"), 1))
    assert review["claimReviewed"] == "The force is to comprise 100,000 to 150,000 men."
    assert [rule.name for rule in faults_of_page([review], SITE) if rule.must] == []


def test_no_text_can_end_the_fact_check():
    told = page(make_snapshot(make_claim(statement="</script><script>alert(1)</script>")), 1).decode()
    assert "<script>" not in told
    assert review_in(told.encode())["claimReviewed"] == "</script><script>alert(1)</script>"


def test_of_a_sample_case_no_page_tells_search_engines_anything():
    assert review_in(page(make_snapshot(make_claim(), sample=True), 1)) is None


def test_what_nobody_signed_has_no_page():
    snapshot = make_snapshot(make_claim(verdict=None), make_claim(number=2, ref="BY-2"))
    assert [number for number, _page in pages(snapshot, snapshot["claims"])] == [2]
    for number in (1, 3):
        with pytest.raises(KeyError):
            page(snapshot, number)


def test_members_get_it_as_a_file_and_strangers_by_their_link_alone(as_, case, ann, ben, eve, max_, zoe, client):
    signed = make_signed_claim(case=case, reviewers=[ann, ben], editors=(eve, max_), statement="The army is strong.")
    open_one = make_record(case=case)
    report = freeze(case, case.claims.all(), by=eve, choice=Choice(audience="public"))
    at = f"{report.get_absolute_url()}claim-{signed.number}.html"
    assert f'href="{at}" download' in as_(eve).get(report.get_absolute_url()).content.decode()
    answer = as_(eve).get(at)
    assert answer["Content-Disposition"] == f'attachment; filename="BY-claim-{signed.number}.html"'
    assert answer.content == page(report.data, signed.number)
    assert as_(eve).get(f"{report.get_absolute_url()}claim-{open_one.number}.html").status_code == 404
    assert as_(zoe).get(at).status_code == 404

    made = as_(eve).post(f"{report.get_absolute_url()}shares/add/", {"lasting": "month"}).content.decode()
    link = re.findall(r'id="link">http://testserver(/shared/[^<]+/)<', made)[0]
    shared = client.get(f"{link}claim-{signed.number}.html")
    assert shared.content == answer.content
    assert shared["Content-Security-Policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert client.get(f"{link}claim-{open_one.number}.html").status_code == 404
