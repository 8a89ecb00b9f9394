"""Webhooks: where a case tells other systems that something was done in it; and what became of each message."""

from __future__ import annotations

import base64
import datetime
import hashlib
import hmac
import json
import secrets
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from claims.models.cases import Case
from claims.models.entries import writing
from claims.models.moves import may
from claims.models.people import User
from claims.models.records import NotNow, Recorded, RecordedQuerySet, Refused

if TYPE_CHECKING:
    from claims.models.entries import Entry

SECRET = "whsec_"  # noqa: S105 - how a secret begins
MOST_OPEN = 10  # webhooks of one case
MOST_ATTEMPTS = 11  # the last of them 17 hours after the first
FIRST_WAIT = datetime.timedelta(minutes=1)  # after the first attempt; doubled with each
LONGEST_WAIT = FIRST_WAIT * 2**MOST_ATTEMPTS
IN_HAND = datetime.timedelta(minutes=2)  # that a worker has for one attempt
MOST_TESTS, TESTED = 5, datetime.timedelta(minutes=10)  # of one webhook in that time
KEPT = datetime.timedelta(days=30)
SWEPT = 200  # old messages that go with each new one


class Event(models.TextChoices):
    """What is told."""

    SIGNED_OFF = "claim.signed_off", _l("A verdict is signed off")
    REOPENED = "claim.reopened", _l("A claim is reopened")
    FROZEN = "report.frozen", _l("A report is made")


# The entries of the log of which it is told: verb and thing → what happened.
TOLD = {
    ("signed_off", "verdict"): Event.SIGNED_OFF,
    ("reopened", "claim"): Event.REOPENED,
    ("exported", "report"): Event.FROZEN,
}
TEST = "test"


class WebhookQuerySet(RecordedQuerySet):
    """Webhooks, and which of them are told."""

    def open(self) -> Self:
        """Those that nobody removed."""
        return self.filter(removed_at=None)


class Webhook(Recorded):
    """An address that is told of what happens in a case, with a secret by which it knows who tells it."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="webhooks")
    url = models.URLField(_l("web address"), max_length=1000)
    secret = models.CharField(max_length=80, editable=False)
    signed_off = models.BooleanField(default=False)
    reopened = models.BooleanField(default=False)
    frozen = models.BooleanField(default=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = WebhookQuerySet.as_manager()
    not_logged = {"secret", "url"}

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(signed_off=True) | Q(reopened=True) | Q(frozen=True), name="webhook_is_told_something"
            ),
            models.CheckConstraint(
                condition=Q(removed_at=None, removed_by=None) | Q(removed_at__isnull=False, removed_by__isnull=False),
                name="webhook_removed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"webhook {self.pk} to {self.host}"

    @property
    def host(self) -> str:
        """The host that is told: the rest of the address may be a secret between the two."""
        return urlsplit(self.url).hostname or ""

    def facts(self) -> dict[str, Any]:
        """As the log keeps it; of the address the host."""
        return super().facts() | {"host": self.host}

    @property
    def events(self) -> list[Event]:
        """What it is told of."""
        told = {Event.SIGNED_OFF: self.signed_off, Event.REOPENED: self.reopened, Event.FROZEN: self.frozen}
        return [event for event, wanted in told.items() if wanted]

    @property
    def may_tell(self) -> bool:
        """Whether whoever set it up may still do so here: it never outlives their account, or their role."""
        return self.made_by.is_active and may(self.case.role_of(self.made_by), "configure")

    def remove(self, *, by: User) -> None:
        """Tell it nothing any more; what still waits is given up."""
        with writing(self.case):
            if Webhook.objects.filter(pk=self.pk).exclude(removed_at=None).exists():
                raise NotNow(_("This webhook is removed already."))
            self.removed_at, self.removed_by = timezone.now(), by
            self.save(by=by, verb="unhooked")
            waiting = Delivery.objects.filter(webhook=self, state=Delivery.State.WAITING)
            waiting.update(state=Delivery.State.FAILED, outcome=_("The webhook was removed."))

    def tell(self, event: str, data: dict[str, Any]) -> Delivery:
        """Have it told by a worker. Nobody's words are in it: ids and links."""
        now = timezone.now()
        old = Delivery.objects.filter(made_at__lt=now - KEPT).order_by("made_at").values_list("pk", flat=True)
        Delivery.objects.filter(pk__in=list(old[:SWEPT])).delete()
        body = {"type": event, "timestamp": now.isoformat(), "data": data}
        return Delivery.objects.create(
            webhook=self, key=f"msg_{secrets.token_hex(12)}", event=event, made_at=now, next_at=now,
            body=json.dumps(body, sort_keys=True),
        )  # fmt: skip

    def test(self) -> Delivery:
        """A message that says nothing but that it came. Raises NotNow where several were sent a moment ago."""
        with transaction.atomic():
            Webhook.objects.select_for_update().get(pk=self.pk)  # of two at once the second counts the first
            lately = self.deliveries.filter(event=TEST, made_at__gt=timezone.now() - TESTED)
            if lately.count() >= MOST_TESTS:
                raise NotNow(_("Several tests were sent a moment ago. Wait ten minutes."))
            return self.tell(TEST, {"case": self.case.code})

    def signature(self, key: str, at: int, body: str) -> str:
        """By which the other side knows that a message is ours: Standard Webhooks 1.0, “v1”, HMAC-SHA256."""
        secret = base64.b64decode(self.secret.removeprefix(SECRET))
        digest = hmac.digest(secret, f"{key}.{at}.{body}".encode(), hashlib.sha256)
        return f"v1,{base64.b64encode(digest).decode()}"


