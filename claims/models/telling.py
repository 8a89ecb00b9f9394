"""What is kept from whom: from readers who put out what is withheld, from raters whose words they are to rate."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Exists, OuterRef

from claims.models.cases import Case
from claims.models.entries import Entry
from claims.models.evidence import Evidence
from claims.models.exhibits import Exhibit
from claims.models.hiding import withheld, withholding
from claims.models.moves import Role
from claims.models.sources import Source

if TYPE_CHECKING:
    from claims.models.people import User

KEY = re.compile(r"\(#(\d+)\)$", re.ASCII)  # how the log names another record: “Ministry (#12)”

type Keys = dict[str, set[int]]  # kind of record → keys


def kept_back(entries: Iterable[Entry], reader: User, case: Case) -> set[int]:
    """The numbers of those entries of a case's log that would tell the reader what is kept from them.

    `case.role` must be the reader's role in it.
    """
    named = {entry.number: _named(entry) for entry in entries}
    asked: Keys = defaultdict(set)
    for keys in named.values():
        for kind, some in keys.items():
            asked[kind] |= some
    kept: Keys = defaultdict(set)
    if case.role == Role.READER and any(asked.values()):
        _add_withheld(kept, asked, case)
    if case.hides_sources and any(asked.values()):
        _add_unrated(kept, asked, reader)
    return {number for number, keys in named.items() if any(some & kept[kind] for kind, some in keys.items())}


def _named(entry: Entry) -> Keys:
    """The evidence, exhibits and sources that an entry is about, or names."""
    keys: Keys = {"evidence": set(), "exhibit": set(), "source": set()}
    if entry.thing in keys:
        keys[entry.thing].add(entry.thing_id)
    parts = entry.parts
    for name, value in [*(parts["before"] or {}).items(), *(parts["after"] or {}).items()]:
        found = KEY.search(value) if isinstance(value, str) else None
        kind = kind_of(entry.thing, name) if found else ""
        if found and kind in keys:
            keys[kind].add(int(found[1]))
    return keys


def kind_of(thing: str, name: str) -> str:
    """The kind of record that a field of a thing names; nothing where it names none."""
    try:
        related = apps.get_model("claims", thing)._meta.get_field(name).related_model
    except (LookupError, FieldDoesNotExist):
        return ""
    return str(related._meta.model_name) if related is not None else ""


def _add_withheld(kept: Keys, asked: Keys, case: Case) -> None:
    evidence = Evidence.objects.filter(pk__in=asked["evidence"]).filter(withheld())
    exhibits = Exhibit.objects.filter(pk__in=asked["exhibit"]).filter(withheld("pk", "source", "case"))
    # What was withheld of one that was merged is the other's now.
    its = Exists(withholding(OuterRef("pk"), case.pk)) | Exists(withholding(OuterRef("merged_into"), case.pk))
    sources = Source.objects.filter(its, pk__in=asked["source"])
    kept["evidence"] |= set(evidence.order_by().values_list("pk", flat=True))
    kept["exhibit"] |= set(exhibits.order_by().values_list("pk", flat=True))
    kept["source"] |= set(sources.order_by().values_list("pk", flat=True))


def _add_unrated(kept: Keys, asked: Keys, reader: User) -> None:
    waiting = Evidence.objects.waiting_for_rating().exclude(added_by=reader).order_by()
    kept["evidence"] |= set(waiting.filter(pk__in=asked["evidence"]).values_list("pk", flat=True))
    kept["exhibit"] |= set(waiting.filter(exhibit__in=asked["exhibit"]).values_list("exhibit", flat=True))
