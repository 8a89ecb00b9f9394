"""Two sources that are one: choosing the other, seeing both side by side, merging and parting."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from claims.forms.filters import cursor
from claims.forms.sources import MergeForm
from claims.models import Exhibit, Merge, NotNow, Source, User, merge, part
from claims.search.sources import named
from claims.views.access import Request, on_source
from claims.views.parts import go, render_part
from claims.views.sources import cases_telling, check_gradable

OFFERED = 20  # sources to choose the other from
COUNTED = 1000  # exhibits are counted so far
GRADES = 5  # of each of the two, the newest


@on_source
def source_merge(request: Request, source: Source) -> HttpResponse:
    """Merge a source with another: look for it, see both side by side, say why and which is kept."""
    check_gradable(source, request.user)
    sent = request.POST if request.method == "POST" else request.GET
    other = _chosen(source, sent.get("other"), request.user)
    words = request.GET.get("q", "").strip()[:200]
    context: dict[str, Any] = {"room": "sources", "source": source, "other": other, "words": words}
    if other is None:
        listed = Source.objects.visible_to(request.user).listed().exclude(pk=source.pk)
        keys = named(words or source.name.split()[0], request.user, OFFERED + 1)
        context["offered"] = list(listed.filter(pk__in=keys or []).order_by("name", "pk")[:OFFERED])
        return render_part(request, "claims/source_merge.html", "merge", context)
    form = MergeForm(source, other, request.POST if request.method == "POST" else None)
    if form.is_valid():
        merged, kept = (other, source) if form.values["keep"] == str(source.pk) else (source, other)
        user = request.user
        done = form.attempt(lambda: merge(merged, kept, by=user, reason=form.values["reason"], once=form.key(user)))
        if done is not None:
            said = _("“%(merged)s” is merged into this source.") % {"merged": merged}
            return go(request, f"{kept.get_absolute_url()}?merged={done.pk}", said)
    both = [_told(one, request.user) for one in (source, other)]
    context |= {"form": form, "both": both, "differences": differences(*both)}
    status = form.status if form.errors else 200
    return render_part(request, "claims/source_merge.html", "merge", context, status)


def _chosen(source: Source, key: str | None, user: User) -> Source | None:
    """The other source. Raises Http404 for one that the person does not see, NotNow for the same or a merged one."""
    if not key:
        return None
    pk = cursor(key)
    found: Source | None = Source.objects.visible_to(user).filter(pk=pk).first() if pk is not None else None
    if found is None:
        raise Http404
    if found.pk == source.pk:
        raise NotNow(_("A source is not merged with itself: choose another."))
    if found.merged_into_id is not None:
        raise NotNow(_("“%(one)s” was merged into another already: choose that one.") % {"one": found})
    return found


def _told(source: Source, user: User) -> dict[str, Any]:
    """What one of the two has, as far as the person sees it."""
    cases = cases_telling(source, user)
    exhibits = Exhibit.objects.filter(source=source, case__in=cases.values("pk")).rated_for(user)
    counted = len(exhibits.order_by().values_list("pk")[: COUNTED + 1])
    grades = source.grades.select_related("graded_by").order_by("-graded_at", "-pk").fetch_mode(models.FETCH_RAISE)
    return {
        "source": source,
        "above": next(iter(source.belongings(user)), None),
        "grades": grades[:GRADES],
        "exhibits": f"{COUNTED:,}+" if counted > COUNTED else f"{counted:,}",
        "cases": cases.filter(sources=source).order_by("title", "pk")[:OFFERED],
    }


def differences(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """What is said otherwise of the two, so that they may not be one; what is said of one alone is no difference."""
    first, second = one["source"], other["source"]
    above, beyond = one["above"], other["above"]
    said = [
        (_("kind"), first.get_kind_display(), second.get_kind_display()),
        (_("country"), first.country, second.country),
        (_("belongs to"), above, beyond),
    ]
    found = [
        _("%(what)s: “%(one)s” and “%(other)s”") % {"what": what, "one": here, "other": there}
        for what, here, there in said
        if here and there and here != there
    ]
    for lower, upper in ((first, beyond), (second, above)):
        if lower == upper:
            found.append(_("one belongs to the other, “%(name)s”") % {"name": upper})
    return found


@require_POST
@on_source
def source_part(request: Request, source: Source) -> HttpResponse:
    """Undo the merge of this source into another."""
    done = Merge.objects.light().standing().filter(merged=source).select_related("kept", "merged").first()
    if done is None:
        raise NotNow(_("This source is not merged into another: the two may have been parted already."))
    parted = part(done, by=request.user)
    return go(request, reverse("claims:source-detail", args=[source.pk]), _said(parted))


def _said(parted: Merge) -> str:
    said = _("Parted from “%(kept)s” again.") % {"kept": parted.kept}
    if count := parted.stayed["exhibits"]:
        stays = ngettext(
            "%(n)s exhibit has changed hands since, and stays where it is.",
            "%(n)s exhibits have changed hands since, and stay where they are.",
            count,
        )
        said += " " + stays % {"n": count}
    if count := parted.stayed["members"] + parted.stayed["followed"]:
        stays = ngettext(
            "%(n)s source that came with it stands elsewhere since, and stays there.",
            "%(n)s sources that came with it stand elsewhere since, and stay there.",
            count,
        )
        said += " " + stays % {"n": count}
    return said
