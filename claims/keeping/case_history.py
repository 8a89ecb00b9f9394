"""What the log of a case that comes in tells of its records, held against them; and what is counted of them anew."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import batched
from typing import Any

from django.db import models

from claims.custody import former_logs
from claims.custody.chain import broken_seals, verify
from claims.keeping.integrity import documents, quotations
from claims.models import (
    Case,
    Entry,
    Exhibit,
    Matrix,
    Quantity,
    Reliance,
    Report,
    Series,
    Tally,
    Verdict,
    entries,
    writing,
)
from claims.models.agreement import recount
from claims.models.leaning import lean
from claims.models.moves import Status
from claims.models.origins import gathered
from claims.models.settling import keep_basis

AT_ONCE = 500


class History:
    """How records stood at last, as the log has it."""

    def __init__(self) -> None:
        self.statements: dict[int, str] = {}  # by claim, the hash of what it said
        self.marked: dict[int, object] = {}  # by set of marks, how it was sealed
        self.seals: dict[int, tuple[str, str]] = {}  # by set of marks, its seal there and its seal here
        self.kept_back: set[int] = set()  # answers of which what was sealed is told nowhere

    def note(self, word: str, thing: int, verb: str, after: dict[str, Any]) -> None:
        """Note what an entry tells of how a record stood. The seal that marks came in with becomes the one here."""
        if word == "claim" and isinstance(after.get("statement"), str):
            self.statements[thing] = entries.sha256(after["statement"])
        elif word == "matrix":
            self.marked[thing] = after.get("seal")
            there, here = self.seals.get(thing, ("", ""))
            if after.get("seal") == there:
                after["seal"] = here
        elif word == "assessment" and verb == "imported":  # a bundle may keep back what was sealed
            self.kept_back.discard(thing)

    def faults(self, case: Case) -> Iterator[str]:
        """What is otherwise than the log has it, or than was sealed, frozen or quoted."""
        if fault := verify(case).fault:
            yield fault
        yield from former_logs.untold(case)
        yield from broken_seals(case)
        yield from self._claims(case)
        if self.kept_back:
            yield f"Of {len(self.kept_back)} answers nothing tells what was sealed, and they came in no bundle."
        yield from self._marks(case)
        yield from reports(case)
        for found in (documents(case), quotations(case)):
            yield from (finding.what for finding in found)

    def _claims(self, case: Case) -> Iterator[str]:
        said = case.claims.order_by("number").values_list("pk", "number", "statement")
        for key, number, statement in said.iterator(chunk_size=AT_ONCE):
            if self.statements.get(key, "") not in ("", entries.sha256(statement)):
                yield f"Claim {number} says something else than was entered in its log."

    def _marks(self, case: Case) -> Iterator[str]:
        if self.marked.keys() - self.seals.keys():
            yield "Marks that were entered in its log are gone."
        matrices = Matrix.objects.filter(claim__case=case).select_related("claim__case", "reviewer")
        for matrix in matrices.order_by("pk").iterator(chunk_size=AT_ONCE):
            if self.marked.get(matrix.pk) != self.seals[matrix.pk][0]:
                yield f"{matrix} by {matrix.reviewer} is not what was entered in its log."


def reports(case: Case) -> Iterator[str]:
    """Which reports are not those that were entered when they were made, or not what was frozen."""
    there = dict(Report.objects.filter(case=case).values_list("pk", "sha256"))
    for entry in Entry.objects.filter(case=case, verb="exported", thing="report").order_by("number"):
        if there.pop(entry.thing_id, None) != (entry.parts["after"] or {}).get("sha256"):
            yield f"A report is not the one that was entered: {entry}"
    if there:
        yield f"{len(there)} of its reports were never entered in its log."
    for report in Report.objects.filter(case=case).order_by("number").iterator(chunk_size=1):
        if not report.holds_its_data():
            yield f"Report {report.number} is not what was frozen: its hash is another."


def count_anew(case: Case, unchanged: list[int]) -> None:
    """What is kept beside the records so that no page has to count it.

    `unchanged` are the keys of proposals that rested on what stood: what they rest on is written down anew.
    """
    exhibits = Exhibit.objects.filter(case=case).select_related("document").order_by("pk")
    for exhibit in exhibits.iterator(chunk_size=20):
        exhibit.keep_prints()
    figures = Quantity.objects.filter(case=case).order_by().values_list("series", flat=True).distinct()
    with writing(case):
        for key in sorted(set(figures)):
            Series.weigh(case, key)
    Tally.recount(case)
    recount(case)
    signed = Verdict.objects.filter(claim__case=case, claim__status=Status.SIGNED_OFF, decision="signed_off")
    rows = signed.filter(round=models.F("claim__round")).select_related("claim__case", "rating").order_by("pk")
    with writing(case):
        for some in batched(rows.iterator(chunk_size=AT_ONCE), AT_ONCE, strict=False):
            found = gathered([verdict.claim_id for verdict in some])
            for verdict in some:
                lean(verdict, found[verdict.claim_id])
    Reliance.recount(case)
    for keys in batched(unchanged, AT_ONCE, strict=False):
        for verdict in Verdict.objects.filter(pk__in=keys).select_related("claim__case", "rating"):
            keep_basis(verdict)
            values = {"basis": verdict.basis, "basis_content": verdict.basis_content}
            models.QuerySet(Verdict).filter(pk=verdict.pk).update(**values)
