"""Signing in as a person does, with a password, a code or a passkey that stands only in the test."""

import base64
import hashlib
import hmac
import re
import time

from django.test import Client

PASSWORD = "a-long-pass-9"


def sign_in(browser: Client, email: str = "pia@example.org", password: str = PASSWORD, **headers: str):
    """The answer to the form of the sign-in page."""
    return browser.post("/accounts/login/", {"login": email, "password": password}, headers=headers)


def code_of(secret: str, moment: float | None = None) -> str:
    """What an app shows for a secret: RFC 6238, six digits, half a minute."""
    counter = int(time.time() if moment is None else moment) // 30
    mac = hmac.new(base64.b32decode(secret), counter.to_bytes(8), hashlib.sha1).digest()
    start = mac[-1] & 15
    return f"{(int.from_bytes(mac[start : start + 4]) & 0x7FFFFFFF) % 1_000_000:06}"


def set_up_app(browser: Client) -> tuple[str, list[str]]:
    """Set up codes from an app: the secret, and the recovery codes that are shown once."""
    page = browser.get("/accounts/2fa/totp/activate/").content.decode()
    secret = re.findall(r'id="secret">(\w+)<', page)[0]
    answer = browser.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})
    assert answer.status_code == 302, answer.content.decode()
    shown = browser.get(answer["Location"]).content.decode()
    return secret, re.findall(r"<code>(\d{8})</code>", shown)
