"""A capture is kept before it is read: where the database goes away in between, a worker has it read later."""

import datetime

import time_machine
from django.utils import timezone

from claims.loading.deriving import read_what_was_left
from claims.loading.working import work_once
from claims.models import Capture, Derived, Exhibit
from tests.factories import make_capture, make_document, make_exhibit
from tests.faults.forms import form_of
from tests.faults.writes import breaking

SAID = "The census says 48,000."


def left_at(n, case, browser):
    """The exhibit whose capture was broken off at that write; None where it was not."""
    exhibit = make_exhibit(case=case)
    address, fields = form_of(browser, f"{exhibit.get_absolute_url()}captures/add/", "", text=f"{SAID} {n}.")
    with breaking(n) as broken:
        assert browser.post(address, fields).status_code == (503 if broken.failed else 302)
    return exhibit if broken.failed else None


def later():
    return time_machine.travel(timezone.now() + datetime.timedelta(minutes=11), tick=False)


def test_whatever_was_kept_of_a_capture_is_read_though_nobody_sends_it_again(real_transactions, case, ann, as_):
    browser = as_(ann)
    browser.raise_request_exception = False
    kept = 0
    for n in range(50):
        exhibit = left_at(n, case, browser)
        if exhibit is None:
            break
        there = Capture.objects.filter(exhibit=exhibit).exists()
        kept += there
        assert read_what_was_left() == 0, "whoever sent it may still be at it"
        with later():
            read_what_was_left()
            while work_once():
                pass
            assert read_what_was_left() == 0
        assert Exhibit.objects.get(pk=exhibit.pk).text == (f"{SAID} {n}." if there else ""), f"at write {n + 1}"
    assert kept > 2


def test_nothing_is_read_again_that_was_read_or_is_read_elsewhere(case, ann, as_):
    address, fields = form_of(
        as_(ann), f"{make_exhibit(case=case).get_absolute_url()}captures/add/", "", text=SAID
    )  # fmt: skip
    assert as_(ann).post(address, fields).status_code == 302
    document = make_document(case=case)
    of_document = Exhibit(case=case, document=document, title="A page")
    of_document.save(by=ann)
    make_capture(exhibit=of_document, by=ann)
    with later():
        assert read_what_was_left() == 0


def test_a_capture_that_cannot_be_read_is_tried_once_more_and_no_oftener(case, ann):
    made = make_capture(exhibit=make_exhibit(case=case), content=b"\0\1\2", by=ann)
    with later():
        assert read_what_was_left() == 1
        assert work_once() is not None
        assert Derived.objects.get(parent=made.file, kind="text").fault
        assert read_what_was_left() == 0
