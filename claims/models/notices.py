"""Notices: what somebody is told that concerns them, with a link to its exact place.

A notice never holds a word of what was said or answered: it names who did what on which claim, so that a person
who is still to answer can be told that they are named without being told what others think.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from claims.models.cases import Case, Membership
from claims.models.claims import Claim
from claims.models.prepared import Prepared

if TYPE_CHECKING:
    from claims.models.people import User

# What is told, as a sentence: `who` did it, `ref` names the claim, or the case where there is none.
NOTICES = {
    "mentioned": _("%(who)s mentioned you on %(ref)s"),
    "answered": _("%(who)s answered your comment on %(ref)s"),
    "assigned": _("%(who)s asks you for your assessment of %(ref)s"),
    "unassigned": _("%(who)s took back that you are asked about %(ref)s"),
    "sent_back": _("%(who)s sent your proposal on %(ref)s back"),
    "signed_off": _("%(who)s signed off the verdict on %(ref)s"),
    "settled": _("%(who)s settled %(ref)s otherwise than you answered"),
    "pooled": _("Your draft on %(ref)s lay untouched; somebody else may be asked now"),
    "task": _("%(who)s gave you a task on %(ref)s"),
    "new_device": _("You signed in on a device where you never had. Was it not you? See where you are signed in"),
    "sign_in_changed": _("The way you sign in was changed. Was it not you? Look at it, and tell an administrator"),
    "new_token": _("A token was made with which a program acts for you. Was it not you? Withdraw it"),
}
# The same of many claims at once: then `ref` names the case.
OF_MANY = {
    "assigned": _("%(who)s asks you for your assessments of claims in %(ref)s"),
    "unassigned": _("%(who)s took back that you are asked about claims in %(ref)s"),
    "pooled": _("Drafts in %(ref)s lay untouched; others may be asked now"),
}
# Mailed at once to everybody, whether they asked for mail or not.
URGENT = ("new_device", "sign_in_changed", "new_token")
MOST_COUNTED = 99


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Notices, from the side of whoever is told."""

    def told_to(self, user: User) -> Self:
        """One's own, of the cases that one still belongs to."""
        mine = self.filter(user_id=user.pk)
        if user.is_superuser and user.is_active:
            return mine
        belongs = Membership.objects.filter(case=OuterRef("case"), user_id=user.pk)
        return mine.filter(Q(case=None) | Q(Exists(belongs)))

    def unread(self) -> Self:
        """Those that were not opened yet."""
        return self.filter(read_at=None)

    def read(self) -> int:
        """Mark them as read: how many were not."""
        return self.unread().update(read_at=timezone.now())


class Notice(models.Model):
    """One thing that one person is told once."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="notices")
    what = models.CharField(max_length=20, choices=list(NOTICES.items()))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="+")
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, null=True, related_name="+")
    link = models.CharField(max_length=300, help_text=_("The exact place: a path of this site."))
    key = models.CharField(max_length=300, help_text=_("What it is about: of the same thing nobody is told twice."))
    at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["user", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "what", "key"], name="notice_once_per_person_and_thing"),
            models.CheckConstraint(condition=Q(what__in=list(NOTICES)), name="notice_what_known"),
            models.CheckConstraint(
                condition=Q(link__startswith="/") & ~Q(link__startswith="//"), name="notice_leads_within_the_site"
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-id"], name="notice_of_user"),
            models.Index(fields=["user"], condition=Q(read_at=None), name="notice_unread"),
            models.Index(fields=["user"], condition=Q(read_at=None, mailed_at=None), name="notice_to_mail"),
            models.Index(fields=["user", "mailed_at"], condition=~Q(mailed_at=None), name="notice_mailed"),
            models.Index(fields=["id"], condition=Q(what__in=URGENT, mailed_at=None), name="notice_urgent"),
        ]

    def __str__(self) -> str:
        return self.sentence

    @property
    def ref(self) -> str:
        """What it is about, as people name it: BY-3."""
        return self.claim.ref if self.claim else self.case.code if self.case else ""

    @property
    def sentence(self) -> str:
        """Who did what on which claim; never a word of what was said there."""
        said = OF_MANY.get(self.what) if self.claim_id is None else None
        return (said or NOTICES[self.what]) % {"who": self.by or _("Somebody"), "ref": self.ref}


def notify(
    user: User,
    what: str,
    link: str,
    *,
    by: User | None = None,
    claim: Claim | None = None,
    case: Case | None = None,
    key: str = "",
) -> None:
    """Tell somebody, once, what was done (a word of NOTICES) and where; nobody is told of their own doing.

    `key` says what it is about where the link alone does not, as in “round 2”. Works within a transaction.
    """
    if what not in NOTICES:
        raise ValueError(f"there is no notice called {what!r}")
    if by is not None and by.pk == user.pk:
        return
    case = case or (claim.case if claim else None)
    notice = Notice(user=user, what=what, by=by, case=case, claim=claim, link=link, key=key or link)
    # Told already: then this one is left out, and the transaction goes on.
    Notice.objects.bulk_create([notice], ignore_conflicts=True)


def read_there(user: User, claim: Claim, links: list[str]) -> None:
    """Mark as read what somebody was told of these places of a claim: they stand before it."""
    there = Notice.objects.filter(user_id=user.pk, claim=claim, link__in=links).unread().order_by()
    # Asked first: a page that has nothing to mark writes nothing.
    if keys := list(there.values_list("pk", flat=True)):
        Notice.objects.filter(pk__in=keys).read()


@cache
def _unread_by(everywhere: bool) -> Prepared[Any]:
    def build(user: int) -> Any:
        from claims.models.people import User  # people are built on what is written about them

        told = Notice.objects.told_to(User(pk=user, is_superuser=everywhere)).unread()
        return told.order_by().values_list("pk", flat=True)[: MOST_COUNTED + 1]

    return Prepared(build)


def unread_count(user: User) -> int:
    """How many notices somebody has not read, up to one more than are counted: one query that an index answers."""
    return len(_unread_by(user.is_superuser and user.is_active)(user.pk))
