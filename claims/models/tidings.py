"""Who is told what was done to a claim that concerns them: asked, taken back, sent back, signed, settled, pooled.

Whoever has not answered is told of none of the answers, nor that there are any: a decision is told to those alone
whose answers or proposal it decides on. All of it works inside the `writing` of the act that is told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from claims.models.cases import Case, Membership
from claims.models.moves import Role
from claims.models.notices import Notice

if TYPE_CHECKING:
    from claims.models.assignments import Assignment
    from claims.models.people import User
    from claims.models.questions import OpenQuestion
    from claims.models.verdicts import Verdict

ONE_BY_ONE = 10  # claims that one person is told of singly when many are asked about at once; above that, in one notice
BATCH = 500  # notices written by one statement


def tell(case: Case, notices: Iterable[Notice]) -> None:
    """Keep those notices whose people still belong to the case and did not act themselves: in two queries or so.

    What somebody was told already is left out.
    """
    notices = [notice for notice in notices if notice.user_id != notice.by_id]
    if not notices:
        return
    belongs = Membership.objects.filter(case=case, user=OuterRef("pk"))
    there = get_user_model().objects.filter(Q(is_superuser=True) | Q(Exists(belongs.order_by())), is_active=True)
    told = set(there.filter(pk__in={notice.user_id for notice in notices}).values_list("pk", flat=True))
    for notice in notices:
        notice.case, notice.key = case, notice.key or notice.link
    rows = [notice for notice in notices if notice.user_id in told]
    Notice.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)


def tell_asked(case: Case, rows: Iterable[Assignment], *, by: User) -> None:
    """Tell each reviewer that they are asked; whoever is asked about many claims at once is told so in one notice."""
    tell(case, _of_assignments("assigned", case, rows, by))


def tell_taken_back(case: Case, rows: Iterable[Assignment], *, by: User) -> None:
    """Tell each reviewer that they are asked no more, as `tell_asked` does."""
    tell(case, _of_assignments("unassigned", case, rows, by))


def _of_assignments(what: str, case: Case, rows: Iterable[Assignment], by: User | None) -> list[Notice]:
    """A notice for each; one for all of a person's where they are many, which leads to the person's queue."""
    of = defaultdict[int, list["Assignment"]](list)
    for row in rows:
        of[row.reviewer_id].append(row)
    notices = []
    for reviewer, theirs in of.items():
        if len(theirs) > ONE_BY_ONE:
            first = theirs[0]
            place = case.get_absolute_url()
            if what == "assigned":
                place = f"{reverse('claims:queue')}#{'due' if first.due else 'asked'}"
            key = f"{case.pk} {first.claim_id} {len(theirs)} {first.asked_at.isoformat()}"
            notices.append(Notice(user_id=reviewer, what=what, by=by, link=place, key=key))
            continue
        for row in theirs:
            # Whoever is asked anew after it was taken back is told anew.
            key = f"{row.claim_id} {row.round} {row.asked_at.isoformat()}"
            link = f"{_page(case, row.number)}#assessments"
            notices.append(Notice(user_id=reviewer, what=what, by=by, claim_id=row.claim_id, link=link, key=key))
    return notices


def tell_pooled(case: Case, rows: list[Assignment]) -> None:
    """Tell the reviewers that they are asked no more, as their drafts lay untouched, and the editors that drafts did.

    An editor is told once of all; the columns of the case show which claims wait for nobody now.
    """
    notices = _of_assignments("pooled", case, rows, None)
    editors = case.memberships.filter(role=Role.EDITOR).order_by().values_list("user", flat=True)
    place, key = reverse("claims:case-columns", args=[case.code]), f"{case.pk} {timezone.now().isoformat()}"
    tell(case, [*notices, *(Notice(user_id=editor, what="pooled", link=place, key=key) for editor in editors)])


def tell_sent_back(verdict: Verdict) -> None:
    """Tell whoever proposed it that it came back."""
    _tell_decided(verdict, "sent_back", {verdict.proposed_by_id})


def tell_signed(verdict: Verdict, answered: Iterable[int]) -> None:
    """Tell whoever proposed it, and those whose answers (of these people's keys) it is given on, that it is signed."""
    _tell_decided(verdict, "signed_off", {verdict.proposed_by_id, *answered})


def _tell_decided(verdict: Verdict, what: str, people: set[int]) -> None:
    claim = verdict.claim
    link, by = f"{claim.get_absolute_url()}#verdict", verdict.decided_by
    tell(claim.case, [
        Notice(user_id=key, what=what, by=by, claim=claim, link=link, key=f"verdict {verdict.pk}")
        for key in sorted(people)
    ])  # fmt: skip


def tell_settled(verdict: Verdict, reviewers: Iterable[int]) -> None:
    """Tell these reviewers, by their keys, that a verdict gives another answer than theirs; it leads to the reply."""
    claim = verdict.claim
    link = reverse("claims:verdict-reply", args=[claim.case.code, claim.number, verdict.pk]) + "#reply-form"
    tell(claim.case, [
        Notice(user_id=key, what="settled", by=verdict.proposed_by, claim=claim, link=link, key=f"verdict {verdict.pk}")
        for key in reviewers
    ])  # fmt: skip


def tell_owner(question: OpenQuestion, owner: User, *, by: User) -> None:
    """Tell whoever is to look into a question from now on."""
    link, claim = question.get_absolute_url(), question.claim
    key = f"question {question.pk} {question.version}"  # whoever gets it a second time is told a second time
    tell(claim.case, [Notice(user=owner, what="task", by=by, claim=claim, link=link, key=key)])


def _page(case: Case, number: int) -> str:
    return reverse("claims:claim-detail", args=[case.code, number])
