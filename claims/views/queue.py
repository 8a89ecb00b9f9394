"""My queue: what waits for the person, in all their cases."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.models import MOVES, Assignment, Case, Claim, Membership, Notice, Role, Status, User, Verdict
from claims.views.access import Request, open_to
from claims.views.changes import changed
from claims.views.to_rate import to_rate

SHOWN = 20  # rows of a section
PLACES = 150  # (case, status) pairs looked at: an administrator is in every case
LOOKED_BACK = 500  # of one's own proposals, when looking for those that came back
KEYS = 9  # sections that open by a digit


@dataclass
class Section:
    """One kind of thing to do: its newest cases first, in each of them the oldest claims first.

    `page` is the page on which it is done, `nothing` the sentence for when it is all done.
    """

    name: str
    title: str
    verb: str
    claims: list[Claim]
    places: list[dict[str, Any]] = field(default_factory=list)
    beyond: bool = False  # whether there are more than were looked at
    page: str = "claims:claim-detail"
    nothing: str = ""
    longest: datetime.datetime | None = None  # since when the oldest waits, where it may not be among the claims

    @property
    def more(self) -> bool:
        """Whether there are more than are shown."""
        return self.beyond or len(self.claims) > SHOWN

    @property
    def shown(self) -> list[Claim]:
        """The claims of the page."""
        return self.claims[:SHOWN]

    @property
    def oldest(self) -> datetime.datetime | None:
        """Since when the oldest waits."""
        waits = [since for claim in self.claims if (since := getattr(claim, "since", None))]
        return self.longest if self.more and self.longest else min(waits, default=None)

    def address(self, claim: Claim) -> str:
        """Where it is done for a claim; from there one comes to the next of this section."""
        return f"{reverse(self.page, args=[claim.case.code, claim.number])}?from={self.name}"


class Desk:
    """Where somebody's work lies. Each part is looked up when a section asks for it."""

    def __init__(self, user: User) -> None:
        self.user = user

    @cached_property
    def places(self) -> list[dict[str, Any]]:
        """Where claims wait that somebody of the person's role could do something about."""
        return waiting_places(self.user)

    @cached_property
    def editing(self) -> list[dict[str, Any]]:
        """Those of them where the person edits."""
        return [place for place in self.places if place["role"] == Role.EDITOR]

    @cached_property
    def edited(self) -> list[int]:
        """The newest cases that the person edits."""
        cases = Case.objects.visible_to(self.user)
        if not (self.user.is_superuser and self.user.is_active):
            cases = cases.filter(role=Role.EDITOR)
        return list(cases.order_by("-pk").values_list("pk", flat=True)[:PLACES])


def queue(request: Request) -> HttpResponse:
    """What waits for the person: to answer, to rate, to decide, to sign off, to look at again."""
    user = request.user
    desk = Desk(user)
    sections = [build(desk) for build in SECTIONS.values()]
    tell_state(sections, user)
    sections = [section for section in sections if section.claims]
    context: dict[str, Any] = {"room": "queue", "sections": sections, "today": timezone.localdate(), "keys": KEYS}
    if not sections:
        context["own_cases"] = Case.objects.visible_to(user).order_by("-pk")[:5]
    return render(request, "claims/queue.html", context)


def next_in(name: str, user: User, done: Claim) -> tuple[Section, Claim | None] | None:
    """The section that somebody works through, and its next claim after one that is done; None for no section.

    What is due and what is asked without a day are both to assess: from the one it goes on to the other.
    """
    if name not in SECTIONS:
        return None
    desk, section = Desk(user), None
    for other in dict.fromkeys([name, *(TO_ASSESS if name in TO_ASSESS else [])]):
        section = SECTIONS[other](desk)
        section.claims = [claim for claim in section.claims if claim.pk != done.pk]
        if section.claims:
            return section, section.claims[0]
    return (section, None) if section is not None else None


