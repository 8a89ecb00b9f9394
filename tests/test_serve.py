"""`manage.py serve`, as a server runs it."""

import json
import os
import signal
import socket
import sqlite3
import time

import pytest
from django.core.management import CommandError
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from claims.custody import guards
from claims.management.preparing import first_administrator, prepare
from claims.models import User
from claims.models.people import set_up_code
from tests.processes import manage
from tests.serving import serving, until


def query(folder, statement):
    with sqlite3.connect(folder / "workbench.sqlite3") as database:
        return database.execute(statement).fetchall()


# ---- before it serves


def test_a_database_that_stands_is_left_as_it_is(db):
    assert prepare() == []


def test_what_is_missing_of_triggers_and_index_stands_again(real_transactions):
    name = next(each for each in guards.wanted(connection) if "_refuses_" in each)
    table = f" ON {name.split('_refuses_')[0]}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}{table}")
    assert guards.missing(connection) == [name]

    assert prepare() == [f"{name} was missing and stands again."]

    assert guards.missing(connection) == []


def test_a_database_of_a_newer_program_is_refused(db):
    MigrationRecorder(connection).record_applied("claims", "9999_what_is_to_come")
    with pytest.raises(CommandError, match=r"newer workbench .*claims 9999_what_is_to_come"):
        prepare()


def test_the_way_in_is_told_until_there_is_an_administrator(db, settings):
    settings.SITE = "https://claims.example.org"
    assert f"https://claims.example.org/set-up/{set_up_code()}/" in first_administrator()
    User.objects.create_superuser("ada@example.org", "x", name="Ada")
    assert first_administrator() == ""


def test_the_administrator_that_the_variables_name_is_made_once(db, settings):
    settings.ADMIN, settings.ADMIN_PASSWORD = "Ada@example.org", "a long walk by the river"
    assert "is the first administrator" in first_administrator()
    assert User.objects.get().check_password("a long walk by the river")
    assert first_administrator() == ""


@pytest.mark.parametrize(("email", "password"), [("nobody", "a long walk by the river"), ("ada@example.org", "")])
def test_an_administrator_who_cannot_be_made_stops_the_start(db, settings, email, password):
    settings.ADMIN, settings.ADMIN_PASSWORD = email, password
    with pytest.raises(CommandError, match="WORKBENCH_ADMIN"):
        first_administrator()


def test_an_account_that_is_there_already_is_not_made_an_administrator(db, settings, ann):
    settings.ADMIN, settings.ADMIN_PASSWORD = ann.email, "a long walk by the river"
    with pytest.raises(CommandError, match="administers nothing"):
        first_administrator()
    ann.refresh_from_db()
    assert not ann.is_superuser


def test_two_that_start_at_once_on_nothing_make_one_database_and_both_serve(tmp_path, nothing_yet):
    with serving(tmp_path, **nothing_yet) as one, serving(tmp_path, **nothing_yet) as other:
        one.up()
        other.up()
        assert sorted(("migrations are applied" in each.said()) for each in (one, other)) == [False, True]
        assert json.loads(one.ask("/readyz")[2])["ready"]
        assert "/set-up/" in one.said()


# ---- while it serves


def test_it_serves_pages_and_does_jobs_and_ends_when_it_is_told_to(server_folder):
    with serving(server_folder) as served:
        served.up()
        assert served.ask("/readyz")[0] == 200
        assert json.loads(served.ask("/version")[2])["version"]
        assert until(lambda: query(server_folder, "SELECT name FROM claims_worker"))
        assert served.end() == 0
        assert served.ask() is None
        assert served.children("serve") == []
        lines = [line for line in served.said().splitlines() if line.startswith("{")]
        assert {json.loads(line)["page"] for line in lines if "page" in json.loads(line)} >= {"claims:health-ready"}
        assert "Traceback" not in served.said()


