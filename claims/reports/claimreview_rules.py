"""What Google and schema.org ask of ClaimReview, each rule with its source; nothing is fetched to check them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

GOOGLE = "https://developers.google.com/search/docs/appearance/structured-data/factcheck"
SCHEMA = "https://schema.org/"
PARTIES = {"Person", "Organization", "NewsMediaOrganization", "GovernmentOrganization", "NGO"}
# What each type may say, as far as we say it. All but a Rating are a CreativeWork, and that is a Thing.
THING = {"@type", "@context", "@id", "name", "alternateName", "description", "identifier", "url", "sameAs", "image"}
WORK = THING | {
    "abstract", "author", "citation", "correction", "creativeWorkStatus", "dateCreated", "dateModified",
    "datePublished", "inLanguage", "isBasedOn", "license", "publisher", "text", "version",
}  # fmt: skip
KNOWN = {
    "ClaimReview": WORK | {"claimReviewed", "itemReviewed", "reviewAspect", "reviewBody", "reviewRating"},
    "Claim": WORK | {"appearance", "claimInterpreter", "firstAppearance"},
    "CreativeWork": WORK,
    "Rating": THING | {"author", "bestRating", "ratingExplanation", "ratingValue", "reviewAspect", "worstRating"},
    "DataFeed": WORK | {"dataFeedElement", "includedInDataCatalog", "distribution", "issn"},
    "DataFeedItem": THING | {"dateCreated", "dateDeleted", "dateModified", "item"},
    **{kind: THING for kind in PARTIES},
}

type Node = dict[str, Any]


@dataclass(frozen=True)
class Rule:
    """One thing that is asked of a review at an address; `must` is False where it is a recommendation."""

    name: str
    says: str
    source: str
    holds: Callable[[Node, str], bool]
    must: bool = True


def faults(review: Node, page: str) -> list[Rule]:
    """The rules that the review breaks which the page at this address holds. Relative addresses begin there."""
    return [rule for rule in RULES if not rule.holds(review, page)]


def faults_of_page(blocks: list[Node], page: str) -> list[Rule]:
    """The same for all that one page holds as JSON-LD."""
    reviews = [block for block in blocks if _is(block, "ClaimReview")]
    found = [rule for review in reviews for rule in faults(review, page)]
    return found if len(reviews) < 2 else [ONE_A_PAGE, *found]


def faults_of_feed(feed: Node, address: str) -> list[Rule]:
    """The same for a feed and all reviews in it."""
    items = _nodes(feed.get("dataFeedElement"))
    reviews = [review for item in items for review in _nodes(item.get("item"))]
    found = [rule for rule in FEED_RULES if not rule.holds(feed, address)]
    return found + [rule for review in reviews for rule in faults({"@context": feed["@context"], **review}, address)]


def _is(node: Any, *kinds: str) -> bool:
    return isinstance(node, dict) and node.get("@type") in kinds


def _nodes(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _text(node: Node, name: str) -> str:
    value = node.get(name)
    return value.strip() if isinstance(value, str) else ""


def _rating(review: Node) -> Node:
    rating = review.get("reviewRating")
    return rating if isinstance(rating, dict) else {}


def _claim(review: Node) -> Node:
    claim = review.get("itemReviewed")
    return claim if isinstance(claim, dict) else {}


def _number(rating: Node, name: str, default: float | None = None) -> float | None:
    value = rating.get(name, default)
    try:
        return None if value is None or isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return None


def _bounds(review: Node) -> tuple[float | None, float | None]:
    # Source of the defaults: https://schema.org/Rating.
    return _number(_rating(review), "worstRating", 1), _number(_rating(review), "bestRating", 5)


def _on_its_scale(review: Node, page: str) -> bool:
    if "ratingValue" not in _rating(review):
        return True
    value, (worst, best) = _number(_rating(review), "ratingValue"), _bounds(review)
    return None not in (value, worst, best) and worst <= value <= best  # type: ignore[operator]


def _numeric(name: str) -> Callable[[Node, str], bool]:
    return lambda review, page: name not in _rating(review) or _number(_rating(review), name) is not None


def _plain_digits(review: Node, page: str) -> bool:
    values = [_rating(review)[name] for name in ("ratingValue", "bestRating", "worstRating") if name in _rating(review)]
    return all(re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", str(value)) for value in values)


def _rising(review: Node, page: str) -> bool:
    worst, best = _bounds(review)
    return worst is None or best is None or worst < best or "ratingValue" not in _rating(review)


def _whole(review: Node, page: str) -> bool:
    value = _number(_rating(review), "ratingValue")
    return value is None or value == int(value)


def _says_its_rating(review: Node, page: str) -> bool:
    """Whether the claim begins with its rating and a colon or dash, or ends with it in brackets or after one."""
    label, claim = _text(_rating(review), "alternateName"), _text(review, "claimReviewed")
    word = re.escape(label)
    edges = rf"^{word}\s*[:–—-]\s|[:–—(\[]\s*{word}[)\]]?\.?$"
    return bool(label) and re.search(edges, claim, re.IGNORECASE) is not None


def _absolute(url: Any, page: str) -> bool:
    parts = urlsplit(urljoin(page, url)) if isinstance(url, str) and url else None
    return parts is not None and parts.scheme in ("http", "https") and bool(parts.hostname)


def _same_domain(review: Node, page: str) -> bool:
    if not isinstance(review.get("url"), str):
        return True
    here, there = urlsplit(page).hostname or "", urlsplit(urljoin(page, review["url"])).hostname or ""
    return there == here or there.endswith(f".{here}")


def _parties(value: Any) -> bool:
    return all(_is(party, *PARTIES) for party in _nodes(value))


def _iso(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        try:
            datetime.fromisoformat(value)
        except ValueError:
            return False
    return True


def _dated(review: Node, page: str) -> bool:
    nodes = [review, _claim(review), *(work for work in _works(review) if isinstance(work, dict))]
    return all(_iso(node["datePublished"]) for node in nodes if "datePublished" in node)


def _works(review: Node) -> list[Any]:
    return [*_nodes(_claim(review).get("appearance")), *_nodes(_claim(review).get("firstAppearance"))]


def _authors(node: Node) -> list[Node]:
    return [party for party in _nodes(node.get("author")) if isinstance(party, dict)]


def _apart(review: Node, page: str) -> bool:
    names = {_text(party, "name").casefold() for party in _authors(review)}
    said = {_text(party, "name").casefold() for party in _authors(_claim(review))}
    return not (names & said - {""})


def _defined(node: Any) -> bool:
    """Whether every property of a node, and of the nodes in it, is one that its type has."""
    if isinstance(node, list):
        return all(map(_defined, node))
    if not isinstance(node, dict):
        return True
    return set(node) <= KNOWN.get(node.get("@type", ""), set()) and all(map(_defined, node.values()))


RULES = [
    Rule(
        "context", "The vocabulary is schema.org.", SCHEMA + "docs/gs.html",
        lambda review, page: str(review.get("@context", "")).rstrip("/") in ("https://schema.org", "http://schema.org"),
    ),
    Rule(
        "type", "It is a ClaimReview.", SCHEMA + "ClaimReview",
        lambda review, page: _is(review, "ClaimReview"),
    ),
    Rule(
        "defined", "Every property is one that schema.org defines for its type.", SCHEMA + "ClaimReview",
        lambda review, page: _defined(review),
    ),
    Rule(
        "claim-reviewed", "claimReviewed is required: a short summary of the claim.", GOOGLE + "#claimreview",
        lambda review, page: bool(_text(review, "claimReviewed")),
    ),
    Rule(
        "claim-short", "claimReviewed should be less than 75 characters long.", GOOGLE + "#claimreview",
        lambda review, page: len(_text(review, "claimReviewed")) < 75, must=False,
    ),
    Rule(
        "claim-unrated", "claimReviewed must not hold the rating.", GOOGLE + "#claimreview",
        lambda review, page: not _says_its_rating(review, page),
    ),
    Rule(
        "rating", "reviewRating is required, and is a Rating.", GOOGLE + "#claimreview",
        lambda review, page: _is(review.get("reviewRating"), "Rating"),
    ),
    Rule(
        "rating-word", "alternateName is required: the rating as a word or a short phrase.", GOOGLE + "#rating",
        lambda review, page: bool(_text(_rating(review), "alternateName")),
    ),
    Rule(
        "value-number", "ratingValue can be read as a number.", GOOGLE + "#rating", _numeric("ratingValue"),
    ),
    Rule(
        "best-number", "bestRating can be read as a number.", GOOGLE + "#rating", _numeric("bestRating"),
    ),
    Rule(
        "worst-number", "worstRating can be read as a number.", GOOGLE + "#rating", _numeric("worstRating"),
    ),
    Rule(
        "plain-digits", "Numbers are written with the digits 0 to 9 and a full stop.", SCHEMA + "Rating", _plain_digits,
    ),
    Rule(
        "value-whole", "ratingValue should be a whole number.", GOOGLE + "#rating", _whole, must=False,
    ),
    Rule(
        "value-on-scale", "ratingValue lies between worstRating and bestRating.", GOOGLE + "#rating", _on_its_scale,
    ),
    Rule(
        "worst-from-one", "worstRating is at least 1.", GOOGLE + "#rating",
        lambda review, page: (_number(_rating(review), "worstRating", 1) or 0) >= 1,
    ),
    Rule(
        "best-above-worst", "bestRating is greater than worstRating.", GOOGLE + "#rating", _rising,
    ),
    Rule(
        "url", "url is required: the address of the page that holds the review.", GOOGLE + "#claimreview",
        lambda review, page: _absolute(review.get("url"), page),
    ),
    Rule(
        "url-here", "url lies on the domain of the page, or below it.", GOOGLE + "#claimreview", _same_domain,
    ),
    Rule(
        "author", "author should be given: whoever publishes the review.", GOOGLE + "#claimreview",
        lambda review, page: "author" in review, must=False,
    ),
    Rule(
        "author-party", "author is a person or an organization.", GOOGLE + "#claimreview",
        lambda review, page: _parties(review.get("author")),
    ),
    Rule(
        "author-named", "author has a name or a url.", GOOGLE + "#claimreview",
        lambda review, page: all(
            _text(party, "name") or _text(party, "url") for party in _authors(review)
        ),
    ),
    Rule(
        "reviewed-on", "datePublished should be given, as in every example.", GOOGLE + "#example",
        lambda review, page: "datePublished" in review, must=False,
    ),
    Rule(
        "dates", "datePublished is a day or a moment in ISO 8601.", SCHEMA + "datePublished", _dated,
    ),
    Rule(
        "claim", "itemReviewed should be given: the claim that is made.", GOOGLE + "#claimreview",
        lambda review, page: "itemReviewed" in review, must=False,
    ),
    Rule(
        "claim-type", "itemReviewed is a Claim; at first it was a CreativeWork, which is still read.",
        GOOGLE + "#claimreview",
        lambda review, page: "itemReviewed" not in review or _is(review["itemReviewed"], "Claim", "CreativeWork"),
    ),
    Rule(
        "speaker-party", "The author of the claim is a person or an organization.", GOOGLE + "#claim",
        lambda review, page: _parties(_claim(review).get("author")),
    ),
    Rule(
        "speaker-named", "The author of the claim has a name.", GOOGLE + "#claim",
        lambda review, page: all(_text(party, "name") for party in _authors(_claim(review))),
    ),
    Rule(
        "speaker-apart", "The claim comes from elsewhere: its author is not who reviews it.", GOOGLE + "#guidelines",
        _apart,
    ),
    Rule(
        "claimed-on", "The claim should say when it was made.", GOOGLE + "#claim",
        lambda review, page: "datePublished" in _claim(review), must=False,
    ),
    Rule(
        "appearance", "The claim should name a work in which it appears.", GOOGLE + "#claim",
        lambda review, page: bool(_works(review)), must=False,
    ),
    Rule(
        "appearance-work", "appearance is an address or a CreativeWork.", GOOGLE + "#claim",
        lambda review, page: all(_is(work, "CreativeWork") or _absolute(work, page) for work in _works(review)),
    ),
]  # fmt: skip
ONE_A_PAGE = Rule(
    "one-a-page", "A page holds one ClaimReview, or none of them is shown.", GOOGLE + "#technical-guidelines",
    lambda review, page: True,
)  # fmt: skip


def _once(feed: Node, address: str) -> bool:
    reviews = [review for item in _nodes(feed.get("dataFeedElement")) for review in _nodes(item.get("item"))]
    return not [url for url, times in Counter(str(review.get("url")) for review in reviews).items() if times > 1]


FEED_RULES = [
    Rule(
        "feed", "It is a DataFeed.", SCHEMA + "DataFeed",
        lambda feed, address: _is(feed, "DataFeed"),
    ),
    Rule(
        "feed-items", "What it lists are DataFeedItems that hold an item each.", SCHEMA + "dataFeedElement",
        lambda feed, address: all(
            _is(item, "DataFeedItem") and "item" in item for item in _nodes(feed.get("dataFeedElement"))
        ),
    ),
    Rule(
        "feed-defined", "Every property is one that schema.org defines for its type.", SCHEMA + "DataFeedItem",
        lambda feed, address: _defined(feed),
    ),
    Rule(
        "one-place", "A review stands on one page of a site alone.", GOOGLE + "#technical-guidelines", _once,
    ),
]  # fmt: skip
