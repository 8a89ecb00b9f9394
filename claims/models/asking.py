"""Asking about many claims at once, and taking back what lies untouched."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Count, Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.models.assessments import Assessment
from claims.models.assignments import Assignment
from claims.models.cases import Case, Membership
from claims.models.claims import Claim
from claims.models.completing import could_read_answers, settle
from claims.models.entries import Chain, canonical, sha256, writing
from claims.models.moves import MOVES, Status, may
from claims.models.records import NotNow, NotYours, Refused
from claims.models.tidings import tell_asked, tell_pooled
from claims.models.verdicts import Verdict
from claims.weighing.loads import Need, share_out

if TYPE_CHECKING:
    from claims.models.people import User

AT_ONCE = 500  # claims that are asked about in one transaction
PEOPLE = 200  # who may be chosen among
DAY = datetime.timedelta(days=1)


class Overtaken(NotNow):
    """What would be asked now is not what the person saw. `plan` is what it is now."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(_("Something changed meanwhile: others would be asked now. Nobody is asked yet; look again."))
        self.plan = plan


@dataclass
class Plan:
    """Whom to ask about which claims, before anybody is asked.

    `asks` are the keys of the people to ask by the claim's number; `left_out` are the claims that are not asked about
    as wished, each with the reason; `waiting` is how much in this case waits for each person already.
    """

    case: Case
    people: dict[int, User]
    asks: dict[int, list[int]] = field(default_factory=dict)
    left_out: list[tuple[int, str]] = field(default_factory=list)
    waiting: dict[int, int] = field(default_factory=dict)
    claims: dict[int, Claim] = field(default_factory=dict)
    asked: dict[int, dict[int, Assignment]] = field(default_factory=dict)

    @property
    def seen(self) -> str:
        """A word that differs from plan to plan: a person who confirms one confirms no other."""
        return sha256(canonical([[number, keys] for number, keys in sorted(self.asks.items())]))

    def loads(self) -> list[tuple[User, int, int]]:
        """Each person who is to be asked: about how many claims, and how many wait for them already."""
        new = defaultdict[int, int](int)
        for keys in self.asks.values():
            for key in keys:
                new[key] += 1
        rows = [(person, new[key], self.waiting.get(key, 0)) for key, person in self.people.items() if new[key]]
        return sorted(rows, key=lambda row: (str(row[0]), row[0].pk))


def reviewers_of(case: Case) -> dict[int, Membership]:
    """Those who may be asked in a case, by their keys, in the order of their names."""
    roles = sorted(role.value for role in MOVES["assess"].roles)
    members = case.memberships.filter(role__in=roles, user__is_active=True).select_related("user")
    return {row.user_id: row for row in members.order_by("user__name", "pk")[:PEOPLE]}


def plan_asking(case: Case, numbers: Sequence[int], people: Iterable[int], *, each: int | None = None) -> Plan:
    """Whom to ask about these claims: all the people, or where `each` is given so many of them for each claim.

    Who is asked already or has answered stays, and counts. By number nobody is chosen who made the claim or proposed
    a verdict on it, and the work is balanced. Raises Refused for too many claims, or for what is no claim of the case
    or no reviewer in it.
    """
    members = reviewers_of(case)
    chosen = set(people)
    numbers = sorted(set(numbers))
    if not numbers:
        raise Refused(_("Tick at least one claim."))
    if len(numbers) > AT_ONCE:
        raise Refused(_("Choose %(n)s claims at most at a time.") % {"n": AT_ONCE})
    if not chosen <= set(members):
        raise Refused(_("Choose among the analysts and editors of this case."), "reviewers")
    if not chosen and each is None:
        raise Refused(_("Choose at least one reviewer."), "reviewers")
    pool = {key: member for key, member in members.items() if not chosen or key in chosen}
    plan = Plan(case, {key: member.user for key, member in pool.items()})
    plan.claims = {claim.number: claim for claim in case.claims.filter(number__in=numbers).order_by("number")}
    missing = [number for number in numbers if number not in plan.claims]
    if missing:
        raise Refused(_("There is no claim %(ref)s in this case.") % {"ref": f"{case.code}-{missing[0]}"})
    _look_up(plan)
    needs = [need for claim in plan.claims.values() if (need := _need(plan, claim, pool, each))]
    plan.asks = {number: keys for number, keys in share_out(needs, plan.waiting).items() if keys}
    return plan


