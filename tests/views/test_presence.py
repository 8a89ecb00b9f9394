"""Who else is on a claim: told to those who review, of those who review, and of nothing but that."""

import datetime

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from claims.models import Entry, Presence, Role
from tests.factories import make_case, make_claim
from tests.views.test_claims import text_of


@pytest.fixture
def claim(case):
    return make_claim(case=case)


@pytest.fixture
def here(claim, as_, htmx):
    """`here(ann)` is what Ann's page is told when it asks."""

    def ask(person, **query):
        return as_(person, **htmx).get(f"{claim.get_absolute_url()}here/", query)

    return ask


def test_who_is_alone_is_told_of_nobody(here, ann):
    assert here(ann).status_code == 204
    assert here(ann).content == b""


def test_reviewers_and_editors_are_told_of_one_another(here, ann, ben, eve):
    here(ben)
    assert "Ben is here too." in text_of(here(ann))
    here(eve)
    assert "Ben and Eve are here too." in text_of(here(ann))
    assert "Ann and Ben are here too." in text_of(here(eve))


def test_nothing_is_sent_again_that_the_page_shows_already(here, ann, ben):
    here(ben)
    shown = str(ben.pk)
    assert f'value="{shown}"' in here(ann).content.decode()
    assert here(ann, shown=shown).status_code == 204


def test_who_has_left_is_told_of_no_more_and_is_forgotten(here, ann, ben):
    here(ben)
    Presence.objects.filter(user=ben).update(seen_at=timezone.now() - datetime.timedelta(seconds=91))
    answer = here(ann, shown=str(ben.pk))
    assert answer.status_code == 200
    assert "Ben" not in text_of(answer)
    assert not Presence.objects.filter(user=ben).exists()


def test_one_row_stands_for_a_person_however_often_the_page_asks(here, ann):
    for _ in range(3):
        here(ann)
    assert Presence.objects.count() == 1


def test_readers_are_told_of_nobody_and_nobody_of_them(here, ann, ben, rod):
    here(ben)
    assert here(rod).status_code == 204
    assert "Rod" not in text_of(here(ann))


def test_who_became_a_reader_meanwhile_is_told_of_no_more(here, case, ann, ben, eve):
    here(ben)
    case.enrol(ben, Role.READER, by=eve)
    assert here(ann).status_code == 204
    ben.is_active = False
    ben.save(by=eve)
    assert here(ann).status_code == 204


def test_who_is_on_another_claim_is_not_here(here, case, ann, ben, as_, htmx):
    other = make_claim(case=case)
    as_(ben, **htmx).get(f"{other.get_absolute_url()}here/")
    assert here(ann).status_code == 204


def test_a_stranger_learns_nothing(here, claim, zoe, client):
    assert here(zoe).status_code == 404
    assert client.get(f"{claim.get_absolute_url()}here/").status_code == 302
    make_case(code="ZOE", members={zoe: Role.EDITOR})
    assert here(zoe).status_code == 404
    assert not Presence.objects.exists()


def test_without_htmx_the_claim_itself_is_shown_and_nothing_is_noted(claim, ann, as_):
    answer = as_(ann).get(f"{claim.get_absolute_url()}here/")
    assert (answer.status_code, answer["Location"]) == (302, claim.get_absolute_url())
    assert not Presence.objects.exists()


def test_it_is_no_record(here, ann):
    entries = Entry.objects.count()
    here(ann)
    assert Entry.objects.count() == entries


def test_the_session_ends_when_it_would_have_ended(claim, ann, as_, htmx):
    browser = as_(ann, **htmx)
    ends = Session.objects.get().expire_date
    answer = browser.get(f"{claim.get_absolute_url()}here/")
    assert Session.objects.get().expire_date == ends
    assert not answer.cookies


def test_asking_costs_the_same_however_many_are_here(claim, ann, as_, htmx, django_assert_max_num_queries):
    browser = as_(ann, **htmx)
    with django_assert_max_num_queries(10):
        browser.get(f"{claim.get_absolute_url()}here/")


def test_the_claims_page_asks_for_it_and_looks_nothing_up(claim, ann, ben, here, as_):
    here(ben)
    page = as_(ann).get(claim.get_absolute_url())
    assert f'hx-get="{claim.get_absolute_url()}here/"' in page.content.decode()
    assert "is here too" not in text_of(page)
