"""Sources: whoever speaks, and how reliable they are held to be."""

from __future__ import annotations

import datetime
from itertools import takewhile
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import connection, models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from claims.models.cases import Case
from claims.models.entries import canonical, sha256, take_chains, writing
from claims.models.hiding import withholding
from claims.models.moves import Role
from claims.models.records import NotNow, Recorded, RecordedQuerySet, Refused

if TYPE_CHECKING:
    from claims.models.people import User


class Reliability(models.TextChoices):
    """How far a source is to be relied on: the letters of the Admiralty code (NATO STANAG 2511)."""

    A = "A", _("A · completely reliable")
    B = "B", _("B · usually reliable")
    C = "C", _("C · fairly reliable")
    D = "D", _("D · not usually reliable")
    E = "E", _("E · unreliable")
    F = "F", _("F · reliability cannot be judged")


class SourceQuerySet(RecordedQuerySet):
    """Sources, from the reader's side."""

    def visible_to(self, reader: User) -> Self:
        """Those known in a case the reader belongs to.

        A source is shared: its note and its grades, whichever case they come from, are read in every case
        that knows it. Exhibits and evidence stay in their own cases. Readers, in the narrow sense, do not
        learn of a source in a case in which evidence withholds who it is, nor of one that was merged into it.
        """
        if reader.is_superuser and reader.is_active:
            return self
        own = Exists(withholding(OuterRef("source"), OuterRef("case")))
        kept = own | Exists(withholding(OuterRef("source__merged_into"), OuterRef("case")))
        known = Source.cases.through.objects.filter(
            Q(case__memberships__role__in=[Role.ANALYST, Role.EDITOR]) | ~kept,
            source=OuterRef("pk"),
            case__memberships__user_id=reader.pk,
        )
        return self.filter(Exists(known if reader.bound_to is None else known.filter(case=reader.bound_to)))

    def listed(self) -> Self:
        """Those that stand for themselves: none that was merged into another."""
        return self.filter(merged_into=None)

    def gradable_by(self, reader: User) -> Self:
        """Those that stand for themselves and are known in a case in which the reader is analyst or editor."""
        if reader.is_superuser and reader.is_active:
            return self.listed()
        known = Source.cases.through.objects.filter(
            source=OuterRef("pk"),
            case__memberships__user_id=reader.pk,
            case__memberships__role__in=[Role.ANALYST, Role.EDITOR],
        )
        return self.listed().filter(Exists(known))

    def standing_for(self, pk: int) -> Source:
        """The source of this key; where it was merged, the one that was kept.

        Until the transaction ends, nobody merges or parts it: call it inside one.
        """
        found: Source = self.select_for_update().get(pk=pk)
        return found if found.merged_into_id is None else self.get(pk=found.merged_into_id)


# The sources that one belongs to, the nearest first.
ABOVE = """WITH RECURSIVE above(id, depth) AS (
    SELECT belongs_to_id, 1 FROM claims_source WHERE id = %s AND belongs_to_id IS NOT NULL
    UNION ALL SELECT one.belongs_to_id, depth + 1 FROM claims_source AS one JOIN above ON one.id = above.id
        WHERE one.belongs_to_id IS NOT NULL AND depth < 1000
) SELECT id FROM above ORDER BY depth"""


