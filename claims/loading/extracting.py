"""The text of a file and what the file says about itself, whatever kind of file it is."""

from __future__ import annotations

import codecs
import datetime
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from claims.loading import sandbox
from claims.loading.formats import plain
from claims.loading.formats.parsed import Fault, Note, Parsed
from claims.loading.formats.signatures import kind_of, named
from claims.text.normalising import MARKS_ON_ONE_LETTER, TURNS, Unreadable, clean

LONGEST_CHARSET = 40
TOLD_BY_BYTES = {"html", "pdf", "docx", "eml"}
LONGEST = {"title": 300, "author": 200, "publisher": 200, "language": 12, "extractor": 60}

KINDS = {
    "text": _("plain text"),
    "markdown": _("Markdown text"),
    "html": _("web page"),
    "pdf": _("PDF file"),
    "docx": _("Word document"),
    "eml": _("e-mail"),
}
WHY: dict[str, Any] = {
    "empty": _("There is no text in it: it is empty or holds only white space."),
    "binary": _("It holds NUL characters, so it looks like a binary file rather than a text."),
    "not_utf8": _(
        "It is not UTF-8 text: byte %(detail)s cannot be read. Choose its encoding as you load it, or save it as UTF-8."
    ),
    "not_in": _("It cannot be read as %(detail)s. Choose another encoding, or save it as UTF-8."),
    "encoding": _("There is no encoding named %(detail)s."),
    "surrogate": _("Character %(detail)s is half of a surrogate pair and stands for nothing."),
    "pile": _("More than %(marks)s accents are piled on one letter at character %(detail)s."),
    "password": _("It is locked with a password. Save it without one and try again."),
    "pages": _("It has %(detail)s pages, more than one document may have. Split it, or load the part under review."),
    "pictures": ngettext_lazy(
        "Its page holds no text. If it is a picture, have the text recognised first.",
        "None of its %(detail)s pages holds text. If they are pictures, have the text recognised first.",
        "detail",
    ),
    "long": _("Its text is longer than %(detail)s characters. Split it, or load the part under review."),
    "bomb": _("It would unpack to %(detail)s MB, far more than a document holds, so it was not opened."),
    "entities": _("Its XML defines entities of its own, which no Word document does, so it was not read."),
    "deep": _("It is nested so deeply that it cannot be read."),
    "parts": _("The e-mail has more than %(detail)s parts."),
    "time": _("Reading it took longer than %(detail)s seconds, so it was given up."),
    "memory": _("Reading it takes more memory than one document may use, so it was given up."),
    "crashed": _("Reading it broke off: the file is broken, or takes more memory than one document may use."),
    "broken": _("The file is broken: it cannot be read as what it says it is."),
    "busy": _("Other documents are being read right now. Try again in a minute."),
    "archive": _("It is an archive or a document of another kind (%(detail)s). Save it as .docx, .pdf or .txt."),
    "old_office": _("It is an old Office file, or one locked with a password. Save it as .docx without a password."),
    "picture": _("It is a picture (%(detail)s), not a text. Have its text recognised first."),
    "other": _("It is a file of a kind that is not read here (%(detail)s). Save it as .docx, .pdf or .txt."),
}
NOTES: dict[str, Any] = {
    "named": _("By its name it would be another kind of file; it was read as what it is: %(kind)s."),
    "guessed": _("The encoding was guessed: %(detail)s. If letters look wrong, choose another."),
    "chosen": _("Read in the encoding that was chosen: %(detail)s."),
    "main_text": ngettext_lazy(
        "%(detail)s word around the main text, such as menus, was left out.",
        "%(detail)s words around the main text, such as menus, were left out.",
        "detail",
    ),
    "all_text": _("No main text could be told apart, so everything the page shows was taken."),
    "front_matter": ngettext_lazy(
        "%(detail)s line of details before the text was left out; the file keeps it.",
        "%(detail)s lines of details before the text were left out; the file keeps them.",
        "detail",
    ),
    "hidden": ngettext_lazy("%(detail)s hidden word was left out.", "%(detail)s hidden words were left out.", "detail"),
    "deleted": ngettext_lazy(
        "%(detail)s word deleted under tracking was left out.",
        "%(detail)s words deleted under tracking were left out.",
        "detail",
    ),
    "blank_pages": ngettext_lazy("%(detail)s page holds no text.", "%(detail)s pages hold no text.", "detail"),
    "scanned": ngettext_lazy(
        "%(detail)s page is a picture whose text was recognised by a machine; it may differ from what the page shows.",
        "%(detail)s pages are pictures whose text was recognised by a machine; it may differ from what they show.",
        "detail",
    ),
    "heads": ngettext_lazy(
        "%(detail)s repeated line at the top or bottom of a page was left out.",
        "%(detail)s repeated lines at the top or bottom of pages were left out.",
        "detail",
    ),
    "attachments": _("Attached to the e-mail, and not read: %(detail)s."),
    "bidi": ngettext_lazy(
        "%(detail)s character turns the direction of writing: words may stand in another order than they seem to.",
        "%(detail)s characters turn the direction of writing: words may stand in another order than they seem to.",
        "detail",
    ),
}