def hook(case: Case, *, by: User, url: str, events: list[str], once: str | None = None) -> tuple[Webhook, str | None]:
    """A webhook of a case, and its secret: to be shown now. None where the same form made it before."""
    if not events:
        raise Refused(_("Tick at least one thing that it is to be told of."), "events")
    secret = SECRET + base64.b64encode(secrets.token_bytes(32)).decode()

    def make() -> Webhook:
        with writing(case):
            if Webhook.objects.open().filter(case=case).count() >= MOST_OPEN:
                raise Refused(_("This case has %(most)s webhooks. Remove one first.") % {"most": MOST_OPEN})
            made = Webhook(
                case=case, url=url, secret=secret, made_by=by, once=once, signed_off=Event.SIGNED_OFF in events,
                reopened=Event.REOPENED in events, frozen=Event.FROZEN in events,
            )  # fmt: skip
            made.save(by=by, verb="hooked")
        return made

    made = Webhook.made_once(once, make)
    return made, secret if made.secret == secret else None


def tell_hooks(entry: Entry, on: models.Model) -> None:
    """Have the case's webhooks told of what an entry of its log says, in the transaction that writes the entry."""
    event = TOLD.get((entry.verb, entry.thing))
    if event is None or not settings.WEBHOOKS or entry.case_id is None:
        return
    wanted = {event.value.rpartition(".")[2]: True}
    hooks = list(Webhook.objects.open().filter(case=entry.case_id, **wanted))
    if not hooks:
        return
    case = entry.case
    claim = on if event == Event.REOPENED else getattr(on, "claim", None)
    place: Any = on if event == Event.FROZEN else claim
    data = {"case": case.code, "number": place.number, "entry": entry.number}  # type: ignore[union-attr]
    data["url"] = f"{settings.SITE or ''}{place.get_absolute_url()}"
    for one in hooks:
        one.tell(event.value, data)


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Messages, from the worker's side."""

    def take(self) -> Delivery | None:
        """The message that is due longest, for the caller alone to send within two minutes; None if none is due.

        What was taken often and never answered for, as by workers that were killed at it, is given up.
        """
        now = timezone.now()
        # None waits for so long, and a new one not for more than a minute: but for a clock that was turned back.
        late = Q(next_at__gt=now + LONGEST_WAIT) | Q(next_at__gt=now + FIRST_WAIT, attempts=0)
        time = Q(next_at__lte=now) | late
        due = self.filter(time, state=Delivery.State.WAITING).order_by("next_at", "pk")
        if not due.exists():  # asked every second: only what is there is worth the right to write
            return None
        passes = connection.features.has_select_for_update_skip_locked
        with transaction.atomic():
            spent = due.filter(attempts__gte=MOST_ATTEMPTS).order_by()
            spent.update(state=Delivery.State.FAILED, outcome=_("It was taken up too often, and never came to an end."))
            found = due.select_for_update(skip_locked=passes, of=("self",) if passes else ()).first()
            if found is not None:
                found.attempts += 1
                found.next_at = timezone.now() + IN_HAND
                found.save(update_fields=["attempts", "next_at"])
        return found


class Delivery(models.Model):
    """One message to one webhook, and what became of it."""

    class State(models.TextChoices):
        WAITING = "waiting", _l("Waiting")
        DELIVERED = "delivered", _l("Delivered")
        FAILED = "failed", _l("Given up")

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    key = models.CharField(max_length=40, unique=True)
    event = models.CharField(max_length=20)
    body = models.TextField()
    made_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=300, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = _l("deliveries")
        indexes = [
            models.Index(fields=["next_at"], condition=Q(state="waiting"), name="delivery_due"),
            models.Index(fields=["webhook", "-id"], name="delivery_of_webhook"),
            models.Index(fields=["made_at"], name="delivery_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.key}"

    def headers(self, at: int) -> dict[str, str]:
        """With which it goes out, as Standard Webhooks names them."""
        return {
            "Content-Type": "application/json",
            "webhook-id": self.key,
            "webhook-timestamp": str(at),
            "webhook-signature": self.webhook.signature(self.key, at, self.body),
        }

    def answered(self, outcome: str, *, taken: bool, over: bool = False) -> None:
        """Write down what came of an attempt; unless it was taken, or all is over, another follows, later each time."""
        now = timezone.now()
        state = self.State.DELIVERED if taken else self.State.WAITING
        if not taken and (over or self.attempts >= MOST_ATTEMPTS):
            state = self.State.FAILED
        wait = FIRST_WAIT * 2 ** (self.attempts - 1)
        mine = Delivery.objects.filter(pk=self.pk, state=self.State.WAITING, attempts=self.attempts)
        mine.update(state=state, outcome=outcome[:300], tried_at=now, next_at=now + wait)
        if state == self.State.WAITING:  # what else waits for a host that is away would hold everything up in its turn
            soon = Delivery.objects.filter(webhook=self.webhook_id, state=state, next_at__lt=now + FIRST_WAIT)
            soon.update(next_at=now + FIRST_WAIT)
