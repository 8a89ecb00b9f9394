"""Evidence: an exhibit brought to bear on a claim."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from claims.models.cases import Case
from claims.models.claims import Claim
from claims.models.entries import writing
from claims.models.exhibits import Exhibit
from claims.models.origins import origins_of
from claims.models.origins_said import OriginsSaid
from claims.models.records import NotNow, Recorded, RecordedQuerySet, Refused, Stale
from claims.models.sources import Grade, Source

if TYPE_CHECKING:
    from claims.models.people import User


class Credibility(models.TextChoices):
    """How far a piece of information is to be believed: the figures of the Admiralty code (NATO STANAG 2511)."""

    CONFIRMED = "1", _("1 · confirmed by other independent sources")
    PROBABLE = "2", _("2 · probably true")
    POSSIBLE = "3", _("3 · possibly true")
    DOUBTFUL = "4", _("4 · doubtful")
    IMPROBABLE = "5", _("5 · improbable")
    UNKNOWN = "6", _("6 · truth cannot be judged")


class Absence(Recorded):
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
    def log_case(self) -> Case:
        return self.evidence.claim.case

    @property
    def log_claim_id(self) -> int:
        return self.evidence.claim_id


class EvidenceQuerySet(RecordedQuerySet):
    """Evidence, from the reader's side."""

    def standing(self) -> Self:
        """What has not been removed."""
        return self.filter(removed_at=None)


