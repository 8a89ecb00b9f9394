"""What a claim's matrix of competing hypotheses shows to one person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from claims.forms.hypotheses import Typed, name_of, options, shown_of
from claims.models import Claim, Consistency, Evidence, Hypothesis, Mark, Matrix, Refused, User, may
from claims.models.hypotheses import MOST_HYPOTHESES, require_markable
from claims.views.evidence_told import tell
from claims.weighing.hypotheses import WIDEST, Score, diagnosticity, order, scores, settled, splits, without

ROWS = 200  # pieces of evidence that are weighed
PAGE = 50  # and of these on one page
COMPARED = 8  # reviewers
SPLITS = 100  # cells in which they differ
RETIRED = 50
UNKNOWN = "–"


@dataclass
class Cell:
    """Where a piece of evidence meets a hypothesis."""

    name: str
    hypothesis: Hypothesis
    value: str
    label: str
    options: Any


@dataclass
class Row:
    """A piece of evidence in the matrix, and how far it tells the hypotheses apart."""

    item: Evidence
    cells: list[Cell]
    apart: str


@dataclass
class Place:
    """A hypothesis in the order: what speaks against it, and what is unknown."""

    hypothesis: Hypothesis
    score: Score

    @property
    def against(self) -> str:
        """The score; where marks are unknown, from what to what it may reach."""
        score = self.score
        if not score.weighed:
            return UNKNOWN
        return str(score.least) if score.least == score.most else _("%(least)s to %(most)s") % vars(score)


class MatrixPage:
    """The matrix as one person sees it. Each part is looked up when the page comes to it."""

    def __init__(self, claim: Claim, user: User, *, after: int | None = None, left_out: int | None = None) -> None:
        self.claim, self.user, self.role = claim, user, claim.case.role
        self.after, self.left_out = after, left_out
        self.marks_here = may(self.role, "assess")
        self.may_add = may(self.role, "cite") and claim.citable

    @cached_property
    def hypotheses(self) -> list[Hypothesis]:
        """Those that stand, by their numbers."""
        return list(self.claim.hypotheses.standing().order_by("number").fetch_mode(models.FETCH_RAISE))

    @cached_property
    def retired(self) -> list[Hypothesis]:
        """Those that were set aside."""
        rows = self.claim.hypotheses.exclude(retired_at=None).order_by("number")
        return list(rows.fetch_mode(models.FETCH_RAISE)[:RETIRED])

    @property
    def full(self) -> bool:
        """Whether there are as many as may be."""
        return len(self.hypotheses) >= MOST_HYPOTHESES

    @cached_property
    def _items(self) -> list[Evidence]:
        rows = Evidence.objects.filter(claim=self.claim).standing().select_related("exhibit", "absence")
        found = list(rows.defer("exhibit__text").order_by("number").fetch_mode(models.FETCH_RAISE)[: ROWS + 1])
        for item in found:
            item.claim = self.claim
        return tell(found, self.user)

    @property
    def items(self) -> list[Evidence]:
        """The evidence that is weighed, each with what it is called here."""
        return self._items[:ROWS]

    @property
    def more(self) -> bool:
        """Whether there is more evidence than is weighed."""
        return len(self._items) > ROWS

    @cached_property
    def numbers(self) -> tuple[list[int], list[int]]:
        """The numbers of the hypotheses, and of the evidence."""
        return [one.number for one in self.hypotheses], [item.number for item in self.items]

    @cached_property
    def own(self) -> Matrix | None:
        """The person's own matrix of this round."""
        found = Matrix.objects.filter(claim=self.claim, reviewer=self.user, round=self.claim.round).first()
        if found is not None:
            found.claim = self.claim
        return found

    @cached_property
    def marks(self) -> Typed:
        """What the person marked."""
        return self.marks_of([self.own]).get(self.own.pk, {}) if self.own is not None else {}

    def marks_of(self, matrices: Sequence[Matrix]) -> dict[int, Typed]:
        """The marks of each matrix, of what stands."""
        hypotheses = {one.pk: one.number for one in self.hypotheses}
        items = {item.pk: item.number for item in self.items}
        rows = Mark.objects.filter(matrix__in=matrices, hypothesis__in=hypotheses, evidence__in=items).order_by()
        found: dict[int, Typed] = defaultdict(dict)
        for matrix, hypothesis, evidence, value in rows.values_list(
            "matrix_id", "hypothesis_id", "evidence_id", "value"
        ):
            found[matrix][hypotheses[hypothesis], items[evidence]] = value
        return found

    @cached_property
    def closed(self) -> str:
        """Why the person cannot mark, in a sentence; nothing where they can."""
        try:
            require_markable(self.claim, self.user)
        except Refused as refusal:
            return str(refusal)
        return ""

    @cached_property
    def scores(self) -> list[Score]:
        """What speaks against each hypothesis, the least first."""
        return scores(*self.numbers, self.marks)

    @cached_property
    def places(self) -> list[Place]:
        """The hypotheses in their order."""
        named = {one.number: one for one in self.hypotheses}
        return [Place(named[score.hypothesis], score) for score in self.scores]

    @property
    def is_settled(self) -> bool:
        """Whether what is unknown could no more change the order."""
        return settled(self.scores)

    @property
    def seal_broken(self) -> bool:
        """Whether the marks are no more what was sealed."""
        return self.own is not None and not self.own.seal_holds()

    @cached_property
    def rows(self) -> list[Row]:
        """The rows of this page, their cells in the order of the hypotheses."""
        chosen = options()
        items = [item for item in self.items if self.after is None or item.number > self.after]
        return [self._row(item, chosen) for item in items[:PAGE]]

    def row(self, number: int) -> Row | None:
        """One row, by the number of its evidence."""
        item = next((item for item in self.items if item.number == number), None)
        return self._row(item, options()) if item is not None else None

    def _row(self, item: Evidence, chosen: dict[str, Any]) -> Row:
        cells = []
        for place in self.places:
            value = self.marks.get((place.hypothesis.number, item.number), "")
            label = str(Consistency(value).label) if value else UNKNOWN
            name = name_of(place.hypothesis.number, item.number)
            cells.append(Cell(name, place.hypothesis, value, label, chosen[value]))
        return Row(item, cells, apart_said(diagnosticity(item.number, self.numbers[0], self.marks)))

    @property
    def next(self) -> int | None:
        """After which number the next page begins; None where this is the last."""
        last = self.rows[-1].item.number if self.rows else 0
        return last if self.items and self.items[-1].number > last else None

    @property
    def shown(self) -> str:
        """The marks of this page's rows, as its form carries them along."""
        here = {row.item.number for row in self.rows}
        return shown_of({cell: value for cell, value in self.marks.items() if cell[1] in here})

    @property
    def query(self) -> str:
        """What the address of this very page says of it."""
        parts = {"after": self.after, "without": self.left_out}
        said = "&".join(f"{name}={value}" for name, value in parts.items() if value is not None)
        return f"?{said}" if said else ""

    @property
    def without(self) -> str:
        """What changes when the row is left out, in a sentence."""
        if self.left_out is None:
            return ""
        if self.left_out not in self.numbers[1]:
            return _("Evidence %(n)s is not in the matrix.") % {"n": self.left_out}
        before = order_said(self.scores)
        after = order_said(without(self.left_out, *self.numbers, self.marks))
        said = {"n": self.left_out, "before": before, "after": after}
        if before == after:
            return _("Without evidence %(n)s the order stays as it is: %(after)s.") % said
        return _("Without evidence %(n)s the order is another: %(after)s. With it: %(before)s.") % said


