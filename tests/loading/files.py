"""Files as people and attackers make them, built byte by byte."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import typst

NAMESPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="word/document.xml"/></Relationships>'
)
CORE = (
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/">'
    "<dc:title>A report</dc:title><dc:creator>Jo Doe</dc:creator><dc:language>uk-UA</dc:language>"
    "<dcterms:created>2023-02-14T10:00:00Z</dcterms:created><dcterms:modified>2023-02-15T10:00:00Z</dcterms:modified>"
    "</cp:coreProperties>"
)
VISIBLE, INVISIBLE = 0, 3  # ways to draw text, ISO 32000-1, table 106


def paragraph(words: str, properties: str = "") -> str:
    """A paragraph of Word's with one run of words."""
    return f'<w:p><w:r>{properties}<w:t xml:space="preserve">{words}</w:t></w:r></w:p>'


def part(root: str, inside: str) -> str:
    return f"<w:{root} {NAMESPACE}>{inside}</w:{root}>"


def docx(body: str = "", before: str = "", **members: str | bytes) -> bytes:
    """A Word file with that body, and `before` its root; `members` are further files in it, with `__` for `/`."""
    document = f'<?xml version="1.0" encoding="UTF-8"?>{before}{part("document", f"<w:body>{body}</w:body>")}'
    named = {name.replace("__", "/"): content for name, content in members.items()}
    return archive({"_rels/.rels": RELATIONS, "word/document.xml": document} | named)


def archive(members: Mapping[str, str | bytes]) -> bytes:
    """A ZIP file."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in members.items():
            opened.writestr(name, content)
    return file.getvalue()


def pdf(*streams: bytes, pages: int = 0, more: int = 0, trailer: bytes = b"") -> bytes:
    """A PDF with a page for each stream of drawing; `pages` as many references to the first, `more` empty objects."""
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents %d 0 R/Resources<</Font<</F 3 0 R>>>>>>"
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"
    kids = [4 + 2 * n for n in range(len(streams))] if not pages else [4] * pages
    objects = [
        b"<</Type/Catalog/Pages 2 0 R/Lang(en-GB)>>",
        b"<</Type/Pages/Kids[%s]/Count %d>>" % (b" ".join(b"%d 0 R" % kid for kid in kids), len(kids)),
        font,
    ]
    for number, stream in enumerate(streams):
        objects.append(page % (5 + 2 * number))
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream))
    objects += [b"null"] * more
    out, places = io.BytesIO(), []
    out.write(b"%PDF-1.7\n")
    for number, content in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, content))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % place for place in places))
    out.write(b"trailer<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, trailer, start))
    return out.getvalue()


def drawn(*lines: tuple[str, int], left: int = 72, top: int = 700) -> bytes:
    """Lines of text as a PDF draws them, each with how; the first of them at that place."""
    words = b"".join(b"%d Tr (%s) Tj 0 -14 Td " % (how, line.encode("cp1252")) for line, how in lines)
    return b"BT /F 12 Tf %d %d Td %sET" % (left, top, words)


def typeset(folder: Path, source: str) -> bytes:
    """A PDF as an office would make it."""
    file = folder / "source.typ"
    file.write_text(source, encoding="utf-8")
    return bytes(typst.compile(str(file)))
