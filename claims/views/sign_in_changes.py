"""Changes of a way to sign in, each in one transaction with its entry in the log and the word to its owner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.views import PasswordChangeView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, RemoveWebAuthnView
from django.http import HttpResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.models import NotNow, User, notify, writing
from claims.models.sign_ins import end_sessions, note_sign_in
from claims.views.access import Request, polite

if TYPE_CHECKING:
    from django.views.generic.edit import FormView

    Changing = FormView[Any]
else:
    Changing = object

CODES = Authenticator.Type.RECOVERY_CODES
CALLED = {
    Authenticator.Type.TOTP: "codes from an app",
    Authenticator.Type.WEBAUTHN: "a passkey",
    CODES: "recovery codes",
}


class Noted(Changing):
    """A page of allauth's that changes second factors: all that it did is entered with it, or nothing of it is done."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Where the person goes on."""
        user: Any = self.request.user
        with writing(None):
            before = factors_of(user)
            answer = super().form_valid(form)
            note_changes(user, before, factors_of(user))
        return answer


def factors_of(user: User) -> dict[int, str]:
    """Somebody's second factors: key → type."""
    return dict(Authenticator.objects.filter(user=user).order_by("pk").values_list("pk", "type"))


def note_changes(user: User, before: dict[int, str], after: dict[int, str]) -> None:
    """Enter what came and went; codes that came with the first factor or went with the last are not told apart."""
    gone = [kind for key, kind in before.items() if key not in after]
    come = [kind for key, kind in after.items() if key not in before]
    if CODES in gone and CODES in come:
        note_sign_in(user, "recovery codes made anew", by=user)
        gone, come = [kind for kind in gone if kind != CODES], [kind for kind in come if kind != CODES]
    for kinds, done in ((gone, "removed"), (come, "added")):
        for kind in kinds:
            note_sign_in(user, f"{CALLED[Authenticator.Type(kind)]} {done}", by=user, tell=kind != CODES)


class AppAdd(Noted, ActivateTOTPView):  # type: ignore[misc]
    """Set up codes from an app."""


class AppRemove(Noted, DeactivateTOTPView):  # type: ignore[misc]
    """Remove them."""


class CodesRenew(Noted, GenerateRecoveryCodesView):  # type: ignore[misc]
    """Make other recovery codes."""


class PasskeyAdd(Noted, AddWebAuthnView):  # type: ignore[misc]
    """Add a passkey."""


class PasskeyRemove(Noted, RemoveWebAuthnView):  # type: ignore[misc]
    """Remove one."""


class PasswordChange(PasswordChangeView):  # type: ignore[misc]
    """Another password: the account's save enters it, and ends tokens. Whoever else knew the old one is out."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Where the person goes on."""
        user: Any = self.request.user
        with writing(None):
            answer: HttpResponse = super().form_valid(form)
            end_sessions(user, but=str(self.request.session.session_key))
            told = f"password {timezone.now().isoformat()}"
            notify(user, "sign_in_changed", reverse("claims:session-list"), key=told)
        return answer


@polite
def password_change(request: Request) -> HttpResponse:
    """Another password, for whoever has one. Raises NotNow for who signs in without."""
    if not request.user.has_usable_password():
        raise NotNow(_("Your account has no password. An administrator can set one for you."))
    answer: HttpResponse = PasswordChange.as_view()(request)
    return answer


# Under allauth's own names and addresses: they stand before its own.
second_factors = [
    path("totp/activate/", AppAdd.as_view(), name="mfa_activate_totp"),
    path("totp/deactivate/", AppRemove.as_view(), name="mfa_deactivate_totp"),
    path("recovery-codes/generate/", CodesRenew.as_view(), name="mfa_generate_recovery_codes"),
    path("webauthn/add/", PasskeyAdd.as_view(), name="mfa_add_webauthn"),
    path("webauthn/keys/<int:pk>/remove/", PasskeyRemove.as_view(), name="mfa_remove_webauthn"),
]
