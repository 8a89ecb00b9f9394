"""Evidence: an exhibit brought to bear on a claim."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from claims.models.absences import Absence
from claims.models.claims import Claim
from claims.models.entries import writing
from claims.models.exhibits import Exhibit, Lineage
from claims.models.hiding import withheld
from claims.models.lineage import trace
from claims.models.moves import Role
from claims.models.origins import origins_of
from claims.models.origins_said import OriginsSaid
from claims.models.quantities import Quantity, set_rows
from claims.models.records import NotNow, NotYours, OfClaim, RecordedQuerySet, Refused, Stale
from claims.models.sources import Grade, Source

if TYPE_CHECKING:
    from claims.models.cases import Case
    from claims.models.people import User


class Credibility(models.TextChoices):
    """How far a piece of information is to be believed: the figures of the Admiralty code (NATO STANAG 2511)."""

    CONFIRMED = "1", _("1 · confirmed by other independent sources")
    PROBABLE = "2", _("2 · probably true")
    POSSIBLE = "3", _("3 · possibly true")
    DOUBTFUL = "4", _("4 · doubtful")
    IMPROBABLE = "5", _("5 · improbable")
    UNKNOWN = "6", _("6 · truth cannot be judged")


class EvidenceQuerySet(RecordedQuerySet):
    """Evidence, from the reader's side."""

    def visible_to(self, reader: User) -> Self:
        """That on claims which the reader may see."""
        # Asked of each piece: a list of all claims that one may see is made anew for every page.
        return self.filter(Exists(Claim.objects.visible_to(reader).filter(pk=OuterRef("claim")).order_by()))

    def standing(self) -> Self:
        """What has not been removed."""
        return self.filter(removed_at=None)

    def telling(self, role: str) -> Self:
        """Of evidence in cases where the reader has this role, that of which they may learn who put it out."""
        return self.exclude(withheld()) if role == Role.READER else self

    def withheld_in(self, case: Case) -> Self:
        """What withholds, in this case, who put its exhibit out."""
        # With a sum, not a column, the database begins at what is withheld, which is little, and not at the whole case.
        return self.filter(withheld=True).annotate(in_case=F("exhibit__case") + 0).filter(in_case=case.pk)

    def waiting_for_rating(self) -> Self:
        """What somebody who did not add it is to rate before they see whose it is."""
        return self.filter(claim__case__hides_sources=True, exhibit__isnull=False, credibility="")

    def rated_for(self, reader: User) -> Self:
        """What waits for no rating, or was added by this reader: whose it is, is not hidden from them."""
        waiting = Q(claim__case__hides_sources=True, exhibit__isnull=False, credibility="")
        return self.exclude(waiting & ~Q(added_by=reader))


