"""What one is told: how much of it is unread, the list, and the way to each place."""

from __future__ import annotations

from django.db import models
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from claims.models import Notice
from claims.models.notices import MOST_COUNTED, unread_count
from claims.views.access import Request, polite
from claims.views.parts import go, render_part, whole
from claims.views.polls import polled, unchanged_or

PAGE = 50


@polled
def notice_count(request: Request) -> HttpResponseBase:
    """How many notices are unread, as a figure; nothing where there are none."""
    count = unread_count(request.user)
    shown = f"{MOST_COUNTED}+" if count > MOST_COUNTED else str(count or "")
    return unchanged_or(request, f"{request.user.pk}-{count}", HttpResponse(shown))


def notice_list(request: Request) -> HttpResponse:
    """One's notices, the newest first."""
    before = whole(request.GET, "before")
    notices = Notice.objects.told_to(request.user).select_related("by", "case", "claim__case").order_by("-pk")
    if before is not None:
        notices = notices.filter(pk__lt=before)
    rows = list(notices.fetch_mode(models.FETCH_RAISE)[: PAGE + 1])
    context = {
        "room": "notices", "notices": rows[:PAGE], "before": before, "unread": unread_count(request.user),
        "more": rows[PAGE - 1].pk if len(rows) > PAGE else None,
    }  # fmt: skip
    return render_part(request, "claims/notice_list.html", "notices", context)


@polite
def notice_open(request: Request, pk: int) -> HttpResponse:
    """Mark one notice as read, and go to its place."""
    found = Notice.objects.told_to(request.user).filter(pk=pk)
    notice = found.first()
    if notice is None:
        raise Http404
    if request.method != "POST":
        return redirect("claims:notice-list")
    found.read()
    return go(request, notice.link)


@polite
def notices_read(request: Request) -> HttpResponse:
    """Mark all of one's notices as read."""
    if request.method == "POST":
        Notice.objects.filter(user=request.user).read()
        return go(request, "claims:notice-list", _("All are marked as read."))
    return redirect("claims:notice-list")
