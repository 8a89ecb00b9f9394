"""What a monitoring system asks for: off until a token is set, and only for who brings it."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache


@login_not_required
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """All of it in Prometheus's text form; 404 where no token is set, 401 where it is not brought."""
    if not settings.METRICS:
        raise Http404
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme != "Bearer" or not constant_time_compare(token.strip(), settings.METRICS):
        said = "Bring the token of WORKBENCH_METRICS.\n"
        return HttpResponse(said, status=401, headers={"WWW-Authenticate": "Bearer"})
    # Only who measures pays for what that takes to import.
    from claims.views.measuring import CONTENT_TYPE_LATEST, measured

    return HttpResponse(measured(), content_type=CONTENT_TYPE_LATEST)
