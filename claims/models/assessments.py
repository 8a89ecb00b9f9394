"""Assessments: each reviewer's own judgement of a claim, and who is asked for one."""

from __future__ import annotations

import datetime
from types import EllipsisType
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from claims.models.cases import Case, Rating
from claims.models.claims import Claim
from claims.models.entries import Chain, canonical, sha256, writing
from claims.models.evidence import Evidence
from claims.models.facets import adds_up_to, check_facets, check_override, judged
from claims.models.moves import MOVES, Status, may
from claims.models.prepared import Prepared
from claims.models.records import NotNow, OfClaim, Recorded, RecordedQuerySet, Refused, Stale
from claims.models.verdicts import Verdict

if TYPE_CHECKING:
    from claims.models.facets import Judged
    from claims.models.people import User


class Likelihood(models.TextChoices):
    """The seven bands of ICD 203 (Analytic Standards, Office of the Director of National Intelligence, 2015)."""

    REMOTE = "remote", _("Almost no chance (1–5 %)")
    VERY_UNLIKELY = "very_unlikely", _("Very unlikely (5–20 %)")
    UNLIKELY = "unlikely", _("Unlikely (20–45 %)")
    EVEN = "even", _("Roughly even chance (45–55 %)")
    LIKELY = "likely", _("Likely (55–80 %)")
    VERY_LIKELY = "very_likely", _("Very likely (80–95 %)")
    CERTAIN = "certain", _("Almost certain (95–99 %)")


class Confidence(models.TextChoices):
    """How sure the reviewer is of the judgement itself (ICD 203 keeps it apart from likelihood)."""

    LOW = "low", _("Low")
    MODERATE = "moderate", _("Moderate")
    HIGH = "high", _("High")


class WasSaid(models.TextChoices):
    """The first of the two questions: whether the speaker said it at all."""

    YES = "yes", _("Yes, it was said")
    NO = "no", _("No, it was not said")
    UNCLEAR = "unclear", _("Cannot be judged")


class AssignmentQuerySet(RecordedQuerySet):
    """Assignments, from the reviewer's side."""

    def waiting_for(self, reviewer: User) -> Self:
        """What the reviewer is asked for and has not answered."""
        # `__in`: Django writes `current = True` as bare “current”, for which SQLite uses no index.
        return self.filter(reviewer=reviewer, answered__in=[False], current__in=[True])


class Assignment(Recorded):
    """A reviewer asked for an assessment of a claim in one round."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="assignments")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="assignments")
    round = models.PositiveSmallIntegerField(default=1)
    # Kept beside the claim so that a reviewer's claims are found in order by one index.
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="assignments")
    number = models.PositiveIntegerField()
    current = models.BooleanField(default=True, help_text=_("Of the claim's present round, and not set aside."))
    answered = models.BooleanField(default=False)
    asked_at = models.DateTimeField(default=timezone.now)
    due = models.DateField(_("due"), null=True, blank=True, help_text=_("The day by which an answer is asked for."))
    came_back_at = models.DateTimeField(
        null=True, blank=True, editable=False,
        help_text=_("Since when it is set aside because the draft lay untouched; until the reviewer has seen that."),
    )  # fmt: skip

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        ordering = ["reviewer", "case", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["claim", "reviewer", "round"], name="assignment_once_per_reviewer_and_round"
            )
        ]
        indexes = [
            models.Index(fields=["reviewer", "answered", "current", "id"], name="assignment_waiting"),
            models.Index(fields=["reviewer", "case", "current", "-number"], name="assignment_of_reviewer"),
            models.Index(fields=["reviewer", "answered", "current", "due", "id"], name="assignment_due"),
            models.Index(
                fields=["reviewer", "id"], condition=Q(came_back_at__isnull=False), name="assignment_came_back"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reviewer}, asked about {self.case.code}-{self.number}"

    @property
    def log_claim_id(self) -> int:
        return self.claim_id

    def ask(self, due: datetime.date | EllipsisType | None = ...) -> None:
        """Ask, or go on asking; what was set aside is asked anew. Without an entry: the act that asks makes it."""
        if not self.current:
            self.asked_at, self.due = timezone.now(), None
        self.current, self.came_back_at = True, None
        if due is not ... and not self.answered:
            self.due = due
        self.store()


class AssessmentQuerySet(RecordedQuerySet):
    """Assessments, from the reader's side."""

    def submitted(self) -> Self:
        """Those that are sealed."""
        return self.exclude(submitted_at=None)

    def visible_to(self, reader: User, role: str | None = None) -> Self:
        """What this reader may see of submitted assessments: nobody is swayed before answering.

        Always one's own. Others' once their round is signed off; for whoever reviews in the case, once
        one has answered in that round or the case reviews in the open; for an editor also once every
        required answer of the present round is in. A round that was given up before it was signed off
        stays as closed as it was. `role` is the reader's role in the case that the assessments belong to.
        """
        this_round = {"claim": OuterRef("claim"), "round": OuterRef("round")}
        own = Assessment.objects.submitted().filter(reviewer_id=reader.pk, **this_round)
        signed = Verdict.objects.filter(decision=Verdict.Decision.SIGNED_OFF, **this_round)
        seen = Q(reviewer_id=reader.pk) | Q(Exists(signed))
        if may(role, "assess"):
            seen |= Q(Exists(own)) | Q(claim__case__policy=Case.Policy.OPEN)
        if may(role, "propose"):
            seen |= Q(claim__status__in=[Status.TO_DECIDE, Status.PROPOSED], round=models.F("claim__round"))
        return self.submitted().filter(seen)


