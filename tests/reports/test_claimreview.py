import json

import pytest

from claims.reports.claimreview import block, claim_review, numbers
from claims.reports.claimreview_rules import faults, faults_of_feed
from claims.reports.freezing import freeze
from claims.reports.render import render
from tests.factories import make_signed_claim
from tests.reports.snapshots import (
    make_claim,
    make_document,
    make_evidence,
    make_passage,
    make_scale,
    make_snapshot,
    make_source,
    make_unsigned,
    make_verdict,
)

HERE = "https://desk.example/reports/1/report.claimreview.json"
PAGE = "https://desk.example/shared/abc"
CORRECTION = {
    "round": 2, "was": "Refuted", "became": "Supported", "at": "2026-11-22T11:00:00Z", "by": "Sam Second",
    "reason": "A transcript came out.",
}  # fmt: skip


def feed_of(snapshot):
    return json.loads(render(snapshot, "claimreview"))


def reviews(snapshot):
    return [item["item"] for item in feed_of(snapshot)["dataFeedElement"]]


def must(found):
    return [rule.name for rule in found if rule.must]


def test_it_lists_the_claims_with_a_signed_verdict_and_no_others():
    snapshot = make_snapshot(make_claim(), make_unsigned(), make_claim(ref="BY-3", number=3))
    assert [review["identifier"] for review in reviews(snapshot)] == ["BY-1", "BY-3"]


def test_a_review_says_what_was_claimed_by_whom_where_and_what_was_found():
    snapshot = make_snapshot(make_claim(), documents=[make_document(url="https://desk.example/briefing")])
    (review,) = reviews(snapshot)

    assert review["claimReviewed"] == "The force is to comprise 100,000 to 150,000 men."
    assert review["url"] == "report.html#claim-1"
    assert review["datePublished"] == "2026-11-22"
    assert review["reviewBody"] == "The minister named the figure himself."
    assert review["reviewRating"] == {
        "@type": "Rating", "alternateName": "Supported", "ratingValue": 3, "bestRating": 3, "worstRating": 1,
    }  # fmt: skip
    claim = review["itemReviewed"]
    assert claim["author"] == {"@type": "Person", "name": "Defence minister"}
    assert claim["datePublished"] == "2023-02-24"
    assert claim["appearance"] == [
        {
            "@type": "CreativeWork",
            "name": "Briefing on the militia",
            "url": "https://desk.example/briefing",
            "datePublished": "2023-02-24",
            "inLanguage": "en",
            "author": {"@type": "Organization", "name": "Policy desk"},
        }
    ]
    assert review["citation"][0]["url"] == "https://example.org/statement"


@pytest.mark.parametrize(
    "snapshot",
    [
        make_snapshot(make_claim(), make_unsigned()),
        make_snapshot(make_claim(), make_claim(number=2), sample=True),
        make_snapshot(make_claim(attributions=[], passages=[], evidence=[]), documents=[], imprint="The desk"),
        make_snapshot(make_claim(verdict=make_verdict(rating="unverified", label="Not enough evidence"))),
        make_snapshot(make_claim(verdict=make_verdict(summary="x" * 10_000), corrections=[CORRECTION])),
        make_snapshot(),
    ],
)
def test_what_is_made_keeps_every_rule_that_must_be_kept(snapshot):
    assert must(faults_of_feed(feed_of(snapshot), HERE)) == []
    for claim in snapshot["claims"]:
        if review := claim_review(snapshot, claim, PAGE):
            assert must(faults(review, PAGE)) == []
            assert review["url"] == PAGE


def test_a_rating_that_is_off_the_scale_has_a_word_and_no_number():
    off = make_claim(verdict=make_verdict(rating="unverified", label="Not enough evidence"))
    assert reviews(make_snapshot(off))[0]["reviewRating"] == {"@type": "Rating", "alternateName": "Not enough evidence"}


def test_the_lowest_number_is_one_whatever_the_places_on_the_scale():
    ratings = [{"code": code, "position": place} for code, place in [("a", 0), ("b", 7), ("c", None), ("d", 3)]]
    assert numbers(ratings) == {"a": 1, "d": 2, "b": 3}


@pytest.mark.parametrize(
    ("own", "numbered"), [([2, 5], [2, 5]), ([5, 2], [1, 2]), ([0, 1], [1, 2]), ([None, 4], [1, 2]), ([3, 3], [1, 2])]
)
def test_the_scales_own_numbers_are_taken_where_they_rise_with_it(own, numbered):
    ratings = [{"code": str(n), "position": n, "review_value": value} for n, value in enumerate(own)]
    assert list(numbers(ratings).values()) == numbered


