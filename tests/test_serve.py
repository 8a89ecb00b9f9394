"""`manage.py serve`, as a server runs it."""

import json
import os
import signal
import socket
import sqlite3

import pytest
from django.core.management import CommandError
from django.db import IntegrityError, OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder

from claims.custody import guards
from claims.management.commands import serve
from claims.management.preparing import alone, first_administrator, prepare
from claims.management.supervising import told_to_end
from claims.models import Refused, User
from claims.models.people import set_up_code
from tests.processes import manage
from tests.serving import free_port, serving, until
from workbench.logs import Json


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


def test_the_lock_is_held_by_a_transaction_as_a_pool_of_connections_needs_it(real_transactions):
    if connection.vendor != "postgresql":
        pytest.skip("the lock of SQLite is a file's")
    asked = (
        "SELECT l.pid <> pg_backend_pid(), a.state, a.xact_start IS NOT NULL FROM pg_locks AS l "
        "JOIN pg_stat_activity AS a ON a.pid = l.pid WHERE l.locktype = 'advisory' AND l.database = "
        "(SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    with connection.cursor() as cursor:
        with alone():
            cursor.execute(asked)
            assert cursor.fetchall() == [(True, "idle in transaction", True)]
        cursor.execute(asked)
        assert cursor.fetchall() == []


def test_what_became_of_the_migrations_is_told_though_the_lock_was_lost_meanwhile(real_transactions):
    if connection.vendor != "postgresql":
        pytest.skip("the lock of SQLite is a file's")
    lose = (
        "SELECT pg_terminate_backend(pid, 60000) FROM pg_locks WHERE locktype = 'advisory' AND database = "
        "(SELECT oid FROM pg_database WHERE datname = current_database())"
    )

    def migrate_under_it(cursor):
        with alone():
            cursor.execute(lose)
            raise CommandError("a migration failed")

    with connection.cursor() as cursor:
        with alone():
            cursor.execute(lose)
            assert cursor.fetchall() == [(True,)]
        with pytest.raises(CommandError, match="a migration failed"):
            migrate_under_it(cursor)


def test_a_database_of_a_newer_program_is_refused(db):
    MigrationRecorder(connection).record_applied("claims", "9999_what_is_to_come")
    with pytest.raises(CommandError, match=r"newer workbench .*claims 9999_what_is_to_come"):
        prepare()


def test_the_way_in_is_told_until_there_is_an_administrator(db, settings):
    settings.SITE = "https://claims.example.org"
    assert f"https://claims.example.org/set-up/{set_up_code()}/" in first_administrator()
    settings.SITE, settings.HTTPS = "", True  # nothing answers here that speaks HTTPS
    assert f"https://…/set-up/{set_up_code()}/" in first_administrator()
    assert "WORKBENCH_HTTPS=0" in first_administrator()
    settings.HTTPS = False
    assert f"http://127.0.0.1:8000/set-up/{set_up_code()}/" in first_administrator()
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


@pytest.mark.parametrize("role", [[], ["web"]])
def test_an_address_that_is_taken_is_told_in_a_sentence(tmp_path, role):
    with socket.create_server(("127.0.0.1", 0)) as other:
        at = f"127.0.0.1:{other.getsockname()[1]}"
        done = manage("serve", *role, WORKBENCH_DATA=str(tmp_path), WORKBENCH_BIND=at)
    assert (done.returncode, done.stderr) == (1, f"CommandError: {at} is in use.\n")


def test_a_folder_that_cannot_be_worked_with_is_told_in_a_sentence(tmp_path):
    (tmp_path / "preparing.lock").mkdir()
    (tmp_path / "static.lock").mkdir()
    done = manage("serve", "web", WORKBENCH_DATA=str(tmp_path), WORKBENCH_BIND=f"127.0.0.1:{free_port()}")
    assert done.returncode == 1
    assert "CommandError: The data folder" in done.stderr
    assert "Traceback" not in done.stderr


def test_what_a_copy_before_migrations_refuses_is_told_in_a_sentence(db, monkeypatch):
    def refuse():
        raise Refused("A backup is being made just now: wait until it is done.")

    monkeypatch.setattr(serve, "prepare", refuse)
    with pytest.raises(CommandError, match="A backup is being made just now"):
        serve.Command().prepare("worker")


def test_a_database_that_does_not_answer_is_told_in_a_sentence(db, monkeypatch):
    def gone():
        raise OperationalError("connection refused")

    monkeypatch.setattr(serve, "prepare", gone)
    with pytest.raises(CommandError, match="The database cannot be worked with: connection refused"):
        serve.Command().prepare("worker")


def test_what_a_migration_breaks_on_is_told_without_what_stands_in_the_records(db, monkeypatch, caplog):
    def broken():
        raise IntegrityError('duplicate key "x"\nDETAIL:  Key (statement)=(the words of somebody) already exists.')

    monkeypatch.setattr(serve, "prepare", broken)
    with pytest.raises(CommandError, match="The database cannot be worked with: IntegrityError") as told:
        serve.Command().prepare("worker")
    assert "words" not in str(told.value)
    (line,) = [Json().format(each) for each in caplog.records]
    assert "words" not in line
    assert "django.db.utils.IntegrityError" in json.loads(line)["trace"]

    def gone():
        raise OperationalError("deadlock detected\nDETAIL:  the words of somebody")

    monkeypatch.setattr(serve, "prepare", gone)
    with pytest.raises(CommandError, match=r"worked with: deadlock detected$"):
        serve.Command().prepare("worker")


def test_why_it_does_not_start_is_a_line_of_json_where_the_log_is(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        at = f"127.0.0.1:{other.getsockname()[1]}"
        done = manage("serve", WORKBENCH_DATA=str(tmp_path), WORKBENCH_BIND=at, WORKBENCH_LOGS="json")
    (line,) = map(json.loads, done.stderr.splitlines())
    assert (done.returncode, line["level"], line["message"]) == (1, "critical", f"{at} is in use.")


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
            assert served.children("worker") == []
            assert not query(server_folder, "SELECT name FROM claims_worker")
        else:
            assert until(lambda: query(server_folder, "SELECT name FROM claims_worker"))
            assert served.ask() is None
        assert served.end() == 0


def taken_in(line):
    """Whether the server's program has read all that was sent to it on this connection so far."""
    ours = f":{line.getsockname()[1]:04X}"
    with open("/proc/net/tcp") as table:
        rows = [row.split() for row in table]
    return [row[4].partition(":")[2] for row in rows if row[2].endswith(ours)] == ["0" * 8]


def test_a_request_in_hand_is_answered_before_it_ends(server_folder):
    with serving(server_folder) as served:
        served.up()
        with socket.create_connection(("127.0.0.1", served.port), timeout=60) as line:
            line.sendall(b"POST /accounts/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc")
            assert until(lambda: taken_in(line)), "it has the first half"
            served.process.send_signal(signal.SIGTERM)
            assert until(lambda: served.ask() is None), "it lets nobody else in"
            line.sendall(b"defghij")
            assert line.recv(100).startswith(b"HTTP/1.1 403")
        assert served.process.wait(60) == 0


def test_ctrl_c_ends_all_of_it_in_order_and_without_noise(server_folder):
    """As a terminal sends it: to every process of its group at once."""
    with serving(server_folder) as served:
        served.up()
        assert until(lambda: query(server_folder, "SELECT name FROM claims_worker"))
        children = served.children("serve")
        assert {os.getpgid(child) for child in children}.isdisjoint({served.process.pid}), "they are told by it alone"
        os.killpg(served.process.pid, signal.SIGINT)
        assert served.process.wait(90) == 0
        assert [child for child in children if os.path.exists(f"/proc/{child}")] == []
        assert "Traceback" not in served.said()
        assert "KeyboardInterrupt" not in served.said()
        assert "ended with status" not in served.said()


@pytest.mark.parametrize("name", ["web", "worker"])
def test_what_is_killed_below_it_runs_again(server_folder, name):
    with serving(server_folder) as served:
        served.up()
        first = until(lambda: served.children(name))
        os.kill(first[0], signal.SIGKILL)
        assert until(lambda: f"The {name} ended with status -9 and is started again." in served.said()), served.said()
        again = until(lambda: [each for each in served.children(name) if each not in first])
        assert again
        served.up()


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
    with serving(server_folder, "worker") as served:
        assert until(lambda: query(server_folder, state)[0][0] == "done")
        assert served.end() == 0
        said = [json.loads(line)["message"] for line in served.said().splitlines()]
        assert "Looking at the database …" in said
        assert len(said) > 1, "the job is told as well"
    count = "SELECT count(*), count(DISTINCT number) FROM claims_claim WHERE statement LIKE '%Ruritania%'"
    assert query(server_folder, count) == [(9000, 9000)]


def test_a_signal_is_heard_in_whatever_it_interrupts(db):
    before = signal.getsignal(signal.SIGINT)
    with told_to_end() as told:
        told.wait(0)
        assert not told.is_set()
        os.kill(os.getpid(), signal.SIGTERM)
        told.wait(60)
        assert told.is_set()
        os.kill(os.getpid(), signal.SIGINT)  # as often as somebody likes
        told.wait(60)
    assert signal.getsignal(signal.SIGINT) is before


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
