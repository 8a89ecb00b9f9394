"""Tokens: found by their secret while they and their owner's account are open; they reach no further than said."""

import datetime
import re

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from claims.models import (
    Case,
    Claim,
    Document,
    Entry,
    Notice,
    NotNow,
    NotYours,
    Refused,
    Role,
    Source,
    Token,
    User,
    issue,
)
from claims.models.leaving import close
from claims.models.sign_ins import sign_out, take_factors
from claims.models.tokens import A_MINUTE, LEASE, MOST_OPEN
from claims.reports.digests import send_urgent
from tests.factories import make_case, make_claim, make_document, make_source, make_token, make_user


def test_a_token_is_found_by_its_secret_and_by_nothing_that_is_kept(ann):
    token, secret = make_token(owner=ann)
    assert re.fullmatch(r"wb_[A-Za-z0-9_-]{43}", secret)
    assert Token.objects.of_secret(secret).get() == token
    for wrong in (token.token_hash, token.begins, secret[:-1], secret + "x", "", "wb_", "\udcff"):
        assert not Token.objects.of_secret(wrong)
    row = Token.objects.filter(pk=token.pk).values().get()
    assert secret not in str(row)
    assert secret[len(token.begins) :] not in str(row)


def test_no_log_tells_the_secret_or_its_hash(ann):
    token, secret = make_token(owner=ann)
    entry = Entry.objects.get(thing="token", verb="issued")
    assert entry.by == ann
    assert token.name in entry.detail
    assert secret not in entry.detail
    assert token.token_hash not in entry.detail


def test_it_ends_with_its_day_with_a_withdrawal_and_with_the_account(ann, ada):
    still, over = make_token(owner=ann)
    token, secret = make_token(owner=ann)
    token.withdraw(by=ann)
    assert not Token.objects.of_secret(secret)
    with pytest.raises(NotNow):
        token.withdraw(by=ann)
    ann.is_active = False
    ann.save(by=ada)
    assert not Token.objects.of_secret(over)
    ended = Token.objects.get(pk=still.pk)
    assert ended.withdrawn_by == ada
    ann.is_active = True
    ann.save(by=ada)
    assert not Token.objects.of_secret(over), "an account that is opened again has no old tokens"
    assert Entry.objects.filter(thing="token", verb="revoked").count() == 2


def test_all_of_them_end_with_a_new_password_but_not_when_the_same_is_hashed_anew(ann, ben, ada, settings):
    settings.PASSWORD_HASHERS = [*settings.PASSWORD_HASHERS, "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    _token, secret = make_token(owner=ann)
    others = make_token(owner=ben)[1]
    ann.password = make_password("pass-word-1", hasher="pbkdf2_sha256")
    ann.save(update_fields=["password"])
    entries = Entry.objects.count()
    assert ann.check_password("pass-word-1")
    assert not User.objects.get(pk=ann.pk).password.startswith("pbkdf2")
    assert Token.objects.of_secret(secret)
    assert Entry.objects.count() == entries, "that is no change"
    ann.set_password("another-pass-phrase")
    ann.save(update_fields=["password"])
    assert not Token.objects.of_secret(secret)
    assert Token.objects.get(owner=ann).withdrawn_by == ann
    assert Entry.objects.filter(thing="user", thing_id=ann.pk).latest("number").parts["after"]["password"] == "changed"
    ben.set_password("another-pass-phrase")
    ben.save(by=ada)
    assert not Token.objects.of_secret(others)
    assert Token.objects.get(owner=ben).withdrawn_by == ada


def test_all_of_them_end_where_somebody_is_signed_out_everywhere_or_loses_their_factors(ann, ben, ada):
    secrets = [make_token(owner=person)[1] for person in (ann, ben)]
    sign_out(ann, by=ada)
    assert [Token.objects.of_secret(secret).exists() for secret in secrets] == [False, True]
    Authenticator.objects.create(user=ben, type="totp", data={})
    take_factors(ben, by=ada)
    assert not Token.objects.of_secret(secrets[1])
    assert {token.withdrawn_by for token in Token.objects.all()} == {ada}


def test_the_owner_is_told_of_a_new_one_and_mailed_at_once(ann, settings, mailoutbox):
    settings.SITE = "https://workbench.example.org"
    token, secret = make_token(owner=ann)
    notice = Notice.objects.get(user=ann)
    assert (notice.what, notice.link) == ("new_token", "/tokens/")
    assert "Withdraw it" in notice.sentence
    send_urgent()
    [mail] = mailoutbox
    assert mail.to == [ann.email]
    assert "https://workbench.example.org/tokens/" in mail.body
    assert secret not in mail.body
    assert token.name not in mail.body


def test_a_closed_account_gets_none_whoever_asks_at_that_moment(ann, ada):
    close(User.objects.get(pk=ann.pk), by=ada)
    with pytest.raises(NotYours):
        make_token(owner=ann)
    assert not Token.objects.exists()


def test_a_token_past_its_day_opens_nothing(ann):
    _token, secret = make_token(owner=ann, days=30)
    with time_machine.travel(timezone.now() + datetime.timedelta(days=29), tick=False):
        assert Token.objects.of_secret(secret)
    with time_machine.travel(timezone.now() + datetime.timedelta(days=31), tick=False):
        assert not Token.objects.of_secret(secret)


def test_a_demo_account_has_tokens_in_a_demo_alone(db, settings):
    _token, secret = make_token(owner=make_user(is_demo=True))
    assert not Token.objects.of_secret(secret)
    settings.DEMO = True
    assert Token.objects.of_secret(secret)


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("until", {"until": datetime.timedelta(days=-1)}),
        ("until", {"until": datetime.timedelta(days=367)}),
        ("scopes", {"scopes": []}),
    ],
)
def test_what_would_open_nothing_or_last_for_ever_is_refused(ann, field, given):
    values = {"name": "Feed", "scopes": ["read"], "until": datetime.timedelta(days=1)} | given
    values["until"] = timezone.now() + values["until"]
    with pytest.raises(Refused) as refusal:
        issue(ann, **values)
    assert refusal.value.field == field
    assert not Token.objects.exists()


