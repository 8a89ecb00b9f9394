"""How far a case's reviewers agree: in all, by kind and month, two by two; and where two of them split.

All of it is of rounds whose verdict is signed off, whose answers whoever is in the case may read.
"""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from claims.models import Assessment, Case, Kind, Pace, Pair, Pattern, Rating, Split, User
from claims.models.agreement import EVERYTHING
from claims.reports.pictures import alphas_of, answers_of, placed
from claims.views.access import Request, on_case
from claims.views.parts import render_part, wants_part, whole
from claims.weighing.agreement import Interval, alpha, interval, kappa, off_scale, on_scale, percent, size_of, unanimous
from claims.weighing.pace import quartiles
from claims.weighing.pictures.course import Point, course
from claims.weighing.pictures.svg import Picture

MONTHS = 24  # the newest, of a case
PEOPLE = 20  # in the table of pairs: those who answered most
COUNTED = 200  # reviewers whose times are counted together
PAGE = 50  # claims of a pair
MOST_KEY = 2**63 - 1  # that a database knows
UNDEFINED = "–"
HEAT = (0.95, 0.85, 0.7, 0.5)  # shares of like answers; below each the next colour begins


@dataclass(frozen=True)
class Row:
    """The figures of a part of the case, as they are printed."""

    label: str
    query: str
    units: int
    answers: int
    unanimous: int
    percent: str
    nominal: str
    ordinal: str
    ordinal_units: int
    off: str
    value: float | None  # nominal alpha, for the plot


@dataclass(frozen=True)
class Cell:
    """Two reviewers: how many rounds both answered, how often alike, and where the list of the others is."""

    units: int = 0
    percent: str = ""
    kappa: str = ""
    look: str = ""
    url: str = ""
    names: str = ""


@dataclass(frozen=True)
class Times:
    """How long somebody's answers took, in words."""

    name: str
    answers: int
    low: str
    median: str
    high: str


@on_case()
def case_agreement(request: Request, case: Case) -> HttpResponse:
    """The figures of the case or of one part of it; then by month, by kind, by pair, and how long answers took."""
    part, order = part_of(request.GET.get("of", "")), order_of(case)
    months = months_of(case)
    patterns = patterns_of(case, {EVERYTHING, part, *Kind.values, *months})
    if part and part not in patterns:
        raise Http404
    asked = wants_part(request) or bool(request.GET.get("interval"))
    given = patterns.get(part, Counter())
    within = [interval(given, one) for one in (None, order)] if asked else []
    context = {
        "room": "case", "case": case, "part": part, "chosen": row_of(part, given, order),
        "intervals": [lying(each) for each in within] if asked else None,
        "alphas": placed(alphas(given, order, within), "alphas") if asked else [],
    }  # fmt: skip
    if not wants_part(request):
        by_month = [row_of(month, patterns[month], order) for month in sorted(months)]
        paces = list(paces_of(case))
        context |= {
            "kinds": [row_of(kind, patterns[kind], order) for kind in Kind.values if kind in patterns],
            "months": by_month[::-1], "plot": placed(plotted(by_month), "course"),
            "pairs": pairs_of(case, paces[:PEOPLE]),
            "answers": placed(answers_of(case.scale.ratings.values_list("pk", "label", "look"), given), "beside"),
            "people": PEOPLE if len(paces) > PEOPLE else 0, "times": list(times_of(paces)),
        }  # fmt: skip
    return render_part(request, "claims/case_agreement.html", "interval", context)


def part_of(asked: str) -> str:
    """The part of the case that the address names; 404 where it could be none."""
    if asked and asked not in Kind.values and not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", asked, re.ASCII):
        raise Http404
    return asked


def order_of(case: Case) -> list[int]:
    """The ratings on the case's scale, from its one end to the other."""
    ratings = case.scale.ratings.exclude(position=None).order_by("position")
    return list(ratings.values_list("pk", flat=True))


def months_of(case: Case) -> list[str]:
    """The newest months in which a round that counts got its last answer."""
    months = Pattern.objects.filter(case=case, part__gte="0", part__lt="a").order_by("-part")
    return list(months.values_list("part", flat=True).distinct()[:MONTHS])


