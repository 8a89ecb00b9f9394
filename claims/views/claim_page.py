"""What a claim's page shows to one person."""

from __future__ import annotations

from functools import cache, cached_property
from typing import Any

from django.db import models
from django.db.models import F

from claims.forms.assessments import AssessmentForm
from claims.forms.verdicts import ProposalForm, ReasonForm
from claims.models import (
    MOVES,
    VERBS,
    Assessment,
    Assignment,
    Attribution,
    Case,
    Claim,
    Credibility,
    Entry,
    Evidence,
    Exhibit,
    Lineage,
    Quantity,
    Rating,
    Role,
    Status,
    Unchecked,
    User,
    Verdict,
    may,
    withheld,
)  # fmt: skip
from claims.models.completing import may_have_read
from claims.models.origins import Gathered, Link, origins_of
from claims.models.origins_said import OriginsSaid
from claims.models.prepared import Prepared
from claims.models.second_thoughts import OPEN_TO_THEM
from claims.models.untold import answers_hidden
from claims.models.verdicts import question_of
from claims.views.changes import Changes
from claims.views.claim_steps import next_step, steps
from claims.views.evidence_told import EVIDENCE, UNTOLD, evidence_shown, rated, unrated
from claims.views.passages import Said, said_in
from claims.views.resting import barely_confirmed, without_one

ANSWERS, VERDICTS, UNCHECKED = 100, 50, 5
NEWEST, MOST_COUNTED = 5, 100  # entries shown, and counted
TELLING = {"verdict", "reply"}  # what the log tells of these tells what the reviewers said


@Prepared
def attributions(claim: int) -> Any:
    """Who told whom."""
    return Attribution.objects.filter(claim=claim).order_by("position").fetch_mode(models.FETCH_RAISE)


@Prepared
def quantities(claim: int) -> Any:
    """The typed figures."""
    return Quantity.objects.filter(claim=claim).order_by("position").fetch_mode(models.FETCH_RAISE)


def shown_to(page: ClaimPage, gathered: Gathered) -> Gathered:
    """The origins as the person may see them: what is kept from them is not named."""
    hidden = {item.exhibit_id: str(UNTOLD[item.untold]) for item in page.evidence if item.untold and item.exhibit_id}
    if page.role == Role.READER:
        told = Exhibit.objects.filter(pk__in=gathered.exhibits).filter(withheld("pk", "source", "case"))
        hidden |= dict.fromkeys(told.order_by().values_list("pk", flat=True), str(UNTOLD["withheld"]))
    return gathered.masked(hidden) if hidden else gathered


@cache
def answers_for(role: str, drafts: bool) -> Prepared[Assessment]:
    """What somebody of this role may see of a claim's assessments; with `drafts` also the draft of their own."""

    def build(claim: int, reader: int) -> Any:
        rows = Assessment.objects.filter(claim=claim).visible_to(User(pk=reader), role)
        if drafts:
            rows = rows | Assessment.objects.filter(claim=claim, reviewer=reader)
        rows = rows.select_related("reviewer", "rating")
        return rows.order_by("-round", "submitted_at", "pk").fetch_mode(models.FETCH_RAISE)[:ANSWERS]

    return Prepared(build)


@Prepared
def relied_on_in(claim: int) -> Any:
    """Which evidence a claim's assessments rely on: key of the assessment, number of the evidence."""
    rows = Assessment.relied_on.through.objects.filter(assessment__claim=claim).order_by("evidence__number")
    return rows.values_list("assessment_id", "evidence__number")[: ANSWERS * EVIDENCE]


@Prepared
def unchecked_of(claim: int) -> Any:
    """Words that came in without their text."""
    return Unchecked.objects.filter(claim=claim).order_by("pk").fetch_mode(models.FETCH_RAISE)[:UNCHECKED]


@Prepared
def waiting_for(claim: int) -> Any:
    """Who is asked and has not answered."""
    rows = Assignment.objects.filter(claim=claim, current=True, answered=False)
    return rows.select_related("reviewer").order_by("pk").fetch_mode(models.FETCH_RAISE)[:ANSWERS]


@Prepared
def verdicts_of(claim: int) -> Any:
    """Every proposal, the newest first."""
    rows = Verdict.objects.filter(claim=claim).select_related("rating", "proposed_by", "decided_by")
    return rows.order_by("-proposed_at", "-pk").fetch_mode(models.FETCH_RAISE)[:VERDICTS]


