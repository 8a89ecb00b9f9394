"""Open questions: what would settle a claim that was left open, as tasks with an owner and a date."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.models.assessments import Assessment
from claims.models.cases import Case
from claims.models.claims import Claim
from claims.models.entries import writing
from claims.models.moves import may
from claims.models.records import OfClaim, RecordedQuerySet, Refused, Stale
from claims.models.tidings import tell_owner
from claims.models.verdicts import Verdict

if TYPE_CHECKING:
    from claims.models.people import User


class OpenQuestionQuerySet(RecordedQuerySet):
    """Questions, from the side of whoever is to answer them."""

    def open(self) -> Self:
        """Those that nobody has answered or dropped."""
        return self.filter(state=OpenQuestion.State.OPEN)

    def owned_by(self, owner: User) -> Self:
        """The open ones that somebody has taken on."""
        return self.open().filter(owner=owner)


class OpenQuestion(OfClaim):
    """Something that would settle a claim whose verdict, or whose reviewers, left it open."""

    class State(models.TextChoices):
        OPEN = "open", gettext_lazy("Open")
        ANSWERED = "answered", gettext_lazy("Answered")
        DROPPED = "dropped", gettext_lazy("Dropped")

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="open_questions")
    # Kept beside the claim so that a case's questions are found in order by one index.
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="open_questions")
    number = models.PositiveIntegerField(editable=False)
    text = models.TextField(gettext_lazy("question"), max_length=5000)
    from_assessment = models.ForeignKey(
        Assessment, on_delete=models.PROTECT, null=True, blank=True, related_name="open_questions"
    )
    from_verdict = models.ForeignKey(Verdict, on_delete=models.PROTECT, null=True, blank=True, related_name="questions")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="open_questions"
    )
    due = models.DateField(gettext_lazy("due"), null=True, blank=True)
    state = models.CharField(gettext_lazy("state"), max_length=8, choices=State, default=State.OPEN)
    answer = models.TextField(gettext_lazy("answer, or why it is dropped"), blank=True, max_length=5000)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = OpenQuestionQuerySet.as_manager()
    log_part = "question {0.number}"

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["claim", "number"], name="question_numbered_once_per_claim"),
            models.CheckConstraint(condition=~Q(text=""), name="question_asks_something"),
            models.CheckConstraint(
                condition=Q(state="open", closed_by=None, closed_at=None)
                | (
                    Q(state__in=["answered", "dropped"], closed_by__isnull=False, closed_at__isnull=False)
                    & ~Q(answer="")
                ),
                name="question_closed_says_how_and_by_whom",
            ),
        ]
        indexes = [
            models.Index(fields=["case", "-id"], name="question_of_case"),
            models.Index(fields=["case", "state", "-id"], name="question_by_state"),
            models.Index(fields=["case", "owner", "-id"], name="question_by_owner"),
            models.Index(fields=["owner", "due", "id"], condition=Q(state="open"), name="question_owned"),
        ]

    def __str__(self) -> str:
        return self.text[:200]

    def get_absolute_url(self) -> str:
        return reverse("claims:question-edit", args=[self.claim.case.code, self.claim.number, self.number])

    @property
    def overdue(self) -> bool:
        """Whether its day has passed and it is still open."""
        return self.state == self.State.OPEN and self.due is not None and self.due < timezone.localdate()

    def settle(
        self,
        *,
        by: User,
        expect: int | None = None,
        owner: User | None,
        due: datetime.date | None,
        state: str,
        answer: str,
    ) -> OpenQuestion:
        """Say who looks into it and by when, or how it ended. Gives it as it then stands.

        Raises Refused at its field where an owner does not work in the case, or nothing says how it ended.
        """
        with writing(self.case):
            stored: OpenQuestion = OpenQuestion.objects.select_related("case", "claim", "owner").get(pk=self.pk)
            stored.claim.case = stored.case
            if expect is not None and stored.version != expect:
                raise Stale(stored)
            if owner is not None and owner.pk != stored.owner_id and not may(stored.case.role_of(owner), "cite"):
                raise Refused(_("%(name)s is no analyst or editor in this case.") % {"name": owner}, "owner")
            closes, answer = state != self.State.OPEN, answer.strip()
            if closes and not answer:
                raise Refused(
                    _("Say what the answer is.") if state == self.State.ANSWERED else _("Say why it is dropped."),
                    "answer",
                )
            new_owner = owner if owner is not None and owner.pk != stored.owner_id and not closes else None
            verb = state if closes and state != stored.state else ""
            if state != stored.state:
                stored.closed_by, stored.closed_at = (by, timezone.now()) if closes else (None, None)
            stored.owner, stored.due, stored.state, stored.answer = owner, due, state, answer
            stored.save(by=by, verb=verb)
            if new_owner is not None:
                tell_owner(stored, new_owner, by=by)
        return stored


def ask_openly(verdict: Verdict, *, by: User) -> int:
    """Make questions of what a verdict, as it is signed, and the answers off the scale behind it leave open.

    How many are new; what is open on the claim in the same words is not asked twice. From the signature on all may
    read those answers, and so the questions; call it inside `writing`.
    """
    claim = verdict.claim
    asked = {_plain(text) for text in claim.open_questions.filter(state="open").values_list("text", flat=True)}
    number = claim.open_questions.aggregate(top=models.Max("number"))["top"] or 0
    first = number
    for text, source in _left_open(verdict):
        if not _plain(text) or _plain(text) in asked:
            continue
        asked.add(_plain(text))
        number += 1
        made = OpenQuestion(claim=claim, case=claim.case, number=number, text=text.strip(), added_by=by, **source)
        made.save(by=by, verb="asked")
    return number - first


def _left_open(verdict: Verdict) -> list[tuple[str, dict[str, Any]]]:
    """What the verdict names, line by line, then what each answer off the scale names."""
    found: list[tuple[str, dict[str, Any]]] = [
        (line, {"from_verdict": verdict}) for line in verdict.open_questions.splitlines()
    ]
    answers = Assessment.objects.submitted().filter(claim=verdict.claim, round=verdict.round, followed_by=None)
    off_the_scale = answers.filter(rating__position=None).order_by("submitted_at", "pk")
    return found + [(answer.would_change, {"from_assessment": answer}) for answer in off_the_scale]


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def let_go(user: User, case: Case | None = None) -> None:
    """The questions of somebody who works no more (in this case, or anywhere) wait for whoever takes them on."""
    if case is not None and may(case.role_of(user), "cite"):
        return
    if case is None and user.is_active:
        return
    owned = OpenQuestion.objects.owned_by(user)
    models.QuerySet.update(owned if case is None else owned.filter(case=case), owner=None)
