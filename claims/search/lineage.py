"""Where an exhibit may come from, and what may come from it: proposed with reasons, for a person to confirm."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db import connection
from django.db.models import Exists, OuterRef
from django.db.models.functions import Left
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from claims.models import Exhibit, Lineage, Print
from claims.models.dismissals import dismissed_by
from claims.models.lineage import kin
from claims.text.addresses_in import addresses, one_spelling, same_page, spellings
from claims.text.credits import AGENCIES
from claims.text.fingerprints import LONGEST, Shared, count_words, longest_shared

BOILERPLATE = 50  # exhibits that share a print, beyond which it tells nothing
ALIKE, LINKED, CREDITED = 100, 40, 200  # candidates that are looked up for each reason
NEAR = 3  # days between two exhibits that credit the same agency, and have nothing else in common
READ = 15  # candidates whose texts are read
MOST_LETTERS = 3_000_000  # of such texts, over all of them
OLDEST, CATCH_UP = 1000, 50  # of a case's oldest exhibits, how many get at a time the prints that they lack
QUOTED = 160  # letters of a passage in a reason

SHARING = """
WITH rare AS MATERIALIZED (
    SELECT value FROM claims_print AS own WHERE exhibit_id = %(exhibit)s AND value > 0 AND (
        SELECT 1 FROM claims_print AS held WHERE held.case_id = %(case)s AND held.value = own.value
        LIMIT 1 OFFSET %(boilerplate)s
    ) IS NULL
)
SELECT other.exhibit_id FROM rare JOIN claims_print AS other ON other.case_id = %(case)s AND other.value = rare.value
WHERE other.exhibit_id <> %(exhibit)s
GROUP BY other.exhibit_id ORDER BY COUNT(*) DESC, other.exhibit_id DESC LIMIT %(most)s
"""


class Way(NamedTuple):
    """Which of two exhibits repeats which."""

    repeats: Exhibit
    original: Exhibit


@dataclass(frozen=True)
class Proposal:
    """Another exhibit, how it may go together with one, and why; both ways where nothing tells which came first."""

    other: Exhibit
    ways: list[Way]
    kind: str
    reasons: list[str]
    more: int = 0  # further exhibits of the same text

    def get_kind_display(self) -> str:
        """How the one comes from the other, in words."""
        return str(Lineage.Kind(self.kind).label)

    @property
    def reason(self) -> str:
        """All reasons in a sentence."""
        said = "; ".join(self.reasons)
        return said[:1].upper() + said[1:] + "."


@dataclass
class Pair:
    """An exhibit and another of its case: what is known of the two."""

    this: Exhibit
    that: Exhibit
    links: list[Way] = field(default_factory=list)
    shared: Shared | None = None
    words: str = ""  # of the shared passage
    share: float = 0.0  # of the shorter text
    more: int = 0  # further exhibits of the same text as that one

    @property
    def agency(self) -> str:
        """The agency that both credit."""
        return self.this.credit if self.this.credit == self.that.credit else ""

    @property
    def wires(self) -> list[Way]:
        """Where one credits the agency that put out the other."""
        ways = (Way(self.this, self.that), Way(self.that, self.this))
        return [way for way in ways if way.repeats.credit and by_agency(way.original) == way.repeats.credit]

    @property
    def earlier(self) -> list[Way]:
        """The later one repeats the earlier one; nothing where the days are the same, or one is not known."""
        one, other = day_of(self.this), day_of(self.that)
        if one is None or other is None or one == other:
            return []
        return [Way(self.this, self.that) if other < one else Way(self.that, self.this)]

    @property
    def ways(self) -> list[Way]:
        """A link decides, then who is credited, then the day; otherwise it may be either way."""
        for told in (self.links, self.wires, self.earlier):
            if len(told) == 1:
                return told
        return [Way(self.this, self.that), Way(self.that, self.this)]

    @property
    def kind(self) -> str:
        """What it looks like."""
        languages = {language_of(self.this), language_of(self.that)}
        if self.shared and (self.agency or self.wires):
            return Lineage.Kind.WIRE
        if not self.shared and len(languages - {""}) == 2:
            return Lineage.Kind.TRANSLATES
        if not self.shared and not self.links:
            return Lineage.Kind.WIRE
        return Lineage.Kind.DERIVED if self.share > 0.5 else Lineage.Kind.QUOTES

    @property
    def weight(self) -> int:
        """How much speaks for it: the words of the passage, with as many for the rest."""
        return (self.shared.words if self.shared else 0) + 60 * bool(self.links) + 20 * bool(self.agency or self.wires)

    @property
    def reasons(self) -> list[str]:
        """Why, in words."""
        told = []
        if self.shared:
            n = self.shared.words
            told.append(_("the same passage of %(n)s words: “%(words)s”") % {"n": n, "words": self.words})
        for way in self.links:
            told.append(_("the text of “%(a)s” links to “%(b)s”") % {"a": way.repeats, "b": way.original})
        for way in self.wires:
            names = {"a": way.repeats, "b": way.original, "agency": way.repeats.credit}
            told.append(_("“%(a)s” credits %(agency)s, which put out “%(b)s”") % names)
        if self.agency:
            told.append(_("both credit %(agency)s") % {"agency": self.agency})
        return told + self._dated()

    def _dated(self) -> list[str]:
        one, other = day_of(self.this), day_of(self.that)
        if one is None or other is None:
            return []
        if one == other:
            return [_("both were published on the same day")]
        n = abs((one - other).days)
        earlier = self.earlier[0].original
        return [
            ngettext(
                "“%(earlier)s” was published one day earlier", "“%(earlier)s” was published %(n)s days earlier", n
            ) % {"earlier": earlier, "n": n}
        ]  # fmt: skip

    def compare(self, text: str, other: str) -> None:
        """Look for the passage that both texts have."""
        self.shared = longest_shared(text, other)
        if self.shared:
            self.words = cut(text[slice(*self.shared.one)])
            self.share = self.shared.words / min(count_words(text), count_words(other))


def proposals(exhibit: Exhibit, limit: int = 10) -> list[Proposal]:
    """The exhibits of the case that this one may repeat, or that may repeat it, those with most to say for it first.

    Of those with one text there is one. Without those that trace back to each other already, are one origin by their
    text or address, or of which somebody said that neither repeats the other. A translation is not found by its words.
    """
    keep_missing(exhibit)
    text = (exhibit.held_text or "")[:LONGEST]
    linked, linking, sharing = linked_from(exhibit, text), linking_to(exhibit), sharing_with(exhibit)
    keys = list(dict.fromkeys([*sharing, *linked, *linking, *crediting(exhibit)]))
    pairs = [Pair(exhibit, each[0], more=len(each) - 1) for each in texts_beside(exhibit, keys, {*linked, *linking})]
    for pair in pairs:
        key = pair.that.pk
        pair.links = [Way(exhibit, pair.that)] * (key in linked) + [Way(pair.that, exhibit)] * (key in linking)
    shares = set(sharing)
    compare(text, [pair for pair in pairs if pair.that.pk in shares])
    told = [pair for pair in pairs if pair.shared or pair.links or pair.wires or close(pair)]
    told.sort(key=lambda pair: (-pair.weight, -pair.that.pk))
    return [Proposal(pair.that, pair.ways, pair.kind, pair.reasons, pair.more) for pair in told[:limit]]


def texts_beside(exhibit: Exhibit, keys: list[int], linked: set[int]) -> list[list[Exhibit]]:
    """The exhibits of these keys by their texts, in the order of the keys; in each text one that is linked leads.

    A text that is known to go together with the exhibit's own, or not to, is left out whole.
    """
    found = {each.pk: each for each in light(exhibit, keys)}
    own, address = text_of(exhibit), same_page(one_spelling(exhibit.url)) if exhibit.url else ""
    alike = {key for key, each in found.items() if text_of(each) == own}
    settled = kin(exhibit) | dismissed_by([exhibit.pk, *alike])
    by_text: dict[tuple[str, object], list[Exhibit]] = {}
    for key in keys:
        if key in found and key not in alike:
            by_text.setdefault(text_of(found[key]), []).append(found[key])
    return [
        sorted(each, key=lambda one: (one.pk not in linked, one.pk))
        for each in by_text.values()
        if not any(one.pk in settled or (address and same_page(one_spelling(one.url)) == address) for one in each)
    ]


def text_of(exhibit: Exhibit) -> tuple[str, object]:
    """What exhibits of one text have in common; one that has no long text has it with none."""
    if exhibit.wording:
        return "wording", exhibit.wording
    return ("document", exhibit.document_id) if exhibit.document_id else ("exhibit", exhibit.pk)


def compare(text: str, pairs: list[Pair]) -> None:
    """Read the texts of the first ones, as far as they are not too long in all, and look for passages.

    Of those that share no print it is not asked: what they have in common may be what everybody prints.
    """
    rows = Exhibit.objects.filter(pk__in=[pair.that.pk for pair in pairs[:READ]]).order_by()
    held = {
        key: of_document or own or ""
        for key, own, of_document in rows.values_list("pk", "text", Left("document__text", LONGEST))
    }
    letters = 0
    for n, pair in enumerate(pairs[:READ]):
        letters += len(text) + len(held[pair.that.pk])
        if n and letters > MOST_LETTERS:
            return
        pair.compare(text, held[pair.that.pk])


def keep_missing(exhibit: Exhibit) -> None:
    """Give prints to exhibits that were there before prints were: this one, and some of the case's oldest."""
    oldest = Exhibit.objects.filter(case=exhibit.case_id).order_by("pk").values("pk")[:OLDEST]
    without = ~Exists(Print.objects.filter(exhibit=OuterRef("pk")))
    lacking = Exhibit.objects.filter(without, pk__in=oldest).order_by("pk").values_list("pk", flat=True)
    keys = set(lacking[:CATCH_UP])
    if not exhibit.prints.exists():
        keys.add(exhibit.pk)
    for key in keys:
        Exhibit.objects.select_related("document").get(pk=key).keep_prints()


