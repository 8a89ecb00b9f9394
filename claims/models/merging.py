"""Two sources that turn out to be one: what stood under the one goes to the other, and back if that was wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import batched
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from claims.models.cases import Case, Membership
from claims.models.entries import Chain, writing
from claims.models.exhibits import Exhibit
from claims.models.leaning import flag_merge, lean_anew, settle_merge
from claims.models.moves import Role
from claims.models.records import NotNow, NotYours, Refused
from claims.models.sources import Merge, Source

if TYPE_CHECKING:
    from claims.models.people import User

AT_ONCE = 900  # keys in one statement
LONGEST_ALIASES = 2000  # characters, as the field has it


def merge(source: Source, into: Source, *, by: User, reason: str, once: str | None = None) -> Merge:
    """Put what stands under one source under the other, which is kept. `part` undoes it.

    Exhibits, members and the cases that know it go over, and so do sources that were merged into it before. Its
    grades stay its own, and evidence keeps the grade it was judged with. Raises NotYours for whoever may not grade
    in every case that knows either, NotNow where one of the two is merged already.
    """
    if not reason.strip():
        raise Refused(_("Say what shows that the two are one: it will be asked."), "reason")
    if source.pk == into.pk:
        raise Refused(_("A source is not merged with itself: choose another."), "other")

    def make() -> Merge:
        with writing_wherever_known(source, into, by=by) as chains:
            made = Merge.objects.filter(once=once).first() if once else None
            return made or _merged(source, into, chains, by, reason.strip(), once)

    return Merge.made_once(once, make)


def _merged(source: Source, into: Source, chains: list[Chain], by: User, reason: str, once: str | None) -> Merge:
    source, into = (Source.objects.select_related("merged_into").get(pk=one.pk) for one in (source, into))
    for one in (source, into):
        if one.merged_into is not None:
            raise NotNow(_("“%(one)s” was merged into “%(kept)s” already.") % {"one": one, "kept": one.merged_into})
    if source.pk in into.above():
        raise Refused(
            _("“%(kept)s” belongs to “%(one)s”, and would then belong to itself. Merge them the other way round, or "
              "correct first what it belongs to.") % {"kept": into, "one": source},
            "other",
        )  # fmt: skip
    per_case = _exhibits_by_case(Exhibit.objects.filter(source=source))
    moved = _move(source, into)
    made = Merge(kept=into, merged=source, reason=reason, moved=moved, made_by=by, once=once)
    made.store()
    source.merged_into, source.version = into, source.version + 1
    source.store()
    into.version += 1
    into.store()
    seal = {"merge": made.pk, "moved_sha256": made.moved_sha256}
    for chain in chains:
        told = {"merged_into": f"{into} (#{into.pk})", "exhibits": per_case[chain.case_id]} | seal
        if chain.case_id is None:
            told["exhibits"] = len(moved["exhibits"])
        chain.record(by=by, verb="merged", on=source, before={"merged_into": None}, after=told, why=reason)
    _tell_verdicts(into, by=by, leant_on=[source, into])
    return made


type Moved = dict[str, list[Any]]  # what was moved, by key, of each kind


def _move(source: Source, into: Source) -> Moved:
    """Move everything under one source to the other, and give by key what was moved. `into` is not stored yet."""
    moved: Moved = {
        "exhibits": _keys(Exhibit.objects.filter(source=source)),
        "members": _keys(Source.objects.filter(belongs_to=source)),
        "followed": _keys(Source.objects.filter(merged_into=source)),
        "cases": _keys(source.cases.exclude(pk__in=into.cases.order_by().values("pk"))),
        "aliases": _names_to_add(source, into),
    }
    Exhibit._base_manager.filter(source=source).update(source=into, version=F("version") + 1)
    Source._base_manager.filter(belongs_to=source).update(belongs_to=into, version=F("version") + 1)
    Source._base_manager.filter(merged_into=source).update(merged_into=into, version=F("version") + 1)
    into.cases.add(*moved["cases"])
    into.aliases = "\n".join([*into.other_names, *moved["aliases"]])
    return moved


def _names_to_add(source: Source, into: Source) -> list[str]:
    """The names under which the kept one is found from now on, as far as they fit."""
    have, added, size = {name.casefold() for name in into.names}, list[str](), len("\n".join(into.other_names))
    for name in source.names:
        if name.casefold() not in have and size + 1 + len(name) <= LONGEST_ALIASES:
            have.add(name.casefold())
            added.append(name)
            size += 1 + len(name)
    return added


def part(merge: Merge, *, by: User) -> Merge:
    """Undo a merge. What was moved goes back if it still stands where it was put; `merge.stayed` counts the rest.

    Raises NotNow where it is undone already, or where the kept one was itself merged since.
    """
    begun = timezone.now()
    with writing_wherever_known(merge.merged, merge.kept, by=by) as chains:
        done: Merge = Merge.objects.select_related("kept__merged_into", "merged").get(pk=merge.pk)
        source, kept = done.merged, done.kept
        if done.undone_at is not None:
            raise NotNow(_("The two are parted already."))
        if kept.merged_into is not None:
            raise NotNow(
                _("“%(kept)s” was merged into “%(other)s” since: part those two first.")
                % {"kept": kept, "other": kept.merged_into}
            )
        back, per_case = _move_back(source, kept, done.moved)
        done.undone_by, done.undone_at = by, timezone.now()
        done.stayed = {name: len(done.moved[name]) - count for name, count in back.items()}
        done.store()
        source.merged_into, source.version = None, source.version + 1
        source.store()
        kept.version += 1
        kept.store()
        before = {"merged_into": f"{kept} (#{kept.pk})"}
        for chain in chains:
            count = back["exhibits"] if chain.case_id is None else per_case[chain.case_id]
            chain.record(by=by, verb="parted", on=source, before=before, after={"merged_into": None, "exhibits": count})
        _tell_verdicts(source, kept, by=by, leant_on=[source, kept])
        later = Merge.objects.filter(kept__in=[source, kept], pk__gt=done.pk, undone_at=None)
        if not any(done.stayed.values()) and not later.exists():
            settle_merge(source, kept, by=by, between=(done.made_at, begun))
    return done


def _move_back(source: Source, kept: Source, moved: Moved) -> tuple[dict[str, int], Counter[Any]]:
    """How much of each kind went back, and how many exhibits in which case. `kept` is not stored yet."""
    per_case: Counter[Any] = Counter()
    for keys in batched(moved["exhibits"], AT_ONCE, strict=False):
        still = Exhibit._base_manager.filter(pk__in=keys, source=kept)
        per_case += _exhibits_by_case(still)
        still.update(source=source, version=F("version") + 1)
    # One that the parted source came to belong to would close a circle if it went back under it.
    members = [key for key in moved["members"] if key not in source.above()]
    back = {
        "exhibits": per_case.total(),
        "members": _point_back("belongs_to", members, kept, source),
        "followed": _point_back("merged_into", moved["followed"], kept, source),
    }
    known = set(moved["cases"]) & set(kept.cases.values_list("pk", flat=True))
    known -= set(Exhibit.objects.filter(source=kept, case__in=known).order_by().values_list("case", flat=True))
    others = Case.objects.filter(sources__merged_into=kept, pk__in=known).exclude(sources=source)
    known -= set(others.order_by().values_list("pk", flat=True))
    kept.cases.remove(*known)
    kept.aliases = "\n".join(name for name in kept.other_names if name not in moved["aliases"])
    return back, per_case


def _point_back(field: str, keys: Sequence[int], kept: Source, source: Source) -> int:
    """How many of the sources of these keys, which still point to the kept one, point to the parted one again."""
    return sum(
        Source._base_manager.filter(pk__in=some, **{field: kept}).update(**{field: source, "version": F("version") + 1})
        for some in batched(keys, AT_ONCE, strict=False)
    )


def _tell_verdicts(*sources: Source, by: User, leant_on: Sequence[Source]) -> None:
    """Tell the editors of the verdicts that rest on these that what they rest on changed since."""
    for source in sources:
        flag_merge(source, by=by)
    lean_anew(*leant_on)


@contextmanager
def writing_wherever_known(*sources: Source, by: User) -> Iterator[list[Chain]]:
    """One transaction with the chains of all cases that know one of these, in the order of keys, then that outside.

    Raises NotYours for whoever may not grade in all of them.
    """
    keys = [source.pk for source in sources]
    with transaction.atomic(), ExitStack() as held:
        cases = list(Case.objects.filter(pk__in=_cases_of(keys)).order_by("pk"))
        chains = [held.enter_context(writing(case)) for case in (*cases, None)]
        # Whoever is about to cite one of them in another case has done so by now, or waits until this is over.
        list(Source.objects.select_for_update().filter(pk__in=keys).order_by("pk").values_list("pk"))
        if _cases_of(keys) != {case.pk for case in cases}:
            raise NotNow(_("Another case came to know one of the two at this moment. Try again."))
        _require_all(cases, by)
        yield chains


def _cases_of(sources: list[int]) -> set[int]:
    known = Source.cases.through.objects.filter(source__in=sources).order_by().values_list("case", flat=True)
    holding = Exhibit.objects.filter(source__in=sources).order_by().values_list("case", flat=True)
    return set(known.distinct()) | set(holding.distinct())


def may_merge(source: Source, user: User) -> bool:
    """Whether somebody may grade in every case that knows this source."""
    return _may_in_all(list(_cases_of([source.pk])), user)


def _may_in_all(cases: Sequence[int], user: User) -> bool:
    if user.is_superuser and user.is_active:
        return True
    own = Membership.objects.filter(user=user, case__in=cases, role__in=[Role.ANALYST, Role.EDITOR])
    return bool(cases) and own.count() == len(cases)


def _require_all(cases: list[Case], by: User) -> None:
    if not _may_in_all([case.pk for case in cases], by):
        raise NotYours(
            _("These sources are known in cases in which you neither analyse nor edit. An administrator can do this.")
        )


def _keys(records: models.QuerySet[Any]) -> list[int]:
    return list(records.order_by("pk").values_list("pk", flat=True))


def _exhibits_by_case(exhibits: models.QuerySet[Any]) -> Counter[Any]:
    rows = exhibits.order_by().values_list("case").annotate(count=models.Count("pk"))
    return Counter(dict(rows))
