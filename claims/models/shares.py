"""Links by which strangers read a frozen report: unguessable, for a time, and taken back when wanted."""

from __future__ import annotations

import datetime
import hashlib
import secrets
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from claims.models.cases import Case
from claims.models.entries import writing
from claims.models.evidence import Evidence
from claims.models.exhibits import Exhibit
from claims.models.people import User
from claims.models.records import NotNow, Recorded, RecordedQuerySet, Refused
from claims.models.reports import Report
from claims.models.withheld_names import withheld_names
from claims.text.names import Names

TOKEN_BYTES = 32  # of randomness in a link
LONGEST = datetime.timedelta(days=366)
LINKED = 50  # reports behind open links that are looked through, the newest


class ShareQuerySet(RecordedQuerySet):
    """Links, and which of them still open."""

    def open(self) -> Self:
        """Those that are neither past their time nor withdrawn."""
        return self.filter(withdrawn_at=None, expires_at__gt=timezone.now())

    def of_token(self, token: str) -> Self:
        """The open link that this is the token of: looked up by its hash, as the token is kept nowhere."""
        return self.open().filter(token_hash=hash_of(token))


class Share(Recorded):
    """A link to one public report, for whoever has it. What stands behind the link is never kept, its hash is."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="shares")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(_l("works until"))
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = ShareQuerySet.as_manager()
    not_logged = {"token_hash"}

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("made_at")), name="share_ends_after_it_began"),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="share_withdrawn_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"link {self.pk} to report {self.report.number}"

    @property
    def log_case(self) -> Case:
        return self.report.case

    @property
    def is_open(self) -> bool:
        """Whether it still opens the report."""
        return self.withdrawn_at is None and self.expires_at > timezone.now()

    def withdraw(self, *, by: User) -> None:
        """Close it for good. Raises NotNow where somebody has already."""
        with writing(self.log_case):
            stands = Share.objects.get(pk=self.pk)
            if stands.withdrawn_at is not None:
                raise NotNow(_("This link is withdrawn already."))
            self.withdrawn_at, self.withdrawn_by = timezone.now(), by
            self.save(by=by, verb="unshared")


def hash_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def withheld_since(report: Report) -> list[str]:
    """What stands in a report that people can read through and is withheld in its case by now."""
    names = withheld_names(report.case)
    return names.within(report.data) if names and report.readable else []


def may_share(report: Report) -> None:
    """Raises Refused, saying why, where no link may be made to this report."""
    report.check_readable()
    if report.audience != Report.Audience.PUBLIC:
        raise Refused(
            _("This report is internal: it may hold names of the house and comments, so no link can "
              "be made to it. Make a public report of the same claims and share that.")
        )  # fmt: skip
    names = withheld_since(report)
    if names:
        raise Refused(
            _("This report tells “%(name)s”, which was withheld since it was made. Make a new report of the same "
              "claims and share that.") % {"name": names[0]}
        )  # fmt: skip


def share(report: Report, *, by: User, until: datetime.datetime, once: str | None = None) -> tuple[Share, str | None]:
    """A link that opens the report until then, and its token: to be shown now, as nothing can tell it later.

    The token is None where the same form made the link before. Raises Refused where the report is internal, or the
    time is past or too far off.
    """
    may_share(report)
    now = timezone.now()
    if until <= now:
        raise Refused(_("This day is past. Choose one that is still to come."), field="until")
    if until - now > LONGEST:
        raise Refused(_("A link works for a year at most. Choose an earlier day."), field="until")
    token = secrets.token_urlsafe(TOKEN_BYTES)

    def make() -> Share:
        made = Share(report=report, token_hash=hash_of(token), made_by=by, made_at=now, expires_at=until, once=once)
        made.save(by=by, verb="shared")
        return made

    made = Share.made_once(once, make)
    return made, token if made.token_hash == hash_of(token) else None


def open_reports_naming(evidence: Evidence) -> list[Report]:
    """The reports behind links that strangers can open by now in which the source of evidence stands by name."""
    source, case = evidence.cited.source, evidence.claim.case
    if source is None:
        return []
    links = Share.objects.open().filter(report__case=case).order_by("report").values("report").distinct()
    keys = set(Exhibit.objects.filter(case=case, source=source).values_list("pk", flat=True))
    held = Report.objects.filter(pk__in=links).order_by("-number").values_list("pk", "held")[:LINKED]
    citing = Report.objects.filter(pk__in=[pk for pk, found in held if keys & set(found.values())])
    names = Names(source.names)
    return [report for report in citing.order_by("number") if names.first(report.head["sources"])]
