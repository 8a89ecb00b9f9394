"""A document laid out for reading: one part of its text, with the marks that stand in it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.db import models
from django.db.models import Count, Q

from claims.models import Claim, Document, Passage, Status, Suggestion
from claims.text import parts
from claims.text.marks import Mark, Segment, by_paragraph
from claims.text.quotations import Quotation, stands

LONGEST_PASSAGE = 10_000  # characters
MOST_MARKS = 300  # claims' passages marked in one part
MOST_CHECKED = 2_000  # passages of a document held against its text for one page
MOST_ORPHANS = 50  # of those whose words stand no more, listed
MOST_SUGGESTED = 200  # suggestions marked in one part: the best
MOST_READ = 2_000  # suggestions listed among the sentences of one part
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


@dataclass(frozen=True)
class Passages:
    """A part's passages: those to be marked, those of withdrawn claims, and those whose words stand there no more."""

    marked: list[Passage]
    withdrawn: list[Passage]
    orphaned: list[Passage]
    crowded: bool = False


@dataclass(frozen=True)
class Orphans:
    """A document's passages whose words stand there no more: the first, how many more; `partly` if not all are known.

    Of a document with very many passages only the first are checked, and those of the part that is read.
    """

    listed: list[Passage]
    more: int = 0
    partly: bool = False


@dataclass(frozen=True, slots=True)
class Layer:
    """The mark of a claim or a suggestion on a run; `begins` where it has none before it on the page."""

    record: Claim | Suggestion
    begins: bool

    @property
    def claim(self) -> Claim | None:
        """The claim, unless it is a suggestion's mark."""
        return self.record if isinstance(self.record, Claim) else None

    @property
    def key(self) -> str:
        """Its name on the page."""
        return key_of(self.record)

    @property
    def query(self) -> str:
        """How an address chooses it."""
        return f"claim={self.record.number}" if isinstance(self.record, Claim) else f"suggestion={self.record.pk}"

    @property
    def look(self) -> str:
        """The line and colour it wears."""
        if isinstance(self.record, Suggestion):
            return "suggested"
        return "withdrawn" if self.record.status == Status.WITHDRAWN else self.record.look


@dataclass(frozen=True, slots=True)
class Run:
    """Text under the same marks from end to end, the outermost first; `start` counts in the whole document.

    A click opens `opens`; `page` is the number of the page that begins there, where the file has pages.
    """

    start: int
    text: str
    layers: list[Layer]
    opens: Layer | None = None
    page: int | None = None


def key_of(record: Claim | Suggestion) -> str:
    """The name of a record's mark on the page: 3 for claim 3, s17 for suggestion 17."""
    return str(record.number) if isinstance(record, Claim) else f"s{record.pk}"


def part(document: Document, number: int) -> Part | None:
    """That part of the document; None where it has no such part."""
    return part_of(document.text, number)


def part_of(whole: str, number: int) -> Part | None:
    """That part of a text; None where it has no such part."""
    count = parts.count(len(whole))
    if not 1 <= number <= count:
        return None
    floor = (number - 1) * parts.SIZE
    text = whole[floor : floor + parts.SIZE + parts.LEAST + parts.REACH]
    left = parts.turn(text[: parts.REACH]) if number > 1 else 0
    right = len(text) if number == count else parts.SIZE + parts.turn(text[parts.SIZE : parts.SIZE + parts.REACH])
    return Part(number, count, floor + left, text[left:right])


def part_at(document: Document, place: int) -> Part | None:
    """The part in which a place of the text stands."""
    number = place // parts.SIZE + 1
    found = part(document, number) or part(document, number - 1)
    return part(document, number - 1) if found is not None and place < found.start else found


def passages_in(document: Document, here: Part, chosen: Claim | None = None) -> Passages:
    """The passages in a part, at most `MOST_MARKS` in reading order; with claims.

    The quote gate stands before each mark. A withdrawn claim is marked where it is the chosen one.
    """
    rows = document.passages.select_related("claim__rating").order_by("start", "pk").fetch_mode(models.FETCH_RAISE)
    inside: list[Passage] = list(rows.filter(_touches(here))[: MOST_MARKS + 1])
    kept = Passages([], [], [], len(inside) > MOST_MARKS)
    for passage in inside[:MOST_MARKS]:
        passage.document = document
        passage.claim.case = document.case
        if not passage.stands():
            kept.orphaned.append(passage)
        elif passage.claim.status == Status.WITHDRAWN and passage.claim != chosen:
            kept.withdrawn.append(passage)
        else:
            kept.marked.append(passage)
    return kept


def orphans_of(document: Document, found: Sequence[Passage] = ()) -> Orphans:
    """The document's passages whose words stand there no more, in reading order; with claims.

    `found` are those that a part's passages have shown already.
    """
    # Told by slices of the text that is at hand: a database would read the whole text for each passage.
    rows = document.passages.order_by("start", "pk")
    words = list(rows.values_list("pk", "start", "end", "exact", "prefix", "suffix")[: MOST_CHECKED + 1])
    gone = {key for key, *told in words[:MOST_CHECKED] if not stands(document.text, Quotation(*told))}
    gone |= {passage.pk for passage in found}
    if not gone:
        return Orphans([], partly=len(words) > MOST_CHECKED)
    first = rows.filter(pk__in=gone).select_related("claim").fetch_mode(models.FETCH_RAISE)[:MOST_ORPHANS]
    listed: list[Passage] = list(first)
    for passage in listed:
        passage.document = document
        passage.claim.case = document.case
    return Orphans(listed, len(gone) - len(listed), len(words) > MOST_CHECKED)


