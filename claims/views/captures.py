"""What was captured, as it came: brought in, looked at, taken home. Nobody else's page is ever shown as one of ours."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from claims.custody import store
from claims.forms.exhibits import CaptureForm
from claims.forms.fields import clock
from claims.loading.capturing import fetch_later
from claims.loading.deriving import PDF, derive_now_or_later, is_drawn, picture_of, untaken, use_text
from claims.models import Capture, Custody, Document, Exhibit, Job, Refused, Role, User, withheld
from claims.models.hiding import unrated
from claims.views.access import Request, on_document, on_exhibit
from claims.views.capture_texts import CaptureText, at
from claims.views.parts import go, render_part, whole

DERIVED = 50
MOST_PAGES = 100_000  # beyond that nobody asks for a page in earnest
SUFFIX = re.compile(r"\.[a-z0-9]{1,5}")
CUSTODY = 100  # lines of what became of a capture: the newest
AGAIN = datetime.timedelta(minutes=10)  # a second look of the same person within it is none
LISTED = 20  # the newest


def captures_of(document: Document, reader: User) -> QuerySet[Capture]:
    """The captures of a document's exhibits, without those that would tell the reader a source that is hidden.

    `document.case.role` must be the person's role.
    """
    captures: QuerySet[Capture] = Capture.objects.filter(exhibit__document=document, exhibit__case=document.case)
    if document.case.hides_sources:
        captures = captures.exclude(unrated(reader, "exhibit"))
    return captures.exclude(withheld()) if document.case.role == Role.READER else captures


def kept(document: Document, reader: User) -> Sequence[Capture]:
    """The newest captures of a document's exhibits, without their bytes; one more than are listed, if there is."""
    rows = captures_of(document, reader).select_related("file").defer("headers").order_by("-captured_at", "-pk")
    return list(rows[: LISTED + 1])


@require_safe
@on_document()
def capture_file(request: Request, document: Document, capture: int) -> HttpResponseBase:
    """What was fetched of a document, byte for byte, as a file."""
    found = captures_of(document, request.user).select_related("file").filter(pk=capture).first()
    if found is None:
        raise Http404
    return sent(request, found, f"{document.case.code}-document-{document.number}-capture-{found.pk}")


def sent(request: Request, capture: Capture, name: str) -> HttpResponseBase:
    """A capture's bytes as a file: no browser is to show a stranger's page as one of ours. Raises Gone."""
    known = PurePosixPath(urlsplit(capture.final_url).path or capture.name).suffix.lower()
    suffix = ".txt" if capture.how == Capture.How.PASTED else known
    try:
        stream = store.store().open(capture.file.sha256)
    except FileNotFoundError as fault:
        raise Gone from fault
    Custody.objects.create(capture=capture, act=Custody.Act.EXPORTED, by=request.user)
    return FileResponse(
        stream,
        as_attachment=True,
        filename=f"{name}{suffix if SUFFIX.fullmatch(suffix) else '.bin'}",
        content_type="application/octet-stream",
        headers={"X-Content-Type-Options": "nosniff"},
    )


class Gone(Refused):
    """The row is there, and the bytes are not."""

    status = 410

    def __init__(self) -> None:
        super().__init__(_("The file is missing from the store. Ask an administrator to run verify_files."))


@on_exhibit(may="cite")
def capture_add(request: Request, exhibit: Exhibit) -> HttpResponse:
    """Capture an exhibit: a file, a screenshot, a pasted text, or what stands at its web address."""
    form = CaptureForm(request.POST, request.FILES) if request.method == "POST" else CaptureForm()
    if request.POST.get("act") == "fetch":
        key = f"{request.user.pk}:{request.POST.get('once', '')}"[:80] if request.POST.get("once") else None
        return go(request, fetch_of(exhibit, request, key))
    if form.is_valid():
        made = form.attempt(lambda: form.capture(exhibit, request.user))
        if made is not None:
            job = derive_now_or_later(made, by=request.user)
            sentence = told(made)
            if job is None and (why := untaken(made)):
                return go(request, at(made), f"{sentence} {why}")
            return go(request, job or exhibit, sentence)
    context = {"room": "case", "case": exhibit.case, "exhibit": exhibit, "form": form}
    return render_part(request, "claims/capture_add.html", "capture", context, form.status if form.errors else 200)


def fetch_of(exhibit: Exhibit, request: Request, key: str | None) -> Job:
    """The job that fetches an exhibit's address. Raises Refused where it has none, or nothing is fetched here."""
    if not settings.FETCH_URLS:
        raise Refused(_("Fetching web addresses is switched off here. Save the page and upload the file."))
    if not exhibit.url:
        raise Refused(_("This exhibit has no web address. Add it first."))
    return fetch_later(exhibit, by=request.user, once=key)


def told(made: Capture) -> str:
    """What is to be said of a new capture: that it is kept, and whether the same bytes were there before."""
    others = Capture.objects.filter(exhibit=made.exhibit_id, file=made.file_id).exclude(pk=made.pk)
    first = others.order_by("pk").first()
    if first is not None:
        return _("Captured. The same bytes came on %(when)s.") % {"when": clock(first.captured_at)}
    return _("Captured: its bytes are kept as they came.")