def test_of_a_sample_case_every_rating_says_so_first_and_has_no_number_and_no_page_gets_one():
    snapshot = make_snapshot(make_claim(), sample=True)
    (review,) = reviews(snapshot)
    assert review["reviewRating"] == {"@type": "Rating", "alternateName": "Sample: Supported"}
    assert review["creativeWorkStatus"] == "Sample"
    assert "not judgements" in feed_of(snapshot)["description"]
    assert claim_review(snapshot, snapshot["claims"][0], PAGE) is None


def test_what_a_demonstration_makes_is_a_sample_as_well():
    snapshot = make_snapshot(make_claim())
    snapshot["report"]["demo"] = True
    assert reviews(snapshot)[0]["reviewRating"]["alternateName"] == "Sample: Supported"
    assert claim_review(snapshot, snapshot["claims"][0], PAGE) is None


def test_a_page_says_nothing_of_a_claim_that_nobody_signed():
    snapshot = make_snapshot(make_unsigned())
    assert claim_review(snapshot, snapshot["claims"][0], PAGE) is None


@pytest.mark.parametrize("basis", ["anonymous", "hearsay", "document"])
def test_nobody_is_named_as_having_said_what_is_not_on_record(basis):
    said = {"speaker": "An official", "verb": "said", "hedged": True, "basis": basis, "basis_label": basis}
    assert "author" not in reviews(make_snapshot(make_claim(attributions=[said])))[0]["itemReviewed"]


def test_a_speaker_that_is_a_source_is_what_the_source_is():
    said = {"speaker": "ministry of defence", "verb": "", "hedged": False, "basis": "on_record", "basis_label": "on"}
    snapshot = make_snapshot(make_claim(attributions=[said]), sources=[make_source(kind_label="Organisation")])
    assert reviews(snapshot)[0]["itemReviewed"]["author"]["@type"] == "Organization"


def test_it_is_by_whoever_the_imprint_names_and_in_public_by_nobody_else():
    assert reviews(make_snapshot(make_claim()))[0]["author"] == {"@type": "Person", "name": "Sam Second"}
    named = make_snapshot(make_claim(), imprint="\nThe Policy Desk\n1 Example Street", audience="public")
    assert reviews(named)[0]["author"] == {"@type": "Organization", "name": "The Policy Desk"}
    assert feed_of(named)["publisher"] == {"@type": "Organization", "name": "The Policy Desk"}
    assert "author" not in reviews(make_snapshot(make_claim(), audience="public"))[0]


def test_nothing_of_a_withheld_source_is_cited():
    held = make_evidence(
        withheld=True, exhibit="Exhibit withheld", url="", published=None, source_name="Source withheld"
    )
    assert "citation" not in reviews(make_snapshot(make_claim(evidence=[held])))[0]


def test_addresses_that_are_none_are_left_out():
    snapshot = make_snapshot(
        make_claim(evidence=[make_evidence(url="javascript:alert(1)")]), documents=[make_document(url="=1+1")]
    )
    (review,) = reviews(snapshot)
    assert "url" not in review["citation"][0]
    assert "url" not in review["itemReviewed"]["appearance"][0]


def test_the_claim_was_made_when_the_first_of_its_documents_came_out():
    snapshot = make_snapshot(
        make_claim(passages=[make_passage(38, 84), make_passage(0, 3, document=2), make_passage(0, 3, document=2)]),
        documents=[make_document(), make_document(number=2, published="2023-02-21"), make_document(number=3)],
    )
    (review,) = reviews(snapshot)
    assert review["itemReviewed"]["datePublished"] == "2023-02-21"
    assert len(review["itemReviewed"]["appearance"]) == 2


def test_a_correction_is_told():
    (review,) = reviews(make_snapshot(make_claim(corrections=[CORRECTION, CORRECTION | {"became": ""}])))
    assert review["correction"] == ["2026-11-22: “Refuted” became “Supported”. A transcript came out."]


def test_in_a_page_no_text_can_end_the_block():
    nasty = "</script><script>alert(1)</script> & قال 😀 \x07"
    snapshot = make_snapshot(make_claim(statement=nasty))
    review = claim_review(snapshot, snapshot["claims"][0], PAGE)
    assert review
    assert "<" not in block(review)
    assert "&" not in block(review)
    assert json.loads(block(review))["claimReviewed"] == nasty


def test_an_empty_report_is_an_empty_feed():
    feed = feed_of(make_snapshot(documents=[], sources=[], scale=make_scale()))
    assert feed["dataFeedElement"] == []


def test_the_number_that_a_scale_gives_for_claimreview_is_the_one_that_leaves(case, ann, ben, eve, max_):
    make_signed_claim(case=case, reviewers=[ann, ben], editors=(eve, max_))
    ratings = freeze(case, case.claims.all(), by=eve).data["scale"]["ratings"]
    assert {rating["code"]: rating["review_value"] for rating in ratings} == {
        "supported": 3, "partly": 2, "refuted": 1, "conflicting": None, "not-enough": None,
    }  # fmt: skip
