"""A claim's evidence as one person may see it."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Exists, F, OuterRef
from django.db.models.functions import Length, StrIndex
from django.utils.translation import gettext_lazy

from claims.models import Assessment, Claim, Evidence, Role, User, withheld
from claims.models.prepared import Prepared
from claims.models.untold import answered_since
from claims.views.masked import tell_by_whom

EVIDENCE = 200
SHOWN_OF_EVIDENCE = (
    "number", "stance", "bearing", "quote", "where", "credibility", "level", "level_reason", "withheld", "note",
    "version", "removed_at", "exhibit__title", "exhibit__url", "exhibit__published", "exhibit__source__name",
    "exhibit__source__reliability", "exhibit__document__number", "exhibit__document__language", "grade__letter",
    "added_by__name", "added_by__email", "absence__place", "absence__query", "absence__languages", "absence__since",
    "absence__until", "absence__searched_on", "absence__limits", "absence__searched_by__name",
    "absence__searched_by__email",
)  # fmt: skip
UNTOLD = {
    "withheld": gettext_lazy("Source withheld"),
    "unrated": gettext_lazy("Source hidden until the credibility is rated"),
}


def evidence_rows(claim: int) -> Any:
    """The evidence, removed or not, with its exhibit and source, or with the search that it records."""
    rows = Evidence.objects.filter(claim=claim).order_by("number").only("claim", *SHOWN_OF_EVIDENCE)
    beside = ["exhibit__source", "exhibit__document", "grade", "added_by", "absence__searched_by"]
    rows = rows.select_related(*beside).annotate(
        # The quote gate on the way out, in the database: texts may be long.
        in_document=StrIndex("exhibit__document__text", F("quote")),
        in_text=StrIndex("exhibit__text", F("quote")),
        text_length=Length("exhibit__text"),
        sealed=Exists(Assessment.objects.submitted().filter(relied_on=OuterRef("pk")).order_by()),
        answered_since=Exists(answered_since()),
    )
    return rows.fetch_mode(models.FETCH_RAISE)


@Prepared
def evidence_of(claim: int) -> Any:
    """The same, as far as a page shows it."""
    return evidence_rows(claim)[:EVIDENCE]


@Prepared
def withheld_in(claim: int) -> Any:
    """The keys of the evidence of which no reader may learn who put it out."""
    return Evidence.objects.filter(withheld(), claim=claim).order_by().values_list("pk", flat=True)


def evidence_shown(claim: Claim, user: User) -> list[Evidence]:
    """The evidence, removed or not, each with what this person may see of it."""
    rows = evidence_of(claim.pk)
    for item in rows:
        item.claim = claim
    return tell(rows, user)


def tell(rows: list[Evidence], user: User) -> list[Evidence]:
    """These pieces of one claim, each with what it is called here, as `named`.

    `untold` is "" where the person may see all of it; "withheld" or "unrated" where they may not see who put it out.
    The claim's `case.role` must be the person's role.
    """
    reads = any(item.claim.case.role == Role.READER for item in rows)
    kept = set(withheld_in(rows[0].claim_id)) if any(item.exhibit_id for item in rows) else set()
    if kept and not reads:
        tell_by_whom([item for item in rows if item.pk in kept])
    for item in rows:
        hidden = item.waits_for_rating and item.added_by_id != user.pk
        item.untold = "withheld" if reads and item.pk in kept else "unrated" if hidden else ""
        item.named = str(UNTOLD.get(item.untold) or (item.exhibit.title if item.exhibit else item.absence))
    return rows


def rated(evidence: list[Evidence]) -> list[Evidence]:
    """What an assessment can rely on: what stands, and does not wait for its rating."""
    return [item for item in evidence if item.removed_at is None and not item.waits_for_rating]


def unrated(evidence: list[Evidence]) -> list[Evidence]:
    """What an assessment can rely on as soon as somebody has rated it."""
    return [item for item in evidence if item.removed_at is None and item.waits_for_rating]