class Evidence(OfClaim):
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
    # What a page may tell its reader of it: see `tell` in views/evidence_told.
    untold: str = ""
    named: str = ""
    withheld_by: str = ""

    objects = EvidenceQuerySet.as_manager()
    moved_by_acts = {"removed_at"}
    log_part = "evidence {0.number}"

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
        # With both columns SQLite finds it better than the index of an exhibit's evidence; else it takes whichever of
        # the two was made later.
        indexes = [models.Index(fields=["exhibit", "withheld"], condition=Q(withheld=True), name="evidence_withheld")]

    def __str__(self) -> str:
        return f"{self.get_stance_display()}: {self.exhibit or self.absence}"

    def get_absolute_url(self) -> str:
        claim = self.claim
        return reverse("claims:claim-detail", args=[claim.case.code, claim.number]) + f"#evidence-{self.number}"

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
    def grade_since(self) -> str:
        """The source's grade now, where it is another than the one in force when the evidence was graded."""
        source = self.exhibit.source if self.exhibit is not None else None
        if source is None or not self.credibility or source.reliability == (self.grade.letter if self.grade else ""):
            return ""
        return source.reliability

    @property
    def grade_since_said(self) -> str:
        """The source's grade now, in words, beside the one then: “not graded when judged; now E”; "" for the same."""
        if not (now := self.grade_since):
            return ""
        if self.grade is None:
            return _("not graded when judged; now %(letter)s") % {"letter": now}
        return _("source now %(letter)s") % {"letter": now}

    @property
    def waits_for_rating(self) -> bool:
        """Whether its credibility is still to be rated by somebody who has not seen whose it is."""
        return self.exhibit_id is not None and not self.credibility and self.claim.case.hides_sources

    @property
    def quote_stands(self) -> bool | None:
        """The quote gate: whether the words stand in the exhibit; None where no text of it is held."""
        held = self.exhibit.held_text if self.exhibit is not None else None
        if not self.quote or held is None:
            return None
        return self.quote in held

    def clean(self) -> None:
        """Raises Refused where a rule about one piece of evidence is broken; with all that are."""
        Refused.check(self._check_quote, self._check_credibility, self._check_level)

    def _check_quote(self) -> None:
        if self.quote_stands is False:
            raise Refused(
                _("These words do not stand in the exhibit's text. Copy them from it, character for character."),
                "quote",
            )

    def _check_level(self) -> None:
        if self.level and not self.level_reason.strip():
            raise Refused(_("Say why it is primary or secondary: it will be asked."), "level_reason")

    def _check_credibility(self) -> None:
        if self.exhibit_id and not self.credibility and not self.claim.case.hides_sources:
            raise Refused(_("Choose how far this information is to be believed."), "credibility")
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
                return cls(claim=claim, exhibit=exhibit, once=once, **values)._added(by)

        return cls.made_once(once, make)

    @classmethod
    def absent(
        cls, claim: Claim, *, by: User, stance: str, bearing: str, once: str | None = None, **search: Any
    ) -> Evidence:
        """Record that a search found nothing: where was searched, for what, and what bounds the search."""

        def make() -> Evidence:
            with writing(claim.case):
                claim.locked().require_citable()
                absence = Absence(**({"searched_by": by} | search))
                absence.store()
                evidence = cls(claim=claim, absence=absence, stance=stance, bearing=bearing, once=once)._added(by)
                absence.enter(by=by)
            return evidence

        return cls.made_once(once, make)

    def _added(self, by: User) -> Evidence:
        """This, stored under the claim's next number; call it inside `writing`."""
        self.added_by = by
        self.number = (self.claim.evidence.aggregate(top=models.Max("number"))["top"] or 0) + 1
        self.save(by=by)
        self._count()
        return self

    def rate(self, *, by: User, credibility: str) -> Evidence:
        """This as it stands once somebody who has not seen whose it is said how far it is to be believed.

        Raises NotNow where there is nothing to rate any more, NotYours for whoever added it.
        """
        with writing(self.log_case):
            stored: Evidence = Evidence.objects.select_related("claim__case", "exhibit__source").get(pk=self.pk)
            stored.require_ratable(by)
            stored.credibility, stored.rated_by = credibility, by
            if not credibility:
                raise Refused(_("Choose how far this information is to be believed."), "credibility")
            stored.save(by=by, verb="rated")
        return stored

    def require_ratable(self, by: User) -> None:
        """Raises NotNow where its credibility is not to be rated any more, NotYours for whoever added it."""
        if self.removed_at is not None:
            raise NotNow(_("Evidence %(number)s was removed. Restore it first.") % {"number": self.number})
        if not self.waits_for_rating:
            raise NotNow(_("The credibility of evidence %(number)s is rated already.") % {"number": self.number})
        if self.added_by_id == by.pk:
            raise NotYours(_("You added this evidence and know its source: somebody else rates its credibility."))
        self.require_changeable()

    def search_anew(self, *, by: User, expect: int | None, stance: str, bearing: str, **search: Any) -> None:
        """Correct what a recorded absence says of its search, and how it bears on the claim."""
        absence = self.absence
        if absence is None:
            raise TypeError("evidence with an exhibit records no search")
        with writing(self.log_case):
            self.stance, self.bearing = stance, bearing
            for name, value in search.items():
                setattr(absence, name, value)
            self.save(by=by, expect=expect)
            absence.save(by=by)

    def require_changeable(self, by: User | None = None) -> None:
        """Raises NotNow where a verdict, or somebody's sealed assessment, rests on it as it stands.

        Of assessments that `by` may not see, every one may.
        """
        claim = self.claim.locked()
        claim.require_citable()
        if self.pk and by is not None and not self.waits_for_rating:
            from claims.models.untold import require_untold  # assessments are built on evidence

            require_untold(self, claim, by)
        if self.pk and self.relied_on_in.exclude(submitted_at=None).exists():
            raise NotNow(
                _("A submitted assessment relies on evidence %(number)s, so it stays as it is: add another instead.")
                % {"number": self.number}
            )

    def save(self, *args: Any, by: User | None = None, verb: str = "", **kwargs: Any) -> None:
        """Save; the source's grade in force now is kept with it whenever its credibility is rated anew.

        What is said to be primary speaks at first hand, unless somebody said otherwise where it comes from.
        """
        with writing(self.log_case):
            self.require_changeable(None if verb == "rated" else by)
            self.clean()
            stored = self.stored() if self.pk else None
            if verb != "rated":
                self._check_rater(stored, by)
            if self.credibility and (stored is None or stored.credibility != self.credibility):
                source = self.exhibit.source if self.exhibit is not None else None
                self.grade = source.grades.order_by("-graded_at", "-pk").first() if source else None
            super().save(*args, by=by, verb=verb, **kwargs)
            if stored is not None and stored.credibility != self.credibility:
                self._count()
            if by is not None and self.level == self.Level.PRIMARY:
                self._speaks_at_first_hand(by)

    def _check_rater(self, stored: Evidence | None, by: User | None) -> None:
        """Raises Refused where the case hides sources and the credibility was not rated without seeing whose it is."""
        before = stored.credibility if stored is not None else ""
        if not self.claim.case.hides_sources or self.credibility == before:
            return
        if not before:
            raise Refused(
                _("In this case somebody else rates the credibility, before they see whose it is."), "credibility"
            )
        if by is not None and by.pk == self.added_by_id:
            raise NotYours(_("You added this evidence and know its source: somebody else rates its credibility."))

    def _speaks_at_first_hand(self, by: User) -> None:
        if not self.cited.lineage.exists():
            trace(self.cited, Lineage.Kind.FIRST_HAND, None, by=by, reason=self.level_reason)

    def _count(self) -> None:
        claim = Claim.objects.get(pk=self.claim_id)
        standing = claim.evidence.standing()
        claim.evidence_count = standing.count()
        claim.unrated_count = standing.filter(exhibit__isnull=False, credibility="").count()
        claim.store()

    def set_quantities(self, figures: Sequence[dict[str, Any]], *, by: User) -> None:
        """Make these its typed figures. Raises NotNow where it must stay as it was judged."""
        with writing(self.log_case):
            self.require_changeable(by)
            set_rows(Quantity, figures, by=by, evidence=self)

    def remove(self, *, by: User, expect: int | None = None) -> None:
        """Take it off the claim; it can be restored."""
        self._stand("removed", by=by, expect=expect)

    def require_removable(self, by: User) -> None:
        """Raises NotYours where its source is hidden from whoever would take it off: they do not know what it is."""
        if self.waits_for_rating and self.added_by_id != by.pk:
            raise NotYours(
                _("The source of evidence %(number)s is hidden from you until it is rated. Rate it first; until then "
                  "whoever added it can remove it.") % {"number": self.number}
            )  # fmt: skip

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
            stored.require_changeable(by)
            if verb == "removed":
                stored.require_removable(by)
            before = {"removed": stored.removed_at is not None}
            stored.removed_at = timezone.now() if verb == "removed" else None
            if verb == "restored":
                stored.clean()  # what held when it went may hold no more: the origins that confirmed it
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
