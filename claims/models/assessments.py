"""Assessments: each reviewer's own judgement of a claim."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from claims.models.cases import Case, Rating
from claims.models.claims import Claim
from claims.models.entries import canonical, sha256
from claims.models.evidence import Evidence
from claims.models.facets import adds_up_to, judged
from claims.models.moves import Status, may
from claims.models.prepared import Prepared
from claims.models.records import OfClaim, RecordedQuerySet
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
    sealed_as = models.JSONField(
        null=True, blank=True, editable=False,
        help_text=_("Of one sealed in another installation: what claim and reviewer were called there."),
    )  # fmt: skip

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
            | (self.sealed_as or {})
        )

    def seal_holds(self) -> bool:
        """Whether it still says what was sealed; of one of which it is kept back what was sealed nobody can say."""
        return self.sealed_as == {} or self.seal == sha256(self.sealed_content())


@Prepared
def assessments_of(claim: int, reviewer: int, round: int) -> Any:
    """A reviewer's assessment of a claim in one round, if there is one: the first, which was given unswayed."""
    return Assessment.objects.filter(claim=claim, reviewer=reviewer, round=round, follows=None).order_by()


@Prepared
def said_of(claim: int, round: int) -> Any:
    """The ratings that stand in one round, one of each reviewer, by key."""
    standing = Assessment.objects.submitted().filter(claim=claim, round=round, followed_by=None)
    return standing.order_by().values_list("rating_id", flat=True)