def apart_said(steps: int | None) -> str:
    """How far a row tells hypotheses apart: none, or how many of the steps on the scale."""
    if steps is None:
        return UNKNOWN
    return _("%(n)s of %(most)s") % {"n": steps, "most": WIDEST} if steps else _("none")


def order_said(found: Sequence[Score]) -> str:
    """The order in words: H2, then H1 and H3."""
    tiers = [[f"H{number}" for number in sorted(score.hypothesis for score in tier)] for tier in order(found)]
    said = [_(" and ").join(tier) for tier in tiers]
    return _(", then ").join(said) if said else _("nothing is weighed yet")


@dataclass
class Differing:
    """A cell that reviewers marked differently, with what each said."""

    item: Evidence
    hypothesis: Hypothesis
    said: list[str]


class Comparison:
    """The matrices of one round beside each other, as far as the person may see them."""

    def __init__(self, page: MatrixPage, round: int | None) -> None:
        self.page = page
        seen = Matrix.objects.filter(claim=page.claim).visible_to(page.user, page.role).order_by()
        self.rounds = sorted(seen.values_list("round", flat=True).distinct())
        self.round = round if round is not None else self.rounds[-1] if self.rounds else page.claim.round
        rows = seen.filter(round=self.round).select_related("reviewer").order_by("pk")
        found = list(rows.fetch_mode(models.FETCH_RAISE)[: COMPARED + 1])
        self.more, self.matrices = len(found) > COMPARED, found[:COMPARED]

    @property
    def only_own(self) -> bool:
        """Whether there is nobody else's to be seen."""
        return all(matrix.reviewer_id == self.page.user.pk for matrix in self.matrices)

    @cached_property
    def marks(self) -> dict[int, Typed]:
        """The marks of each."""
        found = self.page.marks_of(self.matrices)
        return {matrix.pk: found.get(matrix.pk, {}) for matrix in self.matrices}

    @cached_property
    def scores(self) -> dict[int, list[Score]]:
        """The scores in each."""
        return {key: scores(*self.page.numbers, marks) for key, marks in self.marks.items()}

    @property
    def orders(self) -> list[tuple[User, str]]:
        """Each reviewer's order, in words."""
        return [(matrix.reviewer, order_said(self.scores[matrix.pk])) for matrix in self.matrices]

    @property
    def by_hypothesis(self) -> list[tuple[Hypothesis, list[str]]]:
        """What speaks against each hypothesis, says each reviewer."""
        placed = {key: {score.hypothesis: score for score in found} for key, found in self.scores.items()}
        return [
            (one, [Place(one, placed[matrix.pk][one.number]).against for matrix in self.matrices])
            for one in self.page.hypotheses
        ]

    @cached_property
    def _splits(self) -> list[Any]:
        return splits(*self.page.numbers, self.marks)

    @property
    def split_count(self) -> int:
        """In how many cells they differ."""
        return len(self._splits)

    @property
    def differing(self) -> list[Differing]:
        """The cells in which they differ most."""
        hypotheses = {one.number: one for one in self.page.hypotheses}
        items = {item.number: item for item in self.page.items}
        return [
            Differing(
                items[split.row],
                hypotheses[split.hypothesis],
                [str(Consistency(split.marks[m.pk]).label) if m.pk in split.marks else UNKNOWN for m in self.matrices],
            )
            for split in self._splits[:SPLITS]
        ]

    @property
    def broken(self) -> list[Matrix]:
        """Those whose marks are no more what was sealed."""
        return [matrix for matrix in self._with_claim() if not matrix.seal_holds()]

    def _with_claim(self) -> list[Matrix]:
        for matrix in self.matrices:
            matrix.claim = self.page.claim
        return self.matrices
