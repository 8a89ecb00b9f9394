"""What others did on a claim while its page stood open: counted behind a button, shown when that is pressed."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from claims.forms.talk import CommentForm
from claims.models import Assessment, Claim, Comment, Entry, User
from claims.models.prepared import Prepared
from claims.views.access import Request, on_claim
from claims.views.claim_page import ClaimPage
from claims.views.claims import context_of
from claims.views.parts import render_part, wants_part, whole
from claims.views.polls import polled, unchanged_or
from claims.views.talk import Talk

MOST = 99  # counted
# What is new when somebody has done this to that.
NEW = {
    ("commented", "comment"),
    ("added", "evidence"),
    ("restored", "evidence"),
    ("assessed", "assessment"),
    ("reconsidered", "assessment"),
}


@Prepared
def entries_since(claim: int, since: int) -> Any:
    """The entries about a claim after one of its log, oldest first: number, who, what, on what."""
    rows = Entry.objects.filter(claim=claim, number__gt=since).order_by("number")
    return rows.values_list("number", "by", "verb", "thing", "thing_id")[:500]


@dataclass(frozen=True)
class News:
    """How much is new since an entry that this person may see and did not do; `newest` is the last entry of all."""

    since: int
    newest: int
    numbers: tuple[int, ...]

    @property
    def count(self) -> int:
        """How many things are new."""
        return len(self.numbers)

    @property
    def shown(self) -> str:
        """The count as it is shown."""
        return f"{MOST}+" if self.count > MOST else str(self.count)


def news_of(claim: Claim, user: User, since: int) -> News:
    """What others added to a claim since an entry of its log, of what this person may see."""
    rows: list[Any] = entries_since(claim.pk, since)
    newest = rows[-1][0] if rows else since
    others = [row for row in rows if row[1] != user.pk and row[2:4] in NEW]
    asked: dict[str, set[int]] = defaultdict(set)
    for _number, _by, _verb, what, key in others:
        asked[what].add(key)
    role = claim.case.role
    comments = Comment.objects.filter(pk__in=asked["comment"]).visible_to(user, role)
    answers = Assessment.objects.filter(pk__in=asked["assessment"]).visible_to(user, role)
    seen = {
        "comment": set(comments.order_by().values_list("pk", flat=True)) if asked["comment"] else set(),
        "assessment": set(answers.order_by().values_list("pk", flat=True)) if asked["assessment"] else set(),
        "evidence": asked["evidence"],
    }
    first: dict[tuple[str, int], int] = {}
    for number, _by, _verb, what, key in others:
        if key in seen[what]:
            first.setdefault((what, key), number)
    return News(since, newest, tuple(sorted(first.values())))


@polled
@on_claim()
def claim_news(request: Request, claim: Claim) -> HttpResponseBase:
    """How much others added since an entry; with `show` in the address, the parts of the page with all of it."""
    since = whole(request.GET, "since")
    if not wants_part(request) or since is None:
        return redirect(claim)
    news = news_of(claim, request.user, since)
    if "show" in request.GET:
        return _shown(request, claim, news)
    context = {"case": claim.case, "claim": claim, "news": news, "here": address(claim, since)}
    response = render_part(request, "claims/claim_news.html", "news", context)
    return unchanged_or(request, f"{request.user.pk}-{since}-{news.count}-{news.numbers[-1:]}", response)


def address(claim: Claim, since: int) -> str:
    """Where a page asks what is new since an entry."""
    return f"{reverse('claims:claim-news', args=[claim.case.code, claim.number])}?since={since}"


def _shown(request: Request, claim: Claim, news: News) -> HttpResponse:
    """The parts in which something can be new. What is being typed stays: forms that stand open are kept."""
    page = ClaimPage(claim, request.user, keeps_form=True)
    context = context_of(page) | {
        "talk": Talk(claim, request.user), "form": CommentForm(claim), "keeps_forms": True, "shown": news,
        "news": News(news.newest, news.newest, ()), "here": address(claim, news.newest),
    }  # fmt: skip
    return render_part(request, "claims/claim_news.html", "shown", context)
