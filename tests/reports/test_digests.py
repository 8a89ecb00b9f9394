"""The daily mail: to those who want it, each notice once, with a link to its exact place."""

import datetime
from io import StringIO
from smtplib import SMTPException

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone

from claims.management.commands import worker
from claims.models import Case, Notice, notify
from claims.models.sign_ins import tell_new_device
from claims.reports import digests
from claims.reports.digests import APART, send_digests, send_urgent
from tests.factories import make_claim, make_comment
from workbench.logs import Plain


@pytest.fixture(autouse=True)
def post_office(settings):
    """A server is set, and all that is sent lies in `mail.outbox`."""
    settings.MAIL, settings.SITE = "smtp://mail.example.org", "https://claims.example.org"
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
    mail.outbox = []


def wants_mail(user):
    user.digest = True
    user.save()
    return user


def later(moment=APART):
    """All mails that were sent are as old as that."""
    Notice.objects.exclude(mailed_at=None).update(mailed_at=timezone.now() - moment)


def test_whoever_wants_it_is_mailed_each_notice_once_with_its_place(case, ann, ben, eve):
    claim = make_claim(case=case)
    said = make_comment(claim=claim, by=eve, text="Look, @Ann and @Ben.")
    assert send_digests().people == 0
    wants_mail(ann)
    assert send_digests().notices == 1
    [sent] = mail.outbox
    assert sent.to == ["ann@example.org"]
    assert f"Eve mentioned you on {claim.ref}" in sent.body
    assert f"https://claims.example.org/cases/BY/claims/1/talk/?at={said.pk}#comment-{said.pk}" in sent.body
    assert "https://claims.example.org/you/" in sent.body
    assert "Look" not in sent.body
    later()
    assert send_digests().notices == 0


def test_nobody_is_mailed_twice_a_day(case, ann, eve):
    claim, _ = make_claim(case=case), wants_mail(ann)
    make_comment(claim=claim, by=eve, text="Look, @Ann.")
    send_digests()
    make_comment(claim=claim, by=eve, text="Look again, @Ann.")
    assert send_digests().people == 0
    later()
    assert send_digests().notices == 1


def test_what_was_read_is_not_mailed_nor_what_belongs_to_a_case_one_has_left(case, ann, ben, eve):
    claim = make_claim(case=case)
    for user in (ann, ben):
        wants_mail(user)
    make_comment(claim=claim, by=eve, text="Look, @Ann and @Ben.")
    Notice.objects.filter(user=ann).read()
    case.memberships.get(user=ben).delete(by=eve)
    assert send_digests().people == 0
    assert not mail.outbox


def test_closed_accounts_are_not_mailed(case, ann, ada, eve):
    wants_mail(ann)
    make_comment(claim=make_claim(case=case), by=eve, text="Look, @Ann.")
    ann.is_active = False
    ann.save(by=ada)
    assert send_digests().people == 0


def test_one_that_fails_is_tried_again_and_stops_nobody_else(case, ann, ben, eve, monkeypatch, caplog):
    for user in (ann, ben):
        wants_mail(user)
    make_comment(claim=make_claim(case=case), by=eve, text="Look, @Ann and @Ben.")
    whole = digests.message

    def broken(user, notices):
        if user == ann:
            raise SMTPException("550 no such box")
        return whole(user, notices)

    monkeypatch.setattr(digests, "message", broken)
    outcome = send_digests()
    assert (outcome.people, outcome.failed) == (1, [(f"person {ann.pk}", "SMTPException")])
    assert "no such box" not in caplog.records[-1].getMessage(), "it may repeat an address, or words of the mail"
    assert "smtplib.SMTPException" in Plain().format(caplog.records[-1])
    monkeypatch.undo()
    assert send_digests().people == 1


