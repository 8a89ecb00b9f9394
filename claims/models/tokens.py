"""Tokens: what a program shows to act for a person, within bounds, for a time; taken back when wanted."""

from __future__ import annotations

import contextlib
import copy
import datetime
import secrets
from collections.abc import Iterable
from typing import Any, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from claims.models.cases import Case
from claims.models.entries import writing
from claims.models.notices import notify
from claims.models.people import User
from claims.models.records import NotNow, NotYours, Recorded, RecordedQuerySet, Refused
from claims.models.shares import hash_of

PREFIX = "wb_"  # what scanners of leaked secrets look for: wb_ and 43 characters of A-Z, a-z, 0-9, - and _
TOKEN_BYTES = 32  # of randomness
SHOWN = 7  # characters of a token that stay known, so that its owner knows it again
LONGEST = datetime.timedelta(days=366)
MOST_OPEN = 50  # tokens of one person at a time
A_MINUTE = 600  # requests with one token
LEASE = 30  # requests that a process may answer before it writes down that they were made


class Scope(models.TextChoices):
    """What a token may do; never more than its owner may."""

    READ = "read", _l("Read: cases, documents, claims, sources, evidence, assessments; search")
    WRITE = "write", _l("Add: documents, claims, sources, evidence, one's own assessments")
    REPORTS = "reports", _l("Take reports: list them, and have their files")


class TokenQuerySet(RecordedQuerySet):
    """Tokens, and which of them still open something."""

    def open(self) -> Self:
        """Those that are neither past their time nor withdrawn."""
        return self.filter(withdrawn_at=None, expires_at__gt=timezone.now())

    def of_secret(self, secret: str) -> Self:
        """The open token that this is, of somebody whose account is open; looked up by its hash, as it is kept nowhere.

        Demo accounts have tokens in a demo data folder alone.
        """
        found = self.open().filter(token_hash=hash_of(secret), owner__is_active=True)
        return found if settings.DEMO else found.filter(owner__is_demo=False)

    def withdrawable_by(self, user: User) -> Self:
        """One's own; everybody's for an administrator."""
        return self if user.is_superuser and user.is_active else self.filter(owner=user)