def _look_up(plan: Plan) -> None:
    """Who is asked about the claims in their present rounds, and how much waits for each person."""
    for claim in plan.claims.values():
        claim.case = plan.case
    by_key = {claim.pk: claim for claim in plan.claims.values()}
    plan.asked = {number: {} for number in plan.claims}
    for row in plan.case.assignments.filter(claim__in=by_key).select_related("reviewer").order_by("pk"):
        row.claim = by_key[row.claim_id]
        if row.round == row.claim.round:
            plan.asked[row.claim.number][row.reviewer_id] = row
    waiting = plan.case.assignments.filter(current=True, answered=False, reviewer__in=plan.people)
    plan.waiting = dict(waiting.order_by().values_list("reviewer").annotate(n=Count("pk")))
    for claim in plan.claims.values():
        claim.proposers = set()  # type: ignore[attr-defined]
    for key, person in Verdict.objects.filter(claim__in=by_key).order_by().values_list("claim", "proposed_by"):
        by_key[key].proposers.add(person)  # type: ignore[attr-defined]


def _need(plan: Plan, claim: Claim, pool: dict[int, Membership], each: int | None) -> Need | None:
    """What a claim needs. Where it cannot get it, the reason is told among what is left out."""
    if claim.status not in MOVES["assign"].start:
        told = _("It is “%(status)s”: nobody can be asked about it.") % {"status": Status(claim.status).label}
        plan.left_out.append((claim.number, told))
        return None
    stay = {key for key, row in plan.asked[claim.number].items() if row.current or row.answered}
    reasons = {key: why for key, member in pool.items() if key not in stay and (why := _why_not(claim, member, each))}
    able = frozenset(pool.keys() - stay - reasons.keys())
    wanted = len(pool) - len(pool.keys() & stay) if each is None else each - len(stay)
    if wanted <= 0:
        plan.left_out.append((claim.number, _("Its reviewers are asked already.")))
        return None
    if len(able) < wanted:
        told = _("%(n)s of %(wanted)s can be asked.") % {"n": len(able), "wanted": wanted}
        plan.left_out.append((claim.number, " ".join([told, *reasons.values()])))
        return None
    return Need(claim.number, wanted, able)


def _why_not(claim: Claim, member: Membership, each: int | None) -> str:
    """Why this person is not to be asked about the claim; "" where they are."""
    name = {"name": member.user}
    if could_read_answers(claim, member.role):
        return _("%(name)s could read the answers that are in.") % name
    if each is not None and claim.made_by_id == member.user_id:
        return _("%(name)s made the claim.") % name
    if each is not None and member.user_id in claim.proposers:  # type: ignore[attr-defined]
        return _("%(name)s proposed a verdict on it.") % name
    return ""


def ask_many(
    case: Case, numbers: Sequence[int], people: Sequence[int], *,
    by: User, each: int | None = None, due: datetime.date | None = None, seen: str, once: str | None = None,
) -> int | None:  # fmt: skip
    """Ask about many claims, all or none, as `plan_asking` has it: about how many. None where the same form did.

    `seen` is the plan that the person saw; raises Overtaken where it would be another one by now.
    """
    with writing(case) as chain:
        if once and Assignment.objects.filter(once=once).exists():
            return None
        plan = plan_asking(case, numbers, people, each=each)
        if plan.seen != seen:
            raise Overtaken(plan)
        if not plan.asks:
            raise NotNow(_("Nobody can be asked about these claims."))
        if not may(case.role_of(by), "assign"):
            raise NotYours(_("Your role in this case does not allow this."))
        before = {number: _names(plan, number) for number in plan.asks}
        tell_asked(case, _write(plan, due, once), by=by)
        for number in plan.asks:
            claim = plan.claims[number]
            after: dict[str, Any] = {"reviewers": _names(plan, number)}
            if due:
                after["due"] = due.isoformat()
            after |= claim.enter(MOVES["assign"].end, chain)
            chain.record(by=by, verb="assigned", on=claim, before={"reviewers": before[number]}, after=after)
    return len(plan.asks)


