"""The origins of a claim's evidence in words, for one reader."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from claims.models.exhibits import Lineage
from claims.models.origins import Exhibited, Gathered, Link
from claims.weighing.origins import REQUIRED, Item

MOST_NAMED = 5  # items that a sentence names
# What is said of the support for a question where it is thin: without a known origin, and with one.
THIN = {
    "true": (
        gettext_lazy("all support that it is true is of unknown lineage, and counts for no origin"),
        gettext_lazy("all support that it is true comes from 1"),
    ),
    "said": (
        gettext_lazy("all support that it was said is of unknown lineage, and counts for no origin"),
        gettext_lazy("all support that it was said comes from 1"),
    ),
}
QUESTIONS = {"true": gettext_lazy("Is it true?"), "said": gettext_lazy("Was it said?")}
HOW = {kind.value: kind.label for kind in Lineage.Kind}
SHARED = {
    "source": gettext_lazy("%(item)s is of the same speaker as %(other)s"),
    "document": gettext_lazy("%(item)s stands in the same document as %(other)s"),
    "bytes": gettext_lazy("%(item)s is the same file as %(other)s"),
    "wording": gettext_lazy("%(item)s has the same words as %(other)s"),
    "url": gettext_lazy("%(item)s has the same web address as %(other)s"),
}


@dataclass
class OriginsSaid:
    """What is said of origins, of those exhibits that are masked without their names.

    Where `unnamed` is set, none is named, nor who shares a source with whom.
    """

    gathered: Gathered
    unnamed: bool = False

    def called(self, origin: int) -> str:
        """The name of an origin: of whoever speaks at first hand in it; "" where it may not be told, or has none."""
        if len(self.gathered.nameless(origin)) > 1:
            return ""
        lead = self.gathered.leads(origin)[0]
        return "" if self.unnamed or lead.key in self.gathered.untold else lead.name

    @property
    def count(self) -> str:
        """How many items there are, from how many origins: “4 items, 2 origins, 1 of unknown lineage”."""
        count = self.gathered.origins.count()
        parts = [
            ngettext("%(n)s item", "%(n)s items", count.items) % {"n": count.items},
            ngettext("%(n)s origin", "%(n)s origins", count.origins) % {"n": count.origins},
        ]
        if count.unknown:
            parts.append(_("%(n)s of unknown lineage") % {"n": count.unknown})
        return ", ".join(parts)

    @cached_property
    def thin(self) -> list[str]:
        """The questions of which what supports the claim has one origin at most."""
        asked = {item.bearing for item in self.gathered.origins.chosen("supports")}
        known = self.gathered.origins.known
        return [question for question in THIN if question in asked and len(known("supports", question)) < REQUIRED]

    @property
    def caution(self) -> str:
        """What is to be minded where all support for a question has one origin, or none that is known."""
        known = self.gathered.origins.known
        told = [str(THIN[question][len(known("supports", question))]) for question in self.thin]
        return f"{'; '.join(told)}." if told else ""

    @property
    def why(self) -> str:
        """Why the support counts for one origin: what it traces back to, and who repeats whom; by question."""
        told = [(question, self._why(question)) for question in self.thin]
        if len(told) == 1:
            return told[0][1]
        return " ".join(f"{QUESTIONS[question]} {why}" for question, why in told if why)

    def _why(self, question: str) -> str:
        beside = self.gathered.origins.chosen("supports", question)
        items = [item for item in beside if self._origin(item) is not None]
        if not items:
            return ""
        origin = self._origin(items[0]) or 0
        if nameless := self.gathered.nameless(origin):
            return _("That is as far as can be told: %(nameless)s") % {"nameless": self._who_speaks(nameless)}
        name = self.called(origin)
        if len(items) == 1:
            return _("That is %(name)s.") % {"name": name} if name else ""
        said = (
            _("Both supporting items")
            if len(items) == len(beside) == 2
            else _("The %(n)s supporting items of known lineage")
        )
        traced = _("%(items)s trace back to %(origin)s") % {
            "items": said % {"n": len(items)},
            "origin": name or _("one origin"),
        }
        repeats = self._relations(items)
        if not repeats:
            return traced + "."
        said = "; ".join(repeats)
        return _("%(traced)s: %(repeats)s What repeats does not corroborate.") % {
            "traced": traced,
            "repeats": said if said.endswith("…") else f"{said}.",
        }

    @property
    def untraced(self) -> list[tuple[int, int | None, bool]]:
        """The supporting evidence of unknown lineage where support is thin, and somebody may still say more.

        Each is its number, the exhibit of which nothing is said yet if it may be told, and whether that is its own.
        """
        chosen = [item for question in self.thin for item in self.gathered.origins.chosen("supports", question)]
        unknown = [(item, self._silent(item.exhibit)) for item in chosen if self._origin(item) is None]
        return [
            (self.gathered.numbers[item.key], None if end in self.gathered.untold else end, end == item.exhibit)
            for item, end in unknown
            if end is not None
        ][:MOST_NAMED]

    def _silent(self, exhibit: int) -> int | None:
        """The first exhibit up from this one of which nothing was said; None where all ends at what nobody can know."""
        waiting, seen = [exhibit], {exhibit, None}
        while waiting:
            key = waiting.pop()
            links = self.gathered.links_of.get(key, [])
            if not links:
                return key
            waiting += [link.original for link in links if link.original is not None and link.original not in seen]
            seen |= {link.original for link in links}
        return None

    def missing(self, item: Item) -> str:
        """What an item lacks to be confirmed by independent sources, in a sentence; nothing where it lacks nothing.

        It takes two origins of known lineage that say the same of the same question, its own among them.
        """
        origins = self.gathered.origins
        beside, found = origins.chosen(item.stance, item.bearing), origins.known(item.stance, item.bearing)
        if self._origin(item) is not None and len(found) >= REQUIRED:
            return ""
        told = [_("“Confirmed by other independent sources” needs two independent origins, its own among them.")]
        names = ", ".join(filter(None, (self.called(origin) for origin in sorted(found)[:MOST_NAMED])))
        names += ", …" if names and len(found) > MOST_NAMED else ""
        if not found:
            told.append(_("There is none whose lineage is known."))
        elif names:
            said = ngettext("There is one: %(names)s.", "There are %(n)s: %(names)s.", len(found))
            told.append(said % {"names": names, "n": len(found)})
        else:
            told.append(ngettext("There is one.", "There are %(n)s.", len(found)) % {"n": len(found)})
        told += [
            self._capital(self._who_speaks(nameless))
            for origin in found
            if (nameless := self.gathered.nameless(origin))
        ]
        known = [each for each in beside if self._origin(each) is not None]
        relations = [f"{sentence[:1].upper()}{sentence[1:]}" for sentence in self._relations(known)]
        told += [sentence if sentence == "…" else f"{sentence}." for sentence in relations]
        unknown = [each for each in [item, *beside] if self._origin(each) is None]
        told += [self._unknown(each) for each in list(dict.fromkeys(unknown))[:MOST_NAMED]]
        return " ".join(told)

    def unconfirmed(self, confirmed: Collection[int]) -> list[str]:
        """What is to be said of evidence that was rated as confirmed, by its keys, where it is so no more."""
        told = []
        for item in self.gathered.items:
            if item.key in confirmed and (lack := self.missing(item)):
                said = _("%(item)s is rated as confirmed by other independent sources, which does not hold any more.")
                name = self._named(item)
                told.append(f"{said % {'item': name[:1].upper() + name[1:]}} {lack}")
        return told

    def _who_speaks(self, nameless: list[Exhibited]) -> str:
        """That these name no speaker, and what to do about it."""
        numbers = {item.exhibit: self._named(item) for item in reversed(self.gathered.items)}
        other = _("another exhibit")
        told = [
            numbers.get(each.key)
            or (other if self.unnamed else each.title if each.key in self.gathered.untold else f"“{each.title}”")
            for each in nameless
        ]
        names = ", ".join(told[:MOST_NAMED]) + (", …" if len(told) > MOST_NAMED else "")
        return _("%(names)s name no speaker. Say who speaks.") % {"names": names}

    @staticmethod
    def _capital(sentence: str) -> str:
        return sentence[:1].upper() + sentence[1:]

    def _origin(self, item: Item) -> int | None:
        return self.gathered.origins.of[item.key]

    def _named(self, item: Item) -> str:
        number = self.gathered.numbers.get(item.key)
        return _("evidence %(number)s") % {"number": number} if number is not None else _("this evidence")

    def _unknown(self, item: Item) -> str:
        name = self._named(item)
        if self.unnamed:
            # The exhibit's page is not shown to whoever rates, so nothing is asked of them that is done there.
            said = _("%(item)s is of unknown lineage, so 1 is not to be had yet: choose 2 to 6. Where it comes from "
                     "can be said by whoever knows its source, and the rating be changed then.")  # fmt: skip
            return said % {"item": name[:1].upper() + name[1:]}
        said = _("%(item)s is of unknown lineage: say on its exhibit's page what it repeats, or that it speaks at "
                 "first hand.")  # fmt: skip
        return said % {"item": name[:1].upper() + name[1:]}

    def _relations(self, items: list[Item]) -> list[str]:
        """Of each of these items that repeats something, or shares something with one before it, how."""
        told: list[str] = []
        for place, item in enumerate(items):
            if len(told) == MOST_NAMED:
                return [*told, "…"]
            links = [link for link in self.gathered.links_of.get(item.exhibit, []) if link.original is not None]
            sentence = self._repeats(item, links[0]) if links else self._shares(item, items[:place])
            if sentence:
                told.append(sentence)
        return told

    def _repeats(self, item: Item, link: Link) -> str:
        original = link.original or 0
        cited = next((other for other in self.gathered.items if other.exhibit == original), None)
        if cited is not None:
            what = self._named(cited)
        elif self.unnamed:
            what = _("another exhibit")
        elif original in self.gathered.untold:
            what = self.gathered.exhibits[original].title
        else:
            what = f"“{self.gathered.exhibits[original].title}”"
        return _("%(item)s %(how)s %(what)s") % {"item": self._named(item), "how": HOW[link.kind], "what": what}

    def _shares(self, item: Item, before: list[Item]) -> str:
        marks = self.gathered.marks[item.exhibit]
        if self.unnamed or item.exhibit in self.gathered.untold:
            return ""
        for other in before:
            shared = {kind for kind, value in marks & self.gathered.marks[other.exhibit]}
            if other.exhibit == item.exhibit:
                return _("%(item)s is the same exhibit as %(other)s") % self._both(item, other)
            if shared and other.exhibit not in self.gathered.untold:
                return next(str(SHARED[kind]) for kind in SHARED if kind in shared) % self._both(item, other)
        return ""

    def _both(self, item: Item, other: Item) -> dict[str, str]:
        return {"item": self._named(item), "other": self._named(other)}
