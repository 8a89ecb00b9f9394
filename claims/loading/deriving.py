"""What is made of captures so that people can read and see them safely: their text, and pictures of them.

Tools run in a process with limits, and get the bytes from the store. Each thing made is a row of its own that says
of which bytes, by what tool and in which version; so is that it could not be made, with the reason.
"""

from __future__ import annotations

import base64
import datetime
from typing import Any

import PIL
import pypdfium2
from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.custody import store
from claims.loading import sandbox
from claims.loading.capturing import PASTED
from claims.loading.capturing import capture as received
from claims.loading.extracting import Unextractable, extract
from claims.loading.formats.parsed import Fault
from claims.models import Capture, Derived, Exhibit, Job, Membership, Refused, Report, StoredFile, User, begin, writing
from claims.models.entries import sha256
from claims.models.moves import Role

LONGEST_TEXT = 1_000_000  # characters that an exhibit's text may have
LOOKED_AT, MOST_LEFT = 10_000, 100  # of the newest captures, those whose reading broke off; so many at once
UNDER_WAY = datetime.timedelta(minutes=10)  # in which whoever captured something has it read
PDF = "application/pdf"
WHY: dict[str, Any] = {
    "no_image": gettext_lazy("It is no image of a kind that is drawn here."),
    "pixels": gettext_lazy("It has more than %(detail)s million pixels, so it was not drawn."),
    "no_page": gettext_lazy("It has no page %(detail)s."),
    "time": gettext_lazy("Drawing it took too long, so it was given up."),
    "memory": gettext_lazy("Drawing it takes more memory than is given to one file."),
    "password": gettext_lazy("It is locked with a password."),
    "busy": gettext_lazy("Other files are being read right now. Try again in a minute."),
}
PASSING = {"busy", "no_page"}  # reasons of which no row is kept


def derive(capture: Capture, *, by: User) -> list[Derived]:
    """Make a capture's text and its first picture, where it can have one; what was made before stays.

    An exhibit that holds no text yet holds this one from then on.
    """
    made = [text_of(capture)]
    if is_drawn(capture.file):
        made.append(picture_of(capture.file, 1 if capture.file.detected_type == PDF else 0))
    fill(capture, made[0], by=by)
    return made


def derive_now_or_later(capture: Capture, *, by: User) -> Job | None:
    """Derive while the person waits, or, of a large file, by a job, which is returned."""
    if capture.file.size <= settings.UPLOAD_LIMIT:
        derive(capture, by=by)
        return None
    return read_later(capture, by=by)


def read_later(capture: Capture, *, by: User) -> Job:
    """The job that derives what is made of a capture."""
    about = {"capture": capture.pk}
    given = [(capture.name or str(capture), b"")]
    return begin(capture.exhibit.case, Job.Task.DERIVE, given, by=by, once=f"derive:{capture.pk}", about=about)


def read_what_was_left() -> int:
    """Jobs for captures whose reading broke off after their bytes were kept, one for each and ever: how many."""
    now = timezone.now()
    texts = Derived.objects.filter(parent=OuterRef("file"), kind=Derived.Kind.TEXT)
    unread = ~Exists(texts) | Q(exhibit__text="") & Exists(texts.filter(facts__characters__gt=0))
    # Of those who may load: nobody else's job could be done, and there is one for each capture and ever.
    members = Membership.objects.filter(
        user=OuterRef("captured_by"), case=OuterRef("exhibit__case"), role__in=[Role.ANALYST, Role.EDITOR]
    )
    begun = Job.objects.filter(once=Concat(Value("derive:"), Cast(OuterRef("pk"), models.CharField())))
    newest = Capture.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    # An exhibit that is a document has the document's text; what a bundle brought was read where it comes from.
    left = Capture.objects.filter(unread, Exists(members) | Q(captured_by__is_superuser=True), ~Exists(begun))
    left = left.filter(captured_by__is_active=True, exhibit__document=None, pk__gt=newest - LOOKED_AT)
    left = left.exclude(captured_at__range=(now - UNDER_WAY, now + UNDER_WAY)).order_by("pk")
    captures = list(left.select_related("exhibit__case", "captured_by", "file").defer("headers")[:MOST_LEFT])
    for capture in captures:
        read_later(capture, by=capture.captured_by)
    return len(captures)


