"""Signing in: to accounts that were given, at few guesses, and with a word to the owner where the device is new."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter, get_adapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import (
    STATE_SESSION_KEY,
    get_reauthentication_flows,
    raise_if_reauthentication_required,
    suspend_request,
)
from allauth.core.exceptions import ImmediateHttpResponse, ReauthenticationRequired
from allauth.core.internal import ratelimit
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_htmx.http import HttpResponseClientRedirect

from claims.models import User
from claims.models.sign_ins import tell_new_device
from claims.views.devices import Device
from claims.views.parts import wants_part
from claims.views.second_factors import needs_one, to_second_factors

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

    from claims.views.access import Request


def say_who_first(request: Request) -> None:
    """Before something dangerous: raises what leads to saying who one is, unless one did a little while ago.

    What was sent waits in the session and is done then; while a provider is asked it cannot wait, and is sent again.
    Whoever must have a second factor and has none is led to set one up: what waited comes by another way.
    """
    if needs_one(request.user):
        raise ImmediateHttpResponse(to_second_factors(request))
    try:
        raise_if_reauthentication_required(request, app="claims")
        return
    except ReauthenticationRequired:
        ways = get_adapter().get_reauthentication_methods(request.user)
        as_part = wants_part(request)
        for name in [name for name in request.META if name.startswith("HTTP_HX_")]:
            del request.META[name]  # what waits is done for the page that the password is typed on
        place = suspend_request(request, ways[0]["url"])
        raise ImmediateHttpResponse(HttpResponseClientRedirect(place.url) if as_part else place) from None
    except ImmediateHttpResponse:
        place = redirect(f"{reverse('claims:provider-again')}?{urlencode({'next': request.get_full_path()})}")
        if request.method == "POST":
            messages.error(request, _("Nothing was saved. Say who you are, then fill it in once more."))
    raise ImmediateHttpResponse(HttpResponseClientRedirect(place.url) if wants_part(request) else place)


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are given by an administrator; whoever has one signs in."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "too_many_login_attempts": gettext_lazy("These were too many wrong tries. Wait five minutes, and try again.")
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count a try. Raises ValidationError where there were too many.

        A device on which this very person has signed in before has tries of its own: whoever guesses elsewhere, be
        it at the same address, locks nobody out of it.
        """
        login = str(credentials.get("email") or "").strip().lower()
        device = Device.of(request)
        known = device.knows(User.objects.filter(email=login.replace("\0", "")).first())
        # The password may be hashed anew when it is asked for, by which a device is known no more.
        request.known_here = known  # type: ignore[attr-defined]
        key = f"{login} {device.name}" if known else login
        counted = ratelimit.RateLimitUsage(usage=[])
        for action in ["login_failed_here"] if known else ["login_failed", "login_failed_from"]:
            one = ratelimit.consume(request, app="allauth.account", action=action, key=key)
            if one is None:
                counted.rollback()  # nobody looks at the password, so it was no guess
                raise self.validation_error("too_many_login_attempts")
            counted.usage += one.usage
        self._login_failed_rl_usage = counted

    def get_login_stages(self) -> list[str]:
        """What stands between the first proof and the session; a tie to a provider is made after all of it."""
        return [*super().get_login_stages(), "claims.views.providers.Tying"]

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Begin the session, remembering whether it is the account's first."""
        first = user.last_login is None
        super().login(request, user)
        request.first_sign_in = first  # type: ignore[attr-defined]

    def post_login(self, request: HttpRequest, user: User, **how: Any) -> HttpResponse:
        """Where the person goes on. An unknown device is remembered, and its owner told unless it is the first."""
        response: HttpResponse = super().post_login(request, user, **how)
        device = Device.of(request)
        if not device.knows(user):
            if not (getattr(request, "first_sign_in", False) or getattr(request, "known_here", False)):
                tell_new_device(user, str(request.session.session_key))
            device.learn(user).keep_in(response)
        return response

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whether somebody must say again who they are: not within a quarter of an hour of having done so.

        Who has neither password nor second factor here is sent to their provider, which asks them anew.
        """
        user: Any = self.request.user
        records = get_authentication_records(self.request, user)
        if records and time.time() - records[-1]["at"] < app_settings.REAUTHENTICATION_TIMEOUT:
            return False
        if settings.OIDC and not get_reauthentication_flows(user):
            back = urlencode(
                {"next": self.request.get_full_path() if self.request.method == "GET" else reverse("claims:queue")}
            )
            raise ImmediateHttpResponse(redirect(f"{reverse('claims:provider-again')}?{back}"))
        if self.request.method == "GET":  # what was sent before, and never said to be theirs, is not to be done now
            self.request.session.pop(STATE_SESSION_KEY, None)
        return True

    def get_reauthentication_methods(self, user: AbstractBaseUser | AnonymousUser) -> list[dict[str, Any]]:
        """The ways, in words of ours."""
        words = {
            "reauthenticate": _("Use your password"),
            "mfa_reauthenticate": _("Use a code"),
            "mfa_reauthenticate:webauthn": _("Use a passkey"),
        }
        ways: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        return [way | {"description": words[way["id"]]} for way in ways]
