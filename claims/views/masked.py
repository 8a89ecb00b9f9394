"""For those who decide: which evidence readers see without its source, and what withholds it."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext as _

from claims.models import Evidence

MOST = 500  # pieces of evidence that withhold, the oldest first


def tell_by_whom(masked: list[Evidence]) -> None:
    """Put beside each of these pieces of one claim, as `withheld_by`, which evidence withholds who its source is."""
    others = [item for item in masked if not item.withheld and item.exhibit is not None]
    found: dict[tuple[str, int | None], str] = {}
    if others:
        case = masked[0].claim.case
        exhibits = {item.exhibit_id for item in others}
        sources = {item.cited.source_id for item in others} - {None}
        of_it = Evidence.objects.withheld_in(case).filter(Q(exhibit__in=exhibits) | Q(exhibit__source__in=sources))
        rows = of_it.order_by("pk").values_list("exhibit", "exhibit__source", "claim__number", "number")
        for exhibit, source, claim, number in rows[:MOST]:
            said = _("withheld by evidence %(n)s of %(ref)s") % {"n": number, "ref": f"{case.code}-{claim}"}
            found.setdefault(("exhibit", exhibit), said)
            found.setdefault(("source", source), said)
    for item in masked:
        if item.withheld:
            item.withheld_by = _("withheld by this evidence")
        elif item.exhibit is not None:
            by_source = found.get(("source", item.exhibit.source_id)) if item.exhibit.source_id else None
            item.withheld_by = found.get(("exhibit", item.exhibit_id)) or by_source or _("withheld in this case")
