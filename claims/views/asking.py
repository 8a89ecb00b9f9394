"""Asking for assessments of many claims of a case at once."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from claims.forms.filters import ClaimFilter, cursor
from claims.forms.verdicts import AskingForm
from claims.models import MOVES, Case, Claim, Refused, ask_many, plan_asking
from claims.models.asking import AT_ONCE, Plan
from claims.views.access import Request, on_case
from claims.views.cases import reviewers_of
from claims.views.parts import go, render_part


@on_case(may="assign")
def case_assign(request: Request, case: Case) -> HttpResponse:
    """Say whom to ask about the claims that were ticked, or about all that a filter finds; nobody is asked unseen."""
    posted = request.POST if request.method == "POST" and "act" in request.POST else None
    numbers, more = chosen(case, request.POST if request.method == "POST" else request.GET)
    form = AskingForm(case, posted)
    plan = look(case, numbers, form)
    if plan is not None and posted is not None and posted["act"] == "ask":
        asked = form.attempt(lambda: (confirm(request, case, numbers, form),))
        if asked is not None:
            return go(request, case, told(asked[0]))
        plan = look(case, numbers, form)  # as it is by now
    context = {
        "room": "case", "case": case, "form": form, "numbers": numbers, "more": more, "at_once": AT_ONCE, "plan": plan,
        "refs": refs(case, numbers), "loads": plan.loads() if plan else [], "left_out": left_out(plan),
    }  # fmt: skip
    return render_part(request, "claims/case_assign.html", "asking", context, form.status if form.errors else 200)


def chosen(case: Case, query: QueryDict) -> tuple[list[int], bool]:
    """The numbers of the claims that are asked about, and whether the filter finds more than can be at once.

    Those ticked; with `all` as many as can be asked about of what the filter finds. Refused where there are none,
    too many, or where something else than numbers is named.
    """
    if "all" in query:
        filters = ClaimFilter(case, query, case.scale.ratings.all(), reviewers_of(case))
        able = filters.claims().filter(status__in=MOVES["assign"].start)
        found = list(able.values_list("number", flat=True)[: AT_ONCE + 1])
        if not found:
            raise Refused(_("The filter finds no claim that anybody could be asked about."))
        return found[:AT_ONCE], len(found) > AT_ONCE
    named = query.getlist("claim")
    if not named:
        raise Refused(_("Tick the claims first that somebody is to be asked about."))
    if len(named) > AT_ONCE:
        raise Refused(_("Choose %(n)s claims at most at a time.") % {"n": AT_ONCE})
    numbers = {number for name in named if (number := cursor(name)) is not None}
    known = set(Claim.objects.filter(case=case, number__in=numbers).values_list("number", flat=True))
    if len(known) < len(set(named)):
        raise Refused(_("Some of what was ticked is no claim of this case. Go back and tick them anew."))
    return sorted(known), False


def look(case: Case, numbers: list[int], form: AskingForm) -> Plan | None:
    """Whom the form would ask; None where it says nothing yet, or what a rule refuses."""
    if not hasattr(form, "cleaned_data") and not form.is_valid():
        return None
    return form.attempt(lambda: plan_asking(case, numbers, form.people, each=form.number))


def confirm(request: Request, case: Case, numbers: list[int], form: AskingForm) -> int | None:
    """Ask those whom the person saw."""
    values = form.values
    return ask_many(
        case, numbers, form.people, by=request.user, each=form.number, due=values["due"], seen=values["seen"],
        once=form.key(request.user),
    )  # fmt: skip


def told(many: int | None) -> str:
    """What was done, in a sentence."""
    if many is None:
        return _("They are asked already: this form was sent before.")
    return ngettext("Reviewers are asked about %(n)s claim.", "Reviewers are asked about %(n)s claims.", many) % {
        "n": many
    }


def refs(case: Case, numbers: list[int]) -> str:
    """The claims by name, as many as can be taken in."""
    named = ", ".join(f"{case.code}-{number}" for number in numbers[:10])
    return named if len(numbers) <= 10 else f"{named} …"


def left_out(plan: Plan | None) -> list[dict[str, Any]]:
    """The claims that are not asked about, each with its name, its address and the reason."""
    if plan is None:
        return []
    rows = []
    for number, why in plan.left_out:
        claim = plan.claims[number]
        rows.append({"ref": claim.ref, "url": claim.get_absolute_url(), "statement": claim.statement, "why": why})
    return rows
