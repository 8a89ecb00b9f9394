"""Signing in through an OpenID Connect provider that the installation trusts: only people who have an account here.

Over allauth's own: the ID token's signature is always checked, by algorithms with a public key alone; its issuer is the
one that was set and not the one that the provider's document names; its nonce is that of this sign-in; what the
provider tells beside it must be of the same person.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from typing import Any

import jwt
from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.account.stages import LoginStage
from allauth.account.utils import get_next_redirect_url
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, get_adapter
from allauth.socialaccount.models import SocialAccount, SocialLogin, SocialToken
from allauth.socialaccount.providers.base import AuthError, Provider
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from requests import RequestException

from claims.models import User
from claims.models.sign_ins import tie, untie
from claims.views.access import Request, polite
from claims.views.parts import go

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
LEEWAY = 30  # seconds by which two clocks may differ
FRESH = 300  # seconds since the provider asked who it is, where it was told to ask


class Verified(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """The provider's side of a sign-in, none of which is believed unchecked. Raises OAuth2Error."""

    @property
    def openid_config(self) -> dict[str, Any]:
        """What the provider publishes of itself, for the issuer that was set and no other."""
        config: dict[str, Any] = super().openid_config
        if str(config.get("issuer", "")).rstrip("/") != settings.OIDC["settings"]["server_url"]:
            raise OAuth2Error("its document names another issuer")
        return config

    def complete_login(self, request: HttpRequest, app: Any, token: SocialToken, **kwargs: Any) -> SocialLogin:
        """Who signs in, out of the ID token; where that tells no address, out of what else the provider says."""
        claims = self._checked(kwargs["response"].get("id_token") or "", app.client_id)
        if "email" not in claims:
            told = self._fetch_user_info(token.token)
            if told.get("sub") != claims["sub"]:
                raise OAuth2Error("it tells of somebody else than the token")
            claims = {"email": told.get("email"), "email_verified": told.get("email_verified")} | claims
        login: SocialLogin = self.get_provider().sociallogin_from_response(request, {"id_token": claims})
        # Another provider, should one be set later, may know somebody else by the same name.
        login.account.uid = hashlib.sha256(f"{claims['iss']} {claims['sub']}".encode()).hexdigest()
        return login

    def _checked(self, id_token: str, client: str) -> dict[str, Any]:
        try:
            header = jwt.get_unverified_header(id_token)
            claims: dict[str, Any] = jwt.decode(
                id_token, self._key(header), algorithms=ALGORITHMS, audience=client, leeway=LEEWAY,
                issuer=self.openid_config["issuer"], options={"require": ["exp", "iat", "iss", "aud", "sub"]},
            )  # fmt: skip
        except (jwt.PyJWTError, KeyError, ValueError, TypeError) as fault:
            raise OAuth2Error(f"its token does not hold: {fault}") from fault
        if claims.get("azp", client) != client:
            raise OAuth2Error("its token was made out to another")
        return claims

    def _key(self, header: dict[str, Any]) -> jwt.PyJWK:
        """The key that the token says it is signed with, among those that the provider publishes. Raises KeyError."""
        with get_adapter().get_requests_session() as session:
            response = session.get(self.openid_config["jwks_uri"])
            response.raise_for_status()
            published = jwt.PyJWKSet.from_dict(response.json())
        keys = [key for key in published.keys if key.key_id == header.get("kid")]
        if len(keys) != 1:
            raise KeyError("it is signed by none of the provider's keys")
        return keys[0]


