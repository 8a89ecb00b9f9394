"""Signing in through a provider, held against one that answers over real HTTP: only people who have an account."""

import re
import time
from urllib.parse import parse_qs, urlsplit

import oidc_provider_mock
import pytest
import requests
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialToken
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from claims.models import Entry, Notice, User
from tests.factories import make_user
from tests.views.provider import CLIENT, SECRET, running
from tests.views.signing_in import PASSWORD, code_of, set_up_app, sign_in
from workbench.signing_in import contact, provider


@pytest.fixture
def oidc(settings):
    with running() as found:
        settings.OIDC = provider(found.url, CLIENT, SECRET, "Newsroom SSO")
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [settings.OIDC]}}
        yield found


@pytest.fixture
def pia(db):
    return make_user(email="pia@example.org", name="Pia", password=None)


def go(browser: Client, onward: str = "") -> str:
    """Begin at the sign-in page, be sent to the provider: the address with which it sends back."""
    return back(requests.get(on(browser, onward), allow_redirects=False, timeout=5))


def on(browser: Client, onward: str = "") -> str:
    """Begin at the sign-in page: the address at the provider."""
    page = browser.post("/accounts/oidc/login/", {"next": onward}).content.decode()
    return str(re.findall(r'http-equiv="refresh" content="0;url=([^"]+)"', page)[0].replace("&amp;", "&"))


def back(answer: requests.Response) -> str:
    """Where the provider sends the browser, on this site."""
    return urlsplit(answer.headers["Location"])._replace(scheme="", netloc="").geturl()


def is_in(browser: Client) -> bool:
    return browser.get("/cases/").status_code == 200


def test_a_person_with_an_account_signs_in_and_goes_on_to_where_they_were_going(oidc, pia):
    browser = Client()
    assert "Sign in with Newsroom SSO" in browser.get("/accounts/login/").content.decode()
    answer = browser.get(go(browser, "/sources/"))
    assert (answer.status_code, answer["Location"]) == (302, "/sources/")
    assert is_in(browser)
    entry = Entry.objects.filter(thing="user", thing_id=pia.pk).latest("number")
    assert entry.parts["after"] == {"sign-in": "Newsroom SSO may sign in"}


def test_a_provider_that_others_wrote_lets_a_person_in_who_signs_in_there(pia, settings):
    person = oidc_provider_mock.User(sub="p-17", claims={"email": pia.email, "email_verified": True})
    with oidc_provider_mock.run_server_in_thread(user_claims=[person], require_nonce=True) as there:
        settings.OIDC = provider(f"http://localhost:{there.server_port}", CLIENT, SECRET, "Newsroom SSO")
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [settings.OIDC]}}
        browser = Client()
        way = on(browser, "/sources/")
        assert "Choose an identity" in requests.get(way, timeout=5).text
        answer = browser.get(back(requests.post(way, {"sub": "p-17"}, allow_redirects=False, timeout=5)))
        assert (answer.status_code, answer["Location"]) == (302, "/sources/")
        assert is_in(browser)
        stranger = Client()
        stranger.get(back(requests.post(on(stranger), {"sub": "p-18"}, allow_redirects=False, timeout=5)))
        assert not is_in(stranger)
    assert SocialAccount.objects.get().user == pia


def test_what_is_asked_of_the_provider_is_bound_to_this_sign_in(oidc, pia):
    go(Client())
    asked = next(iter(oidc.asked.values()))
    assert (asked["code_challenge_method"], asked["response_type"]) == ("S256", "code")
    assert len(asked["nonce"]) >= 32
    assert asked["redirect_uri"].endswith("/accounts/oidc/login/callback/")


LIES = {
    "another issuer": {"iss": "https://elsewhere.example"},
    "made out to another": {"aud": "another"},
    "and by way of another": {"aud": [CLIENT, "another"], "azp": "another"},
    "run out": {"exp": time.time() - 120},
    "without an end": {"exp": None},
    "of another sign-in": {"nonce": "another"},
    "of no sign-in": {"nonce": None},
    "an address not verified": {"email_verified": False},
    "an address of which nothing is said": {"email_verified": None},
    "an address verified in so many words": {"email_verified": "false"},
    "nobody here": {"email": "stranger@example.org"},
    "no address": {"email": ""},
}


