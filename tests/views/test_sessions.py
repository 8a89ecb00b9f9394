"""Where one is signed in: the list, the way out, and the word about a device that is new."""

import time
from typing import Any

import pytest
from django.test import Client

from claims.models import Membership, Notice, Share, Webhook
from claims.reports.choices import PUBLIC, Choice
from claims.reports.freezing import freeze
from tests.admin.pages import newest_entry
from tests.factories import make_claim, make_user
from tests.views.signing_in import PASSWORD, sign_in

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Safari/604.1"


@pytest.fixture
def pia(db):
    return make_user(email="pia@example.org", name="Pia", password=PASSWORD)


@pytest.fixture
def desk(pia) -> Client:
    desk = Client(headers={"user-agent": FIREFOX})
    sign_in(desk)
    return desk


@pytest.fixture
def phone(desk) -> Client:
    phone = Client(headers={"user-agent": IPHONE})
    sign_in(phone)
    return phone


def is_in(browser: Client) -> bool:
    return browser.get("/cases/").status_code == 200


def test_each_place_is_listed_with_what_it_is(desk, phone):
    page = desk.get("/accounts/sessions/").content.decode()
    assert "Firefox on Linux" in page
    assert "Safari on iPhone" in page
    assert page.count(">here<") == 1


def test_one_place_is_signed_out_or_all_others(desk, phone, pia):
    third = Client()
    sign_in(third)
    key = desk.get("/accounts/sessions/").context["sessions"][0].row.pk  # the newest
    desk.post("/accounts/sessions/end/", {"session": key})
    assert (is_in(desk), is_in(phone), is_in(third)) == (True, True, False)
    desk.post("/accounts/sessions/end/")
    assert (is_in(desk), is_in(phone)) == (True, False)
    assert not desk.get("/accounts/sessions/").context["others"]


def test_nobody_ends_anothers_session(desk, pia, ann, as_):
    key = desk.get("/accounts/sessions/").context["sessions"][0].row.pk
    stranger = as_(ann)
    stranger.post("/accounts/sessions/end/", {"session": key})
    stranger.post("/accounts/sessions/end/")
    assert is_in(desk)
    assert stranger.post("/accounts/sessions/end/", {"session": "none"}).status_code == 404
    assert stranger.get("/accounts/sessions/end/").status_code == 302


def test_a_new_password_ends_every_other_session(desk, phone, pia):
    new = {"oldpassword": PASSWORD, "password1": "another-pass-8", "password2": "another-pass-8"}
    assert desk.post("/accounts/password/change/", new).status_code == 302
    assert (is_in(desk), is_in(phone)) == (True, False)
    assert len(desk.get("/accounts/sessions/").context["sessions"]) == 1
    assert Notice.objects.filter(user=pia, what="sign_in_changed").count() == 1


def test_a_password_that_an_administrator_sets_ends_all_of_them(desk, pia, ada, as_):
    sent = {"password1": "another-pass-phrase", "password2": "another-pass-phrase", "usable_password": "true"}
    assert as_(ada).post(f"/admin/claims/user/{pia.pk}/password/", sent | {"set-password": "1"}).status_code == 302
    assert not is_in(desk)


def test_of_a_new_device_its_owner_is_told_once_and_of_the_first_nobody(desk, phone, pia):
    told = Notice.objects.filter(user=pia, what="new_device")
    assert told.count() == 1, "the phone; the first device ever is no news"
    phone.post("/accounts/logout/")
    sign_in(phone)
    assert told.count() == 1
    assert "on a device where you never had" in desk.get("/notices/").content.decode()
    assert desk.post(f"/notices/{told[0].pk}/open/")["Location"] == "/accounts/sessions/"


def test_after_a_new_password_every_device_is_new(desk, phone, pia, ada):
    told = Notice.objects.filter(user=pia, what="new_device")
    pia.refresh_from_db()
    pia.set_password("another-pass-8")
    pia.save(by=ada)
    for number, browser in enumerate((desk, phone), start=2):
        browser.post("/accounts/logout/")
        for _ in range(2):
            sign_in(browser, password="another-pass-8")
            assert told.count() == number, "each is new once"
            browser.post("/accounts/logout/")