class Evidence(Recorded):
    """An exhibit brought to bear on a claim."""

    class Stance(models.TextChoices):
        SUPPORTS = "supports", _("Supports")
        REFUTES = "refutes", _("Refutes")
        CONTEXT = "context", _("Context")

    class Bearing(models.TextChoices):
        SAID = "said", _("Was it said?")
        TRUE = "true", _("Is it true?")

    class Level(models.TextChoices):
        PRIMARY = "primary", _("Primary: it speaks at first hand")
        SECONDARY = "secondary", _("Secondary: it tells what others said or saw")

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="evidence")
    number = models.PositiveIntegerField(editable=False)
    exhibit = models.ForeignKey(Exhibit, on_delete=models.PROTECT, null=True, blank=True, related_name="evidence")
    absence = models.OneToOneField(
        Absence, on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="evidence"
    )
    grade = models.ForeignKey(
        Grade, on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="evidence",
        help_text=_("The source's grade in force when the evidence was graded."),
    )  # fmt: skip
    stance = models.CharField(_("stance"), max_length=10, choices=Stance)
    bearing = models.CharField(_("bears on"), max_length=5, choices=Bearing, default=Bearing.TRUE)
    quote = models.TextField(_("quotation"), blank=True, max_length=10_000)
    where = models.CharField(_("where in it"), max_length=200, blank=True, help_text=_("Page, paragraph, time."))
    credibility = models.CharField(
        _("credibility"), max_length=1, choices=Credibility, blank=True,
        help_text=_("Empty for a recorded absence, and until it is rated with the source hidden."),
    )  # fmt: skip
    rated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="+",
        help_text=_("Who rated it with the source hidden; nobody where it was rated as it was added."),
    )  # fmt: skip
    level = models.CharField(_("primary or secondary"), max_length=9, choices=Level, blank=True)
    level_reason = models.TextField(_("why"), blank=True, max_length=2000)
    withheld = models.BooleanField(
        _("withhold identity"), default=False,
        help_text=_("The source's name stays out of every export and out of readers' pages."),
    )  # fmt: skip
    note = models.TextField(_("note"), blank=True, max_length=5000)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="evidence", editable=False
    )
    added_at = models.DateTimeField(default=timezone.now, editable=False)
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = EvidenceQuerySet.as_manager()
    moved_by_acts = {"removed_at"}

    class Meta:
        verbose_name_plural = _("evidence")
        ordering = ["claim", "number"]
        constraints = [
            models.UniqueConstraint(fields=["claim", "number"], name="evidence_numbered_once_per_claim"),
            models.CheckConstraint(
                condition=Q(credibility__in=[*Credibility.values, ""]), name="evidence_credibility_known"
            ),
            models.CheckConstraint(
                condition=Q(exhibit=None, absence__isnull=False) | Q(exhibit__isnull=False, absence=None),
                name="evidence_is_an_exhibit_or_an_absence",
            ),
            models.CheckConstraint(
                condition=Q(exhibit__isnull=False) | Q(quote="", credibility="", level="", withheld=False),
                name="evidence_of_an_absence_quotes_nobody",
            ),
            models.CheckConstraint(condition=Q(level="") | ~Q(level_reason=""), name="evidence_level_has_a_reason"),
            models.CheckConstraint(
                condition=Q(stance__in=["supports", "refutes", "context"]), name="evidence_stance_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_stance_display()}: {self.exhibit or self.absence}"

    def get_absolute_url(self) -> str:
        claim = self.claim
        return reverse("claims:claim-detail", args=[claim.case.code, claim.number]) + f"#evidence-{self.number}"

    @property
    def log_case(self) -> Case:
        return self.claim.case

    @property
    def log_claim_id(self) -> int:
        return self.claim_id

    @property
    def log_label(self) -> str:
        return f"{self.claim.ref}, evidence {self.number}"

    @property
    def cited(self) -> Exhibit:
        """The exhibit. Raises TypeError for a recorded absence, which has none."""
        if self.exhibit is None:
            raise TypeError("a recorded absence cites no exhibit")
        return self.exhibit

    @property
    def two_grades(self) -> str:
        """Reliability and credibility side by side, as in B3; a question mark where the source has no grade."""
        return f"{self.grade.letter if self.grade else '?'}{self.credibility or '?'}"

    @property
    def quote_stands(self) -> bool | None:
        """The quote gate: whether the words stand in the exhibit; None where no text of it is held."""
        held = self.exhibit.held_text if self.exhibit is not None else None
        if not self.quote or held is None:
            return None
        return self.quote in held

    def clean(self) -> None:
        """Raises Refused where a rule about one piece of evidence is broken."""
        if self.quote_stands is False:
            raise Refused(
                _("These words do not stand in the exhibit's text. Copy them from it, character for character."),
                "quote",
            )
        if self.credibility == Credibility.CONFIRMED:
            self._check_confirmed()

    def _check_confirmed(self) -> None:
        if self.stance == self.Stance.CONTEXT:
            raise Refused(_("What gives context is not confirmed by others. Choose 2 to 6."), "credibility")
        gathered = origins_of(self.claim, adding=self)
        # Whoever rates it with its source hidden is not to learn from the answer whose it is.
        said = OriginsSaid(gathered, unnamed=self.claim.case.hides_sources)
        if lack := said.missing(gathered.items[-1]):
            raise Refused(lack, "credibility")

    @classmethod
    def cite(
        cls,
        claim: Claim,
        *,
        by: User,
        source: Source | None,
        exhibit: Exhibit,
        once: str | None = None,
        **values: Any,
    ) -> Evidence:
        """Bring an exhibit (new or held already) to bear on a claim."""

        def make() -> Evidence:
            with writing(claim.case):
                claim.locked().require_citable()
                _check_of_case(exhibit, claim)
                if exhibit.pk is None:
                    exhibit.case, exhibit.source = claim.case, source
                    exhibit.save(by=by)
                if exhibit.source is not None:
                    exhibit.source.become_known_in(claim.case, by=by)
                evidence = cls(claim=claim, exhibit=exhibit, added_by=by, once=once, **values)
                evidence.number = (claim.evidence.aggregate(top=models.Max("number"))["top"] or 0) + 1
                evidence.save(by=by)
                evidence._count()
            return evidence

        return cls.made_once(once, make)

    def require_changeable(self) -> None:
        """Raises NotNow where a verdict, or somebody's sealed assessment, rests on it as it stands."""
        self.claim.locked().require_citable()
        if self.pk and self.relied_on_in.exclude(submitted_at=None).exists():
            raise NotNow(
                _("A submitted assessment relies on evidence %(number)s, so it stays as it is: add another instead.")
                % {"number": self.number}
            )

    def save(self, *args: Any, by: User | None = None, **kwargs: Any) -> None:
        """Save; the source's grade in force now is kept with it whenever it is graded anew."""
        with writing(self.log_case):
            self.require_changeable()
            self.clean()
            stored = self.stored() if self.pk else None
            if stored is None or stored.credibility != self.credibility:
                source = self.exhibit.source if self.exhibit is not None else None
                self.grade = source.grades.order_by("-graded_at", "-pk").first() if source else None
            super().save(*args, by=by, **kwargs)

    def _count(self) -> None:
        claim = Claim.objects.get(pk=self.claim_id)
        claim.evidence_count = claim.evidence.standing().count()
        claim.store()

    def remove(self, *, by: User, expect: int | None = None) -> None:
        """Take it off the claim; it can be restored."""
        self._stand("removed", by=by, expect=expect)

    def restore(self, *, by: User) -> None:
        """Bring it back after a removal."""
        self._stand("restored", by=by)

    def _stand(self, verb: str, *, by: User, expect: int | None = None) -> None:
        with writing(self.log_case) as chain:
            stored = Evidence.objects.select_related("claim__case").get(pk=self.pk)
            if expect is not None and stored.version != expect:
                raise Stale(stored)
            if (stored.removed_at is None) != (verb == "removed"):
                return  # it is so already: sent twice, or somebody was quicker
            stored.require_changeable()
            before = {"removed": stored.removed_at is not None}
            stored.removed_at = timezone.now() if verb == "removed" else None
            stored.version += 1
            stored.store()
            stored._count()
            chain.record(by=by, verb=verb, on=stored, before=before, after={"removed": verb == "removed"})
            self.removed_at, self.version = stored.removed_at, stored.version


def _check_of_case(exhibit: Exhibit, claim: Claim) -> None:
    """Raises Refused for an exhibit, or a document behind one, that another case holds."""
    here = claim.case_id
    if exhibit.pk is not None and exhibit.case_id != here:
        raise Refused(_("This exhibit belongs to another case."), "exhibit")
    if exhibit.document is not None and exhibit.document.case_id != here:
        raise Refused(_("This document belongs to another case."), "document")