def _write(plan: Plan, due: datetime.date | None, once: str | None) -> list[Assignment]:
    """Write the plan's assignments, the new ones in one statement, and give them. The first answers for the form."""
    new, again = [], []
    for number, keys in plan.asks.items():
        for key in keys:
            row = plan.asked[number].get(key)
            if row is None:
                claim, reviewer = plan.claims[number], plan.people[key]
                row = Assignment(
                    claim=claim, reviewer=reviewer, round=claim.round, case=plan.case, number=number, due=due
                )
                plan.asked[number][key] = row
                new.append(row)
            row.once, once = once or row.once, None
            if row.pk:
                row.ask(due or ...)
                again.append(row)
    models.QuerySet.bulk_create(Assignment.objects.all(), new)
    return new + again


def _names(plan: Plan, number: int) -> list[str]:
    return sorted(str(row.reviewer) for row in plan.asked[number].values() if row.current)


def stale_drafts(case: Case) -> Any:
    """The assignments of a case whose drafts lie untouched for longer than the case lets them."""
    if case.draft_days is None:
        return Assignment.objects.none()
    since = timezone.now() - case.draft_days * DAY
    lies = Assessment.objects.filter(
        claim=OuterRef("claim"), reviewer=OuterRef("reviewer"), round=OuterRef("round"), submitted_at=None,
        saved_at__lt=since,
    )  # fmt: skip
    waiting = case.assignments.filter(current=True, answered=False, asked_at__lt=since)
    return waiting.filter(Exists(lies), claim__status__in=MOVES["assess"].start)


def return_stale(case: Case) -> int:
    """Ask no more whoever left their draft untouched for longer than the case lets them: how many assignments.

    The draft stays its author's, who is told in their queue. A claim that then waits for nobody goes back to the open
    ones, or waits for an editor where somebody has answered it.
    """
    if not stale_drafts(case).exists():
        return 0
    with writing(case) as chain:
        rows = list(stale_drafts(case).select_related("claim", "reviewer").order_by("pk"))
        for row in rows:
            row.case = case
            _take_back(row, chain)
        tell_pooled(case, rows)
    return len(rows)


def _take_back(row: Assignment, chain: Chain) -> None:
    """Set one assignment aside; inside `writing`."""
    claim: Claim = row.claim.locked()  # as the one before it left it
    claim.case = row.case
    row.current, row.came_back_at = False, timezone.now()
    row.store()
    after: dict[str, Any] = {"asked": False}
    if not claim.assignments.filter(round=claim.round, current=True, answered=False).exists():
        after |= settle(claim, chain)
    # Nobody acted: the entry bears the name of whoever let the draft lie, and says just that.
    chain.record(by=row.reviewer, verb="returned", on=claim, before={"asked": True}, after=after)


def return_all() -> dict[str, int]:
    """Do so in every case that lets drafts lie for so long and no longer: how many assignments, by the case's code."""
    cases = Case.objects.exclude(draft_days=None).order_by("pk")
    return {case.code: many for case in cases if (many := return_stale(case))}


def tell_returned(claim: Claim, reviewer: User) -> None:
    """The reviewer has seen that the claim came back from them: their queue need not say so any more."""
    told = Assignment.objects.filter(claim=claim, reviewer=reviewer).exclude(came_back_at=None)
    models.QuerySet.update(told, came_back_at=None)
