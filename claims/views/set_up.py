"""The page that makes the first administrator of a new installation, and then is there no more."""

from __future__ import annotations

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from claims.forms.people import FirstForm
from claims.models import User
from claims.models.people import set_up_code
from claims.views.access import Request, polite


@login_not_required
@never_cache
@polite
def set_up(request: Request, code: str) -> HttpResponse:
    """Make the first administrator; 404 without the code that `serve` prints, and once there is one."""
    if not constant_time_compare(code, set_up_code()) or User.objects.administrators().exists():
        raise Http404
    form = FirstForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with transaction.atomic():  # whoever is there but was not let in would find the page gone
            made = form.attempt(form.save)
            if made is not None:
                return enter(request, made)
    return render(request, "claims/set_up.html", {"form": form}, status=form.status if form.errors else 200)


def enter(request: Request, person: User) -> HttpResponse:
    """Signed in, on the page from which the first case is made."""
    said = _(
        "You are the administrator of this workbench. Give accounts to others in the admin, and begin a case here."
    )
    messages.success(request, said)
    to = Login(user=person, redirect_url=reverse("claims:case-list"))
    answer: HttpResponse = perform_password_login(request, {"email": person.email}, to)
    return answer