def test_the_command_says_what_was_sent_and_needs_a_server(case, ann, eve, settings):
    wants_mail(ann)
    make_comment(claim=make_claim(case=case), by=eve, text="Look, @Ann.")
    said = StringIO()
    call_command("send_digests", stdout=said)
    assert "1 notices mailed to 1 people" in said.getvalue()
    settings.MAIL = ""
    with pytest.raises(CommandError, match="WORKBENCH_MAIL"):
        call_command("send_digests")


def test_a_notice_outside_cases_is_mailed_too(ann):
    wants_mail(ann)
    notify(ann, "task", "/")
    assert send_digests().notices == 1
    assert not Case.objects.exists()


def test_the_choice_stands_on_ones_own_page_where_there_is_a_server(ann, as_, settings):
    browser = as_(ann)
    page = browser.get("/you/").content.decode()
    assert "Daily e-mail" in page
    version = page.split('name="version" value="')[1].split('"')[0]
    browser.post("/you/", {"name": "Ann", "time_zone": "UTC", "digest": "on", "version": version})
    ann.refresh_from_db()
    assert ann.digest
    settings.MAIL = ""
    assert "Daily e-mail" not in browser.get("/you/").content.decode()
    version = browser.get("/you/").content.decode().split('name="version" value="')[1].split('"')[0]
    browser.post("/you/", {"name": "Ann B", "time_zone": "UTC", "version": version})
    ann.refresh_from_db()
    assert ann.digest
    assert ann.name == "Ann B"


def test_of_a_new_device_everybody_is_mailed_at_once_and_once(ann):
    tell_new_device(ann, "a-session")
    tried = send_urgent()
    assert tried is not None
    assert tried.mailed_at is not None
    assert send_urgent() is None
    [sent] = mail.outbox
    assert sent.to == ["ann@example.org"]
    assert "on a device where you never had" in sent.body
    assert "https://claims.example.org/accounts/sessions/" in sent.body


def test_what_could_not_be_mailed_at_once_is_tried_again_for_a_day(ann, monkeypatch):
    def broken(self):
        raise SMTPException("out of order")

    tell_new_device(ann, "a-session")
    with monkeypatch.context() as patched:
        patched.setattr("django.core.mail.EmailMessage.send", broken)
        tried = send_urgent()
    assert tried is not None
    assert tried.mailed_at is None
    assert send_urgent() == tried
    assert len(mail.outbox) == 1
    tell_new_device(ann, "another")
    Notice.objects.filter(mailed_at=None).update(at=timezone.now() - datetime.timedelta(days=2))
    assert send_urgent() is None


def test_neither_a_server_that_is_away_nor_an_address_that_nobody_has_holds_the_others_up(ann, ben, monkeypatch):
    refused = {ann.email}
    send = mail.EmailMessage.send

    def picky(self):
        if refused & set(self.to):
            raise SMTPException("nobody of this name")
        send(self)

    monkeypatch.setattr(mail.EmailMessage, "send", picky)
    for person in (ann, ben, ben):
        tell_new_device(person, f"session {Notice.objects.count()}")
    letters = worker.Letters()
    letters.go_if_due()
    letters.go_if_due()
    assert not mail.outbox, "once it was not taken, it rests for a minute: not each look for work waits for a server"
    letters.next -= worker.MINUTE
    letters.go_if_due()
    assert [sent.to for sent in mail.outbox] == [[ben.email]], "one at a time, and the next after the one that failed"
    letters.go_if_due()
    assert len(mail.outbox) == 2
    letters.go_if_due()
    refused.clear()
    letters.next -= worker.MINUTE
    letters.go_if_due()
    assert [sent.to for sent in mail.outbox][2:] == [[ann.email]]


def test_what_was_mailed_at_once_does_not_hold_the_daily_mail_back(case, ann, eve):
    wants_mail(ann)
    tell_new_device(ann, "a-session")
    send_urgent()
    make_comment(claim=make_claim(case=case), by=eve, text="Look, @Ann.")
    assert send_digests().notices == 1
