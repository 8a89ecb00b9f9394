"""What a file seems to be by its bytes: to be shown and searched by. Nothing is ever served or read on its word."""

from __future__ import annotations

import codecs
import os
import re
from typing import IO

import puremagic

HEAD, TAIL = 1 << 16, 1 << 16
UNKNOWN, TEXT = "application/octet-stream", "text/plain"
# Other kinds of plain text begin as prose may, too: a mailbox with "From".
KINDS_OF_TEXT = re.compile(
    r"text/(html|xml|calendar|vcard)|image/svg\+xml|application/(pdf|rtf|xml|postscript)|message/rfc822"
)
# What no text holds: control characters other than white space.
NO_TEXT = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
# In a package, the name of one of its files says what it is.
PACKAGES = {
    b"word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    b"xl/workbook.": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    b"ppt/presentation.xml": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
NAMED = re.compile(rb"PK\x03\x04.{26}mimetype(application/[\w.+-]{1,80}?)(?=PK|\s|$)", re.DOTALL)  # ODF and EPUB


def detected(file: IO[bytes]) -> str:
    """The type of a file by its first and last bytes; leaves the file at its beginning."""
    file.seek(0)
    head = file.read(HEAD)
    file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL))
    tail = file.read()
    archive = head.startswith(b"PK\x03\x04")
    kind = package(head, tail) if archive else by_signature(file, text=is_text(head))
    file.seek(0)
    return kind


def package(head: bytes, tail: bytes) -> str:
    """What a ZIP archive is, going by the names in it, which are listed at its end."""
    if named := NAMED.match(head):
        return named[1].decode()
    return next((kind for name, kind in PACKAGES.items() if name in tail), "application/zip")


def is_text(head: bytes) -> bool:
    """Whether it begins as text in UTF-8, however it goes on."""
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return bool(head) and not NO_TEXT.search(text)


def by_signature(file: IO[bytes], *, text: bool) -> str:
    """The likeliest type of those whose signature it bears; of text, only those that no prose begins like."""
    file.seek(0)
    try:
        matches = puremagic.magic_stream(file)
    except (LookupError, ValueError):  # it raises for what it does not know, and for nothing at all
        matches = []
    # Below that, one or two bytes are as they may be by chance.
    kinds = [match.mime_type for match in matches if match.mime_type and match.confidence >= 0.3]
    if text:
        return next((kind for kind in kinds if KINDS_OF_TEXT.fullmatch(kind)), TEXT)
    return kinds[0][:100] if kinds else UNKNOWN