def is_drawn(file: StoredFile) -> bool:
    """Whether there can be a picture of it: it is a PDF or an image by its bytes, and none that runs."""
    kind = file.detected_type
    return kind == PDF or (kind.startswith("image/") and "svg" not in kind)


def text_of(capture: Capture) -> Derived:
    """The text of a capture's bytes, or why there is none."""
    parent = capture.file
    found = Derived.objects.filter(parent=parent, kind=Derived.Kind.TEXT).order_by("-pk").first()
    if found is not None:
        return found
    try:
        read = extract(b"".join(store.read(parent)), capture.name, capture.declared_type)
    except (Unextractable, FileNotFoundError) as fault:
        said = str(fault) if isinstance(fault, Unextractable) else _("The file is missing from the store.")
        none = Derived(parent=parent, kind=Derived.Kind.TEXT, tool="workbench", tool_version="1", fault=said[:200])
        passes = isinstance(fault, FileNotFoundError) or fault.reason in PASSING
        return none if passes else _kept(none)  # what may be otherwise the next time is not kept for good
    tool, _space, version = read.extractor.rpartition(" ")
    facts = {"pages": list(read.pages), "language": read.language, "characters": len(read.text)}
    file = store.keep(read.text.encode())
    made = Derived(parent=parent, file=file, kind=Derived.Kind.TEXT, facts=facts)
    made.tool, made.tool_version = tool or read.extractor, version
    return _kept(made)


def picture_of(file: StoredFile, page: int = 0) -> Derived:
    """A picture of an image, or of a PDF's page from 1 on; or why there is none."""
    found = Derived.objects.filter(parent=file, kind=Derived.Kind.PICTURE, page=page).order_by("-pk").first()
    if found is not None:
        return found
    tool, version = ("pypdfium2", pypdfium2.version.PYPDFIUM_INFO) if page else ("Pillow", PIL.__version__)
    made = Derived(parent=file, kind=Derived.Kind.PICTURE, page=page, tool=tool, tool_version=str(version))
    try:
        said = sandbox.read("picture", b"".join(store.read(file)), page=page)
        made.file = store.keep(base64.b64decode(said["png"], validate=True))
        made.facts = {name: int(said[name]) for name in ("width", "height", "pages")}
    except FileNotFoundError:
        made.fault = _("The file is missing from the store.")
        return made
    except Fault as fault:
        made.fault = str(WHY.get(fault.reason, _("It cannot be drawn."))) % {"detail": fault.detail}
        if fault.reason in PASSING:
            return made
    except (KeyError, ValueError, TypeError):
        made.fault = _("It cannot be drawn.")
    return _kept(made)


def fill(capture: Capture, text: Derived, *, by: User) -> None:
    """Give an exhibit that holds no text yet the text of its capture, so that quotations can be checked against it."""
    words = words_of(text)
    if not words:
        return
    with writing(capture.exhibit.case):
        stands = _standing(capture)
        if stands.held_text is not None or stands.misquoting(words, most=None):
            return  # what is quoted already stands in another text of it
        stands.hold(words, of=capture, by=by, **_told(text))