def sharing_with(exhibit: Exhibit) -> list[int]:
    """Those that share prints with it, the most first; what more than fifty share tells nothing."""
    values = {"exhibit": exhibit.pk, "case": exhibit.case_id, "boilerplate": BOILERPLATE, "most": ALIKE}
    with connection.cursor() as cursor:
        cursor.execute(SHARING, values)
        return [key for (key,) in cursor.fetchall()]


def linked_from(exhibit: Exhibit, text: str) -> list[int]:
    """Those whose web address stands in its text."""
    written = [spelling for address in addresses(text) for spelling in spellings(address)]
    # In no order: SQLite would go through all exhibits of the case to give them in one.
    found = Exhibit.objects.filter(case=exhibit.case_id, url__in=written).exclude(pk=exhibit.pk).order_by()
    return list(found.values_list("pk", flat=True)[:LINKED]) if written else []


def linking_to(exhibit: Exhibit) -> list[int]:
    """Those in whose text its web address stands."""
    address = one_spelling(exhibit.url or "")
    if not same_page(address):
        return []
    found = Print.objects.filter(case=exhibit.case_id, value=Print.of_address(address)).exclude(exhibit=exhibit.pk)
    return list(found.order_by("-exhibit").values_list("exhibit", flat=True)[:LINKED])


