"""Messages to other systems: past the guard, signed, and again later where they did not arrive."""

import contextlib
import datetime
import hashlib
import hmac
import json
import time
from base64 import b64decode, b64encode

import pytest
import time_machine
from django.utils import timezone

from claims.loading import fetching
from claims.loading.delivering import deliver_due
from claims.loading.fetching import Unfetchable, post
from claims.management.commands import worker
from claims.models import Delivery
from claims.models.leaving import close
from claims.models.webhooks import MOST_ATTEMPTS
from tests.factories import make_case, make_webhook
from tests.loading.test_fetching import INSIDE, Handler, respond, web

__all__ = ["web"]


@pytest.fixture
def there(web, settings, monkeypatch):
    """A system on what seems to be the internet; `sent` is what it was sent."""
    settings.WEBHOOKS, settings.FETCH_URLS = True, False
    web.sent = []

    def do_post(handler):
        content = handler.rfile.read(int(handler.headers["Content-Length"]))
        web.sent.append((handler.path, dict(handler.headers), content))
        web.answer(handler)

    monkeypatch.setattr(Handler, "do_POST", do_post, raising=False)
    return web


@pytest.fixture
def waiting(db):
    """A message to it, and the secret between the two."""
    made, secret = make_webhook(case=make_case(code="BY"), url="http://news.example.org/hook?a=1")
    return made.test(), secret


def test_a_message_arrives_once_and_shows_who_sent_it(there, waiting):
    message, secret = waiting
    assert deliver_due() == 1
    assert deliver_due() == 0
    [(path, headers, content)] = there.sent
    assert path == "/hook?a=1"
    assert json.loads(content)["type"] == "test"
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + content
    mac = hmac.new(b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256).digest()
    assert headers["webhook-signature"] == f"v1,{b64encode(mac).decode()}"
    assert abs(int(headers["webhook-timestamp"]) - timezone.now().timestamp()) < 60
    assert not {"Cookie", "Authorization"} & set(headers)
    message.refresh_from_db()
    assert (message.state, message.attempts, message.outcome) == ("delivered", 1, "It answered with 200.")


def test_what_did_not_arrive_is_tried_again_later_each_time_for_a_day(there, waiting):
    message, _secret = waiting
    there.answer = respond(b"down", 503)
    waits, now = [], timezone.now()
    with time_machine.travel(now, tick=False) as clock:
        for _ in range(MOST_ATTEMPTS):
            assert deliver_due() == 1
            assert deliver_due() == 0, "not before its time"
            message.refresh_from_db()
            waits.append((message.next_at - timezone.now()).total_seconds() / 60)
            clock.move_to(message.next_at)
        assert message.state == Delivery.State.FAILED
        assert deliver_due() == 0
    assert waits == [2**n for n in range(MOST_ATTEMPTS)]
    assert datetime.timedelta(hours=12) < datetime.timedelta(minutes=sum(waits[:-1])) < datetime.timedelta(days=1)
    assert len({headers["webhook-id"] for _path, headers, _content in there.sent}) == 1, "so that it is done once there"


def test_one_that_arrives_at_last_is_delivered(there, waiting):
    message, _secret = waiting
    there.answer = respond(b"", 500)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        deliver_due()
        there.answer = respond(b"", 204)
        clock.shift(61)
        deliver_due()
    message.refresh_from_db()
    assert (message.state, message.attempts) == ("delivered", 2)


@pytest.mark.parametrize(("status", "state"), [(301, "waiting"), (410, "failed"), (404, "waiting")])
def test_it_is_passed_on_to_nobody_and_ends_where_it_is_not_wanted(there, waiting, status, state):
    message, _secret = waiting
    there.answer = respond(b"", status, Location="http://other.example.org/")
    deliver_due()
    message.refresh_from_db()
    assert message.state == state
    assert len(there.sent) == 1


@pytest.mark.parametrize("address", INSIDE)
def test_nothing_inside_the_house_is_ever_told(there, address):
    there.names["rebound.example.org"] = [address]
    with pytest.raises(Unfetchable) as fault:
        post("http://rebound.example.org/", b"{}", {})
    assert fault.value.reason == "inside"
    assert not there.dialled


