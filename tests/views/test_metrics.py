"""What a monitoring system is told, and that nobody else is."""

import re

import pytest

from claims.models import Job, Worker, begin
from tests.serving import serving

TOKEN = "a-token-of-two-dozen-letters"


@pytest.fixture
def measured(settings, tmp_path, monkeypatch):
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    settings.METRICS = TOKEN


def test_they_are_off_until_a_token_is_set(client, db):
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.parametrize("said", [None, "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer ü"])
def test_without_the_token_nothing_is_told(client, db, measured, said):
    answer = client.get("/metrics", headers={"Authorization": said} if said else {})
    assert answer.status_code == 401
    assert "workbench_" not in answer.content.decode()


def test_jobs_and_worker_are_told(client, measured, case, ann):
    begin(case, Job.Task.FILES, [], by=ann)
    Worker.objects.beat("machine 1")
    told = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).content.decode()
    assert "workbench_jobs_waiting 1.0" in told
    assert re.search(r"workbench_worker_silent_seconds [0-9.e-]+$", told, re.MULTILINE)
    assert "workbench_database_up 1.0" in told


def test_requests_are_counted_by_page_over_all_processes(server_folder):
    with serving(server_folder, "web", WORKBENCH_METRICS=TOKEN) as served:
        served.up()
        for _ in range(20):
            served.ask("/search/?q=somebodys-words")
        told = served.ask("/metrics", Authorization=f"Bearer {TOKEN}")[2]
    assert 'workbench_request_seconds_count{page="claims:search",status="302"} 20.0' in told
    assert "somebodys" not in told
