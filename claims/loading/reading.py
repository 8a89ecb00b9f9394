"""A document laid out for reading: one part of its text, with the marks that stand in it."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db import models
from django.db.models.functions import Length, Substr

from claims.models import Claim, Document, Passage
from claims.text import parts
from claims.text.marks import Mark, by_paragraph

LONGEST_PASSAGE = 10_000  # characters
MOST_MARKS = 300
DEEPEST = 8  # marks on one word; more cannot be told apart


@dataclass(frozen=True)
class Part:
    """One part of a document's text: `text` stands at `start`, and it is `number` of `count`, from 1."""

    number: int
    count: int
    start: int
    text: str

    @property
    def end(self) -> int:
        """Where the next part begins."""
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class Layer:
    """A claim's mark on a run; `begins` where the claim has none before it on the page."""

    claim: Claim
    begins: bool


@dataclass(frozen=True, slots=True)
class Run:
    """Text under the same marks from end to end, the outermost first; `start` counts in the whole document."""

    start: int
    text: str
    layers: list[Layer] = field(default_factory=list)

    @property
    def top(self) -> Layer | None:
        """The innermost mark, which a click opens."""
        return self.layers[-1] if self.layers else None


def part(document: Document, number: int) -> Part | None:
    """That part of the document; None where it has no such part. Reads no more of the text than that."""
    if not 1 <= number <= 1_000_000:
        return None
    floor = (number - 1) * parts.SIZE
    stored = Document.objects.filter(pk=document.pk)
    window = Substr("text", floor + 1, parts.SIZE + parts.LEAST + parts.REACH)
    length, text = stored.values_list(Length("text"), window).get()
    count = parts.count(length)
    if number > count:
        return None
    left = parts.turn(text[: parts.REACH]) if number > 1 else 0
    right = len(text) if number == count else parts.SIZE + parts.turn(text[parts.SIZE : parts.SIZE + parts.REACH])
    return Part(number, count, floor + left, text[left:right])


def part_at(document: Document, place: int) -> Part | None:
    """The part in which a place of the text stands."""
    number = place // parts.SIZE + 1
    found = part(document, number) or part(document, number - 1)
    return part(document, number - 1) if found is not None and place < found.start else found


def marked_in(document: Document, here: Part) -> list[Passage]:
    """The passages in a part with their claims, in reading order; at most `MOST_MARKS`."""
    found: models.QuerySet[Passage] = (
        document.passages.filter(start__lt=here.end, start__gt=here.start - LONGEST_PASSAGE, end__gt=here.start)
        .select_related("claim__rating")
        .defer("exact", "prefix", "suffix")
        .order_by("start", "pk")
        .fetch_mode(models.FETCH_RAISE)
    )
    passages = list(found[:MOST_MARKS])
    for passage in passages:
        passage.claim.case = document.case
    return passages


def laid_out(here: Part, passages: list[Passage]) -> list[list[Run]]:
    """The part's paragraphs as runs, each with the marks that lie on it."""
    claims = {str(passage.pk): passage.claim for passage in passages}
    marks = [
        Mark(str(passage.pk), max(passage.start, here.start) - here.start, min(passage.end, here.end) - here.start)
        for passage in passages
    ]
    begun: set[int] = set()
    page: list[list[Run]] = []
    for paragraph in by_paragraph(here.text, marks):
        runs = []
        for segment in paragraph:
            layers = []
            for key in segment.keys[-DEEPEST:]:
                claim = claims[key]
                layers.append(Layer(claim, claim.number not in begun))
                begun.add(claim.number)
            runs.append(Run(here.start + segment.start, here.text[segment.start : segment.end], layers))
        page.append(runs)
    return page
