"""What a report says of evidence: the items, the exhibits they are with where these come from, and the sources."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from claims.models import Absence, Evidence, Lineage, Source
from claims.models.origins import Gathered, speaks_first
from claims.reports.people import People
from claims.reports.wording import fields_of, iso_day, iso_moment


class Numbered:
    """Numbers that stand for things within one report: from 1, in the order in which the things come up."""

    def __init__(self) -> None:
        self.of: dict[Any, int] = {}

    def __getitem__(self, thing: Any) -> int:
        return self.of.setdefault(thing, len(self.of) + 1)


class Cited:
    """The exhibits and sources that a report's evidence cites, each under a number of its own.

    What it says of an exhibit is said once, whichever claims cite it; what repeats what stands there with it, so that
    whoever gets the report can count the origins again.
    """

    def __init__(self, people: People) -> None:
        self.people = people
        self.exhibits, self.sources, self.marks = Numbered(), Numbered(), Numbered()
        self.nodes: dict[int, dict[str, Any]] = {}

    def evidence(self, item: Evidence, known: dict[str, Any]) -> dict[str, Any]:
        """One item; `known` is what the records beside it tell."""
        said = self._absence(item.absence) if item.absence else self._cited(item)
        unnamed: bool = item.unnamed  # type: ignore[attr-defined]
        return said | {
            **fields_of(item, "number", "stance", "quote", "credibility"),
            "withheld": unnamed,
            "level": item.level,
            "level_reason": "" if unnamed else item.level_reason,
            "stance_label": item.get_stance_display(),
            "bears_on": item.bearing,
            "bears_on_label": item.get_bearing_display(),
            "level_label": item.get_level_display() if item.level else "",
            "reliability": item.grade.letter if item.grade else "",
            **known,
        }

    def _cited(self, evidence: Evidence) -> dict[str, Any]:
        """The exhibit; of one whose identity is withheld nothing that names it."""
        exhibit = evidence.cited
        number = self.exhibits[exhibit.pk]
        held_in = f"exhibit:{number}" if evidence.text_held or exhibit.document else None  # type: ignore[attr-defined]
        if evidence.unnamed:  # type: ignore[attr-defined]
            return {
                "source": None, "source_name": _("Source withheld"), "exhibit": _("Exhibit withheld"), "url": "",
                "published": None, "language": "", "where": "", "note": "", "absence": None, "exhibit_id": number,
                "held_in": held_in if evidence.quote else None,
            }  # fmt: skip
        if exhibit.document:
            held_in = f"document:{exhibit.document.number}"
        return {
            **fields_of(evidence, "where", "note"),
            "exhibit_id": number,
            "source": self.sources[exhibit.source_id] if exhibit.source_id else None,
            "source_name": exhibit.source.name if exhibit.source else "",
            "exhibit": exhibit.title,
            "url": exhibit.url,
            "published": iso_day(exhibit.published),
            "held_in": held_in if evidence.quote else None,
            "language": exhibit.document.language if exhibit.document else exhibit.language,
            "absence": None,
        }

    def _absence(self, absence: Absence) -> dict[str, Any]:
        """A search that found nothing, with all that bounds it."""
        return {
            "source": None, "source_name": "", "exhibit": "", "url": "", "published": None, "held_in": None,
            "language": "", "where": "", "note": absence.evidence.note, "exhibit_id": None,
            "absence": {
                **fields_of(absence, "place", "query", "languages", "limits"),
                "since": iso_day(absence.since),
                "until": iso_day(absence.until),
                "searched_on": iso_day(absence.searched_on),
                "searched_by": self.people(absence.searched_by),
            },
        }  # fmt: skip

    def trace(self, items: Iterable[Evidence], found: Gathered, shown: set[int]) -> None:
        """Take in what is known of where the exhibits of these items come from; only those in `shown` are named."""
        for item in items:
            if item.exhibit_id in found.exhibits:
                self._node(item.exhibit_id, found, shown)

    def hold(self, exhibit: int, hash: str | None) -> None:
        """Note by its hash which text is held of an exhibit."""
        self.nodes[exhibit]["text_sha256"] = hash

    def _node(self, first: int, found: Gathered, shown: set[int]) -> None:
        waiting = [first]
        while waiting:
            key = waiting.pop()
            if key in self.nodes:
                continue
            links = found.links_of.get(key, [])
            exhibit = found.exhibits[key]
            self.nodes[key] = {
                "id": self.exhibits[key],
                "title": exhibit.title if key in shown else _("Exhibit not named"),
                "named": exhibit.source is not None,
                "source_name": exhibit.speaker if key in shown else "",
                "first_hand": speaks_first(links),
                "marks": sorted(self.marks[mark] for mark in sorted(found.marks[key])),
                "repeats": [
                    {"exhibit": self.exhibits[link.original], "kind": link.kind, "label": str(LINKS[link.kind])}
                    for link in links if link.original is not None
                ],
                "text_sha256": None,
            }  # fmt: skip
            waiting.extend(link.original for link in links if link.original is not None)

    def exhibits_frozen(self) -> list[dict[str, Any]]:
        """Every exhibit by its number."""
        return sorted(self.nodes.values(), key=lambda node: int(node["id"]))

    def sources_frozen(self) -> list[dict[str, Any]]:
        """Every source that is named, by name."""
        found = Source.objects.filter(pk__in=self.sources.of).prefetch_related("grades__graded_by")
        # Not by the database, which orders names as its own language does.
        return [self._source(source) for source in sorted(found, key=lambda source: (source.name, source.pk))]

    def _source(self, source: Source) -> dict[str, Any]:
        grade = next(iter(source.grades.all()), None)
        return {
            "id": self.sources[source.pk],
            "name": source.name,
            "kind_label": source.get_kind_display(),
            "country": source.country,
            "reliability": source.reliability,
            "reason": grade.reason if grade else "",
            "graded_at": iso_moment(grade.graded_at) if grade else None,
            "graded_by": self.people(grade.graded_by) if grade else "",
        }


LINKS = {kind.value: kind.label for kind in Lineage.Kind}
