"""The server that sends mail, where an installation has one, and the address that its links begin with."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email

from workbench.addresses import parted

PATH = re.compile(r"(/[A-Za-z0-9_.~-]+)*/?")
TIMEOUT = 10  # seconds for each answer of the server
SECURE_PORT, SUBMISSION, PLAIN = 465, 587, 25


def mailer(address: str, site: str) -> dict[str, Any]:
    """The entry of Django's MAILERS for smtp(s)://user:password@host:port; one that drops all mail where none is set.

    `smtps` speaks TLS from the start. `smtp` turns to TLS before it names a password, and at the port for submission.
    Raises ImproperlyConfigured, by the setting's name, for what is no such address, and where the site has none.
    """
    if address and not site:
        raise ImproperlyConfigured("WORKBENCH_MAIL needs WORKBENCH_URL: the address that links in mail begin with.")
    if not address:
        return {"BACKEND": "django.core.mail.backends.dummy.EmailBackend"}
    parts = _parts(address)
    whole = parts.scheme == "smtps"
    port = parts.port or (SECURE_PORT if whole else SUBMISSION if parts.username else PLAIN)
    options = {
        "host": parts.hostname,
        "port": port,
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "use_ssl": whole,
        "use_tls": not whole and (bool(parts.username) or port == SUBMISSION),
        "timeout": TIMEOUT,
    }
    return {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": options}


def sender(address: str, site: str) -> str:
    """Whom the mail is from: `?from=` of the address, or its user where that is an e-mail address, or the site's own.

    Raises ImproperlyConfigured, by the setting's name, where `from` is no e-mail address.
    """
    if not address:
        return "workbench@localhost"
    parts = _parts(address)
    given = parse_qs(parts.query).get("from", [""])[0]
    if given and not _is_email(given):
        raise ImproperlyConfigured(f"WORKBENCH_MAIL: ?from= must be an e-mail address, not {given!r}.")
    user = unquote(parts.username or "")
    return given or (user if _is_email(user) else f"workbench@{urlsplit(site).hostname}")


def site(address: str) -> tuple[str, str]:
    """The site's own address: its origin, and the path under which its pages lie, both without a slash at the end.

    Raises ImproperlyConfigured, by the setting's name, for what is no address.
    """
    parts = parted(address, "http", "https")
    if parts is None or not PATH.fullmatch(parts.path) or parts.query or parts.fragment or parts.username:
        raise ImproperlyConfigured(f"WORKBENCH_URL must be http(s)://host or http(s)://host/path, not {address!r}.")
    return f"{parts.scheme}://{parts.netloc}", parts.path.rstrip("/")


def _parts(address: str) -> SplitResult:
    parts = parted(address, "smtp", "smtps")
    # The address holds a password: it is not repeated.
    if parts is None or parts.path.strip("/") or bool(parts.password) > bool(parts.username):
        raise ImproperlyConfigured("WORKBENCH_MAIL must be smtp://user:password@host:port or smtps://…")
    return parts


def _is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True