def patterns_of(case: Case, parts: set[str]) -> dict[str, Counter[tuple[int, ...]]]:
    """How each of these parts of the case was answered; those of which nothing is counted are not in it."""
    found: dict[str, Counter[tuple[int, ...]]] = {}
    for row in Pattern.objects.filter(case=case, part__in=parts):
        found.setdefault(row.part, Counter())[row.answers] += row.rounds
    return found


def row_of(part: str, patterns: Counter[tuple[int, ...]], order: Sequence[int]) -> Row:
    """The figures of one part."""
    size, nominal = size_of(patterns), alpha(patterns)
    return Row(
        label=labelled(part),
        query=f"?of={part}" if part else "?",
        units=size.units,
        answers=size.answers,
        unanimous=unanimous(patterns),
        percent=share(percent(patterns)),
        nominal=figure(nominal),
        ordinal=figure(alpha(patterns, order)),
        ordinal_units=size_of(on_scale(patterns, order)).units,
        off=share(off_scale(patterns, order)),
        value=nominal,
    )


def labelled(part: str) -> str:
    """What a part is called: a kind, or a month in words."""
    if not part:
        return _("The whole case")
    if part in Kind.values:
        return str(Kind(part).label)
    return date_format(datetime.date(int(part[:4]), int(part[5:]), 1), "M Y")


def alphas(patterns: Counter[tuple[int, ...]], order: Sequence[int], within: list[Interval | None]) -> Picture | None:
    """Nominal and ordinal alpha, drawn with their intervals."""
    rows = []
    for name, one, lies in zip((_("Alpha, nominal"), _("Alpha, ordinal")), (None, order), within, strict=True):
        n = size_of(patterns if one is None else on_scale(patterns, one)).units
        rested = ngettext("%(n)s review", "%(n)s reviews", n) % {"n": f"{n:,}"}
        rows.append((name, rested, alpha(patterns, one), *(lies or (None, None))))
    return alphas_of(rows)


def lying(within: Interval | None) -> str:
    """Where alpha lies, in words."""
    if within is None:
        return UNDEFINED
    return _("%(low)s to %(high)s") % {"low": figure(within.low), "high": figure(within.high)}


def figure(value: float | None) -> str:
    """A coefficient with two places."""
    # A minus, not a hyphen; and what rounds to nothing has no sign.
    return UNDEFINED if value is None else f"{round(value, 2) + 0:.2f}".replace("-", "\N{MINUS SIGN}")


def share(value: float | None) -> str:
    """A share as a percentage; all and nothing are said of what is so exactly."""
    if value is None:
        return UNDEFINED
    whole_ones = 100 if value == 1 else 0 if value == 0 else min(99, max(1, round(100 * value)))
    return _("%(n)s %%") % {"n": whole_ones}


def plotted(rows: list[Row]) -> Picture | None:
    """The line of nominal alpha from month to month; None for fewer than two months."""
    points = [Point(row.label, row.value, f"{row.label}: {row.nominal}, n {row.units:,}") for row in rows]
    return course(points, title=_("Nominal alpha from month to month"), columns=[_("Month"), _("Alpha, nominal")])


# two by two


def pairs_of(case: Case, paces: list[Pace]) -> list[tuple[int, User, list[Cell]]]:
    """A row for each of these reviewers: its number, who it is, and a cell for each of them."""
    people = [pace.reviewer for pace in paces]
    keys = [person.pk for person in people]
    found = {(row.one_id, row.other_id): row for row in Pair.objects.filter(case=case, one__in=keys, other__in=keys)}
    rows = []
    for number, one in enumerate(people, start=1):
        cells = []
        for other in people:
            pair = found.get((min(one.pk, other.pk), max(one.pk, other.pk)))
            cells.append(cell_of(case, one, other, pair) if pair else Cell())
        rows.append((number, one, cells))
    return rows


def cell_of(case: Case, one: User, other: User, pair: Pair) -> Cell:
    """The cell of a pair."""
    table = pair.table
    units, same = sum(table.values()), sum(n for (first, second), n in table.items() if first == second)
    alike = same / units
    url = reverse("claims:case-agreement-pair", args=[case.code, one.pk, other.pk]) if same < units else ""
    look = f"heat-{sum(alike < edge for edge in HEAT)}"
    return Cell(units, share(alike), figure(kappa(table)), look, url, f"{one}, {other}")