class Assessment(OfClaim):
    """One reviewer's judgement of one claim in one round: a draft until it is submitted, sealed from then on."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="assessments")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="assessments")
    round = models.PositiveSmallIntegerField(default=1)
    rating = models.ForeignKey(Rating, on_delete=models.PROTECT, null=True, blank=True, related_name="assessments")
    was_said = models.CharField(_("was it said"), max_length=8, choices=WasSaid, blank=True)
    likelihood = models.CharField(_("likelihood"), max_length=14, choices=Likelihood, blank=True)
    confidence = models.CharField(_("confidence"), max_length=10, choices=Confidence, blank=True)
    rationale = models.TextField(_("rationale"), blank=True, max_length=20_000)
    would_change = models.TextField(_("what would change it"), blank=True, max_length=5000)
    relied_on = models.ManyToManyField(Evidence, blank=True, related_name="relied_on_in")
    statement = models.TextField(blank=True, help_text=_("What the claim said when it was judged."))
    saved_at = models.DateTimeField(default=timezone.now)
    submitted_at = models.DateTimeField(null=True, blank=True)
    seal = models.CharField(max_length=64, blank=True)
    window = models.CharField(max_length=36, blank=True, help_text=_("The page in which the draft was written."))
    follows = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="followed_by",
        help_text=_("The sealed answer that its reviewer changed to this one."),
    )  # fmt: skip
    moved_reason = models.TextField(_("why it was changed"), blank=True, max_length=2000)
    facets = models.JSONField(
        _("parts"), default=dict, blank=True,
        help_text=_("By the name of each part that was judged: the code of its rating, and a note."),
    )  # fmt: skip
    override_reason = models.TextField(_("why it is not what its parts add up to"), blank=True, max_length=2000)

    objects = AssessmentQuerySet.as_manager()
    log_part = "assessment"

    class Meta:
        ordering = ["claim", "round", "submitted_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["claim", "reviewer", "round"],
                condition=Q(follows=None),
                name="assessment_once_per_reviewer_and_round",
            ),
            models.CheckConstraint(
                condition=Q(follows=None, moved_reason="")
                | (Q(follows__isnull=False, submitted_at__isnull=False) & ~Q(moved_reason="")),
                name="assessment_moved_says_why",
            ),
            models.CheckConstraint(
                condition=Q(submitted_at=None) | (~Q(rationale="") & Q(rating__isnull=False) & ~Q(seal="")),
                name="assessment_submitted_has_rationale",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rating or '–'}, says {self.reviewer}"

    def facts(self) -> dict[str, Any]:
        """Its seal alone: whoever reads the log is not to be swayed by it."""
        return {"round": self.round, "reviewer": self.reviewer_id, "seal": self.seal}

    @cached_property
    def relied_numbers(self) -> list[int]:
        """The numbers of the evidence relied on, rising. A page that shows many asks for all at once and sets it."""
        return sorted(evidence.number for evidence in self.relied_on.all())

    @property
    def parts(self) -> list[Judged]:
        """The parts that were judged by themselves; no query where none was."""
        return judged(self.facets, self.scale_ratings) if self.facets else []

    @property
    def whole(self) -> Rating | None:
        """What the parts add up to; None where none was judged."""
        return adds_up_to(self.facets, self.scale_ratings) if self.facets else None

    @cached_property
    def scale_ratings(self) -> list[Rating]:
        """The answers of the case's scale. A page that shows many assessments sets them."""
        return list(Rating.objects.filter(scale=self.claim.case.scale_id))

    @property
    def free_text(self) -> str:
        """All that its reviewer wrote in words of their own, one below the other."""
        notes = [said.get("note", "") for said in self.facets.values()]
        return "\n".join([self.rationale, self.would_change, self.override_reason, *notes])

    def sealed_content(self, relied_on: list[Evidence] | None = None) -> str:
        """What the seal is the SHA-256 of: everything the reviewer said, and of which words, written canonically."""
        numbers = self.relied_numbers if relied_on is None else sorted(evidence.number for evidence in relied_on)
        moved = {"follows": self.follows.seal, "moved_reason": self.moved_reason} if self.follows else {}
        parts = {"facets": self.facets, "override_reason": self.override_reason}
        return canonical(
            moved
            | {name: value for name, value in parts.items() if value}  # seals from before these were asked still hold
            | {
                "claim": self.claim.ref,
                "statement": self.statement,
                "round": self.round,
                "reviewer": self.reviewer_id,
                "rating": self.rating.code if self.rating else None,
                "was_said": self.was_said,
                "likelihood": self.likelihood,
                "confidence": self.confidence,
                "rationale": self.rationale,
                "would_change": self.would_change,
                "relied_on": numbers,
                "submitted_at": self.submitted_at.isoformat(timespec="microseconds") if self.submitted_at else None,
            }
        )

    def seal_holds(self) -> bool:
        """Whether it still says what was sealed."""
        return self.seal == sha256(self.sealed_content())


