"""A signed claim as a web page of its own, to be put on a site, with what search engines read of a fact check."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import mark_safe

from . import claimreview
from .outline import outline
from .parts import Outline
from .snapshots import Snapshot


def name(number: int) -> str:
    """What the page of the claim of this number is called, and so where its fact check says that it is."""
    return f"claim-{number}.html"


def page(snapshot: Snapshot, number: int) -> bytes:
    """The page as UTF-8. Raises KeyError where the report has no signed verdict on a claim of this number."""
    return dict(pages(snapshot, [claim for claim in snapshot["claims"] if claim["number"] == number]))[number]


def pages(snapshot: Snapshot, claims: list[claimreview.Node]) -> Iterator[tuple[int, bytes]]:
    """The page of each of these claims that is signed, by its number."""
    with translation.override(snapshot.get("language") or "en"):
        whole = outline(snapshot)
        for claim in claims:
            if claim["verdict"]:
                yield claim["number"], _page(snapshot, whole, claim)


def _page(snapshot: Snapshot, whole: Outline, claim: claimreview.Node) -> bytes:
    told = next(each for each in whole.claims if each.ref == claim["ref"])
    review = claimreview.claim_review(snapshot, claim, name(claim["number"]))
    context = {
        # There is no summary on it to go back to.
        "report": replace(whole, shows=whole.shows | {"summary": False}),
        "claim": told,
        "review": mark_safe(claimreview.block(review)) if review else "",  # noqa: S308 - nothing in it ends the block
    }
    return render_to_string("reports/claim_page.html", context).encode()