def test_nobody_has_a_token_for_a_case_in_which_they_have_no_role(case, zoe, ada):
    for person in (zoe, ada):
        with pytest.raises(Refused):
            make_token(owner=person, case=case)


def test_nobody_has_more_than_a_person_can_look_through(ann):
    for _ in range(MOST_OPEN):
        make_token(owner=ann)
    with pytest.raises(Refused, match="Withdraw one"):
        make_token(owner=ann)
    Token.objects.latest("pk").withdraw(by=ann)
    make_token(owner=ann)


def test_the_same_form_makes_one_token_and_shows_it_once(ann):
    token, _secret = make_token(owner=ann, once="form")
    until = timezone.now() + datetime.timedelta(days=1)
    assert issue(ann, name="Feed", scopes=["read"], until=until, once="form") == (token, None)


def test_one_that_is_bound_to_a_case_sees_nothing_of_another(case, ann):
    other = make_case(members={ann: Role.EDITOR})
    seen, unseen = (make_claim(case=each) for each in (case, other))
    texts = [make_document(case=each) for each in (case, other)]
    sources = [make_source(case=each) for each in (case, other)]
    person = make_token(owner=ann, case=case)[0].acting
    assert list(Case.objects.visible_to(person)) == [case]
    assert list(Claim.objects.visible_to(person).filter(pk__in=[seen.pk, unseen.pk])) == [seen]
    assert list(Document.objects.visible_to(person)) == texts[:1]
    assert list(Source.objects.visible_to(person)) == sources[:1]
    assert Case.objects.visible_to(make_token(owner=ann)[0].acting).count() == 2


def test_an_administrators_token_opens_only_cases_in_which_they_have_a_role(case, ada, eve):
    person = make_token(owner=ada)[0].acting
    assert Case.objects.visible_to(ada)
    assert not Case.objects.visible_to(person)
    case.enrol(ada, "reader", by=eve)
    assert Case.objects.visible_to(person).get().role == "reader"
    assert case.role_of(person) == "reader"
    assert ada.is_superuser
    assert ada.bound_to is None


def test_so_many_requests_a_minute_are_leased_and_no_more(ann):
    token = make_token(owner=ann)[0]
    now = timezone.now().replace(second=0)
    with time_machine.travel(now, tick=False):
        given = [token.take_lease() for _ in range(A_MINUTE // LEASE + 1)]
        assert given == [LEASE] * (A_MINUTE // LEASE) + [0]
        assert Token.objects.get(pk=token.pk).last_used_at == now
    with time_machine.travel(now + datetime.timedelta(minutes=1), tick=False):
        assert token.take_lease() == LEASE
    assert Entry.objects.filter(thing="token").count() == 1, "that it is used is no change to it"


def test_whoever_goes_on_asking_beyond_the_limit_costs_no_writing(ann, django_assert_num_queries):
    token = make_token(owner=ann)[0]
    now = timezone.now().replace(second=0)
    with time_machine.travel(now, tick=False) as clock:
        for _ in range(A_MINUTE // LEASE):
            token.take_lease()
        read = Token.objects.get(pk=token.pk)
        clock.shift(10)
        with django_assert_num_queries(0):
            assert read.take_lease() == 0
        assert Token.objects.get(pk=token.pk).last_used_at == now
        clock.shift(60)
        assert read.take_lease() == LEASE
