"""The report as a tagged PDF with bookmarks: typst lays it out, and all text comes in as data."""

import base64
import json
import logging
import re
from pathlib import Path

import typst

from .outline import is_long, outline
from .snapshots import Snapshot

log = logging.getLogger(__name__)

HERE = Path(__file__).parent
# A byte order mark and a null, which JSON escapes: they print nothing, and PDF/UA has no room for them.
FORBIDDEN = re.compile(r"\ufeff|(?<!\\)((?:\\\\)*)\\u0000")
# The fonts beside this module and no others, not even typst's own: the bytes must not depend on the machine.
FONTS = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[HERE / "fonts"])


def render(snapshot: Snapshot) -> bytes:
    """The PDF. It follows PDF/UA-1 unless a character is in none of the fonts, which the PDF then says itself."""
    return compiled("report.typ", worded(snapshot), many=is_long(snapshot))


def worded(snapshot: Snapshot) -> str:
    """What the layout says, as JSON; nothing else of it is kept while the pages are laid out."""
    report = outline(snapshot, on_pages=True)
    logo = list(base64.b64decode(report.logo))  # typst reads bytes out of numbers
    return json.dumps(vars(report) | {"logo": logo}, ensure_ascii=False, default=vars)


def compiled(layout: str, data: str, *, many: bool = False) -> bytes:
    """The PDF that one of the layouts beside this module makes of these data, which are JSON."""
    data = FORBIDDEN.sub(r"\1", data)
    try:
        return _compiled(layout, data, many, ua=True)
    except typst.TypstError as error:
        if "could not be displayed with" not in error.message:
            raise
        log.warning("A PDF leaves without PDF/UA-1: %s", error.message)
        return _compiled(layout, data, many, ua=False)


def _compiled(layout: str, data: str, many: bool, *, ua: bool) -> bytes:
    pdf: bytes = typst.compile(
        HERE / layout,
        root=HERE,
        font_paths=FONTS,
        sys_inputs={"report": data, "standard": "ua-1" if ua else "", "many": "yes" if many else ""},
        pdf_standards=["ua-1"] if ua else [],
    )
    return pdf
