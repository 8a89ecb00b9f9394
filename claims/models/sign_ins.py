"""What is told and entered of people's sign-ins: devices that are new, and ways to sign in that changed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import models
from django.urls import reverse
from django.utils import timezone

from claims.models.entries import sha256, writing
from claims.models.notices import notify

if TYPE_CHECKING:
    from allauth.usersessions.models import UserSession

    from claims.models.people import User


# What opens an account beside its password, each with a key to its user.
OPENS = ("mfa.Authenticator", "socialaccount.SocialAccount", "account.EmailAddress")


def tell_new_device(user: User, session: str) -> None:
    """Tell somebody that they signed in on a device where they never did before; it leads to where they are."""
    notify(user, "new_device", reverse("claims:session-list"), key=f"session {sha256(session)[:16]}")


def note_sign_in(user: User, what: str, *, by: User, tell: bool = True) -> None:
    """Enter in the log that a way to sign in was added or taken away (`what` says it), and tell its owner."""
    with writing(None) as chain:
        entry = chain.record(by=by, verb="changed", on=user, after={"sign-in": what})
        if tell:
            notify(user, "sign_in_changed", reverse("mfa_index"), key=f"entry {entry.number}")


def open_sessions(user: User) -> models.QuerySet[UserSession]:
    """Where somebody is signed in now, the newest first."""
    from allauth.usersessions.models import UserSession  # its models come after ours

    alive = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    found: models.QuerySet[UserSession] = UserSession.objects.filter(user=user, session_key__in=alive).order_by("-pk")
    return found


def forget_sign_ins(user: User) -> None:
    """Take away every way to sign in but the password: second factors, what a provider knows, addresses, sessions."""
    for model in OPENS:
        apps.get_model(model)._default_manager.filter(user=user).delete()
    end_sessions(user)


def sign_out(user: User, *, by: User) -> None:
    """Sign somebody out everywhere, as the doing of an administrator."""
    with writing(None) as chain:
        chain.record(by=by, verb="changed", on=user, after={"sign-in": "signed out everywhere"})
        end_sessions(user)


def take_factors(user: User, *, by: User) -> None:
    """Take somebody's second factors away, who lost them; they are signed out everywhere, and told."""
    with writing(None):
        gone, _kinds = apps.get_model("mfa.Authenticator")._default_manager.filter(user=user).delete()
        if gone:
            note_sign_in(user, "second factors taken away", by=by)
        end_sessions(user)


def end_sessions(user: User, *, but: str | None = None, only: Iterable[int] | None = None) -> int:
    """Sign somebody out everywhere (`but` not in that session, or `only` in those of these keys): how many."""
    from allauth.usersessions.models import UserSession

    ending = UserSession.objects.filter(user=user)
    if but is not None:
        ending = ending.exclude(session_key=but)
    if only is not None:
        ending = ending.filter(pk__in=only)
    keys = list(ending.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    ending.filter(session_key__in=keys).delete()
    return len(keys)
