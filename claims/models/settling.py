"""What is owed to reviewers whose answer a verdict does not give: they are told, and can answer once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.models.basis import basis_of, hash_of, what_changed
from claims.models.cases import Case
from claims.models.claims import Claim
from claims.models.entries import canonical, writing
from claims.models.records import NotNow, NotYours, OfClaim, RecordedQuerySet, Refused, Stale
from claims.models.tidings import tell_settled
from claims.models.verdicts import Reached, Verdict, ratings_said, require_now, weighed_anew

if TYPE_CHECKING:
    from claims.models.people import User


class OverruledQuerySet(models.QuerySet["Overruled"]):
    """Who was overruled, from the reviewer's side."""

    def waiting_for(self, reviewer: User) -> Self:
        """What the reviewer has been told and has neither answered nor left at that."""
        # `__in`: Django writes `waiting = True` as bare “waiting”, for which SQLite uses no index.
        return self.filter(reviewer=reviewer, waiting__in=[True])


class Overruled(models.Model):
    """A reviewer is told that a verdict gives another answer than theirs. It waits until they reply or leave it."""

    verdict = models.ForeignKey(Verdict, on_delete=models.PROTECT, related_name="overruled")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="overruled")
    # Kept beside the verdict so that a reviewer's are found by one index.
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="overruled")
    waiting = models.BooleanField(default=True)

    objects = OverruledQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("overruled reviewer")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["verdict", "reviewer"], name="overruled_once_per_verdict_and_reviewer")
        ]
        indexes = [models.Index(fields=["reviewer", "waiting", "-id"], name="overruled_of_reviewer")]

    def __str__(self) -> str:
        return f"{self.reviewer}: {self.verdict}"


class Reply(OfClaim):
    """What a reviewer says to a verdict that gives another answer than theirs. It changes no verdict."""

    verdict = models.ForeignKey(Verdict, on_delete=models.PROTECT, related_name="replies")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="replies")
    text = models.TextField(gettext_lazy("reply"), max_length=2000)
    at = models.DateTimeField(default=timezone.now)

    objects = RecordedQuerySet.as_manager()
    log_part = "verdict"

    class Meta:
        verbose_name_plural = gettext_lazy("replies")
        ordering = ["verdict", "at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["verdict", "reviewer"], name="reply_once_per_verdict_and_reviewer"),
            models.CheckConstraint(condition=~Q(text=""), name="reply_says_something"),
        ]

    def __str__(self) -> str:
        return f"{self.reviewer}: {self.text[:80]}"

    @property
    def of_claim(self) -> Claim:
        return self.verdict.claim

    def facts(self) -> dict[str, Any]:
        """The round it belongs to, and that somebody replied: whoever reads the log is not to be swayed by it."""
        return {"round": self.verdict.round, "reviewer": self.reviewer_id}


def tell_overruled(verdict: Verdict) -> int:
    """Tell every reviewer whose answer is another than the verdict's: to how many that is news; inside `writing`."""
    said = ratings_said(verdict.claim, verdict.round)
    told = set(verdict.overruled.values_list("reviewer_id", flat=True))
    case = verdict.claim.case
    rows = [
        Overruled(verdict=verdict, reviewer_id=reviewer, case=case)
        for reviewer, rating in said.items()
        if rating != verdict.rating_id and reviewer not in told
    ]
    Overruled.objects.bulk_create(rows)
    tell_settled(verdict, [row.reviewer_id for row in rows])
    return len(rows)


def leave_overruled(claim: Claim) -> None:
    """Nobody is asked any more what they say to a verdict of this claim, as it stands no more."""
    Overruled.objects.filter(verdict__claim=claim, waiting__in=[True]).update(waiting=False)


def require_overruled(verdict: Verdict, by: User) -> Overruled:
    """That they were told. Raises NotYours for whoever was not overruled, NotNow for a proposal that went back."""
    told: Overruled | None = Overruled.objects.filter(verdict=verdict, reviewer=by).first()
    if told is None:
        raise NotYours(_("Only a reviewer whose answer is another than the verdict's can reply to it."))
    if verdict.claim.case.role_of(by) is None:
        raise NotYours(_("You are not in this case any more."))
    if verdict.decision == Verdict.Decision.SENT_BACK:
        raise NotNow(_("This proposal went back: there is nothing to reply to any more."))
    return told


