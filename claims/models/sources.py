"""Sources, how reliable they are held to be, and what they put out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from claims.models.cases import Case
from claims.models.documents import Document
from claims.models.entries import sha256, writing
from claims.models.moves import Role
from claims.models.records import Recorded, RecordedQuerySet, Refused

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
        that knows it. Exhibits and evidence stay in their own cases.
        """
        if reader.is_superuser and reader.is_active:
            return self
        known = Source.cases.through.objects.filter(source=OuterRef("pk"), case__memberships__user_id=reader.pk)
        return self.filter(Exists(known))

    def gradable_by(self, reader: User) -> Self:
        """Those known in a case in which the reader is analyst or editor."""
        if reader.is_superuser and reader.is_active:
            return self
        known = Source.cases.through.objects.filter(
            source=OuterRef("pk"),
            case__memberships__user_id=reader.pk,
            case__memberships__role__in=[Role.ANALYST, Role.EDITOR],
        )
        return self.filter(Exists(known))


class Source(Recorded):
    """Whoever speaks."""

    class Kind(models.TextChoices):
        PERSON = "person", _("Person")
        ORGANISATION = "organisation", _("Organisation")
        OUTLET = "outlet", _("Outlet")
        ACCOUNT = "account", _("Account")

    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.ORGANISATION)
    country = models.CharField(_("country"), max_length=60, blank=True)
    note = models.TextField(_("note"), blank=True, max_length=5000)
    reliability = models.CharField(max_length=1, choices=Reliability, blank=True, editable=False)
    cases = models.ManyToManyField(Case, related_name="sources", blank=True, editable=False)

    objects = SourceQuerySet.as_manager()
    moved_by_acts = {"reliability"}

    class Meta:
        ordering = ["name", "pk"]
        indexes = [models.Index(fields=["name", "id"], name="source_by_name")]
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="source_has_a_name")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("claims:source-detail", args=[self.pk])

    @classmethod
    def make(cls, case: Case, *, by: User, once: str | None = None, **values: str) -> Source:
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

    def grade(self, letter: str, *, by: User, reason: str, once: str | None = None) -> Grade:
        """Give it a grade of reliability from now on; every earlier grade is kept."""
        if not reason.strip():
            raise Refused(_("Say why this grade: it will be asked."), "reason")

        def make() -> Grade:
            with writing(None) as chain:
                grade = Grade(source=self, letter=letter, reason=reason.strip(), graded_by=by, once=once)
                grade.store()
                # As it stands now: what somebody corrected since this was read must not be written back.
                stands = Source.objects.get(pk=self.pk)
                before = {"reliability": stands.reliability}
                self.reliability = stands.reliability = letter
                stands.store()
                chain.record(
                    by=by,
                    verb="graded",
                    on=self,
                    before=before,
                    after={"reliability": letter},
                    why=grade.reason,
                )
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


class Exhibit(Recorded):
    """One thing that a source put out, as one case holds it: a text in the case, or one known by its address."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="exhibits")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, null=True, blank=True, related_name="exhibits")
    title = models.CharField(_("title"), max_length=300)
    url = models.URLField(_("web address"), max_length=1000, blank=True)
    published = models.DateField(_("published"), null=True, blank=True)
    document = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="exhibits",
        help_text=_("The document of this case whose text it is, where it is one."),
    )  # fmt: skip
    text = models.TextField(_("text"), blank=True, max_length=1_000_000)

    objects = RecordedQuerySet.as_manager()
    not_logged = {"text"}

    class Meta:
        ordering = ["case", "title", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(title=""), name="exhibit_has_a_title")]

    def __str__(self) -> str:
        return self.title

    def facts(self) -> dict[str, Any]:
        """What it is; of the text, which can be long, the hash."""
        return super().facts() | {"text_sha256": sha256(self.text) if self.text else ""}

    def save(self, *args: Any, by: User | None = None, **kwargs: Any) -> None:
        """Save. Refused where the text is another, or a quotation would no longer stand."""
        with writing(self.case):
            stored = self.stored() if self.pk else None
            if stored is not None:
                self._check_text(stored)
            super().save(*args, by=by, **kwargs)

    def _check_text(self, stored: Exhibit) -> None:
        if stored.text and self.text != stored.text:
            raise Refused(_("The text stays as it is: quotations stand in it."), "text")
        held = self.held_text
        if held == stored.held_text:
            return
        quotes = self.evidence.exclude(quote="").values_list("quote", flat=True)
        if not all(quote in (held or "") for quote in quotes):
            raise Refused(_("Evidence quotes this exhibit, and its words do not stand in that text."), "document")

    @property
    def held_text(self) -> str | None:
        """The text in which a quotation must stand; None where the case does not hold it."""
        if self.document is not None:
            return self.document.text
        return self.text or None


class Capture(Recorded):
    """An exhibit as it was fetched: the bytes, what came with them, when and from where. It never changes."""

    exhibit = models.ForeignKey(Exhibit, on_delete=models.PROTECT, related_name="captures")
    content = models.BinaryField(editable=False)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    url = models.URLField(max_length=2000)
    final_url = models.URLField(max_length=2000)
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField(default=list)
    fetched_at = models.DateTimeField()
    fetched_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = RecordedQuerySet.as_manager()
    not_logged = {"content", "headers"}

    class Meta:
        ordering = ["exhibit", "fetched_at", "pk"]

    def __str__(self) -> str:
        return f"{self.final_url}, {self.sha256[:12]}"

    @property
    def log_case(self) -> Case:
        return self.exhibit.case

    def save(self, *args: Any, by: User | None = None, **kwargs: Any) -> None:
        """Keep it. Raises Refused for one that is kept already: what was captured stays as it came."""
        if self.pk:
            raise Refused(_("What was captured stays as it came."))
        super().save(*args, by=by, verb="fetched", **kwargs)
