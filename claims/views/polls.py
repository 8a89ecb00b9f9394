"""What an open page asks for again and again: answered from an index, and with nothing where nothing changed.

A poll writes nothing and keeps no session alive. Whose session has ended is answered with nothing, too: the page
stays as it is, with all that is typed in it, until the person does something.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from django.utils.http import quote_etag

from claims.views.parts import HTMX_HEADERS


def polled[**P](view: Any) -> Any:
    """A view that pages poll: without a session it answers with nothing, and sends nobody to the sign-in."""
    view.polled = True
    return view


def unchanged_or(request: HttpRequest, state: str, response: HttpResponse) -> HttpResponseBase:
    """The answer with the state it tells as its tag; 304 where the page holds that state already."""
    tag = quote_etag(state)
    response["ETag"] = tag
    patch_cache_control(response, private=True, no_cache=True)
    patch_vary_headers(response, (*HTMX_HEADERS, "Cookie"))
    answer: HttpResponseBase = get_conditional_response(request, tag, None, response) or response
    return answer
