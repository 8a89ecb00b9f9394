"""Webhooks: told of what a case decides, in the transaction that decides it, in ids and links alone."""

import base64
import hashlib
import hmac
import json

import pytest
from django.db import transaction

from claims.models import Claim, Delivery, Entry, Event, NotNow, Refused, Webhook
from claims.models.webhooks import MOST_OPEN
from claims.reports.freezing import freeze
from tests.factories import make_claim, make_document, make_signed_claim, make_webhook


@pytest.fixture(autouse=True)
def switched_on(settings):
    settings.WEBHOOKS = True
    settings.SITE = "https://workbench.example.org"


@pytest.fixture
def told(case, eve):
    """A webhook that is told everything."""
    return make_webhook(case=case, by=eve)[0]


def test_it_is_told_of_a_verdict_a_reopening_and_a_report(told, case, ann, ben, eve, max_):
    claim = make_signed_claim(case=case, reviewers=[ann, ben], editors=(eve, max_))
    Claim.objects.get(pk=claim.pk).reopen(by=eve, why="A new census.")
    freeze(case, case.claims.all(), by=eve)
    messages = [json.loads(one.body) for one in Delivery.objects.order_by("pk")]
    assert [one["type"] for one in messages] == ["claim.signed_off", "claim.reopened", "report.frozen"]
    assert messages[0]["data"]["url"] == f"https://workbench.example.org{claim.get_absolute_url()}"
    assert (messages[0]["data"]["case"], messages[0]["data"]["number"]) == ("BY", claim.number)
    assert Entry.objects.get(case=case, number=messages[1]["data"]["entry"]).verb == "reopened"
    assert messages[2]["data"]["url"].endswith("/cases/BY/reports/1/")


def test_nobodys_words_are_in_a_message(told, case, ann, ben, eve, max_):
    document = make_document(case=case, title="Xylographs")
    claim = make_signed_claim(
        case=case, reviewers=[ann, ben], editors=(eve, max_), document=document, statement="A quagga stood there."
    )
    freeze(case, case.claims.all(), by=eve, title="Quaggas")
    Claim.objects.get(pk=claim.pk).reopen(by=eve, why="An obelisk.")
    said = "".join(Delivery.objects.values_list("body", flat=True)).lower()
    for words in ("quagga", "obelisk", "xylograph", "census", "ann", "eve", case.title.lower()):
        assert words not in said


def test_it_is_told_only_what_was_ticked_and_of_its_own_case(case, ann, ben, eve, max_):
    make_webhook(case=case, events=["report.frozen"])
    make_webhook()
    make_signed_claim(case=case, reviewers=[ann, ben], editors=(eve, max_))
    assert not Delivery.objects.exists()
    freeze(case, case.claims.all(), by=eve)
    assert Delivery.objects.get().event == "report.frozen"


def test_nothing_is_told_of_what_is_undone_or_while_it_is_switched_off(told, case, eve, settings):
    make_claim(case=case)
    with transaction.atomic():
        freeze(case, case.claims.all(), by=eve)
        assert Delivery.objects.count() == 1
        transaction.set_rollback(True)
    assert not Delivery.objects.exists()
    settings.WEBHOOKS = False
    freeze(case, case.claims.all(), by=eve)
    assert not Delivery.objects.exists()


def test_the_signature_is_that_of_standard_webhooks(case):
    """Recomputed by the words of the specification: base64(HMAC-SHA256(secret, "id.timestamp.payload"))."""
    made, secret = make_webhook(case=case)
    delivery = made.test()
    headers = delivery.headers(1_700_000_000)
    key = base64.b64decode(secret.removeprefix("whsec_"))
    assert len(key) == 32
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{delivery.body}".encode()
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert headers["webhook-id"].startswith("msg_")


def test_the_signature_fits_the_example_of_the_specification(case):
    made = Webhook(case=case, secret="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    said = made.signature("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, '{"test": 2432232314}')
    assert said == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_neither_secret_nor_address_is_in_the_log(told):
    detail = "".join(Entry.objects.filter(thing="webhook").values_list("detail", flat=True))
    assert "hooks.example.org" in detail
    assert told.secret not in detail
    assert told.url not in detail


def test_one_that_is_removed_is_told_nothing_and_what_waits_is_given_up(told, case, eve):
    waiting = told.test()
    told.remove(by=eve)
    make_claim(case=case)
    freeze(case, case.claims.all(), by=eve)
    waiting.refresh_from_db()
    assert waiting.state == Delivery.State.FAILED
    assert Delivery.objects.count() == 1
    with pytest.raises(NotNow):
        told.remove(by=eve)


def test_a_case_has_no_more_than_can_be_looked_after(case):
    for _ in range(MOST_OPEN):
        make_webhook(case=case)
    with pytest.raises(Refused, match="Remove one first"):
        make_webhook(case=case)
    with pytest.raises(Refused):
        make_webhook(events=[])
    assert {event.value.rpartition(".")[2] for event in Event} == {"signed_off", "reopened", "frozen"}
