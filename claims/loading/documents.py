"""A document's way in: what a person gave is read, its text is stored beside the bytes as they came."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from django.conf import settings
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from claims.loading.extracting import Extracted, Unextractable, extract
from claims.loading.suggesting import suggested
from claims.models import Case, Document, Job, Refused, Suggestion, User, begin, keep_document, writing
from claims.models.entries import sha256
from claims.text.marks import paragraphs
from claims.text.normalising import Unreadable, clean, without_turns
from claims.text.sentences import sentences

TYPED_TEXT = "typed text 1"  # what read a paste
LONGEST_TITLE = 120
TYPED = ["title", "publisher", "author", "language", "published", "modified", "url"]  # what a person says about it
TOLD = ["title", "publisher", "author", "language", "published", "modified"]  # what a file may tell about itself
LANGUAGE = "en"  # where neither tells

# Assertions are looked for while the person waits in a text of so many characters; in a longer one by a worker.
READ_AT_ONCE = 100_000


def why_unreadable(fault: Unreadable) -> str:
    """Why what came in is no text, in a sentence in the reader's language."""
    return str(Unextractable(fault.reason, fault.position or 0))


class TooLarge(Refused):
    """The document has more bytes than one may have."""

    status = 413

    def __init__(self, size: int, field: str | None = None, *, limit: int | None = None) -> None:
        said = _(
            "It has %(size)s MB; a document may have at most %(limit)s MB. Split it, or load the part under review."
        )
        if limit is not None:
            said = _("All that is sent has %(size)s MB; at most %(limit)s MB fit. Send less at once.")
        sizes = {"size": megabytes(size, up=True), "limit": megabytes(limit or settings.UPLOAD_LIMIT)}
        super().__init__(said % sizes, field)


@dataclass(frozen=True)
class Found:
    """What was found in a document."""

    words: int
    paragraphs: int
    sentences: int


@dataclass(frozen=True)
class Read:
    """A document that was read and is not kept yet, with the assertions in it; none where a worker looks for them."""

    document: Document
    suggestions: list[Suggestion]
    at_once: bool


def load(
    case: Case,
    content: bytes | str,
    *,
    by: User,
    origin: str,
    file_name: str = "",
    content_type: str = "",
    encoding: str = "",
    waits: bool = False,
    **about: Any,
) -> tuple[Document, bool]:
    """Store a document in a case: it, and True; the first of the same text in that case, and False.

    `about` may say title, publisher, author, language, published, modified and url; what it leaves out the file
    is asked. In a long text a worker looks for assertions later, unless the caller `waits`. Raises Refused
    at `file` or `text` where the content is too large (TooLarge) or cannot be read, ValidationError for a bad title.
    """
    how = {"origin": origin, "file_name": file_name, "content_type": content_type, "encoding": encoding}
    return keep(case, read_through(case, content, waits=waits, **how, **about), by=by)


def read_through(
    case: Case,
    content: bytes | str,
    *,
    origin: str,
    file_name: str = "",
    content_type: str = "",
    encoding: str = "",
    waits: bool = False,
    **about: Any,
) -> Document | Read:
    """The first half of `load`, which takes long and writes nothing; the document of the same text if it is here."""
    field = "file" if isinstance(content, bytes) else "text"
    # Half of a surrogate pair has no bytes; reading the text refuses it by name.
    raw = content if isinstance(content, bytes) else content.encode(errors="surrogatepass")
    if len(raw) > settings.UPLOAD_LIMIT:
        raise TooLarge(len(raw), field)
    # A name may hold what no page and no spreadsheet can.
    file_name = "".join(filter(str.isprintable, file_name))[-255:]
    try:
        read = read_in(content, file_name, content_type, encoding)
    except (Unreadable, Unextractable) as fault:
        sentence = why_unreadable(fault) if isinstance(fault, Unreadable) else str(fault)
        raise Refused(sentence, field) from fault
    told = {name: about.get(name) or getattr(read, name) for name in TOLD}
    told["title"] = (told["title"] or "").strip() or default_title(read.text, file_name)
    told["language"] = told["language"] or LANGUAGE
    document = Document(
        **told, url=about.get("url", ""), text=read.text, content=raw, origin=origin, file_name=file_name,
        extractor=read.extractor, pages=list(read.pages), notes=[list(note) for note in read.notes],
    )  # fmt: skip
    document.clean_fields(exclude={each.name for each in Document._meta.fields} - set(TYPED))
    first: Document | None = Document.objects.filter(case=case, sha256=sha256(read.text)).first()
    if first is not None:
        return first
    at_once = waits or len(read.text) <= READ_AT_ONCE
    return Read(document, suggested(read.text, today=document.published) if at_once else [], at_once)


def keep(case: Case, read: Document | Read, *, by: User) -> tuple[Document, bool]:
    """The second half of `load`, which writes."""
    if isinstance(read, Document):
        return read, False
    with writing(case):
        document, new = keep_document(case, read.document, by=by, suggestions=read.suggestions)
        if new and not read.at_once:
            title = document.title
            begin(case, Job.Task.SUGGEST, [(title, b"")], by=by, once=f"suggest:{document.pk}", document=document)
    return document, new


def read_in(content: bytes | str, file_name: str, content_type: str, encoding: str) -> Extracted:
    """The text of a file or a paste, and what it says about itself. Raises Unreadable and Unextractable."""
    if isinstance(content, bytes):
        return extract(content, file_name, content_type, encoding=encoding)
    return Extracted(text=clean(content), kind="text", extractor=TYPED_TEXT)


def default_title(text: str, file_name: str) -> str:
    """The first line where it is short enough for a title; else the file's name, or how the text begins."""
    line = " ".join(without_turns(text.strip().split("\n", 1)[0]).split())
    if 0 < len(line) <= LONGEST_TITLE:
        return line
    return PurePath(file_name).stem or line[: LONGEST_TITLE - 1].rsplit(" ", 1)[0] + "…"


def found_in(document: Document) -> Found:
    """How much there is in a document."""
    text = document.text
    return Found(document.words, len(paragraphs(text)), len(sentences(text)))


def megabytes(size: int, *, up: bool = False) -> str:
    """A number of bytes as people read it: 10, or 10.4; `up` rounds up, so that more never reads as enough."""
    tenths = -(-size // 100_000) if up else size // 100_000
    return str(number_format(tenths / 10, 0 if tenths % 10 == 0 else 1))
