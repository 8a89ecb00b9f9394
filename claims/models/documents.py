"""Documents, and the passages in which claims stand."""

from __future__ import annotations

import bisect
import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from claims.models.entries import writing
from claims.models.records import Recorded, RecordedQuerySet, Refused
from claims.text.quotations import Quotation, SpanOutsideText, quote, stands

if TYPE_CHECKING:
    from claims.models.cases import Case
    from claims.models.people import User
    from claims.models.suggestions import Suggestion


class DocumentQuerySet(RecordedQuerySet):
    """Documents, from the reader's side."""

    def visible_to(self, reader: User) -> Self:
        """Those of the cases the reader belongs to."""
        if reader.is_superuser and reader.is_active:
            return self
        seen = self if reader.bound_to is None else self.filter(case=reader.bound_to)
        return seen.filter(case__memberships__user_id=reader.pk)

    def light(self) -> Self:
        """Without bytes and text, for lists."""
        return self.defer("content", "text")


class Document(Recorded):
    """A text under review. Its text and bytes never change; what is known about it can be corrected."""

    class Origin(models.TextChoices):
        PASTE = "paste", _("Pasted")
        FILE = "file", _("File")
        URL = "url", _("Web address")

    case = models.ForeignKey("claims.Case", on_delete=models.PROTECT, related_name="documents")
    number = models.PositiveIntegerField(editable=False)
    title = models.CharField(_("title"), max_length=300)
    publisher = models.CharField(_("publisher"), max_length=200, blank=True)
    author = models.CharField(_("author"), max_length=200, blank=True)
    language = models.CharField(_("language"), max_length=12, default="en", help_text=_("As in en, uk, be, ar."))
    published = models.DateField(_("published"), null=True, blank=True)
    modified = models.DateField(_("last changed"), null=True, blank=True)
    origin = models.CharField(_("origin"), max_length=8, choices=Origin, editable=False)
    url = models.URLField(_("web address"), max_length=1000, blank=True)
    file_name = models.CharField(_("file name"), max_length=255, blank=True, editable=False)
    content = models.BinaryField(editable=False)
    text = models.TextField(editable=False)
    sha256 = models.CharField(max_length=64, editable=False)
    sha256_bytes = models.CharField(max_length=64, editable=False)
    words = models.PositiveIntegerField(default=0, editable=False)
    extractor = models.CharField(max_length=60, editable=False)
    pages = models.JSONField(
        default=list, editable=False, help_text=_("Where each page of a paged file begins in the text.")
    )
    notes = models.JSONField(default=list, editable=False, help_text=_("What a reader should know of the reading."))
    loaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="documents", editable=False
    )
    loaded_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = DocumentQuerySet.as_manager()
    not_logged = {"content", "text", "pages"}

    class Meta:
        ordering = ["case", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="document_numbered_once_per_case"),
            models.UniqueConstraint(fields=["case", "sha256"], name="document_text_once_per_case"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("claims:document-detail", args=[self.case.code, self.number])

    @property
    def ref(self) -> str:
        """How people name it: BY/1."""
        return f"{self.case.code}/{self.number}"

    @property
    def log_label(self) -> str:
        return f"document {self.number}, {self.title}"

    def page_of(self, place: int) -> int | None:
        """The number of the page, from 1, on which a place of the text stands; None where the file has no pages."""
        return bisect.bisect_right(self.pages, place) or None

    def holds_its_text(self) -> bool:
        """Whether text and bytes are still those that were loaded."""
        return (
            hashlib.sha256(self.text.encode()).hexdigest() == self.sha256
            and hashlib.sha256(bytes(self.content)).hexdigest() == self.sha256_bytes
        )


class Passage(Recorded):
    """Where a claim stands in a document: W3C text position and text quote selectors, in code points."""

    claim = models.ForeignKey("claims.Claim", on_delete=models.PROTECT, related_name="passages")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="passages")
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    exact = models.TextField(validators=[MaxLengthValidator(10_000)])
    prefix = models.CharField(max_length=64, blank=True)
    suffix = models.CharField(max_length=64, blank=True)

    objects = RecordedQuerySet.as_manager()

    class Meta:
        ordering = ["document", "start", "pk"]
        indexes = [models.Index(fields=["document", "start"], name="passage_in_document")]
        constraints = [
            models.CheckConstraint(condition=Q(end__gt=models.F("start")), name="passage_end_after_start"),
            models.UniqueConstraint(fields=["claim", "document", "start", "end"], name="passage_once_per_claim"),
        ]

    def __str__(self) -> str:
        return f"“{self.exact[:80]}”"

    @classmethod
    def of(cls, document: Document, start: int, end: int) -> Passage:
        """The passage between two offsets, not yet tied to a claim. Raises Refused for a span outside the text."""
        try:
            quotation = quote(document.text, start, end)
        except SpanOutsideText as fault:
            raise Refused(
                _("These words do not stand in the document. Select them again in the text."), "start"
            ) from fault
        return cls(
            document=document,
            start=quotation.start,
            end=quotation.end,
            exact=quotation.exact,
            prefix=quotation.prefix,
            suffix=quotation.suffix,
        )

    @property
    def log_case(self) -> Case:
        return self.document.case

    @property
    def log_claim_id(self) -> int:
        return self.claim_id

    @property
    def quotation(self) -> Quotation:
        """Its selectors."""
        return Quotation(self.start, self.end, self.exact, self.prefix, self.suffix)

    def stands(self) -> bool:
        """The quote gate: whether these words stand in the document at this place."""
        return stands(self.document.text, self.quotation)

    def save(self, *args: Any, by: User | None = None, **kwargs: Any) -> None:
        """Save; Refused where the words do not stand in the document."""
        if not self.stands():
            raise Refused(_("These words do not stand in the document. Select them again in the text."), "start")
        super().save(*args, by=by, **kwargs)


def keep_document(
    case: Case, document: Document, *, by: User, suggestions: Sequence[Suggestion] = ()
) -> tuple[Document, bool]:
    """Store a read document under the case's next number: it, and True; the first of the same text, and False.

    What was suggested in it is stored with it, in one entry.
    """
    document.case, document.loaded_by, document.loaded_at = case, by, timezone.now()
    document.sha256 = hashlib.sha256(document.text.encode()).hexdigest()
    document.sha256_bytes = hashlib.sha256(bytes(document.content)).hexdigest()
    document.words = len(document.text.split())
    with writing(case) as chain:
        first = Document.objects.filter(case=case, sha256=document.sha256).first()
        if first is not None:
            return first, False
        document.number = case.next_number(Document.objects.all())
        document.store()
        found = _keep_suggestions(document, suggestions)
        chain.record(by=by, verb="loaded", on=document, after=document.facts() | found)
    return document, True


def keep_suggestions(document: Document, suggestions: Sequence[Suggestion], *, by: User) -> bool:
    """Store what was suggested in a document that has no suggestions yet; False where it has."""
    with writing(document.case) as chain:
        if document.suggestions.exists():
            return False
        chain.record(by=by, verb="suggested", on=document, after=_keep_suggestions(document, suggestions))
    return True


def _keep_suggestions(document: Document, suggestions: Sequence[Suggestion]) -> dict[str, Any]:
    for suggestion in suggestions:
        suggestion.document = document
    models.QuerySet.bulk_create(document.suggestions.all(), suggestions, batch_size=500)
    methods = sorted({suggestion.method for suggestion in suggestions})
    return {"suggestions": len(suggestions), "suggested_by": methods}