@Prepared
def assessments_of(claim: int, reviewer: int, round: int) -> Any:
    """A reviewer's assessment of a claim in one round, if there is one: the first, which was given unswayed."""
    return Assessment.objects.filter(claim=claim, reviewer=reviewer, round=round, follows=None).order_by()


@Prepared
def assignments_of(claim: int, reviewer: int, round: int) -> Any:
    """A reviewer's assignment to a claim in one round, if there is one."""
    return Assignment.objects.filter(claim=claim, reviewer=reviewer, round=round).order_by()


@Prepared
def said_of(claim: int, round: int) -> Any:
    """The ratings that stand in one round, one of each reviewer, by key."""
    standing = Assessment.objects.submitted().filter(claim=claim, round=round, followed_by=None)
    return standing.order_by().values_list("rating_id", flat=True)


def assign(claim: Claim, reviewers: list[User], *, by: User, due: datetime.date | EllipsisType | None = ...) -> None:
    """Make these, and no others, the reviewers who are asked in the claim's present round.

    Those who have answered stay. `due` is the day for all who have not; where it is not given, each keeps their own.
    A draft stays its author's, asked or not. Raises Refused where somebody may not assess in this case.
    """
    with writing(claim.case) as chain:
        claim = claim.locked()
        move = claim.require("assign", by)
        asked = {row.reviewer_id: row for row in claim.assignments.filter(round=claim.round)}
        before = sorted(str(row.reviewer) for row in asked.values() if row.current)
        wanted = {reviewer.pk for reviewer in reviewers}
        for reviewer in reviewers:
            check_can_be_asked(claim, reviewer, asked.get(reviewer.pk))
        for reviewer in reviewers:
            row = asked.get(reviewer.pk) or _ask(claim, reviewer)
            row.ask(due)
        for row in asked.values():
            if row.reviewer_id not in wanted and not row.answered:
                row.current = False
                row.store()
        waiting = claim.assignments.filter(round=claim.round, current=True, answered=False).exists()
        after: dict[str, Any] = {"reviewers": sorted(map(str, reviewers))}
        if due and due is not ...:
            after["due"] = due.isoformat()
        after |= claim.enter(move.end, chain) if waiting else settle(claim, chain)
        chain.record(by=by, verb="assigned", on=claim, before={"reviewers": before}, after=after)


