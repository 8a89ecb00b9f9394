"""Reports: a frozen selection of claims."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from claims.models.cases import Case
from claims.models.entries import writing
from claims.models.people import User
from claims.models.records import Recorded, RecordedQuerySet, Refused

NO_CLAIMS = '"claims":[]'  # stands once in what is kept of a report beside its claims
BATCH = 500  # claims that are read at once
READ = 1000  # claims that a person can open on pages; a longer report is a table, and data


class Report(Recorded):
    """A frozen selection of claims; every format is rendered from the frozen data alone.

    The data are one JSON document. What it says of each claim is a row of its own, so that a long one can be read
    piece by piece; reports from before that hold it whole.
    """

    class Audience(models.TextChoices):
        PUBLIC = "public", _("Public")
        INTERNAL = "internal", _("Internal")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reports")
    number = models.PositiveIntegerField()
    title = models.CharField(_("title"), max_length=200)
    audience = models.CharField(_("audience"), max_length=8, choices=Audience, default=Audience.INTERNAL)
    selection = models.CharField(_("selection"), max_length=500, blank=True)
    claims_in = models.PositiveIntegerField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reports")
    made_at = models.DateTimeField(default=timezone.now)
    snapshot = models.TextField(help_text=_("The frozen data: JSON, exactly as it was hashed."))
    held = models.JSONField(default=dict, help_text=_("Key of an exhibit by the number that the frozen data give it."))
    house = models.JSONField(default=list, help_text=_("Who of the house must not be named in it, where it is public."))
    sha256 = models.CharField(max_length=64)

    objects = RecordedQuerySet.as_manager()
    not_logged = {"snapshot", "held", "house"}

    class Meta:
        ordering = ["case", "-number"]
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="report_numbered_once_per_case")]

    def __str__(self) -> str:
        return f"{self.title} ({self.number})"

    def get_absolute_url(self) -> str:
        return reverse("claims:report-detail", args=[self.case.code, self.number])

    @property
    def log_label(self) -> str:
        return f"report {self.number}, {self.title}"

    @property
    def readable(self) -> bool:
        """Whether it is short enough for pages; one that is not leaves as CSV and JSON alone."""
        return self.claims_in <= READ

    def check_readable(self) -> None:
        """Raises Refused where it is too long for what people read, and for all that is made in one piece."""
        if not self.readable:
            raise Refused(
                _("Of more than %(most)s claims there are CSV and JSON alone. Make a report of fewer for this.")
                % {"most": f"{READ:,}"}
            )

    @property
    def head(self) -> dict[str, Any]:
        """The frozen data without what they say of the claims."""
        loaded: dict[str, Any] = json.loads(self.snapshot)
        return loaded | {"claims": []}

    @property
    def data(self) -> dict[str, Any]:
        """The frozen data in whole, read back."""
        loaded: dict[str, Any] = json.loads(self.snapshot)
        return loaded if loaded["claims"] else loaded | {"claims": list(self.claims())}

    def claims(self, first: int = 0, last: int | None = None) -> Iterator[dict[str, Any]]:
        """What it says of the claims from one place to another, in order; fetched in batches."""
        if NO_CLAIMS not in self.snapshot:
            yield from json.loads(self.snapshot)["claims"][first:last]
            return
        yield from map(json.loads, self._texts(first, last))

    def rows(self) -> Iterator[str]:
        """The row that each claim has in a spreadsheet; none of a report that does not keep them."""
        yield from self.parts.order_by("position").values_list("row", flat=True).iterator(chunk_size=BATCH)

    def _texts(self, first: int = 0, last: int | None = None) -> Iterator[str]:
        rows = self.parts.filter(position__gte=first).order_by("position")
        rows = rows if last is None else rows.filter(position__lt=last)
        yield from rows.values_list("text", flat=True).iterator(chunk_size=BATCH)

    def pieces(self) -> Iterator[str]:
        """The frozen data piece by piece: put together they are the text that was hashed."""
        yield from joined(self.snapshot, self._texts())

    def holds_its_data(self) -> bool:
        """Whether the frozen data are still those that were hashed."""
        return digest_of(self.pieces()) == self.sha256


class ReportedClaim(models.Model):
    """What a report says of one claim: JSON as it was hashed, in its place among the claims."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="parts")
    position = models.PositiveIntegerField()
    text = models.TextField()
    row = models.TextField(blank=True, help_text=_("The same as a row of a spreadsheet, as it is made of the text."))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "position"], name="reported_claim_once_per_place")]

    def __str__(self) -> str:
        return f"{self.report}, {self.position}"


def joined(head: str, claims: Iterator[str]) -> Iterator[str]:
    """The text of the data piece by piece: what stands beside the claims, with these in their place."""
    before, place, after = head.partition(NO_CLAIMS)
    yield before
    if place:
        yield NO_CLAIMS[:-1]
        for number, text in enumerate(claims):
            yield f",{text}" if number else text
        yield NO_CLAIMS[-1:]
    yield after


def digest_of(pieces: Iterator[str]) -> str:
    """The SHA-256 in hex of a text that comes in pieces."""
    made = hashlib.sha256()
    for piece in pieces:
        made.update(piece.encode())
    return made.hexdigest()


class RenderedFile(models.Model):
    """A report in one format as a worker made it: kept, as it takes long, and made again with the same bytes."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="rendered")
    format = models.CharField(max_length=20)
    file = models.ForeignKey("claims.StoredFile", on_delete=models.PROTECT, related_name="rendered")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "format"], name="rendered_file_once_per_format")]

    def __str__(self) -> str:
        return f"{self.report}, {self.format}"


class ReportTemplate(Recorded):
    """How the reports of a case are to be, under a name: chosen once, and chosen again for the next report."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="report_templates")
    name = models.CharField(_("name"), max_length=100)
    choice = models.JSONField(default=dict)
    logo = models.BinaryField(default=b"", blank=True)

    objects = RecordedQuerySet.as_manager()
    not_logged = {"logo"}

    class Meta:
        ordering = ["case", "name"]
        constraints = [models.UniqueConstraint(fields=["case", "name"], name="report_template_named_once_per_case")]

    def __str__(self) -> str:
        return self.name

    @property
    def log_label(self) -> str:
        return f"report template {self.name}"

    def facts(self) -> dict[str, Any]:
        """As the log keeps it; of the logo its hash."""
        return super().facts() | {"logo": hashlib.sha256(bytes(self.logo)).hexdigest() if self.logo else ""}

    def save(self, *args: Any, by: User | None = None, **kwargs: Any) -> None:
        """Save it. Raises Refused where the case has another of that name."""
        with writing(self.case):
            if ReportTemplate.objects.filter(case=self.case, name=self.name).exclude(pk=self.pk).exists():
                raise Refused(_("Another template of this case has this name. Choose another name."), "name")
            super().save(*args, by=by, **kwargs)