class Source(Recorded):
    """Whoever speaks."""

    class Kind(models.TextChoices):
        PERSON = "person", _("Person")
        ORGANISATION = "organisation", _("Organisation")
        OUTLET = "outlet", _("Outlet")
        ACCOUNT = "account", _("Account")
        SENSOR = "sensor", _("Sensor or imagery")

    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.ORGANISATION)
    aliases = models.TextField(
        _("other names"), blank=True, max_length=2000, help_text=_("Other names and spellings, one a line.")
    )
    belongs_to = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="members", verbose_name=_("belongs to")
    )
    country = models.CharField(_("country"), max_length=60, blank=True)
    languages = models.CharField(_("languages"), max_length=120, blank=True, help_text=_("As in en, uk, be, ar."))
    interests = models.TextField(
        _("interests"), blank=True, max_length=2000, help_text=_("What it stands to gain or lose by what it says.")
    )
    note = models.TextField(_("note"), blank=True, max_length=5000)
    reliability = models.CharField(max_length=1, choices=Reliability, blank=True, editable=False)
    cases = models.ManyToManyField(Case, related_name="sources", blank=True, editable=False)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="merged_here"
    )

    objects = SourceQuerySet.as_manager()
    moved_by_acts = {"reliability", "merged_into_id"}

    class Meta:
        ordering = ["name", "pk"]
        indexes = [models.Index(fields=["name", "id"], name="source_by_name")]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="source_has_a_name"),
            models.CheckConstraint(
                condition=Q(belongs_to=None) | ~Q(belongs_to=models.F("pk")), name="source_belongs_to_another"
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) | ~Q(merged_into=models.F("pk")), name="source_merged_into_another"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("claims:source-detail", args=[self.pk])

    @property
    def names(self) -> list[str]:
        """Its name, then its other names."""
        return [self.name, *self.other_names]

    @property
    def other_names(self) -> list[str]:
        """Its other names and spellings."""
        return [line.strip() for line in self.aliases.splitlines() if line.strip()]

    def above(self) -> list[int]:
        """The keys of the sources that it belongs to: its own first, then that one's, and so on."""
        with connection.cursor() as cursor:
            cursor.execute(ABOVE, [self.pk])
            return [row[0] for row in cursor.fetchall()]

    def belongings(self, reader: User) -> list[Source]:
        """The sources that it belongs to, the nearest first, as far as the reader sees them."""
        keys = self.above() if self.belongs_to_id else []
        seen = Source.objects.visible_to(reader).in_bulk(keys)
        return [seen[key] for key in takewhile(seen.__contains__, keys)]

    def save(self, *args: Any, by: User | None = None, **kwargs: Any) -> None:
        """Save. Refused where it would belong to itself, by however many steps, or was merged into another."""
        with writing(None):
            if self.pk and Source.objects.filter(pk=self.pk).exclude(merged_into=None).exists():
                raise NotNow(_("This source was merged into another: correct that one, or part the two first."))
            if self.belongs_to_id is not None:
                self.belongs_to = Source.objects.standing_for(self.belongs_to_id)
                if self.pk and self.pk in (self.belongs_to.pk, *self.belongs_to.above()):
                    raise Refused(
                        _("%(other)s belongs to %(this)s itself, so this would be a circle: choose another.")
                        % {"other": self.belongs_to, "this": self.name},
                        "belongs_to",
                    )
            super().save(*args, by=by, **kwargs)

    @classmethod
    def make(cls, case: Case, *, by: User, once: str | None = None, **values: Any) -> Source:
        """A new source, known in this case."""

        def make() -> Source:
            with writing(case):
                source = cls(once=once, **values)
                source.save(by=by)
                source.become_known_in(case, by=by)
            return source

        return cls.made_once(once, make)

    def become_known_in(self, case: Case, *, by: User) -> None:
        """From now on the people of this case see it too; entered in the case's log the first time."""
        with writing(case) as chain:
            if not self.cases.filter(pk=case.pk).exists():
                self.cases.add(case)
                chain.record(by=by, verb="added", on=self, after={"known_in": case.code})

    def grade(
        self, letter: str, *, by: User, reason: str, once: str | None = None, at: datetime.datetime | None = None
    ) -> Grade:
        """Give it a grade of reliability from now on, or `at` an earlier time; every earlier grade is kept."""
        if not reason.strip():
            raise Refused(_("Say why this grade: it will be asked."), "reason")

        from claims.models.leaning import EvidenceChange, flag  # what verdicts lean on is built on sources

        def make() -> Grade:
            take_chains(self.cases.all())  # so that no verdict is proposed on the old grade and misses the new one
            with writing(None) as chain:
                # As it stands now: what somebody corrected since this was read must not be written back.
                stands = Source.objects.get(pk=self.pk)
                if stands.merged_into_id is not None:
                    raise NotNow(_("This source was merged into another, which is graded in its place."))
                grade = Grade(source=self, letter=letter, reason=reason.strip(), graded_by=by, once=once)
                newest = stands.grades.order_by("-graded_at").values_list("graded_at", flat=True).first()
                # A grade given now is the newest, though the clock was turned back since the one before.
                grade.graded_at = at or max(grade.graded_at, newest or grade.graded_at)
                grade.store()
                before = {"reliability": stands.reliability}
                in_force = stands.grades.order_by("-graded_at", "-pk").values_list("letter", flat=True)[0]
                self.reliability = stands.reliability = in_force
                stands.store()
                chain.record(
                    by=by,
                    verb="graded",
                    on=self,
                    before=before,
                    after={"reliability": in_force, "grade": letter},
                    why=grade.reason,
                )
                if in_force != before["reliability"]:
                    flag(EvidenceChange.What.GRADE, by=by, source=self)
            return grade

        return Grade.made_once(once, make)


class Grade(Recorded):
    """One grading of a source's reliability."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="grades")
    letter = models.CharField(_("reliability"), max_length=1, choices=Reliability)
    reason = models.TextField(_("reason"), max_length=2000)
    graded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="grades")
    graded_at = models.DateTimeField(default=timezone.now)

    objects = RecordedQuerySet.as_manager()

    class Meta:
        ordering = ["source", "-graded_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(letter__in=Reliability.values), name="grade_letter_known"),
            models.CheckConstraint(condition=~Q(reason=""), name="grade_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.letter}"


class MergeQuerySet(RecordedQuerySet):
    """Merges of sources."""

    def standing(self) -> Self:
        """Those that nobody undid."""
        return self.filter(undone_at=None)

    def light(self) -> Self:
        """Without the keys of what was moved, which can be many."""
        return self.defer("moved")


class Merge(Recorded):
    """Two sources that are one: what stood under the one stands under the other, until somebody parts them again."""

    kept = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="merges")
    merged = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="merged_by")
    reason = models.TextField(_("reason"), max_length=2000)
    moved = models.JSONField(default=dict, help_text=_("What was moved, by key, so that it can be moved back."))
    stayed = models.JSONField(
        default=dict, help_text=_("Once undone: how many of what was moved had changed hands since, and stayed.")
    )
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = MergeQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(kept=models.F("merged")), name="merge_joins_two_sources"),
            models.CheckConstraint(condition=~Q(reason=""), name="merge_has_a_reason"),
            models.UniqueConstraint(
                fields=["merged"], condition=Q(undone_at=None), name="merge_once_until_it_is_undone"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.merged} → {self.kept}"

    @property
    def moved_sha256(self) -> str:
        """The hash of what was moved, as the log holds it."""
        return sha256(canonical(self.moved))