def waiting_places(user: User) -> list[dict[str, Any]]:
    """Where claims wait that somebody of the person's role could do something about, from the kept tallies."""
    cases = Case.objects.visible_to(user).filter(
        tallies__status__in=[Status.OPEN, Status.TO_DECIDE, Status.PROPOSED], tallies__count__gt=0
    )
    if not (user.is_superuser and user.is_active):
        cases = cases.filter(role__in=[Role.ANALYST, Role.EDITOR])
    there = Claim.objects.filter(case=OuterRef("pk"), status=OuterRef("tallies__status")).order_by("entered_at")
    cases = cases.annotate(since=Subquery(there.values("entered_at")[:1]))
    rows = cases.order_by("-pk").values("pk", "code", "role", "since", "tallies__status", "tallies__count")[:PLACES]
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
    for claim in rows:
        claim.since = claim.entered_at  # type: ignore[attr-defined]
    waits = [place["since"] for place in there if place["since"]] if only is None else []
    return Section(name, title, verb, rows, there, longest=min(waits, default=None))


def to_sign_off(desk: Desk) -> Section:
    """What others proposed."""
    section = standing("sign-off", _("To sign off"), _("Decide"), Status.PROPOSED, desk.editing, by_others(desk.user))
    section.nothing = _("Nothing is left to sign off")
    return section


def to_decide(desk: Desk) -> Section:
    """What has its answers."""
    section = standing("decide", _("To decide"), _("Propose"), Status.TO_DECIDE, desk.editing)
    section.nothing = _("Nothing is left to decide")
    return section


def open_to_anyone(desk: Desk) -> Section:
    """What nobody in particular is asked about."""
    section = standing("open", _("Open to anyone"), _("Assess"), Status.OPEN, desk.places)
    section.nothing = _("Nothing is left that you were asked to assess")
    return section


def by_others(user: User) -> Exists:
    """Claims whose standing proposal somebody else made: one's own is for others to sign off."""
    return Exists(Verdict.objects.filter(claim=OuterRef("pk"), decision="").exclude(proposed_by=user))


def asked(desk: Desk) -> Section:
    """What the person is asked to assess without a day, the longest asked for first."""
    rows = waiting_for(desk.user).filter(due=None).order_by("pk")
    return to_assess("asked", _("You are asked"), rows)


def due(desk: Desk) -> Section:
    """What the person is asked to assess by a day, what is overdue first."""
    rows = waiting_for(desk.user).filter(due__isnull=False).order_by("due", "pk")
    return to_assess("due", _("Due"), rows)


def waiting_for(user: User) -> QuerySet[Assignment, Assignment]:
    """What the person is asked to assess, has not, and still may."""
    return still_may(user, Assignment.objects.waiting_for(user))


def still_may(user: User, asked_for: QuerySet[Assignment, Assignment]) -> QuerySet[Assignment]:
    """Those of the assignments whose cases the person still reviews in."""
    if user.is_superuser and user.is_active:
        return asked_for
    return asked_for.filter(case__memberships__user=user, case__memberships__role__in=[Role.ANALYST, Role.EDITOR])


def to_assess(name: str, title: str, asked_for: QuerySet[Assignment]) -> Section:
    """The claims of these assignments, in their order."""
    rows = asked_for.select_related("claim__case").fetch_mode(models.FETCH_RAISE)
    claims = []
    for row in rows[: SHOWN + 1]:
        row.claim.since, row.claim.due = row.asked_at, row.due  # type: ignore[attr-defined]
        claims.append(row.claim)
    return Section(name, title, _("Assess"), claims, nothing=_("Nothing is left that you were asked to assess"))


def came_back(desk: Desk) -> Section:
    """Claims of which the person left a draft untouched for too long, until they have opened it."""
    told = Assignment.objects.filter(reviewer=desk.user, came_back_at__isnull=False, round=models.F("claim__round"))
    rows = still_may(desk.user, told.filter(claim__status__in=MOVES["assess"].start)).order_by("pk")
    claims = []
    for row in rows.select_related("claim__case").fetch_mode(models.FETCH_RAISE)[: SHOWN + 1]:
        row.claim.since, row.claim.lapsed = row.came_back_at, True  # type: ignore[attr-defined]
        claims.append(row.claim)
    nothing = _("Nothing else came back from you")
    return Section("lapsed", _("Came back from you"), _("Open"), claims, nothing=nothing)


def unasked(desk: Desk) -> Section:
    """Claims in review that wait for nobody's answer, for whoever may ask."""
    claims = Claim.objects.filter(case__in=desk.edited, unasked=True).select_related("case")
    rows = listed(claims.order_by("-case_id", "number")) if desk.edited else []
    for claim in rows:
        claim.since = claim.entered_at  # type: ignore[attr-defined]
    nothing = _("Every claim in review waits for somebody")
    return Section(
        "unasked", _("Nobody is asked"), _("Ask reviewers"), rows, page="claims:claim-assign", nothing=nothing
    )


