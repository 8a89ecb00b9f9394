"""A web page's way in: fetched past the guard, loaded as a document, and kept as it came, as an exhibit's capture."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from claims.loading.capturing import capture_fetched, fetch_page
from claims.loading.documents import load
from claims.loading.fetching import Fetched
from claims.models import Capture, Case, Document, Exhibit, Refused, User, writing


def load_address(case: Case, url: str, *, by: User, once: str | None = None, **about: Any) -> tuple[Document, bool]:
    """The document of a web address, and whether it is new in the case; what was fetched is captured either way.

    `once` names the errand, so that one that was cut off leaves one capture. Raises Refused at
    `url` where it cannot be fetched, or what is there cannot be read.
    """
    fetched = fetch_page(url)
    try:
        document, new = load(
            case, fetched.content, by=by, origin=Document.Origin.URL, url=fetched.url[:1000],
            file_name=unquote(PurePosixPath(urlsplit(fetched.url).path).name), content_type=fetched.content_type,
            **about,
        )  # fmt: skip
    except Refused as refusal:
        raise Refused(refusal.sentence, "url") from refusal
    capture(document, fetched, by=by, once=once)
    return document, new


def capture(document: Document, fetched: Fetched, *, by: User, once: str | None = None) -> Capture:
    """Keep what was fetched, as a capture of the exhibit whose text the document is."""
    with writing(document.case):
        exhibit = document.exhibits.order_by("pk").first()
        if exhibit is None:
            exhibit = Exhibit(case=document.case, document=document, title=document.title, url=fetched.url[:1000])
            exhibit.published = document.published
            exhibit.save(by=by)
    return capture_fetched(exhibit, fetched, by=by, once=once)
