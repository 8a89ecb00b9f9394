"""Talk: what people say to each other about a claim, and how nobody is swayed by it before answering.

Blindness holds here as it does for assessments. A comment belongs to the round in which it was written. It is seen

- by its author, always;
- by whoever may see that round's answers: reviewers once they have answered in it (or the case reviews in the open),
  editors once every required answer is in, every member once it is signed off (see `assessments.visible_to`);
- by every reviewer at once, if its author asked everybody. That is for questions about the wording or the evidence,
  and is refused to whoever has answered in this round or could read what others answered.

Only a question put to all can have answers that all see. What all see is not rewritten by an author who has answered
since, and a comment of an earlier round stays as it is. That somebody commented stands in the log, as it does that
somebody answered; of the words it keeps a hash alone, salted, so that a short comment cannot be guessed from it.
Comments are not searched, and stand in no report.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, Value
from django.db.models.functions import Coalesce, Length, NullIf
from django.db.models.lookups import LessThanOrEqual
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.models.assessments import Assessment
from claims.models.cases import Case
from claims.models.claims import Claim
from claims.models.completing import may_have_read
from claims.models.documents import Passage
from claims.models.entries import canonical, sha256, writing
from claims.models.evidence import Evidence
from claims.models.moves import Status, may
from claims.models.notices import notify
from claims.models.records import NotNow, NotYours, OfClaim, Recorded, RecordedQuerySet, Refused, Stale
from claims.models.verdicts import Verdict
from claims.text.mentions import Person, mentions

if TYPE_CHECKING:
    from claims.models.people import User

LONGEST = 5000  # characters
RUNNING = frozenset({Status.OPEN, Status.IN_REVIEW, Status.TO_DECIDE, Status.PROPOSED})


class CommentQuerySet(RecordedQuerySet):
    """Comments, from the reader's side."""

    def visible_to(self, reader: User, role: str | None) -> Self:
        """What this reader may see of them; `role` is the reader's role in the case that the comments belong to."""
        if role is None:
            return self.none()
        this_round = {"claim": OuterRef("claim"), "round": OuterRef("round")}
        own = Assessment.objects.submitted().filter(reviewer_id=reader.pk, **this_round)
        signed = Verdict.objects.filter(decision=Verdict.Decision.SIGNED_OFF, **this_round)
        seen = Q(author_id=reader.pk) | Q(Exists(signed))
        if may(role, "comment"):
            seen |= Q(to_all=True) | Q(Exists(own)) | Q(claim__case__policy=Case.Policy.OPEN)
        if may(role, "propose"):
            seen |= Q(claim__status__in=[Status.TO_DECIDE, Status.PROPOSED], round=models.F("claim__round"))
        return self.filter(seen)


class Comment(OfClaim):
    """What somebody said about a claim, a piece of its evidence or a passage, or in answer to such a comment."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="comments")
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, null=True, blank=True, related_name="comments")
    passage = models.ForeignKey(Passage, on_delete=models.PROTECT, null=True, blank=True, related_name="comments")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="replies")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="comments")
    at = models.DateTimeField(default=timezone.now)
    round = models.PositiveSmallIntegerField()
    text = models.TextField(gettext_lazy("comment"), max_length=LONGEST)
    to_all = models.BooleanField(
        default=False, help_text=gettext_lazy("A question that every reviewer sees before answering.")
    )
    edited_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    resolved_at = models.DateTimeField(null=True, blank=True)
    salt = models.CharField(max_length=64, default=secrets.token_hex, editable=False)

    objects = CommentQuerySet.as_manager()
    log_part = "comment"

    class Meta:
        ordering = ["claim", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="comment_says_something"),
            models.CheckConstraint(condition=LessThanOrEqual(Length("text"), LONGEST), name="comment_not_too_long"),
            models.CheckConstraint(
                condition=Q(parent=None) | Q(evidence=None, passage=None, resolved_at=None),
                name="comment_reply_is_about_what_it_answers",
            ),
            models.CheckConstraint(condition=Q(evidence=None) | Q(passage=None), name="comment_on_one_thing"),
            models.CheckConstraint(
                condition=Q(resolved_by=None, resolved_at=None)
                | Q(resolved_by__isnull=False, resolved_at__isnull=False),
                name="comment_resolved_by_somebody",
            ),
            models.CheckConstraint(condition=Q(round__gte=1), name="comment_rounds_from_one"),
        ]
        indexes = [
            models.Index(fields=["claim", "-id"], name="comment_of_claim"),
        ]

    def __str__(self) -> str:
        return self.log_label

    def get_absolute_url(self) -> str:
        talk = reverse("claims:claim-talk", args=[self.claim.case.code, self.claim.number])
        return f"{talk}?at={self.pk}#comment-{self.pk}"

    def facts(self) -> dict[str, Any]:
        """Where it stands, and a salted hash of its words: whoever reads the log is not to be swayed by it."""
        return {
            "round": self.round,
            "to_all": self.to_all,
            "answers": self.parent_id,
            "evidence": self.evidence.number if self.evidence else None,
            "passage": self.passage_id,
            "words": sha256(canonical([self.salt, self.text])),
            "resolved": self.resolved_at is not None,
        }


class CommentEdit(Recorded):
    """What a comment said before it was edited."""

    comment = models.ForeignKey(Comment, on_delete=models.PROTECT, related_name="edits")
    text = models.TextField()
    until = models.DateTimeField(default=timezone.now, help_text=gettext_lazy("When it was replaced."))

    objects = RecordedQuerySet.as_manager()

    class Meta:
        ordering = ["comment", "-pk"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="commentedit_said_something")]

    def __str__(self) -> str:
        return f"{self.comment}, until {self.until}"


class Mention(models.Model):
    """Somebody whom a comment names; derived from its words, so it leaves no entry of its own."""

    comment = models.ForeignKey(Comment, on_delete=models.PROTECT, related_name="mentions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["comment", "user"], name="mention_once_per_comment")]

    def __str__(self) -> str:
        return f"{self.comment}: {self.user}"


def may_ask_all(claim: Claim, user: User) -> bool:
    """Whether this person's words could sway nobody: they have not answered, and read nothing of what others did."""
    role = claim.case.role_of(user)
    if claim.case.policy == Case.Policy.OPEN or claim.status not in RUNNING or may_have_read(claim, user, role):
        return False
    answers = Assessment.objects.filter(claim=claim, round=claim.round)
    return may(role, "comment") and not answers.visible_to(user, role).exists()


