"""The disk under a running server is full, or takes no writes: a sentence while it lasts, nothing half, no restart."""

import json
import os
import signal

import pytest
from django.db import connection

from tests.faults.disks import Disk
from tests.faults.forms import rewind
from tests.faults.visiting import Visitor, told
from tests.serving import serving, until

COUNTED = (
    "import json; from claims.models import *; from claims.custody.chain import verify; "
    "case = Case.objects.get(code='FAULTS'); "
    "counted = [Comment.objects.filter(claim__case=case), Capture.objects.filter(exhibit__case=case), case.documents]; "
    "print(json.dumps([*(each.count() for each in counted), verify(case).fault, verify(None).fault]))"
)
SAID = b"The census counts conscripts too."


@pytest.fixture
def served(tmp_path, folder, nothing_yet):
    """A server on a disk of its own: (it, the disk, Ann, where and with which variables commands find its data)."""
    disk = Disk(tmp_path / "disk", folder if connection.vendor == "sqlite" else None)
    with serving(tmp_path, within=disk.within, WORKBENCH_DATA=str(disk.place), **nothing_yet) as running:
        running.up()
        place = {"within": disk.beside(running.process.pid), "WORKBENCH_DATA": str(disk.place)} | nothing_yet
        yield running, disk, Visitor(running, **place), place


def acts(ann):
    """What Ann and her program are about to do: each is a function that does it, and gives the answer."""
    remark = ann.form(ann.claim + "talk/", "talk/add/", text=SAID.decode())
    upload = ann.form(f"{ann.exhibit}captures/add/", file=SAID * 5000)

    def send(form):
        rewind(form[1])
        return ann.post(*form)

    text = {"text": SAID.decode() * 2000, "title": "A paper"}
    return {
        "a remark": lambda: send(remark),
        "an upload": lambda: send(upload),
        "a program's document": lambda: ann.call("/cases/FAULTS/documents", text, "a-key"),
    }


def refused(answer, status, sentence):
    """Whether it says no, in words."""
    text = answer.content.decode()
    if "json" in answer.headers["Content-Type"]:
        text = json.loads(text)["detail"]
    return answer.status_code == status and sentence in text


def test_a_full_disk_is_said_and_once_there_is_room_all_goes_on(served):
    running, disk, ann, place = served
    doing, before = acts(ann), told(COUNTED, **place)
    assert before == [0, 0, 0, None, None]

    ballast = disk.fill_up(running.process.pid)
    full = {name: act() for name, act in doing.items()}
    sizes = {name: each.status_code for name, each in full.items()}
    # A database server of its own has a disk of its own.
    hit = doing if connection.vendor == "sqlite" else {"an upload"}
    assert sizes == {name: 507 if name in hit else sizes[name] for name in doing}
    for name in hit:
        assert refused(full[name], 507, "The disk of this installation is full"), name
        assert "Nothing was half-saved" in full[name].content.decode()
    assert running.ask("/readyz")[0] == 503
    assert running.ask("/healthz")[0] == 200
    assert ann.get(ann.claim).status_code == 200, "what is there can be read"

    ballast.unlink()
    assert until(lambda: running.ask("/readyz")[0] == 200)
    for name in hit:
        assert doing[name]().status_code in (201, 302), name
    after = told(COUNTED, **place)
    assert after == [1, 1, 1, None, None], "each once, whatever was tried before"
    assert "started again" not in running.said()


def test_a_disk_that_takes_no_writes_is_said_and_once_it_does_all_goes_on(served):
    running, disk, ann, place = served
    doing = acts(ann)

    # Nobody takes writes from who has a file open for them: as after a fault of the disk, its processes begin anew.
    for each in running.children("web") + running.children("worker"):
        os.kill(each, signal.SIGKILL)
    disk.take_writes_away(running.process.pid)
    running.up()
    hit = doing if connection.vendor == "sqlite" else {"an upload"}
    for name in hit:
        answer = doing[name]()
        assert answer.status_code == 503, name
        assert "Nothing was half-saved" in answer.content.decode()
        assert answer.headers["Retry-After"] == "10"
    assert running.ask("/readyz")[0] == 503
    assert running.ask("/healthz")[0] == 200

    begun_again = running.said().count("started again")
    disk.give_back(running.process.pid)
    assert until(lambda: running.ask("/readyz")[0] == 200)
    for name in doing:
        assert doing[name]().status_code in (201, 302), name
    after = told(COUNTED, **place)
    assert after == [1, 1, 1, None, None], "each once, whatever was tried before"
    assert running.said().count("started again") == begun_again