@on_exhibit()
def capture_detail(request: Request, exhibit: Exhibit, capture: int) -> HttpResponse:
    """One capture: how it came, what it is, what it says, and what became of it since."""
    found = of_exhibit(exhibit, capture)
    enter_view(found, request.user)
    custody = found.custody.select_related("by").order_by("-pk").fetch_mode(models.FETCH_RAISE)
    context = {
        "room": "case",
        "case": exhibit.case,
        "exhibit": exhibit,
        "capture": found,
        "custody": list(custody[:CUSTODY]),
        "derived": list(found.file.derived.select_related("file").order_by("kind", "page", "-pk")[:DERIVED]),
        "picture": picture_for(found, whole(request.GET, "page") or 1),
        "same": Capture.objects.filter(exhibit=exhibit, file=found.file).exclude(pk=found.pk).exists(),
        "text": CaptureText.of(found, request.user, 1, shortly=True),
    }
    return render_part(request, "claims/capture_detail.html", "capture", context)


@on_exhibit()
def capture_text(request: Request, exhibit: Exhibit, capture: int) -> HttpResponse:
    """A part of a capture's text."""
    found = of_exhibit(exhibit, capture)
    text = CaptureText.of(found, request.user, whole(request.GET, "part") or 1)
    if text is None:
        raise Http404
    enter_view(found, request.user)
    context = {"room": "case", "case": exhibit.case, "exhibit": exhibit, "capture": found, "text": text}
    return render_part(request, "claims/capture_text.html", "text", context)


@require_POST
@on_exhibit(may="cite")
def capture_use(request: Request, exhibit: Exhibit, capture: int) -> HttpResponse:
    """Have the exhibit hold this capture's text, so that quotations are checked against it."""
    use_text(of_exhibit(exhibit, capture), by=request.user)
    return go(request, exhibit, _("Its text is that of this capture now: quotations are checked against it."))


@require_safe
@on_exhibit()
def capture_bytes(request: Request, exhibit: Exhibit, capture: int) -> HttpResponseBase:
    """The bytes, as a file."""
    found = of_exhibit(exhibit, capture)
    return sent(request, found, f"{exhibit.case.code}-exhibit-{exhibit.pk}-capture-{found.pk}")


@dataclass(frozen=True)
class Shown:
    """A safe picture of a capture: its page, of so many; or why there is none."""

    page: int
    pages: int
    width: int = 0
    height: int = 0
    fault: str = ""

    @property
    def before(self) -> int:
        """The page before; 0 where this is the first."""
        return self.page - 1 if self.page > 1 else 0

    @property
    def after(self) -> int:
        """The page after; 0 where this is the last."""
        return self.page + 1 if self.page < self.pages else 0


def picture_for(capture: Capture, page: int) -> Shown | None:
    """The picture of a page of a capture; None where there can be none, or it is still to be made by a job."""
    first = 1 if capture.file.detected_type == PDF else 0
    if (
        page > MOST_PAGES
        or not is_drawn(capture.file)
        or (capture.file.size > settings.UPLOAD_LIMIT and not capture.file.derived.exists())
    ):
        return None
    made = picture_of(capture.file, page if first else 0)
    facts = made.facts
    return Shown(page, facts.get("pages", 0), facts.get("width", 0), facts.get("height", 0), made.fault)


@require_safe
@on_exhibit()
def capture_picture(request: Request, exhibit: Exhibit, capture: int) -> HttpResponseBase:
    """A safe picture of a capture, drawn by ourselves; 404 where there is none."""
    found = of_exhibit(exhibit, capture)
    page = whole(request.GET, "page") or 1
    if picture_for(found, page) is None:
        raise Http404
    made = picture_of(found.file, page if found.file.detected_type == PDF else 0)
    if made.file is None:
        raise Http404
    enter_view(found, request.user)
    try:
        stream = store.store().open(made.file.sha256)
    except FileNotFoundError as fault:
        raise Http404 from fault
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, max-age=86400"}
    return FileResponse(stream, content_type="image/png", filename=f"capture-{found.pk}.png", headers=headers)


def of_exhibit(exhibit: Exhibit, capture: int) -> Capture:
    """The exhibit's capture of that key; 404 where it has none."""
    rows = Capture.objects.filter(exhibit=exhibit).select_related("file", "captured_by")
    found: Capture | None = rows.filter(pk=capture).first()
    if found is None:
        raise Http404
    found.exhibit = exhibit
    return found


def enter_view(capture: Capture, reader: User) -> None:
    """Enter that somebody looked at a capture; not again where they did a moment ago."""
    now = timezone.now()
    recent = capture.custody.filter(act=Custody.Act.VIEWED, by=reader, at__range=(now - AGAIN, now))
    if not recent.exists():
        Custody.objects.create(capture=capture, act=Custody.Act.VIEWED, by=reader)
