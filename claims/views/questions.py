"""What cases leave open: their questions, who looks into them, and how they ended."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db import models
from django.db.models import F, QuerySet
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from claims.forms.filters import COUNTED, cursor
from claims.forms.questions import QuestionForm, workers_of
from claims.models import Case, Claim, OpenQuestion, User, may
from claims.views.access import Request, on_case, on_claim
from claims.views.claim_page import ClaimPage
from claims.views.claims import context_of
from claims.views.parts import go, render_part

PAGE = 50
ANY, NOBODY = "any", "nobody"


@on_case()
def case_questions(request: Request, case: Case) -> HttpResponse:
    """The questions of a case, the newest first; the open ones, unless the address asks for others."""
    people = {str(key): str(person) for key, person in workers_of(case).items()}
    chosen = _chosen(request, people)
    found = _narrowed(OpenQuestion.objects.filter(case=case), chosen)
    counted = found.order_by()[: COUNTED + 1].count()
    before = cursor(request.GET.get("before"))
    if before is not None:
        found = found.filter(pk__lt=before)
    beside = ["claim", "owner", "closed_by", "from_assessment__reviewer"]
    rows = list(found.select_related(*beside).order_by("-pk").fetch_mode(models.FETCH_RAISE)[: PAGE + 1])
    for row in rows:
        row.case = row.claim.case = case
    more = urlencode(chosen | {"before": rows[PAGE - 1].pk}) if len(rows) > PAGE else ""
    context = {
        "room": "case", "case": case, "questions": rows[:PAGE], "chosen": chosen, "people": people,
        "states": {**dict(OpenQuestion.State.choices), ANY: _("In any state")}, "before": before, "more": more,
        "first": urlencode(chosen), "counted": min(counted, COUNTED), "beyond": counted > COUNTED,
        "may_edit": may(case.role, "cite"),
    }  # fmt: skip
    return render_part(request, "claims/case_questions.html", "questions", context)


def _chosen(request: Request, people: dict[str, str]) -> dict[str, str]:
    """What the address asks for; what makes no sense in it is left out."""
    state, owner = request.GET.get("state", ""), request.GET.get("owner", "")
    claim = cursor(request.GET.get("claim"))
    chosen = {"state": state if state in {*OpenQuestion.State.values, ANY} else OpenQuestion.State.OPEN.value}
    if owner == NOBODY or owner in people:
        chosen["owner"] = owner
    return chosen | ({"claim": str(claim)} if claim is not None else {})


def _narrowed(questions: QuerySet[OpenQuestion], chosen: dict[str, str]) -> QuerySet[OpenQuestion]:
    if chosen["state"] != ANY:
        questions = questions.filter(state=chosen["state"])
    if "owner" in chosen:
        questions = questions.filter(owner=None if chosen["owner"] == NOBODY else int(chosen["owner"]))
    if "claim" in chosen:
        questions = questions.filter(claim__number=chosen["claim"])
    return questions


@on_claim(may="cite")
def question_edit(request: Request, claim: Claim, question: int) -> HttpResponse:
    """Say who looks into a question and by when, or how it ended."""
    found = OpenQuestion.objects.filter(claim=claim, number=question)
    asked = found.select_related("owner", "from_assessment__reviewer", "from_verdict").first()
    if asked is None:
        raise Http404
    asked.claim, asked.case = claim, claim.case
    form = QuestionForm(asked, request.POST if request.method == "POST" else None)
    if form.is_valid() and form.attempt(lambda: form.settle(asked, request.user)) is not None:
        return go(request, _list_of(claim), _("Saved."))
    context = context_of(ClaimPage(claim, request.user)) | {"form": form, "question": asked}
    return render_part(request, "claims/question_edit.html", "form", context, form.status if form.errors else 200)


def _list_of(claim: Claim) -> str:
    return f"{claim.case.get_absolute_url()}questions/?state={ANY}&claim={claim.number}"


def own_questions(user: User, shown: int) -> list[Claim]:
    """The claims with an open question that this person owns, those due first; at most one more than are shown.

    Each with the `question`, and as `way` its address.
    """
    owned = OpenQuestion.objects.owned_by(user)
    if not (user.is_superuser and user.is_active):
        owned = owned.filter(case__memberships__user=user)
    rows = owned.select_related("claim__case").order_by(F("due").asc(nulls_last=True), "pk")
    claims: list[Any] = []
    for row in rows.fetch_mode(models.FETCH_RAISE)[: shown + 1]:
        row.claim.question, row.claim.way = row, row.get_absolute_url()
        claims.append(row.claim)
    return claims
