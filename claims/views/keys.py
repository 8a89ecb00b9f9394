"""The keys with which reports are signed: public, as whoever checks a report belongs to no case."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from claims.models import Key


@login_not_required
def key_list(request: HttpRequest) -> HttpResponse:
    """Every key of the installation, the one that signs first. It says nothing of any case or person."""
    keys = Key.objects.select_related("before").order_by("-pk")
    return render(request, "claims/key_list.html", {"room": "keys", "keys": keys})
