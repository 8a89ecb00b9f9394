"""The claim's page, and the moves in its life that need no form of their own kind."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.db import models
from django.db.models import F, IntegerField, Prefetch
from django.db.models.functions import Greatest, Length, StrIndex, Substr
from django.http import HttpResponse
from django.utils.translation import gettext as _

from claims.forms.assessments import AssessmentForm
from claims.forms.claims import ClaimForm
from claims.forms.verdicts import ProposalForm, ReasonForm, ReviewersForm
from claims.models import (
    MOVES,
    VERBS,
    Assessment,
    Case,
    Claim,
    Entry,
    Evidence,
    Rating,
    Status,
    User,
    Verdict,
    assign,
    may,
)
from claims.text.quotations import Quotation, around, paragraph_bounds, stands
from claims.views.access import Request, on_claim
from claims.views.parts import go, render_part, wants_part

REACH = 1_000  # how much of a document is fetched on either side of a passage
PASSAGES, EVIDENCE, ANSWERS, VERDICTS = 5, 200, 100, 50
NEWEST, PAGE = 5, 50  # entries on the claim's page, and on one page of its history
MOST_COUNTED = 100
SHOWN_OF_EVIDENCE = (
    "number", "stance", "bearing", "quote", "where", "credibility", "note", "version", "removed_at",
    "exhibit__title", "exhibit__url", "exhibit__published", "exhibit__source__name",
    "exhibit__document__number", "exhibit__document__language", "grade__letter",
    "added_by__name", "added_by__email",
)  # fmt: skip
LIFE: list[Status] = [status for status in Status if status != Status.WITHDRAWN]


@dataclass(frozen=True)
class Said:
    """A passage in its document, with the words around it; `stands` is what the quote gate says."""

    stands: bool
    before: str
    exact: str
    after: str
    number: int
    title: str
    language: str
    published: datetime.date | None


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
        document = [f"document__{name}" for name in ("number", "title", "language", "published")]
        quotation = ("start", "end", "exact", "prefix", "suffix")
        rows = self.claim.passages.order_by("document", "start", "pk")
        return [_said(*row) for row in rows.values_list(begins, near, *quotation, *document)[:PASSAGES]]

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
        rows = self.claim.evidence.select_related("exhibit__source", "exhibit__document", "grade", "added_by")
        rows = rows.only("claim", *SHOWN_OF_EVIDENCE).annotate(
            # The quote gate on the way out, in the database: texts may be long.
            in_document=StrIndex("exhibit__document__text", F("quote")),
            in_text=StrIndex("exhibit__text", F("quote")),
            text_length=Length("exhibit__text"),
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
        claim = self.claim
        if not claim.answers_in and claim.round == 1:
            # Nothing is in yet: there can be a draft of one's own at most.
            rows = claim.assessments.filter(reviewer=self.user)
        else:
            rows = claim.assessments.visible_to(self.user, self.role)
            if self.may["assess"]:
                rows = rows | claim.assessments.filter(reviewer=self.user)
        rows = rows.select_related("reviewer", "rating")
        if claim.evidence_count:
            rows = rows.prefetch_related(Prefetch("relied_on", Evidence.objects.only("number").order_by("number")))
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
        if self.claim.status not in MOVES["assess"].start:
            return []
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
        if self.claim.round == 1 and self.claim.status in MOVES["assess"].start:
            return []  # what was sent back before others were asked would only sway them
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
    def entries(self) -> list[Any]:
        """The newest entries of the log about this claim: when, who, what, on what; as many as are counted."""
        rows = self.claim.entries.order_by("-number").values_list("at", "by_name", "verb", "label")
        return [(at, who, VERBS.get(verb, verb), label) for at, who, verb, label in rows[: MOST_COUNTED + 1]]

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
        return entry.thing != "verdict" or self.sees


def _said(begins: int, near: str, start: int, end: int, exact: str, prefix: str, suffix: str, *document: Any) -> Said:
    start, end = start - begins, end - begins
    held = stands(near, Quotation(start, end, exact, prefix, suffix))
    if held and begins:
        # Half a line would look as if it had never been wrapped.
        cut = near.find("\n", 0, start) + 1
        near, start, end = near[cut:], start - cut, end - cut
    if not held:
        return Said(False, "", "", "", *document)
    before, after = around(near, start, end)
    paragraph = paragraph_bounds(near, start, end)
    before = before if paragraph.start == start - len(before) else "…" + before
    after = after if near[end + len(after) : paragraph.end].strip() == "" else after + "…"
    return Said(True, before, exact, after, *document)


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
    """The claim as it stands now."""
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
    """After an act: back to the claim with a sentence; for htmx the parts of its page that the act changed.

    `claim` must be the claim as it stands after the act.
    """
    if not wants_part(request):
        query = f"?removed={removed}" if removed else ""
        return go(request, claim.get_absolute_url() + query, sentence)
    messages.success(request, sentence)
    page = ClaimPage(claim, request.user, removed=removed, keeps_form=keeps_form)
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
            return done(request, find_claim(claim), _("Saved: who is asked for an assessment."))
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
        moved = form.attempt(lambda: move(by=request.user, why=form.values["reason"]))
        if moved is not None:
            return done(request, moved, sentence)
    return ask(request, "claims/claim_move.html", claim, form, move=MOVES[act])
