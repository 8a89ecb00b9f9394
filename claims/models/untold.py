"""What could be told by what may be done: whether hidden answers rely on a piece of evidence.

If only what they do rely on were kept from changing, one would learn which pieces those are by trying. So as long as
an answer is hidden from somebody, they change nothing that was there when it was given.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from django.db.models import OuterRef
from django.utils.translation import gettext_lazy as _

from claims.models.assessments import Assessment, AssessmentQuerySet
from claims.models.people import User
from claims.models.prepared import Prepared
from claims.models.records import NotNow

if TYPE_CHECKING:
    from claims.models.claims import Claim
    from claims.models.evidence import Evidence


def answered_since() -> AssessmentQuerySet:
    """Of the evidence in an outer query: the answers to its claim that were submitted after it was added."""
    later = Assessment.objects.submitted().filter(claim=OuterRef("claim"), submitted_at__gte=OuterRef("added_at"))
    found: AssessmentQuerySet = later.order_by()
    return found


@cache
def _hidden_from(role: str) -> Prepared[Any]:
    def build(claim: int, reader: int) -> Any:
        of_claim = Assessment.objects.filter(claim=claim)
        seen = of_claim.visible_to(User(pk=reader), role).order_by().values("pk")
        return of_claim.submitted().exclude(pk__in=seen).order_by().values_list("pk", flat=True)[:1]

    return Prepared(build)


def answers_hidden(claim: Claim, reader: User, role: str | None) -> bool:
    """Whether there are answers to the claim, of whatever round, that the reader may not see."""
    return bool(_hidden_from(role or "")(claim.pk, reader.pk))


def require_untold(evidence: Evidence, claim: Claim, by: User) -> None:
    """Raises NotNow where answers that are hidden from somebody may rely on the evidence that they would change."""
    later = Assessment.objects.submitted().filter(claim=claim, submitted_at__gte=evidence.added_at)
    if later.exists() and answers_hidden(claim, by, claim.case.role_of(by)):
        raise NotNow(
            _("Answers that are hidden from you may rely on evidence %(number)s, so it stays as it is: add another "
              "instead, or give your own answer first.") % {"number": evidence.number}
        )  # fmt: skip
