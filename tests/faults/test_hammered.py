"""Processes are killed under programs that add documents: each that was acknowledged is there, once, and no other."""

import http.client
import os
import signal
import sqlite3
import threading

from tests.faults.test_away import kill, postgres, start_again
from tests.faults.visiting import Visitor, told
from tests.processes import manage
from tests.serving import serving, until

__all__ = ["postgres"]

MANY, AT_ONCE = 40, 4
FOUND = """
import json
from claims.custody.chain import verify
from claims.models import *
case = Case.objects.get(code="FAULTS")
titles = sorted(case.documents.values_list("title", flat=True))
entered = case.entries.filter(verb="loaded").count()
jobs = list(Job.objects.filter(case=case).values_list("state", flat=True))
print(json.dumps([titles, entered, jobs, verify(case).fault, verify(None).fault]))
"""
JOB = """
from claims.models import *
case, ann = Case.objects.get(code="FAULTS"), User.objects.get(email="ann@example.net")
table = "statement,kind\\n" + "".join(f"The army of Ruritania has {n} men.,quantity\\n" for n in range(2000))
print(begin(case, "claims", [("a.csv", table.encode())], by=ann).pk)
"""


JOBS = """
from claims.models import *
case, ann = Case.objects.get(code="FAULTS"), User.objects.get(email="ann@example.net")
def bring(words, many):
    table = "statement,kind\\n" + "".join(f"{words} {n} men.,quantity\\n" for n in range(many))
    return begin(case, "claims", [("a.csv", table.encode())], by=ann).pk
for n in range(5):
    bring(f"The fleet {n} has", 20)
bring("The army of Ruritania has", 6000)
for n in range(5, 10):
    bring(f"The fleet {n} has", 20)
print(1)
"""

# Two minutes of silence go by for what is lost; who is not silent says so at the next step.
SILENT = "UPDATE claims_job SET heartbeat = '2020-01-01 00:00:00+00:00' WHERE state = 'running' RETURNING id"
MADE = "SELECT count(*), count(DISTINCT number), count(DISTINCT statement) FROM claims_claim WHERE statement LIKE"


class Hammer:
    """Programs that add documents at once, each until it is told that its own is there."""

    def __init__(self, ann):
        self.ann, self.acknowledged, self.odd = ann, [], []
        self.left, self.lock = list(range(MANY)), threading.Lock()
        self.threads = [threading.Thread(target=self.run) for _ in range(AT_ONCE)]

    def run(self):
        while True:
            with self.lock:
                if not self.left:
                    return
                n = self.left.pop()
            if until(lambda n=n: self.add(n), 120):
                with self.lock:
                    self.acknowledged.append(f"Paper {n:02}")

    def add(self, n):
        """Whether document n is acknowledged by now."""
        text = {"text": f"The army of Ruritania is {n},000 strong.", "title": f"Paper {n:02}"}
        try:
            answer = self.ann.call("/cases/FAULTS/documents", text, f"key-{n}")
        except (OSError, http.client.HTTPException):
            return False
        # 409: the same is at work still, for a connection that was lost meanwhile.
        if answer.status_code not in (201, 409, 503):
            self.odd.append((answer.status_code, answer.content))
        return answer.status_code == 201

    def under(self, *strikes):
        """Add all of them. Each strike falls once so many more are acknowledged, in the middle of others."""
        for each in self.threads:
            each.start()
        for n, strike in enumerate(strikes, 1):
            enough = n * MANY // (len(strikes) + 1)
            assert until(lambda enough=enough: len(self.acknowledged) >= enough, 200)
            strike()
        for each in self.threads:
            each.join()
        assert self.odd == []
        assert len(self.acknowledged) == MANY

    def check(self, place):
        """That what is there is what was acknowledged. How its jobs stand."""
        titles, entered, jobs, *faults = told(FOUND, **place)
        assert [each for each in titles if each.startswith("Paper")] == sorted(self.acknowledged)
        assert len(titles) == entered
        assert faults == [None, None]
        return jobs


def test_web_and_worker_are_killed_at_any_moment(folder, nothing_yet):
    place = {"WORKBENCH_DATA": str(folder)} | nothing_yet
    with serving(folder, **nothing_yet) as running:
        running.up()
        hammer = Hammer(Visitor(running, **place))
        told(JOB, **place)

        def strike(word, which):
            found = until(lambda: running.children(word))
            os.kill(found[which % len(found)], signal.SIGKILL)

        order = (("web", 0), ("worker", 0), ("web", 1), ("web", 0))
        hammer.under(*(lambda each=each: strike(*each) for each in order))
        assert until(lambda: running.children("worker"))
        query(place, SILENT)
        assert until(lambda: query(place, "SELECT state FROM claims_job") == [("done",)], 200)
        assert query(place, f"{MADE} 'The army of Ruritania has %'") == [(2000, 2000, 2000)]
        assert hammer.check(place) == ["done"]


def test_the_database_is_killed_at_any_moment(postgres, tmp_path):
    folder, address = postgres
    port = address.rpartition(":")[2].partition("/")[0]
    # A scratch server does not wait for its disk: begun again by us it does, as in earnest.
    kill(folder)
    start_again(folder, port)
    place = {"WORKBENCH_DATA": str(tmp_path), "DATABASE_URL": address}
    with serving(tmp_path, DATABASE_URL=address) as running:
        running.up()
        hammer = Hammer(Visitor(running, **place))

        def strike():
            kill(folder)
            start_again(folder, port)

        hammer.under(strike, strike)
        hammer.check(place)
        assert "started again" not in running.said()


def query(place, statement):
    """What the database answers, past all that runs on it."""
    if address := place.get("DATABASE_URL"):
        import psycopg  # an extra

        with psycopg.connect(address, autocommit=True) as database:
            return database.execute(statement).fetchall()
    with sqlite3.connect(f"{place['WORKBENCH_DATA']}/workbench.sqlite3", timeout=60, autocommit=True) as database:
        return database.execute(statement).fetchall()


def test_of_two_workers_one_is_killed_in_the_middle_and_each_job_is_done_once(folder, nothing_yet):
    place = {"WORKBENCH_DATA": str(folder)} | nothing_yet
    assert manage("migrate", **place).returncode == 0
    Visitor(None, **place)
    with serving(folder, "worker", **nothing_yet) as one, serving(folder, "worker", **nothing_yet) as other:
        assert until(lambda: query(place, "SELECT count(*) FROM claims_worker") == [(2,)], 200), other.said()
        told(JOBS, **place)
        large = "SELECT count(*) FROM claims_job WHERE state = 'running' AND done > 0 AND total = 6000"
        assert until(lambda: query(place, large) == [(1,)])
        os.killpg(one.process.pid, signal.SIGKILL)

        query(place, SILENT)
        over = "SELECT count(*) FROM claims_job WHERE state = 'done'"
        assert until(lambda: query(place, over) == [(11,)], 200), query(place, "SELECT id, state FROM claims_job")
        assert query(place, f"{MADE} 'The army of Ruritania%'") == [(6000, 6000, 6000)]
        assert query(place, f"{MADE} 'The fleet%'") == [(200, 200, 200)]
        entered = "SELECT count(*) FROM claims_entry WHERE verb = 'made' AND thing = 'claim' AND detail LIKE"
        assert query(place, f"{entered} '%of Ruritania has%'") == [(6000,)]
        assert told(FOUND, **place)[3:] == [None, None]
