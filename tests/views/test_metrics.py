"""What a monitoring system is told, and that nobody else is."""

import os
import re
import signal

import pytest

from claims.models import Job, Worker, begin
from tests.serving import serving, until

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


SEARCHES = 'workbench_request_seconds_count{page="claims:search",status="302"} '


def searches(served):
    told = served.ask("/metrics", Authorization=f"Bearer {TOKEN}")[2]
    return [float(line.removeprefix(SEARCHES)) for line in told.splitlines() if line.startswith(SEARCHES)]


def test_counts_outlive_the_processes_that_made_them_and_two_servers_do_not_mix_theirs(server_folder):
    with serving(server_folder, "web", WORKBENCH_METRICS=TOKEN) as one:
        one.up()
        for _ in range(20):
            one.ask("/search/")
        first = one.children("web")
        for process in first:
            os.kill(process, signal.SIGKILL)
        assert until(lambda: len(set(one.children("web")) - set(first)) == len(first))
        one.up()
        with serving(server_folder, "web", WORKBENCH_METRICS=TOKEN) as other:
            other.up()
            assert searches(other) == []
            one.ask("/search/")
            assert searches(one) == [21.0]
            assert other.end() == 0
        kept = {path.name for path in (server_folder / "metrics").rglob("histogram_*.db")}
        assert "histogram_past.db" in kept
        assert kept.isdisjoint(f"histogram_{process}.db" for process in first), "they would grow for ever"
        assert one.end() == 0
    assert list((server_folder / "metrics").glob("counting-*")) == []
