"""How far reviewers agree: counted when a verdict is signed off, so that no page goes through the answers.

Only rounds whose verdict is signed off are counted: whoever may read the case may read their answers, so no figure
tells anything of a round that is still blind. A round stays counted when its claim is reopened: it was reviewed, and
its answers stay to be read. What is counted is each reviewer's first answer of a round, given before seeing others'.
"""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import batched, combinations
from typing import NamedTuple

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from claims.models.assessments import Assessment
from claims.models.cases import Case
from claims.models.claims import Claim
from claims.models.entries import Entry, writing
from claims.models.verdicts import Verdict
from claims.weighing.pace import step_of

BATCH = 500  # rounds or rows that are read or written at once
EVERYTHING = ""  # the part of a case that is the whole of it


class Pattern(models.Model):
    """How many rounds of a part of a case were answered so: by which ratings, whoever gave them.

    A part is the whole case, a kind of claim, or a month (“2026-11”) in which the last answer came.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="patterns")
    part = models.CharField(max_length=10, blank=True)
    ratings = models.CharField(max_length=2000, help_text=_("The ratings’ keys, rising, with commas between."))
    rounds = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "part", "ratings"], name="pattern_once_per_part_and_ratings")
        ]

    def __str__(self) -> str:
        return f"{self.case}, {self.part or '–'}: {self.ratings}"

    @property
    def answers(self) -> tuple[int, ...]:
        """The ratings' keys."""
        return tuple(int(key) for key in self.ratings.split(",") if key)


class Pair(models.Model):
    """What two reviewers of a case said of the rounds that both have answered."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="pairs")
    one = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    said = models.JSONField(default=dict, help_text=_("“rating of one,rating of the other” → how many rounds"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "one", "other"], name="pair_once_per_case"),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="pair_is_of_two_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.one} and {self.other}"

    @property
    def table(self) -> dict[tuple[int, int], int]:
        """How many rounds of each (rating of one, rating of the other)."""
        return {(int(one), int(other)): n for both, n in self.said.items() for one, other in [both.split(",")]}


class Split(models.Model):
    """Two reviewers answered a round, and not alike; so that a page of these need not look for them."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="splits")
    one = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="splits")
    round = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["claim", "round", "one", "other"], name="split_once_per_round")]
        indexes = [models.Index(fields=["case", "one", "other", "-id"], name="split_of_pair")]

    def __str__(self) -> str:
        return f"{self.claim.ref}, round {self.round}"


class Pace(models.Model):
    """How many rounds a reviewer has answered in a case, and how long the answers took."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="paces")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    answers = models.PositiveIntegerField(default=0)
    steps = models.JSONField(default=dict, help_text=_("step of time → how many answers took so long"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "reviewer"], name="pace_once_per_reviewer")]
        indexes = [models.Index(fields=["case", "-answers", "id"], name="pace_by_answers")]

    def __str__(self) -> str:
        return f"{self.reviewer}: {self.answers}"


class Answer(NamedTuple):
    """A reviewer's first answer of a round, and since when it could have been given."""

    reviewer: int
    rating: int
    at: datetime.datetime
    since: datetime.datetime


def count_round(verdict: Verdict) -> None:
    """Count the answers of the round that this verdict closes; in the transaction that signs it off."""
    counted = Counted(verdict.claim.case)
    counted.add([verdict])
    counted.keep()


def recount(case: Case) -> None:
    """Count a case's signed rounds anew."""
    with writing(case):
        for model in (Pattern, Pair, Split, Pace):
            model._base_manager.filter(case=case).delete()
        counted = Counted(case)
        signed = Verdict.objects.filter(claim__case=case, decision=Verdict.Decision.SIGNED_OFF)
        signed = signed.select_related("claim").order_by("decided_at", "pk")
        for some in batched(signed.iterator(chunk_size=BATCH), BATCH, strict=False):
            counted.add(some)
        counted.keep()


