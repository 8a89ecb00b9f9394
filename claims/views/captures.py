"""Web pages as they came: the bytes of a document's captures, to be taken home and compared."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpResponseBase
from django.views.decorators.http import require_safe

from claims.custody import store
from claims.loading.formats.signatures import KINDS
from claims.models import Capture, Document, Role, withheld
from claims.views.access import Request, on_document

LISTED = 20  # the newest


def captures_of(document: Document) -> QuerySet[Capture]:
    """The captures of a document's exhibits; for readers without those that would tell a source that is withheld.

    `document.case.role` must be the person's role.
    """
    captures: QuerySet[Capture] = Capture.objects.filter(exhibit__document=document, exhibit__case=document.case)
    return captures.exclude(withheld()) if document.case.role == Role.READER else captures


def kept(document: Document) -> Sequence[Capture]:
    """The newest captures of a document's exhibits, without their bytes; one more than are listed, if there is."""
    rows = captures_of(document).select_related("file").defer("headers").order_by("-captured_at", "-pk")
    return list(rows[: LISTED + 1])


@require_safe
@on_document()
def capture_file(request: Request, document: Document, capture: int) -> HttpResponseBase:
    """What was fetched, byte for byte, as a file: no browser is to show a stranger's page as one of ours."""
    found = captures_of(document).select_related("file").filter(pk=capture).first()
    if found is None:
        raise Http404
    suffix = PurePosixPath(urlsplit(found.final_url).path).suffix.lower()
    name = f"{document.case.code}-document-{document.number}-capture-{found.pk}{suffix if suffix in KINDS else '.bin'}"
    try:
        stream = store.store().open(found.file.sha256)
    except FileNotFoundError as fault:
        raise Http404 from fault
    return FileResponse(
        stream,
        as_attachment=True,
        filename=name,
        content_type="application/octet-stream",
        headers={"X-Content-Type-Options": "nosniff"},
    )
