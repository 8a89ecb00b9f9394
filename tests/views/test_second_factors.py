"""Second factors: set up, asked for, kept so that a copy of the database tells none, wanted of staff or of all."""

import re

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.db import OperationalError
from django.test import Client

from claims.models import Chain, Entry, Notice
from tests.factories import make_user
from tests.views.signing_in import PASSWORD, code_of, set_up_app, sign_in


@pytest.fixture
def pia(db):
    return make_user(email="pia@example.org", name="Pia", password=PASSWORD)


@pytest.fixture
def browser(pia) -> Client:
    browser = Client()
    assert sign_in(browser).status_code == 302
    return browser


def test_with_an_app_a_password_alone_signs_nobody_in(browser, pia):
    secret, codes = set_up_app(browser)
    assert len(set(codes)) == 10
    other = Client()
    assert sign_in(other)["Location"] == "/accounts/2fa/authenticate/"
    assert other.get("/cases/").status_code == 302, "the password alone opens nothing"

    wrong = other.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert (wrong.status_code, "errorlist" in wrong.content.decode()) == (200, True)
    right = other.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})
    assert (right.status_code, right["Location"]) == (302, "/")
    assert other.get("/cases/").status_code == 200


def test_a_code_is_good_once_and_for_half_a_minute(browser, pia):
    with time_machine.travel("2026-11-28 10:00:10Z", tick=False) as clock:
        secret, _codes = set_up_app(browser)
        code = code_of(secret)
        first, second = Client(), Client()
        sign_in(first)
        assert first.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 302
        sign_in(second)
        assert second.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 200, "used already"
        clock.shift(60)
        assert second.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 200, "too old"
        assert second.post("/accounts/2fa/authenticate/", {"code": code_of(secret)}).status_code == 302


def test_a_recovery_code_works_once_and_the_codes_are_shown_once(browser, pia):
    _secret, codes = set_up_app(browser)
    assert codes[0] not in browser.get("/accounts/2fa/recovery-codes/").content.decode()
    first, second = Client(), Client()
    for other, status in ((first, 302), (second, 200)):
        sign_in(other)
        assert other.post("/accounts/2fa/authenticate/", {"code": codes[0]}).status_code == status


def test_a_passkey_is_asked_for_only_where_there_is_one(browser, pia):
    set_up_app(browser)
    other = Client()
    sign_in(other)
    assert "Use a passkey" not in other.get("/accounts/2fa/authenticate/").content.decode()


def test_guesses_at_the_second_factor_come_to_an_end(browser, pia):
    secret, _codes = set_up_app(browser)
    other = Client()
    sign_in(other)
    for guess in range(5):
        assert other.post("/accounts/2fa/authenticate/", {"code": f"{guess:06}"}).status_code == 200
    answer = other.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})
    assert answer.status_code == 200
    assert "too many wrong tries" in answer.content.decode()


def test_a_copy_of_the_database_tells_no_secret(browser, pia):
    secret, codes = set_up_app(browser)
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in kept
    assert not any(code in kept for code in codes)
    assert re.search(r"'secret': 'gAAAA", kept)


def test_every_change_is_entered_without_its_secret_and_its_owner_is_told(browser, pia):
    secret, _codes = set_up_app(browser)
    browser.post("/accounts/2fa/totp/deactivate/")
    entries = Entry.objects.filter(thing="user", thing_id=pia.pk).order_by("number")
    said = [entry.parts["after"].get("sign-in") for entry in entries]
    app, codes = "codes from an app", "recovery codes"
    assert said[-4:] == [f"{app} added", f"{codes} added", f"{app} removed", f"{codes} removed"]
    assert not any(secret in entry.detail for entry in entries)
    assert Notice.objects.filter(user=pia, what="sign_in_changed").count() == 2
    assert not Authenticator.objects.exists()


def test_codes_that_are_made_anew_are_entered_as_that(browser, pia):
    set_up_app(browser)
    browser.post("/accounts/2fa/recovery-codes/generate/")
    entry = Entry.objects.filter(thing="user", thing_id=pia.pk).latest("number")
    assert entry.parts["after"] == {"sign-in": "recovery codes made anew"}
    assert Notice.objects.filter(user=pia, what="sign_in_changed").count() == 2