class Counted:
    """Rounds counted in memory, until `keep` adds them to what stands."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.patterns: Counter[tuple[str, str]] = Counter()
        self.pairs: dict[tuple[int, int], Counter[str]] = defaultdict(Counter)
        self.steps: dict[int, Counter[str]] = defaultdict(Counter)
        self.splits: list[Split] = []

    def add(self, verdicts: Sequence[Verdict]) -> None:
        """Count the rounds of these signed verdicts."""
        found = answers_of(verdicts)
        for verdict in verdicts:
            if answers := found.get((verdict.claim_id, verdict.round)):
                self._add(verdict, answers)
        Split.objects.bulk_create(self.splits, batch_size=BATCH)
        self.splits.clear()

    def _add(self, verdict: Verdict, answers: list[Answer]) -> None:
        month = max(answer.at for answer in answers).astimezone(datetime.UTC).strftime("%Y-%m")
        ratings = ",".join(str(key) for key in sorted(answer.rating for answer in answers))
        self.patterns.update((part, ratings) for part in (EVERYTHING, verdict.claim.kind, month))
        for answer in answers:
            self.steps[answer.reviewer][str(step_of((answer.at - answer.since).total_seconds()))] += 1
        for one, other in combinations(sorted(answers), 2):
            self.pairs[one.reviewer, other.reviewer][f"{one.rating},{other.rating}"] += 1
            if one.rating != other.rating:
                self.splits.append(
                    Split(
                        case=self.case, one_id=one.reviewer, other_id=other.reviewer, claim_id=verdict.claim_id,
                        round=verdict.round,
                    )
                )  # fmt: skip

    def keep(self) -> None:
        """Add what was counted to what stands; inside `writing(case)`."""
        self._keep_patterns()
        self._keep_pairs()
        self._keep_paces()

    def _keep_patterns(self) -> None:
        parts, ratings = ({place[n] for place in self.patterns} for n in (0, 1))
        stand = Pattern.objects.filter(case=self.case, part__in=parts, ratings__in=ratings)
        rows = {(row.part, row.ratings): row for row in stand}
        for (part, key), rounds in self.patterns.items():
            row = rows.get((part, key)) or Pattern(case=self.case, part=part, ratings=key)
            row.rounds += rounds
            rows[part, key] = row
        changed = [rows[place] for place in self.patterns]
        Pattern.objects.bulk_create(
            changed, batch_size=BATCH, update_conflicts=True, unique_fields=["case", "part", "ratings"],
            update_fields=["rounds"],
        )  # fmt: skip

    def _keep_pairs(self) -> None:
        people = {person for pair in self.pairs for person in pair}
        stand = Pair.objects.filter(case=self.case, one__in=people, other__in=people)
        rows = {(row.one_id, row.other_id): row for row in stand}
        changed = []
        for (one, other), said in self.pairs.items():
            row = rows.get((one, other)) or Pair(case=self.case, one_id=one, other_id=other)
            row.said = dict(Counter(row.said) + said)
            changed.append(row)
        Pair.objects.bulk_create(
            changed, batch_size=BATCH, update_conflicts=True, unique_fields=["case", "one", "other"],
            update_fields=["said"],
        )  # fmt: skip

    def _keep_paces(self) -> None:
        stand = Pace.objects.filter(case=self.case, reviewer__in=self.steps)
        rows = {row.reviewer_id: row for row in stand}
        changed = []
        for reviewer, steps in self.steps.items():
            row = rows.get(reviewer) or Pace(case=self.case, reviewer_id=reviewer)
            row.steps = dict(Counter(row.steps) + steps)
            row.answers += steps.total()
            changed.append(row)
        Pace.objects.bulk_create(
            changed, batch_size=BATCH, update_conflicts=True, unique_fields=["case", "reviewer"],
            update_fields=["steps", "answers"],
        )  # fmt: skip


def answers_of(verdicts: Sequence[Verdict]) -> dict[tuple[int, int], list[Answer]]:
    """(claim, round) → the first answer of each reviewer in the rounds of these verdicts."""
    rounds = {(verdict.claim_id, verdict.round) for verdict in verdicts}
    asked = Asked([verdict.claim for verdict in verdicts])
    # What somebody says after seeing the others follows their first answer, and is not counted.
    rows = Assessment.objects.submitted().filter(claim__in={claim for claim, _round in rounds}, follows=None)
    rows = rows.select_related("reviewer").only("claim", "round", "rating", "submitted_at", "reviewer")
    found: dict[tuple[int, int], list[Answer]] = defaultdict(list)
    for row in rows.order_by("submitted_at", "pk"):
        place = (row.claim_id, row.round)
        if place in rounds:
            since = asked.since(row.claim_id, row.round, str(row.reviewer), row.submitted_at)
            found[place].append(Answer(row.reviewer_id, row.rating_id, row.submitted_at, since))
    return found


class Asked:
    """Since when somebody could answer, as the log tells it: since they were asked, or since the round began."""

    def __init__(self, claims: list[Claim]) -> None:
        self.began: dict[int, list[datetime.datetime]] = {claim.pk: [claim.made_at] for claim in claims}
        self.named: dict[tuple[int, int], list[tuple[datetime.datetime, set[str]]]] = defaultdict(list)
        entries = Entry.objects.filter(claim__in=self.began, thing="claim", verb__in=["assigned", "reopened"])
        for entry in entries.only("claim", "verb", "at", "detail").order_by("number"):
            began = self.began[entry.claim_id or 0]
            if entry.verb == "reopened":
                began.append(entry.at)
                continue
            before, after = ((entry.parts[name] or {}).get("reviewers", []) for name in ("before", "after"))
            self.named[entry.claim_id or 0, len(began)].append((entry.at, {*after} - {*before}))

    def since(self, claim: int, round: int, name: str, answered: datetime.datetime) -> datetime.datetime:
        """When the reviewer of this name was last asked before answering; where nobody asked, when the round began."""
        times = [at for at, names in self.named[claim, round] if name in names and at <= answered]
        began = self.began[claim]
        return times[-1] if times else began[min(round, len(began)) - 1]
