"""The first administrator of a new installation."""

import pytest

from claims.models import Entry, Notice, User
from claims.models.people import set_up_code
from tests.at_once import at_once

TYPED = {
    "email": "Ada@Example.org",
    "name": "Ada",
    "password": "a long walk by the river",
    "again": "a long walk by the river",
}


@pytest.fixture
def page(db):
    return f"/set-up/{set_up_code()}/"


def test_whoever_has_the_address_becomes_the_administrator_and_is_signed_in(client, page):
    asked = client.get(page)
    assert asked.status_code == 200
    assert "no-store" in asked["Cache-Control"]

    done = client.post(page, TYPED, follow=True)

    ada = User.objects.get()
    assert (ada.email, ada.is_superuser, ada.is_staff) == ("ada@example.org", True, True)
    assert ada.check_password(TYPED["password"])
    assert done.context["user"] == ada
    assert done.redirect_chain == [("/cases/", 302)]
    assert "You are the administrator of this workbench" in done.content.decode()
    assert not Notice.objects.exists(), "the first device is no news"
    [session] = client.get("/accounts/sessions/").context["sessions"]
    assert session.here
    assert client.get("/tokens/add/").status_code == 200, "who they are was said a moment ago"
    assert Entry.objects.get().by == ada


@pytest.mark.parametrize("method", ["get", "post"])
def test_afterwards_there_is_no_such_page(client, page, ada, method):
    assert getattr(client, method)(page, TYPED).status_code == 404
    assert User.objects.count() == 1


@pytest.mark.parametrize("code", ["x", "0" * 32, "%00", "ü"])
def test_without_the_code_there_is_no_such_page(client, db, code):
    assert client.get(f"/set-up/{code}/").status_code == 404
    assert client.post(f"/set-up/{code}/", TYPED).status_code == 404


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("email", "nobody", "valid email"),
        ("name", "", "required"),
        ("password", "password", "too common"),
        ("again", "something else", "Type the same password twice"),
    ],
)
def test_what_is_wrong_stands_at_its_field(client, page, field, typed, said):
    asked = client.post(page, TYPED | {field: typed})
    assert asked.status_code == 422
    assert said in str(asked.context["form"].errors[field])
    assert TYPED["password"] not in asked.content.decode()
    assert not User.objects.exists()


def test_an_address_that_an_account_has_already_is_told(client, page, ann):
    asked = client.post(page, TYPED | {"email": ann.email})
    assert asked.status_code == 422
    assert "email" in asked.context["form"].errors
    assert User.objects.count() == 1


def test_of_two_who_come_at_once_one_becomes_it(real_transactions):
    def become(name):
        return lambda: User.objects.create_first_administrator(f"{name}@example.org", "x", name)

    answers = at_once([become("ada"), become("eve")])

    assert sorted(type(answer).__name__ for answer in answers) == ["NotNow", "User"]
    assert User.objects.count() == 1
