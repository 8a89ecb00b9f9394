"""What may be asked of the search, as it stands in the address."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from claims.models import Case, User
from claims.search.everything import KINDS, MOST_TERMS, terms

LONGEST = 200  # characters
CASES = 200  # to choose from
FIELDS = ("q", "kind", "case")


class SearchFilter:
    """What an address asks for: words, a kind of record, a case. What makes no sense is left out, said in `ignored`."""

    def __init__(self, reader: User, query: Mapping[str, str]) -> None:
        self.reader = reader
        self.ignored: list[str] = []
        asked = {name: query.get(name, "").replace("\0", " ").strip() for name in FIELDS}
        self.cases = self._cases(asked["case"])
        self.q = self._words(asked["q"])
        self.kind = self._kind(asked["kind"])
        self.case = self._case(asked["case"])

    def _cases(self, code: str) -> list[Case]:
        """Those of the reader to choose from, the one asked for among them."""
        seen = Case.objects.visible_to(self.reader).order_by("code")
        cases = list(seen[:CASES])
        if code and len(cases) == CASES and all(case.code != code for case in cases):
            cases += seen.filter(code=code)
        return cases

    def _words(self, words: str) -> str:
        if len(words) > LONGEST:
            words = words[:LONGEST]
            self.ignored.append(_("Only the first %(n)s characters were looked for.") % {"n": LONGEST})
        found = terms(words)
        if words and not found:
            self.ignored.append(_("There is no word in “%(value)s” to look for.") % {"value": words[:60]})
        if len(found) == MOST_TERMS:
            self.ignored.append(_("Only the first %(n)s words and phrases were looked for.") % {"n": MOST_TERMS})
        return words if found else ""

    def _kind(self, kind: str) -> str:
        if kind and kind not in KINDS:
            self.ignored.append(_("“%(value)s” is no kind of record, so all kinds are shown.") % {"value": kind[:60]})
        return kind if kind in KINDS else ""

    def _case(self, code: str) -> Case | None:
        found = next((case for case in self.cases if case.code == code), None)
        if code and found is None:
            self.ignored.append(
                _("You belong to no case “%(value)s”, so all of yours were searched.") % {"value": code[:60]}
            )
        return found

    @property
    def narrows(self) -> bool:
        """Whether anything is chosen but the words."""
        return bool(self.kind or self.case)

    def query(self, **more: str) -> str:
        """The address's query that asks for this, with some of it changed."""
        asked = {"q": self.q, "kind": self.kind, "case": self.case.code if self.case else ""} | more
        given = {name: value for name, value in asked.items() if value}
        return f"?{urlencode(given)}" if given else ""
