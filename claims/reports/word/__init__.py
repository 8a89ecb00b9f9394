"""The way out as a Word document."""

from .report import render

__all__ = ["render"]
