"""What follows when a way to sign in changes: an entry in the log, a word to its owner, no other sessions."""

from __future__ import annotations

from typing import Any

from allauth.account.signals import password_changed
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from claims.models import User, notify
from claims.models.sign_ins import end_sessions, note_sign_in

CALLED = {
    Authenticator.Type.TOTP: "codes from an app",
    Authenticator.Type.WEBAUTHN: "a passkey",
    Authenticator.Type.RECOVERY_CODES: "recovery codes",
}


def connect() -> None:
    """Listen to what changes them."""
    authenticator_added.connect(added)
    authenticator_removed.connect(removed)
    authenticator_reset.connect(made_anew)
    password_changed.connect(changed)


def added(request: HttpRequest, user: User, authenticator: Authenticator, **rest: Any) -> None:
    """A second factor is there."""
    _note(user, authenticator, "added")


def removed(request: HttpRequest, user: User, authenticator: Authenticator, **rest: Any) -> None:
    """A second factor is gone."""
    _note(user, authenticator, "removed")


def made_anew(request: HttpRequest, user: User, authenticator: Authenticator, **rest: Any) -> None:
    """There are other recovery codes than before."""
    note_sign_in(user, "recovery codes made anew", by=user)


def _note(user: User, authenticator: Authenticator, done: str) -> None:
    # Recovery codes come with the first factor and go with the last, which is told already.
    alone = authenticator.type != Authenticator.Type.RECOVERY_CODES
    note_sign_in(user, f"{CALLED[authenticator.type]} {done}", by=user, tell=alone)


def changed(request: HttpRequest, user: User, **rest: Any) -> None:
    """The password is another: the account's save entered that already. Whoever else knew the old one is out."""
    key = str(request.session.session_key)
    end_sessions(user, but=key)
    notify(user, "sign_in_changed", reverse("claims:session-list"), key=f"password {timezone.now().isoformat()}")
