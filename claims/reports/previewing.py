"""A small look at a report before it is made: gathered as it would be, and kept nowhere."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from claims.models import Case, Chain, Claim, Report, User
from claims.models.withheld_names import withheld_names
from claims.reports.choices import Choice
from claims.reports.freezing import head_of
from claims.reports.gathering import Gathering
from claims.reports.kept_back import named_so
from claims.reports.looking import Found, rooms_of
from claims.reports.outline import outline
from claims.reports.parts import Outline

FIRST = 20  # claims that are gathered for a look


@dataclass(frozen=True)
class Preview:
    """The report's outline with its first claims, how many those are, and what stands against making it."""

    report: Outline
    claims_in: int
    refusal: str


def preview(
    case: Case, claims: models.QuerySet[Claim], *, by: User, title: str, selection: str, choice: Choice
) -> Preview:
    """What a report of these claims would look like, after its first claims by number."""
    report = Report(case=case, made_by=by, made_at=timezone.now(), number=case.next_number(Report.objects.all()))
    report.title, report.selection, report.audience = title.strip() or case.title, selection, choice.audience
    with override(choice.language):
        first = list(claims.filter(case=case).order_by("number").values_list("pk", flat=True)[:FIRST])
        gathering = Gathering(case, choice, salted=lambda hash: "")
        frozen: list[dict[str, Any]] = list(gathering.claims(Claim.objects.filter(pk__in=first)))
        chain = Chain.objects.get(case=case)
        head = head_of(report, choice, chain, gathering)
        said = outline(head | {"since": None, "claims": frozen})
        # Of the first claims alone it cannot say how many there are in all, nor how many of those have a verdict.
        facts = [replace(fact, value=selection) if fact.label == _("Claims") else fact for fact in said.facts]
        said = replace(said, facts=facts)
    return Preview(said, len(first), _refusal(case, gathering, head, frozen))


def _refusal(case: Case, gathering: Gathering, head: dict[str, Any], frozen: list[dict[str, Any]]) -> str:
    """Which name would leave that is to be kept back, as it would be told; "" where none does.

    It is a first look: titles, and who has left the case, are looked for when the report is made.
    """
    withheld, house = Found(withheld_names(case)), Found(named_so(gathering.people.names))
    for place, room in (*((claim["ref"], claim) for claim in frozen), *rooms_of(head)):
        withheld.look(room, place)
    for place, room in (*((claim["ref"], claim) for claim in frozen), *rooms_of(head | {"imprint": ""})):
        house.look(room, place)
    told = "; ".join(found.told for found in (withheld, house) if found.places)
    if not told:
        return ""
    return _("It cannot be made like this: %(told)s. Take the name out there, or leave those claims out.") % {
        "told": told
    }