class Unextractable(ValueError):
    """A file's text cannot be read: ``reason`` is a key of WHY; as a string it is a sentence for the person."""

    def __init__(self, reason: str, detail: str | int = "") -> None:
        self.reason, self.detail = reason, detail
        super().__init__(reason, detail)

    def __str__(self) -> str:
        return str(WHY[self.reason] % {"detail": self.detail, "marks": MARKS_ON_ONE_LETTER})


@dataclass(frozen=True)
class Extracted:
    """A file's text as it is stored, and what the file says about itself. ``pages`` are where each page begins."""

    text: str
    kind: str
    extractor: str
    title: str = ""
    author: str = ""
    publisher: str = ""
    published: datetime.date | None = None
    modified: datetime.date | None = None
    language: str = ""
    pages: tuple[int, ...] = ()
    notes: tuple[Note, ...] = ()


def extract(content: bytes, file_name: str = "", content_type: str = "", *, encoding: str = "") -> Extracted:
    """What stands in a file. Plain UTF-8 is read here, everything else in a process with limits.

    The bytes decide what kind of file it is, its name only between texts. `encoding` is what a person chose
    in place of a guess. Raises Unextractable.
    """
    try:
        kind = kind_of(content, file_name, content_type)
        parsed = read_here(content, kind) if is_plain(content, kind) and not encoding else None
        if parsed is None:
            parsed = read_apart(content, kind, charset(content_type), encoding)
    except Unreadable as fault:
        raise Unextractable(fault.reason, fault.position or 0) from fault
    except Fault as fault:
        raise Unextractable(fault.reason if fault.reason in WHY else "broken", fault.detail) from fault
    promised = named(file_name)
    if promised and promised != kind and (TOLD_BY_BYTES & {promised, kind}):
        parsed.notes.insert(0, Note("named", kind))
    if turning := len(TURNS.findall(parsed.text)):
        parsed.notes.append(Note("bidi", turning))
    return finished(parsed, kind)


def is_plain(content: bytes, kind: str) -> bool:
    """Whether the bytes are a text whose encoding is beyond doubt, so that reading it is quick and safe."""
    if kind not in ("text", "markdown"):
        return False
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return True
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def read_here(content: bytes, kind: str) -> Parsed:
    return plain.read(content, markdown=kind == "markdown")


def read_apart(content: bytes, kind: str, declared: str, encoding: str) -> Parsed:
    """What the kind's reader finds, checked as a stranger's words are: the file may have got hold of the process."""
    options: dict[str, Any] = {}
    if kind in ("text", "markdown", "html", "eml"):
        options["encoding"] = encoding
    if kind in ("text", "markdown", "html"):
        options["declared"] = declared
    if kind == "markdown":
        options["markdown"] = True
    said = sandbox.read(kind, content, **options)
    try:
        return checked(said)
    except (KeyError, TypeError, ValueError) as error:
        raise Fault("crashed") from error


def checked(said: dict[str, Any]) -> Parsed:
    """What a process said, if it can be so. Raises KeyError, TypeError and ValueError."""
    parsed = Parsed(**{each.name: said[each.name] for each in fields(Parsed)})
    parsed.notes = [Note(code, detail) for code, detail in parsed.notes if code in NOTES]
    words = [getattr(parsed, each.name) for each in fields(Parsed) if each.type is str]
    if not all(isinstance(each, str) for each in words) or not all(isinstance(place, int) for place in parsed.pages):
        raise TypeError("words are strings and places numbers")
    if clean(parsed.text) != parsed.text or parsed.pages != sorted(parsed.pages):
        raise ValueError("the text is not as it is stored, or its pages are out of order")
    if parsed.pages and not 0 <= parsed.pages[0] <= parsed.pages[-1] <= len(parsed.text):
        raise ValueError("a page begins outside of the text")
    date(parsed.published), date(parsed.modified)
    return parsed


def finished(parsed: Parsed, kind: str) -> Extracted:
    return Extracted(
        text=parsed.text,
        kind=kind,
        published=date(parsed.published),
        modified=date(parsed.modified),
        pages=tuple(parsed.pages),
        notes=tuple(parsed.notes),
        **{name: one_line(getattr(parsed, name), most) for name, most in LONGEST.items()},
    )


def charset(content_type: str) -> str:
    """The encoding that a Content-Type names, or nothing. Cut off, as a server may send 40 kB of it."""
    _before, _sign, name = content_type.lower().partition("charset=")
    return name.split(";")[0].strip(" \"'")[:LONGEST_CHARSET]


def one_line(words: str, most: int) -> str:
    """What a file says of itself, as one line of at most so many characters."""
    line = " ".join("".join(each if each.isprintable() else " " for each in words[:10_000]).split())
    return unicodedata.normalize("NFC", line)[:most].strip()


def date(iso: str) -> datetime.date | None:
    return datetime.date.fromisoformat(iso) if iso else None


def sentence(note: Note | Sequence[Any]) -> str:
    """What a note says, in the reader's language."""
    code, detail = note
    return str(NOTES[code] % {"detail": detail, "kind": KINDS.get(str(detail), detail)})
