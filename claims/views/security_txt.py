"""Whom to tell of a weakness: RFC 9116."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

HOLDS = datetime.timedelta(days=180)  # RFC 9116 wants less than a year


@login_not_required
def security_txt(request: HttpRequest) -> HttpResponse:
    """The contact that the installation names, as a machine reads it; 404 where it names none."""
    if not settings.SECURITY_CONTACT:
        raise Http404
    until = (timezone.now() + HOLDS).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = [f"Contact: {settings.SECURITY_CONTACT}", f"Expires: {until.isoformat()}", "Preferred-Languages: en"]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
