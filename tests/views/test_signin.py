"""Signing in and out, in the workbench's own look and under its policy."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from claims.models import Entry
from tests.factories import make_claim, make_user


@pytest.fixture
def person(db):
    return make_user(email="pia@example.org", name="Pia", password="a-long-pass-9")


def test_a_person_signs_in_by_email_and_goes_on_to_where_they_were_going(client, person):
    response = client.get("/cases/")
    assert response.status_code == 302
    page = client.get(response["Location"]).content.decode()
    assert 'value="/cases/"' in page

    sent = {"login": "PIA@example.org", "password": "a-long-pass-9", "next": "/cases/"}
    response = client.post("/accounts/login/", sent)

    assert (response.status_code, response["Location"]) == (302, "/cases/")
    assert "Pia" in client.get("/").content.decode()


def test_a_wrong_password_is_said_and_the_email_stays(client, person):
    response = client.post("/accounts/login/", {"login": "pia@example.org", "password": "wrong"})
    page = response.content.decode()
    assert "errorlist" in page
    assert 'value="pia@example.org"' in page


def test_the_cursor_stands_where_one_types_first_and_after_a_wrong_password_in_the_password(client, person):
    def focused(response):
        return re.findall(r'<input[^>]*name="(\w+)"[^>]*autofocus', response.content.decode())

    assert focused(client.get("/accounts/login/")) == ["login"]
    sent = {"login": "pia@example.org", "password": "wrong"}
    assert focused(client.post("/accounts/login/", sent)) == ["password"]


def test_signing_out_is_asked_and_then_done(client, person):
    client.post("/accounts/login/", {"login": "pia@example.org", "password": "a-long-pass-9"})
    assert "Sign out" in client.get("/accounts/logout/").content.decode()
    client.post("/accounts/logout/")
    assert client.get("/").status_code == 302


def test_nobody_signs_up(client, db):
    page = client.get("/accounts/signup/").content.decode()
    assert "Ask an administrator" in page
    assert "<form" not in page


def test_a_new_password_is_entered_in_the_log_without_the_password(client, person, caplog):
    caplog.set_level("DEBUG")
    client.post("/accounts/login/", {"login": "pia@example.org", "password": "a-long-pass-9"})
    new = {"oldpassword": "a-long-pass-9", "password1": "another-pass-8", "password2": "another-pass-8"}
    assert client.post("/accounts/password/change/", new).status_code == 302
    entry = Entry.objects.filter(thing="user", thing_id=person.pk).latest("number")
    assert '"password":"changed"' in entry.detail
    person.refresh_from_db()
    assert person.check_password("another-pass-8")
    told = [caplog.text, *Entry.objects.values_list("detail", flat=True)]
    for secret in ("a-long-pass-9", "another-pass-8", person.password):
        assert not [words for words in told if secret in words]


def test_without_the_present_password_there_is_no_new_one(client, person):
    client.post("/accounts/login/", {"login": "pia@example.org", "password": "a-long-pass-9"})
    new = {"oldpassword": "not-this-one", "password1": "another-pass-8", "password2": "another-pass-8"}
    assert client.post("/accounts/password/change/", new).status_code == 200
    person.refresh_from_db()
    assert person.check_password("a-long-pass-9")


def test_passwords_are_hidden_and_a_manager_of_passwords_may_fill_them_in(client, person):
    page = client.get("/accounts/login/").content.decode()
    field = re.findall(r'<input[^>]*name="password"[^>]*>', page)[0]
    assert 'type="password"' in field
    assert 'autocomplete="current-password"' in field
    assert not re.search(r"\bonpaste|autocomplete=\"off\"|readonly", page)


def test_no_password_runs_out(client, person):
    with time_machine.travel(timezone.now() + timedelta(days=3 * 365)):
        sent = {"login": "pia@example.org", "password": "a-long-pass-9"}
        assert client.post("/accounts/login/", sent)["Location"] == "/"


def test_the_way_out_is_on_every_page(client, person):
    client.post("/accounts/login/", {"login": "pia@example.org", "password": "a-long-pass-9"})
    for path in ("/", "/cases/", "/you/", "/search/", "/notices/", "/accounts/sessions/"):
        assert 'action="/accounts/logout/"' in client.get(path).content.decode(), path


PUBLIC = ["login", "signup", "inactive"]


OWN = [
    "logout", "password/change", "reauthenticate", "sessions", "2fa", "2fa/totp/activate", "2fa/webauthn",
    "2fa/webauthn/add",
]  # fmt: skip


@pytest.mark.parametrize("path", [*PUBLIC, *OWN])
def test_every_account_page_wears_the_look_and_holds_no_inline_style_or_script(client, as_, person, path):
    browser = client if path in PUBLIC else as_(person)
    response = browser.get(f"/accounts/{path}/", follow=True)
    page = response.content.decode()
    assert response.status_code == 200
    assert "claims/look.css" in page
    assert page.count("<h1") == 1
    assert "style=" not in page
    assert not re.search(r"<script(?![^>]*(?:src=|application/json))", page)
    assert "style-src 'self'" in response["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["password/reset/", "email/", "password/set/"])
def test_pages_that_would_need_mail_are_not_there(client, path):
    assert client.get(f"/accounts/{path}").status_code == 404


def test_words_that_were_sent_after_the_session_ended_are_shown_again_and_not_lost(client, case):
    claim = make_claim(case=case)
    words = {"rationale": "The census & the order agree.", "rating": "1", "password": "correct horse battery"}
    answer = client.post(claim.get_absolute_url() + "assess/", words)
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "The census &amp; the order agree.</textarea>" in page
    assert "correct horse" not in page
    assert f"?next={claim.get_absolute_url()}assess/" in page
    assert client.post(claim.get_absolute_url() + "assess/", {"rating": "1"}).status_code == 302, "nothing was typed"


def test_words_that_a_part_of_the_page_sent_after_the_session_ended_stay_on_the_page(client, case, htmx):
    claim = make_claim(case=case)
    answer = client.post(claim.get_absolute_url() + "assess/", {"rationale": "The census says so."}, headers=htmx)
    assert (answer.status_code, answer["HX-Retarget"]) == (403, "#messages")
    assert "your words are still here" in answer.content.decode()
    answer = client.post(claim.get_absolute_url() + "assess/", {"rating": "1"}, headers=htmx)
    assert "HX-Redirect" in answer


def test_a_form_from_before_the_last_sign_in_stays_and_is_given_the_token_that_fits(case, ann, htmx):
    claim = make_claim(case=case)
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(ann)
    here = claim.get_absolute_url() + "assess/"
    browser.get(here)
    sent = {"rationale": "The census says so.", "csrfmiddlewaretoken": "a" * 64}
    answer = browser.post(here, sent, headers=htmx)
    assert (answer.status_code, answer["HX-Retarget"]) == (403, "#messages")
    again = browser.post(here, sent | {"csrfmiddlewaretoken": answer["X-Form-Token"]}, headers=htmx)
    assert again.status_code == 422, "only its answer is missing by now"