@on_case()
def case_agreement_pair(request: Request, case: Case, one: int, other: int) -> HttpResponse:
    """What two reviewers said of the same rounds, and the claims where they split, the newest sign-off first."""
    low, high = sorted((one, other))
    if high > MOST_KEY:
        raise Http404
    pair = Pair.objects.filter(case=case, one_id=low, other_id=high).select_related("one", "other").first()
    if pair is None:
        raise Http404
    people = [pair.one, pair.other] if pair.one_id == one else [pair.other, pair.one]
    before = whole(request.GET, "before")
    splits = Split.objects.filter(case=case, one_id=low, other_id=high).order_by("-pk")
    if before is not None:
        splits = splits.filter(pk__lt=before)
    found = list(splits.select_related("claim").fetch_mode(models.FETCH_RAISE)[: PAGE + 1])
    table = pair.table if pair.one_id == one else {(b, a): n for (a, b), n in pair.table.items()}
    ratings = list(case.scale.ratings.all())
    context = {
        "room": "case", "case": case, "people": people, "cell": cell_of(case, people[0], people[1], pair),
        "ratings": ratings, "table": crossed(table, ratings),
        "splits": list(answered(found[:PAGE], case, request.user, people)), "continued": before is not None,
        "more": found[PAGE - 1].pk if len(found) > PAGE else None,
    }  # fmt: skip
    return render_part(request, "claims/case_agreement_pair.html", "splits", context)


def crossed(table: dict[tuple[int, int], int], ratings: list[Rating]) -> list[tuple[Rating, list[tuple[int, bool]]]]:
    """A row for each answer of the first: how often the second gave each, and whether that is the same answer."""
    return [(one, [(table.get((one.pk, other.pk), 0), one == other) for other in ratings]) for one in ratings]


def answered(splits: list[Split], case: Case, reader: User, people: list[User]) -> Iterator[dict[str, Any]]:
    """The claims with what each of the two said first, as far as the reader may see it."""
    claims = {split.claim_id for split in splits}
    rows = Assessment.objects.filter(claim__in=claims, reviewer__in=people, follows=None)
    rows = rows.visible_to(reader, case.role).select_related("rating").fetch_mode(models.FETCH_RAISE)
    said = {(row.claim_id, row.round, row.reviewer_id): row for row in rows} if splits else {}
    for split in splits:
        split.claim.case = case
        yield {
            "claim": split.claim,
            "round": split.round,
            "answers": [said.get((split.claim_id, split.round, person.pk)) for person in people],
        }


# how long answers took


def paces_of(case: Case) -> models.QuerySet[Pace]:
    """The reviewers who answered most, with how long they took."""
    paces = Pace.objects.filter(case=case).select_related("reviewer").order_by("-answers", "pk")
    return paces.fetch_mode(models.FETCH_RAISE)[:COUNTED]


def times_of(paces: list[Pace]) -> Iterator[Times]:
    """How long answers took: all of them, then those of each reviewer who is shown."""
    every: Counter[int] = Counter()
    rows = []
    for place, pace in enumerate(paces):
        steps = {int(step): n for step, n in pace.steps.items()}
        every.update(steps)
        if place < PEOPLE:
            rows.append((str(pace.reviewer), steps))
    for name, steps in [(_("All reviewers"), dict(every)), *rows]:
        if (found := quartiles(steps)) is not None:
            low, median, high = (lasting(seconds) for seconds in found)
            yield Times(name, sum(steps.values()), low, median, high)


def lasting(seconds: float) -> str:
    """A length of time in the unit that suits it: 40 min, 3.5 h, 12 days."""
    minutes, hours, days = seconds / 60, seconds / 3600, seconds / 86400
    if minutes < 1:
        return _("under a minute")
    if minutes < 90:
        return _("%(n)s min") % {"n": round(minutes)}
    if hours < 48:
        return _("%(n)s h") % {"n": f"{hours:.1f}" if hours < 10 else round(hours)}
    return ngettext("%(n)s day", "%(n)s days", round(days)) % {"n": f"{round(days):,}"}