@pytest.mark.parametrize("role", ["web", "worker"])
def test_each_role_runs_alone(server_folder, role):
    with serving(server_folder, role) as served:
        if role == "web":
            served.up()
            time.sleep(1)
            assert not query(server_folder, "SELECT name FROM claims_worker")
        else:
            assert until(lambda: query(server_folder, "SELECT name FROM claims_worker"))
            assert served.ask() is None
        assert served.end() == 0


def test_a_request_in_hand_is_answered_before_it_ends(server_folder):
    with serving(server_folder) as served:
        served.up()
        with socket.create_connection(("127.0.0.1", served.port), timeout=60) as line:
            line.sendall(b"POST /accounts/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc")
            time.sleep(1)
            served.process.send_signal(signal.SIGTERM)
            time.sleep(1)
            line.sendall(b"defghij")
            assert line.recv(100).startswith(b"HTTP/1.1 403")
        assert served.process.wait(60) == 0


@pytest.mark.parametrize("name", ["web", "worker"])
def test_what_is_killed_below_it_runs_again(server_folder, name):
    with serving(server_folder) as served:
        served.up()
        first = until(lambda: served.children(name))
        os.kill(first[0], signal.SIGKILL)
        again = until(lambda: [each for each in served.children(name) if each not in first])
        assert again
        served.up()
        assert f"The {name} ended with status -9 and is started again." in served.said()


def test_nothing_goes_on_once_it_is_killed_itself(server_folder):
    with serving(server_folder) as served:
        served.up()
        assert until(lambda: served.children("worker"))
        served.process.kill()
        assert until(lambda: not served.children("serve") and served.ask() is None)


BEGIN = (
    "from claims.models import *; case = Case.objects.get(); ann = User.objects.get(email='analyst@example.org'); "
    "rows = ''.join(f'The army of Ruritania has {n} men in its north.,quantity\\n' for n in range(9000)); "
    "rows = 'statement,kind\\n' + rows; print(begin(case, 'claims', [('a.csv', rows.encode())], by=ann).pk)"
)


def test_a_job_in_hand_is_handed_back_and_goes_on_where_it_was(server_folder):
    begun = manage("shell", "-v", "0", "-c", BEGIN, WORKBENCH_DATA=str(server_folder))
    assert begun.returncode == 0, begun.stderr
    job = int(begun.stdout.split()[-1])
    state = f"SELECT state, done, attempts FROM claims_job WHERE id = {job}"
    with serving(server_folder, "worker") as served:
        assert until(lambda: query(server_folder, state)[0][1] > 0), served.said()
        assert served.end() == 0
        ((now, done, attempts),) = query(server_folder, state)
        assert (now, attempts) == ("waiting", 0)
        assert 0 < done < 9000
    with serving(server_folder, "worker"):
        assert until(lambda: query(server_folder, state)[0][0] == "done")
    count = "SELECT count(*), count(DISTINCT number) FROM claims_claim WHERE statement LIKE '%Ruritania%'"
    assert query(server_folder, count) == [(9000, 9000)]


# ---- below a path


def test_all_of_it_lies_under_the_path_of_its_address(server_folder):
    with serving(server_folder, "web", WORKBENCH_URL="https://example.org/claims") as served:
        served.up()
        for asked in ("/claims/accounts/login/", "/accounts/login/"):  # as a proxy passes it on, or takes the path out
            status, headers, page = served.ask(asked)
            assert status == 200
            links = [part.split('"')[0] for part in page.split('href="')[1:] + page.split('src="')[1:]]
            assert links
            assert [link for link in links if not link.startswith(("/claims/", "#"))] == []
            assert "Path=/claims/" in headers["Set-Cookie"]
        style = next(link for link in links if link.endswith(".css"))
        assert served.ask(style)[0] == 200
        status, headers, _ = served.ask("/claims/cases/")
        assert (status, headers["Location"]) == (302, "/claims/accounts/login/?next=/claims/cases/")
        assert served.ask("/healthz")[0] == served.ask("/claims/healthz")[0] == 200
        assert served.ask("/claims/shared/x")[1]["Location"] == "/claims/shared/x/"
        assert served.ask("/claims")[0] in (200, 302)