def test_signing_out_everywhere_makes_every_other_device_new(desk, phone, pia):
    told = Notice.objects.filter(user=pia, what="new_device")
    desk.post("/accounts/sessions/end/")
    assert newest_entry(thing="user", thing_id=pia.pk).parts["after"] == {"sign-in": "signed out everywhere else"}
    desk.post("/accounts/logout/")
    sign_in(desk)
    assert told.count() == 1, "where it was asked for stays known"
    sign_in(phone)
    assert told.count() == 2


def test_ending_one_session_makes_no_device_new(desk, phone, pia):
    desk.post("/accounts/sessions/end/", {"session": phone.get("/accounts/sessions/").context["sessions"][0].row.pk})
    sign_in(phone)
    assert Notice.objects.filter(user=pia, what="new_device").count() == 1


def test_a_forged_or_a_strangers_cookie_makes_no_device_known(desk, pia, ann):
    thief = Client()
    thief.cookies["device"] = "WyJ4Il0:1vPq:aaaa"
    sign_in(thief)
    assert Notice.objects.filter(user=pia, what="new_device").count() == 1
    lent = Client()
    sign_in(lent, ann.email, "pass-word-1")
    lent.post("/accounts/logout/")
    sign_in(lent)
    assert Notice.objects.filter(user=pia, what="new_device").count() == 2, "known to Ann, and new to Pia"


def test_the_devices_cookie_is_out_of_scripts_reach_and_names_nobody(pia, settings):
    settings.SESSION_COOKIE_SECURE = True
    browser = Client()
    cookie = sign_in(browser).cookies["device"]
    assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (True, True, "Lax")
    assert "pia" not in cookie.value


@pytest.mark.parametrize("verb", ["add", "change", "password"])
def test_accounts_are_changed_only_by_who_said_of_late_who_they_are(verb, ada, ann, client):
    client.force_login(ada)
    path = "/admin/claims/user/add/" if verb == "add" else f"/admin/claims/user/{ann.pk}/{verb}/"
    assert client.get(path)["Location"].startswith("/accounts/reauthenticate/")
    sent = {"password1": "another-pass-phrase", "password2": "another-pass-phrase", "usable_password": "true"}
    answer = client.post(path, sent | {"set-password": "1", "email": "x@example.org", "name": "x"})
    assert (answer.status_code, answer["Location"]) == (302, path)
    assert "another-pass-phrase" not in str(dict(client.session)), "no password waits in the session"
    ann.refresh_from_db()
    assert ann.check_password("pass-word-1")
    answer = client.post("/accounts/reauthenticate/", {"password": "pass-word-1", "next": path})
    assert answer["Location"] == path
    assert client.get(path).status_code == 200


def test_a_role_is_given_in_the_admin_once_somebody_said_who_they_are_and_nothing_typed_is_lost(ada, zoe, case, client):
    client.force_login(ada)
    path, sent = "/admin/claims/membership/add/", {"case": case.pk, "user": zoe.pk, "role": "reader"}
    answer = client.post(path, sent)
    assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert not case.memberships.filter(user=zoe).exists()
    client.post(answer["Location"], {"password": "pass-word-1", "next": path})
    assert case.memberships.get(user=zoe).role == "reader"


def dangerous(case, eve, ann) -> dict[str, tuple[str, dict[str, Any]]]:
    """What asks again who somebody is: where it is sent, and what."""
    make_claim(case=case)
    freeze(case, case.claims.all(), by=eve, title="Strong?", choice=Choice(audience=PUBLIC))
    seat = Membership.objects.get(case=case, user=ann)
    role = {"member": seat.pk, "version": seat.version}
    edit, hook = "/cases/BY/edit/", {"url": "https://hooks.example.org/in", "events": ["claim.signed_off"]}
    return {
        "a webhook": ("/cases/BY/webhooks/add/", hook),
        "a link": ("/cases/BY/reports/1/shares/add/", {"lasting": "week"}),
        "a member": (edit, {"act": "member", "email": "zoe@example.org", "role": "editor"}),
        "a role": (edit, role | {"act": "role", "role": "editor"}),
        "a removal": (edit, role | {"act": "remove"}),
    }


