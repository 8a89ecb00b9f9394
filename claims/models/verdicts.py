"""Verdicts: the case's answer, proposed by one person and signed off by another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from claims.models.cases import Look, Rating
from claims.models.claims import Claim, Kind
from claims.models.entries import writing
from claims.models.moves import Status, may
from claims.models.origins import Gathered, origins_of
from claims.models.records import NotNow, NotYours, OfClaim, RecordedQuerySet, Refused, Stale
from claims.models.tidings import tell_sent_back, tell_signed
from claims.weighing.origins import REQUIRED

if TYPE_CHECKING:
    from claims.models.people import User


class Reached(models.TextChoices):
    """How the answer came about."""

    AGREED = "agreed", _("Agreed: the assessments say the same")
    SETTLED = "settled", _("Settled: they differed, and this was decided")


class Difference(models.TextChoices):
    """Why assessments differed, in a word that can be counted.

    The words in the database are as old as the log, where they stand hashed; what they say is worded anew.
    """

    MISSED = "missed", _("The evidence differs: not everybody had, or used, the same")
    SOURCES = "sources", _("The same evidence was read or weighed differently")
    READING = "reading", _("The definition: the claim's words were understood differently")
    SCOPE = "scope", _("Scope or date: another part, place or time was judged")
    SCALE = "scale", _("The scale was used differently")
    OTHER = "other", _("Another reason")


# Which evidence bears an answer, by the look of it; the others rest on no one stance.
BORNE_BY: dict[str, str] = {Look.SUPPORTED.value: "supports", Look.REFUTED.value: "refutes"}


def question_of(claim: Claim) -> str | None:
    """The question that evidence has to bear on to bear an answer: whether the claim is true.

    None, for both, where the claim is that something was said.
    """
    return None if claim.kind == Kind.STATEMENT else "true"


class VerdictQuerySet(RecordedQuerySet):
    """Verdicts, from the claim's side."""

    def standing(self) -> Self:
        """Those that are proposed, or signed off, in the present round of their claims."""
        return self.filter(decision__in=["", Verdict.Decision.SIGNED_OFF], round=F("claim__round"))


