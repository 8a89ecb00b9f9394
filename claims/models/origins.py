"""The origins of a claim's evidence, gathered from the records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection

from claims.models.exhibits import Lineage
from claims.text.addresses_in import one_spelling, same_page
from claims.text.fingerprints import wording
from claims.weighing.origins import Item, Origins, Thing, weigh

if TYPE_CHECKING:
    from claims.models.claims import Claim
    from claims.models.evidence import Evidence

type Marks = frozenset[tuple[str, object]]  # what things share, by its kind: (source, 5)

UNSAVED = -1  # the key of a piece of evidence, or of an exhibit, that is still to be stored


class Exhibited(NamedTuple):
    """An exhibit as far as its origin goes."""

    key: int
    title: str
    source: int | None
    speaker: str
    document: int | None
    url: str
    wording: str

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
    marks: dict[int, Marks]  # by exhibit
    origins: Origins
    links_of: dict[int, list[Link]] = field(default_factory=dict)
    untold: frozenset[int] = frozenset()  # exhibits that are masked

    def __post_init__(self) -> None:
        of: dict[int, list[Link]] = defaultdict(list)
        for link in self.links:
            of[link.exhibit].append(link)
        self.links_of = dict(of)

    @property
    def items(self) -> tuple[Item, ...]:
        """The items that were weighed."""
        return self.origins.items

    def leads(self, origin: int) -> list[Exhibited]:
        """The exhibits of an origin that speak at first hand, by their keys; these are what it is named for."""
        own = sorted(key for key, group in self.origins.groups.items() if group == origin)
        return [self.exhibits[key] for key in own if speaks_first(self.links_of.get(key, []))]

    def nameless(self, origin: int) -> list[Exhibited]:
        """The exhibits that speak at first hand and name no speaker, where that alone makes them one origin."""
        if origin != self.origins.unnamed:
            return []
        found = [lead for lead in self.leads(origin) if lead.source is None]
        shared = [self.marks[lead.key] for lead in found]
        return found if len(found) > 1 and not set.intersection(*map(set, shared)) else []

    def masked(self, hidden: dict[int, str]) -> Gathered:
        """The same for somebody who may not learn of some exhibits what they are: what they are called instead."""
        shown = {
            key: each._replace(title=hidden[key], speaker="", source=None, url="") if key in hidden else each
            for key, each in self.exhibits.items()
        }
        return replace(self, exhibits=shown, untold=frozenset(hidden))


def speaks_first(said: list[Link]) -> bool:
    """Whether an exhibit of which this was said speaks at first hand: it was said so, and not that it repeats any."""
    return any(link.kind == Lineage.Kind.FIRST_HAND for link in said) and all(link.original is None for link in said)


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
SELECT e.id, e.title, e.source_id, COALESCE(s.name, ''), e.document_id, e.url, e.wording, l.original_id, l.kind
FROM reached JOIN claims_exhibit e ON e.id = reached.id
LEFT JOIN claims_source s ON s.id = e.source_id LEFT JOIN claims_lineage l ON l.exhibit_id = e.id
UNION ALL SELECT exhibit_id, '', NULL, '', NULL, '', '', file_id, 'bytes'
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
    for said in links.values():
        said.sort(key=lambda link: link.original or 0)
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
    rows = [row for row in rows if row[2] in exhibits]  # others were removed between the two looks at the database
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
    of_each = {key: marks_of(exhibits[key]) | marks.get(key, set()) for key in near}
    things = [
        Thing(key, of_each[key], speaks_first(links.get(key, [])), exhibits[key].source is not None) for key in near
    ]
    pairs = [(link.exhibit, link.original) for link in said if link.original is not None]
    return Gathered(numbers, withheld, {key: exhibits[key] for key in near}, said, of_each, weigh(items, things, pairs))


def _exhibited(adding: Evidence) -> Exhibited:
    exhibit = adding.cited
    speaker = exhibit.source.name if exhibit.source is not None else ""
    return Exhibited(
        exhibit.pk or UNSAVED, exhibit.title, exhibit.source_id, speaker, exhibit.document_id, exhibit.url,
        exhibit.wording or wording(exhibit.held_text or ""),
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


def marks_of(exhibit: Exhibited) -> Marks:
    """What makes exhibits one origin: one speaker, one document, one web address, the same words."""
    found = {
        "source": exhibit.source,
        "document": exhibit.document,
        "url": same_page(one_spelling(exhibit.url)) if exhibit.url else "",
        "wording": exhibit.wording,
    }
    return frozenset((kind, value) for kind, value in found.items() if value)
