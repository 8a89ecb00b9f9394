"""Captures: the bytes of exhibits as they came, each kept once under its hash, and what became of them since."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from claims.models.cases import Case
from claims.models.entries import writing
from claims.models.exhibits import Exhibit
from claims.models.records import Recorded, RecordedQuerySet, Refused

if TYPE_CHECKING:
    from claims.models.people import User


class StoredFileQuerySet(models.QuerySet["StoredFile"]):
    def unnamed(self) -> Self:
        """Those that nothing names: of uploads that broke off, or of some that are under way."""
        found = self
        for relation in StoredFile._meta.related_objects:
            naming = relation.related_model._base_manager.filter(**{relation.field.name: OuterRef("pk")})
            found = found.exclude(Exists(naming))
        return found

    def of_case(self, case: Case) -> Self:
        """Those that hold a capture of the case, or something derived from one."""
        captures = Capture.objects.filter(exhibit__case=case, file=OuterRef("pk"))
        derived = Derived.objects.filter(parent__captures__exhibit__case=case, file=OuterRef("pk"))
        return self.filter(Exists(captures) | Exists(derived))


class StoredFile(models.Model):
    """A content that the store holds under its SHA-256: however often it comes in, it is kept once.

    The row is there before the file is. One that nothing names is of an upload that broke off.
    """

    class Fault(models.TextChoices):
        MISSING = "missing", _("missing")
        ALTERED = "altered", _("altered")

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.PositiveBigIntegerField()
    detected_type = models.CharField(max_length=100, blank=True)
    received_at = models.DateTimeField(default=timezone.now, help_text=_("When it came in last."))
    rehashed_at = models.DateTimeField(null=True, blank=True)
    fault = models.CharField(max_length=8, choices=Fault, blank=True, help_text=_("What the last look at it found."))

    objects = StoredFileQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(sha256=""), name="stored_file_under_its_hash")]

    def __str__(self) -> str:
        return self.sha256


class Capture(Recorded):
    """An exhibit as it came: the bytes, what came with them, when and from where. It never changes."""

    class How(models.TextChoices):
        UPLOAD = "upload", _("File")
        FETCHED = "fetched", _("Fetched from its web address")
        PASTED = "pasted", _("Pasted text")
        SCREENSHOT = "screenshot", _("Screenshot")

    exhibit = models.ForeignKey(Exhibit, on_delete=models.PROTECT, related_name="captures")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="captures")
    how = models.CharField(_("how it came"), max_length=10, choices=How)
    name = models.CharField(_("name it came under"), max_length=255, blank=True)
    declared_type = models.CharField(max_length=255, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    url = models.URLField(max_length=2000, blank=True)
    final_url = models.URLField(max_length=2000, blank=True)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    headers = models.JSONField(default=list)
    captured_at = models.DateTimeField(default=timezone.now)
    captured_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = RecordedQuerySet.as_manager()
    not_logged = {"headers"}

    class Meta:
        ordering = ["exhibit", "captured_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(how="fetched") | ~Q(final_url=""), name="capture_fetched_from_somewhere"
            )
        ]

    def __str__(self) -> str:
        return f"{self.final_url or self.name or self.get_how_display()}, {self.file.sha256[:12]}"

    @property
    def called(self) -> str:
        """What people know it by: the name that it came under, the address that it came from, or how it came."""
        return self.name or self.final_url or self.get_how_display()

    @property
    def log_case(self) -> Case:
        return self.exhibit.case

    def facts(self) -> dict[str, Any]:
        """What came and how, with the hash and the size of its bytes."""
        return super().facts() | {"sha256": self.file.sha256, "size": self.file.size}

    def save(self, *args: Any, by: User | None = None, **kwargs: Any) -> None:
        """Keep it. Raises Refused for one that is kept already: what was captured stays as it came.

        Bytes that the exhibit never had are a change under verdicts, unless they are its first: quotations were
        checked against its text, which stays.
        """
        from claims.models.leaning import EvidenceChange, flag  # what verdicts lean on is built on exhibits

        if self.pk:
            raise Refused(_("What was captured stays as it came."))
        with writing(self.log_case):
            earlier = Capture.objects.filter(exhibit=self.exhibit)
            differs = earlier.exists() and not earlier.filter(file=self.file).exists()
            super().save(*args, by=by, verb="fetched" if self.how == self.How.FETCHED else "received", **kwargs)
            Custody.objects.create(capture=self, act=Custody.Act.RECEIVED, by=by, at=self.captured_at)
            if differs and by is not None:
                flag(EvidenceChange.What.CAPTURE, by=by, exhibits=[self.exhibit_id])


class Derived(models.Model):
    """Something that a tool made of a stored file, such as its text or the picture of a page; or why it could not."""

    class Kind(models.TextChoices):
        TEXT = "text", _("Text")
        PICTURE = "picture", _("Picture")

    parent = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="derived")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="derived_as")
    kind = models.CharField(max_length=8, choices=Kind)
    page = models.PositiveIntegerField(default=0, help_text=_("From 1; 0 where the file has no pages."))
    tool = models.CharField(max_length=60)
    tool_version = models.CharField(max_length=40)
    facts = models.JSONField(default=dict, help_text=_("What the tool says of it: size of a picture, pages of a text."))
    fault = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = _("derived")
        constraints = [
            models.UniqueConstraint(
                fields=["parent", "kind", "page", "tool", "tool_version"], name="derived_once_per_tool"
            ),
            models.CheckConstraint(condition=Q(file__isnull=False) | ~Q(fault=""), name="derived_or_says_why_not"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.parent.sha256[:12]}"


class Custody(models.Model):
    """One line of what became of a capture: received, viewed, exported, hashed again."""

    class Act(models.TextChoices):
        RECEIVED = "received", _("received")
        VIEWED = "viewed", _("viewed")
        EXPORTED = "exported", _("taken out")
        REHASHED = "rehashed", _("hashed again, as it came")
        MISSING = "missing", _("found missing")
        ALTERED = "altered", _("found altered")

    capture = models.ForeignKey(Capture, on_delete=models.PROTECT, related_name="custody")
    act = models.CharField(max_length=10, choices=Act)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        help_text=_("Nobody, where a command did it."),
    )  # fmt: skip
    at = models.DateTimeField(default=timezone.now)
    detail = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name_plural = _("custody")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["capture", "-id"], name="custody_of_capture")]

    def __str__(self) -> str:
        return f"{self.get_act_display()}, {self.at:%Y-%m-%d %H:%M}"
