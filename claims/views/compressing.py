"""What goes out compressed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class CompressMiddleware(GZipMiddleware):
    """Compresses pages and tables; files of a known length stay as they are.

    Most are compressed already, so it would cost a lot and gain nothing, and the browser could not tell how far it is.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """The response, compressed where that is of use."""
        if response.streaming and response.has_header("Content-Length"):
            return response
        return super().process_response(request, response)
