"""The claim's page, and the moves in its life that need no form of their own kind."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.db import models
from django.db.models import F, IntegerField, Prefetch, Q
from django.db.models.functions import Greatest, StrIndex, Substr
from django.http import HttpResponse
from django.utils.translation import gettext as _

from claims.forms.assessments import AssessmentForm
from claims.forms.claims import ClaimForm
from claims.forms.verdicts import ProposalForm, ReasonForm, ReviewersForm
from claims.models import (
    MOVES,
    Assessment,
    Case,
    Claim,
    Entry,
    Evidence,
    Passage,
    Rating,
    Status,
    User,
    Verdict,
    assign,
    may,
)
from claims.text.quotations import PARAGRAPH_REACH, Quotation, around, stands
from claims.views.access import Request, on_claim
from claims.views.parts import go, render_part, wants_part

REACH = PARAGRAPH_REACH + 100  # how much of a document is fetched on either side of a passage
PASSAGES, EVIDENCE, ANSWERS, VERDICTS = 5, 200, 100, 50
NEWEST, PAGE = 5, 50  # entries on the claim's page, and on one page of its history
MOST_COUNTED = 500
LIFE: list[Status] = [status for status in Status if status != Status.WITHDRAWN]


@dataclass(frozen=True)
class Said:
    """A passage with the words around it; `stands` is what the quote gate says."""

    passage: Passage
    stands: bool
    before: str
    after: str


class ClaimPage:
    """What a claim's page shows to one person. Each part is looked up when the page comes to it."""

    def __init__(self, claim: Claim, user: User, *, removed: str = "", keeps_form: bool = False) -> None:
        self.claim, self.user = claim, user
        self.case: Case = claim.case
        self.role: str = self.case.role
        self.removed_number = removed
        self.keeps_form = keeps_form
        self.may = {act: claim.allowed(act, user) for act in MOVES} | {
            act: may(self.role, act) for act in ("cite", "revise")
        }
        self.reviews = may(self.role, "assess")

    @cached_property
    def said(self) -> list[Said]:
        """The passages, each in its paragraph. Of a long document only what lies near is fetched."""
        begins = Greatest(F("start") - REACH, 0, output_field=IntegerField())
        near = Substr("document__text", begins + 1, F("end") - begins + REACH)
        rows = self.claim.passages.select_related("document").annotate(begins=begins, near=near)
        rows = rows.defer("document__text", "document__content").order_by("document", "start", "pk")
        return [_said(row) for row in rows.fetch_mode(models.FETCH_RAISE)[:PASSAGES]]

    @cached_property
    def rungs(self) -> list[Any]:
        """Who told whom."""
        return list(self.claim.attributions.order_by("position"))

    @cached_property
    def figures(self) -> list[Any]:
        """The typed figures."""
        return list(self.claim.quantities.order_by("position"))

    @cached_property
    def _evidence(self) -> list[Evidence]:
        held = Q(exhibit__document__isnull=False) | ~Q(exhibit__text="")
        rows = self.claim.evidence.select_related("exhibit__source", "exhibit__document", "grade", "added_by")
        rows = rows.defer("exhibit__text", "exhibit__document__text", "exhibit__document__content")
        rows = rows.annotate(
            held=models.Case(models.When(held, then=True), default=False),
            # The quote gate on the way out, in the database: texts may be long.
            in_document=StrIndex("exhibit__document__text", F("quote")),
            in_text=StrIndex("exhibit__text", F("quote")),
        )
        return list(rows.order_by("number").fetch_mode(models.FETCH_RAISE)[:EVIDENCE])

    @cached_property
    def evidence(self) -> list[Evidence]:
        """What stands."""
        return [item for item in self._evidence if item.removed_at is None]

    @cached_property
    def removed(self) -> list[Evidence]:
        """What was removed, and can be restored."""
        return [item for item in self._evidence if item.removed_at is not None]

    @property
    def just_removed(self) -> Evidence | None:
        """The piece whose removal can be undone with one key."""
        return next((item for item in self.removed if str(item.number) == self.removed_number), None)

    @cached_property
    def ratings(self) -> list[Rating]:
        """The case's answers."""
        return list(self.case.scale.ratings.all())

    @cached_property
    def _answers(self) -> list[Assessment]:
        rows = self.claim.assessments.visible_to(self.user, self.role)
        rows = rows | self.claim.assessments.filter(reviewer=self.user)
        numbers = Evidence.objects.only("number").order_by("number")
        rows = rows.select_related("reviewer", "rating").prefetch_related(Prefetch("relied_on", numbers))
        return list(rows.order_by("-round", "submitted_at", "pk").fetch_mode(models.FETCH_RAISE)[:ANSWERS])

    @cached_property
    def own(self) -> Assessment | None:
        """The person's own assessment of this round, be it a draft."""
        mine = (row for row in self._answers if row.reviewer_id == self.user.pk)
        return next((row for row in mine if row.round == self.claim.round), None)

    @cached_property
    def answers(self) -> list[Assessment]:
        """Others' assessments of this round, as far as the person may see them."""
        rows = [row for row in self._answers if row.round == self.claim.round and row.submitted_at]
        return [row for row in rows if row.reviewer_id != self.user.pk]

    @cached_property
    def earlier_answers(self) -> list[Assessment]:
        """Assessments of earlier rounds."""
        return [row for row in self._answers if row.round < self.claim.round and row.submitted_at]

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
        rows = self.claim.assignments.filter(current=True, answered=False).select_related("reviewer").order_by("pk")
        return [row.reviewer for row in rows[:ANSWERS]]

    @cached_property
    def form(self) -> AssessmentForm | None:
        """The form for one's own assessment, while one may answer."""
        if not self.may["assess"] or self.own_is_in:
            return None
        return AssessmentForm(ratings=self.ratings, evidence=self.evidence, own=self.own)

    @cached_property
    def proposal_form(self) -> ProposalForm:
        """The form for a verdict."""
        return ProposalForm(ratings=self.ratings)

    @cached_property
    def move_form(self) -> ReasonForm:
        """An empty form for a move with a reason."""
        return ReasonForm()

    @cached_property
    def _verdicts(self) -> list[Verdict]:
        rows = self.claim.verdicts.select_related("rating", "proposed_by", "decided_by")
        rows = rows.order_by("-proposed_at", "-pk").fetch_mode(models.FETCH_RAISE)
        return [row for row in rows[:VERDICTS] if row.round < self.claim.round or self.sees]

    @property
    def verdict(self) -> Verdict | None:
        """The proposal of this round, or the verdict it became."""
        stands_now = self.claim.status in (Status.PROPOSED, Status.SIGNED_OFF)
        return self._verdicts[0] if stands_now and self._verdicts and self.sees else None

    @property
    def earlier_verdicts(self) -> list[Verdict]:
        """Verdicts of earlier rounds, and proposals that were sent back."""
        return [row for row in self._verdicts if row is not self.verdict]

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
        if self.claim.status == Status.WITHDRAWN:
            return [*(("", status.label) for status in LIFE), ("here", Status.WITHDRAWN.label)]
        here = LIFE.index(Status(self.claim.status))
        marks = ["done" if n < here else "here" if n == here else "" for n in range(len(LIFE))]
        return list(zip(marks, (status.label for status in LIFE), strict=True))

    @cached_property
    def next(self) -> str:
        """What is asked of this person now, or whom the claim waits for."""
        return _next(self)

    @cached_property
    def reason(self) -> Entry | None:
        """Why it was withdrawn or reopened."""
        moved = self.claim.status == Status.WITHDRAWN or (self.claim.status == Status.OPEN and self.claim.round > 1)
        return self.claim.last_reason() if moved else None

    @cached_property
    def newest(self) -> list[Entry]:
        """The newest entries of the log about this claim."""
        return list(self.claim.entries.order_by("-number").fetch_mode(models.FETCH_RAISE)[:NEWEST])

    @cached_property
    def entry_count(self) -> int:
        """How many entries there are, counted no further than one would read."""
        return int(self.claim.entries.order_by()[: MOST_COUNTED + 1].count())

    def tells(self, entry: Entry) -> bool:
        """Whether the entry's content may be shown: a proposal tells what the reviewers said."""
        return entry.thing != "verdict" or self.sees