def test_no_change_stands_without_its_entry_and_no_entry_without_its_change(browser, pia, monkeypatch):
    secret, _codes = set_up_app(browser)
    key = Authenticator.objects.create(user=pia, type="webauthn", data={"name": "Stick", "credential": {}})
    factors, entries = list(Authenticator.objects.order_by("pk").values()), Entry.objects.count()

    def full(*args, **kwargs):
        raise OperationalError("database or disk is full")

    browser.raise_request_exception = False
    with monkeypatch.context() as patched:
        patched.setattr(Chain, "record", full)
        for path in ("totp/deactivate", "recovery-codes/generate", f"webauthn/keys/{key.pk}/remove"):
            assert browser.post(f"/accounts/2fa/{path}/").status_code >= 500, path
        new = {"oldpassword": PASSWORD, "password1": "another-pass-8", "password2": "another-pass-8"}
        assert browser.post("/accounts/password/change/", new).status_code >= 500
    assert list(Authenticator.objects.order_by("pk").values()) == factors
    pia.refresh_from_db()
    assert pia.check_password(PASSWORD)

    with monkeypatch.context() as patched:
        patched.setattr("claims.views.sign_in_changes.end_sessions", full)
        assert browser.post("/accounts/password/change/", new).status_code >= 500
    pia.refresh_from_db()
    assert pia.check_password(PASSWORD)
    assert Entry.objects.count() == entries

    Authenticator.objects.all().delete()
    page = browser.get("/accounts/2fa/totp/activate/").content.decode()
    secret = re.findall(r'id="secret">(\w+)<', page)[0]
    with monkeypatch.context() as patched:
        patched.setattr(Chain, "record", full)
        assert browser.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)}).status_code >= 500
    assert not Authenticator.objects.exists()


def test_what_touches_the_second_factors_asks_again_who_it_is(browser, pia):
    set_up_app(browser)
    with time_machine.travel("2036-01-01"):
        fresh = Client()
        fresh.force_login(pia)  # signed in, and has said nothing of late
        for path in ("totp/activate", "totp/deactivate", "recovery-codes/generate", "recovery-codes", "webauthn/add"):
            answer = fresh.get(f"/accounts/2fa/{path}/", follow=True)
            assert "reauthenticate" in answer.redirect_chain[-1][0], path
        answer = fresh.post("/accounts/2fa/totp/deactivate/", follow=True)
        assert "Is it you?" in answer.content.decode()
        assert Authenticator.objects.filter(type="totp").exists()
        answer = fresh.post(answer.redirect_chain[-1][0], {"password": PASSWORD, "next": "/accounts/2fa/"})
        assert answer["Location"] == "/accounts/2fa/"


@pytest.mark.parametrize(("wanted", "asked"), [("", []), ("staff", ["ada"]), ("all", ["ada", "ann"])])
def test_who_must_have_a_second_factor_is_led_to_set_one_up_first(as_, ada, ann, settings, htmx, wanted, asked):
    settings.SECOND_FACTOR = wanted
    for name, user in (("ada", ada), ("ann", ann)):
        browser = as_(user)
        for path in ("/", "/cases/", "/admin/") if user == ada else ("/", "/cases/"):
            answer = browser.get(path)
            led = answer.status_code == 302 and answer["Location"] == "/accounts/2fa/"
            assert led == (name in asked), path
        if name in asked:
            assert browser.get("/cases/", headers=htmx)["HX-Redirect"] == "/accounts/2fa/"
            assert browser.post("/cases/add/", {"title": "x"}).status_code == 302
            assert browser.get("/notices/count/").status_code == 204
            assert "asks for a second factor" in browser.get("/accounts/2fa/").content.decode()
            set_up_app(browser)
            assert browser.get("/cases/").status_code == 200
            browser.post("/accounts/2fa/totp/deactivate/")
            assert browser.get("/cases/").status_code == 302, "and none means none again"


def test_the_picture_to_scan_stands_in_the_page_without_a_style(browser, pia):
    page = browser.get("/accounts/2fa/totp/activate/").content.decode()
    picture = re.findall(r"<svg.*?</svg>", page, re.DOTALL)[0]
    assert "style" not in picture
    assert "data:" not in page
    assert "aria-labelledby" in picture
