"""Scales: the answers among which reviewers choose. They belong to no case, so whoever edits any case sees to them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.db import models
from django.db.models import Count
from django.http import Http404, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _

from claims.forms.scales import ScaleForm
from claims.models import Case, Membership, NotYours, Role, Scale, User
from claims.views.access import Request, polite
from claims.views.parts import go, render_part, whole

PAGE = 50


def may_edit_scales(user: User) -> bool:
    """Whether somebody sees to scales: administrators, and whoever edits a case."""
    return (user.is_superuser and user.is_active) or user.memberships.filter(role=Role.EDITOR).exists()


def for_editors(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A view for whoever edits a case; who belongs to no case is not told that there is such a page."""

    @functools.wraps(view)
    def answer(request: Request, **kwargs: Any) -> HttpResponseBase:
        if not may_edit_scales(request.user):
            if not Membership.objects.filter(user=request.user).exists():
                raise Http404
            raise NotYours(_("Scales are seen to by whoever edits a case. Ask one of the editors."))
        return view(request, **kwargs)

    return polite(answer)


def scale_of(pk: int) -> Scale:
    """The scale of that key. Raises Http404 where there is none."""
    scale: Scale | None = Scale.objects.filter(pk=pk).select_related("retired_by").first()
    if scale is None:
        raise Http404
    return scale


@for_editors
def scale_list(request: Request) -> HttpResponse:
    """All scales, by name, a page at a time."""
    scales = Scale.objects.annotate(many=Count("cases")).prefetch_related("ratings").order_by("name")
    after = request.GET.get("after", "").replace("\0", "")
    if after:
        scales = scales.filter(name__gt=after)
    rows = list(scales.fetch_mode(models.FETCH_RAISE)[: PAGE + 1])
    context = {
        "room": "cases", "scales": rows[:PAGE], "next": rows[PAGE - 1].name if len(rows) > PAGE else "", "after": after,
    }  # fmt: skip
    return render_part(request, "claims/scale_list.html", "scales", context)


@for_editors
def scale_add(request: Request) -> HttpResponse:
    """A new scale, or a copy of one, to be changed."""
    of = whole(request.GET, "of")
    copied = scale_of(of) if of is not None else None
    form = ScaleForm(request.POST if request.method == "POST" else None, copied=copied)
    if form.is_valid():
        made = form.attempt(lambda: form.keep(request.user))
        if made is not None:
            return go(request, made, _("The scale is there. New cases can choose it."))
    others = Scale.objects.order_by("name").only("name")[:PAGE]
    context = {"room": "cases", "form": form, "copied": copied, "others": others}
    return render_part(request, "claims/scale_add.html", "scale", context, status_of(form))


@for_editors
def scale_detail(request: Request, pk: int) -> HttpResponse:
    """A scale: its answers, as far as they can still be changed, and whether new cases are offered it."""
    scale = scale_of(pk)
    act = request.POST.get("act", "") if request.method == "POST" else ""
    if act == "retire":
        scale.retire(by=request.user)
        return go(request, scale, _("Retired: no new case is offered it. Cases that have it keep it."))
    if act == "offer":
        scale.take_back(by=request.user)
        return go(request, scale, _("New cases are offered it again."))
    form = ScaleForm(request.POST if request.method == "POST" else None, scale=scale)
    if form.is_valid() and form.attempt(lambda: form.keep(request.user)) is not None:
        return go(request, scale, _("Saved."))
    context = {"room": "cases", "scale": scale_of(pk), "form": form, "cases": seen_cases(scale, request.user)}
    return render_part(request, "claims/scale_detail.html", "scale", context, status_of(form))


def status_of(form: ScaleForm) -> int:
    """What a page with this form answers."""
    faulty = form.is_bound and (form.errors or form.answers.total_error_count())
    return form.status if faulty else 200


def seen_cases(scale: Scale, user: User) -> Any:
    """The cases that judge on it, as far as the person may see them."""
    return Case.objects.visible_to(user).filter(scale=scale).order_by("code")[:PAGE]