def _said(row: Any) -> Said:
    start, end = row.start - row.begins, row.end - row.begins
    held = stands(row.near, Quotation(start, end, row.exact, row.prefix, row.suffix))
    before, after = around(row.near, start, end) if held else ("", "")
    return Said(row, held, before, after)


def _next(page: ClaimPage) -> str:
    claim, counts = page.claim, {"n": page.claim.answers_in, "m": page.case.assessments_required}
    if claim.status in MOVES["assess"].start:
        if page.own_is_in:
            return _("Your assessment is in. %(n)s of %(m)s are; the claim waits for the others.") % counts
        if any(person.pk == page.user.pk for person in page.waiting):
            return _("You are asked for your assessment.")
        if page.may["assign"] and not page.waiting:
            return _("Nobody is asked yet: ask reviewers for their assessments.")
        if page.reviews:
            return _("You may add your assessment; %(n)s of %(m)s are in.") % counts
        return _("It waits for assessments; %(n)s of %(m)s are in.") % counts
    if claim.status == Status.TO_DECIDE:
        if page.may["propose"]:
            return _("All answers are in: propose a verdict.")
        return _("All answers are in; an editor decides next.")
    if claim.status == Status.PROPOSED:
        if page.may["sign_off"] and not page.own_proposal:
            return _("A verdict is proposed: sign it off, or send it back.")
        return _("A verdict is proposed; an editor other than its author signs it off.")
    return ""


