"""What the proxies in front tell of where a request came from, and what becomes of it where that is too little."""

from __future__ import annotations

from collections.abc import Callable
from logging import getLogger

from django.conf import settings
from django.http import HttpRequest, HttpResponse

logger = getLogger("workbench.proxies")


class ProxyMiddleware:
    """Whoever came through fewer proxies than are stated comes from whoever the connection is with: no one forges that.

    The first of them is a line of the log. Where nothing was forwarded there is nothing to mend.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.told = False

    def __call__(self, request: HttpRequest) -> HttpResponse:
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
        hops = len(forwarded.split(","))
        if forwarded and hops < settings.PROXIES:
            # allauth breaks off where it finds too few, and takes the connection's address where it finds an empty one.
            request.META["HTTP_X_FORWARDED_FOR"] = "," * (settings.PROXIES - hops) + forwarded
            if not self.told:
                self.told = True
                logger.warning(
                    "X-Forwarded-For has %s of the addresses that WORKBENCH_PROXIES=%s stands for: who comes so counts "
                    "as the proxy that passed it on. Count the proxies, and have each but the first add to it.",
                    hops, settings.PROXIES,
                )  # fmt: skip
        return self.get_response(request)