def stands(case) -> tuple[object, ...]:
    """What of that there is by now."""
    seats = sorted(case.memberships.values_list("user__name", "role"))
    return Webhook.objects.count(), Share.objects.count(), seats


@pytest.mark.parametrize("part", [False, True])
@pytest.mark.parametrize("act", ["a webhook", "a link", "a member", "a role", "a removal"])
def test_others_are_let_in_or_out_only_by_who_said_of_late_who_they_are(
    act, part, case, eve, ann, zoe, client, as_, htmx, settings
):
    settings.WEBHOOKS = True
    path, sent = dangerous(case, eve, ann)[act]
    before = stands(case)
    client.force_login(eve, backend=settings.AUTHENTICATION_BACKENDS[0])
    answer = client.post(path, sent, headers=htmx if part else {})
    place = answer["HX-Redirect" if part else "Location"]
    assert (answer.status_code, place.partition("?")[0]) == (200 if part else 302, "/accounts/reauthenticate/")
    assert stands(case) == before
    client.post(place, {"password": "wrong", "next": path})
    assert stands(case) == before
    answer = client.post(place, {"password": "pass-word-1", "next": path})
    assert answer.status_code == 302 or "<html" in answer.text, "a whole page"
    assert "HX-Redirect" not in answer
    assert stands(case) != before, "what was sent is done, once it is clear who sent it"


@pytest.mark.parametrize("act", ["a webhook", "a link"])
def test_what_somebody_sent_and_never_said_was_theirs_is_not_done_later(act, case, eve, ann, zoe, client, settings):
    settings.WEBHOOKS = True
    path, sent = dangerous(case, eve, ann)[act]
    before = stands(case)
    client.force_login(eve, backend=settings.AUTHENTICATION_BACKENDS[0])
    client.post(path, sent)
    place = client.get(path)["Location"]
    client.post(place, {"password": "pass-word-1", "next": path})
    assert stands(case) == before


@pytest.mark.parametrize("act", ["a webhook", "a link"])
def test_the_form_asks_before_anything_is_typed_and_asks_nobody_who_just_said_so(
    act, case, eve, ann, client, as_, settings
):
    settings.WEBHOOKS = True
    path, sent = dangerous(case, eve, ann)[act]
    client.force_login(eve, backend=settings.AUTHENTICATION_BACKENDS[0])
    assert client.get(path)["Location"].startswith("/accounts/reauthenticate/")
    assert as_(eve).get(path).status_code == 200
    assert as_(eve).post(path, sent).status_code == 200
    assert client.get("/cases/BY/edit/").status_code == 200, "to look at the settings, nobody is asked"


def test_whoever_signs_in_through_a_provider_alone_is_told_to_send_it_again(case, eve, zoe, client, settings):
    settings.OIDC = {"name": "Newsroom SSO", "provider_id": "oidc"}
    eve.set_unusable_password()
    eve.save(by=eve)
    client.force_login(eve, backend=settings.AUTHENTICATION_BACKENDS[0])
    sent = {"act": "member", "email": "zoe@example.org", "role": "editor"}
    session = client.session
    session["account_authentication_methods"] = [{"method": "socialaccount", "at": time.time() - 3600}]
    session["account_authentication_methods_user"] = str(eve.pk)
    session.save()
    answer = client.post("/cases/BY/edit/", sent)
    assert answer["Location"] == "/accounts/again/?next=%2Fcases%2FBY%2Fedit%2F"
    assert not case.memberships.filter(user=zoe).exists()
    assert "fill it in once more" in client.get(answer["Location"]).content.decode()