def comment(
    claim: Claim,
    *,
    by: User,
    text: str,
    to_all: bool = False,
    parent: Comment | None = None,
    evidence: Evidence | None = None,
    passage: Passage | None = None,
    once: str | None = None,
) -> Comment:
    """Say something about a claim; whom it names, and whom it answers, is told so.

    Raises NotYours for a reader, Refused for a name that is nobody's or several people's, and for a question to all
    by somebody who could sway them.
    """

    def make() -> Comment:
        with writing(claim.case) as chain:
            now = claim.locked()
            _require_role(now, by)
            top = _answered(now, parent, by)
            if to_all:
                _check_may_ask_all(now, top, by)
            if any(thing is not None and thing.claim_id != now.pk for thing in (evidence, passage)):
                raise Refused(_("That belongs to another claim."))
            about = {} if top else {"evidence": evidence, "passage": passage}
            made = Comment(
                claim=now, parent=top, author=by, text=text, to_all=to_all, round=now.round, once=once, **about
            )
            named = _check_text(made)
            made.store()
            chain.record(by=by, verb="commented", on=made, after=made.facts())
            _tell(made, named)
        return made

    return Comment.made_once(once, make)


def rewrite(said: Comment, *, by: User, text: str, expect: int | None = None) -> Comment:
    """Edit one's own comment; what it said before is kept, and shown.

    Raises NotYours, Stale, and NotNow where others would read what they may not read yet.
    """
    with writing(said.log_case):
        fresh = said.stored()
        if fresh is None or fresh.author_id != by.pk:
            raise NotYours(_("Only its author can edit a comment."))
        fresh.claim, fresh.author = said.claim.locked(), by
        _require_role(fresh.claim, by)
        if expect is not None and fresh.version != expect:
            raise Stale(fresh)
        require_editable(fresh, by)
        before, fresh.text = fresh.text, text
        if before == text:
            return fresh
        named = _check_text(fresh)
        edit = CommentEdit(comment=fresh, text=before)
        edit.store()
        fresh.edited_at = edit.until
        fresh.save(by=by, verb="edited")
        _tell(fresh, named)
    return fresh


def resolve(said: Comment, *, by: User, done: bool = True) -> Comment:
    """Say that a thread needs no more talk, or take that back. Raises NotNow where somebody has said so already."""
    with writing(said.log_case):
        fresh = said.stored()
        if fresh is None or fresh.parent_id is not None:
            raise NotNow(_("A thread is resolved at its first comment."))
        fresh.claim = said.claim.locked()
        _require_role(fresh.claim, by)
        if (fresh.resolved_at is not None) == done:
            raise NotNow(_("That is resolved already.") if done else _("That is open already."))
        fresh.resolved_by, fresh.resolved_at = (by, timezone.now()) if done else (None, None)
        fresh.save(by=by, verb="resolved" if done else "unresolved")
    return fresh


