"""My queue: what waits for the person, in all their cases."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from claims.models import Assignment, Case, Claim, Membership, Role, Status, User, Verdict
from claims.views.access import Request, open_to
from claims.views.changes import changed
from claims.views.questions import own_questions
from claims.views.settling import overruled
from claims.views.to_rate import to_rate

SHOWN = 20  # rows of a section
PLACES = 150  # (case, status) pairs looked at: an administrator is in every case
LOOKED_BACK = 500  # of one's own proposals, when looking for those that came back


@dataclass
class Section:
    """One kind of thing to do: its newest cases first, in each of them the oldest claims first."""

    name: str
    title: str
    verb: str
    claims: list[Claim]
    places: list[dict[str, Any]] = field(default_factory=list)
    beyond: bool = False  # whether there are more than were looked at

    @property
    def more(self) -> bool:
        """Whether there are more than are shown."""
        return self.beyond or len(self.claims) > SHOWN

    @property
    def shown(self) -> list[Claim]:
        """The claims of the page."""
        return self.claims[:SHOWN]


def queue(request: Request) -> HttpResponse:
    """What waits for the person: to answer, to rate, to decide, to sign off, to look at again."""
    user = request.user
    places = waiting_places(user)
    editing = [place for place in places if place["role"] == Role.EDITOR]
    sections = [
        Section("asked", _("You are asked"), _("Assess"), asked(user)),
        Section("returned", _("Your proposals that came back"), _("Propose anew"), returned(user)),
        rating_asked(user),
        changed_since(user),
        Section("overruled", _("Overruled"), _("Reply"), overruled(user, SHOWN)),
        Section("questions", _("Questions you own"), _("Answer"), own_questions(user, SHOWN)),
        standing("sign-off", _("To sign off"), _("Decide"), Status.PROPOSED, editing, by_others(user)),
        standing("decide", _("To decide"), _("Propose"), Status.TO_DECIDE, editing),
        standing("open", _("Open to anyone"), _("Assess"), Status.OPEN, places),
    ]
    tell_state(sections, user)
    sections = [section for section in sections if section.claims]
    context: dict[str, Any] = {"room": "queue", "sections": sections}
    if not sections:
        context["own_cases"] = Case.objects.visible_to(user).order_by("-pk")[:5]
    return render(request, "claims/queue.html", context)


def waiting_places(user: User) -> list[dict[str, Any]]:
    """Where claims wait that somebody of the person's role could do something about, from the kept tallies."""
    cases = Case.objects.visible_to(user).filter(
        tallies__status__in=[Status.OPEN, Status.TO_DECIDE, Status.PROPOSED], tallies__count__gt=0
    )
    if not (user.is_superuser and user.is_active):
        cases = cases.filter(role__in=[Role.ANALYST, Role.EDITOR])
    rows = cases.order_by("-pk").values("pk", "code", "role", "tallies__status", "tallies__count")[:PLACES]
    return [
        row
        | {
            "status": row["tallies__status"],
            "count": f"{row['tallies__count']:,}",
            "url": f"{reverse('claims:case-detail', args=[row['code']])}?status={row['tallies__status']}",
        }
        for row in rows
    ]


def standing(
    name: str, title: str, verb: str, status: Status, places: list[dict[str, Any]], only: Q | Exists | None = None
) -> Section:
    """The claims at a status. The order is that of an index: newest cases first, their oldest claims first."""
    there = [place for place in places if place["status"] == status]
    claims = Claim.objects.filter(case__in=[place["pk"] for place in there], status=status)
    if only is not None:
        claims = claims.filter(only)
    # `case_id`, since by “case” one would get the order of the cases' codes, and no index.
    rows = listed(claims.select_related("case").order_by("-case_id", "number"))
    return Section(name, title, verb, rows, there)


def by_others(user: User) -> Exists:
    """Claims whose standing proposal somebody else made: one's own is for others to sign off."""
    return Exists(Verdict.objects.filter(claim=OuterRef("pk"), decision="").exclude(proposed_by=user))


