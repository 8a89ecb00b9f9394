"""Tokens with which programs act for a person: made, shown once, listed and withdrawn on a page of theirs."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from claims.forms.filters import cursor
from claims.forms.tokens import TokenForm
from claims.models import Token, User
from claims.views.access import Request, polite
from claims.views.parts import go
from claims.views.signing_in import say_who_first

PAGE = 50


def token_list(request: Request) -> HttpResponse:
    """One's tokens, the newest first; for an administrator also everybody else's that are open."""
    others = request.user.is_superuser and request.GET.get("of") == "others"
    before = cursor(request.GET.get("before"))
    rows = tokens_of(request.user, others=others, before=before)
    context = {
        "room": "you", "tokens": rows[:PAGE], "others": others,
        "more": rows[PAGE - 1].pk if len(rows) > PAGE else None, "before": before,
        "second_factor": settings.SECOND_FACTOR,
    }  # fmt: skip
    return render(request, "claims/token_list.html", context)


def tokens_of(user: User, *, others: bool, before: int | None) -> list[Token]:
    """A page of somebody's tokens and one more, or of the open ones of everybody else; those from before a key."""
    found = Token.objects.open().exclude(owner=user) if others else Token.objects.filter(owner=user)
    if before is not None:
        found = found.filter(pk__lt=before)
    rows = found.select_related("owner", "case", "withdrawn_by").order_by("-pk")
    return list(rows.fetch_mode(models.FETCH_RAISE)[: PAGE + 1])


@never_cache
@polite
def token_add(request: Request) -> HttpResponse:
    """Make a token and show its secret, once: nothing can tell it later."""
    say_who_first(request)
    form = TokenForm(request.user, request.POST if request.method == "POST" else None)
    if form.is_valid() and (made := form.issue()) is not None:
        token, secret = made
        return render(request, "claims/token_made.html", {"room": "you", "token": token, "secret": secret})
    context = {"room": "you", "form": form}
    return render(request, "claims/token_add.html", context, status=form.status if form.errors else 200)


@require_POST
@polite
def token_withdraw(request: Request, pk: int) -> HttpResponse:
    """End a token for good: one's own, or anybody's for an administrator."""
    token = Token.objects.withdrawable_by(request.user).select_related("owner", "case").filter(pk=pk).first()
    if token is None:
        raise Http404
    token.withdraw(by=request.user)
    said = _("“%(name)s” is withdrawn: it opens nothing any more.") % {"name": token.name}
    return go(request, "claims:token-list", said)
