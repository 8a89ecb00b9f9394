"""Which people have signed in on a device: a long-lived signed cookie of its own tells.

A cookie and not the browser's name with a coarse address: whoever travels would be new on every train, and whoever sits
behind the newsroom's address with the same browser would never be. It signs nobody in. It holds no names: a tag for
each person, which tells nothing without the installation's key. The tag hangs on the password, and on when the person
was last signed out everywhere: after either, whoever once got in has no known device any more.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

from claims.models import User
from claims.models.sign_ins import last_end

COOKIE = f"{settings.COOKIES}device"
SALT = "claims.views.devices"
AGE = 400 * 24 * 3600  # seconds: the most that browsers keep
MOST = 20  # people on one device; the one who signed in first is forgotten first


@dataclass(frozen=True)
class Device:
    """A browser on a machine, by its random name, and the tags of the people who signed in there."""

    name: str
    people: tuple[str, ...] = ()

    @classmethod
    def of(cls, request: HttpRequest) -> Device:
        """The device that a request comes from; a new one where it brings no cookie, or none of ours."""
        try:
            name, *people = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=AGE)
            return cls(str(name), tuple(map(str, people)))
        except (signing.BadSignature, ValueError, TypeError):
            return cls(secrets.token_urlsafe(16))

    def knows(self, user: User | None) -> bool:
        """Whether this person has signed in here since they last took a password or were signed out everywhere."""
        return user is not None and bool(self.people) and self._tag(user) in self.people

    def learn(self, user: User) -> Device:
        """The device once that person has signed in."""
        return Device(self.name, (*self.people, self._tag(user))[-MOST:])

    def keep_in(self, response: HttpResponse) -> None:
        """Have the browser keep it."""
        response.set_cookie(
            COOKIE, signing.dumps([self.name, *self.people], salt=SALT), max_age=AGE,
            path=settings.SESSION_COOKIE_PATH, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax",
        )  # fmt: skip

    def _tag(self, user: User) -> str:
        stands = f"{self.name} {user.email.lower()} {user.get_session_auth_hash()} {last_end(user)}"
        return salted_hmac(SALT, stands, algorithm="sha256").hexdigest()[:32]
