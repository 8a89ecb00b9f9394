"""A job is broken off at its first write, then at its second, and so on: begun again, it leaves what it would have.

What a worker does for webhooks, digests and drafts is broken off in the same way.
"""

import datetime
from collections import Counter
from contextlib import suppress

import pytest
import time_machine
from django.core import mail
from django.db import OperationalError, models
from django.utils import timezone

from claims.custody.chain import verify
from claims.loading import capturing, delivering, web
from claims.loading.delivering import deliver_due
from claims.loading.fetching import Fetched
from claims.loading.working import work_once
from claims.models import (
    Capture,
    Claim,
    Delivery,
    Derived,
    Document,
    Entry,
    Job,
    JobItem,
    Notice,
    Report,
    Role,
    Source,
    Suggestion,
    User,
    Webhook,
    begin,
    notify,
)
from claims.models.entries import sha256
from claims.models.jobs import SILENT
from claims.models.reports import RenderedFile
from claims.reports import making
from claims.reports.choices import Choice
from claims.reports.digests import send_digests
from claims.reports.making import begin_rendering, begin_report
from tests.factories import keeper, make_capture, make_case, make_claim, make_document, make_exhibit, make_webhook
from tests.faults.writes import MOST, breaking

KEPT = (Document, Claim, Capture, Derived, Suggestion, Source, Report, RenderedFile, Entry)
PAGE = b"<html><body><p>The army of Ruritania is 48,000 strong.</p></body></html>"
TABLE = "statement,kind\n" + "".join(f"The army has {n} men in its north.,quantity\n" for n in range(40))


def counted():
    """How many there are of each record."""
    return Counter({model.__name__: model._base_manager.count() for model in KEPT})


def fetched(url):
    """What stands at an address: at another, something else."""
    content, now = PAGE.replace(b"Ruritania", url.encode()), timezone.now()
    headers = [("Content-Type", "text/html")]
    return Fetched(url, url, 200, headers, content, sha256(content.decode()), now, ["203.0.113.1"], [])


def lost():
    """The worker of every job that runs was killed long ago."""
    Job.objects.filter(state=Job.State.RUNNING).update(heartbeat=timezone.now() - 2 * SILENT)


def files(case, by):
    given = [(f"{n}.txt", f"{case.code} has {n}8,000 men, they say.".encode()) for n in (1, 2)]
    return begin(case, Job.Task.FILES, given, by=by)


def claims(case, by):
    return begin(case, Job.Task.CLAIMS, [("a.csv", TABLE.encode())], by=by)


def address(case, by):
    return begin(case, Job.Task.ADDRESS, [(f"https://example.org/{case.code}", b"")], by=by)


def suggestions(case, by):
    return begin(case, Job.Task.SUGGEST, [("", b"")], by=by, document=make_document(case=case))


def capture(case, by):
    return capturing.fetch_later(make_exhibit(case=case, url=f"https://example.org/{case.code}"), by=by)


def reading(case, by):
    made = make_capture(exhibit=make_exhibit(case=case), content=PAGE + case.code.encode())
    return begin(case, Job.Task.DERIVE, [("", b"")], by=by, about={"capture": made.pk})


def report(case, by):
    numbers = [make_claim(case=case).number for _ in range(2)]
    return begin_report(case, numbers, by=by, title="Of the day", selection="", choice=Choice())


def bundle(case, by):
    report(case, by)
    assert work_once() is not None
    return begin_rendering(Report.objects.get(case=case), by=by, bundle=True)


JOBS = [files, claims, address, suggestions, capture, reading, report, bundle]


@pytest.mark.parametrize("make", JOBS)
def test_a_job_broken_off_at_any_write_leaves_what_it_would_have_left(real_transactions, eve, make, monkeypatch):
    monkeypatch.setattr(web, "fetch_page", fetched)
    monkeypatch.setattr(capturing, "fetch_page", fetched)
    monkeypatch.setattr(making, "KEPT", ("html",))  # of the formats that take long one is enough

    def begun(code):
        case = make_case(members={eve: Role.EDITOR}, code=code)
        return make(case, eve), counted()

    begun("FIRST")
    work_once()  # what is made once in an installation is there from now on
    _job, before = begun("WHOLE")
    work_once()
    expected = counted() - before
    for n in range(MOST):
        job, before = begun(f"N{n}")
        with breaking(n) as broken, suppress(OperationalError):
            work_once()
        if broken.failed:
            lost()
            assert work_once() == job, f"at write {n + 1}"
        job.refresh_from_db()
        assert job.state == Job.State.DONE, f"at write {n + 1}: {job.message}"
        assert counted() - before == expected, f"at write {n + 1}"
        assert verify(job.case).fault is None
        assert not JobItem.objects.exclude(content=b"").exists()
        if not broken.failed:
            break
    assert 3 < n < MOST - 1


def test_a_message_to_a_webhook_is_sent_once_more_where_its_arrival_could_not_be_noted(
    real_transactions, case, settings, monkeypatch
):
    settings.WEBHOOKS = True
    sent = []

    def post(url, body, headers):
        sent.append(headers["webhook-id"])
        return 200

    monkeypatch.setattr(delivering, "post", post)
    for n in range(MOST):
        message = make_webhook(case=case, url=f"https://hooks.example.org/{n}")[0].test()
        with breaking(n) as broken, suppress(OperationalError):
            deliver_due()
        if not broken.failed:
            break
        assert Delivery.objects.get(pk=message.pk).state == "waiting"
        # Whoever had it in hand had two minutes for it.
        with time_machine.travel(timezone.now() + datetime.timedelta(minutes=3)):
            assert deliver_due() == 1
        assert Delivery.objects.get(pk=message.pk).state == "delivered"
        assert 1 <= sent.count(message.key) <= 2, "the other side knows it by its id"
        Webhook.objects.get(pk=message.webhook_id).remove(by=keeper())
    assert n == 3, "what was taken too often is given up, one is taken, then its arrival is noted"


def test_a_digest_goes_to_everybody_whose_it_is(real_transactions, case, ann, ben, settings):
    settings.MAIL = "smtp://mail.example.org"
    models.QuerySet.update(User.objects.filter(pk__in=[ann.pk, ben.pk]), digest=True)
    for n in range(MOST):
        Notice.objects.all().delete()
        mail.outbox.clear()
        for person in (ann, ben):
            notify(person, "new_device", "/", key=f"{n} {person.pk}")
        with breaking(n) as broken, suppress(OperationalError):
            send_digests()
        if not broken.failed:
            break
        send_digests()
        assert {one for each in mail.outbox for one in each.to} == {ann.email, ben.email}
        assert len(mail.outbox) == 3, "one came twice, since nobody knows that it was sent"
        assert not Notice.objects.filter(mailed_at=None).exists()
    assert n == 2
