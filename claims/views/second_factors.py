"""Second factors: kept encrypted, and asked for before anything else where the installation wants them."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable
from io import BytesIO
from typing import Any

import qrcode
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect
from qrcode.image.svg import SvgPathImage

from claims.models import User

FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
# What somebody without a factor may still do: set one up, say who they are, change the password, leave.
STILL_OPEN = ("/accounts/", "/static/", "/healthz", "/readyz")


def _cipher() -> Fernet:
    """The cipher of what is kept of second factors: its key comes from the installation's own."""
    derived = HKDF(SHA256(), 32, None, b"claims second factors").derive(settings.SECRET_KEY.encode())
    return Fernet(base64.urlsafe_b64encode(derived))


class SecondFactors(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets that a copy of the database alone does not tell, and names by which people know this workbench."""

    def encrypt(self, text: str) -> str:
        """The secret as it is stored."""
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The secret as it is used; one that nobody knows where another key locked it, so that no code fits."""
        try:
            return _cipher().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            return base64.b32encode(os.urandom(20)).decode()

    def get_totp_issuer(self) -> str:
        """How an app for codes lists it: several installations are told apart."""
        return f"Workbench {self._get_site_name()}"

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        """What a new passkey is called until its owner calls it otherwise."""
        return _("Passkey %(n)s") % {"n": Authenticator.objects.filter(user=user, type=type).count() + 1}

    def build_totp_svg(self, url: str) -> str:
        """The picture to scan, as an element of the page: it holds no style, and no document of its own."""
        picture = BytesIO()
        qrcode.make(url, image_factory=SvgPathImage).save(picture)
        drawn = picture.getvalue().decode()
        drawn = drawn[drawn.index("<svg") :]
        return mark_safe(drawn.replace("<svg ", '<svg class="qr" role="img" aria-labelledby="qr-title" ', 1))  # noqa: S308 - drawn by the library out of squares


def needs_one(user: User) -> bool:
    """Whether the installation wants a second factor of this person, who has none."""
    runs_it = user.is_staff or user.is_superuser
    wanted = settings.SECOND_FACTOR == "all" or (settings.SECOND_FACTOR == "staff" and runs_it)
    return wanted and not is_mfa_enabled(user, FACTORS)


class SecondFactorMiddleware:
    """Who must have a second factor and has none is led to set one up, before anything else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """The way to the page of second factors; None where the request may go on."""
        user: Any = request.user
        if not settings.SECOND_FACTOR or not user.is_authenticated or not getattr(view, "login_required", True):
            return None
        if request.path_info.startswith(STILL_OPEN):
            return None
        if not needs_one(user):
            return None
        if getattr(view, "polled", False):
            return HttpResponse(status=204)
        return to_second_factors(request)


def to_second_factors(request: HttpRequest) -> HttpResponse:
    """The way to the page of second factors, with why."""
    messages.warning(request, _("This workbench asks for a second factor. Set one up, then go on."))
    place = reverse("mfa_index")
    return HttpResponseClientRedirect(place) if getattr(request, "htmx", False) else redirect(place)
