"""Webhooks of a case: set up, tried, looked after and removed by its editors."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from claims.forms.filters import cursor
from claims.forms.webhooks import WebhookForm
from claims.models import Case, Delivery, NotNow, Webhook
from claims.models.webhooks import MOST_OPEN
from claims.views.access import Request, on_case
from claims.views.parts import go, render_part
from claims.views.signing_in import say_who_first

PAGE = 50  # messages of one webhook


@on_case(may="configure")
def webhook_list(request: Request, case: Case) -> HttpResponse:
    """The webhooks of a case, the newest first, and whether each was reached last; of those removed, the newest few."""
    hooks = Webhook.objects.filter(case=case).select_related("made_by").order_by("-pk").fetch_mode(models.FETCH_RAISE)
    tried = Delivery.objects.filter(webhook=models.OuterRef("pk"), attempts__gt=0).order_by("-pk")
    last = models.Subquery(tried.values("state")[:1])
    told = list(hooks.filter(removed_at=None).annotate(last=last)[:MOST_OPEN])
    for hook in told:
        hook.case = case
    context = {
        "room": "case", "case": case, "hooks": told,
        "removed": list(hooks.exclude(removed_at=None)[:MOST_OPEN]), "switched_on": settings.WEBHOOKS,
    }  # fmt: skip
    return render(request, "claims/webhook_list.html", context)


@never_cache
@on_case(may="configure")
def webhook_add(request: Request, case: Case) -> HttpResponse:
    """Set one up and show its secret, once."""
    require_switched_on()
    say_who_first(request)
    form = WebhookForm(request.POST if request.method == "POST" else None)
    context = {"room": "case", "case": case, "form": form}
    if form.is_valid() and (made := form.hook(case, request.user)) is not None:
        hook, secret = made
        return render(request, "claims/webhook_made.html", context | {"hook": hook, "secret": secret})
    return render(request, "claims/webhook_add.html", context, status=form.status if form.errors else 200)


@on_case(may="configure")
def webhook_detail(request: Request, case: Case, pk: int) -> HttpResponse:
    """One webhook, and what became of its messages."""
    hook = _found(case, pk)
    messages = Delivery.objects.filter(webhook=hook).order_by("-pk")
    before = cursor(request.GET.get("before"))
    if before is not None:
        messages = messages.filter(pk__lt=before)
    rows = list(messages.fetch_mode(models.FETCH_RAISE)[: PAGE + 1])
    context = {
        "room": "case", "case": case, "hook": hook, "deliveries": rows[:PAGE], "before": before,
        "more": rows[PAGE - 1].pk if len(rows) > PAGE else None, "switched_on": settings.WEBHOOKS,
    }  # fmt: skip
    return render_part(request, "claims/webhook_detail.html", "deliveries", context)


@require_POST
@on_case(may="configure")
def webhook_test(request: Request, case: Case, pk: int) -> HttpResponse:
    """Have a message sent that says nothing but that it came."""
    hook = _found(case, pk)
    if hook.removed_at is not None:
        raise NotNow(_("This webhook is removed."))
    require_switched_on()
    hook.test()
    return go(request, _page(hook), _("A worker sends it in a moment. Open this page again to see what came of it."))


@require_POST
@on_case(may="configure")
def webhook_remove(request: Request, case: Case, pk: int) -> HttpResponse:
    """Tell it nothing any more."""
    hook = _found(case, pk)
    hook.remove(by=request.user)
    return go(request, f"{case.get_absolute_url()}webhooks/", _("Removed: it is told nothing any more."))


def require_switched_on() -> None:
    """Raises NotNow where nothing is told to other systems."""
    if not settings.WEBHOOKS:
        raise NotNow(_("Telling other systems is switched off here. Whoever runs this workbench can switch it on."))


def _found(case: Case, pk: int) -> Webhook:
    hook: Webhook | None = Webhook.objects.filter(case=case, pk=pk).select_related("made_by", "removed_by").first()
    if hook is None:
        raise Http404
    hook.case = case
    return hook


def _page(hook: Webhook) -> str:
    return f"{hook.case.get_absolute_url()}webhooks/{hook.pk}/"
