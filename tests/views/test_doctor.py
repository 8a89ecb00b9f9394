"""How the installation is, as staff and `manage.py doctor` are told."""

import datetime
import errno
import shutil
import socketserver
import threading
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from claims.models import Job, Worker, begin
from claims.views import examining, health
from claims.views.examining import Standing, findings, mail
from tests.factories import make_claim
from workbench.mail import mailer

PAGE = "/installation/"


def found(name, request=None):
    (one,) = [each for each in findings(request) if each.name == name]
    return one


@pytest.fixture
def well(db, settings, monkeypatch):
    """An installation as it should be."""
    settings.HTTPS = True
    last: Any = SimpleNamespace(at=timezone.now(), file="/b/1.tar", size=1, verified=True, whole=True, stands=True)
    last.age = datetime.timedelta(0)
    monkeypatch.setattr(examining, "last_backup", lambda: last)
    collected = SimpleNamespace(exists=lambda name: True, url=lambda name: name)
    monkeypatch.setattr(examining, "staticfiles_storage", collected)
    Worker.objects.beat("machine 1")
    return last


def test_where_all_is_well_nothing_is_to_be_done(well, capsys, monkeypatch):
    monkeypatch.setattr(examining, "LITTLE", 0)
    assert [each.name for each in findings() if each.standing != Standing.GOOD] == []
    call_command("doctor")
    assert capsys.readouterr().out.count("ok  ") >= 10


def test_what_is_broken_ends_the_command_with_1_and_says_what_to_do(db, capsys):
    with pytest.raises(SystemExit) as ended:
        call_command("doctor")
    assert ended.value.code == 1
    assert "BAD   Worker: None was ever heard of.\n      Run manage.py serve" in capsys.readouterr().out


def test_a_worker_that_is_silent_is_broken_and_one_with_a_job_in_hand_is_not(well, case, ann):
    Worker.objects.update(seen_at=timezone.now() - datetime.timedelta(hours=2))
    assert (found("Worker").standing, found("Worker").said) == (Standing.BAD, "Last heard of 2 hours ago.")
    begin(case, Job.Task.FILES, [], by=ann)
    Job.objects.take()
    assert found("Worker").standing == Standing.GOOD


def test_jobs_that_wait_for_long_are_to_be_looked_at(well, case, ann):
    begin(case, Job.Task.FILES, [], by=ann)
    assert (found("Jobs").standing, found("Jobs").said) == (Standing.GOOD, "1 waits, since 0 s ago.")
    Job.objects.update(made_at=timezone.now() - datetime.timedelta(minutes=11))
    assert found("Jobs").standing == Standing.LOOK


def test_a_trigger_that_is_missing_is_named(well, monkeypatch):
    monkeypatch.setattr("claims.custody.guards.missing", lambda connection: ["claims_entry_refuses_delete"])
    assert "claims_entry_refuses_delete" in found("Triggers and search index").said


def test_a_migration_that_is_missing_is_told(well, monkeypatch):
    monkeypatch.setattr(health, "shipped", lambda: frozenset({("claims", "9999_more")}))
    assert found("Migrations").said == "The database lacks some: 1 pending."


def test_a_database_that_a_newer_program_has_been_at_is_told(well):
    MigrationRecorder(connection).record_applied("claims", "9999_what_is_to_come")
    assert found("Migrations").standing == Standing.BAD
    assert "newer program has been at the database" in found("Migrations").said


def test_without_its_database_it_tells_the_rest(well, monkeypatch):
    def gone():
        raise OperationalError

    with monkeypatch.context() as patch:
        patch.setattr(connection, "cursor", gone)
        assert found("Database").standing == Standing.BAD
        assert found("Files").standing == Standing.GOOD


def test_a_table_that_is_missing_breaks_nothing(well, monkeypatch):
    def gone(self):
        raise OperationalError

    monkeypatch.setattr(type(Worker.objects), "last_seen", gone)
    assert [each.said for each in findings() if each.name == "Worker"] == [
        "It cannot be told, since a table is missing."
    ]


@pytest.mark.parametrize(
    ("free", "standing"), [(10**12, Standing.GOOD), (2 * 10**9, Standing.LOOK), (10**8, Standing.BAD)]
)
def test_a_disk_that_fills_up_is_told(well, monkeypatch, free, standing):
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=free))
    assert found("Free space").standing == standing


def test_a_folder_that_cannot_be_written_is_told(well, monkeypatch):
    def full(**kwargs):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr("tempfile.TemporaryFile", full)
    assert (found("Files").standing, "not writable" in found("Files").said) == (Standing.BAD, True)


