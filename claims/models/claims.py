"""Claims: one assertion each, who said it, and the figures in it."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from claims.models.cases import Case, Rating, Tally
from claims.models.documents import Passage
from claims.models.entries import Chain, Entry, writing
from claims.models.moves import MOVES, Move, Status, may
from claims.models.prepared import Prepared
from claims.models.quantities import Quantity, Series, set_rows
from claims.models.records import NotNow, NotYours, OfClaim, Recorded, RecordedQuerySet, Refused

if TYPE_CHECKING:
    from claims.models.people import User


class Kind(models.TextChoices):
    """What sort of assertion a claim is."""

    QUANTITY = "quantity", _("Quantity")
    EVENT = "event", _("Event")
    STATE = "state", _("State")
    PLAN = "plan", _("Plan")
    FORECAST = "forecast", _("Forecast")
    STATEMENT = "statement", _("Statement")
    OTHER = "other", _("Other")


# Until a verdict is proposed, evidence may come and go; the words stay from the first answer on.
UNDECIDED = frozenset({Status.OPEN, Status.IN_REVIEW, Status.TO_DECIDE})


# What a move changes; naming it spares the database the index of words.
MOVED = ["status", "rating", "round", "disputed", "answers_in", "review_by", "entered_at", "unasked"]


class ClaimQuerySet(RecordedQuerySet):
    """Claims, from the reader's side."""

    def visible_to(self, reader: User) -> Self:
        """Those of the cases the reader belongs to."""
        if reader.is_superuser and reader.is_active:
            return self
        seen = self if reader.bound_to is None else self.filter(case=reader.bound_to)
        return seen.filter(case__memberships__user_id=reader.pk)


