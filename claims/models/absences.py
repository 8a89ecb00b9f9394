"""Recorded absences: searches that found nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from claims.models.entries import writing
from claims.models.records import OfClaim, RecordedQuerySet, Refused

if TYPE_CHECKING:
    from claims.models.claims import Claim
    from claims.models.people import User


class Absence(OfClaim):
    """A search that found nothing: evidence too, within the bounds of what was searched."""

    place = models.CharField(_("where was searched"), max_length=300)
    query = models.CharField(_("for what"), max_length=1000)
    languages = models.CharField(_("in which languages"), max_length=120, blank=True)
    since = models.DateField(_("from"), null=True, blank=True)
    until = models.DateField(_("to"), null=True, blank=True)
    searched_on = models.DateField(_("searched on"), default=timezone.localdate)
    searched_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    limits = models.TextField(_("limits of the search"), blank=True, max_length=2000)

    objects = RecordedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(place="") & ~Q(query=""), name="absence_says_where_and_for_what"),
            models.CheckConstraint(
                condition=Q(since=None) | Q(until=None) | Q(since__lte=models.F("until")),
                name="absence_since_not_after_until",
            ),
        ]

    def __str__(self) -> str:
        return _("Searched, not found: “%(query)s” in %(place)s") % {"query": self.query, "place": self.place}

    @property
    def of_claim(self) -> Claim:
        return self.evidence.claim

    @property
    def log_label(self) -> str:
        return _("%(evidence)s: the search") % {"evidence": self.evidence.log_label}

    def clean(self) -> None:
        """Raises Refused where the search would be in the future, or its period ends before it begins."""
        if self.searched_on > timezone.localdate():
            raise Refused(_("This day has not come yet. Give the day on which was searched."), "searched_on")
        if self.since and self.until and self.since > self.until:
            raise Refused(_("The period ends before it begins: exchange the two days."), "until")

    def store(self) -> None:
        """Keep it before the evidence that it is, which needs its key; `enter` it then."""
        self.clean()
        super().store()

    def enter(self, *, by: User) -> None:
        """Enter it in the log, once it is evidence."""
        with writing(self.log_case) as chain:
            chain.record(by=by, verb="added", on=self, after=self.facts())

    def save(self, *args: Any, by: User | None = None, **kwargs: Any) -> None:
        """Save, as long as the evidence that it is may change."""
        with writing(self.log_case):
            self.evidence.require_changeable(by)
            self.clean()
            super().save(*args, by=by, **kwargs)
