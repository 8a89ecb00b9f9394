"""Exhibits: what sources put out, each as one case holds it, and how one comes from another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _

from claims.models.cases import Case
from claims.models.documents import Document
from claims.models.entries import sha256, writing
from claims.models.hiding import unrated, withheld
from claims.models.moves import Role
from claims.models.records import Recorded, RecordedQuerySet, Refused
from claims.models.sources import Source
from claims.text.addresses_in import addresses, same_page
from claims.text.credits import credit
from claims.text.fingerprints import LONGEST, number_of, prints, wording

if TYPE_CHECKING:
    from claims.models.captures import Capture
    from claims.models.people import User

CHECKED = 1000  # quotations that a page holds against a text
NAMED = 5  # pieces of evidence that a refusal names


class ExhibitQuerySet(RecordedQuerySet):
    """Exhibits, from the reader's side."""

    def telling_withheld(self) -> Self:
        """Each with `withheld`: whether somebody withholds who put it out."""
        told = withheld("pk", "source", "case")
        return self.annotate(withheld=models.ExpressionWrapper(told, output_field=models.BooleanField()))

    def shown_to(self, role: str) -> Self:
        """Those that somebody of this role may see: no reader sees one of which it is withheld who put it out."""
        told = self.telling_withheld()
        return told.filter(withheld=False) if role == Role.READER else told

    def rated_for(self, reader: User, case: Case | None = None) -> Self:
        """Those that no evidence cites whose source is hidden from this reader until it is rated.

        Of one case alone where it is given, and then nothing is asked where it hides no sources.
        """
        return self if case is not None and not case.hides_sources else self.exclude(unrated(reader))


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
    text_of = models.ForeignKey(
        "Capture", on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="+",
        help_text=_("The capture whose text it holds; none where the text was pasted with the evidence."),
    )  # fmt: skip
    language = models.CharField(_("language"), max_length=12, blank=True, help_text=_("As in en, uk, be, ar."))
    pages = models.JSONField(
        default=list, editable=False, help_text=_("Where each page of a paged file begins in the text.")
    )
    credit = models.CharField(
        max_length=60, blank=True, editable=False, help_text=_("The agency that the text credits, if it names one.")
    )

    wording = models.CharField(
        max_length=64, blank=True, editable=False,
        help_text=_("The hash of its words, where they are so many that nobody else happens upon the same."),
    )  # fmt: skip

    objects = ExhibitQuerySet.as_manager()
    not_logged = {"text", "pages", "wording"}
    withheld: bool  # what `telling_withheld` adds
    untold: str = ""  # what a list calls it instead, where it is hidden from the reader

    class Meta:
        ordering = ["case", "title", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(title=""), name="exhibit_has_a_title")]
        indexes = [
            models.Index(fields=["case", "-id"], name="exhibit_of_case"),
            models.Index(fields=["case", "url"], name="exhibit_by_address"),
            models.Index(fields=["case", "credit", "-id"], name="exhibit_by_credit"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("claims:exhibit-detail", args=[self.case.code, self.pk])

    def facts(self) -> dict[str, Any]:
        """What it is; of the text, which can be long, the hash."""
        return super().facts() | {"text_sha256": sha256(self.text) if self.text else ""}

    def save(self, *args: Any, by: User | None = None, **kwargs: Any) -> None:
        """Save. Refused where the text is another, or a quotation would no longer stand.

        With the text comes what tells whence it may come: the agency that it credits, its fingerprints, its wording.
        """
        with writing(self.case):
            stored = self.stored() if self.pk else None
            if stored is not None:
                self._check_text(stored)
            if self.source_id is not None and (stored is None or stored.source_id != self.source_id):
                # It may have been merged since it was chosen.
                self.source = Source.objects.standing_for(self.source_id)
            fresh = stored is None or self.held_text != stored.held_text
            if fresh:
                self.credit = credit(self.held_text or "")
                self.wording = wording(self.held_text or "")
            super().save(*args, by=by, **kwargs)
            if fresh:
                self.keep_prints()
            if stored is not None and by is not None:
                self._tell_of(stored, by)

    def _tell_of(self, stored: Exhibit, by: User) -> None:
        """Another source, address or document may make it another origin: its case knows the one, editors the other.

        Another text is told as another capture is.
        """
        from claims.models.leaning import EvidenceChange, flag  # what verdicts lean on is built on exhibits

        if stored.held_text not in (None, self.held_text):
            flag(EvidenceChange.What.CAPTURE, by=by, exhibits=[self.pk])
        marks = ("source_id", "url", "document_id")
        if all(getattr(stored, name) == getattr(self, name) for name in marks):
            return
        if self.source is not None:
            self.source.become_known_in(self.case, by=by)
        flag(EvidenceChange.What.LINEAGE, by=by, exhibits=[self.pk])

    def _check_text(self, stored: Exhibit) -> None:
        if stored.text and self.text != stored.text and self.text_of_id in (None, stored.text_of_id):
            raise Refused(_("The text stays as it is: quotations stand in it."), "text")
        if self.held_text != stored.held_text and (why := self.misquoting(self.held_text or "", most=None)):
            raise Refused(why, "document")

    def hold(self, text: str, *, of: Capture, by: User, pages: Sequence[int] = (), language: str = "") -> None:
        """Hold the text of a capture from now on, in the place of another if there was one.

        Raises Refused where a quotation would no longer stand, or its text is that of a document.
        """
        if self.document_id is not None:
            raise Refused(_("Its text is that of a document of this case, and stays so."))
        self.text, self.pages = text, list(pages)
        self.text_of = of
        self.language = self.language or language[:12]
        self.save(by=by)

    def misquoting(self, text: str, *, most: int | None = CHECKED) -> str:
        """Which evidence quotes words that do not stand in this text, in a sentence; "" where none does.

        `most` bounds how many quotations are looked at. What was removed counts where it may stand in a report: once
        a text is held that it was checked against.
        """
        evidence = self.evidence.exclude(quote="").select_related("claim__case").order_by("claim", "number")
        if self.pk and not Exhibit.objects.filter(pk=self.pk).exclude(text="", document=None).exists():
            evidence = evidence.filter(removed_at=None)
        wrong = [item.log_label for item in evidence[:most] if item.quote not in text]
        if not wrong:
            return ""
        named = ", ".join(wrong[:NAMED]) + (", …" if len(wrong) > NAMED else "")
        return now("Words that are quoted do not stand in that text: %(evidence)s.") % {"evidence": named}

    @property
    def held_text(self) -> str | None:
        """The text in which a quotation must stand; None where the case does not hold it."""
        if self.document is not None:
            return self.document.text
        return self.text or None

    def keep_prints(self) -> None:
        """Keep the fingerprints of its text, in the place of those it had."""
        text = (self.held_text or "")[:LONGEST]
        values = prints(text) | {Print.of_address(each) for each in addresses(text)}
        made = [Print(case_id=self.case_id, exhibit=self, value=each) for each in values or {0}]
        with transaction.atomic():
            self.prints.all().delete()
            # Two pages may ask at the same instant for those of an exhibit that had none.
            Print.objects.bulk_create(made, batch_size=1000, ignore_conflicts=True)


class Print(models.Model):
    """One fingerprint of an exhibit's text: exhibits that share one may share a long passage.

    Negative ones are of web addresses in the text. An exhibit that has none has 0, so that none is looked at twice.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    exhibit = models.ForeignKey(Exhibit, on_delete=models.CASCADE, related_name="prints")
    value = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["exhibit", "value"], name="print_once_per_exhibit")]
        indexes = [models.Index(fields=["case", "value", "exhibit"], name="print_by_value")]

    def __str__(self) -> str:
        return f"{self.value:x}"

    @staticmethod
    def of_address(address: str) -> int:
        """The print of a web address in one spelling, be it with http or https."""
        return -number_of(same_page(address))


class Lineage(Recorded):
    """What a person said of where an exhibit comes from: the exhibit it repeats, or that it repeats none.

    An exhibit of which nobody has said anything is of unknown lineage, like one said to be.
    """

    class Kind(models.TextChoices):
        FIRST_HAND = "first_hand", _("speaks at first hand, and repeats nothing")
        QUOTES = "quotes", _("quotes")
        TRANSLATES = "translates", _("translates")
        WIRE = "wire", _("is wire copy of")
        DERIVED = "derived", _("is derived from")
        UNKNOWN = "unknown", _("repeats something that is not on record")

    exhibit = models.ForeignKey(Exhibit, on_delete=models.PROTECT, related_name="lineage")
    original = models.ForeignKey(Exhibit, on_delete=models.PROTECT, null=True, blank=True, related_name="repeated_in")
    kind = models.CharField(_("how"), max_length=10, choices=Kind)
    reason = models.TextField(_("reason"), max_length=2000)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    objects = RecordedQuerySet.as_manager()

    class Meta:
        verbose_name_plural = _("lineages")
        ordering = ["exhibit", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(original=None, kind__in=["first_hand", "unknown"])
                | Q(original__isnull=False, kind__in=["quotes", "translates", "wire", "derived"]),
                name="lineage_names_what_is_repeated",
            ),
            models.CheckConstraint(
                condition=Q(original=None) | ~Q(original=models.F("exhibit")), name="lineage_joins_two_exhibits"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="lineage_has_a_reason"),
            models.UniqueConstraint(fields=["exhibit", "original"], name="lineage_once_per_pair"),
            models.UniqueConstraint(
                fields=["exhibit"], condition=Q(original=None), name="lineage_one_word_on_first_hand"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.exhibit} {self.get_kind_display()} {self.original or ''}".strip()

    @property
    def log_case(self) -> Case:
        return self.exhibit.case

    def save(self, *args: Any, by: User | None = None, **kwargs: Any) -> None:
        """Save; the editors of verdicts that rest on it are told, unless the reason alone is another."""
        from claims.models.leaning import flag_lineage  # what verdicts lean on is built on exhibits

        with writing(self.log_case):
            stored = self.stored() if self.pk else None
            super().save(*args, by=by, **kwargs)
            if by is not None and (stored is None or stored.link != self.link):
                flag_lineage(self.exhibit, by=by)

    def delete(self, *args: Any, by: User | None = None, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Take it back; the editors of verdicts that rest on it are told."""
        from claims.models.leaning import flag_lineage

        with writing(self.log_case):
            gone = super().delete(*args, by=by, **kwargs)
            if by is not None:
                flag_lineage(self.exhibit, by=by)
        return gone

    @property
    def link(self) -> tuple[int, int | None, str]:
        """What is said: of which exhibit, that it repeats which, and how."""
        return self.exhibit_id, self.original_id, str(self.kind)

    @property
    def is_word(self) -> bool:
        """Whether it names no other exhibit: first hand, or not on record."""
        return self.original_id is None