class Verdict(OfClaim):
    """A proposed answer, and what became of it: signed off by somebody else, or sent back with a reason."""

    class Decision(models.TextChoices):
        SIGNED_OFF = "signed_off", _("Signed off")
        SENT_BACK = "sent_back", _("Sent back")

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="verdicts")
    round = models.PositiveSmallIntegerField()
    rating = models.ForeignKey(Rating, on_delete=models.PROTECT, related_name="verdicts")
    summary = models.TextField(_("summary"), max_length=10_000)
    reached = models.CharField(_("how it was reached"), max_length=8, choices=Reached)
    difference = models.CharField(_("why they differed"), max_length=8, choices=Difference, blank=True)
    support = models.PositiveSmallIntegerField(
        null=True, editable=False, help_text=_("How many independent origins bore the answer when it was proposed.")
    )
    one_origin = models.TextField(
        _("why one origin is enough"), blank=True, max_length=2000,
        help_text=_("Asked where the answer is that the claim is supported, and fewer than two origins support it."),
    )  # fmt: skip
    to_overruled = models.TextField(
        _("to whoever is overruled"), blank=True, max_length=5000,
        help_text=_("Asked where a reviewer's answer is another than the verdict's; they read it and can reply once."),
    )  # fmt: skip
    open_questions = models.TextField(
        _("open questions"), blank=True, max_length=5000,
        help_text=_("What would settle it, one question a line. Asked where the answer is off the scale."),
    )  # fmt: skip
    review_by = models.DateField(_("look at it again by"), null=True, blank=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="proposals")
    proposed_at = models.DateTimeField(default=timezone.now)
    decision = models.CharField(_("decision"), max_length=10, choices=Decision, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="decisions"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True, max_length=5000)
    basis = models.CharField(
        max_length=64, blank=True, editable=False,
        help_text=_("SHA-256 of what it rested on when it was proposed, or renewed; signing compares."),
    )  # fmt: skip
    basis_content = models.TextField(blank=True, editable=False)
    renewed = models.TextField(
        blank=True, editable=False, help_text=_("What had changed when it was proposed as it then stood, by lines.")
    )
    renewed_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = VerdictQuerySet.as_manager()
    not_logged = {"basis_content"}
    log_part = "verdict"

    class Meta:
        ordering = ["claim", "-proposed_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(summary=""), name="verdict_has_a_summary"),
            models.CheckConstraint(
                condition=~Q(decision="signed_off") | (Q(decided_by__isnull=False) & ~Q(decided_by=F("proposed_by"))),
                name="verdict_signed_off_by_somebody_else",
            ),
            models.CheckConstraint(
                condition=~Q(decision="sent_back") | ~Q(reason=""), name="verdict_sent_back_with_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(reached="agreed") | ~Q(difference=""),
                name="verdict_settled_says_why_they_differed",
            ),
            models.UniqueConstraint(fields=["claim"], condition=Q(decision=""), name="verdict_one_proposal_at_a_time"),
            models.UniqueConstraint(
                fields=["claim", "round"],
                condition=Q(decision="signed_off"),
                name="verdict_one_signed_per_round",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rating}: {self.summary[:80]}"

    def check_answer(self) -> None:
        """Raises Refused at its field for what is no answer of this case, or says too little to be one."""
        if self.rating.scale_id != self.claim.case.scale_id:
            raise Refused(_("This answer is not on the case's scale."), "rating")
        Refused.check(self._check_summary, self._check_left_open)

    def _check_summary(self) -> None:
        if not self.summary.strip():
            raise Refused(_("Say in a few sentences what the answer rests on."), "summary")

    def _check_left_open(self) -> None:
        if self.rating.position is None and not self.open_questions.strip():
            raise Refused(
                _("“%(rating)s” leaves it open. Name what would settle it, one question a line.")
                % {"rating": self.rating}, "open_questions",
            )  # fmt: skip

    def check_reached(self, said: set[int | None]) -> None:
        """Say how it was reached, given which ratings the reviewers gave.

        Raises Refused at its field where they said something else, and nobody says why, or says it to them.
        """
        self.reached = Reached.AGREED if said == {self.rating_id} else Reached.SETTLED
        Refused.check(self._check_difference, lambda: self._check_overruled(said))

    def _check_difference(self) -> None:
        if self.reached == Reached.AGREED:
            self.difference = ""
        elif not self.difference:
            raise Refused(_("This answer is not what every reviewer said: choose why they differed."), "difference")

    def _check_overruled(self, said: set[int | None]) -> None:
        if not said - {self.rating_id}:
            self.to_overruled = ""
        elif not self.to_overruled.strip():
            raise Refused(
                _("A reviewer answered otherwise: tell them why this answer is proposed. They read it, and can reply "
                  "once."), "to_overruled",
            )  # fmt: skip

    def weigh_support(self) -> Gathered:
        """Count the origins that bear the answer; gives all of them. Refused where one is to do and nobody says why."""
        stance, gathered = BORNE_BY.get(self.rating.look), origins_of(self.claim)
        self.support = len(gathered.origins.known(stance, question_of(self.claim))) if stance else None
        if self.rating.look != Look.SUPPORTED or (self.support or 0) >= REQUIRED:
            self.one_origin = ""
        elif not self.one_origin.strip():
            raise Refused(
                ngettext(
                    "Only %(n)s independent origin supports this. Say why it is enough; it stands in the report.",
                    "%(n)s independent origins support this. Say why that is enough; it stands in the report.",
                    self.support or 0,
                )
                % {"n": self.support or 0},
                "one_origin",
            )
        return gathered


def ratings_said(claim: Claim, round: int) -> dict[int, int | None]:
    """What each reviewer answered last in a round: reviewer → rating, by their keys."""
    answers = claim.assessments.exclude(submitted_at=None).filter(round=round, followed_by=None).order_by("pk")
    return dict(answers.values_list("reviewer_id", "rating_id"))


def require_now(claim: Claim, act: str, by: User) -> None:
    """Raises NotYours for whoever may not do this by the role that they have now, whatever it was a moment ago.

    Inside `writing(claim.case)` nobody's role in the case can change any more.
    """
    now = get_user_model().objects.filter(pk=by.pk, is_active=True).first()
    if now is None or not may(claim.case.role_of(now), act):
        raise NotYours(_("Your role in this case does not allow this any more. Ask one of its editors."))


def propose(claim: Claim, *, by: User, once: str | None = None, **values: Any) -> Verdict:
    """Propose the case's answer. How it was reached follows from the assessments, and is not for the editor to say."""

    def make() -> Verdict:
        from claims.models.settling import keep_basis, tell_overruled  # both are built on verdicts

        with writing(claim.case) as chain:
            fresh = claim.locked()
            require_now(fresh, "propose", by)
            move = fresh.require("propose", by)
            verdict = Verdict(claim=fresh, round=fresh.round, proposed_by=by, once=once, **values)
            said = set(ratings_said(fresh, fresh.round).values())
            Refused.check(verdict.check_answer, lambda: verdict.check_reached(said), verdict.weigh_support)
            keep_basis(verdict)
            verdict.store()
            tell_overruled(verdict)
            before = {"status": fresh.status}
            after = fresh.enter(move.end, chain)
            chain.record(by=by, verb="proposed", on=verdict, before=before, after=verdict.facts() | after)
        return verdict

    return Verdict.made_once(once, make)


def sign_off(claim: Claim, *, by: User, expect: int | None = None) -> Verdict:
    """Make the proposal the case's verdict. Raises NotYours for whoever proposed it."""
    return _decide(claim, "sign_off", by=by, expect=expect, reason="")


def send_back(claim: Claim, *, by: User, reason: str, expect: int | None = None) -> Verdict:
    """Return the proposal with a reason."""
    return _decide(claim, "send_back", by=by, expect=expect, reason=reason.strip())


def _decide(claim: Claim, act: str, *, by: User, expect: int | None, reason: str) -> Verdict:
    from claims.models.agreement import count_round  # these all are built on verdicts
    from claims.models.leaning import fall, hand_to_signer, lean
    from claims.models.questions import ask_openly
    from claims.models.settling import require_unchanged

    with writing(claim.case) as chain:
        claim = claim.locked()
        require_now(claim, act, by)
        move = claim.require(act, by)
        verdict: Verdict | None = claim.verdicts.select_related("rating").filter(decision="").first()
        if verdict is None:
            raise NotNow(_("There is no proposal to decide on."))
        if expect is not None and verdict.pk != expect:
            raise Stale(verdict)
        if act == "sign_off" and verdict.proposed_by_id == by.pk:
            raise NotYours(_("You proposed this verdict; somebody else must sign it off."))
        if move.needs_reason and not reason:
            raise Refused(_("Say why it goes back, so that the next proposal can mend it."), "reason")
        signed = act == "sign_off"
        if signed:
            verdict.claim = claim
            require_unchanged(verdict)
            gathered = weighed_anew(verdict)
        verdict.decision = Verdict.Decision.SIGNED_OFF if signed else Verdict.Decision.SENT_BACK
        verdict.decided_by, verdict.decided_at, verdict.reason = by, timezone.now(), reason
        verdict.store()
        if signed:
            lean(verdict, gathered)
            hand_to_signer(verdict)
            count_round(verdict)
            tell_signed(verdict, ratings_said(claim, verdict.round))
        else:
            fall(claim, "sent_back", by=by)
            tell_sent_back(verdict)
        before = {"status": Status.PROPOSED.value}
        if signed and verdict.review_by:
            claim.review_by = verdict.review_by
        after = claim.enter(move.end, chain, rating=verdict.rating if signed else None)
        chain.record(
            by=by, verb="signed_off" if signed else "sent_back", on=verdict, before=before,
            after=after | {"decision": verdict.decision}, why=reason,
        )  # fmt: skip
        if signed:
            ask_openly(verdict, by=by)  # these take the chain anew, so they come after what is recorded by hand
    return verdict


def weighed_anew(verdict: Verdict) -> Gathered:
    """The origins at the time of signing. NotNow where fewer bear the answer by now than its author knew of."""
    try:
        return verdict.weigh_support()
    except Refused as refusal:
        raise NotNow(
            _("Since it was proposed, its evidence has lost origins. %(why)s Send it back, so that the next proposal "
              "says so.") % {"why": refusal}
        ) from refusal  # fmt: skip
