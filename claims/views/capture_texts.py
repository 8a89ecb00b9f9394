"""What a capture says: its text to read, and whether the exhibit can hold it."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.urls import reverse

from claims.loading.deriving import made_text, words_of
from claims.loading.reading import Part, Run, laid_out, part_of
from claims.models import Capture, Derived, Exhibit, User
from claims.text.parts import SIZE
from claims.views.exhibits import held_of


@dataclass
class CaptureText:
    """The text that was made of a capture, as one person sees it: a part of it, and what it is to the exhibit."""

    made: Derived
    here: Part | None = None  # None where it is asked for once the page is there
    paragraphs: list[list[Run]] = field(default_factory=list)
    held: bool = False  # whether it is the text that quotations are checked against
    holds_another: bool = False
    may_use: bool = False
    why_not: str = ""  # why it cannot be used, in a sentence

    @classmethod
    def of(cls, capture: Capture, user: User, number: int, *, shortly: bool = False) -> CaptureText | None:
        """It; None where no text was made of the capture, or it has no such part. `shortly`: a long one comes later."""
        made = made_text(capture)
        if made is None or made.file is None:
            return None
        if shortly and made.facts.get("characters", 0) > SIZE:
            return cls(made)
        return cls._read(made, capture.exhibit, user, number)

    @classmethod
    def _read(cls, made: Derived, exhibit: Exhibit, user: User, number: int) -> CaptureText | None:
        try:
            words = words_of(made)
        except FileNotFoundError:
            return None  # what came is told all the same; verify_files tells of the file
        here = part_of(words, number) if words else None
        if here is None:
            return None
        held, _pages, _language = held_of(exhibit)
        shown = cls(made, here, laid_out(here, [], [], made.facts.get("pages", [])))
        shown.held, shown.holds_another = held == words, bool(held) and held != words
        shown.may_use = not shown.held and not exhibit.document_id and exhibit.case.allows(user, "cite")
        if shown.may_use:
            shown.why_not = exhibit.misquoting(words)
        return shown

    @property
    def before(self) -> int:
        """The part before; 0 where this is the first."""
        return self.here.number - 1 if self.here else 0

    @property
    def after(self) -> int:
        """The part after; 0 where this is the last."""
        return self.here.number + 1 if self.here and self.here.number < self.here.count else 0


def at(capture: Capture) -> str:
    """Where a capture's text is read."""
    exhibit = capture.exhibit
    return reverse("claims:capture-detail", args=[exhibit.case.code, exhibit.pk, capture.pk]) + "#text"
