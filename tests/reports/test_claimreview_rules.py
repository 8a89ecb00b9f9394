from copy import deepcopy
from typing import Any

import pytest

from claims.reports.claimreview_rules import FEED_RULES, ONE_A_PAGE, RULES, faults, faults_of_feed, faults_of_page

PAGE = "https://desk.example/checks/flat.html"
REVIEW: dict[str, Any] = {
    "@context": "https://schema.org",
    "@type": "ClaimReview",
    "url": "https://desk.example/checks/flat.html#claim-1",
    "claimReviewed": "The world is flat.",
    "datePublished": "2026-11-22",
    "author": {"@type": "Organization", "name": "The desk"},
    "reviewRating": {
        "@type": "Rating", "alternateName": "False", "ratingValue": 1, "bestRating": 5, "worstRating": 1,
    },
    "itemReviewed": {
        "@type": "Claim",
        "datePublished": "2026-11-20T08:00:00Z",
        "author": {"@type": "Organization", "name": "Square World Society"},
        "appearance": {"@type": "CreativeWork", "url": "https://flat.example/"},
    },
}  # fmt: skip
GONE = object()


def changed(**parts):
    """The review with parts at paths such as reviewRating__ratingValue changed or taken out."""
    review = deepcopy(REVIEW)
    for path, value in parts.items():
        *way, last = path.split("__")
        node = review
        for step in way:
            node = node[step]
        if value is GONE:
            del node[last]
        else:
            node[last] = value
    return review


BROKEN = {
    "context": changed() | {"@context": "https://example.org"},
    "type": changed() | {"@type": "Review"},
    "defined": changed(verdict="False"),
    "claim-reviewed": changed(claimReviewed=" "),
    "claim-short": changed(claimReviewed="The world is flat, " * 5),
    "claim-unrated": changed(claimReviewed="False: the world is flat."),
    "rating": changed(reviewRating=GONE),
    "rating-word": changed(reviewRating__alternateName=""),
    "value-number": changed(reviewRating__ratingValue="one star"),
    "best-number": changed(reviewRating__bestRating="five"),
    "worst-number": changed(reviewRating__worstRating=None),
    "plain-digits": changed(reviewRating__ratingValue="1,5"),
    "value-whole": changed(reviewRating__ratingValue=1.5),
    "value-on-scale": changed(reviewRating__ratingValue=6),
    "worst-from-one": changed(reviewRating__worstRating=0),
    "best-above-worst": changed(reviewRating__bestRating=1),
    "url": changed(url=GONE),
    "url-here": changed(url="https://elsewhere.example/checks/flat.html"),
    "author": changed(author=GONE),
    "author-party": changed(author={"@type": "Thing", "name": "The desk"}),
    "author-named": changed(author={"@type": "Organization"}),
    "reviewed-on": changed(datePublished=GONE),
    "dates": changed(datePublished="22 Nov 2026"),
    "claim": changed(itemReviewed=GONE),
    "claim-type": changed() | {"itemReviewed": {"@type": "Person"}},
    "speaker-party": changed(itemReviewed__author="Square World Society"),
    "speaker-named": changed(itemReviewed__author={"@type": "Person"}),
    "speaker-apart": changed(itemReviewed__author={"@type": "Organization", "name": "The Desk"}),
    "claimed-on": changed(itemReviewed__datePublished=GONE),
    "appearance": changed(itemReviewed__appearance=GONE),
    "appearance-work": changed(itemReviewed__appearance={"@type": "Person", "name": "Ann"}),
}
GOOD = {
    "off the scale": {"reviewRating": {"@type": "Rating", "alternateName": "Not enough evidence"}},
    "a relative address": {"url": "#claim-1"},
    "below the domain": {"url": "https://checks.desk.example/flat"},
    "the bounds that are assumed": {"reviewRating": {"@type": "Rating", "alternateName": "Half", "ratingValue": "3"}},
    "several speakers": {
        "itemReviewed": REVIEW["itemReviewed"] | {"author": [{"@type": "Person", "name": n} for n in "AB"]}
    },
    "an address as appearance": {"itemReviewed": REVIEW["itemReviewed"] | {"appearance": "https://flat.example/"}},
    "its rating as a word of its own": {"claimReviewed": "He called the report false"},
}


def names(rules):
    return [rule.name for rule in rules]


def test_a_review_as_it_should_be_breaks_no_rule():
    assert names(faults(REVIEW, PAGE)) == []


@pytest.mark.parametrize("parts", GOOD.values(), ids=GOOD)
def test_what_is_allowed_breaks_none(parts):
    assert names(faults(REVIEW | parts, PAGE)) == []


@pytest.mark.parametrize("rule", names(RULES))
def test_every_rule_finds_what_breaks_it(rule):
    assert rule in names(faults(BROKEN[rule], PAGE))


def test_every_rule_has_a_sentence_and_a_source():
    for rule in [*RULES, *FEED_RULES, ONE_A_PAGE]:
        assert rule.says.endswith(".")
        assert rule.source.startswith(("https://developers.google.com/search/", "https://schema.org/"))
    assert set(BROKEN) == set(names(RULES))


@pytest.mark.parametrize("claimed", ["The world is flat (false)", "The world is flat: False.", "FALSE — it is flat"])
def test_a_claim_that_says_its_rating_is_found_in_several_shapes(claimed):
    assert "claim-unrated" in names(faults(REVIEW | {"claimReviewed": claimed}, PAGE))


def test_a_page_holds_one_review_alone():
    assert names(faults_of_page([REVIEW, {"@type": "NewsArticle"}], PAGE)) == []
    assert names(faults_of_page([REVIEW, REVIEW], PAGE)) == ["one-a-page"]


def feed(*reviews, **changes):
    items = [{"@type": "DataFeedItem", "item": review} for review in reviews]
    return {"@context": "https://schema.org", "@type": "DataFeed", "dataFeedElement": items} | changes


def test_a_feed_holds_each_review_once():
    assert names(faults_of_feed(feed(REVIEW, REVIEW | {"url": "#claim-2"}), PAGE)) == []
    assert names(faults_of_feed(feed(REVIEW, REVIEW), PAGE)) == ["one-place"]


def test_a_feed_is_a_feed_of_items():
    assert names(faults_of_feed(feed(REVIEW) | {"@type": "ItemList"}, PAGE)) == ["feed", "feed-defined"]
    assert "feed-items" in names(faults_of_feed(feed(dataFeedElement=[{"@type": "DataFeedItem"}]), PAGE))
    assert names(faults_of_feed(feed(REVIEW, verdicts=1), PAGE)) == ["feed-defined"]


def test_a_broken_review_in_a_feed_is_found():
    assert names(faults_of_feed(feed(BROKEN["worst-from-one"]), PAGE)) == ["worst-from-one"]


@pytest.mark.parametrize("nonsense", [{}, {"reviewRating": []}, {"itemReviewed": 3, "author": [7]}, {"url": 5}])
def test_nonsense_is_found_wanting_and_stops_nothing(nonsense):
    assert "type" in names(faults(nonsense, PAGE))
