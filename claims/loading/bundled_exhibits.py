"""What evidence cites, brought in from a bundle: sources, exhibits with where they come from, captures."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from claims.models import Capture, Custody, Document, Exhibit, Grade, Lineage, Source, StoredFile
from claims.models.origins import Exhibited, marks_of
from claims.text.credits import credit
from claims.text.fingerprints import wording

if TYPE_CHECKING:
    from claims.loading.bundles import Bringing

REASON = "As the imported report has it; its reason was not in it."
NOWHERE = "https://withheld.invalid/"  # stands where an address is withheld and one must stand


class Exhibits:
    """The exhibits of a report by the numbers that it gives them, as rows of the new case."""

    def __init__(self, into: Bringing) -> None:
        self.into, self.data = into, into.data
        self.nodes = {node["id"]: node for node in self.data["exhibits"]}
        self.cited: dict[int, list[dict[str, Any]]] = defaultdict(list)
        for claim in self.data["claims"]:
            for item in claim["evidence"]:
                if item["exhibit_id"] is not None:
                    self.cited[item["exhibit_id"]].append(item)
        self.groups = groups({key: node["marks"] for key, node in self.nodes.items()})
        self.speakers = {
            (self.groups[key], item["source_name"]): item["source"]
            for key, items in self.cited.items() for item in items if item["source"] is not None
        }  # fmt: skip
        self.sources: dict[Hashable, Source] = {}
        self.of: dict[int, Exhibit] = {}
        self.nothing: Exhibit | None = None

    def bring(self, files: Mapping[str, StoredFile]) -> None:
        """All of them, with their sources, their lineage and these files as their captures."""
        for told in sorted(self.data["sources"], key=lambda each: int(each["id"])):
            self.sources[told["id"]] = self._source(told)
        for key in sorted(self.nodes):
            self.of[key] = self._exhibit(key)
        self._join()
        for key in sorted(self.nodes):
            self._trace(key)
        for told in self.data["custody"]:
            self._capture(told, files)

    def unknown(self, title: str) -> Exhibit:
        """The one exhibit that stands where nothing is known but that there was something."""
        if self.nothing is None:
            self.nothing = Exhibit(case=self.into.case, title=title)
            self.into.keep(self.nothing)
        return self.nothing

    def _source(self, told: dict[str, Any]) -> Source:
        kinds = self.into.codes(Source.Kind)
        made = self._registered(told["name"], kind=kinds[told["kind_label"]], country=told["country"])
        if told["reliability"]:
            self._grade(made, told["reliability"], told["reason"] or REASON, told["graded_at"], told["graded_by"])
        return made

    def _registered(self, name: str, **values: Any) -> Source:
        """A new entry of the register: another of the same name may be somebody else, and is left alone."""
        made = Source(name=name, note=self.into.origin_said, **values)
        self.into.check(made)
        made.save(by=self.into.by)
        made.become_known_in(self.into.case, by=self.into.by)
        return made

    def _grade(self, source: Source, letter: str, reason: str, at: str | None, by: str) -> Grade:
        grade = Grade(source=source, letter=letter, reason=reason, graded_by=self.into.guests(by))
        grade.graded_at = moment(at) if at else self.into.made_at
        self.into.keep(grade)
        source.reliability = letter
        source.store()
        return grade

    def grade_of(self, exhibit: Exhibit, letter: str) -> Grade | None:
        """The grade of its source with this letter: the one in force, or one from before that."""
        if not letter or exhibit.source is None:
            return None
        grades = Grade.objects.filter(source=exhibit.source)
        found: Grade | None = grades.filter(letter=letter).order_by("-graded_at", "-pk").first()
        if found is not None:
            return found
        first: Grade | None = grades.order_by("graded_at", "pk").first()
        before = (first.graded_at if first else self.into.made_at) - datetime.timedelta(seconds=1)
        grade = Grade(source=exhibit.source, letter=letter, reason=REASON, graded_by=self.into.by, graded_at=before)
        self.into.keep(grade)
        return grade

    def _exhibit(self, key: int) -> Exhibit:
        node, items = self.nodes[key], self.cited[key]
        hidden = any(item["withheld"] for item in items)
        known = items[0] if items and not hidden else {}
        exhibit = Exhibit(case=self.into.case, title=node["title"], source=self._speaker(node, items, hidden=hidden))
        exhibit.url, exhibit.published = known.get("url", ""), day(known.get("published"))
        exhibit.document = self._document(node, items)
        if exhibit.document is None:
            exhibit.text = self.into.opened.texts.get(node["text_sha256"], "")
            exhibit.language = known.get("language", "")
        exhibit.credit, exhibit.wording = credit(exhibit.held_text or ""), wording(exhibit.held_text or "")
        self.into.keep(exhibit)
        exhibit.keep_prints()
        return exhibit

    def _document(self, node: dict[str, Any], items: list[dict[str, Any]]) -> Document | None:
        held = {item["held_in"] for item in items if item["held_in"]}
        if any(place.startswith("exhibit:") for place in held):
            return None
        found = [each for each in self.into.documents.values() if each.sha256 == node["text_sha256"]]
        return found[0] if found else None

    def _speaker(self, node: dict[str, Any], items: list[dict[str, Any]], *, hidden: bool) -> Source | None:
        """Whose it is. Of one whose source is withheld, nobody knows more here than that there is one."""
        if not node["named"]:
            return None
        if hidden:
            return self._withheld(node["id"])
        for item in items:
            if item["source"] is not None:
                return self.sources[item["source"]]
        # Only what it repeats or is repeated by is cited: it is the same speaker where the two share a mark.
        group, name = self.groups[node["id"]], node["source_name"] or node["title"]
        if not node["source_name"] and (same := self._hidden_in(group)) is not None:
            return same
        if (group, name) in self.speakers:
            return self.sources[self.speakers[group, name]]
        if (group, name) not in self.sources:
            self.sources[group, name] = self._registered(name[:200])
        return self.sources[group, name]

    def _hidden_in(self, group: int) -> Source | None:
        """The source of what is cited in a group and withheld: what is there unnamed and uncited speaks with it."""
        keys = (key for key, each in self.groups.items() if each == group)
        hidden = next((key for key in keys if any(item["withheld"] for item in self.cited[key])), None)
        return self._withheld(hidden) if hidden is not None else None

    def _withheld(self, key: int) -> Source:
        """Whoever put out an exhibit whose source is withheld."""
        if ("withheld", key) not in self.sources:
            name = f"Withheld source of exhibit {key}, {self.into.origin_said}"
            self.sources["withheld", key] = self._registered(name[:200], kind=Source.Kind.PERSON)
        return self.sources["withheld", key]

    def _join(self) -> None:
        """Let those share a mark again of which the report says so, whatever it was that they shared there."""
        bytes_of: dict[int, set[Hashable]] = defaultdict(set)
        for told in self.data["custody"]:
            bytes_of[told["exhibit"]].add(("bytes", told["sha256"]))
        stand = groups({key: marks_of(exhibited(each)) | bytes_of[key] for key, each in self.of.items()})
        for key, group in self.groups.items():
            if stand[key] == stand[group] or key != stand[key]:
                continue  # it is joined already, or another stands for its piece
            lead = self.of[group]
            if not lead.wording:
                lead.wording = f"imported:{group}"
                lead.store()
            pieces = [k for k in stand if stand[k] == stand[key]]
            joined = self.of[next((k for k in pieces if not self.of[k].wording), pieces[0])]
            # Whatever shares its words goes with it, or the piece would fall apart.
            for each in [e for e in self.of.values() if e is joined or (e.wording and e.wording == joined.wording)]:
                each.wording = lead.wording
                each.store()

    def _trace(self, key: int) -> None:
        node = self.nodes[key]
        for link in self._in_order(key):
            self._said(key, link["kind"], self.of[link["exhibit"]])
        if node["first_hand"]:
            self._said(key, Lineage.Kind.FIRST_HAND, None)
        elif not node["repeats"]:
            unknown = self.into.labels(Lineage.Kind)[Lineage.Kind.UNKNOWN]
            if any(item["lineage"] == unknown for item in self.cited[key]):
                self._said(key, Lineage.Kind.UNKNOWN, None)

    def _in_order(self, key: int) -> list[dict[str, Any]]:
        """What an exhibit repeats, in the order in which it was said: that of the words, as far as they name it."""
        words = next((item["lineage"] for item in self.cited[key]), "")
        left, found = list(self.nodes[key]["repeats"]), list[dict[str, Any]]()
        while (link := next((link for link in left if words.startswith(self._called(link))), None)) is not None:
            words = words.removeprefix(self._called(link)).removeprefix(", ")
            left.remove(link)
            found.append(link)
        return found + left

    def _called(self, link: dict[str, Any]) -> str:
        title = self.nodes[link["exhibit"]]["title"]
        return f"{link['label']} “{_('Exhibit withheld') if title == _('Exhibit not named') else title}”"

    def _said(self, key: int, kind: str, original: Exhibit | None) -> None:
        row = Lineage(exhibit=self.of[key], original=original, kind=kind, reason=REASON, made_by=self.into.by)
        self.into.keep(row)

    def _capture(self, told: dict[str, Any], files: Mapping[str, StoredFile]) -> None:
        file = files.get(told["sha256"]) or self._missing(told)
        capture = Capture(
            exhibit=self.of[told["exhibit"]], file=file, how=told["how"], name=told["name"], final_url=told["url"],
            captured_at=moment(told["captured_at"]), captured_by=self.into.guests(told["captured_by"]),
        )  # fmt: skip
        if told["how"] == Capture.How.FETCHED and not told["url"]:
            capture.final_url = NOWHERE
        self.into.keep(capture)
        for line in told["lines"]:
            who = self.into.guests.known(line["by"])
            Custody.objects.create(capture=capture, act=line["act"], by=who, at=moment(line["at"]))

    def _missing(self, told: dict[str, Any]) -> StoredFile:
        """The row of bytes that were left out of the bundle: known by their hash, and not here."""
        values = {"size": told["size"] or 0, "detected_type": told["type"], "fault": StoredFile.Fault.MISSING}
        return StoredFile.objects.get_or_create(sha256=told["sha256"], defaults=values)[0]


def exhibited(exhibit: Exhibit) -> Exhibited:
    """An exhibit as far as its origin goes."""
    speaker = exhibit.source.name if exhibit.source is not None else ""
    return Exhibited(
        exhibit.pk, exhibit.title, exhibit.source_id, speaker, exhibit.document_id, exhibit.url, exhibit.wording
    )


def groups(marks: Mapping[int, Iterable[Hashable]]) -> dict[int, int]:
    """By each key the smallest of those that marks join it with, by however many steps."""
    lead: dict[int, int] = {key: key for key in marks}
    first: dict[Hashable, int] = {}

    def top(key: int) -> int:
        while lead[key] != key:
            key = lead[key]
        return key

    for key in sorted(marks):
        for mark in marks[key]:
            one, other = sorted((top(key), top(first.setdefault(mark, key))))
            lead[other] = one
    return {key: top(key) for key in marks}


def moment(value: str) -> datetime.datetime:
    """A moment of the frozen data."""
    return datetime.datetime.fromisoformat(value)


def day(value: str | None) -> datetime.date | None:
    """A day of the frozen data."""
    return datetime.date.fromisoformat(value) if value else None
