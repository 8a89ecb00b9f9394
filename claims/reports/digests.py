"""The daily mail to those who want it: what they have not read of their notices, each with a link to its place."""

from __future__ import annotations

import datetime
import logging
from dataclasses import dataclass, field
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from claims.models import Notice, User
from claims.models.notices import URGENT

MOST = 100  # notices in one mail; the page has them all
APART = datetime.timedelta(hours=20)  # between two mails to one person: a daily run may come a little early

log = logging.getLogger(__name__)


@dataclass
class Outcome:
    """How many people were mailed how many notices, and to whom it could not be sent, and why.

    It may end in a log: so people have numbers, and what the mail server said is left out but for its code.
    """

    people: int = 0
    notices: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)


def send_digests() -> Outcome:
    """Mail each person who wants it, at most once a day, the notices they have neither read nor been mailed.

    What is mailed is marked once it is sent, person by person, so a run that breaks off is taken up by the next.
    """
    now, outcome = timezone.now(), Outcome()
    waiting = Notice.objects.filter(user=OuterRef("pk"), read_at=None, mailed_at=None)
    lately = Notice.objects.filter(user=OuterRef("pk"), mailed_at__range=(now - APART, now)).exclude(what__in=URGENT)
    people = User.objects.filter(Exists(waiting), ~Exists(lately), digest=True, is_active=True)
    for user in people.order_by("pk").iterator(chunk_size=200):
        notices = list(
            Notice.objects.told_to(user)
            .unread()
            .filter(mailed_at=None)
            .select_related("by", "case", "claim__case")
            .order_by("-pk")[:MOST]
        )
        if not notices:
            continue
        try:
            message(user, notices).send()
        except (OSError, SMTPException) as fault:
            # The others are still to be mailed; this person is tried again with the next run.
            log.warning("No digest could be sent to person %s.", user.pk, exc_info=fault)
            why = f"{type(fault).__name__} {getattr(fault, 'smtp_code', '')}".strip()
            outcome.failed.append((f"person {user.pk}", why))
            continue
        Notice.objects.filter(pk__in=[notice.pk for notice in notices]).update(mailed_at=timezone.now())
        outcome.people += 1
        outcome.notices += len(notices)
    return outcome


def send_urgent(after: int = 0) -> Notice | None:
    """Mail the next notice after that key that concerns the safety of an account, whether its owner asked or not.

    What comes back was tried, and is mailed if its `mailed_at` says so; None where none waits. Of the last day alone.
    """
    since = timezone.now() - datetime.timedelta(days=1)
    waiting = Notice.objects.filter(what__in=URGENT, mailed_at=None, at__gt=since, user__is_active=True, pk__gt=after)
    notice: Notice | None = waiting.select_related("user").order_by("pk").first()
    if notice is None:
        return None
    try:
        urgent_message(notice).send()
    except (OSError, SMTPException) as fault:
        log.warning("No mail could be sent to person %s.", notice.user_id, exc_info=fault)
        return notice
    notice.mailed_at = timezone.now()
    notice.save(update_fields=["mailed_at"])
    return notice


def urgent_message(notice: Notice) -> EmailMessage:
    """The mail: what happened and when, and where to look."""
    when = notice.at.strftime("%Y-%m-%d %H:%M UTC")
    lines = [f"{notice.sentence}:\n{settings.SITE}{notice.link}", _("It was at %(when)s.") % {"when": when}]
    return EmailMessage(_("Your account in the workbench"), "\n\n".join(lines) + "\n", to=[notice.user.email])


def message(user: User, notices: list[Notice]) -> EmailMessage:
    """The mail: a line for each notice with the address of its place, newest first."""
    count = len(notices)
    subject = ngettext("%(n)s notice in the workbench", "%(n)s notices in the workbench", count) % {"n": count}
    lines = [f"{notice.sentence}\n{settings.SITE}{notice.link}" for notice in notices]
    all_of_them = _("All notices: %(link)s") % {"link": settings.SITE + reverse("claims:notice-list")}
    leave = _("You get this because you asked for it. You can change that here: %(link)s") % {
        "link": settings.SITE + reverse("claims:person-edit")
    }
    return EmailMessage(subject, "\n\n".join([*lines, all_of_them, leave]) + "\n", to=[user.email])
