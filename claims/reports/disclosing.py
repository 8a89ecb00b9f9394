"""What a report's bundle tells of the case's log: every entry, with those of its fields that its readers may read.

Of a field that is kept back stands its commitment alone, so the chain is whole all the same, and the field can be
disclosed later by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import batched
from typing import Any

from claims.models import Case, Claim, Entry, Refused, Report, Role, User, Verdict, kept_back
from claims.models.commitments import commitments, salts
from claims.reports.freezing import texts_in, withheld_names
from claims.reports.people import SHORTEST, names_of

AT_ONCE = 500  # entries that are looked at together

# Of whatever entry: when something was done, and to what kind of thing.
ALWAYS = frozenset({"at", "verb", "thing", "thing_id"})
# In public besides, of the claims in the report: the parts of the detail, by the kind of thing.
PUBLIC = {
    "claim": {"number", "statement", "kind", "status", "round", "rating", "as_of"},
    "assessment": {"round", "seal", "status"},
    "verdict": {"round", "status"},
}
SIGNED = {"round", "status", "rating", "decision"}  # of a verdict that was signed off
REPORT = {"number", "audience", "claims_in", "sha256"}
LABELLED = {"claim", "assessment", "verdict"}  # whose labels are the claim's reference alone
OF_ROUNDS = {"verdict", "reply", "comment", "matrix"}  # what is told once the round is closed by a signed verdict
DIFFER = {"before.disputed", "after.disputed"}  # tells reviewers what the others said


class Disclosing:
    """The log up to the entry that the report was made, as its audience may read it."""

    def __init__(self, report: Report) -> None:
        self.report, self.case = report, report.case
        self.public = report.audience == Report.Audience.PUBLIC
        made = Entry.objects.filter(case=self.case, verb="exported", thing="report", thing_id=report.pk).first()
        if made is None:
            raise Refused("The log does not say that this report was made.")
        self.last: int = made.number
        refs = [claim["number"] for claim in report.claims()] if self.public else []
        self.claims = set(Claim.objects.filter(case=self.case, number__in=refs).values_list("pk", flat=True))
        closed = Verdict.objects.filter(claim__case=self.case, decision="signed_off").order_by()
        self.closed = set(closed.values_list("claim_id", "round"))
        self.withheld = finding(withheld_names(self.case), re.IGNORECASE)
        self.house = finding(of_house(self.case) if self.public else [])

    def lines(self) -> Iterator[dict[str, Any]]:
        """Each entry as it stands in the bundle."""
        entries = Entry.objects.filter(case=self.case, number__lte=self.last).order_by("number")
        reader = User(pk=0)  # nobody: what is hidden from somebody until they rated it is hidden
        self.case.role = Role.READER
        for some in batched(entries.iterator(chunk_size=AT_ONCE), AT_ONCE, strict=False):
            kept = kept_back(some, reader, self.case)
            for entry in some:
                yield line_of(entry, self.shown(entry, hidden=entry.number in kept))

    def shown(self, entry: Entry, *, hidden: bool = False) -> set[str]:
        """The fields of an entry that may be read; `hidden` where it tells of what is withheld."""
        fields = entry.fields()
        named = self._public(entry) if self.public else self._internal(entry, fields)
        shown = set(ALWAYS) if hidden else {name for name in fields if name in named}
        return {name for name in shown if not self.names(fields[name])}

    def _public(self, entry: Entry) -> set[str]:
        keys: set[str] = set()
        found = set(ALWAYS)
        if entry.thing == "report" and entry.thing_id == self.report.pk:
            keys = REPORT
        elif entry.claim_id in self.claims:
            found.add("claim")
            found |= {"label"} if entry.thing in LABELLED else set()
            signed = entry.thing == "verdict" and entry.verb in ("signed_off", "imported")
            keys = SIGNED if signed else PUBLIC.get(entry.thing, set())
        return found | {"before", "after"} | {f"{when}.{key}" for when in ("before", "after") for key in keys}

    def _internal(self, entry: Entry, fields: dict[str, Any]) -> set[str]:
        if entry.thing in OF_ROUNDS:
            round = fields.get("after.round", fields.get("before.round"))
            if (entry.claim_id, round) not in self.closed:
                return set(ALWAYS) | {"by", "by_name", "claim", "label"}
        return set(fields) - DIFFER

    def names(self, value: Any) -> bool:
        """Whether somebody stands in it who is not to be named: a withheld source, in public anybody of the house."""
        return self.names_withheld(value) or any(self.house.search(text) for text in texts_in(value))

    def names_withheld(self, value: Any) -> bool:
        """Whether a withheld source stands in it by name."""
        return any(self.withheld.search(text) for text in texts_in(value))


def of_house(case: Case) -> list[str]:
    """The names and addresses of all who belong to a case or wrote in it."""
    people = User.objects.filter(entries__case=case) | User.objects.filter(memberships__case=case)
    names = {name for user in people.order_by().distinct() for name in names_of(user)}
    names |= set(Entry.objects.filter(case=case).order_by().values_list("by_name", flat=True).distinct())
    return sorted(name for name in names if len(name) >= SHORTEST)


def finding(names: list[str], flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str]:
    """What finds one of these names in a text, as words of its own; nothing where there are none."""
    words = "|".join(re.escape(name) for name in names)
    return re.compile(rf"(?<!\w)(?:{words})(?!\w)" if words else r"(?!)", flags)


def line_of(entry: Entry, shown: Iterable[str]) -> dict[str, Any]:
    """An entry with these of its fields, and the commitments to the others.

    One from before fields had salts of their own is told in whole or by its hash alone.
    """
    line: dict[str, Any] = {"number": entry.number, "previous": entry.previous, "hash": entry.hash}
    fields, shown = entry.fields(), set(shown)
    if not entry.salt:
        return line | ({"said": entry.said_before_salts()} if shown == set(fields) else {})
    if shown == set(fields):
        return line | {"salt": entry.salt, "said": fields}
    own, kept = salts(entry.salt, fields), commitments(entry.salt, fields)
    return line | {
        "shown": {name: [own[name], fields[name]] for name in sorted(shown)},
        "withheld": {name: kept[name] for name in sorted(set(fields) - shown)},
    }


def disclosed(entry: Entry, field: str) -> dict[str, Any]:
    """One field of an entry with its salt, as `verify.py --disclosed` reads it. Raises Refused."""
    fields = entry.fields()
    if not entry.salt:
        raise Refused("This entry is from before fields had salts of their own: it can only be shown in whole.")
    if field not in fields:
        raise Refused(f"Entry {entry.number} has no field {field}. It has: {', '.join(sorted(fields))}.")
    code = entry.case.code if entry.case else ""
    own = salts(entry.salt, fields)[field]
    return {"case": code, "entry": entry.number, "field": field, "salt": own, "value": fields[field]}
