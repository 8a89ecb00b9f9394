"""How the installation is, for staff."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from claims.views.access import Request
from claims.views.examining import Standing, findings


@never_cache
def installation(request: Request) -> HttpResponse:
    """What `manage.py doctor` prints, and how this very request came in; 404 for who is no staff."""
    if not request.user.is_staff:
        raise Http404
    found = list(findings(request))
    wrong = sum(each.standing != Standing.GOOD for each in found)
    context = {"title": _("This installation"), "room": "installation", "findings": found, "wrong": wrong}
    return render(request, "claims/installation.html", context)
