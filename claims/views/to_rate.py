"""Evidence that waits for somebody to rate it before they see whose it is: as the queue lists it."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Window
from django.db.models.functions import RowNumber
from django.urls import reverse

from claims.models import Case, Claim, Evidence, Role, User
from claims.models.claims import UNDECIDED

PLACES = 150  # cases looked at: an administrator is in every case
TOLD = 3  # pieces of evidence of a claim that the queue names


def to_rate(user: User, shown: int) -> list[Claim]:
    """The claims with evidence that the person can rate: in the newest cases first, in each the oldest claims first.

    At most one more than are shown. Each has as `to_rate` the first few pieces, each with its `url`, and as
    `to_rate_more` how many there are beside.
    """
    cases = Case.objects.visible_to(user).filter(hides_sources=True)
    if not (user.is_superuser and user.is_active):
        cases = cases.filter(role__in=[Role.ANALYST, Role.EDITOR])
    places = list(cases.order_by("-pk").values_list("pk", flat=True)[:PLACES])
    if not places:
        return []
    of_claim = waiting_for(user).filter(claim=OuterRef("pk"))
    # The count is the condition of an index, in whose order they come.
    claims = Claim.objects.filter(Exists(of_claim), case__in=places, unrated_count__gt=0, status__in=UNDECIDED)
    rows = claims.select_related("case").order_by("-case_id", "number").fetch_mode(models.FETCH_RAISE)
    found = list(rows[: shown + 1])
    name_pieces(found, user)
    return found


def waiting_for(user: User) -> models.QuerySet[Evidence]:
    """What this person could rate, whatever their role: they did not add it."""
    return Evidence.objects.standing().waiting_for_rating().exclude(added_by=user).order_by()


def name_pieces(claims: list[Claim], user: User) -> None:
    """Put beside each claim its pieces of evidence that wait, the first few."""
    if not claims:
        return
    place = Window(RowNumber(), partition_by="claim", order_by="number")
    rows = waiting_for(user).filter(claim__in=[claim.pk for claim in claims]).annotate(place=place)
    pieces: dict[int, list[Any]] = defaultdict(list)
    for item in rows.filter(place__lte=TOLD).only("claim", "number", "added_at").order_by("claim_id", "number"):
        pieces[item.claim_id].append(item)
    for claim in claims:
        for item in pieces[claim.pk]:
            item.url = reverse("claims:evidence-rate", args=[claim.case.code, claim.number, item.number])
        claim.to_rate = pieces[claim.pk]  # type: ignore[attr-defined]
        # Those that the person added themselves are among the count.
        claim.to_rate_more = claim.unrated_count - TOLD if len(pieces[claim.pk]) == TOLD else 0  # type: ignore[attr-defined]
