"""Accounts in the admin: given, corrected, closed, never deleted."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from claims.models import Entry, Notice, User
from tests.admin.pages import at, newest_entry, typed


def test_an_account_is_given_corrected_and_closed_with_entries(as_, ada):
    browser = as_(ada)
    new = {"email": "New@Example.org", "name": "New person", "usable_password": "true"}
    new |= {"password1": "a-long-pass-phrase", "password2": "a-long-pass-phrase"}

    answer = browser.post("/admin/claims/user/add/", new)
    assert answer.status_code == 302, answer.context["errors"]
    user = User.objects.get(email="new@example.org")
    EmailAddress.objects.create(user=user, email="new@example.org", primary=True, verified=True)
    form = typed(browser.get(at(user, "change", user.pk)))
    form.pop("is_active")
    answer = browser.post(at(user, "change", user.pk), form | {"email": "other@example.org"})

    assert answer.status_code == 302, answer.context["errors"]
    user.refresh_from_db()
    assert (user.email, user.is_active) == ("other@example.org", False)
    assert user.check_password("a-long-pass-phrase")
    assert not EmailAddress.objects.exists(), "the old address opens nothing"
    entries = Entry.objects.filter(thing="user", thing_id=user.pk).order_by("number")
    assert [(entry.verb, entry.by) for entry in entries] == [("added", ada), ("changed", ada)]


def test_an_account_with_somebodys_address_in_other_letters_is_refused(as_, ada, ann):
    answer = as_(ada).post(
        "/admin/claims/user/add/", {"email": "ANN@example.org", "name": "x", "usable_password": "false"}
    )
    assert answer.status_code == 200
    assert "email" in answer.context["adminform"].form.errors


def test_a_password_is_set_as_the_doing_of_whoever_sets_it(as_, ada, ann):
    page = f"/admin/claims/user/{ann.pk}/password/"
    browser = as_(ada)
    assert browser.get(page).status_code == 200
    answer = browser.post(
        page,
        {
            "password1": "another-pass-phrase",
            "password2": "another-pass-phrase",
            "usable_password": "true",
            "set-password": "1",
        },
    )
    assert answer.status_code == 302
    ann.refresh_from_db()
    assert ann.check_password("another-pass-phrase")
    entry = newest_entry(thing="user", thing_id=ann.pk)
    assert (entry.by, entry.parts["after"]["password"]) == (ada, "changed")
    assert "another-pass-phrase" not in entry.detail


def test_accounts_are_not_deleted(as_, ada, ann):
    assert as_(ada).post(at(ann, "delete", ann.pk), {"post": "yes"}).status_code == 403


def test_a_stale_account_is_not_saved(as_, ada, ann):
    browser = as_(ada)
    form = typed(browser.get(at(ann, "change", ann.pk))) | {"name": "As Ada typed it"}
    ann.name = "As Ann wrote it"
    ann.save(by=ann)
    answer = browser.post(at(ann, "change", ann.pk), form)
    assert answer.status_code == 200
    assert "As Ann wrote it" in answer.content.decode()
    assert User.objects.get(pk=ann.pk).name == "As Ann wrote it"


def test_nobody_takes_away_the_rights_they_are_using(as_, ada):
    browser = as_(ada)
    form = typed(browser.get(at(ada, "change", ada.pk)))
    form.pop("is_superuser")
    answer = browser.post(at(ada, "change", ada.pk), form)
    assert answer.status_code == 200
    assert "another administrator" in answer.content.decode()
    assert User.objects.get(pk=ada.pk).is_superuser


def test_an_account_is_closed_and_its_person_removed_each_by_an_act_of_its_own(as_, ada, ann, case):
    browser = as_(ada)
    form = browser.get(at(ann, "change", ann.pk)).content.decode()
    assert f"/admin/claims/user/{ann.pk}/close/" in form
    assert f"/admin/claims/user/{ann.pk}/remove/" not in form, "not while it is open"
    assert "It can be opened again" in browser.get(f"/admin/claims/user/{ann.pk}/close/").content.decode()
    ann.refresh_from_db()
    assert ann.is_active, "to look does nothing"
    browser.post(f"/admin/claims/user/{ann.pk}/close/")
    assert f"/admin/claims/user/{ann.pk}/remove/" in browser.get(at(ann, "change", ann.pk)).content.decode()
    answer = browser.post(f"/admin/claims/user/{ann.pk}/remove/", follow=True)
    assert "The person is removed" in answer.content.decode()
    ann.refresh_from_db()
    assert ann.name == f"Former member {ann.pk}"


def test_whoever_lost_their_second_factors_is_let_in_again_by_an_administrator(as_, ada, ann):
    Authenticator.objects.create(user=ann, type="totp", data={})
    as_(ada).post(f"/admin/claims/user/{ann.pk}/factors/")
    assert not Authenticator.objects.exists()
    assert newest_entry(thing="user", thing_id=ann.pk).parts["after"] == {"sign-in": "second factors taken away"}
    assert Notice.objects.filter(user=ann, what="sign_in_changed").exists()


def test_with_the_second_factors_the_tie_to_a_provider_goes(as_, ada, ann):
    Authenticator.objects.create(user=ann, type="totp", data={})
    SocialAccount.objects.create(user=ann, provider="oidc", uid="p-1")
    as_(ada).post(f"/admin/claims/user/{ann.pk}/factors/")
    assert not SocialAccount.objects.exists()
    entry = newest_entry(thing="user", thing_id=ann.pk)
    assert entry.parts["after"] == {"sign-in": "second factors and tie to a provider taken away"}


def test_who_has_nothing_to_be_taken_away_is_left_as_they_are(as_, ada, ann):
    browser, entries = as_(ada), Entry.objects.count()
    answer = browser.post(f"/admin/claims/user/{ann.pk}/factors/", follow=True)
    assert "There is nothing to take away" in answer.content.decode()
    assert "are gone" not in answer.content.decode()
    assert Entry.objects.count() == entries
    assert not Notice.objects.filter(user=ann).exists()


def test_acts_on_accounts_are_an_administrators_and_asked_for_anew(as_, ada, ann, client):
    for act in ("close", "remove", "factors", "out"):
        path = f"/admin/claims/user/{ada.pk}/{act}/"
        assert as_(ann).post(path).status_code == 302
        client.force_login(ada)
        assert client.post(path)["Location"] == path, "say who you are first"
    assert as_(ada).get(f"/admin/claims/user/{ann.pk}/burn/").status_code == 404
    answer = as_(ada).post(f"/admin/claims/user/{ada.pk}/close/", follow=True)
    assert "another administrator" in answer.content.decode()
    ada.refresh_from_db()
    assert ada.is_active


def test_an_administrator_signs_somebody_out_everywhere(as_, ada, ann):
    browser = Client()
    browser.post("/accounts/login/", {"login": ann.email, "password": "pass-word-1"})
    assert browser.get("/cases/").status_code == 200
    as_(ada).post(f"/admin/claims/user/{ann.pk}/out/")
    assert browser.get("/cases/").status_code == 302
    assert newest_entry(thing="user", thing_id=ann.pk).parts["after"] == {"sign-in": "signed out everywhere"}