class Claim(Recorded):
    """One assertion, in one self-contained sentence."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="claims")
    number = models.PositiveIntegerField(editable=False)
    statement = models.TextField(
        _("statement"),
        validators=[MaxLengthValidator(1000)],
        help_text=_("One assertion, in one sentence that can be understood by itself."),
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.STATEMENT)
    as_of = models.DateField(_("as of"), null=True, blank=True, help_text=_("The day the claim speaks of."))
    resolves_on = models.DateField(
        _("resolves on"),
        null=True,
        blank=True,
        help_text=_("When a plan or forecast will have come true or not."),
    )
    review_by = models.DateField(_("review by"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.OPEN, editable=False)
    round = models.PositiveSmallIntegerField(default=1, editable=False)
    disputed = models.BooleanField(default=False, editable=False)
    rating = models.ForeignKey(
        Rating, on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="claims",
        help_text=_("Of the verdict that is signed off; none before."),
    )  # fmt: skip
    evidence_count = models.PositiveIntegerField(default=0, editable=False)
    unrated_count = models.PositiveIntegerField(
        default=0, editable=False, help_text=_("Of its standing evidence, what has no credibility yet.")
    )
    answers_in = models.PositiveSmallIntegerField(default=0, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="claims", editable=False
    )
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    entered_at = models.DateTimeField(
        default=timezone.now, editable=False, help_text=_("Since when it stands at its status.")
    )
    unasked = models.BooleanField(
        default=False, editable=False, help_text=_("In review, yet it waits for nobody's answer.")
    )

    objects = ClaimQuerySet.as_manager()
    not_logged = {"evidence_count", "unrated_count", "answers_in", "entered_at", "unasked"}
    moved_by_acts = {
        "status", "round", "disputed", "rating_id", "evidence_count", "unrated_count", "answers_in", "entered_at",
        "unasked",
    }  # fmt: skip

    class Meta:
        ordering = ["case", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="claim_numbered_once_per_case"),
            models.CheckConstraint(condition=~Q(statement=""), name="claim_says_something"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="claim_status_known"),
            models.CheckConstraint(
                condition=Q(rating=None) | Q(status=Status.SIGNED_OFF),
                name="claim_rated_only_when_signed_off",
            ),
        ]
        indexes = [
            models.Index(fields=["case", "status", "-number"], name="claim_by_status"),
            models.Index(fields=["case", "rating", "-number"], name="claim_by_rating"),
            models.Index(fields=["case", "kind", "-number"], name="claim_by_kind"),
            models.Index(fields=["case", "kind", "status", "-number"], name="claim_by_kind_and_status"),
            models.Index(fields=["case", "kind", "rating", "-number"], name="claim_by_kind_and_rating"),
            models.Index(fields=["-case", "number"], condition=Q(unrated_count__gt=0), name="claim_to_rate"),
            models.Index(fields=["case", "status", "entered_at", "number"], name="claim_by_age"),
            models.Index(
                fields=["case", "status", "-review_by"], condition=Q(review_by__isnull=False), name="claim_by_review_by"
            ),
            models.Index(fields=["case", "-number"], condition=Q(unasked=True), name="claim_unasked"),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.statement}"

    def get_absolute_url(self) -> str:
        return reverse("claims:claim-detail", args=[self.case.code, self.number])

    @property
    def ref(self) -> str:
        """How people name it: BY-3."""
        return f"{self.case.code}-{self.number}"

    @property
    def log_label(self) -> str:
        return self.ref

    @property
    def log_claim_id(self) -> int:
        return self.pk

    @property
    def look(self) -> str:
        """The sign and colour it wears."""
        return self.rating.look if self.rating_id and self.rating else "unverified"

    @classmethod
    def make(
        cls,
        case: Case,
        *,
        by: User,
        statement: str,
        kind: str = Kind.STATEMENT,
        passage: Passage | None = None,
        attributions: Sequence[dict[str, Any]] = (),
        quantities: Sequence[dict[str, Any]] = (),
        once: str | None = None,
        **dates: datetime.date | None,
    ) -> Claim:
        """A new claim under the case's next number, with the words it stands in, if any."""

        def make() -> Claim:
            with writing(case) as chain:
                claim = cls(case=case, statement=statement, kind=kind, made_by=by, once=once, **dates)
                claim.number = case.next_number(cls.objects.all())
                claim.store()
                Tally.move(case, None, (claim.status, None))
                chain.record(by=by, verb="made", on=claim, after=claim.facts())
                if passage is not None:
                    passage.claim = claim
                    passage.save(by=by)
                    for suggestion in passage.document.suggestions.taken_up_by(passage.start, passage.end):
                        suggestion.take_up(claim, by=by)
                claim.set_attributions(attributions, by=by)
                claim.set_quantities(quantities, by=by)
            return claim

        return cls.made_once(once, make)

    def revise(
        self,
        *,
        by: User,
        expect: int | None = None,
        attributions: Sequence[dict[str, Any]] = (),
        quantities: Sequence[dict[str, Any]] = (),
        **values: Any,
    ) -> Claim:
        """Correct what it says, while nobody has answered it in this round. Raises NotNow, or Stale."""
        with writing(self.case):
            claim = self.locked()
            claim.require_revisable()
            for name, value in values.items():
                setattr(claim, name, value)
            claim.save(by=by, expect=expect)
            claim.set_attributions(attributions, by=by)
            claim.set_quantities(quantities, by=by)
        return claim

    @property
    def revisable(self) -> bool:
        """Whether what it says may be corrected: whoever has answered has judged the words as they stand."""
        return self.status in UNDECIDED and not self.answers_in

    def require_revisable(self) -> None:
        """Raises NotNow where what it says must stay as it was judged."""
        if self.revisable:
            return
        if self.status in MOVES["reopen"].start:
            said = _("%(ref)s is “%(status)s”: what it says stays as it was judged. Reopen it first.")
        else:
            said = _("%(ref)s has been assessed: what it says stays as it was judged. To correct it, an editor "
                     "withdraws and reopens it, and a new round begins.")  # fmt: skip
        raise NotNow(said % {"ref": self.ref, "status": Status(self.status).label})

    @property
    def citable(self) -> bool:
        """Whether evidence may be brought to bear on it, changed or taken off."""
        return self.status in UNDECIDED

    def require_citable(self) -> None:
        """Raises NotNow where its evidence must stay as the verdict found it."""
        if self.citable:
            return
        if self.status in MOVES["reopen"].start:
            said = _("%(ref)s is “%(status)s”: its evidence stays as it is. Reopen it first.")
        else:
            said = _("%(ref)s is “%(status)s”: its evidence stays as it is, unless the proposal is sent back.")
        raise NotNow(said % {"ref": self.ref, "status": Status(self.status).label})

    def set_attributions(self, rungs: Sequence[dict[str, Any]], *, by: User) -> None:
        """Make the chain of who told whom these rungs, in this order."""
        self._replace(Attribution, rungs, by=by)

    def set_quantities(self, figures: Sequence[dict[str, Any]], *, by: User) -> None:
        """Make these the claim's typed figures."""
        self._replace(Quantity, figures, by=by)

    def _replace(
        self,
        model: type[Attribution] | type[Quantity],
        rows: Sequence[dict[str, Any]],
        *,
        by: User,
    ) -> None:
        with writing(self.case):
            set_rows(model, rows, by=by, claim=self)

    def allowed(self, act: str, user: User) -> bool:
        """Whether this person may make this move now; pages show just what is allowed."""
        try:
            self.require(act, user)
        except Refused:
            return False
        return True

    def require(self, act: str, user: User) -> Move:
        """The move, if this person may make it from where the claim stands.

        Raises NotYours where the role does not allow it, NotNow where the status does not.
        """
        move = MOVES[act]
        if not self.case.allows(user, act):
            raise NotYours(_("Your role in this case does not allow this."))
        if self.status not in move.start:
            raise NotNow(
                _("%(ref)s is “%(status)s”; from there it cannot be done: %(move)s.")
                % {"ref": self.ref, "status": Status(self.status).label, "move": move.label}
            )
        return move

    def enter(self, status: str, chain: Chain, *, rating: Rating | None = None) -> dict[str, Any]:
        """Take the claim to a status, count it there, and return what changed for the log; inside `writing`."""
        before = (self.status, self.rating_id)
        if status != self.status:
            self.entered_at = timezone.now()
        self.status, self.rating = status, rating
        waits = status == Status.IN_REVIEW and self.assignments.filter(current=True, answered=False).exists()
        self.unasked = status == Status.IN_REVIEW and not waits
        models.Model.save(self, update_fields=MOVED)
        Tally.move(self.case, before, (status, self.rating_id))
        if status not in MOVES["assess"].start:
            # Nobody is asked any longer for an answer that could not be given.
            models.QuerySet.update(self.assignments.filter(current=True, answered=False), current=False)
        return {"status": status, "rating": rating.code if rating else None, "round": self.round}

    def require_role(self, act: str, user: User) -> None:
        """Raises NotYours for whoever may not do this by the role that they have by now.

        What a page was opened with may be gone; inside `writing(claim.case)` no role in the case changes any more.
        """
        if not may(self.case.role_of(user), act):
            raise NotYours(_("Your role in this case does not allow this."))

    def locked(self) -> Claim:
        """The claim as it stands now; inside `writing` nobody else can change it."""
        fresh: Claim = claims_by_key(self.pk)[0]
        role = getattr(self.case, "role", None)
        if role is not None:
            fresh.case.role = role
        return fresh

    def _move(self, act: str, verb: str, *, by: User, why: str, round_step: int = 0) -> Claim:
        from claims.models.leaning import fall  # what verdicts lean on is built on claims

        with writing(self.case) as chain:
            claim = self.locked()
            claim.require_role(act, by)
            move = claim.require(act, by)
            if move.needs_reason and not why.strip():
                raise Refused(_("Say why: the reason stays with the claim."), "reason")
            before = {"status": claim.status, "round": claim.round}
            for pending in claim.verdicts.filter(decision=""):
                pending.decision, pending.reason = "sent_back", why.strip()
                pending.decided_by, pending.decided_at = by, timezone.now()
                pending.store()
            fall(claim, verb, by=by)
            if round_step:
                claim.round, claim.answers_in, claim.disputed = claim.round + 1, 0, False
                models.QuerySet.update(claim.assignments.all(), current=False)
            after = claim.enter(move.end, chain)
            for key in set(claim.quantities.values_list("series", flat=True)):
                Series.weigh(claim.case, key)  # those of a withdrawn claim are left out
            chain.record(by=by, verb=verb, on=claim, before=before, after=after, why=why.strip())
        return claim

    def withdraw(self, *, by: User, why: str) -> Claim:
        """Set the claim aside, with a reason."""
        return self._move("withdraw", "withdrew", by=by, why=why)

    def reopen(self, *, by: User, why: str) -> Claim:
        """Begin a new round; the old one is kept."""
        return self._move("reopen", "reopened", by=by, why=why, round_step=1)

    def last_reason(self) -> Entry | None:
        """The entry of the newest move that gave a reason, if the claim stands where that move took it."""
        verb = {Status.WITHDRAWN: "withdrew", Status.OPEN: "reopened", Status.TO_DECIDE: "sent_back"}.get(
            Status(self.status)
        )
        return self.entries.filter(verb=verb).order_by("-number").first() if verb else None


