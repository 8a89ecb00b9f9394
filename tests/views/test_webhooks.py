"""The pages of webhooks: editors set them up, try them, see what became of each message, and remove them."""

import re

import pytest
import time_machine
from django.utils import timezone

from claims.models import Delivery, Webhook
from claims.models.webhooks import MOST_TESTS, TESTED
from tests.factories import make_case, make_webhook
from tests.views.test_claims import text_of

PLACE = "/cases/BY/webhooks/"
ADD = {"url": "https://hooks.example.org/in", "events": ["claim.signed_off", "report.frozen"]}


@pytest.fixture(autouse=True)
def switched_on(settings):
    settings.WEBHOOKS = True


def test_an_empty_page_teaches_what_a_webhook_is(as_, eve, case):
    page = text_of(as_(eve).get(PLACE))
    assert "ids and links, and nobody’s words" in page
    assert f'href="{PLACE}add/"' in page
    assert f'href="{PLACE}"' in text_of(as_(eve).get("/cases/BY/edit/"))


def test_an_editor_sets_one_up_and_sees_its_secret_once(as_, eve, case):
    browser = as_(eve)
    made = browser.post(f"{PLACE}add/", ADD)
    [secret] = re.findall(r"whsec_[\w+/=]{44}", text_of(made))
    assert "no-store" in made["Cache-Control"]
    hook = Webhook.objects.get()
    assert (hook.secret, hook.case, hook.made_by) == (secret, case, eve)
    for page in (PLACE, f"{PLACE}{hook.pk}/", "/cases/BY/log/"):
        assert secret not in text_of(browser.get(page))
    assert "claim.signed_off, report.frozen" in text_of(browser.get(PLACE))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"url": ""}, "This field is required."),
        ({"url": "http://hooks.example.org/"}, "begins with https://"),
        ({"url": "https://localhost/"}, "public internet"),
        ({"url": "https://10.0.0.1/"}, "public internet"),
        ({"url": "https://169.254.169.254/latest"}, "public internet"),
        ({"url": "https://me:secret@hooks.example.org/"}, "name or a password"),
        ({"url": "https://hooks.example.org:8443/"}, "port 8443"),
        ({"events": []}, "Tick at least one thing"),
        ({"events": ["everything"]}, "Select a valid choice."),
    ],
)
def test_what_is_wrong_is_said_at_its_field(as_, eve, case, typed, said):
    answer = as_(eve).post(f"{PLACE}add/", ADD | typed)
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert not Webhook.objects.exists()


def test_a_test_is_sent_and_what_came_of_it_is_shown(as_, eve, case):
    hook = make_webhook(case=case)[0]
    browser = as_(eve)
    assert "None yet" in text_of(browser.get(f"{PLACE}{hook.pk}/"))
    assert "A worker sends it" in text_of(browser.post(f"{PLACE}{hook.pk}/test/", follow=True))
    message = Delivery.objects.take()
    assert message is not None
    message.answered("It answered with 503.", taken=False)
    page = text_of(browser.get(f"{PLACE}{hook.pk}/"))
    assert "It answered with 503." in page
    assert "next at" in page
    assert message.key in page


def test_tests_are_sent_a_few_at_a_time(as_, eve, case):
    hook = make_webhook(case=case)[0]
    browser = as_(eve)
    for _ in range(MOST_TESTS):
        assert browser.post(f"{PLACE}{hook.pk}/test/").status_code == 302
    answer = browser.post(f"{PLACE}{hook.pk}/test/")
    assert (answer.status_code, "Wait ten minutes" in text_of(answer)) == (409, True)
    assert Delivery.objects.count() == MOST_TESTS
    with time_machine.travel(timezone.now() + TESTED):
        assert browser.post(f"{PLACE}{hook.pk}/test/").status_code == 302


def test_one_whose_maker_may_no_more_is_shown_to_be_silent(as_, eve, max_, case):
    hook = make_webhook(case=case, by=max_)[0]
    browser = as_(eve)
    assert "told nothing" not in text_of(browser.get(f"{PLACE}{hook.pk}/"))
    case.enrol(max_, "analyst", by=eve)
    assert "may not do so here any more" in text_of(browser.get(f"{PLACE}{hook.pk}/"))
    assert "Silent" in text_of(browser.get(PLACE))


def test_the_list_says_of_a_webhook_that_its_last_message_did_not_arrive(as_, eve, case):
    hook, _secret = make_webhook(case=case, by=eve)
    now = timezone.now()
    tries = [
        Delivery(webhook=hook, key=f"msg_{n}", event="frozen", body="{}", made_at=now, next_at=now, attempts=n)
        for n in (1, 2, 0)
    ]
    tries[0].state = "delivered"
    Delivery.objects.bulk_create(tries)
    assert "Not reached" in text_of(as_(eve).get(PLACE))
    Delivery.objects.filter(attempts=2).update(state="delivered")
    assert "Not reached" not in text_of(as_(eve).get(PLACE))


def test_one_is_removed_and_stays_to_be_looked_at(as_, eve, case):
    hook = make_webhook(case=case)[0]
    browser = as_(eve)
    assert "told nothing any more" in text_of(browser.post(f"{PLACE}{hook.pk}/remove/", follow=True))
    assert hook.host in text_of(browser.get(PLACE))
    for act in ("remove", "test"):
        assert browser.post(f"{PLACE}{hook.pk}/{act}/").status_code == 409
    assert not Delivery.objects.exists()


def test_nobody_but_editors_sees_or_changes_anything(as_, ann, rod, zoe, case):
    hook = make_webhook(case=case)[0]
    for person, status in ((ann, 403), (rod, 403), (zoe, 404)):
        for path in (PLACE, f"{PLACE}add/", f"{PLACE}{hook.pk}/"):
            answer = as_(person).get(path)
            assert answer.status_code == status
            assert hook.host not in text_of(answer)
        for path in (f"{PLACE}add/", f"{PLACE}{hook.pk}/test/", f"{PLACE}{hook.pk}/remove/"):
            assert as_(person).post(path, ADD).status_code == status
    assert Webhook.objects.get().removed_at is None


def test_one_of_another_case_is_not_here(as_, eve, case):
    hook = make_webhook(case=make_case())[0]
    assert as_(eve).get(f"{PLACE}{hook.pk}/").status_code == 404
    assert as_(eve).post(f"{PLACE}{hook.pk}/remove/").status_code == 404


def test_while_it_is_switched_off_that_is_said_and_nothing_is_sent(as_, eve, case, settings):
    settings.WEBHOOKS = False
    hook = make_webhook(case=case)[0]
    browser = as_(eve)
    assert "WORKBENCH_WEBHOOKS=1" in text_of(browser.get(PLACE))
    assert browser.get(f"{PLACE}add/").status_code == 409
    assert browser.post(f"{PLACE}add/", ADD).status_code == 409
    assert browser.post(f"{PLACE}{hook.pk}/test/").status_code == 409
    assert not Delivery.objects.exists()


def test_many_messages_come_page_by_page(as_, eve, case):
    hook = make_webhook(case=case)[0]
    keys = [hook.tell("report.frozen", {}).key for _ in range(51)]
    page = text_of(as_(eve).get(f"{PLACE}{hook.pk}/"))
    assert (keys[-1] in page, keys[0] in page) == (True, False)
    [more] = re.findall(r"\?before=\d+", page)
    assert keys[0] in text_of(as_(eve).get(f"{PLACE}{hook.pk}/{more}"))
