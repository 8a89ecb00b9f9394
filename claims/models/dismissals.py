"""Exhibits that look as if one repeated the other, and do not: a person says so, and it is not proposed again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.models.cases import Case
from claims.models.entries import writing
from claims.models.exhibits import Exhibit
from claims.models.records import NotNow, Recorded, RecordedQuerySet, Refused

if TYPE_CHECKING:
    from claims.models.people import User


class Dismissal(Recorded):
    """Somebody said of two exhibits that neither repeats the other. `one` is the one with the smaller key."""

    one = models.ForeignKey(Exhibit, on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey(Exhibit, on_delete=models.PROTECT, related_name="+")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    objects = RecordedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="dismissal_names_the_smaller_key_first"),
            models.UniqueConstraint(fields=["one", "other"], name="dismissal_once_per_pair"),
        ]

    def __str__(self) -> str:
        return f"{self.one} – {self.other}"

    @property
    def log_case(self) -> Case:
        return self.one.case


def dismiss(exhibit: Exhibit, other: Exhibit, *, by: User) -> Dismissal:
    """Say that neither of the two repeats the other. What was said so already stays as it is."""
    if exhibit.pk == other.pk or exhibit.case_id != other.case_id:
        raise Refused(_("Choose another exhibit of this case."))
    with writing(exhibit.case):
        made: Dismissal | None = dismissals_of(exhibit, other).first()
        if made is None:
            one, two = sorted((exhibit, other), key=lambda each: each.pk)
            made = Dismissal(one=one, other=two, made_by=by)
            made.save(by=by, verb="ruled_out")
    return made


def propose_again(exhibit: Exhibit, other: Exhibit, *, by: User) -> None:
    """Take that back: they may be proposed again. Raises NotNow where somebody has done so already."""
    with writing(exhibit.case):
        made = dismissals_of(exhibit, other).first()
        if made is None:
            raise NotNow(_("This was taken back already."))
        made.delete(by=by, verb="ruled_in")


def dismissals_of(exhibit: Exhibit, other: Exhibit) -> models.QuerySet[Any]:
    """What was said so of the two: one at most."""
    one, two = sorted((exhibit.pk, other.pk))
    return Dismissal.objects.filter(one=one, other=two).select_related("one__case", "other")


def dismissed_by(exhibits: list[int]) -> set[int]:
    """The keys of the exhibits of which it was said that they and one of these do not go together."""
    either = Q(one__in=exhibits) | Q(other__in=exhibits)
    pairs = Dismissal.objects.filter(either).order_by().values_list("one", "other")
    return {key for pair in pairs for key in pair} - set(exhibits)
