"""What rests on a source: how the verdicts on it came out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.db import models
from django.db.models import F

from claims.models import Case, Claim, Evidence, Rating, Source, User, Verdict
from claims.models.evidence import withheld
from claims.models.moves import Role

LOOKED_AT = 500  # newest pieces of evidence of a source
NEWEST = 10  # verdicts that are listed


@dataclass(frozen=True)
class Outcomes:
    """How verdicts came out that rest on a source: how many of each rating, and the newest of them.

    `more` says that there is more evidence than was looked at: then they are those of the newest 500 pieces.
    """

    counts: list[tuple[Rating, int]]
    newest: list[Verdict]
    more: bool

    @property
    def looked_at(self) -> int:
        """How many pieces of evidence are looked at, at most."""
        return LOOKED_AT


def outcomes(source: Source, reader: User) -> Outcomes:
    """How the verdicts came out under which there is evidence of a source, as far as the reader may see them.

    Only verdicts that are signed off in the present rounds of their claims: of others reviewers are not to know.
    """
    evidence = Evidence.objects.standing().filter(
        exhibit__source=source, claim__in=Claim.objects.visible_to(reader).order_by().values("pk")
    )
    if not (reader.is_superuser and reader.is_active):
        reads = Case.objects.filter(memberships__user=reader, memberships__role=Role.READER)
        evidence = evidence.exclude(withheld(), claim__case__in=reads.order_by().values("pk"))
    rows = list(evidence.order_by("-pk").values_list("claim", flat=True)[: LOOKED_AT + 1])
    claims = list(dict.fromkeys(rows[:LOOKED_AT]))
    verdicts = Verdict.objects.filter(claim__in=claims, decision=Verdict.Decision.SIGNED_OFF, round=F("claim__round"))
    found = list(
        verdicts.select_related("rating", "claim__case").order_by("-decided_at", "-pk").fetch_mode(models.FETCH_RAISE)
    )
    ratings = {verdict.rating_id: verdict.rating for verdict in found}
    counts = Counter(verdict.rating_id for verdict in found)
    listed = [(ratings[key], count) for key, count in counts.most_common()]
    return Outcomes(listed, found[:NEWEST], len(rows) > LOOKED_AT)
