"""Where a request came from, by what the proxies in front tell of it."""

import json
import logging

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client

from tests.factories import make_user
from tests.processes import manage
from tests.views.signing_in import PASSWORD, sign_in

PROXY, OUTER, GUEST, FORGED = "10.0.0.1", "198.51.100.7", "203.0.113.9", "192.0.2.66"
CASES = [
    (1, "", PROXY),
    (1, GUEST, GUEST),
    (1, f"{FORGED}, {GUEST}", GUEST),
    (2, "", PROXY),
    (2, GUEST, PROXY),
    (2, f"{GUEST}, {OUTER}", GUEST),
    (2, f"{FORGED}, {GUEST}, {OUTER}", GUEST),
    (3, FORGED, PROXY),
    (3, f"{FORGED}, {OUTER}", PROXY),
]


@pytest.fixture
def stated(settings):
    """`stated(n)` says that so many proxies stand in front."""

    def state(proxies):
        settings.PROXIES = settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies

    return state


def sign_in_through(forwarded: str):
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    return sign_in(Client(REMOTE_ADDR=PROXY), "pia@example.org", PASSWORD, **headers)


@pytest.mark.parametrize(("proxies", "forwarded", "address"), CASES)
def test_who_signs_in_comes_from_the_address_that_the_outermost_proxy_saw(db, stated, proxies, forwarded, address):
    stated(proxies)
    make_user(email="pia@example.org", password=PASSWORD)
    assert sign_in_through(forwarded).status_code == 302
    assert UserSession.objects.get().ip == address


def test_a_forged_address_gives_nobody_more_guesses(db, stated):
    stated(2)
    for n in range(60):
        headers = {"X-Forwarded-For": f"192.0.2.{n}"}
        sign_in(Client(REMOTE_ADDR=PROXY), f"nobody{n}@example.org", "wrong", **headers)
    answer = sign_in(Client(REMOTE_ADDR=PROXY), "nobody@example.org", "wrong", **{"X-Forwarded-For": "192.0.2.99"})
    assert "too many wrong tries" in answer.content.decode()


def test_that_setting_and_header_disagree_is_a_line_of_the_log_once(db, stated, caplog):
    stated(2)
    browser = Client(REMOTE_ADDR=PROXY)
    with caplog.at_level(logging.WARNING, "workbench.proxies"):
        for forwarded in ("", f"{GUEST}, {OUTER}", FORGED, GUEST):
            browser.get("/accounts/login/", headers={"X-Forwarded-For": forwarded})
    (line,) = [each.getMessage() for each in caplog.records if each.name == "workbench.proxies"]
    assert "X-Forwarded-For has 1 of the addresses that WORKBENCH_PROXIES=2 stands for" in line
    assert FORGED not in line


def test_what_came_through_too_few_proxies_is_still_not_asked_on_the_machine_itself(db, stated):
    stated(2)
    assert Client().get("/version", headers={"X-Forwarded-For": FORGED}).status_code == 404


SIGN_IN = f"""
import json
from allauth.usersessions.models import UserSession
from django.test import Client
from claims.models import User
User.objects.create_user("pia@example.org", "{PASSWORD}", name="Pia")
for forwarded in ("{GUEST}", "{FORGED}, {GUEST}, {OUTER}"):
    browser = Client(REMOTE_ADDR="{PROXY}", HTTP_HOST="localhost", HTTP_X_FORWARDED_FOR=forwarded)
    browser.post("/accounts/login/", {{"login": "pia@example.org", "password": "{PASSWORD}"}})
print(json.dumps(list(UserSession.objects.order_by("pk").values_list("ip", flat=True))))
"""


def test_the_variable_says_how_many_there_are(server_folder):
    variables = {"WORKBENCH_DATA": str(server_folder), "WORKBENCH_HTTPS": "0", "WORKBENCH_PROXIES": "2"}
    done = manage("shell", "-v", "0", "-c", SIGN_IN, **variables)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [PROXY, GUEST]