def test_a_data_folder_that_others_can_look_into_is_told(well, settings):
    settings.DATA.chmod(0o755)
    assert (found("Files").standing, "chmod 700" in found("Files").do) == (Standing.LOOK, True)


def test_that_there_is_no_backup_or_only_an_old_one_is_told(well, monkeypatch):
    assert found("Backup").standing == Standing.GOOD
    last: Any = well
    last.age = datetime.timedelta(days=2)
    assert found("Backup").standing == Standing.LOOK
    last.stands = False
    assert found("Backup").standing == Standing.BAD
    last.stands, last.whole = True, False
    assert found("Backup").standing == Standing.BAD
    monkeypatch.setattr(examining, "last_backup", lambda: None)
    assert found("Backup").said == "None was ever made from this data folder."
    monkeypatch.setattr(examining, "half_done", lambda: True)
    assert found("Backup").said == "A restore was broken off."


def test_locked_backups_are_well_while_one_of_them_was_tried_out_not_long_ago(well):
    last: Any = well
    last.verified, last.tried = None, None
    assert (found("Backup").standing, "run manage.py verify_backup" in found("Backup").do) == (Standing.LOOK, True)
    last.tried = timezone.now() - datetime.timedelta(days=80)
    assert found("Backup").standing == Standing.GOOD
    assert "One was last tried out 80 days ago." in found("Backup").said
    last.tried = timezone.now() - datetime.timedelta(days=100)
    assert found("Backup").standing == Standing.LOOK


def test_a_clock_that_was_turned_back_is_told(well, case, monkeypatch):
    make_claim(case=case)
    assert found("Clock").standing == Standing.GOOD
    earlier = timezone.now() - datetime.timedelta(days=1)
    monkeypatch.setattr(examining, "timezone", SimpleNamespace(now=lambda: earlier))
    assert "still to come" in found("Clock").said


@pytest.mark.parametrize(
    ("hops", "stated", "standing"),
    [
        ("", 0, Standing.GOOD),
        ("1.2.3.4", 0, Standing.LOOK),
        ("", 1, Standing.BAD),
        ("9.9.9.9, 1.2.3.4", 1, Standing.GOOD),
    ],
)
def test_proxies_are_told_as_they_are_seen(well, settings, rf, hops, stated, standing):
    settings.PROXIES, settings.HTTPS = stated, False
    headers = {"X-Forwarded-For": hops} if hops else {}
    assert found("Proxies", rf.get(PAGE, headers=headers)).standing == standing


def test_debug_pages_are_broken(well, settings):
    settings.DEBUG = True
    assert found("Settings").standing == Standing.BAD


def test_staff_read_it_on_a_page(as_, ada):
    page = as_(ada).get(PAGE)
    assert page.status_code == 200
    assert "None was ever heard of." in page.content.decode()
    assert "no-store" in page["Cache-Control"]


def test_nobody_else_learns_that_there_is_such_a_page(as_, ann, case, client):
    assert as_(ann).get(PAGE).status_code == 404
    assert client.get(PAGE).status_code == 302


def test_the_version_is_told_within_and_to_who_is_signed_in(client, as_, ann):
    assert client.get("/version").json()["migration"].startswith("00")
    outside = {"headers": {"X-Forwarded-For": "1.2.3.4"}}
    assert client.get("/version", **outside).status_code == 404
    assert client.get("/version", REMOTE_ADDR="10.0.0.1").status_code == 404
    assert as_(ann).get("/version", **outside).json()["version"]


class Post(socketserver.StreamRequestHandler):
    """A mail server that greets whoever comes, and no more."""

    def handle(self):
        self.wfile.write(b"220 mail.example.org\r\n")
        while line := self.rfile.readline():
            self.wfile.write(b"221 bye\r\n" if line.startswith(b"QUIT") else b"250 mail.example.org\r\n")


def test_a_mail_server_is_greeted_and_one_that_is_away_is_told(settings):
    with socketserver.TCPServer(("127.0.0.1", 0), Post) as server:
        settings.MAIL = f"smtp://127.0.0.1:{server.server_address[1]}"
        settings.MAILERS = {"default": mailer(settings.MAIL, "https://claims.example.org")}
        threading.Thread(target=server.handle_request).start()
        assert mail().said == "It goes out by 127.0.0.1, which answers."
    found = mail()
    assert found.standing == Standing.BAD
    assert "ConnectionRefusedError" in found.said
    assert "WORKBENCH_MAIL" in found.do
