"""Signing in: to accounts that were given, at few guesses, and with a word to the owner where the device is new."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal import ratelimit
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from claims.models import User
from claims.models.sign_ins import tell_new_device
from claims.views.devices import Device

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser, AnonymousUser


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are given by an administrator; whoever has one signs in."""

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
            if not getattr(request, "first_sign_in", False):
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
