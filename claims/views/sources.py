"""Sources: whoever speaks, how far they are to be relied on, and what rests on them."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.http import HttpResponse
from django.utils.translation import gettext as _

from claims.forms.filters import cursor
from claims.forms.sources import GradeForm, NewSourceForm, SourceFilters, SourceForm
from claims.models import (
    Case,
    Evidence,
    Exhibit,
    Grade,
    Merge,
    NotNow,
    NotYours,
    Role,
    Source,
    User,
    may_merge,
    withholding,
)
from claims.search.sources import named
from claims.views.access import Request, on_source, polite
from claims.views.grade_steps import MOST_STEPS, drawn
from claims.views.parts import go, render_part, wants_part, ways_on
from claims.views.resting import outcomes

PAGE = 50  # sources of a list
EXHIBITS = 20  # exhibits of a source on one page
EVIDENCE = 200  # what rests on those, at most
GRADES = 200  # a source's newest grades
NAMED = 500  # sources of a name, the newest
MERGES = 20  # sources that were merged into one, the newest


def source_list(request: Request) -> HttpResponse:
    """The sources known in the person's cases, by name."""
    form = SourceFilters(request.GET)
    form.is_valid()
    chosen = form.cleaned_data
    sources = Source.objects.visible_to(request.user).listed()
    after = sources.filter(pk=chosen.get("after")).first() if chosen.get("after") else None
    keys = named(chosen.get("name") or "", request.user, NAMED + 1)
    sources = narrowed(sources, chosen, keys)
    if after is not None:
        # The first condition is for the index, the second for sources of one name.
        sources = sources.filter(name__gte=after.name).filter(Q(name__gt=after.name) | Q(pk__gt=after.pk))
    rows = list(sources.order_by("name", "pk").defer("note").fetch_mode(models.FETCH_RAISE)[: PAGE + 1])
    context = {
        "room": "sources",
        "sources": rows[:PAGE],
        "filters": form,
        "filtered": any(chosen.get(name) for name in ("name", "kind", "reliability")),
        "cut": NAMED if keys is not None and len(keys) > NAMED else 0,
        **ways_on(request, "after", begun=after is not None, last=rows[PAGE - 1].pk if len(rows) > PAGE else None),
        "may_add": cases_to_add_to(request.user).exists(),
    }
    return render_part(request, "claims/source_list.html", "sources", context, 422 if form.errors else 200)


def narrowed(sources: Any, chosen: dict[str, Any], keys: list[int] | None) -> Any:
    """Those whose name, kind and reliability are the chosen ones; `keys` are of those with such a name."""
    if keys is not None:
        sources = sources.filter(pk__in=keys[:NAMED])
    elif chosen.get("name"):
        sources = sources.filter(name__startswith=chosen["name"])
    if chosen.get("kind"):
        sources = sources.filter(kind=chosen["kind"])
    if chosen.get("reliability"):
        sources = sources.filter(reliability=chosen["reliability"].replace("none", ""))
    return sources


def cases_to_add_to(user: User) -> models.QuerySet[Case]:
    """The cases in which somebody may add sources."""
    return Case.objects.visible_to(user).filter(role__in=[Role.ANALYST, Role.EDITOR])


@polite
def source_add(request: Request) -> HttpResponse:
    """A new source, known in one of the person's cases."""
    if not cases_to_add_to(request.user).exists():
        raise NotYours(_("Sources are added by the analysts and editors of a case. You are neither in any case yet."))
    posted = request.POST if request.method == "POST" else None
    form = NewSourceForm(request.user, posted)
    if form.is_valid():
        values = form.values
        case = values.pop("case")
        made = form.attempt(lambda: Source.make(case, by=request.user, once=form.key(request.user), **values))
        if made is not None:
            return go(request, made, _("Source added. Say next how far it is to be relied on."))
    context = {"room": "sources", "form": form}
    return render_part(request, "claims/source_add.html", "source", context, form.status if form.errors else 200)


@on_source
def source_detail(request: Request, source: Source) -> HttpResponse:
    """One source: its grades, and what the person may see of what rests on it."""
    if request.GET.get("before"):
        return render_part(request, "claims/source_detail.html", "exhibits", about(request, source))
    return render_part(request, "claims/source_detail.html", "reliability", about(request, source))


@on_source
def source_edit(request: Request, source: Source) -> HttpResponse:
    """Correct what is known of a source."""
    check_gradable(source, request.user)
    posted = request.POST if request.method == "POST" else None
    form = SourceForm(request.user, posted, source=source)
    if form.is_valid() and form.attempt(lambda: revise(source, form, request.user)) is not None:
        return go(request, source, _("Saved."))
    context = {"room": "sources", "source": source, "form": form}
    return render_part(request, "claims/source_edit.html", "source", context, form.status if form.errors else 200)


def revise(source: Source, form: SourceForm, user: User) -> Source:
    """Save what was typed over the version that the form began with."""
    for name, value in form.values.items():
        setattr(source, name, value)
    source.save(by=user, expect=form.seen_version)
    return source


