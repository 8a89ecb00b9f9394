"""Answering: the whole page, or just the part that htmx asks for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers

from claims.forms.filters import cursor
from claims.models import Refused

if TYPE_CHECKING:
    from django.shortcuts import SupportsGetAbsoluteUrl

HTMX_HEADERS = ("HX-Request", "HX-Request-Type", "HX-History-Restore-Request")


def house(request: HttpRequest) -> dict[str, Any]:
    """What every page knows: whether this is a demo, and the provider through which one may sign in, if any."""
    oidc = settings.OIDC and {name: settings.OIDC[name] for name in ("provider_id", "name")}
    return {"demo": settings.DEMO, "oidc": oidc}


def wants_part(request: HttpRequest) -> bool:
    """Whether htmx asks for a part; a page brought back from its history is wanted whole."""
    htmx = getattr(request, "htmx", None)
    return bool(htmx) and not htmx.history_restore_request  # type: ignore[union-attr]


def render_part(
    request: HttpRequest, template: str, part: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """The whole page, or its part of that name where htmx asks; varies on htmx's headers."""
    name = f"{template}#{part}" if wants_part(request) else template
    response = render(request, name, context, status=status)
    patch_vary_headers(response, HTMX_HEADERS)
    return response


def go(request: HttpRequest, to: SupportsGetAbsoluteUrl | str, sentence: Any = "") -> HttpResponse:
    """To the page where the person goes on, with a sentence of what was done; htmx follows as a browser does."""
    if sentence:
        messages.success(request, sentence)
    response = redirect(to)
    if wants_part(request):
        # A redirect would be followed inside the request, and the new page squeezed into the old one's part.
        moved = HttpResponse(status=200)
        moved["HX-Redirect"] = response["Location"]
        return moved
    return response


def came_from(request: HttpRequest) -> str:
    """The name of the queue's section that the person works through; "" where they came by another way."""
    htmx = getattr(request, "htmx", None)
    shown = QueryDict(urlsplit(htmx.current_url or "").query) if htmx else QueryDict()
    name = request.POST.get("from") or request.GET.get("from") or shown.get("from") or ""
    return name if re.fullmatch(r"[a-z-]{1,20}", name) else ""


def refuse(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """What a rule said, as a page of its own; for htmx as a message on the page that stays."""
    if wants_part(request):
        response = render(request, "claims/_refusal.html", {"refusal": refusal}, status=refusal.status)
        response["HX-Retarget"], response["HX-Reswap"] = "#messages", "innerHTML"
        return response
    named = request.resolver_match.kwargs if request.resolver_match else {}
    back = reverse("claims:case-detail", args=[named["code"]]) if "code" in named else ""
    return render(request, "claims/refusal.html", {"refusal": refusal, "back": back}, status=refusal.status)


def whole(query: QueryDict, name: str) -> int | None:
    """The whole number in the address; None where it names none, 404 where it is no such number."""
    value = query.get(name)
    number = cursor(value)
    if value and number is None:
        raise Http404
    return number


def ways_on(request: HttpRequest, name: str, *, begun: bool, last: int | None) -> dict[str, str]:
    """The addresses of a list's first page and of the next, which goes on from the row `last`; "" where none is."""
    query = request.GET.copy()
    query.pop(name, None)
    first = f"?{query.urlencode()}" if begun else ""
    query[name] = str(last)
    return {"first": first, "more": f"?{query.urlencode()}" if last is not None else ""}