class Token(Recorded):
    """What a program shows to act for its owner. The secret is never kept, its hash is."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField(_l("name"), max_length=60)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    begins = models.CharField(max_length=12, editable=False)
    reads = models.BooleanField(default=False)
    writes = models.BooleanField(default=False)
    reports = models.BooleanField(default=False)
    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, null=True, blank=True, related_name="tokens",
        help_text=_l("The one case that it opens; none for all that its owner belongs to."),
    )  # fmt: skip
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(_l("works until"))
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    last_used_at = models.DateTimeField(null=True, blank=True)
    # How many requests it made in which minute since 1970, counted a lease at a time.
    minute = models.PositiveIntegerField(default=0, editable=False)
    asked = models.PositiveIntegerField(default=0, editable=False)

    objects = TokenQuerySet.as_manager()
    not_logged = {"token_hash", "last_used_at", "minute", "asked"}
    moved_by_acts = {"last_used_at", "minute", "asked"}

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["owner", "-id"], name="token_of_owner")]
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("made_at")), name="token_ends_after_it_began"),
            models.CheckConstraint(
                condition=Q(reads=True) | Q(writes=True) | Q(reports=True), name="token_opens_something"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="token_withdrawn_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"token “{self.name}” (#{self.pk})"

    @property
    def log_case(self) -> Case | None:
        """None: it belongs to a person, whatever it opens."""
        return None

    def facts(self) -> dict[str, Any]:
        """As the log keeps it, with the case that it is bound to."""
        return super().facts() | {"bound_to": self.case.code if self.case else ""}

    @property
    def scopes(self) -> list[Scope]:
        """What it may do."""
        given = {Scope.READ: self.reads, Scope.WRITE: self.writes, Scope.REPORTS: self.reports}
        return [scope for scope, may in given.items() if may]

    @property
    def is_open(self) -> bool:
        """Whether it still opens something."""
        return self.withdrawn_at is None and self.expires_at > timezone.now()

    @property
    def acting(self) -> User:
        """Its owner as far as the token reaches: in the case that it is bound to, and never as an administrator.

        An administrator's token opens the cases in which they have a role, like anybody's.
        """
        person = copy.copy(self.owner)
        person.is_superuser = person.is_staff = False
        person.bound_to = self.case_id
        return person

    def withdraw(self, *, by: User) -> None:
        """End it for good. Raises NotNow where somebody has already."""
        with writing(None):
            stands = Token.objects.get(pk=self.pk)
            if stands.withdrawn_at is not None:
                raise NotNow(_("This token is withdrawn already."))
            self.withdrawn_at, self.withdrawn_by = timezone.now(), by
            self.save(by=by, verb="revoked")

    def take_lease(self) -> int:
        """How many more requests it may make in this minute before asking again: 0 where it made too many.

        That it was used is written down with it, so that not each reading writes. Where too many were made in this
        minute by what was read of it, nothing is: whoever asks on and on costs no writing.
        """
        now = timezone.now()
        minute = int(now.timestamp()) // 60
        if self.minute == minute and self.asked >= A_MINUTE:
            return 0
        with transaction.atomic():
            row = Token.objects.filter(pk=self.pk)
            before = models.Case(models.When(minute=minute, then=F("asked")), default=0)
            models.QuerySet.update(row, minute=minute, asked=before + LEASE, last_used_at=now)
            asked: int = row.order_by().values_list("asked", flat=True).get()
        return LEASE if asked <= A_MINUTE else 0


def issue(
    owner: User,
    *,
    name: str,
    scopes: Iterable[str],
    until: datetime.datetime,
    case: Case | None = None,
    once: str | None = None,
) -> tuple[Token, str | None]:
    """A token for the owner, and its secret: to be shown now, as nothing can tell it later.

    The secret is None where the same form made the token before. Raises Refused where the time is past or too far
    off, where it would open nothing, or the owner has no role in the case. The owner is told.
    """
    now, scopes = timezone.now(), set(scopes)
    if until <= now:
        raise Refused(_("This day is past. Choose one that is still to come."), field="until")
    if until - now > LONGEST:
        raise Refused(_("A token works for a year at most. Choose an earlier day."), field="until")
    if not scopes:
        raise Refused(_("Tick at least one thing that it may do."), field="scopes")
    if case is not None and not case.memberships.filter(user=owner).exists():
        raise Refused(_("You have no role in this case, so a token of yours would open nothing there."), field="case")
    secret = PREFIX + secrets.token_urlsafe(TOKEN_BYTES)

    def make() -> Token:
        with writing(None):
            if not User.objects.filter(pk=owner.pk, is_active=True).exists():
                raise NotYours(_("Your account is closed."))
            if Token.objects.open().filter(owner=owner).count() >= MOST_OPEN:
                raise Refused(_("You have %(most)s tokens. Withdraw one that is not used.") % {"most": MOST_OPEN})
            made = Token(
                owner=owner, name=name, token_hash=hash_of(secret), begins=secret[:SHOWN], case=case, made_at=now,
                expires_at=until, once=once, reads=Scope.READ in scopes, writes=Scope.WRITE in scopes,
                reports=Scope.REPORTS in scopes,
            )  # fmt: skip
            made.save(by=owner, verb="issued")
            notify(owner, "new_token", reverse("claims:token-list"), key=f"token {made.pk}")
        return made

    made = Token.made_once(once, make)
    return made, secret if made.token_hash == hash_of(secret) else None


def end_tokens(owner: User, *, by: User) -> None:
    """Withdraw all that somebody has: their account is closed, or whoever knew it is to be kept out of it."""
    for token in Token.objects.open().filter(owner=owner).order_by("pk"):
        with contextlib.suppress(NotNow):
            token.withdraw(by=by)