@on_source
def source_grade(request: Request, source: Source) -> HttpResponse:
    """Grade a source's reliability, with a reason."""
    check_gradable(source, request.user)
    if request.method != "POST":
        return render_part(request, "claims/source_detail.html", "reliability", about(request, source, GradeForm()))
    form = GradeForm(request.POST)
    if form.is_valid():
        letter, reason = form.values["letter"], form.values["reason"]
        user = request.user
        if form.attempt(lambda: source.grade(letter, by=user, reason=reason, once=form.key(user))):
            if not wants_part(request):
                return go(request, source, _("Graded."))
            source.refresh_from_db()
            return render_part(request, "claims/source_detail.html", "reliability", about(request, source))
    context = about(request, source, form)
    return render_part(
        request, "claims/source_detail.html", "reliability", context, form.status if form.errors else 200
    )


def gradable(source: Source, user: User) -> bool:
    """Whether somebody may grade and correct this source."""
    return bool(Source.objects.gradable_by(user).filter(pk=source.pk).exists())


def check_gradable(source: Source, user: User) -> None:
    """Raises NotYours for whoever is neither analyst nor editor in a case where the source is known."""
    if source.merged_into_id is not None:
        raise NotNow(_("This source was merged into another: grade and correct that one, or part the two first."))
    if not gradable(source, user):
        raise NotYours(_("Sources are graded and corrected by the analysts and editors of the cases that know them."))


def about(request: Request, source: Source, form: GradeForm | None = None) -> dict[str, Any]:
    """What the page of a source shows."""
    may_grade = gradable(source, request.user)
    cases = list(cases_telling(source, request.user).filter(sources=source).order_by("title", "pk")[:20])
    exhibits, more = exhibits_of(source, request.user, request.GET.get("before", ""))
    grades = grades_of(source)
    merges = merges_of(source)
    return {
        "room": "sources",
        "source": source,
        "belongings": source.belongings(request.user),
        "members": Source.objects.visible_to(request.user).listed().filter(belongs_to=source)[:MERGES],
        "may_grade": may_grade,
        "grade_form": (form or GradeForm()) if may_grade else None,
        "grading": form is not None,
        "grades": grades,
        "steps": drawn([grade for grade in grades if grade.source_id == source.pk][:MOST_STEPS]),
        "merges": merges,
        "may_part": bool(merges) and may_merge(source, request.user),
        "just_merged": cursor(request.GET.get("merged")),
        "known_in": cases,
        "exhibits": exhibits,
        "more": more,
        "outcomes": outcomes(source, request.user),
        "continued": bool(request.GET.get("before")),
    }


def grades_of(source: Source) -> list[Grade]:
    """Its newest grades, and those of the sources that were merged into it, the newest first."""
    given = Grade.objects.filter(Q(source=source) | Q(source__merged_into=source))
    given = given.select_related("graded_by", "source").order_by("-graded_at", "-pk")
    return list(given.fetch_mode(models.FETCH_RAISE)[:GRADES])


def merges_of(source: Source) -> list[Merge]:
    """What was merged into it, or it into another, and stands; the newest first."""
    found = Merge.objects.light().standing().filter(Q(kept=source) | Q(merged=source))
    return list(
        found.select_related("kept", "merged", "made_by").order_by("-pk").fetch_mode(models.FETCH_RAISE)[:MERGES]
    )


def cases_telling(source: Source, reader: User) -> models.QuerySet[Case]:
    """The cases one belongs to; for their readers without those in which it is withheld who this source is."""
    kept = Q(Exists(withholding(source.pk, OuterRef("pk"))))
    if source.merged_into_id is not None:
        # What is withheld of one that was merged is the other's by now.
        kept |= Q(Exists(withholding(source.merged_into_id, OuterRef("pk"))))
    return Case.objects.visible_to(reader).exclude(Q(role=Role.READER) & kept)


def exhibits_of(source: Source, reader: User, before: str) -> tuple[list[tuple[Exhibit, list[Evidence]]], str]:
    """The newest exhibits that the reader may see, each with what rests on it; and where the next page begins."""
    exhibits = Exhibit.objects.filter(source=source, case__in=cases_telling(source, reader).values("pk"))
    exhibits = exhibits.rated_for(reader)
    edge = cursor(before)
    if edge is not None:
        exhibits = exhibits.filter(pk__lt=edge)
    found = list(
        exhibits.order_by("-pk").defer("text").select_related("case").fetch_mode(models.FETCH_RAISE)[: EXHIBITS + 1]
    )
    shown = found[:EXHIBITS]
    for exhibit in shown:
        exhibit.source = source
    resting: dict[int, list[Evidence]] = defaultdict(list)
    evidence = (
        Evidence.objects.standing()
        .rated_for(reader)
        .visible_to(reader)
        .filter(exhibit__in=shown)
        .select_related("claim__case", "claim__rating", "grade")
        .order_by("-pk")
        .fetch_mode(models.FETCH_RAISE)
    )
    of_key = {exhibit.pk: exhibit for exhibit in shown}
    for item in evidence[:EVIDENCE]:
        item.exhibit = of_key[item.exhibit_id]
        resting[item.exhibit_id].append(item)
    more = f"?before={shown[-1].pk}" if len(found) > EXHIBITS else ""
    return [(exhibit, resting[exhibit.pk]) for exhibit in shown], more