def find_claim(claim: Claim) -> Claim:
    """The claim as it stands after an act."""
    fresh: Claim = Claim.objects.select_related("rating", "made_by").get(pk=claim.pk)
    fresh.case = claim.case
    return fresh


def context_of(page: ClaimPage) -> dict[str, Any]:
    """What the templates of a claim's page are given."""
    return {"room": "case", "case": page.case, "claim": page.claim, "page": page}


@on_claim()
def claim_detail(request: Request, claim: Claim) -> HttpResponse:
    """The claim: what was said, what bears on it, who judges it how, and what the case answers."""
    page = ClaimPage(claim, request.user, removed=request.GET.get("removed", ""))
    return render_part(request, "claims/claim_detail.html", "evidence", context_of(page))


def ask(request: Request, template: str, claim: Claim, form: Any, **more: Any) -> HttpResponse:
    """The form of an act: a page of its own, or for htmx the form alone."""
    context = context_of(ClaimPage(claim, request.user)) | {"form": form} | more
    return render_part(request, template, "form", context, form.status if form.errors else 200)


def done(
    request: Request,
    claim: Claim,
    sentence: Any,
    *,
    part: str = "moved",
    target: str = "standing",
    removed: str = "",
    keeps_form: bool = False,
) -> HttpResponse:
    """After an act: back to the claim with a sentence; for htmx the parts of its page that the act changed."""
    if not wants_part(request):
        query = f"?removed={removed}" if removed else ""
        return go(request, claim.get_absolute_url() + query, sentence)
    messages.success(request, sentence)
    page = ClaimPage(find_claim(claim), request.user, removed=removed, keeps_form=keeps_form)
    response = render_part(request, "claims/claim_detail.html", part, context_of(page))
    response["HX-Retarget"], response["HX-Reswap"] = f"#{target}", "outerMorph"
    return response


@on_claim(may="revise")
def claim_edit(request: Request, claim: Claim) -> HttpResponse:
    """Correct the statement and what is known of it."""
    form = ClaimForm(request.POST if request.method == "POST" else None, claim=claim)
    if form.is_valid() and form.revise(request.user) is not None:
        return go(request, claim, _("Saved."))
    return ask(request, "claims/claim_edit.html", claim, form)


@on_claim()
def claim_history(request: Request, claim: Claim) -> HttpResponse:
    """Everything that was done to the claim, newest first."""
    page = ClaimPage(claim, request.user)
    entries = claim.entries.order_by("-number")
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) < 16:
        entries = entries.filter(number__lt=int(before))
    rows = list(entries.fetch_mode(models.FETCH_RAISE)[: PAGE + 1])
    context = context_of(page) | {
        "rows": [(entry, page.tells(entry)) for entry in rows[:PAGE]],
        "more": rows[PAGE - 1].number if len(rows) > PAGE else None,
        "before": before,
    }
    return render_part(request, "claims/claim_history.html", "entries", context)


@on_claim(may="assign")
def claim_assign(request: Request, claim: Claim) -> HttpResponse:
    """Say who is asked for an assessment in this round."""
    claim.require("assign", request.user)
    asked = claim.assignments.filter(round=claim.round, current=True).values_list("reviewer_id", flat=True)
    form = ReviewersForm(claim.case, request.POST if request.method == "POST" else None, asked=list(asked))
    if form.is_valid():
        reviewers = form.chosen()
        form.attempt(lambda: assign(claim, reviewers, by=request.user))
        if not form.errors:
            return done(request, claim, _("Saved: who is asked for an assessment."))
    return ask(request, "claims/claim_assign.html", claim, form)


@on_claim(may="withdraw")
def claim_withdraw(request: Request, claim: Claim) -> HttpResponse:
    """Set the claim aside, with a reason."""
    return _move(request, claim, "withdraw", _("The claim is withdrawn."))


@on_claim(may="reopen")
def claim_reopen(request: Request, claim: Claim) -> HttpResponse:
    """Begin a new round, with a reason."""
    return _move(request, claim, "reopen", _("The claim is open again; a new round has begun."))


def _move(request: Request, claim: Claim, act: str, sentence: str) -> HttpResponse:
    claim.require(act, request.user)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        move = claim.withdraw if act == "withdraw" else claim.reopen
        if form.attempt(lambda: move(by=request.user, why=form.values["reason"])):
            return done(request, claim, sentence)
    return ask(request, "claims/claim_move.html", claim, form, move=MOVES[act])
