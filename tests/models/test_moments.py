"""One moment: what is read is as it stood then, while others go on writing."""

import threading

import pytest
from django.db import connections

from claims.models import Claim, Entry, Job, begin
from claims.models.moments import aside, one_moment
from claims.reports.freezing import BATCH, freeze
from tests.at_once import holds
from tests.factories import make_claim

pytestmark = pytest.mark.usefixtures("real_transactions")


def elsewhere(act):
    """Do it over another connection, and wait for it."""

    def run():
        try:
            act()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(20)
    assert not thread.is_alive(), "it had to wait"


def test_what_somebody_writes_meanwhile_is_not_seen_and_they_need_not_wait(case):
    make_claim(case=case)
    with one_moment():
        assert Claim.objects.count() == 1
        elsewhere(lambda: make_claim(case=case, statement="Written meanwhile."))
        assert Claim.objects.count() == 1
    assert Claim.objects.count() == 2


def test_how_far_a_job_is_can_be_said_in_the_midst_of_it(case, eve):
    job = begin(case, Job.Task.REPORT, [], by=eve)
    Job.objects.take()
    job.refresh_from_db()
    with aside() as apart, one_moment():
        assert Job.objects.get().done == 0
        apart(job.advance, 7, 20)
        assert Job.objects.get().done == 0, "this moment is of before"
    assert (Job.objects.get().done, Job.objects.get().total) == (7, 20)


@pytest.mark.parametrize(("read", "held"), [(BATCH, BATCH + 1), (10, BATCH)])
def test_a_report_is_frozen_while_others_write_and_they_do_not_wait(case, eve, monkeypatch, read, held):
    monkeypatch.setattr("claims.models.reports.READ", read)
    for n in range(BATCH):
        make_claim(case=case, statement=f"Army {n} is strong.")
    late = []

    def meanwhile(done):
        elsewhere(lambda: late.append(make_claim(case=case, statement="Written meanwhile.")))

    report = freeze(case, case.claims.all(), by=eve, tell=meanwhile)

    assert (report.claims_in, len(late)) == (held, 1)
    assert holds(case)
    own = Entry.objects.filter(case=case).latest("number")
    assert own.verb == "exported"
    # A short one, which can be had as a bundle, is of the moment right before it was entered.
    assert (report.head["log"]["count"] == own.number - 1) == (held > BATCH)


def test_after_it_one_writes_as_before(case):
    with one_moment():
        assert not Claim.objects.exists()
    make_claim(case=case)
    assert Claim.objects.count() == 1
