"""The store of files goes away under a running server and comes back: nothing is lost, and nobody starts anything."""

import logging

import boto3
import pytest
from moto.server import ThreadedMotoServer

from tests.faults.forms import rewind
from tests.faults.visiting import Visitor, told
from tests.serving import free_port, serving, until

SAID = b"The census says 48,000."
KEYS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_DEFAULT_REGION": "us-east-1"}
READ_IT = """
import json
from claims.models import *
capture = Capture.objects.get(note="The first.")
ann = User.objects.get(email="ann@example.net")
print(begin(capture.exhibit.case, "derive", [("", b"")], by=ann, about={"capture": capture.pk}).pk)
"""
STANDS = """
import json
from claims.custody.chain import verify
from claims.custody.store import read
from claims.models import *
case = Case.objects.get(code="FAULTS")
captures = Capture.objects.filter(exhibit__case=case).order_by("pk")
held = [b"".join(read(each.file)).decode() for each in captures] if {held} else []
job = Job.objects.filter(case=case).values_list("state", "attempts").first()
print(json.dumps([held, job, verify(case).fault, verify(None).fault]))
"""


class Service:
    """An S3 server that can be stopped, and started again where it stood with all that it holds."""

    def __init__(self):
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self):
        self.server = ThreadedMotoServer(ip_address="127.0.0.1", port=self.port, verbose=False)
        self.server.start()

    def stop(self):
        self.server.stop()


@pytest.fixture
def service(monkeypatch):
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    made = Service()
    boto3.client("s3", endpoint_url=made.address).create_bucket(Bucket="faults")
    yield made
    made.stop()


def test_a_store_that_goes_away_and_comes_back(service, folder, nothing_yet):
    variables = {"WORKBENCH_STORE": "s3://faults/work", "WORKBENCH_STORE_ENDPOINT": service.address} | nothing_yet
    with serving(folder, **variables) as running:
        running.up()
        place = {"WORKBENCH_DATA": str(folder)} | variables
        ann = Visitor(running, **place)
        first = ann.form(f"{ann.exhibit}captures/add/", text="As long as it lasts.", note="The first.")
        assert ann.post(*first).status_code == 302
        then = ann.form(f"{ann.exhibit}captures/add/", file=SAID, note="The second.")

        service.stop()
        told(READ_IT, **place)
        answer = ann.post(*then)
        assert answer.status_code == 503
        assert "The store of files cannot be reached just now. Nothing was half-saved." in answer.content.decode()
        assert answer.headers["Retry-After"] == "10"
        assert running.ask("/readyz")[0] == 503
        assert running.ask("/healthz")[0] == 200
        assert ann.get(ann.claim).status_code == 200, "what needs no file goes on"
        assert until(lambda: "it is tried again in" in running.said())
        asked = STANDS.replace("{held}", "False")
        assert told(asked, **place)[1] == ["waiting", 0], "the job waits, and nothing is held against it"

        service.start()
        assert until(lambda: running.ask("/readyz")[0] == 200)
        rewind(then[1])
        assert ann.post(*then).status_code == 302
        assert until(lambda: told(asked, **place)[1][0] == "done")
        held, _job, fault, other = told(STANDS.replace("{held}", "True"), **place)
        assert held == ["As long as it lasts.", SAID.decode()]
        assert (fault, other) == (None, None)
        assert "started again" not in running.said()