def require_editable(said: Comment, by: User) -> None:
    """Raises NotNow where an edit would tell others what they may not know yet."""
    claim = said.claim
    if said.round != claim.round:
        raise NotNow(_("A comment of an earlier round stays as it is. Write a new one."))
    if said.to_all and claim.status in RUNNING and not may_ask_all(claim, by):
        raise NotNow(_("Everybody sees this question, and by now you know answers that others have still to give. "
                       "Write a new comment."))  # fmt: skip


def people_of(case: Case) -> list[Person]:
    """Those who can be named in a case's talk."""
    rows = case.memberships.order_by("user__name", "user").values_list("user", "user__name", "user__email")
    return [Person(key, name or email, email) for key, name, email in rows]


def people_called(case: Case, typed: str, most: int) -> list[tuple[Person, bool]]:
    """The first few of a case, by name, with a word in their name that begins like this, or their address if nameless.

    Each with whether the whole name tells them apart in the case. Two queries; no more rows are read than are given.
    """
    shown = Coalesce(NullIf("user__name", Value("")), "user__email", output_field=models.CharField())
    rows = case.memberships.order_by().annotate(shown=shown)
    either = Q()
    # SQLite takes capital and small letters for the same in ASCII alone.
    for spelling in {typed, typed.lower(), typed.upper(), typed.title()}:
        either |= Q(shown__istartswith=spelling) | Q(shown__icontains=f" {spelling}")
    found = rows.filter(either) if typed else rows
    first = found.order_by("shown", "user").values_list("user", "shown", "user__email")[:most]
    people = [Person(*row) for row in first]
    namesakes = rows.filter(shown__in={person.name for person in people}).values_list("shown")
    often = dict(namesakes.annotate(n=Count("pk")))
    return [(person, often[person.name] == 1) for person in people]


def _require_role(claim: Claim, by: User) -> None:
    claim.require_role("comment", by)


def _answered(claim: Claim, parent: Comment | None, by: User) -> Comment | None:
    """The first comment of the thread that is answered. Raises NotNow where this person may not see it."""
    if parent is None:
        return None
    seen = Comment.objects.filter(claim=claim).visible_to(by, claim.case.role_of(by)).select_related("parent")
    found: Comment | None = seen.filter(pk=parent.pk).first()
    if found is None:
        raise NotNow(_("The comment that you answer is not there for you to see."))
    top = found.parent or found
    top.claim = claim
    return top


def _check_may_ask_all(claim: Claim, top: Comment | None, by: User) -> None:
    if top is not None and not (top.to_all and top.round == claim.round):
        raise Refused(_("Not everybody sees what you answer, so the answer can only be a comment."))
    if not may_ask_all(claim, by):
        raise Refused(
            _("You know answers that others have still to give, so you cannot ask everybody now. Send it as a comment: "
              "they see it once they have answered.")
        )  # fmt: skip


def _check_text(said: Comment) -> list[int]:
    """The keys of those whom the words name. Raises Refused where there are no words, or a name is nobody's."""
    if not said.text.strip():
        raise Refused(_("Write what you want to say."), "text")
    if "@" not in said.text:
        return []
    found = mentions(said.text, people_of(said.claim.case))
    for name, people in found.unclear:
        raise Refused(
            _("“@%(name)s” could be %(people)s. Write the whole name, or the e-mail address, after the @.")
            % {"name": name, "people": ", ".join(people)}, "text",
        )  # fmt: skip
    for name in found.unknown:
        raise Refused(
            _("Nobody in this case is called “%(name)s”. Mend the name after the @, or leave the @ out.")
            % {"name": name}, "text",
        )  # fmt: skip
    return found.keys


def _tell(said: Comment, named: list[int]) -> None:
    """Keep whom it names, and tell those who are named anew, and whom it answers once they may read that."""
    from claims.models.people import User  # people are built on what is written about them

    known = set(said.mentions.values_list("user", flat=True))
    Mention.objects.filter(comment=said).exclude(user__in=named).delete()
    Mention.objects.bulk_create([Mention(comment=said, user_id=key) for key in named if key not in known])
    place = said.get_absolute_url()
    for user in User.objects.filter(pk__in=[key for key in named if key not in known]):
        notify(user, "mentioned", place, by=said.author, claim=said.claim)
    if said.parent is None or said.parent.author_id in named:
        return
    asker = said.parent.author
    seen = Comment.objects.filter(pk=said.pk).visible_to(asker, said.claim.case.role_of(asker))
    if seen.exists():
        notify(asker, "answered", place, by=said.author, claim=said.claim)
