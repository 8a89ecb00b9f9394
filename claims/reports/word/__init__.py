"""The way out as a Word document."""

from .annotated import render as render_annotated
from .report import render

__all__ = ["render", "render_annotated"]