def crediting(exhibit: Exhibit) -> list[int]:
    """Those that credit the same agency within a few days, among the newest that credit it."""
    if not exhibit.credit or (day := day_of(exhibit)) is None:
        return []
    rows = Exhibit.objects.filter(case=exhibit.case_id, credit=exhibit.credit).exclude(pk=exhibit.pk).order_by("-pk")
    days = rows.values_list("pk", "published", "document__published")[:CREDITED]
    near = [(abs((own or of_document or datetime.date.min) - day).days, -key) for key, own, of_document in days]
    return [-key for apart, key in sorted(near) if apart <= NEAR][:ALIKE]


def close(pair: Pair) -> bool:
    """Whether both credit the same agency within a few days."""
    one, other = day_of(pair.this), day_of(pair.that)
    return bool(pair.agency and one and other and abs((one - other).days) <= NEAR)


def light(exhibit: Exhibit, keys: list[int]) -> list[Exhibit]:
    """Exhibits of its case, without their texts."""
    shown = ["title", "url", "published", "credit", "wording", "language", "document_id", "source_id", "source__name"]
    of_document = ["document__published", "document__language", "document__number"]
    found = Exhibit.objects.filter(pk__in=keys).select_related("source", "document").only(*shown, *of_document)
    return list(found.order_by())


def day_of(exhibit: Exhibit) -> datetime.date | None:
    """The day on which it was published, as far as is known."""
    return exhibit.published or (exhibit.document.published if exhibit.document else None)


def language_of(exhibit: Exhibit) -> str:
    """Its language, without the country."""
    return (exhibit.language or (exhibit.document.language if exhibit.document else ""))[:2].lower()


def by_agency(exhibit: Exhibit) -> str:
    """The agency that put it out, if one did."""
    name = exhibit.source.name if exhibit.source else ""
    return next((agency for agency, spellings in AGENCIES.items() if name in (agency, *spellings)), "")


def cut(words: str) -> str:
    """The words in one line, and no more than fit a reason."""
    line = " ".join(words.split())
    return line if len(line) <= QUOTED else line[:QUOTED].rsplit(" ", 1)[0] + "…"
