"""Passages that the reader of a text thinks are assertions: suggestions, until a person says so."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.models.claims import Claim, Kind
from claims.models.documents import Document, Passage
from claims.models.entries import Chain, writing
from claims.models.moves import Status
from claims.models.records import NotNow, Recorded, RecordedQuerySet
from claims.text.normalising import without_turns

if TYPE_CHECKING:
    from claims.models.cases import Case
    from claims.models.people import User


LONGEST = 10_000  # characters of a suggestion
LONGEST_STATEMENT = 1_000


class SuggestionQuerySet(RecordedQuerySet):
    """Suggestions of a document."""

    def pending(self) -> Self:
        """Those that nobody has decided on."""
        return self.filter(state=Suggestion.State.PENDING)

    def taken_up_by(self, start: int, end: int) -> list[Suggestion]:
        """What a claim of these words takes up: the suggestion of just these words, or else all that share some."""
        near = self.pending().filter(start__lt=end, start__gte=start - LONGEST, end__gt=start)
        found = list(near)
        return [each for each in found if (each.start, each.end) == (start, end)] or found


class Suggestion(Recorded):
    """A passage that may be an assertion, and why: pending, made a claim, or dismissed.

    `reasons` are codes of `claims.text.assertions`, the strongest first; `rungs` and `figures` are what the claim's
    attributions and quantities would be, as plain values, `as_of` and `resolves_on` its days; `method` names what found
    it, with its version.
    """

    class State(models.TextChoices):
        PENDING = "pending", gettext_lazy("Suggested")
        CLAIMED = "claimed", gettext_lazy("Made a claim")
        DISMISSED = "dismissed", gettext_lazy("Dismissed")

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="suggestions")
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.STATEMENT)
    score = models.FloatField()
    reasons = models.JSONField(default=list)
    rungs = models.JSONField(default=list)
    figures = models.JSONField(default=list)
    as_of = models.DateField(null=True, blank=True)
    resolves_on = models.DateField(null=True, blank=True)
    method = models.CharField(max_length=60)
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    made_it = models.BooleanField(default=False, help_text=gettext_lazy("Whether its claim was made of it."))
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, null=True, blank=True, related_name="suggestions")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    objects = SuggestionQuerySet.as_manager()

    class Meta:
        ordering = ["document", "start", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="suggestion_end_after_start"),
            models.UniqueConstraint(fields=["document", "start", "end"], name="suggestion_once_per_passage"),
            models.CheckConstraint(
                condition=Q(state="claimed", claim__isnull=False) | (~Q(state="claimed") & Q(claim=None)),
                name="suggestion_claimed_names_its_claim",
            ),
        ]
        indexes = [models.Index(fields=["document", "state", "-score"], name="suggestion_best_first")]

    def __str__(self) -> str:
        return f"{self.document}: {self.start}–{self.end}"

    @property
    def log_case(self) -> Case:
        return self.document.case

    @property
    def log_label(self) -> str:
        return f"document {self.document.number}, suggestion at {self.start}"

    def make_claim(self, *, by: User, once: str | None = None) -> Claim:
        """Make it a claim, with its figures and who said it filled in. Raises NotNow where it is decided already."""
        with writing(self.document.case):
            again: Claim | None = Claim.objects.filter(once=once).first() if once else None
            if again is not None:
                return again
            row = self._pending()
            passage = Passage.of(self.document, row.start, row.end)
            claim = Claim.make(
                self.document.case, by=by, statement=without_turns(" ".join(passage.exact.split()))[:LONGEST_STATEMENT],
                kind=row.kind, passage=passage, attributions=row.rungs,
                quantities=[typed(figure) for figure in row.figures], once=once,
                as_of=row.as_of, resolves_on=row.resolves_on,
            )  # fmt: skip
            models.QuerySet.update(Suggestion.objects.filter(pk=row.pk), made_it=True)
        return claim

    def take_up(self, claim: Claim, *, by: User) -> None:
        """A claim was made of its words, by this suggestion or past it."""
        with writing(claim.case) as chain:
            self.claim = claim
            self._decide(self.State.CLAIMED, by, chain, "accepted", {"claim": claim.ref})

    def dismiss(self, *, by: User) -> Suggestion:
        """Set it aside. Raises NotNow where it is decided already."""
        with writing(self.document.case) as chain:
            row = self._pending()
            row._decide(self.State.DISMISSED, by, chain, "dismissed", {})
        return row

    def undo(self, *, by: User) -> Suggestion:
        """Make it pending again, and withdraw the claim that one made of it.

        Raises NotNow where somebody else made the claim, or work on it has begun.
        """
        with writing(self.document.case) as chain:
            row = self._fresh()
            if row.state == self.State.PENDING:
                return row
            claim, others = row.claim, []
            if claim is not None and row.made_it and claim.status != Status.WITHDRAWN:
                others = list(claim.suggestions.exclude(pk=row.pk))
                row._take_claim_back(claim, by, chain)
            for each in (row, *others):
                each.document, each.claim, each.made_it = self.document, None, False
                each._decide(self.State.PENDING, by, chain, "took_back", {})
        return row

    def _take_claim_back(self, claim: Claim, by: User, chain: Chain) -> None:
        claim.case = self.document.case
        if claim.made_by_id != by.pk:
            raise NotNow(_("%(ref)s is somebody else's: an editor can withdraw it.") % {"ref": claim.ref})
        linked = claim.links.exists() or claim.linked_from.exists()
        if claim.status != Status.OPEN or claim.version or claim.answers_in or claim.evidence.exists() or linked:
            raise NotNow(_("Work on %(ref)s has begun: an editor can withdraw it.") % {"ref": claim.ref})
        after = claim.enter(Status.WITHDRAWN, chain)
        why = _("Taken back: it was made of a suggestion.")
        chain.record(by=by, verb="withdrew", on=claim, before={"status": Status.OPEN}, after=after, why=why)

    def _fresh(self) -> Suggestion:
        row: Suggestion = Suggestion.objects.select_related("claim").get(pk=self.pk)
        row.document = self.document
        return row

    def _pending(self) -> Suggestion:
        row = self._fresh()
        if row.state != self.State.PENDING:
            raise NotNow(_("Somebody has decided on this suggestion already."))
        return row

    def _decide(self, state: str, by: User, chain: Chain, verb: str, after: dict[str, Any]) -> None:
        before = {"state": self.state}
        decided = state != self.State.PENDING
        self.state = state
        self.decided_by, self.decided_at = (by, timezone.now()) if decided else (None, None)
        self.store()
        chain.record(by=by, verb=verb, on=self, before=before, after={"state": state, **after})


def typed(figure: dict[str, Any]) -> dict[str, Any]:
    """A figure as a suggestion keeps it, with its numbers as a claim's quantity has them."""
    ends = {name: Decimal(figure[name]) if figure.get(name) is not None else None for name in ("low", "high")}
    return figure | ends
