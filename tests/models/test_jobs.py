import datetime

import pytest
from django.utils import timezone

from claims.models import Cancelled, Job, JobItem, Overtaken


def taken() -> Job:
    """The job that a worker takes up now."""
    found = Job.objects.take()
    assert found is not None
    return found


@pytest.fixture
def job(case, ann):
    return Job.objects.create(case=case, task="files", by=ann)


def test_the_oldest_job_is_taken_first_and_only_once(job, case, ann):
    later = Job.objects.create(case=case, task="files", by=ann)

    assert Job.objects.take() == job
    assert Job.objects.take() == later
    assert Job.objects.take() is None


def test_a_job_whose_worker_is_gone_is_begun_again(job):
    lost = taken()
    lost.advance(3, 9)
    Job.objects.update(heartbeat=timezone.now() - datetime.timedelta(minutes=3))

    again = taken()

    assert again == job
    assert again.done == 0


def test_a_job_that_waits_is_cancelled_at_once_and_a_running_one_at_its_next_step(job, case, ann):
    running = taken()
    waiting = Job.objects.create(case=case, task="files", by=ann)
    running.cancel()
    waiting.cancel()

    waiting.refresh_from_db()
    assert waiting.state == "cancelled"
    with pytest.raises(Cancelled):
        running.advance(1)


def test_what_came_in_is_let_go_when_the_job_is_over(job):
    JobItem.objects.create(job=job, position=1, name="a.txt", content=b"A text.")
    job = taken()
    job.end(Job.State.DONE)

    assert bytes(job.items.get().content) == b""
    assert job.over


def test_a_worker_that_was_silent_for_too_long_has_nothing_more_to_say(job):
    slow = taken()
    Job.objects.update(heartbeat=timezone.now() - datetime.timedelta(minutes=3))
    quick = taken()
    quick.end(Job.State.DONE, "All is loaded.")

    with pytest.raises(Overtaken):
        slow.advance(1)
    with pytest.raises(Overtaken):
        slow.end(Job.State.FAILED)
    job.refresh_from_db()
    assert (job.state, job.message) == ("done", "All is loaded.")


def test_a_job_cancelled_while_it_waits_lets_go_of_what_came_in(job):
    JobItem.objects.create(job=job, position=1, name="a.txt", content=b"A text.")
    job.cancel()
    assert bytes(job.items.get().content) == b""
