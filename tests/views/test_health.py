"""What whoever runs the workbench asks it."""

import pytest
from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder

from claims.custody.store import FolderStore, OutOfReach


def test_the_process_answers_strangers_without_the_database(client):
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")


def test_it_is_ready(client, db):
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {"ready": True, "database": "ok", "migrations": "ok", "storage": "ok"}


def test_without_the_database_it_is_not(client, db, monkeypatch):
    def gone(*args, **kwargs):
        raise DatabaseError("gone")

    with monkeypatch.context() as broken:
        broken.setattr(connection, "cursor", gone)
        response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["database"] == "unreachable"


def test_with_a_migration_pending_it_is_not(client, db):
    MigrationRecorder(connection).record_unapplied("claims", "0001_initial")
    response = client.get("/readyz")
    assert (response.status_code, response.json()["migrations"]) == (503, "1 pending")


def test_on_a_database_that_a_newer_program_has_been_at_it_is_not(client, db):
    MigrationRecorder(connection).record_applied("claims", "9999_what_is_to_come")
    response = client.get("/readyz")
    assert (response.status_code, response.json()["migrations"]) == (503, "of a newer program")


def test_without_a_disk_to_write_on_it_is_not(client, db, settings, tmp_path):
    settings.DATA = tmp_path / "gone"
    response = client.get("/readyz")
    assert (response.status_code, response.json()["storage"]) == (503, "not writable")


def test_without_its_store_it_is_not(client, db, monkeypatch):
    def gone(self):
        raise OutOfReach("nobody answers")

    monkeypatch.setattr(FolderStore, "check", gone)
    response = client.get("/readyz")
    assert (response.status_code, response.json()["storage"]) == (503, "unreachable")


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "10.1.2.3", "[fd00::7]:8000", "web", "no_host.at=all"])
def test_they_answer_by_whatever_host_they_are_asked_and_repeat_nothing_of_it(client, db, settings, host):
    settings.ALLOWED_HOSTS, settings.SECURE_SSL_REDIRECT = ["claims.example.org"], True
    for path in ("/healthz", "/readyz"):
        answer = client.get(path, headers={"Host": host})
        assert answer.status_code == 200
        assert host not in f"{answer.headers}{answer.content.decode()}"
    for path in ("/version", "/accounts/login/", "/healthz/", "/nothing/healthz"):
        assert client.get(path, headers={"Host": host}).status_code == 400


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_nobody_keeps_an_old_answer(client, db, path):
    assert "no-store" in client.get(path)["Cache-Control"]