class Providers(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Whom a provider's word lets in: who has an account, and nobody else."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Never."""
        return False

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> User:
        """Nothing of an account is taken from a provider."""
        user: User = sociallogin.user
        return user

    def on_authentication_error(self, request: HttpRequest, provider: Provider, error: Any = None, **how: Any) -> None:
        """Raises ImmediateHttpResponse where somebody thought better of it: back to the sign-in page."""
        if error == AuthError.CANCELLED:
            raise ImmediateHttpResponse(redirect("account_login"))

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Find the account. Raises ImmediateHttpResponse, with a page that says why, where nobody comes in."""
        claims, state = sociallogin.account.extra_data.get("id_token") or {}, sociallogin.state
        if not state.get("nonce") or claims.get("nonce") != state["nonce"]:
            raise ImmediateHttpResponse(refused(request))
        if state.get("again") and time.time() - claims.get("auth_time", 0) > FRESH:
            raise ImmediateHttpResponse(refused(request))
        if not sociallogin.is_existing:
            sociallogin.user = self._account_of(request, sociallogin, claims)

    def _account_of(self, request: HttpRequest, login: SocialLogin, claims: dict[str, Any]) -> User:
        """The account of the person's address, which waits for them until they have signed in: see `Tying`."""
        address = str(claims.get("email") or "").strip().lower()
        if claims.get("email_verified") is not True or not address:
            said = _("%(provider)s does not vouch for your e-mail address, so nobody can tell which account is yours.")
            raise ImmediateHttpResponse(refused(request, said))
        user = User.objects.filter(email=address, is_active=True).first()
        if user is None or SocialAccount.objects.filter(user=user, provider=login.account.provider).exists():
            raise ImmediateHttpResponse(unexpected(request, address))
        return user


class Tying(LoginStage):  # type: ignore[misc]
    """The last step of a sign-in: ties the provider's person to the account, once: later the address counts no more.

    Not before, or whoever gets hold of somebody's address at the provider would be tied without their second factor.
    """

    key = "tying"

    def handle(self) -> tuple[HttpResponse | None, bool]:
        """Nothing, and on; or a page that says why nobody comes in."""
        how: SocialLogin | None = (self.login.signal_kwargs or {}).get("sociallogin")
        user: Any = self.login.user
        if how is None or how.account.pk is not None or tie(how.account, user, settings.OIDC["name"]):
            return None, True
        return unexpected(self.request, user.email), False


def unexpected(request: HttpRequest, address: str) -> HttpResponse:
    """403: no account waits for this address."""
    said = _("No account here waits for %(email)s. An administrator of this workbench can give you one.")
    return refused(request, said, email=address)


def refused(request: HttpRequest, said: str = "", status: int = 403, **named: str) -> HttpResponse:
    """A page that says why nobody came in."""
    said = said or _("The answer of %(provider)s does not belong to this sign-in. Begin again.")
    context = {"said": said % ({"provider": settings.OIDC["name"]} | named)}
    return render(request, "socialaccount/authentication_error.html", context, status=status)


def _provider(request: HttpRequest, name: str) -> Provider:
    """The provider that was set, asked as above. Raises Http404 where there is none of that name."""
    if not settings.OIDC or name != settings.OIDC["provider_id"]:
        raise Http404
    provider = get_adapter().get_provider(request, name)
    provider.oauth2_adapter_class = Verified
    return provider


@never_cache
@login_not_required
def sign_in(request: HttpRequest, provider_id: str) -> HttpResponse:
    """On to the provider, by way of a page: a form may lead nowhere else under our policy."""
    provider = _provider(request, provider_id)
    if request.method != "POST":
        return redirect("account_login")
    nonce = secrets.token_urlsafe(24)
    asked = {"nonce": nonce}
    again = request.user.is_authenticated
    if again:
        asked |= {"prompt": "login", "max_age": "0"}
    try:
        way = provider.redirect(
            request, "login", get_next_redirect_url(request), auth_params=asked, nonce=nonce, again=again
        )
    except (OAuth2Error, RequestException, KeyError, TypeError):
        return unreachable(request)
    return render(request, "claims/provider_on.html", {"way": way["Location"], "provider": settings.OIDC["name"]})


@never_cache
@login_not_required
def come_back(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Back from the provider, with its answer."""
    _provider(request, provider_id)
    view = OAuth2CallbackView.adapter_view(Verified(request, provider_id))
    try:
        answer: HttpResponse = view(request)
    except (KeyError, TypeError, ValueError):  # an answer that is none
        return unreachable(request)
    return answer


def again(request: Request) -> HttpResponse:
    """Before something dangerous: say who you are, at the provider."""
    if not settings.OIDC:
        raise Http404
    context = {"next": get_next_redirect_url(request) or reverse("claims:queue"), "provider": settings.OIDC["name"]}
    return render(request, "claims/provider_again.html", context)


@require_POST
@polite
def provider_untie(request: Request) -> HttpResponse:
    """Undo the tie between one's account and the provider."""
    raise_if_reauthentication_required(request, app="claims")
    untie(request.user, provider_name())
    return go(request, "claims:person-edit", _("Undone. Your other ways in stay as they are."))


def provider_name() -> str:
    """What the provider is called, or called once."""
    return str(settings.OIDC["name"]) if settings.OIDC else _("The provider that was set here")


def unreachable(request: HttpRequest) -> HttpResponse:
    """503: the provider does not answer as it should."""
    said = _("%(provider)s does not answer as it should. Try again in a while, or sign in with your password.")
    return refused(request, said, 503)
