"""The annotated document as a tagged PDF with its notes in the margin."""

import json

from claims.reports.pdf import compiled

from .annotating import Annotated


def render(document: Annotated) -> bytes:
    """The PDF. It follows PDF/UA-1 unless a character is in none of the fonts, which the PDF then says itself."""
    return compiled("annotated.typ", json.dumps(document.laid_out(), ensure_ascii=False))