def reply(verdict: Verdict, *, by: User, text: str, once: str | None = None) -> Reply:
    """Say something to a verdict that gives another answer than one's own: once, from its proposal on."""

    def make() -> Reply:
        with writing(verdict.claim.case) as chain:
            stands: Verdict = Verdict.objects.select_related("claim__case").get(pk=verdict.pk)
            told = require_overruled(stands, by)
            if Reply.objects.filter(verdict=stands, reviewer=by).exists():
                raise NotNow(_("You have replied to this verdict already; each reviewer can do so once."))
            if not text.strip():
                raise Refused(_("Write what you say to this verdict, or leave it at that."), "text")
            if len(text) > 2000:
                raise Refused(_("A reply has room for 2,000 characters. Shorten it."), "text")
            said = Reply(verdict=stands, reviewer=by, text=text.strip(), once=once)
            said.store()
            told.waiting = False
            told.save()
            chain.record(by=by, verb="replied", on=said, after=said.facts())
        return said

    return Reply.made_once(once, make)


def leave(verdict: Verdict, *, by: User) -> None:
    """Leave it at that: it is not listed as waiting any more. A reply can still be given."""
    with writing(verdict.claim.case):
        told = require_overruled(verdict, by)
        told.waiting = False
        told.save()


def keep_basis(verdict: Verdict) -> None:
    """Write down on a proposal what it rests on now."""
    basis = basis_of(verdict)
    verdict.basis, verdict.basis_content = hash_of(basis), canonical(basis)


def changes_since(verdict: Verdict) -> tuple[list[str], str]:
    """What changed since it was proposed, in sentences, and the hash of what it rests on now.

    A proposal that was made before this was kept has no basis: of it nothing can be said.
    """
    now = basis_of(verdict)
    if not verdict.basis or hash_of(now) == verdict.basis:
        return [], hash_of(now)
    return what_changed(json.loads(verdict.basis_content), now), hash_of(now)


def require_unchanged(verdict: Verdict) -> None:
    """Raises NotNow with all that changed since the proposal, and what can be done about it."""
    changes, _now = changes_since(verdict)
    if changes:
        raise NotNow(
            _("Since it was proposed, what it rests on has changed. %(changes)s Send it back; or %(name)s, who "
              "proposed it, proposes it as it now stands.")
            % {"changes": " ".join(changes), "name": verdict.proposed_by}
        )  # fmt: skip


def renew(claim: Claim, *, by: User, expect: int | None = None, seen: str = "") -> Verdict:
    """Propose the same verdict on what stands now: whoever proposed it says that it holds after what changed.

    `seen` is the hash of what the person saw it rest on. Raises NotYours for anybody else, NotNow where nothing
    changed, more changed meanwhile, or the reviewers' answers are others than it was proposed on.
    """
    with writing(claim.case) as chain:
        claim = claim.locked()
        require_now(claim, "propose", by)
        verdict: Verdict | None = claim.verdicts.select_related("rating").filter(decision="").first()
        if verdict is None:
            raise NotNow(_("There is no proposal that could be renewed."))
        if expect is not None and verdict.pk != expect:
            raise Stale(verdict)
        if verdict.proposed_by_id != by.pk:
            raise NotYours(_("Only whoever proposed it can propose it as it now stands. Send it back instead."))
        verdict.claim = claim
        changes, now = changes_since(verdict)
        if not changes:
            raise NotNow(_("Nothing it rests on has changed since it was proposed."))
        if seen and seen != now:
            raise NotNow(_("More has changed while you read this. Look at it again."))
        agreed = set(ratings_said(claim, verdict.round).values()) == {verdict.rating_id}
        if agreed != (verdict.reached == Reached.AGREED):
            raise NotNow(_("The answers are others than it was proposed on: send it back, and propose anew."))
        weighed_anew(verdict)
        keep_basis(verdict)
        verdict.renewed_at = timezone.now()
        verdict.renewed = "\n".join([*filter(None, [verdict.renewed]), *changes])
        verdict.store()
        tell_overruled(verdict)
        _answer_changes(verdict, by)
        chain.record(
            by=by, verb="renewed", on=verdict, after={"round": verdict.round, "basis": verdict.basis},
            why=" ".join(changes),
        )  # fmt: skip
    return verdict


def _answer_changes(verdict: Verdict, by: User) -> None:
    from claims.models.leaning import EvidenceChange  # what verdicts lean on is built on verdicts

    waiting = EvidenceChange.objects.unanswered().filter(verdict=verdict)
    said = _("It was proposed again as it now stands.")
    models.QuerySet.update(waiting, answered_by=by, answered_at=timezone.now(), answer=str(said))
