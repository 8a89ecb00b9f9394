"""How people may sign in: who needs a second factor, and the provider that an installation trusts, if it trusts one."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email

from workbench.addresses import parted

HERE = {"127.0.0.1", "localhost", "::1"}  # where a provider may be asked without TLS: nothing leaves the machine


def provider(url: str, client: str, secret: str, name: str) -> dict[str, Any] | None:
    """The provider's entry for allauth; None where no address is given: nobody then signs in through another.

    Raises ImproperlyConfigured, by the setting's name, for half of it and for what is no address.
    """
    if not url:
        for variable, value in (("CLIENT", client), ("SECRET", secret), ("NAME", name)):
            if value:
                raise ImproperlyConfigured(f"WORKBENCH_OIDC_{variable} is set, but WORKBENCH_OIDC_URL is not.")
        return None
    parts = parted(url, "http", "https")
    unheard = parts is not None and (parts.scheme == "https" or parts.hostname in HERE)
    if parts is None or not unheard or parts.query or parts.fragment or parts.username:
        raise ImproperlyConfigured(
            f"WORKBENCH_OIDC_URL must be https://host/path, as the provider calls its issuer, not {url!r}."
        )
    if not client:
        raise ImproperlyConfigured("WORKBENCH_OIDC_URL needs WORKBENCH_OIDC_CLIENT: this workbench's name there.")
    if not secret:
        raise ImproperlyConfigured("WORKBENCH_OIDC_URL needs WORKBENCH_OIDC_SECRET: this workbench's secret there.")
    return {
        "provider_id": "oidc", "name": name or str(parts.hostname), "client_id": client, "secret": secret,
        "settings": {"server_url": url.rstrip("/"), "oauth_pkce_enabled": True},
    }  # fmt: skip


def contact(typed: str) -> str:
    """Whom to tell of a weakness, as an address: `mailto:…` or `https://…`; "" where nobody is named.

    Raises ImproperlyConfigured, by the setting's name, for what is neither.
    """
    if not typed:
        return ""
    if typed.startswith("https://") and urlsplit(typed).hostname and typed.isascii() and " " not in typed:
        return typed
    try:
        validate_email(typed.removeprefix("mailto:"))
    except ValidationError as fault:
        raise ImproperlyConfigured(
            f"WORKBENCH_SECURITY_CONTACT must be an e-mail address or https://…, not {typed!r}."
        ) from fault
    return f"mailto:{typed.removeprefix('mailto:')}"
