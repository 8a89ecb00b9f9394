"""A small look at a report before it is made: gathered as it would be, and kept nowhere."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from claims.models import Case, Chain, Claim, Refused, Report, User
from claims.reports.choices import Choice
from claims.reports.freezing import check_names, check_people, head_of, note_names, rooms_of, withheld_names
from claims.reports.gathering import Gathering
from claims.reports.outline import outline
from claims.reports.parts import Outline
from claims.reports.snapshots import canonical

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
        gathering = Gathering(case, choice)
        frozen: list[dict[str, Any]] = list(gathering.claims(Claim.objects.filter(pk__in=first)))
        chain = Chain.objects.get(case=case)
        head = head_of(report, choice, chain, gathering)
        said = outline(head | {"since": None, "claims": frozen})
        # Of the first claims alone it cannot say how many there are in all, nor how many of those have a verdict.
        facts = [replace(fact, value=selection) if fact.label == _("Claims") else fact for fact in said.facts]
        said = replace(said, facts=facts)
    return Preview(said, len(first), _refusal(case, choice, gathering, head, frozen))


def _refusal(
    case: Case, choice: Choice, gathering: Gathering, head: dict[str, Any], frozen: list[dict[str, Any]]
) -> str:
    """Which name would leave that is to be kept back, as it would be told; "" where none does."""
    named: dict[str, list[str]] = {}
    kept_back = withheld_names(case)
    for place, room in (*((claim["ref"], claim) for claim in frozen), *rooms_of(head)):
        note_names(named, kept_back, room, place)
    try:
        check_names(named)
        if choice.public:
            lines = (canonical(claim).decode() for claim in frozen)
            check_people(gathering.people.kept_in, head | {"imprint": ""}, lines)
    except Refused as refusal:
        return str(refusal)
    return ""