@pytest.mark.parametrize("lie", LIES)
def test_a_token_that_does_not_hold_lets_nobody_in(oidc, pia, lie):
    oidc.lies = LIES[lie]
    browser = Client()
    answer = browser.get(go(browser))
    assert answer.status_code in (401, 403)
    assert "Not signed in" in answer.content.decode()
    assert not is_in(browser)
    assert not SocialAccount.objects.exists()
    assert User.objects.count() == 1, "and nobody signs up"


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_a_token_without_the_provider_s_signature_lets_nobody_in(oidc, pia, algorithm):
    oidc.algorithm = algorithm
    browser = Client()
    browser.get(go(browser))
    assert not is_in(browser)


def test_a_token_signed_by_another_key_lets_nobody_in(oidc, pia):
    oidc.key = ec.generate_private_key(ec.SECP256R1())
    browser = Client()
    browser.get(go(browser))
    assert not is_in(browser)


def test_an_answer_is_taken_once_and_only_by_the_browser_that_asked(oidc, pia):
    browser = Client()
    back = go(browser)
    assert not is_in(browser)
    stranger = Client()
    assert "Not signed in" in stranger.get(back).content.decode()
    assert not is_in(stranger)
    browser.get(back)
    assert is_in(browser)
    browser.post("/accounts/logout/")
    browser.get(back)
    assert not is_in(browser), "replayed"


def test_a_document_that_names_another_issuer_is_not_believed(oidc, pia):
    oidc.issuer = "https://elsewhere.example"
    answer = Client().post("/accounts/oidc/login/")
    assert answer.status_code == 503
    assert "does not answer as it should" in answer.content.decode()


def test_a_provider_that_is_away_is_said_to_be(oidc, pia, settings):
    settings.OIDC["settings"]["server_url"] = "http://127.0.0.1:9"
    assert Client().post("/accounts/oidc/login/").status_code == 503


def test_what_the_provider_tells_beside_the_token_must_be_of_the_same_person(oidc, pia):
    oidc.person = {"sub": "p-17"}
    oidc.beside = {"sub": "p-18", "email": "pia@example.org", "email_verified": True}
    browser = Client()
    browser.get(go(browser))
    assert not is_in(browser)
    oidc.beside["sub"] = "p-17"
    browser.get(go(browser))
    assert is_in(browser)


def test_later_on_the_person_counts_and_no_more_the_address(oidc, pia):
    first = Client()
    first.get(go(first))
    oidc.person = {"sub": "p-99", "email": "pia@example.org", "email_verified": True}
    heir = Client()
    answer = heir.get(go(heir))
    assert (answer.status_code, is_in(heir)) == (403, False), "whoever was given Pia's address is not Pia"
    oidc.person = {"sub": "p-17", "email": "pia.new@example.org", "email_verified": False}
    again = Client()
    again.get(go(again))
    assert is_in(again)


def test_another_provider_that_calls_somebody_by_the_same_name_does_not_let_them_in(oidc, pia, settings):
    first = Client()
    first.get(go(first))
    with running() as other:
        settings.OIDC = provider(other.url, CLIENT, SECRET, "Another")
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [settings.OIDC]}}
        other.person = {"sub": "p-17", "email": "zoe@example.org", "email_verified": True}
        zoe = Client()
        answer = zoe.get(go(zoe))
        assert (answer.status_code, is_in(zoe)) == (403, False)


def test_a_closed_account_stays_closed(oidc, pia):
    first = Client()
    first.get(go(first))
    pia.is_active = False
    pia.save(by=make_user(is_superuser=True))
    assert not is_in(first)
    later = Client()
    later.get(go(later))
    assert not is_in(later)


def with_an_app(pia):
    """The secret of the app that she set up, and her recovery codes."""
    pia.set_password(PASSWORD)
    pia.save(by=pia)
    own = Client()
    sign_in(own)
    return set_up_app(own)


def test_a_second_factor_is_asked_for_after_the_provider_too(oidc, pia):
    secret, _codes = with_an_app(pia)
    browser = Client()
    assert browser.get(go(browser))["Location"] == "/accounts/2fa/authenticate/"
    assert not is_in(browser)
    browser.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})
    assert is_in(browser)


