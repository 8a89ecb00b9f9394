"""The origins of a claim's evidence, gathered from the records and said in words."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from claims.models.exhibits import Lineage
from claims.weighing.origins import REQUIRED, Item, Origins, Thing, weigh

if TYPE_CHECKING:
    from claims.models.claims import Claim
    from claims.models.evidence import Evidence

UNSAVED = -1  # the key of a piece of evidence, or of an exhibit, that is still to be stored


class Exhibited(NamedTuple):
    """An exhibit as far as its origin goes; `number` of the evidence that it is, or None for what is only repeated."""

    key: int
    title: str
    source: int | None
    speaker: str
    published: datetime.date | None
    document: int | None
    url: str

    @property
    def name(self) -> str:
        """What people call where it comes from: the speaker, else what was put out."""
        return self.speaker or self.title


class Link(NamedTuple):
    """What somebody said of where an exhibit comes from; `original` is None for first hand and unknown."""

    exhibit: int
    original: int | None
    kind: str


@dataclass
class Gathered:
    """A claim's evidence with all that it traces back to."""

    numbers: dict[int, int]  # item → the number of the evidence; UNSAVED is not among them
    withheld: set[int]  # items whose source stays unnamed for readers
    exhibits: dict[int, Exhibited]
    links: list[Link]
    origins: Origins
    links_of: dict[int, list[Link]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        of: dict[int, list[Link]] = defaultdict(list)
        for link in self.links:
            of[link.exhibit].append(link)
        self.links_of = dict(of)

    @property
    def items(self) -> tuple[Item, ...]:
        """The items that were weighed."""
        return self.origins.items

    def number(self, item: Item) -> str:
        """The evidence as people name it."""
        return _("evidence %(number)s") % {"number": self.numbers[item.key]} if item.key in self.numbers else _("this")

    def leads(self, origin: int) -> list[Exhibited]:
        """The exhibits of an origin that speak at first hand, by their keys; these are what it is named for."""
        own = sorted(key for key, group in self.origins.groups.items() if group == origin)
        spoken = {link.exhibit for link in self.links if link.kind == Lineage.Kind.FIRST_HAND}
        return [self.exhibits[key] for key in ([key for key in own if key in spoken] or own)]

    def masked(self, hidden: dict[int, str]) -> Gathered:
        """The same for somebody who may not learn of some exhibits what they are: what they are called instead."""
        shown = {
            key: each._replace(title=hidden[key], speaker="", source=None, url="", published=None)
            if key in hidden
            else each
            for key, each in self.exhibits.items()
        }
        return replace(self, exhibits=shown)

    def called(self, origin: int) -> str:
        """The name of an origin: of whoever speaks at first hand in it."""
        return self.leads(origin)[0].name


# Each exhibit that evidence on the claims is or traces back to, with each thing that was said of where it comes from.
REACHED = """
WITH RECURSIVE reached(id) AS (
    SELECT exhibit_id FROM claims_evidence
    WHERE claim_id IN ({claims}) AND removed_at IS NULL AND exhibit_id IS NOT NULL
    UNION SELECT id FROM claims_exhibit WHERE id IN ({besides})
    UNION SELECT original_id FROM claims_lineage JOIN reached ON exhibit_id = reached.id WHERE original_id IS NOT NULL
)
"""
THINGS = """
SELECT e.id, e.title, e.source_id, COALESCE(s.name, ''), e.published, e.document_id, e.url, l.original_id, l.kind
FROM reached JOIN claims_exhibit e ON e.id = reached.id
LEFT JOIN claims_source s ON s.id = e.source_id LEFT JOIN claims_lineage l ON l.exhibit_id = e.id
UNION ALL SELECT exhibit_id, '', NULL, '', NULL, NULL, '', file_id, 'bytes'
FROM claims_capture JOIN reached ON exhibit_id = reached.id
"""
ITEMS = """
SELECT claim_id, id, number, exhibit_id, stance, bearing, withheld FROM claims_evidence
WHERE claim_id IN ({claims}) AND removed_at IS NULL AND exhibit_id IS NOT NULL ORDER BY claim_id, number
"""


def origins_of(claim: Claim, adding: Evidence | None = None, *, known: Sequence[Evidence] | None = None) -> Gathered:
    """The origins of what bears on a claim; `adding` is counted in as it would be once it is stored.

    `known` is all the evidence that stands, for whoever has asked for it already.
    """
    return gathered([claim.pk], adding, known)[claim.pk]


def gathered(
    claims: Sequence[int], adding: Evidence | None = None, known: Sequence[Evidence] | None = None
) -> dict[int, Gathered]:
    """The origins of what bears on each of these claims of one case, by two queries for all of them."""
    held = adding.exhibit.pk if adding is not None and adding.exhibit is not None else None
    keys, besides = ", ".join(map(str, map(int, claims))) or "NULL", str(int(held)) if held else "NULL"
    reached = REACHED.format(claims=keys, besides=besides)
    rows: list[tuple[Any, ...]] = [_row(item) for item in known or () if item.exhibit_id]
    exhibits, links, marks = dict[int, Exhibited](), dict[int, list[Link]](), dict[int, set[tuple[str, object]]]()
    with connection.cursor() as cursor:
        if known is None:
            cursor.execute(ITEMS.format(claims=keys))
            rows = cursor.fetchall()
        if rows or held:
            cursor.execute(reached + THINGS)
            for key, *facts, other, kind in cursor.fetchall():
                if kind == "bytes":
                    marks.setdefault(key, set()).add((kind, other))
                    continue
                exhibits[key] = Exhibited(key, *facts)
                if kind is not None:
                    links.setdefault(key, []).append(Link(key, other, kind))
    of_claim: dict[int, list[tuple[int, ...]]] = {key: [] for key in claims}
    for claim, *row in rows:
        of_claim[claim].append(tuple(row))
    return {claim: _weighed(of_claim[claim], exhibits, links, marks, adding) for claim in claims}


def _row(item: Evidence) -> tuple[Any, ...]:
    return item.claim_id, item.pk, item.number, item.exhibit_id, item.stance, item.bearing, item.withheld


def _weighed(
    rows: list[tuple[int, ...]],
    exhibits: dict[int, Exhibited],
    links: dict[int, list[Link]],
    marks: dict[int, set[tuple[str, object]]],
    adding: Evidence | None,
) -> Gathered:
    items = [Item(key, exhibit, str(stance), str(bearing)) for key, _n, exhibit, stance, bearing, _w in rows]
    numbers = {key: number for key, number, *_rest in rows}
    withheld = {key for key, *_rest, hidden in rows if hidden}
    links = dict(links)
    if adding is not None and adding.exhibit is not None:
        items = [item for item in items if item.key != adding.pk]
        made = _exhibited(adding)
        exhibits = exhibits | {made.key: made}
        items.append(Item(adding.pk or UNSAVED, made.key, adding.stance, adding.bearing))
        if adding.level == adding.Level.PRIMARY and not links.get(made.key):
            links[made.key] = [Link(made.key, None, Lineage.Kind.FIRST_HAND)]
    near = _reach([item.exhibit for item in items], links)
    said = [link for key in near for link in links.get(key, [])]
    things = [
        Thing(
            key,
            marks_of(exhibits[key]) | marks.get(key, set()),
            any(link.kind == Lineage.Kind.FIRST_HAND for link in links.get(key, [])),
        )
        for key in near
    ]
    pairs = [(link.exhibit, link.original) for link in said if link.original is not None]
    return Gathered(numbers, withheld, {key: exhibits[key] for key in near}, said, weigh(items, things, pairs))


def _exhibited(adding: Evidence) -> Exhibited:
    exhibit = adding.cited
    speaker = exhibit.source.name if exhibit.source is not None else ""
    return Exhibited(
        exhibit.pk or UNSAVED, exhibit.title, exhibit.source_id, speaker, exhibit.published, exhibit.document_id,
        exhibit.url,
    )  # fmt: skip


def _reach(starts: Iterable[int], links: dict[int, list[Link]]) -> list[int]:
    """The exhibits that these are or trace back to, each once."""
    seen, waiting = dict.fromkeys(starts), list(starts)
    while waiting:
        for link in links.get(waiting.pop(), []):
            if link.original is not None and link.original not in seen:
                seen[link.original] = None
                waiting.append(link.original)
    return list(seen)


def marks_of(exhibit: Exhibited) -> frozenset[tuple[str, object]]:
    """What makes exhibits one origin: one speaker, one document, one web address."""
    address = exhibit.url.split("#")[0].rstrip("/")
    found = {"source": exhibit.source, "document": exhibit.document, "url": address}
    return frozenset((kind, value) for kind, value in found.items() if value)


def counted(gathered: Gathered) -> str:
    """How many items there are, from how many origins: “4 items, 2 origins, 1 of unknown lineage”."""
    count = gathered.origins.count()
    parts = [
        ngettext("%(n)s item", "%(n)s items", count.items) % {"n": count.items},
        ngettext("%(n)s origin", "%(n)s origins", count.origins) % {"n": count.origins},
    ]
    if count.unknown:
        parts.append(_("%(n)s of unknown lineage") % {"n": count.unknown})
    return ", ".join(parts)


def caution(gathered: Gathered, stance: str = "supports") -> str:
    """What is to be said where all support has one origin, or none that is known; nothing where it has two."""
    count = gathered.origins.count(stance)
    if not count.items or count.origins >= REQUIRED:
        return ""
    if not count.origins:
        return _("all support is of unknown lineage, and counts for no origin.")
    return _("all support comes from 1.")


def because(gathered: Gathered, stance: str = "supports") -> str:
    """Why items of one stance count for one origin, or for none: who repeats whom, and what is not known."""
    beside = gathered.origins.chosen(stance)
    unknown = [gathered.numbers[item.key] for item in beside if gathered.origins.of[item.key] is None]
    repeats = [_lack(gathered, item) for item in beside if gathered.origins.of[item.key] is not None]
    told = [sentence for sentence in repeats if sentence][:MOST_NAMED]
    if told:
        told.append(_("What repeats does not corroborate."))
    if unknown:
        numbers = ", ".join(map(str, unknown[:MOST_NAMED])) + ("…" if len(unknown) > MOST_NAMED else "")
        told.append(
            ngettext(
                "Say where evidence %(numbers)s comes from: until then it counts for no origin.",
                "Say where evidence %(numbers)s come from: until then they count for no origin.",
                len(unknown),
            )
            % {"numbers": numbers}
        )
    return " ".join(told)


def missing(gathered: Gathered, item: Item) -> str:
    """What an item lacks to be confirmed by independent sources, in a sentence; nothing where it lacks nothing.

    It takes two origins of known lineage that say the same of the same question, its own among them.
    """
    beside = gathered.origins.chosen(item.stance, item.bearing)
    count = gathered.origins.count(item.stance, item.bearing)
    own = gathered.origins.of[item.key]
    if own is not None and count.origins >= REQUIRED:
        return ""
    told = [_("“Confirmed by other independent sources” needs two independent origins, its own among them.")]
    if count.origins:
        found = {origin for each in beside if (origin := gathered.origins.of[each.key]) is not None}
        names = ", ".join(gathered.called(origin) for origin in sorted(found))
        told.append(
            ngettext("There is one: %(names)s.", "There are %(n)s: %(names)s.", len(found))
            % {"names": names, "n": len(found)}
        )
    else:
        told.append(_("There is none whose lineage is known."))
    told += [_lack(gathered, each) for each in beside[:MOST_NAMED] if _lack(gathered, each)]
    return " ".join(told)


MOST_NAMED = 5  # items whose missing link a sentence names


def _lack(gathered: Gathered, item: Item) -> str:
    """Why an item adds no origin of its own."""
    name = gathered.number(item)
    name = name[:1].upper() + name[1:]
    if gathered.origins.of[item.key] is None:
        said = _("%(item)s is of unknown lineage: say what it repeats, or that it speaks at first hand.")
        return said % {"item": name}
    for link in gathered.links_of.get(item.exhibit, []):
        if link.original is not None:
            what = gathered.exhibits[link.original]
            return _("%(item)s repeats “%(title)s”.") % {"item": name, "title": what.title}
    return ""
