"""What follows when a way to sign in changes: an entry in the log, a word to its owner, no other sessions."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.signals import password_changed
from allauth.mfa.models import Authenticator
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, reverse
from django.utils import timezone

from claims.models import User, notify, writing
from claims.models.sign_ins import end_sessions, note_sign_in

CODES = Authenticator.Type.RECOVERY_CODES
CALLED = {
    Authenticator.Type.TOTP: "codes from an app",
    Authenticator.Type.WEBAUTHN: "a passkey",
    CODES: "recovery codes",
}


def connect() -> None:
    """Listen to what changes them."""
    password_changed.connect(changed)


def entering(places: list[Any]) -> list[Any]:
    """These addresses, each of which enters what is changed there of somebody's second factors."""
    for place in places:
        if isinstance(place, URLResolver):
            entering(place.url_patterns)
        elif isinstance(place, URLPattern):
            place.callback = entered(place.callback)
    return places


def entered(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The view as one transaction: what it changes of one's second factors and what the log says of it, or neither.

    allauth tells of some changes only after they are committed, when it may be too late to enter them.
    """

    @wraps(view)
    def whole(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST" or not request.user.is_authenticated:
            return view(request, *args, **kwargs)
        with writing(None):
            before = _factors(request.user)
            answer = view(request, *args, **kwargs)
            _note(request.user, before, _factors(request.user))
        return answer

    return whole


def _factors(user: User) -> dict[int, str]:
    """What kind each of somebody's second factors is, by its key, the oldest first."""
    return dict(Authenticator.objects.filter(user=user).order_by("pk").values_list("pk", "type"))


def _note(user: User, before: dict[int, str], after: dict[int, str]) -> None:
    gone = [kind for key, kind in before.items() if key not in after]
    new = [kind for key, kind in after.items() if key not in before]
    if CODES in gone and CODES in new:
        note_sign_in(user, f"{CALLED[CODES]} made anew", by=user)
        gone.remove(CODES)
        new.remove(CODES)
    for kinds, done in ((gone, "removed"), (new, "added")):
        for kind in kinds:
            # Recovery codes come with the first factor and go with the last, which is told already.
            note_sign_in(user, f"{CALLED[Authenticator.Type(kind)]} {done}", by=user, tell=kind != CODES)


def changed(request: HttpRequest, user: User, **rest: Any) -> None:
    """The password is another: the account's save entered that already. Whoever else knew the old one is out."""
    key = str(request.session.session_key)
    end_sessions(user, but=key)
    notify(user, "sign_in_changed", reverse("claims:session-list"), key=f"password {timezone.now().isoformat()}")
