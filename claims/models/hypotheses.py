"""Competing hypotheses about a claim, and how each reviewer finds the evidence to go with them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from claims.models.assessments import Assessment
from claims.models.claims import Claim
from claims.models.completing import require_unswayed
from claims.models.entries import canonical, sha256, writing
from claims.models.evidence import Evidence
from claims.models.moves import MOVES, Status
from claims.models.records import NotNow, NotYours, OfClaim, RecordedQuerySet, Refused

if TYPE_CHECKING:
    from claims.models.people import User

MOST_HYPOTHESES = 12  # that stand on one claim: nobody reads a wider table

type Cells = Mapping[tuple[int, int], str]  # (number of the hypothesis, number of the evidence) → mark


class Consistency(models.TextChoices):
    """How a piece of evidence goes with a hypothesis: would one see it, were the hypothesis true?"""

    VERY_CONSISTENT = "CC", _("CC · very consistent")
    CONSISTENT = "C", _("C · consistent")
    NEUTRAL = "N", _("N · neutral")
    INCONSISTENT = "I", _("I · inconsistent")
    VERY_INCONSISTENT = "II", _("II · very inconsistent")
    NOT_APPLICABLE = "NA", _("NA · not applicable")


class HypothesisQuerySet(RecordedQuerySet):
    """Hypotheses of a claim."""

    def standing(self) -> Self:
        """Those that were not set aside."""
        return self.filter(retired_at=None)


class Hypothesis(OfClaim):
    """One of several ways in which it could be, of which at most one is so."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="hypotheses")
    number = models.PositiveSmallIntegerField(editable=False)
    statement = models.CharField(_("hypothesis"), max_length=500)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False)
    added_at = models.DateTimeField(default=timezone.now, editable=False)
    retired_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = HypothesisQuerySet.as_manager()
    moved_by_acts = {"retired_at"}
    log_part = "hypothesis {0.number}"

    class Meta:
        verbose_name_plural = _("hypotheses")
        ordering = ["claim", "number"]
        constraints = [
            models.UniqueConstraint(fields=["claim", "number"], name="hypothesis_numbered_once_per_claim"),
            models.UniqueConstraint(fields=["claim", "statement"], name="hypothesis_stated_once_per_claim"),
            models.CheckConstraint(condition=~Q(statement=""), name="hypothesis_says_something"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.statement}"

    @property
    def name(self) -> str:
        """What the matrix calls it: H2."""
        return f"H{self.number}"

    def get_absolute_url(self) -> str:
        return reverse("claims:claim-hypotheses", args=[self.claim.case.code, self.claim.number])

    @classmethod
    def put(cls, claim: Claim, *, by: User, statement: str, once: str | None = None) -> Hypothesis:
        """Add one under the claim's next number. Raises Refused for one too many, and for one that is there."""

        def make() -> Hypothesis:
            with writing(claim.case):
                claim.require_role("cite", by)
                claim.locked().require_citable()
                held = list(Hypothesis.objects.filter(claim=claim).order_by("number"))
                _check_new(statement, held)
                number = held[-1].number + 1 if held else 1
                made = cls(claim=claim, number=number, statement=statement, added_by=by, once=once)
                made.save(by=by)
            return made

        return cls.made_once(once, make)

    def retire(self, *, by: User) -> None:
        """Set it aside: it leaves every matrix, and the marks that it was given stay."""
        self._stand("removed", by=by)

    def restore(self, *, by: User) -> None:
        """Bring it back, with its marks. Raises Refused where as many stand as may."""
        self._stand("restored", by=by)

    def _stand(self, verb: str, *, by: User) -> None:
        with writing(self.log_case) as chain:
            self.claim.require_role("cite", by)
            self.claim.locked().require_citable()
            stored = Hypothesis.objects.select_related("claim__case").get(pk=self.pk)
            if (stored.retired_at is None) != (verb == "removed"):
                return  # it is so already: sent twice, or somebody was quicker
            if verb == "restored":
                _check_room(self.claim.hypotheses.standing().count())
            before = {"removed": stored.retired_at is not None}
            stored.retired_at = timezone.now() if verb == "removed" else None
            stored.version += 1
            stored.store()
            chain.record(by=by, verb=verb, on=stored, before=before, after={"removed": verb == "removed"})
            self.retired_at, self.version = stored.retired_at, stored.version


def _check_new(statement: str, held: list[Hypothesis]) -> None:
    same = next((one for one in held if one.statement.casefold() == statement.casefold()), None)
    if same is not None and same.retired_at is None:
        raise Refused(_("This stands here already, as %(name)s.") % {"name": same.name}, "statement")
    if same is not None:
        raise Refused(_("This was set aside, as %(name)s: restore it.") % {"name": same.name}, "statement")
    _check_room(sum(one.retired_at is None for one in held))


def _check_room(standing: int) -> None:
    if standing >= MOST_HYPOTHESES:
        raise Refused(
            _("A claim has at most %(n)s hypotheses: set one aside first, one that much speaks against.")
            % {"n": MOST_HYPOTHESES},
            "statement",
        )


class MatrixQuerySet(RecordedQuerySet):
    """Matrices, from the reader's side."""

    def visible_to(self, reader: User, role: str | None = None) -> Self:
        """One's own, and those of whoever submitted an assessment of that round that the reader may see.

        So they open with the assessments, and what belongs to an assessment not yet submitted is its author's alone.
        `role` is the reader's role in the case that the matrices belong to.
        """
        seen = Assessment.objects.visible_to(reader, role).filter(
            claim=OuterRef("claim"), round=OuterRef("round"), reviewer=OuterRef("reviewer")
        )
        return self.filter(Q(reviewer_id=reader.pk) | Q(Exists(seen.order_by())))


class Matrix(OfClaim):
    """One reviewer's marks in one round: theirs alone until the assessments open, and fixed once their own is in."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="matrices")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="matrices")
    round = models.PositiveSmallIntegerField(default=1)
    saved_at = models.DateTimeField(default=timezone.now)
    # Marks are few and of six kinds: without it, whoever reads the log could try them all until the seal fits.
    salt = models.CharField(max_length=32, editable=False)
    seal = models.CharField(max_length=64, editable=False)

    objects = MatrixQuerySet.as_manager()
    log_part = "matrix"

    class Meta:
        verbose_name_plural = _("matrices")
        ordering = ["claim", "round", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["claim", "reviewer", "round"], name="matrix_once_per_reviewer_and_round")
        ]

    def __str__(self) -> str:
        return self.log_label

    def facts(self) -> dict[str, Any]:
        """Its seal alone: whoever reads the log is not to be swayed by it."""
        return {"round": self.round, "reviewer": self.reviewer_id, "seal": self.seal}

    def sealed_content(self) -> str:
        """What the seal is the SHA-256 of: every mark, also those of what was taken off since."""
        rows = self.marks.order_by("hypothesis__number", "evidence__number")
        marks = rows.values_list("hypothesis__number", "evidence__number", "value")
        return canonical(
            {
                "claim": self.claim.ref,
                "round": self.round,
                "reviewer": self.reviewer_id,
                "salt": self.salt,
                "marks": [list(mark) for mark in marks],
            }
        )

    def seal_holds(self) -> bool:
        """Whether it still says what was sealed."""
        return self.seal == sha256(self.sealed_content())


class Mark(models.Model):
    """How one piece of evidence goes with one hypothesis, says one reviewer. Where there is none, it is unknown."""

    matrix = models.ForeignKey(Matrix, on_delete=models.CASCADE, related_name="marks")
    hypothesis = models.ForeignKey(Hypothesis, on_delete=models.PROTECT, related_name="marks")
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="marks")
    value = models.CharField(max_length=2, choices=Consistency)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["matrix", "evidence", "hypothesis"]
        constraints = [
            models.UniqueConstraint(fields=["matrix", "hypothesis", "evidence"], name="mark_once_per_cell"),
            models.CheckConstraint(condition=Q(value__in=["CC", "C", "N", "I", "II", "NA"]), name="mark_is_one_of_six"),
        ]

    def __str__(self) -> str:
        return f"{self.evidence_id} × {self.hypothesis_id}: {self.value}"


def require_markable(claim: Claim, by: User) -> None:
    """Raises Refused where somebody may not mark in the claim's present round, or not any more."""
    if not claim.case.allows(by, "assess"):
        raise NotYours(_("Your role in this case does not allow this. Ask one of its editors."))
    if claim.status not in MOVES["assess"].start:
        said = _("%(ref)s is “%(status)s”: marks stay as they were while it was assessed.")
        raise NotNow(said % {"ref": claim.ref, "status": Status(claim.status).label})
    own = Assessment.objects.submitted().filter(claim=claim, reviewer=by, round=claim.round)
    if own.order_by().exists():
        raise NotNow(_("Your assessment of this round is in, and your marks are fixed with it."))
    require_unswayed(claim, by, claim.case.role_of(by))


def mark(claim: Claim, cells: Cells, *, by: User) -> Matrix | None:
    """Set the marks of these cells in somebody's own matrix of the present round; "" takes a mark back.

    The matrix; None where nothing was ever marked. Raises Refused where one may not mark, a mark is none
    of the six, or a hypothesis or a piece of evidence does not stand.
    """
    with writing(claim.case) as chain:
        claim = claim.locked()
        claim.require_role("assess", by)
        require_markable(claim, by)
        hypotheses, evidence = _keys(claim, cells)
        own = Matrix.objects.filter(claim=claim, reviewer=by, round=claim.round).first()
        stands = _stands(own)
        keys = {(hypotheses[h], evidence[e]): value for (h, e), value in cells.items()}
        changed = {key: value for key, value in keys.items() if value != (stands[key].value if key in stands else "")}
        if not changed:
            return own
        own = own or Matrix(claim=claim, round=claim.round, salt=secrets.token_hex(16))
        own.claim, own.reviewer, own.saved_at = claim, by, timezone.now()
        own.version += 1 if own.pk else 0
        own.store()
        _write(own, changed, stands)
        own.seal = sha256(own.sealed_content())
        own.store()
        chain.record(by=by, verb="marked", on=own, after=own.facts())
    return own


def _keys(claim: Claim, cells: Cells) -> tuple[dict[int, int], dict[int, int]]:
    """The keys of the hypotheses and of the evidence that the cells name, by number."""
    hypotheses = dict(claim.hypotheses.standing().order_by().values_list("number", "pk"))
    named = {number for _hypothesis, number in cells}
    evidence = dict(claim.evidence.standing().filter(number__in=named).order_by().values_list("number", "pk"))
    for (hypothesis, number), value in cells.items():
        if value and value not in Consistency.values:
            raise Refused(_("This is none of the six marks. Choose one from the list."))
        if hypothesis not in hypotheses:
            raise NotNow(_("Hypothesis H%(n)s was set aside meanwhile. Load the page anew.") % {"n": hypothesis})
        if number not in evidence:
            raise NotNow(_("Evidence %(n)s was removed meanwhile. Load the page anew.") % {"n": number})
    return hypotheses, evidence


def _stands(own: Matrix | None) -> dict[tuple[int, int], Mark]:
    marks = own.marks.order_by() if own is not None else []
    return {(mark.hypothesis_id, mark.evidence_id): mark for mark in marks}


def _write(own: Matrix, changed: dict[tuple[int, int], str], stands: dict[tuple[int, int], Mark]) -> None:
    own.marks.filter(pk__in=[stands[key].pk for key in changed if key in stands]).delete()
    Mark.objects.bulk_create(
        Mark(matrix=own, hypothesis_id=hypothesis, evidence_id=evidence, value=value, at=own.saved_at)
        for (hypothesis, evidence), value in changed.items()
        if value
    )
