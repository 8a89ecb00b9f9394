"""What rests on what: how the verdicts on a source came out, and what would be lost without one origin."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.db import models
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from claims.models import Case, Claim, Credibility, Evidence, Rating, Role, Source, User, Verdict, withheld
from claims.models.origins import Gathered
from claims.models.verdicts import BORNE_BY, question_of
from claims.weighing.origins import REQUIRED, linchpins

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
    evidence = Evidence.objects.standing().rated_for(reader).visible_to(reader).filter(exhibit__source=source)
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


def without_one(gathered: Gathered, claim: Claim, look: str) -> list[str]:
    """What a verdict of this look on the claim would have without each of its linchpins; nothing where it has none."""
    stance, bearing = BORNE_BY.get(look), question_of(claim)
    if stance is None:
        return []
    said = []
    for origin in sorted(linchpins(gathered.origins, stance, bearing)):
        left = gathered.origins.without(origin).count(stance, bearing).origins
        said.append(
            ngettext(
                "Without %(name)s this verdict would have %(n)s origin where %(asked)s are asked.",
                "Without %(name)s this verdict would have %(n)s origins where %(asked)s are asked.",
                left,
            )
            % {"name": named(gathered, origin), "n": left, "asked": REQUIRED}
        )
    return said


def barely_confirmed(gathered: Gathered, evidence: list[Evidence]) -> list[str]:
    """Which ratings as confirmed by others would be lost without one other origin, or are lost by now."""
    items = {item.key: item for item in gathered.items}
    said = []
    for piece in evidence:
        item = items.get(piece.pk)
        if piece.credibility != Credibility.CONFIRMED or item is None:
            continue
        own = gathered.origins.of[item.key]
        beside = gathered.origins.chosen(item.stance, item.bearing)
        others = {origin for each in beside if (origin := gathered.origins.of[each.key]) not in (None, own)}
        if own is None or not others:
            said.append(
                _("Evidence %(number)s is rated as confirmed by other independent sources, and no other origin that is "
                  "known says the same.") % {"number": piece.number}
            )  # fmt: skip
        elif len(others) == 1:
            name = named(gathered, next(iter(others)))
            said.append(
                _("Without %(name)s evidence %(number)s would no longer be confirmed by other independent sources.")
                % {"name": name, "number": piece.number}
            )
    return said


def named(gathered: Gathered, origin: int) -> str:
    """What an origin is called: by its speaker or its exhibit, unless these are several that only have no name."""
    if gathered.nameless(origin):
        return _("several speakers nobody has named")
    return f"“{gathered.leads(origin)[0].name}”"
