"""What must not leave with a report: names that are withheld, in public names of the house, and where these stand."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property
from typing import Any

from django.db.models import Q

from claims.custody.keys import salt_of
from claims.models import Case, Entry, Key, Report, User
from claims.models.entries import canonical, sha256
from claims.models.withheld_names import hidden_exhibits, masked_documents, withheld_words
from claims.reports.comparing import MARK
from claims.text.names import Names, text_of_file

# Why a text or a file stays here, as a bundle tells it; no reason says whether it is a source or a person of the house.
NAMES = "it names who or what is not named here"
NUMBERED = re.compile(rf"[^\W\d_]+ \d+{re.escape(MARK)}")
TELLS = "it would tell more than this report does"
UNREADABLE = "it is no plain text, and names in it that are withheld would not be found"


class KeptBack:
    """Of one report: what it must not tell, as of now; who is of the house as of when it was made."""

    def __init__(self, report: Report) -> None:
        self.report = report

    @cached_property
    def withheld(self) -> Names:
        """What is withheld in its case."""
        return withheld_words(self.report.case)

    @cached_property
    def house(self) -> Names:
        """Who of the house must not be named in it."""
        return house_of(self.report)

    def names(self, value: Any) -> bool:
        """Whether somebody stands in it who is not to be named: a withheld source, in public anybody of the house."""
        return bool(self.withheld.first(value) or self.house.first(value))

    @cached_property
    def telling(self) -> set[int]:
        """The documents whose text is that of an exhibit of which it is withheld who put it out, by number."""
        hidden = hidden_exhibits(self.report.case).filter(document__isnull=False)
        return set(hidden.values_list("document__number", flat=True))

    @cached_property
    def masked(self) -> set[int]:
        """The keys of those among them of which nothing else is told either."""
        return set(masked_documents(self.report.case).values_list("pk", flat=True))

    def against_text(self, text: str, number: int | None = None) -> str:
        """Why a text does not leave, that of this document where it is one; "" where it does.

        Whoever else wrote it may name people of the house: only what is withheld stays back.
        """
        if number in self.telling:
            return TELLS
        return NAMES if self.withheld.first(text) else ""

    def against_file(self, content: bytes) -> str:
        """The same of a file; while somebody is withheld, only such leave in which names can be looked for."""
        if not self.withheld:
            return ""
        read = text_of_file(content)
        return UNREADABLE if read is None else self.against_text("\n".join(read))

    def against_annotated(self, text: str, number: int) -> str:
        """The same of a document annotated: a page of our own, which in public names nobody of the house."""
        return self.against_text(text, number) or (NAMES if self.house.first(text) else "")


def salted(key: Key, case: Case) -> Callable[[str], str]:
    """What gives the hash under which something that is kept back is told, as its own could be guessed.

    It is that of the salt and the thing's own SHA-256, as of a field of the log that is kept back. Raises KeyGone.
    """
    salt_of(key, case.code)  # where the key is gone it is said at once
    return lambda hash: sha256(canonical([salt_of(key, f"{case.code} {hash}"), hash]))


def house_of(report: Report) -> Names:
    """Who of the house must not be named in this report: in a public one those who were of it when it was made."""
    if report.audience != Report.Audience.PUBLIC:
        return Names([])
    # Reports from before this was kept: those who are of it by now.
    return Names(*report.house) if report.house else house_names(report.case)


def house_names(case: Case, more: set[str] = frozenset()) -> Names:  # type: ignore[assignment]
    """The names and addresses of all who belong to a case or wrote in its log, under whichever name, and of `more`."""
    entries = Entry.objects.filter(case=case).order_by()
    wrote, belong = entries.values("by"), case.memberships.order_by().values("user")
    people = User.objects.filter(Q(pk__in=wrote) | Q(pk__in=belong))
    names = {name for user in people.order_by() for name in (user.name, user.email)} | more
    names |= set(entries.values_list("by_name", flat=True).distinct())
    # Of people in an imported public report only such words are known as reports use themselves.
    return named_so({name.removesuffix(MARK) for name in names if not NUMBERED.fullmatch(name)})


def named_so(names: set[str]) -> Names:
    """Names of people as they are looked for: one of a single word could be another word as well."""
    single = {name for name in names if " " not in name.strip() and "@" not in name}
    return Names(names - single, single)
