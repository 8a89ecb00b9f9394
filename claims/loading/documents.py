"""A document's way in: what a person gave is read, its text is stored beside the bytes as they came."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from django.conf import settings
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.models import Case, Document, Refused, User, keep_document
from claims.text.marks import paragraphs
from claims.text.normalising import MARKS_ON_ONE_LETTER, Reason, Unreadable, clean, readable, without_turns
from claims.text.sentences import sentences

EXTRACTOR = "utf-8 text 1"
LONGEST_TITLE = 120
TYPED = ["title", "publisher", "author", "language", "published", "url"]  # what a person says about a document

WHY_UNREADABLE: dict[Reason, Any] = {
    "empty": gettext_lazy("There is no text in it: it is empty or holds only white space."),
    "binary": gettext_lazy("It holds NUL characters, so it looks like a binary file rather than a text."),
    "utf16": gettext_lazy("It is a text in UTF-16. Save it as UTF-8 and try again."),
    "not_utf8": gettext_lazy("It is not UTF-8 text: byte %(position)s cannot be read. Save it as UTF-8 and try again."),
    "surrogate": gettext_lazy("Character %(position)s is half of a surrogate pair and stands for nothing."),
    "pile": gettext_lazy("More than %(limit)s accents are piled on one letter at character %(position)s."),
}


def why_unreadable(fault: Unreadable) -> str:
    """Why what came in is no text, in a sentence in the reader's language."""
    return str(WHY_UNREADABLE[fault.reason] % {"position": fault.position, "limit": MARKS_ON_ONE_LETTER})


class TooLarge(Refused):
    """The document has more bytes than one may have."""

    status = 413

    def __init__(self, size: int, field: str | None = None) -> None:
        super().__init__(
            _("It has %(size)s MB; a document may have at most %(limit)s MB. Split it, or load the part under review.")
            % {"size": megabytes(size, up=True), "limit": megabytes(settings.UPLOAD_LIMIT)},
            field,
        )


@dataclass(frozen=True)
class Found:
    """What was found in a document."""

    words: int
    paragraphs: int
    sentences: int


def load(
    case: Case, content: bytes | str, *, by: User, origin: str, title: str = "", file_name: str = "", **about: Any
) -> tuple[Document, bool]:
    """Store a document in a case: it, and True; the first of the same text in that case, and False.

    Bytes must be UTF-8. `about` may say publisher, author, language, published and url. Raises Refused at
    `file` or `text` where the content is too large (TooLarge) or no text, ValidationError for a bad title.
    """
    field = "file" if isinstance(content, bytes) else "text"
    # Half of a surrogate pair has no bytes; reading the text refuses it by name.
    raw = content if isinstance(content, bytes) else content.encode(errors="surrogatepass")
    if len(raw) > settings.UPLOAD_LIMIT:
        raise TooLarge(len(raw), field)
    try:
        text = readable(content) if isinstance(content, bytes) else clean(content)
    except Unreadable as fault:
        raise Refused(why_unreadable(fault), field) from fault
    # A name may hold what no page and no spreadsheet can.
    file_name = "".join(filter(str.isprintable, file_name))[-255:]
    document = Document(
        title=title.strip() or default_title(text, file_name), text=text, content=raw, origin=origin,
        file_name=file_name, extractor=EXTRACTOR, **about,
    )  # fmt: skip
    document.clean_fields(exclude={each.name for each in Document._meta.fields} - set(TYPED))
    return keep_document(case, document, by=by)


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
