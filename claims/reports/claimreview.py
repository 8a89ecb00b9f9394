"""The signed verdicts as ClaimReview, for search engines and collections of fact checks.

Google no longer shows it beside its results, but reads it for its Fact Check Explorer, and others do as well.
What each part has to be like is said, with its source, in `claimreview_rules`. Machines do not read notices: of a
sample case, or of a demonstration, every rating says before anything else that it is a sample and carries no
number, and no page gets one at all.
"""

from __future__ import annotations

import json
from typing import Any

from django.utils.translation import gettext as _

from . import wording
from .naming import publisher
from .snapshots import Snapshot, digest

type Node = dict[str, Any]

CONTEXT = "https://schema.org"
PAGE = "report.html"  # lies beside the feed, in the bundle as on the server


def render(snapshot: Snapshot) -> bytes:
    """A feed of all signed verdicts, in the shape that collections of fact checks exchange."""
    reviews = [(claim, _review(snapshot, claim, f"{PAGE}#claim-{claim['number']}")) for claim in signed(snapshot)]
    feed = {
        "@context": CONTEXT,
        "@type": "DataFeed",
        "name": snapshot["report"]["title"] or snapshot["case"]["title"],
        "identifier": f"sha256:{digest(snapshot)}",
        "inLanguage": snapshot["language"],
        "dateModified": snapshot["report"]["made_at"],
        **_present(description=_notice(snapshot), publisher=_publisher(snapshot)),
        "dataFeedElement": [
            {"@type": "DataFeedItem", "dateCreated": claim["verdict"]["signed_off_at"], "item": review}
            for claim, review in reviews
        ],
    }
    return (json.dumps(feed, ensure_ascii=False, indent=1) + "\n").encode()


def claim_review(snapshot: Snapshot, claim: Node, url: str) -> Node | None:
    """What the page at this address says of the one claim that it is about.

    None where no verdict is signed, and where it is a sample: search engines would take it for a judgement.
    """
    if claim["verdict"] is None or is_sample(snapshot):
        return None
    return {"@context": CONTEXT, **_review(snapshot, claim, url)}


def block(review: Node) -> str:
    """A review as it may stand in a page between `<script type="application/ld+json">` and its end."""
    text = json.dumps(review, ensure_ascii=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def signed(snapshot: Snapshot) -> list[Node]:
    """The claims whose verdict somebody has signed."""
    return [claim for claim in snapshot["claims"] if claim["verdict"]]


def is_sample(snapshot: Snapshot) -> bool:
    """Whether its verdicts are no judgements: those of a sample case, and all that a demonstration makes."""
    return bool(snapshot["case"]["sample"] or snapshot["report"]["demo"])


def _review(snapshot: Snapshot, claim: Node, url: str) -> Node:
    verdict = claim["verdict"]
    return {
        "@type": "ClaimReview",
        "url": url,
        "identifier": claim["ref"],
        "claimReviewed": claim["statement"],
        "datePublished": verdict["signed_off_at"][:10],
        "inLanguage": snapshot["language"],
        **_present(author=_author(snapshot, verdict), reviewBody=verdict["summary"]),
        "reviewRating": _rating(snapshot, verdict),
        "itemReviewed": _claim(snapshot, claim),
        **_present(
            creativeWorkStatus=_("Sample") if is_sample(snapshot) else "",
            correction=[_correction(said) for said in claim.get("corrections", []) if said["became"]],
            citation=_citations(claim),
        ),
    }


def _rating(snapshot: Snapshot, verdict: Node) -> Node:
    """The word, and a number for it only where the rating has a place on the scale."""
    if is_sample(snapshot):
        return {"@type": "Rating", "alternateName": _("Sample: %(rating)s") % {"rating": verdict["label"]}}
    values = numbers(snapshot["scale"]["ratings"])
    rating: Node = {"@type": "Rating", "alternateName": verdict["label"]}
    if verdict["rating"] in values:
        bounds = {"bestRating": max(values.values()), "worstRating": min(values.values())}
        rating |= {"ratingValue": values[verdict["rating"]]} | bounds
    return rating


def numbers(ratings: list[Node]) -> dict[str, int]:
    """The number of each rating that has a place on the scale, by code: the higher, the truer; the lowest is 1.

    The scale's own numbers where it has them for all, and they rise as it does.
    """
    placed = sorted((each for each in ratings if each["position"] is not None), key=lambda each: each["position"])
    own = [each.get("review_value") or 0 for each in placed]
    if own != sorted(set(own)) or not own or own[0] < 1:
        own = list(range(1, len(placed) + 1))
    return {rating["code"]: value for rating, value in zip(placed, own, strict=True)}


def _claim(snapshot: Snapshot, claim: Node) -> Node:
    stands_in = {passage["document"] for passage in claim["passages"]}
    documents = [document for document in snapshot["documents"] if document["number"] in stands_in]
    days = [document["published"] for document in documents if document["published"]]
    return {
        "@type": "Claim",
        "name": claim["statement"],
        **_present(
            author=_speaker(snapshot, claim),
            datePublished=min(days, default=""),
            appearance=[_appearance(document) for document in documents],
        ),
    }


def _speaker(snapshot: Snapshot, claim: Node) -> Node | None:
    """Whoever is on record as having said it first. Nobody where that is anonymous, or known from hearsay alone."""
    said = next(iter(claim["attributions"]), None)
    if said is None or said["basis"] != "on_record":
        return None
    kinds = {source["name"].casefold(): source["kind_label"] for source in snapshot["sources"]}
    # There is nothing between the two; where no source of that name says which it is, it is somebody.
    someone = kinds.get(said["speaker"].casefold(), _("Person")) == _("Person")
    return {"@type": "Person" if someone else "Organization", "name": said["speaker"]}


def _appearance(document: Node) -> Node:
    writer = document["author"] or document["publisher"]
    kind = "Person" if document["author"] else "Organization"
    return {
        "@type": "CreativeWork",
        "name": document["title"],
        **_present(
            url=wording.link(document["url"]),
            datePublished=document["published"],
            inLanguage=document["language"],
            author={"@type": kind, "name": writer} if writer else None,
        ),
    }


def _citations(claim: Node) -> list[Node]:
    """What the verdict can be followed back to; nothing whose source is withheld."""
    shown = [item for item in claim["evidence"] if item["exhibit"] and not item.get("withheld")]
    cited = {(item["exhibit"], wording.link(item["url"])): item for item in shown}
    return [
        {"@type": "CreativeWork", "name": title, **_present(url=url, datePublished=item["published"])}
        for (title, url), item in cited.items()
    ]


def _publisher(snapshot: Snapshot) -> Node | None:
    name = publisher(snapshot)
    return {"@type": "Organization", "name": name} if name else None


def _author(snapshot: Snapshot, verdict: Node) -> Node | None:
    """The publisher; without one whoever signed, but in public nobody of the house is named."""
    if house := _publisher(snapshot):
        return house
    if snapshot.get("audience") == "public":
        return None
    return {"@type": "Person", "name": verdict["signed_off_by"]}


def _correction(said: Node) -> str:
    values = {"day": said["at"][:10], "was": said["was"], "became": said["became"], "why": said["reason"]}
    return _("%(day)s: “%(was)s” became “%(became)s”. %(why)s") % values


def _notice(snapshot: Snapshot) -> str:
    told = _("Samples that show the method, not judgements: no page says them to search engines.")
    return told if is_sample(snapshot) else ""


def _present(**parts: Any) -> Node:
    return {name: part for name, part in parts.items() if part}
