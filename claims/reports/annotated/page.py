"""The annotated document as one self-contained web page: notes in the margin, below the lines where there is none."""

from django.template.loader import render_to_string

from .annotating import Annotated


def render(document: Annotated) -> bytes:
    """The page as UTF-8; the template escapes whatever a user wrote."""
    return render_to_string("reports/annotated.html", {"document": document}).encode()
