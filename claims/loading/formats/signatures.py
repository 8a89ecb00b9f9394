"""What kind of file some bytes are: told from the bytes, with the name as a hint where several kinds look alike."""

import re
from pathlib import PurePath

from claims.loading.formats.parsed import Fault

KINDS = {
    ".txt": "text", ".text": "text", ".md": "markdown", ".markdown": "markdown", ".html": "html", ".htm": "html",
    ".xhtml": "html", ".pdf": "pdf", ".docx": "docx", ".docm": "docx", ".eml": "eml",
}  # fmt: skip
TYPES = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "text/markdown": "markdown",
    "message/rfc822": "eml",
    "application/pdf": "pdf",
}
OTHERS = [
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old_office", ""),
    (b"{\\rtf", "other", "RTF"),
    (b"\x89PNG\r\n\x1a\n", "picture", "PNG"),
    (b"\xff\xd8\xff", "picture", "JPEG"),
    (b"GIF8", "picture", "GIF"),
    (b"II*\0", "picture", "TIFF"),
    (b"MM\0*", "picture", "TIFF"),
    (b"\x1f\x8b", "archive", "gzip"),
    (b"7z\xbc\xaf\x27\x1c", "archive", "7-Zip"),
    (b"Rar!\x1a\x07", "archive", "RAR"),
    (b"%!PS", "other", "PostScript"),
    (b"\x7fELF", "other", "ELF"),
    (b"SQLite format 3\0", "other", "SQLite"),
    (b"ID3", "other", "MP3"),
    (b"OggS", "other", "Ogg"),
]
# A comment ends where it first can: trying other ends would double the work with every comment.
PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*+(?:<\?xml[^>]{0,200}>\s*+)?(?:(?><!--.{0,2000}?-->)\s*+)*+"
    rb"<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
TAG = re.compile(rb"<(?:p|div|span|a|h[1-6]|table|meta|title|article|section|b|i|br|ul)\b[^<>]{0,2000}>", re.IGNORECASE)
HEADER = re.compile(rb"([A-Za-z][A-Za-z0-9-]{0,60}):[^\n]*(?:\n[ \t][^\n]*)*(?:\n|$)")
MAIL_HEADERS = {b"from", b"to", b"date", b"subject", b"received", b"message-id", b"mime-version", b"return-path"}


def named(file_name: str) -> str:
    """The kind that a file's name promises, or nothing."""
    return KINDS.get(PurePath(file_name).suffix.lower(), "")


def kind_of(content: bytes, file_name: str = "", content_type: str = "") -> str:
    """What kind the bytes are: text, markdown, html, pdf, docx or eml. Raises Fault for kinds that are not read."""
    promised = named(file_name) or TYPES.get(content_type.split(";")[0].strip().lower(), "")
    start = content[:4096]
    if b"%PDF-" in start[:1024]:
        return "pdf"
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "docx"
    for signature, reason, name in OTHERS:
        if start.startswith(signature):
            raise Fault(reason, name)
    if PAGE.match(start) or (promised == "html" and TAG.search(content[:65536])):
        return "html"
    if promised == "eml" and header_names(start) & MAIL_HEADERS:
        return "eml"
    # Somebody may have pasted a mail's first lines into a text: only what mailers alone write makes it a mail.
    if not promised and {b"from", b"mime-version"} <= header_names(start):
        return "eml"
    return "markdown" if promised == "markdown" else "text"


def header_names(start: bytes) -> set[bytes]:
    """The names of the lines at the start that look like an e-mail's head."""
    found, place = set(), 0
    start = start.replace(b"\r\n", b"\n").lstrip(b"\n")
    while header := HEADER.match(start, place):
        found.add(header[1].lower())
        place = header.end()
    return found