def suggested_in(document: Document, here: Part, chosen: Suggestion | None = None) -> list[Suggestion]:
    """The pending suggestions in a part, at most `MOST_SUGGESTED` and those the best; and the chosen one."""
    waiting = document.suggestions.pending().filter(_touches(here)).order_by("-score", "pk")
    found: list[Suggestion] = list(waiting.fetch_mode(models.FETCH_RAISE)[:MOST_SUGGESTED])
    here_too = chosen is not None and chosen.start < here.end and chosen.end > here.start
    if chosen is not None and here_too and chosen.pk not in {each.pk for each in found}:
        found.append(chosen)
    return sorted(found, key=_begins)


def _begins(suggestion: Suggestion) -> int:
    return suggestion.start


def read_in(document: Document, here: Part) -> list[Suggestion]:
    """The suggestions in a part, whatever was decided on them, in reading order; at most `MOST_READ`."""
    rows = document.suggestions.filter(_touches(here)).select_related("claim").order_by("start", "pk")
    return list(rows.fetch_mode(models.FETCH_RAISE)[:MOST_READ])


def standing_in(document: Document, start: int, end: int, most: int) -> list[Claim]:
    """The claims, at most so many and none withdrawn, that stand in words of this stretch of the text."""
    near = Q(start__lt=end, start__gt=start - LONGEST_PASSAGE, end__gt=start)
    rows = document.passages.filter(near).exclude(claim__status=Status.WITHDRAWN).select_related("claim")
    claims = {passage.claim_id: passage.claim for passage in rows.order_by("start", "pk")[:most]}
    for claim in claims.values():
        claim.case = document.case
    return list(claims.values())


def _touches(here: Part) -> Q:
    # How far back one may begin is said for the index's sake.
    return Q(start__lt=here.end, start__gt=here.start - LONGEST_PASSAGE, end__gt=here.start)


def best_first(document: Document, after: int | None, most: int) -> tuple[list[Suggestion], bool]:
    """The best pending suggestions that come behind the one of that key, at most so many; whether there are more."""
    waiting = document.suggestions.pending().order_by("-score", "pk")
    last = document.suggestions.filter(pk=after).values_list("score", flat=True).first() if after else None
    if last is not None:
        waiting = waiting.filter(Q(score__lt=last) | Q(score=last, pk__gt=after))
    rows = list(waiting.fetch_mode(models.FETCH_RAISE)[: most + 1])
    return rows[:most], len(rows) > most


def tally(document: Document) -> dict[str, int]:
    """How many of a document's suggestions are in each state."""
    counted = dict(document.suggestions.order_by().values_list("state").annotate(n=Count("pk")))
    return {state.value: counted.get(state.value, 0) for state in Suggestion.State}


def next_pending(document: Document, start: int, key: int) -> Suggestion | None:
    """The pending suggestion that follows in reading order; behind the last one, the first."""
    waiting = document.suggestions.pending().order_by("start", "pk")
    found: Suggestion | None = waiting.filter(Q(start__gt=start) | Q(start=start, pk__gt=key)).first()
    return found or waiting.first()


def laid_out(
    here: Part, passages: Sequence[Passage], suggestions: Sequence[Suggestion] = (), pages: Sequence[int] = ()
) -> list[list[Run]]:
    """The part's paragraphs as runs, each with the marks that lie on it; `pages` are where the file's pages begin."""
    # Where both cover the same words the claim lies inside, and is what a click opens.
    records: dict[str, Claim | Suggestion] = {f"s{suggestion.pk}": suggestion for suggestion in suggestions}
    records |= {f"p{passage.pk}": passage.claim for passage in passages}
    spans: list[Suggestion | Passage] = [*suggestions, *passages]
    marks = [
        Mark(key, max(each.start, here.start) - here.start, min(each.end, here.end) - here.start)
        for key, each in zip(records, spans, strict=True)
    ]
    begun: set[str] = set()
    opened: set[str] = set()
    shown: int | None = None
    laid: list[list[Run]] = []
    for paragraph in by_paragraph(here.text, marks):
        runs = []
        for segment, page in _on_pages(paragraph, here, pages):
            layers = []
            for key in segment.keys[-DEEPEST:]:
                layer = Layer(records[key], key_of(records[key]) not in begun)
                layers.append(layer)
                begun.add(layer.key)
            # The innermost, unless one around it has nothing else to be clicked at.
            opens = (
                next((layer for layer in reversed(layers) if layer.key not in opened), layers[-1]) if layers else None
            )
            if opens is not None:
                opened.add(opens.key)
            text = here.text[segment.start : segment.end]
            runs.append(Run(here.start + segment.start, text, layers, opens, page if page != shown else None))
            shown = page
        laid.append(runs)
    return laid


def _on_pages(segments: Sequence[Segment], here: Part, pages: Sequence[int]) -> Iterator[tuple[Segment, int | None]]:
    """The segments, cut where a page begins within one, each with the number of its page."""
    for segment in segments:
        start, end = here.start + segment.start, here.start + segment.end
        turns = dict.fromkeys(pages[bisect_right(pages, start) : bisect_left(pages, end)])
        for left, right in pairwise([start, *turns, end]):
            yield Segment(left - here.start, right - here.start, segment.keys), bisect_right(pages, left) or None


def covered(laid: list[list[Run]]) -> list[Layer]:
    """The marks that lie wholly under others, so that no click on the text opens them."""
    runs = [run for paragraph in laid for run in paragraph if run.layers]
    opened = {run.opens.key for run in runs if run.opens}
    under = {layer.key: layer for run in runs for layer in reversed(run.layers) if layer.key not in opened}
    return list(under.values())
