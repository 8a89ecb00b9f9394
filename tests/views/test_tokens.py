"""The page of tokens: whoever has just shown who they are makes one, sees it once, and can take it back."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings

from claims.models import Token
from tests.factories import make_token
from tests.views.test_claims import text_of

ADD = {"name": "Wire feed", "scopes": ["read", "write"], "lasting": "month"}


@pytest.fixture
def signed_in(client):
    """`signed_in(ann)` is a browser in which Ann has just typed her password."""

    def browser(user):
        client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
        client.post("/accounts/reauthenticate/", {"password": "pass-word-1"})
        return client

    return browser


def test_an_empty_page_teaches_what_a_token_is(as_, ann):
    page = text_of(as_(ann).get("/tokens/"))
    assert "A token lets a program act for you" in page
    assert 'href="/tokens/add/"' in page
    assert 'href="/tokens/"' in text_of(as_(ann).get("/you/"))


def test_a_token_is_shown_once_and_then_by_how_it_begins(signed_in, ann, case):
    browser = signed_in(ann)
    assert browser.get("/tokens/add/").status_code == 200
    made = browser.post("/tokens/add/", ADD | {"case": case.pk})
    [secret] = re.findall(r"wb_[\w-]{43}", text_of(made))
    assert "no-store" in made["Cache-Control"]
    token = Token.objects.of_secret(secret).get()
    assert (token.owner, token.case, [scope.value for scope in token.scopes]) == (ann, case, ["read", "write"])
    page = text_of(browser.get("/tokens/"))
    assert secret not in page
    assert f"{secret[:7]}…" in page
    assert "in BY alone" in page
    assert "never used" in page


def test_the_same_form_sent_twice_makes_one_and_shows_no_other(signed_in, ann):
    browser = signed_in(ann)
    form = ADD | {"once": "6f6b8d5c-7c1d-4b42-9a64-0d7d1a6f4e55"}
    assert "wb_" in text_of(browser.post("/tokens/add/", form))
    again = text_of(browser.post("/tokens/add/", form))
    assert not re.search(r"wb_[\w-]{43}", again)
    assert "made its token already" in again
    assert Token.objects.count() == 1


@pytest.fixture
def for_a_while(client):
    """`for_a_while(ann)` is a browser in which Ann has been signed in for longer than a quarter of an hour."""

    def browser(user):
        client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
        return client

    return browser


def test_whoever_has_not_shown_who_they_are_for_a_while_is_asked_first(for_a_while, ann):
    browser = for_a_while(ann)
    answer = browser.get("/tokens/add/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/reauthenticate/")
    back = browser.post("/accounts/reauthenticate/", {"password": "wrong", "next": "/tokens/add/"})
    assert back.status_code == 200
    assert browser.get("/tokens/add/").status_code == 302
    back = browser.post("/accounts/reauthenticate/", {"password": "pass-word-1", "next": "/tokens/add/"})
    assert back["Location"] == "/tokens/add/"
    assert browser.get("/tokens/add/").status_code == 200


def test_what_was_sent_meanwhile_is_done_once_they_have(for_a_while, ann):
    browser = for_a_while(ann)
    assert browser.post("/tokens/add/", ADD).status_code == 302
    assert not Token.objects.exists()
    made = browser.post("/accounts/reauthenticate/", {"password": "pass-word-1", "next": "/tokens/add/"})
    assert re.search(r"wb_[\w-]{43}", text_of(made))
    assert Token.objects.get().name == ADD["name"]


def test_whoever_must_have_a_second_factor_makes_none_without_not_even_by_what_was_sent_before(
    for_a_while, ann, settings
):
    browser = for_a_while(ann)
    assert browser.post("/tokens/add/", ADD).status_code == 302
    settings.SECOND_FACTOR = "all"
    answer = browser.post("/accounts/reauthenticate/", {"password": "pass-word-1", "next": "/tokens/add/"})
    assert answer["Location"] == "/accounts/2fa/"
    assert browser.get("/tokens/add/")["Location"] == "/accounts/2fa/"
    assert not Token.objects.exists()


def test_the_page_says_what_becomes_of_tokens_without_the_second_factor_that_is_asked_for(as_, ann, ada, settings):
    said = "lacks the second factor that this workbench asks for open nothing"
    assert said not in text_of(as_(ann).get("/tokens/"))
    settings.SECOND_FACTOR = "staff"
    Authenticator.objects.create(user=ada, type=Authenticator.Type.TOTP, data={})
    assert said in text_of(as_(ann).get("/tokens/"))
    assert said in text_of(as_(ada).get("/tokens/?of=others"))


def test_the_page_says_when_they_end_and_who_is_told(as_, ann):
    page = text_of(as_(ann).get("/tokens/"))
    assert "end with a new password" in page
    assert "You are told of each new one." in page
    assert "ends your tokens too" in text_of(as_(ann).get("/accounts/sessions/"))


def test_signing_out_everywhere_else_ends_them_and_signing_out_in_one_place_does_not(as_, ann):
    _token, secret = make_token(owner=ann)
    browser = as_(ann)
    browser.post("/accounts/sessions/end/", {"session": "1"})
    assert Token.objects.of_secret(secret)
    browser.post("/accounts/sessions/end/")
    assert not Token.objects.of_secret(secret)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": ""}, "This field is required."),
        ({"name": "x" * 61}, "1 character too long"),
        ({"scopes": []}, "Tick at least one thing that it may do."),
        ({"scopes": ["everything"]}, "Select a valid choice."),
        ({"lasting": "date", "until": ""}, "Write the last day on which the token is to work."),
        ({"lasting": "date", "until": "2020-01-01"}, "This day is past."),
        ({"lasting": "date", "until": "2999-01-01"}, "A token works for a year at most."),
        ({"case": "999999"}, "Select a valid choice."),
    ],
)
def test_what_is_wrong_is_said_at_its_field(signed_in, ann, typed, said):
    answer = signed_in(ann).post("/tokens/add/", ADD | typed)
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert not Token.objects.exists()


def test_no_case_of_others_can_be_chosen_or_is_named(signed_in, zoe, case):
    browser = signed_in(zoe)
    assert case.title not in text_of(browser.get("/tokens/add/"))
    assert browser.post("/tokens/add/", ADD | {"case": case.pk}).status_code == 422


def test_its_owner_withdraws_a_token_and_an_administrator_too(as_, ann, ada):
    for person in (ann, ada):
        token, secret = make_token(owner=ann)
        answer = as_(person).post(f"/tokens/{token.pk}/withdraw/", follow=True)
        assert "it opens nothing any more" in text_of(answer)
        assert not Token.objects.of_secret(secret)
        assert as_(person).post(f"/tokens/{token.pk}/withdraw/").status_code == 409
    assert Token.objects.latest("pk").withdrawn_by == ada


def test_nobody_else_sees_or_withdraws_it(as_, ann, ben, eve, ada):
    token = make_token(owner=ann, name="Secret feed")[0]
    for person in (ben, eve):
        assert as_(person).post(f"/tokens/{token.pk}/withdraw/").status_code == 404
        assert "Secret feed" not in text_of(as_(person).get("/tokens/?of=others"))
    assert "Secret feed" in text_of(as_(ada).get("/tokens/?of=others"))
    assert Token.objects.get().is_open
    assert as_(ann).get(f"/tokens/{token.pk}/withdraw/").status_code == 405


def test_a_long_list_comes_page_by_page(as_, ann):
    for n in range(51):
        make_token(owner=ann, name=f"Feed {n}.")[0].withdraw(by=ann)
    page = text_of(as_(ann).get("/tokens/"))
    assert ("Feed 50." in page, "Feed 0." in page) == (True, False)
    [more] = re.findall(r"\?before=\d+", page)
    assert "Feed 0." in text_of(as_(ann).get(f"/tokens/{more}"))
