"""People who leave: the account is closed, then who it was is taken out of it, and the log holds as it did."""

import datetime

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import models
from django.test import Client
from django.utils import timezone

from claims.models import Entry, KeptAnswer, Membership, NotNow, Refused, Role, Token, User, notify
from claims.models.leaving import close, remove
from claims.reports.choices import Choice
from claims.reports.freezing import freeze
from tests.admin.pages import at, typed
from tests.factories import make_assessment, make_claim, make_token
from tests.views.signing_in import sign_in


def closed(person, by):
    close(person, by=by)
    return person


def test_a_closed_account_is_signed_in_nowhere_from_that_moment(ann, ada, case):
    browser = Client()
    sign_in(browser, ann.email, "pass-word-1")
    assert browser.get("/cases/BY/").status_code == 200
    secret = make_token(owner=ann)[1]
    close(ann, by=ada)
    assert browser.get("/cases/BY/").status_code == 302
    ann.refresh_from_db()
    assert (ann.is_active, ann.name) == (False, "Ann")
    assert not UserSession.objects.exists()
    assert not Session.objects.exists()

    ann.is_active = True
    ann.save(by=ada)
    assert browser.get("/cases/BY/").status_code == 302, "once it is opened again, no old session is"
    assert not Token.objects.of_secret(secret), "and no old token"
    assert case.role_of(ann) == "analyst", "but the roles are as they were"


def test_nobody_closes_their_own_account_and_nobody_is_removed_whose_account_is_open(ann, ada):
    with pytest.raises(Refused, match="another administrator"):
        close(ada, by=ada)
    with pytest.raises(NotNow, match="Close it first"):
        remove(ann, by=ada)
    ann.refresh_from_db()
    assert ann.name == "Ann"


def test_whoever_is_removed_is_named_nowhere_in_the_account_and_opens_nothing(ann, ada, case):
    browser = Client()
    sign_in(browser, ann.email, "pass-word-1")
    Authenticator.objects.create(user=ann, type="totp", data={})
    SocialAccount.objects.create(user=ann, provider="oidc", uid="p-1")
    EmailAddress.objects.create(user=ann, email=ann.email)
    notify(ann, "mentioned", "/cases/BY/")
    # As by a hand in the database, so that nothing else went with it.
    models.QuerySet(User).filter(pk=ann.pk).update(is_active=False)
    token = Token(
        owner=ann, name="Feed", token_hash="0" * 64, begins="wb_", reads=True,
        expires_at=timezone.now() + datetime.timedelta(days=1),
    )  # fmt: skip
    token.save(by=ada)
    KeptAnswer.keep(token, "1", asked="0" * 64, status=201, body='{"made_by": "Ann"}')
    gone = remove(ann, by=ada)
    gone.refresh_from_db()
    assert (gone.name, gone.email) == (f"Former member {ann.pk}", f"former-{ann.pk}@removed.invalid")
    assert (gone.has_usable_password(), gone.is_active, gone.last_login) == (False, False, None)
    assert not Membership.objects.filter(user=gone).exists()
    assert case.role_of(gone) is None
    token.refresh_from_db()
    assert (token.is_open, token.withdrawn_by) == (False, ada)
    assert not KeptAnswer.objects.exists(), "nor is what their programs were answered"
    assert not Session.objects.exists()
    for left in (Authenticator, SocialAccount, EmailAddress, UserSession):
        assert not left.objects.filter(user=gone).exists(), left
    assert not gone.notices.exists()
    assert not User.objects.filter(email="ann@example.org").exists()


def test_the_log_and_the_seals_hold_and_what_is_entered_from_now_on_does_not_say_who_it_was(
    ann, eve, ada, case, capsys
):
    claim = make_claim(case=case)
    sealed = make_assessment(claim=claim, by=ann)
    before = list(Entry.objects.order_by("pk").values_list("pk", "hash"))
    closed(ann, ada)
    newest = Entry.objects.latest("pk").pk
    remove(ann, by=ada)
    assert list(Entry.objects.order_by("pk").values_list("pk", "hash"))[: len(before)] == before
    call_command("verify_log")
    later = Entry.objects.filter(pk__gt=newest)
    assert later.count() >= 2
    assert not [entry for entry in later if "Ann" in f"{entry.label} {entry.detail}" or "ann@" in entry.detail]
    sealed.refresh_from_db()
    assert str(sealed.reviewer) == f"Former member {ann.pk}"
    assert Entry.objects.filter(case=case, by_name="Ann").exists(), "what the log held, it holds"


def test_a_public_report_still_names_nobody_who_was_removed(ann, eve, ada, case):
    make_claim(case=case, by=ann)
    ann.name = "Annika Formerly"
    ann.save(by=ann)
    make_claim(case=case, by=ann)
    make_claim(case=case, by=eve, statement="Annika Formerly counted 12 men.")
    remove(closed(ann, ada), by=ada)
    with pytest.raises(Refused, match="Annika Formerly"):
        freeze(case, case.claims.all(), by=eve, choice=Choice(audience="public"))


def test_the_last_editor_of_a_case_is_removed_once_there_is_another(ada, ann, eve, max_, case):
    case.memberships.get(user=max_).delete(by=eve)
    closed(eve, ada)
    with pytest.raises(Refused, match="without an editor"):
        remove(eve, by=ada)
    eve.refresh_from_db()
    assert eve.name == "Eve", "nothing of it was done"
    case.enrol(ann, Role.EDITOR, by=ada)
    assert remove(eve, by=ada).name.startswith("Former member")


def test_who_is_removed_is_removed_once_and_for_good(as_, ann, ada):
    close(ann, by=ada)
    remove(ann, by=ada)
    with pytest.raises(NotNow, match="removed already"):
        remove(ann, by=ada)
    ann.refresh_from_db()
    ann.is_active = True
    with pytest.raises(Refused, match="add another account"):
        ann.save(by=ada)
    assert not User.objects.get(pk=ann.pk).is_active
    assert Entry.objects.filter(verb="removed", thing="user", thing_id=ann.pk).count() == 1
    page = as_(ada).get(f"/admin/claims/user/{ann.pk}/change/").text
    assert "Remove the person" not in page
    assert 'name="_save"' not in page


def test_the_admins_own_history_does_not_name_them_either(as_, ada, ann, case):
    ann.name = "Łucja Was"
    ann.save(by=ann)
    browser = as_(ada)
    member = case.memberships.get(user=ann)
    page = browser.get(at(member, "change", member.pk))
    browser.post(at(member, "change", member.pk), typed(page) | {"role": "editor"})
    browser.post(
        at(ann, "change", ann.pk), typed(browser.get(at(ann, "change", ann.pk))) | {"time_zone": "Europe/Kyiv"}
    )
    assert "Łucja" in browser.get("/admin/").content.decode()
    remove(closed(ann, ada), by=ada)
    assert "Łucja" not in browser.get("/admin/").content.decode()
