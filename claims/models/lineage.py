"""Where exhibits come from: a person says so, link by link, and never in a circle."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.models.entries import Entry, writing
from claims.models.exhibits import Exhibit, Lineage
from claims.models.hiding import withheld
from claims.models.moves import Role
from claims.models.records import NotNow, Refused

if TYPE_CHECKING:
    from claims.models.people import User

NAMED = 3  # exhibits that a sentence names
LOOKED_AT = 500  # newest entries of the log, among which what was just said is looked for
KEY = re.compile(r"\(#(\d+)\)$")  # how the log names a record
REPEATS = frozenset(Lineage.Kind) - {Lineage.Kind.FIRST_HAND, Lineage.Kind.UNKNOWN}


def trace(
    exhibit: Exhibit,
    kind: str,
    original: Exhibit | None,
    *,
    by: User,
    reason: str,
    once: str | None = None,
    verb: str = "traced",
    warned: Collection[int] | None = None,
) -> Lineage:
    """Say where an exhibit comes from: that it repeats another, speaks at first hand, or repeats what nobody has.

    What was said of the same pair before is replaced, and so is a word without another exhibit, by a link and by
    another word; `undo` brings it back. `warned` holds the keys of what the person was told that this may replace:
    NotNow where it replaces something else. Raises Refused where it cannot be, such as in a circle.
    """
    reason = reason.strip()
    _check_said(exhibit, kind, original, reason)

    def make() -> Lineage:
        with writing(exhibit.case):
            if original is None:
                _check_no_links(exhibit)
            else:
                _check_no_circle(exhibit, original)
            if warned is not None:
                _check_warned(replaced_by(exhibit, kind, original, reason), warned)
            for word in exhibit.lineage.filter(original=None) if original is not None else ():
                word.delete(by=by, verb="untraced", why=reason)
            made = exhibit.lineage.filter(original=original).first() or Lineage(
                exhibit=exhibit, original=original, once=once
            )
            if made.pk is None or (made.kind, made.reason) != (kind, reason):
                made.kind, made.reason, made.made_by, made.made_at = kind, reason, by, timezone.now()
                made.save(by=by, verb=verb)
        return made

    return Lineage.made_once(once, make)


def untrace(lineage: Lineage, *, by: User) -> None:
    """Take back what was said; the log keeps it. Raises NotNow where somebody has done so already."""
    with writing(lineage.log_case):
        stored = lineage.stored()
        if stored is None:
            raise NotNow(_("This was taken back already."))
        stored.delete(by=by, verb="untraced")


def replaced_by(exhibit: Exhibit, kind: str, original: Exhibit | None, reason: str) -> Lineage | None:
    """What stands of an exhibit, and would go if this were said of it."""
    stands = exhibit.lineage.filter(Q(original=None) | Q(original=original)).order_by("pk")
    found: Lineage | None = stands.select_related("exhibit", "original").first()
    if found is None or (found.original_id, found.kind, found.reason) == (original and original.pk, kind, reason):
        return None
    return found


def _check_warned(replaced: Lineage | None, warned: Collection[int]) -> None:
    if replaced is not None and replaced.pk not in warned:
        raise NotNow(
            _("It stands that %(lineage)s, as %(who)s said: “%(reason)s”. Send this once more to replace it.")
            % {"lineage": f"“{replaced}”", "who": replaced.made_by, "reason": replaced.reason}
        )


def undo(lineage: Lineage, *, by: User) -> Lineage | None:
    """Take back what was said last, and say again what it replaced; that comes back, None where it replaced nothing.

    Raises NotNow where it was taken back already, or lies too far back in the log.
    """
    with writing(lineage.log_case):
        if lineage.stored() is None:
            raise NotNow(_("This was taken back already."))
        told = said_last(lineage)
        if told is None:
            raise NotNow(_("Too much was done in this case since: take it back where it stands."))
        before = told.parts["before"]
        if before is None:
            before = _gone_for(told)
            untrace(lineage, by=by)
        if before is None:
            return None
        key, other = ends_of(before)
        exhibit: Exhibit | None = Exhibit.objects.filter(pk=key).first() if key else None
        if exhibit is None:
            return None
        original: Exhibit | None = Exhibit.objects.filter(pk=other).first() if other else None
        return trace(exhibit, before["kind"], original, by=by, reason=before["reason"], verb="restored")


def said_last(lineage: Lineage) -> Entry | None:
    """The entry that says it, where that is among the newest of its case."""
    entries = _newest(lineage).filter(thing="lineage", thing_id=lineage.pk)
    return entries.order_by("-number").first()


def would_return(lineage: Lineage) -> dict[str, Any] | None:
    """What `undo` would say again, as the log keeps it; None where there is nothing."""
    told = said_last(lineage)
    if told is None:
        return None
    before: dict[str, Any] | None = told.parts["before"]
    return before or _gone_for(told)


def ends_of(facts: dict[str, Any]) -> tuple[int | None, int | None]:
    """The keys of the exhibit and of what it repeats, from what the log keeps of a link."""
    found = [KEY.search(facts[end] or "") for end in ("exhibit", "original")]
    exhibit, original = (int(each[1]) if each else None for each in found)
    return exhibit, original


def _gone_for(told: Entry) -> dict[str, Any] | None:
    """The word that went for this link: it went just before, in the same act and for the same reason."""
    after = told.parts["after"]
    if told.verb != "traced" or not after:
        return None
    last = Entry.objects.filter(case=told.case_id, number=told.number - 1, thing="lineage", verb="untraced").first()
    if last is None or last.parts["why"] != after["reason"]:
        return None
    before: dict[str, Any] = last.parts["before"]
    return before if ends_of(before) == (ends_of(after)[0], None) else None


def _newest(lineage: Lineage) -> QuerySet[Entry]:
    entries = Entry.objects.filter(case=lineage.log_case)
    top = entries.order_by("-number").values_list("number", flat=True).first() or 0
    return entries.filter(number__gt=top - LOOKED_AT)


def _check_said(exhibit: Exhibit, kind: str, original: Exhibit | None, reason: str) -> None:
    if kind not in Lineage.Kind:
        raise Refused(_("Say how it comes from there."), "kind")
    if kind in REPEATS and original is None:
        raise Refused(_("Choose the exhibit that it repeats."), "original")
    if kind not in REPEATS and original is not None:
        raise Refused(_("It cannot repeat an exhibit and this as well: choose none, or say how it repeats it."), "kind")
    if not reason:
        raise Refused(_("Say how you know: it will be asked."), "reason")
    if original is not None and original.pk == exhibit.pk:
        raise Refused(_("An exhibit does not repeat itself. Choose another."), "original")
    if original is not None and original.case_id != exhibit.case_id:
        raise Refused(_("This exhibit belongs to another case."), "original")


def _check_no_links(exhibit: Exhibit) -> None:
    links = exhibit.lineage.exclude(original=None).select_related("original").order_by("pk")
    if found := list(links[: NAMED + 1]):
        said = ", ".join(f"{link.get_kind_display()} “{link.original}”" for link in found[:NAMED])
        said += ", …" if len(found) > NAMED else ""
        raise Refused(_("It was said of this exhibit that it %(said)s. Take that back first.") % {"said": said}, "kind")


ABOVE = """
WITH RECURSIVE above(id) AS (
    SELECT CAST(%s AS bigint)
    UNION SELECT original_id FROM claims_lineage JOIN above ON exhibit_id = above.id WHERE original_id IS NOT NULL
)
SELECT exhibit_id, original_id, kind FROM claims_lineage JOIN above ON exhibit_id = above.id
WHERE original_id IS NOT NULL ORDER BY claims_lineage.id
"""


def links_above(exhibit: Exhibit) -> dict[int, dict[int, str]]:
    """The links of an exhibit and of all it traces back to: key → key of what it repeats → how."""
    links: dict[int, dict[int, str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(ABOVE, [exhibit.pk])
        for lower, upper, kind in cursor.fetchall():
            links.setdefault(lower, {})[upper] = kind
    return links


def _check_no_circle(exhibit: Exhibit, original: Exhibit) -> None:
    links = links_above(original)
    way = _way(links, original.pk, exhibit.pk)
    if not way:
        return
    titles = Exhibit.objects.in_bulk({key for step in way[:NAMED] for key in step})
    told = [
        f"“{titles[lower]}” {Lineage.Kind(links[lower][upper]).label} “{titles[upper]}”" for lower, upper in way[:NAMED]
    ] + ["…"] * (len(way) > NAMED)
    raise Refused(
        _("“%(original)s” already traces back to “%(exhibit)s”: %(way)s. So this one cannot come from it.")
        % {"original": original, "exhibit": exhibit, "way": ", ".join(told)},
        "original",
    )


def _way(links: dict[int, dict[int, str]], start: int, end: int) -> list[tuple[int, int]]:
    """The shortest way up from one exhibit to another, as its links; empty where there is none."""
    before: dict[int, int] = {start: start}
    reached = [start]
    for lower in reached:  # grows while it is walked
        for upper in links.get(lower, {}):
            if upper not in before:
                before[upper] = lower
                reached.append(upper)
    way: list[tuple[int, int]] = []
    while end in before and end != start:
        way.insert(0, (before[end], end))
        end = before[end]
    return way


KIN = """
WITH RECURSIVE above(id) AS (
    SELECT CAST(%s AS bigint)
    UNION SELECT original_id FROM claims_lineage JOIN above ON exhibit_id = above.id WHERE original_id IS NOT NULL
), below(id) AS (
    SELECT CAST(%s AS bigint)
    UNION SELECT exhibit_id FROM claims_lineage JOIN below ON original_id = below.id
) SELECT id FROM above UNION SELECT id FROM below
"""


def kin(exhibit: Exhibit) -> set[int]:
    """The keys of all that the exhibit traces back to, of all that trace back to it, and its own."""
    with connection.cursor() as cursor:
        cursor.execute(KIN, [exhibit.pk, exhibit.pk])
        return {key for (key,) in cursor.fetchall()}


def lineage_said(exhibits: Iterable[int], role: str) -> dict[int, str]:
    """What was said of where exhibits come from, by their keys: “quotes “A statement””; nothing of those unsaid.

    Nobody reads of an exhibit more than somebody of this role may see.
    """
    tells = withheld("original", "original__source", "original__case")
    unnamed = ExpressionWrapper(tells, output_field=BooleanField())
    rows = Lineage.objects.filter(exhibit__in=list(exhibits)).order_by("exhibit", "pk")
    found: dict[int, list[str]] = {}
    for exhibit, kind, title, hidden in rows.values_list("exhibit", "kind", "original__title", unnamed):
        told = str(Lineage.Kind(kind).label)
        if title is not None:
            told += f" “{_('Exhibit withheld') if hidden and role == Role.READER else title}”"
        found.setdefault(exhibit, []).append(told)
    return {key: ", ".join(said[:NAMED]) + (", …" if len(said) > NAMED else "") for key, said in found.items()}
