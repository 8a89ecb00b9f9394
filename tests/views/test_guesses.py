"""Guesses come to an end, and a shared address makes no lock-out of a newsroom of it."""

import pytest
from django.test import Client

from tests.factories import make_user
from tests.views.signing_in import PASSWORD, set_up_app, sign_in

OFFICE = "198.51.100.7"


@pytest.fixture
def office(db):
    """Thirty people who sit behind one address."""
    return [make_user(email=f"desk{n}@example.org", password=PASSWORD) for n in range(30)]


def browser(address: str = OFFICE) -> Client:
    return Client(REMOTE_ADDR=address)


def is_in(answer) -> bool:
    return (answer.status_code, answer.get("Location")) == (302, "/")


def test_after_five_wrong_passwords_the_right_one_is_refused_from_wherever_it_comes(office):
    for n in range(5):
        assert not is_in(sign_in(browser(f"203.0.113.{n}"), "desk0@example.org", f"wrong-{n}"))
    answer = sign_in(browser("192.0.2.1"), "Desk0@example.org")
    assert not is_in(answer)
    assert "too many wrong tries" in answer.content.decode()


def test_thirty_people_behind_one_address_sign_in_while_one_of_them_guesses(office):
    guesser = browser()
    for n, person in enumerate(office[1:]):
        for guess in range(3):
            assert not is_in(sign_in(guesser, "desk0@example.org", f"guess-{n}-{guess}"))
        assert is_in(sign_in(browser(), person.email)), person


def test_whoever_guesses_locks_nobody_out_of_the_device_they_work_on(office):
    own = browser()
    assert is_in(sign_in(own, "desk0@example.org"))
    own.post("/accounts/logout/")
    for n in range(6):
        sign_in(browser(), "desk0@example.org", f"wrong-{n}")
    assert not is_in(sign_in(browser(), "desk0@example.org")), "an unknown device must wait"
    assert is_in(sign_in(own, "desk0@example.org"))


def test_on_a_known_device_guesses_come_to_an_end_too(office):
    own = browser()
    assert is_in(sign_in(own, "desk0@example.org"))
    own.post("/accounts/logout/")
    for n in range(5):
        assert not is_in(sign_in(own, "desk0@example.org", f"wrong-{n}"))
    assert not is_in(sign_in(own, "desk0@example.org"))


def test_after_a_new_password_whoever_once_got_in_has_no_guesses_of_their_own_any_more(office):
    thief = browser()
    assert is_in(sign_in(thief, "desk0@example.org"))
    office[0].set_password("another-pass-phrase")
    office[0].save()
    for n in range(5):
        assert not is_in(sign_in(thief, "desk0@example.org", f"wrong-{n}"))
    answer = sign_in(browser("203.0.113.9"), "desk0@example.org", "another-pass-phrase")
    assert "too many wrong tries" in answer.content.decode(), "they counted as anybody's"


def test_many_guesses_at_many_accounts_from_one_address_come_to_an_end(office):
    known = browser()
    assert is_in(sign_in(known, "desk29@example.org"))
    known.post("/accounts/logout/")
    for n in range(60):
        sign_in(browser(), f"somebody{n}@example.org", "Sommer2026!!")
    assert not is_in(sign_in(browser(), "desk1@example.org")), "the address has used up its guesses"
    assert is_in(sign_in(browser("203.0.113.9"), "desk1@example.org")), "another address has not"
    assert is_in(sign_in(known, "desk29@example.org")), "and known devices are not held back"


def test_once_an_address_has_used_up_its_guesses_known_devices_sign_in_and_others_are_told_to_wait(office):
    known = [browser() for _ in range(5)]
    for own, person in zip(known, office, strict=False):
        assert is_in(sign_in(own, person.email))
        own.post("/accounts/logout/")
    for n in range(60):  # four at each account: too few for any of them to wait by itself
        assert not is_in(sign_in(browser(), office[10 + n // 4].email, f"wrong-{n}"))
    for own, person in zip(known, office, strict=False):
        assert is_in(sign_in(own, person.email)), "a known device at the same address"
    for person in (office[0], office[9], office[10]):
        told = sign_in(browser(), person.email)
        assert not is_in(told)
        assert "Wait five minutes, and try again." in told.content.decode()
        assert is_in(sign_in(browser("203.0.113.9"), person.email)), "no account is the worse for it"


def test_an_address_that_a_client_makes_up_gives_no_more_guesses(office):
    for n in range(60):
        sign_in(browser(), f"somebody{n}@example.org", "Sommer2026!!", **{"x-forwarded-for": f"203.0.113.{n}"})
    assert not is_in(sign_in(browser(), "desk1@example.org", **{"x-forwarded-for": "203.0.113.99"}))


def test_a_right_second_factor_gives_nobody_more_guesses_at_others(office):
    own = browser("203.0.113.9")
    assert is_in(sign_in(own, "desk29@example.org"))
    _secret, codes = set_up_app(own)
    for n in range(60):
        sign_in(browser(), f"somebody{n}@example.org", "Sommer2026!!")
    own.defaults["REMOTE_ADDR"] = OFFICE
    own.post("/accounts/logout/")
    assert sign_in(own, "desk29@example.org")["Location"] == "/accounts/2fa/authenticate/"
    assert is_in(own.post("/accounts/2fa/authenticate/", {"code": codes[0]}))
    assert not is_in(sign_in(browser(), "desk1@example.org")), "the address has used up its guesses as before"


def test_what_the_address_is_refused_costs_the_account_nothing(office):
    for n in range(60):
        sign_in(browser(), f"somebody{n}@example.org", "Sommer2026!!")
    for _ in range(6):
        assert not is_in(sign_in(browser(), "desk1@example.org"))
    assert is_in(sign_in(browser("203.0.113.9"), "desk1@example.org"))


def test_guesses_at_ones_own_password_from_an_open_session_come_to_an_end(office):
    for path in ("/accounts/password/change/", "/accounts/reauthenticate/"):
        thief = browser()
        assert is_in(sign_in(thief, "desk2@example.org"))
        answers = []
        for n in range(11):
            new = {"password1": "another-pass-phrase", "password2": "another-pass-phrase"}
            answers.append(thief.post(path, {"oldpassword": f"w-{n}", "password": f"w-{n}"} | new).status_code)
        assert answers == [200] * 10 + [429], path


def test_another_host_name_gives_no_more_guesses(office, settings):
    settings.ALLOWED_HOSTS = ["a.example", "b.example"]
    for n in range(5):
        Client(headers={"host": "a.example"}).post(
            "/accounts/login/", {"login": "desk0@example.org", "password": str(n)}
        )
    right = {"login": "desk0@example.org", "password": PASSWORD}
    assert not is_in(Client(headers={"host": "b.example"}).post("/accounts/login/", right))


def test_the_admin_has_no_other_way_in(ada, client):
    answer = client.post("/admin/login/", {"username": "ada@example.org", "password": "pass-word-1"})
    assert (answer.status_code, answer["Location"][:16]) == (302, "/accounts/login/")
    assert client.get("/admin/").status_code == 302


def test_too_many_tries_at_once_get_a_page_that_says_so(db, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login": "1/m/ip"}
    guesser = browser()
    sign_in(guesser)
    answer = sign_in(guesser)
    assert answer.status_code == 429
    assert "Wait a few minutes" in answer.content.decode()