def test_the_account_is_tied_to_nobody_before_the_second_factor_is_given(oidc, pia):
    secret, _codes = with_an_app(pia)
    thief = Client()  # who got hold of the address at the provider
    thief.get(go(thief))
    for code in ("000000", ""):
        thief.post("/accounts/2fa/authenticate/", {"code": code})
    assert not is_in(thief)
    assert not SocialAccount.objects.exists()
    assert "may sign in" not in said_of(pia)

    oidc.person = {"sub": "p-99", "email": "pia@example.org", "email_verified": True}
    browser = Client()
    browser.get(go(browser))
    browser.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})
    assert is_in(browser)
    assert SocialAccount.objects.get().user == pia
    assert said_of(pia) == "Newsroom SSO may sign in"


def said_of(person) -> str:
    entry = Entry.objects.filter(thing="user", thing_id=person.pk).latest("number")
    return str(entry.parts["after"].get("sign-in", ""))


def test_no_token_of_the_provider_s_is_kept_or_reaches_the_browser(oidc, pia):
    browser = Client()
    answer = browser.get(go(browser))
    assert is_in(browser)
    assert not SocialToken.objects.exists()
    for told in (str(dict(browser.session)), str(browser.cookies), str(answer.headers), answer.content.decode()):
        assert not re.search(r"(access|id|refresh)_token|eyJ[\w-]+\.eyJ", told)


def test_of_two_who_come_at_once_with_one_address_the_first_to_sign_in_is_tied(oidc, pia):
    _secret, codes = with_an_app(pia)
    browsers = []
    for sub in ("p-17", "p-99"):
        oidc.person = {"sub": sub, "email": "pia@example.org", "email_verified": True}
        browsers.append(Client())
        browsers[-1].get(go(browsers[-1]))
    answers = [
        browser.post("/accounts/2fa/authenticate/", {"code": code})
        for browser, code in zip(browsers, codes, strict=False)
    ]
    assert [answer.status_code for answer in answers] == [302, 403]
    assert [is_in(browser) for browser in browsers] == [True, False]
    assert SocialAccount.objects.count() == 1


def test_the_tie_stands_on_the_page_of_its_owner_who_undoes_it(oidc, pia):
    pia.set_password(PASSWORD)
    pia.save(by=pia)
    other, browser = Client(), Client()
    sign_in(other)
    assert "may sign you in" not in other.get("/you/").content.decode()
    browser.get(go(browser))
    assert "Newsroom SSO may sign you in too, since" in browser.get("/you/").content.decode()
    assert browser.get("/accounts/provider/untie/").status_code == 405
    answer = browser.post("/accounts/provider/untie/", follow=True)
    assert "Undone." in answer.content.decode()
    assert not SocialAccount.objects.exists()
    assert said_of(pia) == "Newsroom SSO may sign in no more"
    assert Notice.objects.filter(user=pia, what="sign_in_changed", link="/you/").count() == 2
    assert browser.post("/accounts/provider/untie/").status_code == 409


def test_a_tie_is_undone_only_by_who_said_of_late_who_they_are(oidc, pia):
    pia.set_password(PASSWORD)
    pia.save(by=pia)
    browser = Client()
    browser.get(go(browser))
    session = browser.session
    session["account_authentication_methods"][-1]["at"] -= 3600
    session.save()
    answer = browser.post("/accounts/provider/untie/")
    assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert SocialAccount.objects.exists()
    browser.post(answer["Location"], {"password": PASSWORD, "next": "/accounts/provider/untie/"})
    assert not SocialAccount.objects.exists()
    assert Client().post("/accounts/provider/untie/").status_code == 302


def test_the_only_way_in_is_not_undone(oidc, pia):
    browser = Client()
    browser.get(go(browser))
    answer = browser.post("/accounts/provider/untie/")
    assert (answer.status_code, "no way in any more" in answer.content.decode()) == (409, True)
    assert SocialAccount.objects.exists()
    key = Authenticator.objects.create(user=pia, type="webauthn", data={"name": "Stick", "credential": {}})
    assert browser.post("/accounts/provider/untie/").status_code == 409, "it signs in only after a password"
    key.data["credential"]["clientExtensionResults"] = {"credProps": {"rk": True}}
    key.save()
    assert browser.post("/accounts/provider/untie/").status_code == 302