@Prepared
def ratings_of(scale: int) -> Any:
    """A scale's ratings, from the best supported down."""
    return Rating.objects.filter(scale=scale).order_by(F("position").desc(nulls_last=True), "pk")


@Prepared
def entries_of(claim: int) -> Any:
    """The newest entries of the log about a claim, as many as are counted: when, who, what, on what, number."""
    rows = Entry.objects.filter(claim=claim).order_by("-number").values_list("at", "by_name", "verb", "label", "number")
    return rows[: MOST_COUNTED + 1]


class ClaimPage:
    """What a claim's page shows to one person. Each part is looked up when the page comes to it."""

    def __init__(
        self, claim: Claim, user: User, *, removed: str = "", keeps_form: bool = False, came_from: str = ""
    ) -> None:
        self.claim, self.user = claim, user
        self.case: Case = claim.case
        self.role: str = self.case.role
        self.removed_number = removed
        self.keeps_form = keeps_form
        self.came_from = came_from  # the section of the queue that the person works through
        self.may = {act: claim.allowed(act, user) for act in MOVES} | {
            "cite": may(self.role, "cite") and claim.citable,
            "trace": may(self.role, "cite"),
            "revise": may(self.role, "revise") and claim.revisable,
            "uphold": may(self.role, "propose"),
        }
        self.reviews = may(self.role, "assess")

    @cached_property
    def said(self) -> list[Said]:
        """The passages, each in its paragraph. Of a long document only what lies near is fetched."""
        return said_in(self.claim.pk)

    @cached_property
    def unchecked(self) -> list[Unchecked]:
        """The words that it was made from elsewhere, where the text that they stand in is not here."""
        return unchecked_of(self.claim.pk) if getattr(self.claim, "has_unchecked", True) else []

    @cached_property
    def rungs(self) -> list[Any]:
        """Who told whom."""
        return attributions(self.claim.pk)

    @cached_property
    def figures(self) -> list[Any]:
        """The typed figures."""
        return quantities(self.claim.pk)

    @cached_property
    def _evidence(self) -> list[Evidence]:
        return evidence_shown(self.claim, self.user)

    @cached_property
    def fixed(self) -> set[int]:
        """The keys of the evidence that stays as it is: sealed answers rely on it, or ones that are hidden may."""
        hidden = self.hidden or (self.claim.round > 1 and answers_hidden(self.claim, self.user, self.role))
        rows: list[Any] = self._evidence
        untold = {row.pk for row in rows if hidden and row.answered_since and not row.waits_for_rating}
        return untold | {row.pk for row in rows if row.sealed}

    @cached_property
    def evidence(self) -> list[Evidence]:
        """What stands."""
        return [item for item in self._evidence if item.removed_at is None]

    @cached_property
    def traced(self) -> list[Evidence]:
        """What stands, each with what was said of where it comes from, as `lineage`."""
        for item in self.evidence:
            links = self.gathered.links_of.get(item.exhibit_id or 0, []) if self.gathered else []
            item.lineage = ", ".join(self._traced(link) for link in links)  # type: ignore[attr-defined]
        return self.evidence

    def _traced(self, link: Link) -> str:
        how = str(Lineage.Kind(link.kind).label)
        return f"{how} “{self.gathered.exhibits[link.original].title}”" if link.original and self.gathered else how

    @cached_property
    def removed(self) -> list[Evidence]:
        """What was removed, and can be restored."""
        return [item for item in self._evidence if item.removed_at is not None]

    @property
    def just_removed(self) -> Evidence | None:
        """The piece whose removal can be undone with one key."""
        return next((item for item in self.removed if str(item.number) == self.removed_number), None)

    @cached_property
    def gathered(self) -> Gathered | None:
        """The origins of the evidence; None where there is none that has one."""
        if not any(item.exhibit_id for item in self.evidence):
            return None
        return shown_to(self, origins_of(self.claim, known=self.evidence if len(self._evidence) < EVIDENCE else None))

    @cached_property
    def support(self) -> int:
        """How many independent origins support the claim."""
        return len(self.gathered.origins.known("supports", question_of(self.claim))) if self.gathered else 0

    @cached_property
    def origins_said(self) -> OriginsSaid | None:
        """How many origins there are, in words, and what is to be minded; nothing where no evidence has one."""
        return OriginsSaid(self.gathered) if self.gathered is not None else None

    @property
    def unconfirmed(self) -> list[str]:
        """Of evidence that was rated as confirmed by independent sources, what it lacks by now."""
        rated = {item.pk for item in self.evidence if item.credibility == Credibility.CONFIRMED}
        return self.origins_said.unconfirmed(rated) if self.origins_said is not None and rated else []

    @cached_property
    def ratings(self) -> list[Rating]:
        """The case's answers."""
        return ratings_of(self.case.scale_id)

    @cached_property
    def _answers(self) -> list[Assessment]:
        rows = answers_for(self.role, self.may["assess"])(self.claim.pk, self.user.pk)
        relied_on = relied_on_in(self.claim.pk) if rows else []
        by_key = {row.pk: row for row in rows}
        for row in rows:
            row.claim = self.claim
            row.follows = by_key.get(row.follows_id or 0)
            if row.facets:
                row.scale_ratings = self.ratings
            row.relied_numbers = [number for assessment, number in relied_on if assessment == row.pk]
        return rows

    @cached_property
    def own(self) -> Assessment | None:
        """The person's own assessment of this round as it stands, be it a draft."""
        mine = [row for row in self._answers if row.reviewer_id == self.user.pk and row.round == self.claim.round]
        return _standing(mine)[0] if mine else None

    @property
    def draft(self) -> Assessment | None:
        """The person's own draft, while they may submit it."""
        return self.own if self.may["assess"] and self.own is not None and self.own.submitted_at is None else None

    @cached_property
    def answers(self) -> list[Assessment]:
        """Others' assessments of this round as they stand, as far as the person may see them."""
        rows = [row for row in self._answers if row.round == self.claim.round and row.submitted_at]
        return _standing([row for row in rows if row.reviewer_id != self.user.pk])

    @cached_property
    def earlier_answers(self) -> list[Assessment]:
        """Assessments of earlier rounds, as they stood at the end."""
        return _standing([row for row in self._answers if row.round < self.claim.round and row.submitted_at])

    @property
    def own_is_in(self) -> bool:
        """Whether the person has answered in this round."""
        return self.own is not None and self.own.submitted_at is not None

    @property
    def hidden(self) -> int:
        """How many answers of this round the person may not see yet."""
        return max(0, self.claim.answers_in - len(self.answers) - self.own_is_in)

    @cached_property
    def sees(self) -> bool:
        """Whether this round's answers, and so what is proposed on them, may be shown."""
        return self.hidden == 0

    @cached_property
    def waiting(self) -> list[User]:
        """Who is asked and has not answered."""
        if self.claim.status not in MOVES["assess"].start:
            return []
        return [row.reviewer for row in waiting_for(self.claim.pk)]

    @property
    def may_reconsider(self) -> bool:
        """Whether the person may put another answer after the one that is sealed."""
        return self.reviews and self.own_is_in and self.claim.status in OPEN_TO_THEM

    @cached_property
    def form(self) -> AssessmentForm | None:
        """The form for one's own assessment, while one may answer."""
        if not self.may["assess"] or self.own_is_in or may_have_read(self.claim, self.user, self.role):
            return None
        waiting = unrated(self.evidence)
        return AssessmentForm(ratings=self.ratings, evidence=rated(self.evidence), unrated=waiting, own=self.own)

    @cached_property
    def answered(self) -> list[Assessment]:
        """This round's answers, the person's own among them, in the order in which they came; none where some hide."""
        own = [self.own] if self.own is not None and self.own_is_in else []
        rows = [*self.answers, *own] if self.sees else []
        return sorted(rows, key=lambda row: (row.submitted_at, row.pk))

    @cached_property
    def proposal_form(self) -> ProposalForm:
        """The form for a verdict; where all answers agree, it begins with what they say."""
        return self.proposal_from(None)

    def proposal_from(self, adopted: Assessment | None) -> ProposalForm:
        """The form for a verdict that begins with an answer; without one, with the first where all agree."""
        agree = len({row.rating_id for row in self.answered}) == 1
        form = ProposalForm(ratings=self.ratings, begin=adopted or (self.answered[0] if agree else None))
        form.agreed = len(self.answered) if agree else 0
        return form

    @cached_property
    def move_form(self) -> ReasonForm:
        """An empty form for a move with a reason."""
        return ReasonForm()

    @cached_property
    def _verdicts(self) -> list[Verdict]:
        if self.claim.round == 1 and self.claim.status in MOVES["assess"].start:
            return []  # what was sent back before others were asked would only sway them
        return [row for row in self._proposals if self._opened(row.round)]

    @cached_property
    def _proposals(self) -> list[Verdict]:
        return verdicts_of(self.claim.pk)

    def _opened(self, round: int) -> bool:
        """Whether a round's answers, and so what was proposed on them, may be shown to this person."""
        if round == self.claim.round:
            return self.sees
        signed = any(row.round == round and row.decision == Verdict.Decision.SIGNED_OFF for row in self._proposals)
        return signed or any(row.round == round for row in self.earlier_answers)

    @property
    def verdict(self) -> Verdict | None:
        """The proposal of this round, or the verdict it became."""
        stands_now = self.claim.status in (Status.PROPOSED, Status.SIGNED_OFF)
        return self._verdicts[0] if stands_now and self._verdicts and self.sees else None

    @cached_property
    def changes(self) -> Changes | None:
        """What changed under the verdict since, and nobody has answered."""
        return Changes.under(self.verdict, self.evidence)

    @cached_property
    def linchpins(self) -> list[str]:
        """What the verdict, and ratings of credibility, would lose without one origin, in sentences."""
        if self.gathered is None:
            return []
        looks = self.verdict.rating.look if self.verdict else ""
        return [*without_one(self.gathered, self.claim, looks), *barely_confirmed(self.gathered, self.evidence)]

    @property
    def earlier_verdicts(self) -> list[Verdict]:
        """Verdicts of earlier rounds, and proposals that were sent back."""
        return [row for row in self._verdicts if row is not self.verdict]

    @property
    def signed(self) -> list[Verdict]:
        """The verdicts that were signed off, the newest first, as far as the person may see them."""
        shown = [self.verdict, *self.earlier_verdicts] if self.verdict else self.earlier_verdicts
        return [row for row in shown if row.decision == Verdict.Decision.SIGNED_OFF]

    @property
    def own_proposal(self) -> bool:
        """Whether the person proposed the verdict, and so cannot sign it off."""
        return self.verdict is not None and self.verdict.proposed_by_id == self.user.pk

    @property
    def progress(self) -> int:
        """How far the required answers are in, in per cent."""
        return min(100, 100 * self.claim.answers_in // self.case.assessments_required)

    @property
    def steps(self) -> list[tuple[str, Any]]:
        """The claim's life: (done, here or nothing; the status)."""
        return steps(self.claim)

    @cached_property
    def next(self) -> str:
        """What is asked of this person now, or whom the claim waits for."""
        return next_step(self)

    @cached_property
    def reason(self) -> Entry | None:
        """Why it was withdrawn or reopened."""
        moved = self.claim.status == Status.WITHDRAWN or (self.claim.status == Status.OPEN and self.claim.round > 1)
        return self.claim.last_reason() if moved else None

    @cached_property
    def entries(self) -> list[Any]:
        """The newest entries of the log about this claim: when, who, what, on what, number; as many as are counted.

        That somebody replied would tell whoever may not see the answers that these differ.
        """
        rows = entries_of(self.claim.pk)
        rows = rows if self.sees else [row for row in rows if row[2] != "replied"]
        return [(at, who, VERBS.get(verb, verb), *rest) for at, who, verb, *rest in rows]

    @property
    def newest_number(self) -> int:
        """The number of the newest entry."""
        return self.entries[0][-1] if self.entries else 0

    @property
    def newest(self) -> list[Any]:
        """The newest few."""
        return self.entries[:NEWEST]

    @property
    def entry_count(self) -> int:
        """How many entries there are; one more than are counted where there are more."""
        return len(self.entries)

    def tells(self, entry: Entry) -> bool:
        """Whether the entry's content may be shown: a proposal tells what the reviewers said."""
        return entry.thing not in TELLING or self._opened(entry.parts["after"]["round"])

    def opened_verdict(self, key: int) -> Verdict | None:
        """The verdict or proposal of this key, if the person may see it."""
        return next((row for row in self._verdicts if row.pk == key), None)


def _standing(answers: list[Assessment]) -> list[Assessment]:
    """Those that their reviewers did not change since."""
    changed = {row.follows_id for row in answers}
    return [row for row in answers if row.pk not in changed]
