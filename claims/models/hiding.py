"""What hides who put an exhibit out: evidence that withholds it, and evidence that is still to be rated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

if TYPE_CHECKING:
    from claims.models.evidence import Evidence, EvidenceQuerySet
    from claims.models.people import User


def _evidence() -> EvidenceQuerySet:
    from claims.models.evidence import Evidence  # evidence is built on exhibits and sources, and these ask here

    found: EvidenceQuerySet = Evidence.objects.order_by()
    return found


def withheld(exhibit: str = "exhibit", source: str = "exhibit__source", case: str = "exhibit__case") -> Q:
    """That it is withheld who put an exhibit out: by evidence of this exhibit, or of another of its source in its case.

    The names are those of a query's own fields; a name that is told with one piece would tell it of the other.
    """
    of_it = _evidence().filter(withheld=True, exhibit=OuterRef(exhibit))
    return Q(Exists(of_it)) | Q(Exists(withholding(OuterRef(source), OuterRef(case))))


def withholding(source: Any, case: Any) -> models.QuerySet[Evidence]:
    """The evidence in a case that withholds who a source is; both may be expressions."""
    # With sums, not columns, the database begins at what is withheld, which is little, and not at the whole case.
    named = {"of_source": F("exhibit__source") + 0, "in_case": F("exhibit__case") + 0}
    kept: Any = _evidence().filter(withheld=True).annotate(**named)
    found: models.QuerySet[Evidence] = kept.filter(of_source=source, in_case=case)
    return found


def unrated(reader: User, exhibit: str = "pk") -> Q:
    """That an exhibit is cited by evidence that this reader is still to rate, or somebody else before they see it.

    Whoever added or rated some evidence of it knows whose it is. The name is that of a query's own field.
    """
    of_it = _evidence().filter(exhibit=OuterRef(exhibit))
    waiting = of_it.standing().waiting_for_rating()
    return Q(Exists(waiting)) & ~Q(Exists(of_it.filter(Q(added_by=reader) | Q(rated_by=reader))))
