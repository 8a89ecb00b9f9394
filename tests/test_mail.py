"""Where mail goes out, and what its links begin with."""

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from workbench.mail import mailer, sender, site

SITE = "https://claims.example.org"


def options(address: str) -> Any:
    return mailer(address, SITE)["OPTIONS"]


def test_nothing_set_sends_nothing():
    assert mailer("", "")["BACKEND"].endswith("dummy.EmailBackend")


def test_a_password_goes_out_encrypted_alone():
    assert options("smtp://bot%40example.org:p%3Aw@mail.example.org:2525") == {
        "host": "mail.example.org", "port": 2525, "username": "bot@example.org", "password": "p:w", "use_ssl": False,
        "use_tls": True, "timeout": 10,
    }  # fmt: skip
    assert (options("smtps://u:p@h")["port"], options("smtps://u:p@h")["use_ssl"]) == (465, True)
    assert (options("smtp://h")["port"], options("smtp://h")["use_tls"]) == (25, False)
    assert options("smtp://h:587")["use_tls"]


def test_who_it_is_from():
    assert sender("smtp://u:p@h?from=desk@example.org", "https://x.example.org") == "desk@example.org"
    assert sender("smtp://u%40example.org:p@h", "https://x.example.org") == "u@example.org"
    assert sender("smtp://h", "https://x.example.org:8000") == "workbench@x.example.org"
    with pytest.raises(ImproperlyConfigured, match="from="):
        sender("smtp://h?from=nobody", "https://x.example.org")


@pytest.mark.parametrize(
    "address", ["mail.example.org", "http://h", "smtp://", "smtp://h:port", "smtp://h/x", "smtp://:p@h"]
)
def test_what_is_no_server_is_refused_by_name_without_its_password(address):
    with pytest.raises(ImproperlyConfigured, match="WORKBENCH_MAIL must be"):
        mailer(address, SITE)


@pytest.mark.parametrize(
    "address", ["example.org", "ftp://h", "https://", "https://h:x", "https://h/a b", "https://h//a", "https://u@h"]
)
def test_what_is_no_site_is_refused_by_name(address):
    with pytest.raises(ImproperlyConfigured, match="WORKBENCH_URL must be"):
        site(address)


def test_mail_needs_the_sites_address():
    with pytest.raises(ImproperlyConfigured, match="WORKBENCH_MAIL needs WORKBENCH_URL"):
        mailer("smtp://h", "")
    assert site("https://claims.example.org/") == ("https://claims.example.org", "")
    assert site("https://example.org/claims/") == ("https://example.org", "/claims")
