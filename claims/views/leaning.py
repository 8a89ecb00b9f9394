"""What the verdicts of a case lean on: its sources, those that most would fall without first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.http import HttpResponse

from claims.models import Case, Evidence, Leaning, Reliance, Role, Source, User, Verdict
from claims.views.access import Request, on_case
from claims.views.evidence_told import UNTOLD
from claims.views.parts import render_part

PAGE = 50  # sources
NEWEST = 3  # verdicts of each


@dataclass
class Row:
    """A source, how many verdicts lean on it, and the newest of them.

    Where the reader may not learn who it is, `source` is None and `name` says why.
    """

    name: str
    source: Source | None
    verdicts: int
    linchpins: int
    newest: list[Verdict]


@on_case()
def case_leaning(request: Request, case: Case) -> HttpResponse:
    """The sources that the case's standing verdicts lean on, linchpins first."""
    after = request.GET.get("after", "")
    found = list(beyond(Reliance.objects.filter(case=case), after)[: PAGE + 1])
    rows = rows_of(case, found[:PAGE], request.user)
    last = found[PAGE - 1] if len(found) > PAGE else None
    context = {
        "room": "case",
        "case": case,
        "rows": rows,
        "after": after,
        "more": f"?after={last.linchpins}-{last.verdicts}-{last.pk}" if last else "",
    }
    return render_part(request, "claims/case_leaning.html", "sources", context)


def beyond(reliances: QuerySet[Reliance], after: str) -> QuerySet[Reliance]:
    """Those after the row of this key, “linchpins-verdicts-key”, in the order of their weight."""
    newest = Leaning.objects.filter(case=OuterRef("case"), source=OuterRef("source")).order_by("-pk").values("verdict")
    rows = (
        reliances.order_by("-linchpins", "-verdicts", "pk")
        .select_related("source")
        .annotate(**{f"verdict_{n}": Subquery(newest[n : n + 1]) for n in range(NEWEST)})
    )
    edge = [int(part) for part in after.split("-") if part.isascii() and part.isdigit() and len(part) < 18]
    if len(edge) == 3:
        linchpins, verdicts, key = edge
        # The first condition is for the index, the second for sources of one weight.
        rows = rows.filter(linchpins__lte=linchpins).filter(
            Q(linchpins__lt=linchpins)
            | Q(linchpins=linchpins, verdicts__lt=verdicts)
            | Q(linchpins=linchpins, verdicts=verdicts, pk__gt=key)
        )
    return rows.fetch_mode(models.FETCH_RAISE)


def rows_of(case: Case, reliances: list[Reliance], reader: User) -> list[Row]:
    """The rows as the reader may see them."""
    kept = kept_back([row.source_id for row in reliances], case, reader)
    keys = {key for row in reliances if row.source_id not in kept for key in _newest(row)}
    verdicts = Verdict.objects.filter(pk__in=keys).select_related("claim", "rating").fetch_mode(models.FETCH_RAISE)
    found = {verdict.pk: verdict for verdict in (verdicts if keys else ())}
    for verdict in found.values():
        verdict.claim.case = case
    rows = []
    for row in reliances:
        hidden = kept.get(row.source_id, "")
        newest = [found[key] for key in _newest(row) if key in found] if not hidden else []
        name = hidden or row.source.name
        rows.append(Row(name, None if hidden else row.source, row.verdicts, row.linchpins, newest))
    return rows


def _newest(row: Any) -> list[int]:
    keys = [getattr(row, f"verdict_{n}") for n in range(NEWEST)]
    return [key for key in keys if key is not None]


def kept_back(sources: list[int], case: Case, reader: User) -> dict[int, str]:
    """Those of these sources that the reader may not learn of here: what each is called instead."""
    kept: dict[int, str] = {}
    here = Evidence.objects.filter(exhibit__case=case, exhibit__source__in=sources).order_by()
    if case.hides_sources:
        # Of a source that other evidence names already, a row tells nothing of what waits on another claim.
        leaned = Leaning.objects.filter(
            case=case, source=OuterRef("exhibit__source"), verdict__claim=OuterRef("claim")
        ).order_by()
        waiting = here.standing().waiting_for_rating().exclude(added_by=reader).filter(Exists(leaned))
        kept |= dict.fromkeys(waiting.values_list("exhibit__source", flat=True).distinct(), str(UNTOLD["unrated"]))
    if case.role == Role.READER:
        withheld = Evidence.objects.withheld_in(case).filter(exhibit__source__in=sources).order_by()
        kept |= dict.fromkeys(withheld.values_list("exhibit__source", flat=True).distinct(), str(UNTOLD["withheld"]))
    return kept
