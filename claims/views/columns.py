"""A case as columns: its claims by where they stand, those that stand there longest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from claims.models import MOVES, Assessment, Case, Claim, Status, Tally, User, Verdict, may
from claims.models.completing import could_read_answers
from claims.views.access import Request, on_case
from claims.views.cases import Counts

SHOWN = 20  # cards of a column
DECIDED_SOON = (Status.TO_DECIDE, Status.PROPOSED)
# The page on which each move is made; those that follow by themselves have none.
PAGES = {
    "assign": "claims:claim-assign",
    "assess": "claims:claim-assess",
    "propose": "claims:verdict-propose",
    "sign_off": "claims:verdict-sign-off",
    "send_back": "claims:verdict-send-back",
    "reopen": "claims:claim-reopen",
    "withdraw": "claims:claim-withdraw",
}


@dataclass
class Column:
    """The claims at one status: how many there are, and those that have stood there longest."""

    status: Status
    count: str
    claims: list[Claim]
    url: str

    @property
    def more(self) -> bool:
        """Whether there are more than are shown."""
        return len(self.claims) > SHOWN

    @property
    def shown(self) -> list[Claim]:
        """The cards of the page."""
        return self.claims[:SHOWN]

    @property
    def folded(self) -> bool:
        """Whether the column is folded: what is set aside is seldom looked for."""
        return self.status == Status.WITHDRAWN


@on_case()
def case_columns(request: Request, case: Case) -> HttpResponse:
    """Where the claims of a case stand, and what the person may do with each."""
    counts = Counts(Tally.objects.filter(case=case))
    columns = [column_of(case, status, counts) for status in Status]
    shown = [claim for column in columns for claim in column.shown]
    allow_moves(case, shown, request.user)
    moves = any(claim.moves for claim in shown)  # type: ignore[attr-defined]
    return render(
        request, "claims/case_columns.html", {"room": "case", "case": case, "columns": columns, "moves": moves}
    )


def column_of(case: Case, status: Status, counts: Counts) -> Column:
    """The claims at a status, by an index in the order in which they came there."""
    claims = Claim.objects.filter(case=case, status=status).select_related("rating").order_by("entered_at", "number")
    rows = list(claims.fetch_mode(models.FETCH_RAISE)[: SHOWN + 1])
    for claim in rows:
        claim.case = case
    url = f"{reverse('claims:case-detail', args=[case.code])}?status={status.value}&order=oldest"
    return Column(status, f"{counts.statuses[status]:,}", rows, url)


def allow_moves(case: Case, claims: list[Claim], user: User) -> None:
    """Put on each claim, as `moves`, what this person may do with it: the words, the page, and to which column."""
    keys = [claim.pk for claim in claims]
    own = set[int]()
    answered = set[int]()
    if may(case.role, "sign_off"):
        mine = Verdict.objects.filter(claim__in=keys, decision="", proposed_by=user)
        own = set(mine.order_by().values_list("claim", flat=True))
    if may(case.role, "assess"):
        given = Assessment.objects.submitted().filter(claim__in=keys, reviewer=user, round=models.F("claim__round"))
        answered = set(given.order_by().values_list("claim", flat=True))
    for claim in claims:
        names = [name for name in PAGES if may(case.role, name) and claim.status in MOVES[name].start]
        if claim.pk in own:
            names = [name for name in names if name != "sign_off"]
        if claim.pk in answered or could_read_answers(claim, case.role):
            names = [name for name in names if name != "assess"]
        claim.moves = [move_of(claim, name) for name in names]  # type: ignore[attr-defined]
        # Told to those alone who may read the answers that differ.
        sees = claim.pk in answered or may(case.role, "propose")
        claim.differs = claim.disputed and claim.status in DECIDED_SOON and sees  # type: ignore[attr-defined]
        claim.url = claim.get_absolute_url()  # type: ignore[attr-defined]


def move_of(claim: Claim, name: str) -> dict[str, Any]:
    """A move as a link: the form that it needs is on a page of its own."""
    page = reverse(PAGES[name], args=[claim.case.code, claim.number])
    return {"label": MOVES[name].label, "url": page, "to": MOVES[name].end.value}
