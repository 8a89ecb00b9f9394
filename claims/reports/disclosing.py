"""What a report's bundle tells of the case's log: every entry, with those of its fields that its readers may read.

Of a field that is kept back stands its commitment alone, so the chain is whole all the same, and the field can be
disclosed later by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from copy import copy
from itertools import batched
from typing import Any

from claims.custody.keys import KeyGone, salt_of
from claims.models import (
    Capture,
    Case,
    Claim,
    Document,
    Entry,
    Exhibit,
    Key,
    Refused,
    Report,
    Role,
    User,
    Verdict,
    kept_back,
)
from claims.models.commitments import commitments, salts
from claims.models.entries import sha256
from claims.models.telling import KEY
from claims.reports.kept_back import KeptBack, salted

AT_ONCE = 500  # entries that are looked at together

# Of whatever entry: when something was done, and to what kind of thing.
ALWAYS = frozenset({"at", "verb", "thing", "thing_id"})
HIDDEN = frozenset({"verb", "thing"})  # of one that tells of what is withheld: when it was could tell what it was
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

    def __init__(self, report: Report, kept_back: KeptBack) -> None:
        self.report, self.kept_back = report, kept_back
        self.case = copy(report.case)  # as a reader sees it, whoever asks
        self.case.role = Role.READER
        self.public = report.audience == Report.Audience.PUBLIC
        made = Entry.objects.filter(case=self.case, verb="exported", thing="report", thing_id=report.pk).first()
        if made is None:
            raise Refused("The log does not say that this report was made.")
        self.last: int = made.number
        refs = [claim["number"] for claim in report.claims()] if self.public else []
        self.claims = set(Claim.objects.filter(case=self.case, number__in=refs).values_list("pk", flat=True))
        closed = Verdict.objects.filter(claim__case=self.case, decision="signed_off").order_by()
        self.closed = set(closed.values_list("claim_id", "round"))

    def lines(self) -> Iterator[dict[str, Any]]:
        """Each entry as it stands in the bundle."""
        entries = Entry.objects.filter(case=self.case, number__lte=self.last).order_by("number")
        reader = User(pk=0)  # nobody: what is hidden from somebody until they rated it is hidden
        for some in batched(entries.iterator(chunk_size=AT_ONCE), AT_ONCE, strict=False):
            kept = kept_back(some, reader, self.case)
            for entry in some:
                masked = entry.thing == "document" and entry.thing_id in self.kept_back.masked
                yield line_of(entry, self.shown(entry, hidden=masked or entry.number in kept))

    def shown(self, entry: Entry, *, hidden: bool = False) -> set[str]:
        """The fields of an entry that may be read; `hidden` where it tells of what is withheld."""
        fields = entry.fields()
        named = self._public(entry) if self.public else self._internal(entry, fields)
        shown = set(HIDDEN) if hidden else {name for name in fields if name in named}
        return {name for name in shown if not (self.kept_back.names(fields[name]) or self._masked(name, fields[name]))}

    def _masked(self, name: str, value: Any) -> bool:
        """Whether a field names a document of which nothing may be told."""
        key = KEY.search(value) if isinstance(value, str) and name.endswith(".document") else None
        return key is not None and int(key[1]) in self.kept_back.masked

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


def disclosed_hash(case: Case, withheld: str) -> dict[str, Any]:
    """The same of a text or file that a report tells by a salted hash: its own SHA-256 and the salt. Raises Refused."""
    texts = Exhibit.objects.filter(case=case).values_list("text", "document__sha256")
    captures = Capture.objects.filter(exhibit__case=case).values_list("file__sha256", flat=True)
    documents = Document.objects.filter(case=case).values_list("sha256", "sha256_bytes")
    hashes = {document or sha256(text) for text, document in texts.iterator()} | set(captures.iterator())
    hashes |= {f"document {hash}" for pair in documents.iterator() for hash in pair}
    for key in Key.objects.order_by("-pk"):
        with suppress(KeyGone):  # one that was lost tells nothing more
            salted_by = salted(key, case)
            found = next((hash for hash in sorted(hashes) if salted_by(hash) == withheld), None)
            if found is not None:
                salt = salt_of(key, f"{case.code} {found}")
                return {"case": case.code, "withheld": withheld, "salt": salt, "value": found}
    raise Refused(f"No text and no file of {case.code} is told by this hash.")
