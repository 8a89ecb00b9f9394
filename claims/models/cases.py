"""Cases, and who belongs to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import connection, models, transaction
from django.db.models import OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from claims.models.entries import writing
from claims.models.moves import Role, Status, may
from claims.models.records import Recorded, RecordedQuerySet, Refused
from claims.models.scales import Look, Rating, Scale

if TYPE_CHECKING:
    from claims.models.people import User

__all__ = ["Case", "Look", "Membership", "Rating", "Scale", "Tally"]


class CaseQuerySet(RecordedQuerySet):
    """Cases, from the reader's side."""

    def visible_to(self, reader: User) -> Self:
        """The cases the reader belongs to, each with their `role`; all of them for an administrator."""
        if reader.is_superuser and reader.is_active:
            return self.annotate(role=models.Value(Role.EDITOR.value))
        roles = Membership.objects.filter(case=OuterRef("pk"), user_id=reader.pk).values("role")
        seen = self if reader.bound_to is None else self.filter(pk=reader.bound_to)
        return seen.filter(memberships__user_id=reader.pk).annotate(role=Subquery(roles[:1]))


class Case(Recorded):
    """The room for one investigation."""

    class Policy(models.TextChoices):
        BLIND = "blind", _("Blind: others' answers stay hidden until one's own is in")
        OPEN = "open", _("Open: answers are shown as they come")

    title = models.CharField(_("title"), max_length=200)
    code = models.CharField(
        _("code"),
        max_length=12,
        unique=True,
        validators=[RegexValidator(r"^[A-Z][A-Z0-9]*$", _("Capital letters and digits, beginning with a letter."))],
        help_text=_("Stands before each claim's number, as in BY-3. It stays as it is from then on."),
    )
    description = models.TextField(_("description"), blank=True, max_length=5000)
    scale = models.ForeignKey(Scale, on_delete=models.PROTECT, verbose_name=_("scale"), related_name="cases")
    policy = models.CharField(_("review"), max_length=10, choices=Policy, default=Policy.BLIND)
    assessments_required = models.PositiveSmallIntegerField(
        _("assessments required"),
        default=2,
        help_text=_("As many answers must be in before a claim can be decided."),
    )
    hides_sources = models.BooleanField(
        _("rate information with its source hidden"), default=False,
        help_text=_("Credibility is then rated by somebody else than who added it, before they see whose it is."),
    )  # fmt: skip
    draft_days = models.PositiveSmallIntegerField(
        _("days that a draft may lie"), null=True, blank=True,
        help_text=_("Who leaves a draft untouched for longer is asked no more; the draft stays theirs. Empty: never."),
    )  # fmt: skip
    sample = models.BooleanField(default=False, editable=False)

    objects = CaseQuerySet.as_manager()
    role: str  # what `visible_to` adds

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=Q(assessments_required__gte=1), name="case_requires_an_assessment"),
            models.CheckConstraint(
                condition=Q(draft_days=None) | Q(draft_days__gte=1), name="case_lets_a_draft_lie_a_day_at_least"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("claims:case-detail", args=[self.code])

    @property
    def log_case(self) -> Case | None:
        """Its own log, once it exists."""
        return self if self.pk else None

    def save(self, *args: Any, by: User | None = None, **kwargs: Any) -> None:
        """Save and enter it in the case's own log, which begins with it."""
        if by is None:
            raise TypeError("who saves it? save(by=…)")
        if self.pk:
            self._save_changes(by, **kwargs)
            return
        with transaction.atomic():
            self._check_scale()
            self.store()
            with writing(self) as chain:
                chain.record(by=by, verb="added", on=self, after=self.facts())

    def _save_changes(self, by: User, **kwargs: Any) -> None:
        from claims.models.completing import decide_complete  # assessments are built on cases

        with writing(self):
            stored = self.stored()
            if stored is not None:
                self._check_changes(stored)
            super().save(by=by, **kwargs)
            if stored is not None and self.assessments_required < stored.assessments_required:
                decide_complete(self, by=by)

    def _check_changes(self, stored: Case) -> None:
        if stored.code != self.code:
            raise Refused(_("The code stays as it is: it stands in every hash of the case's log."), "code")
        if stored.scale_id != self.scale_id:
            if self.claims.exists():
                raise Refused(_("The scale stays: answers on it have been given or may be."), "scale")
            self._check_scale()
        undecided = self.claims.filter(status__in=[Status.IN_REVIEW, Status.TO_DECIDE, Status.PROPOSED])
        if self.policy != stored.policy and undecided.filter(answers_in__gt=0).exists():
            raise Refused(
                _("Answers were given blind to claims that are not signed off yet: until they are, the review "
                  "stays blind.") if stored.policy == self.Policy.BLIND else
                _("Answers were read in the open to claims that are not signed off yet: until they are, the review "
                  "stays open."),
                "policy",
            )  # fmt: skip
        if stored.policy == self.Policy.BLIND and self.assessments_required > stored.assessments_required:
            complete = undecided.filter(answers_in__gte=stored.assessments_required).order_by("number")
            if (number := complete.values_list("number", flat=True).first()) is not None:
                raise Refused(
                    _("%(ref)s has the answers that were required, and editors could read them: whoever did can add "
                      "none unswayed. Sign off what is to be decided; then "
                      "require more.") % {"ref": f"{self.code}-{number}"},
                    "assessments_required",
                )  # fmt: skip

    def _check_scale(self) -> None:
        # The chain of what belongs to no case is held until the case has the scale: nobody retires or rewrites it.
        with writing(None):
            if Scale.objects.filter(pk=self.scale_id).exclude(retired_at=None).exists():
                raise Refused(_("This scale was retired. Choose another."), "scale")

    def role_of(self, user: User) -> str | None:
        """What somebody is here; None for a stranger."""
        if user.is_superuser and user.is_active:
            return Role.EDITOR.value
        return self.memberships.filter(user=user).values_list("role", flat=True).first()

    def allows(self, user: User, act: str) -> bool:
        """Whether somebody may do this here, by their role; the claim's status has its own say."""
        role = getattr(self, "role", None) or self.role_of(user)
        return may(role, act)

    def enrol(self, user: User, role: str, *, by: User) -> Membership:
        """Give somebody a role, or another one than they had."""
        membership = Membership.objects.filter(case=self, user=user).first() or Membership(case=self, user=user)
        membership.role = role
        membership.save(by=by, verb="enrolled")
        return membership

    def rating(self, code: str) -> Rating:
        """The answer of that code on the case's scale."""
        return self.scale.ratings.get(code=code)

    def next_number(self, things: models.QuerySet[Any]) -> int:
        """The number after the highest of `things`, which must be numbered; call it inside `writing(case)`."""
        return (things.filter(case=self).aggregate(top=models.Max("number"))["top"] or 0) + 1


class MembershipQuerySet(RecordedQuerySet):
    """Who belongs where."""


class Membership(Recorded):
    """A user's role in a case."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(_("role"), max_length=10, choices=Role)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "user"], name="membership_once_per_case_and_user"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="membership_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()} in {self.case}"

    @property
    def log_label(self) -> str:
        return f"{self.user}: {self.get_role_display()}"

    def save(self, *args: Any, by: User | None = None, **kwargs: Any) -> None:
        """Give the role. Raises Refused for the last editor; whoever may not assess any more is asked nothing more."""
        with writing(self.case):
            if self.role != Role.EDITOR:
                self._keep_an_editor()
            super().save(*args, by=by, **kwargs)
            if by is not None and not may(self.role, "assess"):
                self._ask_no_more(by)
            if self.role != Role.EDITOR:
                self._hand_over()

    def delete(self, *args: Any, by: User | None = None, why: str = "", **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Take somebody off the case; what they were asked waits for nobody. Raises Refused for the last editor."""
        with writing(self.case):
            self._keep_an_editor()
            gone = super().delete(*args, by=by, why=why, **kwargs)
            if by is not None:
                self._ask_no_more(by)
            self._hand_over()
        return gone

    def _keep_an_editor(self) -> None:
        editors = set(self.case.memberships.filter(role=Role.EDITOR).values_list("pk", flat=True)[:2])
        if editors == {self.pk}:
            raise Refused(_("The case would be left without an editor: make somebody else one first."), "role")

    def _ask_no_more(self, by: User) -> None:
        from claims.models.assignments import ask_no_more  # assignments are built on cases

        ask_no_more(self.case, self.user, by=by)

    def _hand_over(self) -> None:
        from claims.models.leaning import hand_over  # what verdicts lean on is built on cases

        hand_over(self.user, self.case)


# Written out: two of these stand in every move, and Django's writing of them costs more than the rest of the move.
COUNT_ONE = (
    "UPDATE claims_tally SET count = count + %s WHERE case_id = %s AND status = %s AND COALESCE(rating_id, 0) = %s"
)


class Tally(models.Model):
    """How many claims of a case stand at a status with a rating: kept, so that no page has to count them."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="tallies")
    status = models.CharField(max_length=12, choices=Status)
    rating = models.ForeignKey(Rating, on_delete=models.PROTECT, null=True, related_name="+")
    count = models.IntegerField(default=0)

    class Meta:
        verbose_name_plural = _("tallies")
        constraints = [
            models.UniqueConstraint(fields=["case", "status", "rating"], name="tally_once_per_status_and_rating"),
            models.UniqueConstraint(
                fields=["case", "status"], condition=Q(rating=None), name="tally_once_per_status_unrated"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case}: {self.count} {self.status}"

    @classmethod
    def move(
        cls, case: Case, before: tuple[str, int | None] | None, after: tuple[str, int | None], many: int = 1
    ) -> None:
        """Take claims from where they were counted and count them where they are now; inside `writing(case)`."""
        if before == after:
            return
        for place, step in ((before, -many), (after, many)):
            if place is None:
                continue
            status, rating = place
            with connection.cursor() as cursor:
                cursor.execute(COUNT_ONE, [step, case.pk, status, rating or 0])
                found = cursor.rowcount
            if not found:
                cls.objects.create(case=case, status=status, rating_id=rating, count=step)

    @classmethod
    def recount(cls, case: Case) -> None:
        """Count a case's claims anew, after they came in by the thousand."""
        with writing(case):
            cls.objects.filter(case=case).delete()
            rows = case.claims.order_by().values("status", "rating_id").annotate(n=models.Count("pk"))
            Tally.objects.bulk_create(
                Tally(case=case, status=row["status"], rating_id=row["rating_id"], count=row["n"]) for row in rows
            )
