"""The clock is turned back between two acts, by an hour and by a day: order is kept by numbers, and nothing waits."""

import datetime

import pytest
import time_machine
from django.utils import timezone

from claims.custody.chain import verify
from claims.loading import delivering
from claims.loading.delivering import deliver_due
from claims.loading.working import work_once
from claims.models import Case, Custody, Delivery, Entry, Job, NotNow, Presence, Role, Worker, begin
from claims.models.webhooks import FIRST_WAIT
from claims.reports.freezing import freeze
from claims.views import examining
from tests.api.conftest import program
from tests.factories import (
    make_assessment,
    make_capture,
    make_case,
    make_claim,
    make_document,
    make_evidence,
    make_source,
    make_user,
    make_verdict,
    make_webhook,
)

__all__ = ["program"]

NOON = datetime.datetime(2023, 2, 20, 12, tzinfo=datetime.UTC)


@pytest.fixture(params=["an hour", "a day"])
def back(request):
    """Turns the clock back, from noon on."""
    by = {"an hour": datetime.timedelta(hours=1), "a day": datetime.timedelta(days=1)}[request.param]
    with time_machine.travel(NOON, tick=False) as clock:
        yield lambda: clock.shift(-by)


@pytest.fixture
def crew(back):
    """A case that was made at noon, with an analyst, another and an editor."""
    people = [make_user(name=name, email=f"{name}@example.org") for name in ("ann", "ben", "eve")]
    roles = dict(zip(people, (Role.ANALYST, Role.ANALYST, Role.EDITOR), strict=True))
    return make_case(code="BY", members=roles), *people


def make_editor(case):
    """A second editor."""
    made = make_user(name="max", email="max@example.org")
    case.enrol(made, Role.EDITOR, by=made)
    return made


def holds(case):
    """The numbers of the log's entries, where its chain holds."""
    assert [verify(each).fault for each in (case, None)] == [None, None]
    return list(Entry.objects.filter(case=case).order_by("number").values_list("number", flat=True))


def test_the_log_goes_on_in_its_order_and_what_is_numbered_stays_so(db, back, crew, as_, program):
    case, ann, _ben, _eve = crew
    first = make_claim(case=case)
    back()
    second = make_claim(case=case)
    assert second.made_at < first.made_at
    numbers = holds(case)
    assert numbers == list(range(1, len(numbers) + 1))
    assert (first.number, second.number) == (1, 2)

    page = program(ann).get("/cases/BY/claims?limit=1").json()
    assert [each["number"] for each in page["items"]] == [2]
    onward = program(ann).get(f"/cases/BY/claims?limit=1&after={page['next']}").json()
    assert [each["number"] for each in onward["items"]] == [1]
    said = as_(ann).get("/cases/BY/log/").content.decode()
    assert said.index("BY-2") < said.index("BY-1")


def test_who_is_signed_in_stays_so_and_a_token_opens_what_it_did(db, back, crew, as_, program):
    _case, ann, _ben, _eve = crew
    browser, asker = as_(ann), program(ann)
    assert (browser.get("/cases/BY/").status_code, asker.get("/cases/BY").status_code) == (200, 200)
    back()
    assert (browser.get("/cases/BY/").status_code, asker.get("/cases/BY").status_code) == (200, 200)
    assert program(ann).get("/cases/BY").status_code == 200, "and one that is made now as well"


def test_a_job_that_its_worker_lost_is_taken_again(db, back, crew):
    case, ann, _ben, _eve = crew
    begin(case, Job.Task.FILES, [("a.txt", b"The army is 48,000 strong.")], by=ann)
    assert Job.objects.take() is not None
    assert Job.objects.take() is None, "it is in hand"
    back()
    assert work_once() is not None
    assert Job.objects.get().state == "done"


def test_a_worker_that_was_last_heard_of_in_time_to_come_is_none(db, back, crew):
    Worker.objects.beat("one 1")
    assert Worker.objects.alive()
    back()
    assert not Worker.objects.alive()
    Worker.objects.beat("one 2")
    assert Worker.objects.alive()
    assert Worker.objects.last_seen() == timezone.now()


def test_a_message_to_a_webhook_waits_for_no_hour_that_comes_again(db, back, crew, settings, monkeypatch):
    case, _ann, _ben, _eve = crew
    settings.WEBHOOKS = True
    answers = [500, 200]
    monkeypatch.setattr(delivering, "post", lambda url, body, headers: answers.pop(0))
    message = make_webhook(case=case)[0].test()
    back()
    assert deliver_due() == 1
    assert deliver_due() == 0, "after a failure it waits, by the clock as it is"
    message.refresh_from_db()
    assert message.next_at == timezone.now() + FIRST_WAIT
    with time_machine.travel(timezone.now() + FIRST_WAIT, tick=False):
        assert deliver_due() == 1
    assert Delivery.objects.get().state == "delivered"


def test_a_message_is_not_put_off_for_years_by_a_clock_that_was_wrong_by_them(db, settings, monkeypatch):
    settings.WEBHOOKS = True
    monkeypatch.setattr(delivering, "post", lambda url, body, headers: 500)
    with time_machine.travel("2099-01-01", tick=False):
        make_webhook()[0].test()
        assert deliver_due() == 1
    assert deliver_due() == 1


def test_the_newest_grade_of_a_source_is_the_one_in_force(db, back, crew):
    case, ann, ben, _eve = crew
    source = make_source(case=case)
    source.grade("B", by=ann, reason="It was right before.")
    back()
    source.grade("D", by=ben, reason="It made that up.")
    source.refresh_from_db()
    assert source.reliability == "D"
    assert [each.letter for each in source.grades.all()] == ["D", "B"]
    assert holds(case)


def test_an_answer_may_rely_on_what_was_there_before_it_and_nobody_learns_by_trying(db, back, crew):
    case, ann, ben, _eve = crew
    claim = make_claim(case=case)
    evidence = make_evidence(claim=claim, by=ann)
    back()
    answer = make_assessment(claim=claim, by=ben)
    assert answer.seal_holds()
    with pytest.raises(NotNow, match="Answers that are hidden from you may rely on evidence 1"):
        evidence.remove(by=ann)


def test_who_had_a_claim_open_is_not_there_for_ever_and_a_look_is_entered_anew(db, back, crew, as_):
    case, ann, ben, _eve = crew
    claim, capture = make_claim(case=case), make_capture(case=case)
    place = f"{capture.exhibit.get_absolute_url()}captures/{capture.pk}/"
    browser = as_(ann)
    assert Presence.objects.meet(claim, ben) == []
    browser.get(place)
    back()
    assert Presence.objects.meet(claim, ann) == []
    as_(ann).get(place)
    assert capture.custody.filter(act=Custody.Act.VIEWED, by=ann).count() == 2


def test_the_doctor_tells_it_also_when_something_was_entered_since(db, back, crew):
    case, ann, _ben, _eve = crew
    assert examining.clock().standing != "refuted"
    back()
    make_document(case=case, by=ann)
    found = examining.clock()
    assert found.standing == "refuted"
    assert "an entry of 2023-02-20 12:00, which is still to come" in found.said
    assert "Set the clock right" in found.do


def test_a_signed_verdict_and_its_report_hold(db, back, crew):
    case, ann, ben, eve = crew
    claim = make_claim(case=case)
    make_assessment(claim=claim, by=ann)
    back()
    make_assessment(claim=claim, by=ben)
    make_verdict(claim=claim, by=eve, signed_by=make_editor(case))
    report = freeze(case, case.claims.all(), by=eve, title="Of the day", selection="")
    assert report.claims_in == 1
    assert holds(Case.objects.get(pk=case.pk))