def use_text(capture: Capture, *, by: User) -> Exhibit:
    """The exhibit, which holds this capture's text from now on; one that came in no capture becomes one first.

    Raises Refused where the capture has no text that can be held, or words that are quoted do not stand in it.
    """
    text = text_of(capture)
    words = words_of(text)
    if not words:
        raise Refused(_("This capture has no text that could be used."))
    before = _standing(capture)
    if why := before.misquoting(words, most=None) or reported(before, words):
        raise Refused(f"{why} {_('Correct that first, or leave the text as it is.')}")
    uncaptured = bool(before.text) and capture_of_text(before, before.text) is None
    kept = store.keep(before.text.encode()) if uncaptured else None
    with writing(before.case):
        stands = _standing(capture)
        if why := reported(stands, words):
            raise Refused(why)
        if stands.text == words and stands.text_of_id is not None:
            return stands  # sent twice, or somebody was quicker
        if kept is not None and stands.text_of_id is None:
            note = _("The text that was held before the one of another capture was used.")
            received(stands, kept, by=by, how=Capture.How.PASTED, declared_type=PASTED, note=note)
        stands.hold(words, of=capture, by=by, **_told(text))
    return stands


def untaken(capture: Capture) -> str:
    """Why the exhibit does not hold the text of its new capture, in a sentence; "" where it does, or there is none."""
    text = made_text(capture)
    words = words_of(text) if text is not None else ""
    exhibit = _standing(capture)
    if not words or words == exhibit.held_text:
        return ""
    if exhibit.document_id is not None:
        return _("The exhibit's text stays that of its document.")
    if exhibit.text:
        return _("The exhibit keeps the text that it holds; on the capture's page you can read this one and use it "
                 "instead.")  # fmt: skip
    return _("Its text is not held. %(why)s") % {"why": exhibit.misquoting(words)}


def words_of(text: Derived) -> str:
    """A capture's text, where it is one that an exhibit can hold; else ""."""
    if text.file is None or not 0 < text.facts.get("characters", 0) <= LONGEST_TEXT:
        return ""
    return b"".join(store.read(text.file)).decode()


def made_text(capture: Capture) -> Derived | None:
    """The text that was made of a capture already."""
    made = Derived.objects.filter(parent=capture.file, kind=Derived.Kind.TEXT).select_related("file")
    found: Derived | None = made.order_by("-pk").first()
    return found


def capture_of_text(exhibit: Exhibit, text: str) -> Capture | None:
    """The exhibit's newest capture that has this text; None where it came in none."""
    same = Derived.objects.filter(kind=Derived.Kind.TEXT, file__sha256=sha256(text), parent=OuterRef("file"))
    rows = Capture.objects.filter(Exists(same), exhibit=exhibit).defer("headers").select_related("file")
    return rows.order_by("-pk").first()


def reported(exhibit: Exhibit, words: str) -> str:
    """Which report quotes words of the exhibit that do not stand in this text, in a sentence; "" where none does."""
    for report in Report.objects.filter(case=exhibit.case).order_by("number"):
        place = place_in(report, exhibit)
        items = (item for claim in report.claims() for item in claim["evidence"]) if place else ()
        if any(item["held_in"] == place and item["quote"] not in words for item in items):
            said = _("Report %(number)s quotes words that do not stand in that text.")
            return said % {"number": report.number}
    return ""


def place_in(report: Report, exhibit: Exhibit) -> str:
    """What a report calls the text held of an exhibit: by its number in the report, and by its key in old ones."""
    if not report.held:
        return f"exhibit:{exhibit.pk}"
    return next((f"exhibit:{number}" for number, key in report.held.items() if key == exhibit.pk), "")


def _standing(capture: Capture) -> Exhibit:
    found: Exhibit = Exhibit.objects.select_related("case", "source", "document").get(pk=capture.exhibit_id)
    return found


def _told(text: Derived) -> dict[str, Any]:
    return {"pages": text.facts.get("pages", []), "language": str(text.facts.get("language", ""))}


def _kept(made: Derived) -> Derived:
    """The row, stored; the one that another process stored at the same instant."""
    made.fault = made.fault[:200]
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError:
        same = {"tool": made.tool, "tool_version": made.tool_version, "page": made.page}
        return Derived.objects.get(parent=made.parent, kind=made.kind, **same)
    return made