def ask_no_more(case: Case, reviewer: User, *, by: User) -> int:
    """Take back what somebody was asked in a case and has not answered: of how many claims.

    A claim that has its answers and now waits for nobody goes to its decision.
    """
    with writing(case) as chain:
        waiting = case.assignments.filter(current=True, answered=False)
        claims = [row.claim for row in waiting.filter(reviewer=reviewer).select_related("claim").order_by("number")]
        asked: dict[int, list[Assignment]] = {claim.pk: [] for claim in claims}
        for row in case.assignments.filter(claim__in=asked, current=True).select_related("reviewer"):
            asked[row.claim_id].append(row)
        models.QuerySet.update(waiting.filter(reviewer=reviewer), current=False)
        for claim in claims:
            claim.case = case
            left = [row for row in asked[claim.pk] if row.reviewer_id != reviewer.pk]
            before = {"reviewers": sorted(str(row.reviewer) for row in asked[claim.pk])}
            after: dict[str, Any] = {"reviewers": sorted(str(row.reviewer) for row in left)}
            if all(row.answered for row in left):
                after |= settle(claim, chain)
            chain.record(by=by, verb="assigned", on=claim, before=before, after=after)
    return len(claims)


def decide_complete(case: Case, *, by: User) -> int:
    """Take claims that have as many answers as the case now requires to their decision: how many there were."""
    with writing(case) as chain:
        complete = case.claims.filter(status__in=MOVES["complete"].start, answers_in__gte=case.assessments_required)
        claims = list(complete)
        for claim in claims:
            claim.case, before = case, {"status": claim.status}
            chain.record(by=by, verb="changed", on=claim, before=before, after=_complete(claim, chain))
    return len(claims)


def could_read_answers(claim: Claim, role: str | None) -> bool:
    """Whether somebody of this role could read others' answers of a blind round without giving one: editors can."""
    blind = claim.case.policy != Case.Policy.OPEN
    return blind and _has_its_answers(claim) and may(role, "propose")


def require_unswayed(claim: Claim, role: str | None) -> None:
    """Raises NotNow for whoever has not answered, but could read what others did."""
    if could_read_answers(claim, role):
        raise NotNow(
            _("Every required answer to %(ref)s is in, and editors could read them: only analysts can still answer "
              "without being swayed.") % {"ref": claim.ref}
        )  # fmt: skip


def check_can_be_asked(claim: Claim, reviewer: User, asked: Assignment | None) -> None:
    """Raises Refused for whoever may not assess here, or could read what others answered."""
    role = claim.case.role_of(reviewer)
    if not may(role, "assess"):
        raise Refused(_("%(name)s is no analyst or editor in this case.") % {"name": reviewer}, "reviewers")
    if could_read_answers(claim, role) and not (asked and (asked.current or asked.answered)):
        raise Refused(
            _("%(name)s edits this case and could read the answers that are in: ask an analyst.") % {"name": reviewer},
            "reviewers",
        )


def _has_its_answers(claim: Claim) -> bool:
    return claim.answers_in >= claim.case.assessments_required


def settle(claim: Claim, chain: Chain) -> dict[str, Any]:
    """Take a claim that waits for nobody any more to where it belongs, and return what changed for the log.

    To its decision if it has its answers, back to the open ones if it has none; else it stays and waits for an editor.
    """
    if _has_its_answers(claim) and claim.status in MOVES["complete"].start:
        return _complete(claim, chain)
    release = MOVES["release"]
    if claim.status not in release.start:
        return {}
    if not claim.answers_in:
        return claim.enter(release.end, chain)
    claim.enter(claim.status, chain)
    return {}


def _complete(claim: Claim, chain: Chain) -> dict[str, Any]:
    """Take a claim that has its answers to its decision, and return what changed for the log."""
    move = MOVES["complete"]
    if claim.status not in move.start:
        raise RuntimeError(f"the table of moves has no way from {claim.status} to {move.end}")
    claim.disputed = len(set(said_of(claim.pk, claim.round))) > 1
    return claim.enter(move.end, chain)