def test_a_tie_outlives_its_provider_only_until_it_is_undone(oidc, pia, settings):
    pia.set_password(PASSWORD)
    pia.save(by=pia)
    browser = Client()
    browser.get(go(browser))
    settings.OIDC = None
    assert "The provider that was set here may sign you in too" in browser.get("/you/").content.decode()
    browser.post("/accounts/provider/untie/")
    assert not SocialAccount.objects.exists()


def test_who_has_no_password_is_asked_anew_by_the_provider_before_something_dangerous(oidc, pia):
    browser = Client()
    browser.get(go(browser))
    session = browser.session
    session["account_authentication_methods"][-1]["at"] -= 3600
    session.save()
    answer = browser.get("/accounts/2fa/totp/activate/")
    assert answer["Location"] == "/accounts/again/?next=%2Faccounts%2F2fa%2Ftotp%2Factivate%2F"
    assert "Newsroom SSO" in browser.get(answer["Location"]).content.decode()
    oidc.lies = {"auth_time": time.time() - 4000}
    browser.get(go(browser, "/accounts/2fa/totp/activate/"))
    asked = parse_qs(urlsplit(answer["Location"]).query)
    assert asked["next"] == ["/accounts/2fa/totp/activate/"]
    assert browser.get("/accounts/2fa/totp/activate/")["Location"].startswith("/accounts/again/"), "it asked nobody"
    oidc.lies = {"auth_time": time.time()}
    assert browser.get(go(browser, "/accounts/2fa/totp/activate/"))["Location"] == "/accounts/2fa/totp/activate/"
    assert browser.get("/accounts/2fa/totp/activate/").status_code == 200


def test_to_change_a_password_one_must_have_one(oidc, pia):
    browser = Client()
    browser.get(go(browser))
    answer = browser.get("/accounts/password/change/")
    assert (answer.status_code, "has no password" in answer.content.decode()) == (409, True)


def test_whoever_stops_at_the_provider_is_back_at_the_sign_in_page(oidc, pia):
    browser = Client()
    state = parse_qs(urlsplit(go(browser)).query)["state"][0]
    answer = browser.get(f"/accounts/oidc/login/callback/?error=access_denied&state={state}")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/")


def test_where_no_provider_is_set_there_is_none(db, client):
    assert "oidc" not in client.get("/accounts/login/").content.decode()
    assert client.post("/accounts/oidc/login/").status_code == 404
    assert client.get("/accounts/oidc/login/callback/?code=x&state=y").status_code == 404


def test_nobody_is_led_away_after_the_sign_in(oidc, pia):
    browser = Client()
    assert browser.get(go(browser, "https://evil.example/"))["Location"] == "/"


@pytest.mark.parametrize(
    ("values", "named"),
    [
        (("https://sso.example.org", "", "s", ""), "WORKBENCH_OIDC_CLIENT"),
        (("https://sso.example.org", "c", "", ""), "WORKBENCH_OIDC_SECRET"),
        (("http://sso.example.org", "c", "s", ""), "WORKBENCH_OIDC_URL"),
        (("sso.example.org", "c", "s", ""), "WORKBENCH_OIDC_URL"),
        (("https://sso.example.org:a", "c", "s", ""), "WORKBENCH_OIDC_URL"),
        (("", "c", "", ""), "WORKBENCH_OIDC_CLIENT"),
    ],
)
def test_half_a_provider_stops_the_start_by_its_name(values, named):
    with pytest.raises(ImproperlyConfigured, match=named):
        provider(*values)


def test_other_settings_of_signing_in_are_read_as_strictly():
    with pytest.raises(ImproperlyConfigured, match="WORKBENCH_SECURITY_CONTACT"):
        contact("ring us")
    assert contact("security@example.org") == contact("mailto:security@example.org") == "mailto:security@example.org"


def test_whom_to_tell_of_a_weakness_is_where_machines_look_for_it(client, db, settings):
    assert client.get("/.well-known/security.txt").status_code == 404
    settings.SECURITY_CONTACT = "mailto:security@example.org"
    answer = client.get("/.well-known/security.txt")
    assert answer["Content-Type"].startswith("text/plain")
    assert "Contact: mailto:security@example.org\nExpires: 20" in answer.content.decode()