@Prepared
def claims_by_key(key: int) -> Any:
    """The claim of a key."""
    return Claim.objects.filter(pk=key).select_related("case__scale", "rating").order_by()


class Attribution(OfClaim):
    """One rung of who told whom."""

    class Basis(models.TextChoices):
        ON_RECORD = "on_record", _("on record")
        ANONYMOUS = "anonymous", _("anonymous")
        DOCUMENT = "document", _("document")
        HEARSAY = "hearsay", _("hearsay")

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="attributions")
    position = models.PositiveSmallIntegerField()
    speaker = models.CharField(_("speaker"), max_length=200)
    verb = models.CharField(_("verb as printed"), max_length=80, blank=True)
    hedged = models.BooleanField(_("hedged"), default=False)
    basis = models.CharField(_("basis"), max_length=10, choices=Basis, default=Basis.ON_RECORD)

    objects = RecordedQuerySet.as_manager()

    class Meta:
        ordering = ["claim", "position"]
        constraints = [
            models.UniqueConstraint(fields=["claim", "position"], name="attribution_one_per_position"),
            models.CheckConstraint(condition=Q(position__gte=1), name="attribution_positions_from_one"),
        ]

    def __str__(self) -> str:
        return self.speaker

    @property
    def log_label(self) -> str:
        return f"{self.claim.ref}: said by {self.speaker}"
