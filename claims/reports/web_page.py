"""The report as one self-contained web page: no script, nothing fetched, made to be read and to be printed."""

from django.template.loader import render_to_string

from .outline import outline
from .snapshots import Snapshot


def render(snapshot: Snapshot) -> bytes:
    """The page as UTF-8; the template escapes whatever a user wrote."""
    return render_to_string("reports/report.html", {"report": outline(snapshot)}).encode()