def review_by_passed(desk: Desk) -> Section:
    """Signed claims that were to be looked at again by a day that has passed, for editors."""
    past = Claim.objects.filter(case__in=desk.edited, status=Status.SIGNED_OFF, review_by__lt=timezone.localdate())
    rows = listed(past.select_related("case").order_by("-case_id", "review_by")) if desk.edited else []
    for claim in rows:
        noon = datetime.datetime.combine(claim.review_by or datetime.date.max, datetime.time(12), datetime.UTC)
        claim.since = noon  # type: ignore[attr-defined]
    nothing = _("No other day for looking again has passed")
    return Section("review-by", _("To look at again"), _("Look again"), rows, nothing=nothing)


def returned(desk: Desk) -> Section:
    """The claims to decide whose newest proposal was the person's own and came back."""
    user = desk.user
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
    claims = []
    for row in rows.fetch_mode(models.FETCH_RAISE)[: SHOWN + 1]:
        row.claim.since = row.decided_at
        claims.append(row.claim)
    nothing = _("Nothing else came back")
    return Section("returned", _("Your proposals that came back"), _("Propose anew"), claims, nothing=nothing)


def changed_since(desk: Desk) -> Section:
    """The claims on whose evidence something changed since their verdict."""
    claims, beyond = changed(desk.user, SHOWN)
    nothing = _("Nothing else has changed")
    return Section("changed", _("Evidence changed since"), _("Look again"), claims, beyond=beyond, nothing=nothing)


def rating_asked(desk: Desk) -> Section:
    """The claims with evidence that the person can rate before they see whose it is."""
    nothing = _("Nothing else is to be rated")
    return Section("rate", _("To rate, with the source hidden"), _("Rate"), to_rate(desk.user, SHOWN), nothing=nothing)


def overruled_by(desk: Desk) -> Section:
    """The claims whose proposal says otherwise than the person did."""
    from claims.views.settling import overruled  # those pages lead back to the queue

    nothing = _("Nothing else was settled otherwise than you said")
    return Section("overruled", _("Overruled"), _("Reply"), overruled(desk.user, SHOWN), nothing=nothing)


def questions_owned(desk: Desk) -> Section:
    """The open questions that are the person's to answer."""
    from claims.views.questions import own_questions  # those pages lead back to the queue

    nothing = _("No other question is yours")
    return Section("questions", _("Questions you own"), _("Answer"), own_questions(desk.user, SHOWN), nothing=nothing)


def mentioned(desk: Desk) -> Section:
    """Where others named the person in their talk, each time a row until its place was opened; the oldest first."""
    told = Notice.objects.told_to(desk.user).unread().filter(what="mentioned", claim__isnull=False)
    claims = []
    for row in told.select_related("claim__case", "by").order_by("pk").fetch_mode(models.FETCH_RAISE)[: SHOWN + 1]:
        claim: Any = row.claim
        claim.since, claim.named_by, claim.way = row.at, row.by, row.link
        claims.append(claim)
    nothing = _("Nobody else mentioned you")
    return Section("mentioned", _("You are mentioned"), _("Read"), claims, nothing=nothing)


# As they stand on the page; each can be worked through from claim to claim.
SECTIONS: dict[str, Callable[[Desk], Section]] = {
    "due": due,
    "asked": asked,
    "lapsed": came_back,
    "returned": returned,
    "mentioned": mentioned,
    "rate": rating_asked,
    "changed": changed_since,
    "sign-off": to_sign_off,
    "decide": to_decide,
    "unasked": unasked,
    "review-by": review_by_passed,
    "overruled": overruled_by,
    "questions": questions_owned,
    "open": open_to_anyone,
}
TO_ASSESS = ["due", "asked"]


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
        claim.stands = labels[claim.status]  # type: ignore[attr-defined]
    for section in sections:
        for claim in section.claims:
            claim.url = getattr(claim, "way", "") or section.address(claim)  # type: ignore[attr-defined]
            waiting = getattr(claim, "to_rate", None)
            claim.act_url = waiting[0].url if waiting else claim.url  # type: ignore[attr-defined]


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