def asked(user: User) -> list[Claim]:
    """The claims that the person is asked to assess and has not, the longest asked for first."""
    asked_for = Assignment.objects.waiting_for(user)
    if not (user.is_superuser and user.is_active):
        asked_for = asked_for.filter(
            case__memberships__user=user, case__memberships__role__in=[Role.ANALYST, Role.EDITOR]
        )
    rows = asked_for.select_related("claim__case").order_by("pk").fetch_mode(models.FETCH_RAISE)
    return [row.claim for row in rows[: SHOWN + 1]]


def returned(user: User) -> list[Claim]:
    """The claims to decide whose newest proposal was the person's own and came back."""
    own = Verdict.objects.filter(proposed_by=user).order_by("-pk").values("pk")[:LOOKED_BACK]
    later = Verdict.objects.filter(claim=OuterRef("claim"), pk__gt=OuterRef("pk"))
    rows = (
        Verdict.objects.filter(pk__in=own, decision=Verdict.Decision.SENT_BACK, claim__status=Status.TO_DECIDE)
        .filter(~Exists(later), claim__round=models.F("round"))
        .select_related("claim__case")
        .order_by("-pk")
    )
    if not (user.is_superuser and user.is_active):
        rows = rows.filter(claim__case__memberships__user=user, claim__case__memberships__role=Role.EDITOR)
    return [row.claim for row in rows.fetch_mode(models.FETCH_RAISE)[: SHOWN + 1]]


def changed_since(user: User) -> Section:
    """The claims on whose evidence something changed since their verdict."""
    claims, beyond = changed(user, SHOWN)
    return Section("changed", _("Evidence changed since"), _("Look again"), claims, beyond=beyond)


def rating_asked(user: User) -> Section:
    """The claims with evidence that the person can rate before they see whose it is."""
    return Section("rate", _("To rate, with the source hidden"), _("Rate"), to_rate(user, SHOWN))


def listed(claims: QuerySet[Claim]) -> list[Claim]:
    """As many as are shown, and one more to know whether there are more."""
    return list(claims.fetch_mode(models.FETCH_RAISE)[: SHOWN + 1])


def tell_state(sections: list[Section], user: User) -> None:
    """Put beside each claim its address, its status in a word, and what this person may know of its answers.

    That is, where they may see them: as `differs` whether they do, as `proposal` the newest one of this round.
    """
    claims = [claim for section in sections for claim in section.claims]
    decided = [claim for claim in claims if claim.status in (Status.TO_DECIDE, Status.PROPOSED)]
    seen = answers_seen([claim for claim in claims if claim.disputed or claim in decided], user)
    verdicts = Verdict.objects.filter(claim__in=[claim.pk for claim in decided if claim.pk in seen])
    rows = verdicts.select_related("proposed_by", "rating").order_by("pk").fetch_mode(models.FETCH_RAISE)
    newest = {(verdict.claim_id, verdict.round): verdict for verdict in rows}
    labels = {status.value: str(status.label) for status in Status}
    for claim in claims:
        claim.proposal = newest.get((claim.pk, claim.round))  # type: ignore[attr-defined]
        claim.differs = claim.disputed and claim.pk in seen  # type: ignore[attr-defined]
        claim.url = getattr(claim, "way", "") or claim.get_absolute_url()  # type: ignore[attr-defined]
        claim.act_url = claim.url  # type: ignore[attr-defined]
        claim.stands = labels[claim.status]  # type: ignore[attr-defined]
        if waiting := getattr(claim, "to_rate", None):
            claim.act_url = waiting[0].url  # type: ignore[attr-defined]


def answers_seen(claims: list[Claim], user: User) -> set[int]:
    """The keys of those claims of which the person may see this round's answers, whatever their roles are."""
    cases = {claim.case_id for claim in claims}
    if user.is_superuser and user.is_active:
        roles = dict.fromkeys(cases, Role.EDITOR.value)
    else:
        roles = dict(Membership.objects.filter(user=user, case__in=cases).values_list("case", "role"))
    seen = set[int]()
    for role in sorted(set(roles.values())):
        seen |= open_to([claim for claim in claims if roles.get(claim.case_id) == role], user, role)
    return seen