def _ask(claim: Claim, reviewer: User) -> Assignment:
    return Assignment(claim=claim, reviewer=reviewer, round=claim.round, case=claim.case, number=claim.number)


def assess(
    claim: Claim,
    *,
    by: User,
    submit: bool = True,
    relied_on: list[Evidence] | None = None,
    expect: int | None = None,
    window: str = "",
    **answers: Any,
) -> Assessment:
    """Save somebody's own judgement of a claim: a draft, or submitted and so sealed.

    A draft that another `window` saved since the version that this one expects is not overwritten.

    Raises NotNow or NotYours by the table of moves, Stale where the draft was saved elsewhere
    meanwhile, Refused where a submitted answer lacks its rating or rationale.
    """
    with writing(claim.case) as chain:
        claim = claim.locked()
        claim.require("assess", by)
        own = next(iter(assessments_of(claim.pk, by.pk, claim.round)), None)
        if own is not None and own.submitted_at is not None:
            raise NotNow(_("Your assessment of this round is in already, and sealed."))
        if _has_its_answers(claim):
            require_unswayed(claim, claim.case.role_of(by))
        if own is not None and expect is not None and own.version != expect and (not window or own.window != window):
            raise Stale(own)
        fresh = own is None
        own = own or Assessment(claim=claim, reviewer=by, round=claim.round)
        for name, value in answers.items():
            setattr(own, name, value)
        own.claim, own.reviewer, own.window = claim, by, window
        check_relied_on(claim, relied_on or [])
        check_parts(own, sealing=submit)
        own.version += 1 if own.pk else 0
        own.saved_at = timezone.now()
        if submit:
            check_complete(own)
            own.submitted_at, own.statement = own.saved_at, claim.statement
            own.seal = sha256(own.sealed_content(relied_on or []))
        own.store()
        if relied_on or not fresh:
            own.relied_on.set(relied_on or [])
        if submit:
            _submit(own, claim, chain)
        elif fresh:  # what is saved while somebody types is one draft
            chain.record(by=by, verb="drafted", on=own, after={"round": own.round})
    return own


def check_relied_on(claim: Claim, relied_on: list[Evidence]) -> None:
    """Raises Refused where somebody relies on evidence of another claim, or that is still to be rated."""
    if any(item.claim_id != claim.pk for item in relied_on):
        raise Refused(_("Rely on evidence that bears on this claim."), "relied_on")
    if claim.case.hides_sources and any(item.exhibit_id and not item.credibility for item in relied_on):
        raise Refused(_("Rely on evidence whose credibility is rated: sealed with you, it never could be."),
                      "relied_on")  # fmt: skip


def check_complete(own: Assessment) -> None:
    """Raises Refused where an answer lacks what a submitted one must have."""
    if own.rating is None:
        raise Refused(_("Choose an answer."), "rating")
    if own.rating.scale_id != own.claim.case.scale_id:
        raise Refused(_("This answer is not on the case's scale."), "rating")
    if not own.rationale.strip():
        raise Refused(_("Say what leads you to this answer: without a rationale nobody can follow it."), "rationale")
    if own.rating.position is None and not own.would_change.strip():
        raise Refused(
            _("“%(rating)s” leaves it open. Name what would settle it, so that somebody can look for it.")
            % {"rating": own.rating},
            "would_change",
        )
    if not own.facets or not check_override(own.rating, own.facets, own.scale_ratings, own.override_reason):
        own.override_reason = ""  # it answers nothing


def check_parts(own: Assessment, *, sealing: bool) -> None:
    """Raises Refused where parts of the claim are judged otherwise than on the case's scale."""
    if own.facets:
        check_facets(own.facets, own.scale_ratings, sealing=sealing)


def _submit(own: Assessment, claim: Claim, chain: Chain) -> None:
    asked = next(iter(assignments_of(claim.pk, own.reviewer_id, claim.round)), None) or _ask(claim, own.reviewer)
    asked.answered = True
    asked.ask()
    before = {"status": claim.status}
    claim.answers_in = len(said_of(claim.pk, claim.round))
    after = _complete(claim, chain) if _has_its_answers(claim) else claim.enter(MOVES["assess"].end, chain)
    chain.record(by=own.reviewer, verb="assessed", on=own, before=before, after={**own.facts(), **after})