def test_a_name_that_leads_inside_is_a_failure_that_is_told(there, waiting):
    message, _secret = waiting
    there.names["news.example.org"] = ["10.0.0.1"]
    deliver_due()
    message.refresh_from_db()
    assert message.state == "waiting"
    assert "public internet" in message.outcome
    assert not there.sent


def test_nothing_leaves_unless_the_setting_allows_it(there, waiting, settings):
    settings.WEBHOOKS = False
    assert deliver_due() == 0
    with pytest.raises(Unfetchable):
        post("http://news.example.org/", b"{}", {})
    assert not there.dialled


def test_what_another_worker_has_in_hand_is_left_to_it_for_two_minutes(there, waiting):
    message, _secret = waiting
    with time_machine.travel(timezone.now(), tick=False) as clock:
        taken = Delivery.objects.take()
        assert taken is not None
        assert taken == message
        assert deliver_due() == 0
        clock.shift(121)
        assert deliver_due() == 1
        taken.answered("Late.", taken=True)
        message.refresh_from_db()
        assert message.outcome == "It answered with 200.", "whoever comes late says nothing more of it"


@pytest.mark.parametrize("way", ["another role", "no role", "closed"])
def test_one_whose_maker_may_no_more_is_told_nothing_and_its_log_says_why(there, case, eve, max_, ada, way):
    message = make_webhook(case=case, by=max_, url="http://news.example.org/hook")[0].test()
    if way == "closed":
        close(max_, by=ada)
    elif way == "no role":
        case.memberships.get(user=max_).delete(by=eve)
    else:
        case.enrol(max_, "analyst", by=eve)
    assert deliver_due() == 1
    assert not there.sent
    assert not there.dialled
    message.refresh_from_db()
    assert (message.state, "may not do so here any more" in message.outcome) == ("failed", True)


def test_what_workers_were_killed_at_again_and_again_is_given_up(there, waiting):
    message, _secret = waiting
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(MOST_ATTEMPTS):
            assert Delivery.objects.take() == message, "and nothing is heard of it"
            clock.shift(121)
        assert Delivery.objects.take() is None
    message.refresh_from_db()
    assert (message.state, message.attempts) == ("failed", MOST_ATTEMPTS)
    assert "never came to an end" in message.outcome


def test_while_one_host_is_away_its_other_messages_hold_up_nobody(there, waiting):
    message, _secret = waiting
    others = [message.webhook.test(), message.webhook.test()]
    third = make_webhook(case=make_case(), url="http://press.example.org/")[0].test()
    there.names["press.example.org"] = there.names["news.example.org"]
    there.answer = respond(b"", 503)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        assert deliver_due() == 2, "one of the host that is away, and the one of the other"
        assert [one.attempts for one in Delivery.objects.filter(pk__in=[other.pk for other in others])] == [0, 0]
        third.refresh_from_db()
        assert third.attempts == 1
        clock.shift(61)
        there.answer = respond()
        assert deliver_due() == 4


def test_a_host_that_trickles_is_given_up_in_time(there, waiting, monkeypatch):
    monkeypatch.setattr(fetching, "SENDING", 0.5)
    message, _secret = waiting

    def trickle(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
        with contextlib.suppress(OSError):
            while True:
                handler.wfile.write(b"x")
                handler.wfile.flush()
                time.sleep(0.05)

    there.answer = trickle
    deliver_due()
    message.refresh_from_db()
    assert (message.state, "longer than 0.5 seconds" in message.outcome) == ("waiting", True)


def test_the_worker_says_that_it_is_alive_between_two_things_that_take_long(db, monkeypatch):
    said = []
    monkeypatch.setattr(worker.Signs, "beat_if_due", lambda self: said.append("alive"))
    for name, act in (("Letters", "go_if_due"), ("Deliveries", "go_if_due"), ("Rounds", "go_if_due")):
        monkeypatch.setattr(getattr(worker, name), act, lambda self, name=name: said.append(name))
    worker.Command().handle(once=True, child=False)
    assert said == ["alive", "Rounds", "alive", "alive", "Letters", "alive", "Deliveries", "alive"]


def test_the_worker_sends_what_waits(there, waiting):
    worker.Command().handle(once=True, child=False)
    assert len(there.sent) == 1
