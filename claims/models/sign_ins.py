"""What is told and entered of people's sign-ins: devices that are new, and ways to sign in that changed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.models.entries import Entry, sha256, writing
from claims.models.notices import notify
from claims.models.records import NotNow
from claims.models.tokens import end_tokens

if TYPE_CHECKING:
    from allauth.socialaccount.models import SocialAccount
    from allauth.usersessions.models import UserSession

    from claims.models.people import User


# What opens an account beside its password, each with a key to its user.
OPENS = ("mfa.Authenticator", "socialaccount.SocialAccount", "account.EmailAddress")
ENDED = "signed out everywhere"


def tell_new_device(user: User, session: str) -> None:
    """Tell somebody that they signed in on a device where they never did before; it leads to where they are."""
    notify(user, "new_device", reverse("claims:session-list"), key=f"session {sha256(session)[:16]}")


def note_sign_in(user: User, what: str, *, by: User, tell: bool = True, page: str = "mfa_index") -> None:
    """Enter in the log that a way to sign in was added or taken away (`what` says it), and tell its owner."""
    with writing(None) as chain:
        entry = chain.record(by=by, verb="changed", on=user, after={"sign-in": what})
        if tell:
            notify(user, "sign_in_changed", reverse(page), key=f"entry {entry.number}")


def provider_tie(user: User) -> SocialAccount | None:
    """As whom a provider may sign somebody in; None where no provider may."""
    ties = apps.get_model("socialaccount.SocialAccount")._default_manager
    found: SocialAccount | None = ties.filter(user=user).order_by("pk").first()
    return found


def tie(account: SocialAccount, user: User, provider: str) -> bool:
    """Let the provider's person sign in as somebody from now on; False where it is another's, or another has it."""
    ties = apps.get_model("socialaccount.SocialAccount")._default_manager
    with writing(None):
        stands = ties.filter(Q(user=user) | Q(uid=account.uid), provider=account.provider).first()
        if stands is not None:  # the same person, signed in on two devices at once, is tied already
            return (stands.user_id, stands.uid) == (user.pk, account.uid)
        account.user = user
        account.save(force_insert=True)
        note_sign_in(user, f"{provider} may sign in", by=user, page="claims:person-edit")
    return True


def untie(user: User, provider: str) -> None:
    """Let no provider sign somebody in any more. Raises NotNow where none may, or nothing else would be left."""
    with writing(None):
        found = provider_tie(user)
        if found is None:
            raise NotNow(_("No provider signs you in."))
        if not signs_in_here(user):
            said = _("You would have no way in any more. Add a passkey that signs you in by itself, or have an "
                     "administrator set a password for you, first.")  # fmt: skip
            raise NotNow(said)
        found.delete()
        note_sign_in(user, f"{provider} may sign in no more", by=user, page="claims:person-edit")


def signs_in_here(user: User) -> bool:
    """Whether somebody has a way in without any provider: a password, or a passkey that needs none."""
    keys = apps.get_model("mfa.Authenticator")._default_manager.filter(user=user, type="webauthn")
    return user.has_usable_password() or any(key.wrap().is_passwordless for key in keys)


def open_sessions(user: User) -> models.QuerySet[UserSession]:
    """Where somebody is signed in now, the newest first."""
    from allauth.usersessions.models import UserSession  # its models come after ours

    alive = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    found: models.QuerySet[UserSession] = UserSession.objects.filter(user=user, session_key__in=alive).order_by("-pk")
    return found


def forget_sign_ins(user: User, *, by: User) -> None:
    """Take away every way in but the password: second factors, what a provider knows, addresses, sessions, tokens."""
    for model in OPENS:
        apps.get_model(model)._default_manager.filter(user=user).delete()
    end_everywhere(user, by=by)


def sign_out(user: User, *, by: User) -> None:
    """Sign somebody out everywhere, as the doing of an administrator."""
    end_everywhere(user, by=by)


def take_factors(user: User, *, by: User) -> None:
    """Take somebody's second factors away, who lost them, and their tie to a provider; they are signed out and told.

    Raises NotNow where there is neither.
    """
    with writing(None):
        factors, _kinds = apps.get_model("mfa.Authenticator")._default_manager.filter(user=user).delete()
        ties, _kinds = apps.get_model("socialaccount.SocialAccount")._default_manager.filter(user=user).delete()
        taken = [said for count, said in ((factors, "second factors"), (ties, "tie to a provider")) if count]
        if not taken:
            raise NotNow(_("There is nothing to take away: no second factor, and no tie to a provider."))
        end_everywhere(user, by=by)
        note_sign_in(user, f"{' and '.join(taken)} taken away", by=by)


def last_end(user: User) -> int:
    """The number of the entry that says when somebody was last signed out everywhere; 0 where they never were."""
    said = Entry.objects.filter(case=None, thing="user", thing_id=user.pk, detail__contains=f'"sign-in":"{ENDED}')
    return said.order_by("-number").values_list("number", flat=True).first() or 0


def end_everywhere(user: User, *, by: User, but: str | None = None) -> int:
    """Sign somebody out everywhere (`but` not in that session), and their programs too: how many sessions ended.

    It is entered in the log. No device knows them after it.
    """
    with writing(None) as chain:
        chain.record(by=by, verb="changed", on=user, after={"sign-in": f"{ENDED} else" if but else ENDED})
        end_tokens(user, by=by)
        return end_sessions(user, but=but)


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
