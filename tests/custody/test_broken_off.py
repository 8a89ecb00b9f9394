"""The process is killed in the middle of an upload, at one point after another: nothing half-done stays."""

import datetime
import io
import os
import signal
from pathlib import Path

import pytest
from django.conf import settings as now
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from claims.custody import store
from claims.custody.chain import verify
from claims.models import Capture, Custody, Entry, Exhibit, StoredFile, User
from tests.factories import make_case, make_user
from tests.processes import python

CONTENT = b"The census says 48,000. " * 100_000

# A process of its own that takes a capture in as a view does, and is killed at the point it is told.
UPLOAD = """
import os, signal, sys
import django
django.setup()
from claims.custody import store
from claims.custody.store import Arrival, FolderStore
from claims.models import Capture, Exhibit, User, writing

point, exhibit, user = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
content = b"The census says 48,000. " * 100_000


def killed_at(here):
    if point == here:
        os.kill(os.getpid(), signal.SIGKILL)


def stopping(function, before="", after=""):
    def stopped(*args, **kwargs):
        killed_at(before)
        answer = function(*args, **kwargs)
        killed_at(after)
        return answer
    return stopped


FolderStore.put = stopping(FolderStore.put, before="after the row", after="after the file")
store.sync = stopping(store.sync, before="before its name is on the disk")
if point.startswith("without nameless files"):
    import tempfile
    tempfile._O_TMPFILE_WORKS = False
    del os.O_TMPFILE
    copied = stopping(os.link, before="without nameless files, while it is copied")
    linked = os.link
    os.link = lambda *args, **how: linked(*args, **how) if how else copied(*args)

arrival = Arrival()
for start in range(0, len(content), 65536):
    arrival.write(content[start : start + 65536])
    if start > len(content) / 2:
        killed_at("while it is written")
file = arrival.keep()
killed_at("before the capture")
exhibit, user = Exhibit.objects.get(pk=exhibit), User.objects.get(pk=user)
with writing(exhibit.case) as chain:
    capture = Capture(exhibit=exhibit, file=file, how="upload", name="a.txt", captured_by=user)
    capture.save(by=user)
    killed_at("in the capture's transaction")
killed_at("after all")
"""

POINTS = [
    "while it is written",
    "after the row",
    "without nameless files, while it is copied",
    "before its name is on the disk",
    "after the file",
    "before the capture",
    "in the capture's transaction",
]

pytestmark = pytest.mark.usefixtures("real_transactions")


@pytest.fixture
def exhibit() -> Exhibit:
    ann = make_user()
    made = Exhibit(case=make_case(by=ann), title="A page")
    made.save(by=ann)
    return made


def database() -> str:
    """The address of the tests' database, for another process."""
    at = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{at['NAME']}"
    return f"postgres://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}/{at['NAME']}"


def upload(exhibit: Exhibit, *, point: str = "nowhere") -> int:
    """Take the capture in, in a process that is killed there; its exit status."""
    done = python(
        "-c", UPLOAD, point, str(exhibit.pk), str(User.objects.get().pk),
        DATABASE_URL=database(), WORKBENCH_DATA=str(now.DATA), DJANGO_SETTINGS_MODULE="workbench.settings",
        WORKBENCH_SECRET_KEY="k" * 60,
    )  # fmt: skip
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode


def files() -> list[Path]:
    """All that lies in the store's folder."""
    return [path for path in (now.DATA / "files").rglob("*") if path.is_file()]


def verify_files() -> str:
    out = io.StringIO()
    call_command("verify_files", stdout=out, stderr=out)
    return out.getvalue()


def an_hour_passes() -> None:
    """For all rows and files of the store."""
    StoredFile.objects.update(received_at=timezone.now() - datetime.timedelta(hours=2))
    for path in files():
        os.utime(path, (0, 0))


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_any_point_an_upload_leaves_nothing_half_done(exhibit, point):
    entries = Entry.objects.count()
    assert upload(exhibit, point=point) == -signal.SIGKILL

    assert not Capture.objects.exists()
    assert not Custody.objects.exists()
    assert Entry.objects.count() == entries
    assert verify(exhibit.case).fault is None
    assert "all as they came" in verify_files()
    an_hour_passes()
    assert "all as they came" in verify_files()
    assert not StoredFile.objects.exists()
    assert files() == []


@pytest.mark.parametrize("point", ["after the row", "after the file", "in the capture's transaction"])
def test_what_was_killed_can_be_sent_again(exhibit, point):
    upload(exhibit, point=point)
    assert upload(exhibit) == 0
    an_hour_passes()
    assert "1 file hashed" in verify_files()
    capture = Capture.objects.get()
    assert b"".join(store.read(capture.file)) == CONTENT
    assert files() == [store.FolderStore(now.DATA / "files").place(capture.file.sha256)]


def test_an_upload_killed_after_all_is_there(exhibit):
    assert upload(exhibit, point="after all") == -signal.SIGKILL
    assert Capture.objects.get().file.size == len(CONTENT)
    assert "1 file hashed" in verify_files()
