"""Claims that say the same, or the contrary: a person says so, nothing is ever merged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import IntegrityError, models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Greatest, Least
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.models.claims import Claim
from claims.models.entries import writing
from claims.models.records import NotNow, OfClaim, RecordedQuerySet, Refused

if TYPE_CHECKING:
    from claims.models.people import User


class LinkQuerySet(RecordedQuerySet):
    """Links, from the reader's side."""

    def of(self, claim: Claim, reader: User) -> Self:
        """Those of a claim, from either end, whose other end the reader may see too."""
        mine = self.filter(Q(claim=claim) | Q(other=claim))
        seen = Claim.objects.visible_to(reader).order_by()
        return mine.filter(Exists(seen.filter(pk=OuterRef("claim"))), Exists(seen.filter(pk=OuterRef("other"))))


class Link(OfClaim):
    """One claim beside another. It belongs to the case of the claim on which it was made."""

    class Kind(models.TextChoices):
        SAME = "same", gettext_lazy("says the same as")
        CONTRADICTS = "contradicts", gettext_lazy("contradicts")

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="links")
    other = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="linked_from")
    kind = models.CharField(max_length=12, choices=Kind)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    objects = LinkQuerySet.as_manager()

    class Meta:
        ordering = ["claim", "pk"]
        constraints = [
            models.UniqueConstraint(Least("claim", "other"), Greatest("claim", "other"), name="link_once_per_pair"),
            models.CheckConstraint(condition=~Q(claim=F("other")), name="link_joins_two_claims"),
        ]

    def __str__(self) -> str:
        return f"{self.claim.ref} {self.get_kind_display()} {self.other.ref}"

    @property
    def crosses(self) -> bool:
        """Whether the other claim belongs to another case."""
        return self.claim.case_id != self.other.case_id

    @property
    def log_label(self) -> str:
        """Of a claim in another case the log tells nothing: whoever reads it may not see that case."""
        other = _("a claim of another case") if self.crosses else self.other.ref
        return f"{self.claim.ref} {self.get_kind_display()} {other}"

    def facts(self) -> dict[str, Any]:
        """As the log keeps it; of a claim in another case the key alone."""
        return super().facts() | ({"other": f"#{self.other_id}"} if self.crosses else {})

    def seen_from(self, claim: Claim) -> Claim:
        """The claim at the other end."""
        return self.other if self.claim_id == claim.pk else self.claim


def link(claim: Claim, other: Claim, kind: str, *, by: User) -> Link:
    """Say that two claims say the same, or contradict each other; what was said of the pair before is replaced.

    Raises Refused for a claim and itself.
    """
    if claim.pk == other.pk:
        raise Refused(_("A claim cannot be linked with itself."), "other")
    try:
        return _link(claim, other, kind, by)
    except IntegrityError:
        # In another case, whose chain is not held here, somebody linked the pair at the same instant.
        return _link(claim, other, kind, by)


def _link(claim: Claim, other: Claim, kind: str, by: User) -> Link:
    with writing(claim.case):
        pair = Q(claim=claim, other=other) | Q(claim=other, other=claim)
        found: Link | None = Link.objects.filter(pair).select_related("claim__case", "other__case").first()
        if found is not None and found.claim_id != claim.pk:
            if found.kind == kind:
                return found
            raise Refused(
                _("%(link)s: this was said on the page of %(ref)s, and is changed there.")
                % {"link": found, "ref": found.claim.ref}
            )
        made = found or Link(claim=claim, other=other, made_by=by)
        made.kind = kind
        made.save(by=by, verb="linked")
    return made


def unlink(made: Link, *, by: User) -> None:
    """Take a link back; the log keeps that it was there. Raises NotNow where somebody has done so already."""
    with writing(made.log_case):
        stored = made.stored()
        if stored is None:
            raise NotNow(_("This link is gone already."))
        stored.delete(by=by)
