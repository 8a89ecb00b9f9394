"""Which claims of a case a page shows. The choice stands in the address, so it can be sent to a colleague."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from claims.models import Case, Claim, Kind, Rating, Status
from claims.search.claims import matching, usable

COUNTED = 500  # more than so many are not counted for a page
FIELDS = ("status", "rating", "kind", "reviewer", "words", "order")
UNRATED = "none"


class ClaimFilter:
    """The claims of a case that an address asks for. What makes no sense in it is left out, and said in `ignored`.

    `reviewers` are the names of those one can choose, by their keys.
    """

    def __init__(
        self, case: Case, query: Mapping[str, str], ratings: Iterable[Rating], reviewers: dict[str, str]
    ) -> None:
        self.case, self.ignored = case, list[str]()
        self.ratings = {rating.code: rating for rating in ratings}
        self.choices: dict[str, dict[str, str]] = {
            "status": {status.value: str(status.label) for status in Status},
            "rating": {code: rating.label_here for code, rating in self.ratings.items()}
            | {UNRATED: _("No verdict yet")},
            "kind": {kind.value: str(kind.label) for kind in Kind},
            "reviewer": reviewers,
            "order": {"oldest": _("Oldest first")},
        }
        self.chosen = {name: value for name in FIELDS if (value := self._read(name, query.get(name, "").strip()))}

    def _read(self, name: str, value: str) -> str:
        if not value:
            return ""
        if name == "words":
            words = usable(value[:200])
            if not words:
                self.ignored.append(_("There is no word in “%(value)s” to look for.") % {"value": value[:60]})
            return " ".join(words)
        if value not in self.choices[name]:
            sentences = {
                "status": _("“%(value)s” is no status, so claims of every status are shown."),
                "rating": _("“%(value)s” is no answer of this case's scale, so all are shown."),
                "kind": _("“%(value)s” is no kind of claim, so claims of every kind are shown."),
                "reviewer": _("Nobody who reviews here is known as “%(value)s”, so everyone's claims are shown."),
                "order": _("Claims cannot be put in the order “%(value)s”; the newest come first."),
            }
            self.ignored.append(sentences[name] % {"value": value[:60]})
            return ""
        return value

    @property
    def oldest(self) -> bool:
        """Whether the oldest claims come first."""
        return "order" in self.chosen

    @property
    def narrows(self) -> bool:
        """Whether anything is chosen but the order."""
        return bool(set(self.chosen) - {"order"})

    def sentence(self) -> str:
        """The choice in words, for a report's title page: “Status: Open; Words: army”."""
        names = {"status": _("Status"), "rating": _("Rating"), "kind": _("Kind")}
        names |= {"reviewer": _("Reviewer"), "words": _("Words")}
        said = [f"{names[n]}: {self.choices.get(n, {}).get(v, v)}" for n, v in self.chosen.items() if n in names]
        return "; ".join(said) or _("All claims")

    def query(self, **more: str | int | None) -> str:
        """The address's query that asks for these claims, with some of it changed."""
        asked = {name: value for name, value in (self.chosen | more).items() if value}
        return f"?{urlencode(asked)}" if asked else "?"

    def claims(self, *, oldest: bool | None = None, beyond: int | None = None) -> QuerySet[Claim]:
        """The claims in the order asked for (or in that of `oldest`), only those beyond the claim of that number."""
        oldest = self.oldest if oldest is None else oldest
        if "words" not in self.chosen:
            return self._narrowed(oldest, beyond)
        if self.named is not None:
            return self._narrowed(oldest, beyond).filter(number=self.named)
        found = matching(self.case, self.chosen["words"], oldest=oldest, beyond=beyond)
        if set(self.chosen) - {"words", "order"}:
            # Tested claim by claim, so that the database goes by the index of words and not by a lesser one.
            found = found.filter(Exists(self._narrowed(oldest, None).order_by().filter(pk=OuterRef("pk"))))
        return found

    @property
    def named(self) -> int | None:
        """The number of the claim that the words name, as in BY-3; None where they are words to look for."""
        code, _dash, number = self.chosen.get("words", "").upper().rpartition("-")
        return cursor(number) if code == self.case.code else None

    def _narrowed(self, oldest: bool, beyond: int | None) -> QuerySet[Claim]:
        wanted: dict[str, Any] = {name: self.chosen[name] for name in ("status", "kind") if name in self.chosen}
        rating = self.chosen.get("rating")
        if rating and "status" in self.chosen and (rating == UNRATED) == (self.chosen["status"] == Status.SIGNED_OFF):
            return Claim.objects.none()  # a claim has a rating just when it is signed off
        if rating == UNRATED:
            wanted["rating__isnull"] = True
        elif rating:
            wanted["rating"] = self.ratings[rating]
        number = "number"
        if "reviewer" in self.chosen:
            # A reviewer's claims are found, in order, by their assignments alone. `current__in`: Django writes
            # `current = True` as bare “current”, for which SQLite uses no index.
            number = "assignments__number"
            wanted |= {"assignments__reviewer": self.chosen["reviewer"], "assignments__current__in": [True]}
            wanted["assignments__case"] = self.case
        else:
            wanted["case"] = self.case
        if beyond is not None:
            wanted[f"{number}__{'gt' if oldest else 'lt'}"] = beyond
        claims: QuerySet[Claim] = Claim.objects.filter(**wanted).order_by(number if oldest else f"-{number}")
        return claims

    def count(self) -> tuple[int, bool]:
        """How many claims there are, counted no further than 500, and whether there are more."""
        counted = self.claims()[: COUNTED + 1].count()
        return min(counted, COUNTED), counted > COUNTED


def cursor(value: str | None) -> int | None:
    """A number or key out of an address; None for anything else."""
    # More digits than any number has would not fit the database's integers.
    return int(value) if value and value.isascii() and value.isdigit() and len(value) < 10 else None
