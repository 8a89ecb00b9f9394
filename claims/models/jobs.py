"""Work that takes longer than a page may: it waits in the database, and a worker takes it up."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from claims.models.cases import Case
    from claims.models.documents import Document
    from claims.models.people import User

# A worker that has not been heard of for so long is gone, and its job is begun again.
SILENT = datetime.timedelta(seconds=120)


# A job that took its worker down with it so often is not begun again.
MOST_ATTEMPTS = 3


class Cancelled(Exception):
    """Somebody asked the job to stop."""


class Overtaken(Exception):
    """Another worker took the job up, as this one had been silent for too long."""


class HandedBack(Exception):
    """The worker is to end before the job does: the job waits again."""


def never() -> bool:
    """Nobody tells this worker to end."""
    return False


class JobQuerySet(models.QuerySet["Job"]):
    """Jobs, from the worker's side."""

    def free(self) -> Self:
        """Those that a worker may take up: they wait, or run without a sign of life from their worker.

        A sign of life that is still to come is none: the clock was turned back since.
        """
        now = timezone.now()
        alive = Q(heartbeat__range=(now - SILENT, now + SILENT))
        return self.filter(Q(state=Job.State.WAITING) | Q(state=Job.State.RUNNING) & ~alive)

    def waiting(self, most: int) -> tuple[int, datetime.datetime | None]:
        """How many wait, counted no further than so many, and since when the oldest does."""
        waiting = self.filter(state=Job.State.WAITING)
        oldest = waiting.order_by("pk").values_list("made_at", flat=True).first()
        return len(waiting.values_list("pk", flat=True)[:most]), oldest

    def take(self) -> Job | None:
        """The oldest job that waits, or was lost by its worker: from now on the caller's. None if there is none."""
        passes = connection.features.has_select_for_update_skip_locked  # SQLite lets in one writer at a time anyway
        if not self.free().exists():  # asked every second: only what is there is worth the right to write
            return None
        with transaction.atomic():
            job = self.free().order_by("pk").select_for_update(skip_locked=passes).first()
            if job is not None:
                job.state, job.done, job.message = Job.State.RUNNING, 0, ""
                job.attempts += 1
                job.started_at = job.heartbeat = timezone.now()
                job.save()
        return job


class Job(models.Model):
    """Something to be done in a case, how far it is, and what came of it. It may be begun again at any time."""

    class Task(models.TextChoices):
        FILES = "files", _("Load files")
        CLAIMS = "claims", _("Import claims")
        ADDRESS = "address", _("Load a web address")
        SUGGEST = "suggest", _("Look for assertions")
        CAPTURE = "capture", _("Capture a web address")
        DERIVE = "derive", _("Read a capture")
        SOURCES = "sources", _("Import sources")
        REPORT = "report", _("Make a report")

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        CANCELLED = "cancelled", _("Cancelled")
        FAILED = "failed", _("Failed")

    case = models.ForeignKey("claims.Case", on_delete=models.PROTECT, related_name="jobs")
    task = models.CharField(max_length=10, choices=Task)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="jobs")
    once = models.CharField(max_length=80, null=True, unique=True, editable=False)  # noqa: DJ001 - as in Recorded
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    message = models.TextField(blank=True)
    cancel_asked = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    about = models.JSONField(default=dict, help_text=_("What a person said of what is to be loaded."))
    made_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    heartbeat = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = JobQuerySet.as_manager()
    # Asked at every step: whether the worker that has the job in hand is to end.
    stopping: Callable[[], bool] = staticmethod(never)

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["state", "id"], name="job_by_state"),
            models.Index(fields=["case", "-id"], name="job_of_case"),
        ]

    def __str__(self) -> str:
        return f"{self.get_task_display()} {self.pk}: {self.get_state_display()}"

    def get_absolute_url(self) -> str:
        return reverse("claims:job-detail", args=[self.case.code, self.pk])

    @property
    def over(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in (self.State.DONE, self.State.CANCELLED, self.State.FAILED)

    @property
    def per_cent(self) -> int:
        """How much of it is done."""
        return min(100, 100 * self.done // self.total) if self.total else 0

    def advance(self, done: int, total: int | None = None) -> None:
        """Say how far it is, which is a sign of life.

        Raises Cancelled where somebody asked it to stop, Overtaken where it is another worker's by now, and HandedBack
        where its worker is to end.
        """
        self.done = done
        self.total = self.total if total is None else total
        self.heartbeat = timezone.now()
        if not self._mine().update(done=self.done, total=self.total, heartbeat=self.heartbeat):
            raise Overtaken
        if self._mine().filter(cancel_asked=True).exists():
            raise Cancelled
        if self.stopping():
            raise HandedBack

    def end(self, state: str, message: str = "") -> None:
        """It is over; what came in with it has been read and is let go. Raises Overtaken."""
        self.state, self.message, self.ended_at = state, message, timezone.now()
        ended = {"state": state, "message": message, "ended_at": self.ended_at, "done": self.done, "total": self.total}
        with transaction.atomic():
            if not self._mine().update(**ended):
                raise Overtaken
            self.items.update(content=b"")

    def hand_back(self, *, counted: bool = False) -> None:
        """It waits again; that it was begun is held against it only where it is counted. Raises Overtaken."""
        attempts = self.attempts if counted else max(self.attempts - 1, 0)
        back = {"state": self.State.WAITING, "attempts": attempts, "heartbeat": None}
        if not self._mine().update(**back):
            raise Overtaken

    def _mine(self) -> JobQuerySet:
        """The job while it is still of this taking up."""
        return Job.objects.filter(pk=self.pk, state=self.State.RUNNING, started_at=self.started_at)

    def cancel(self) -> None:
        """Ask it to stop; what has not begun stops here."""
        waiting = Job.objects.filter(pk=self.pk, state=self.State.WAITING)
        with transaction.atomic():
            if waiting.update(state=self.State.CANCELLED, ended_at=timezone.now()):
                self.items.update(content=b"")
            Job.objects.filter(pk=self.pk, state=self.State.RUNNING).update(cancel_asked=True)


class JobItem(models.Model):
    """One thing that a job was given, a file or an address, and what came of it."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        LOADED = "loaded", _("Loaded")
        FOUND = "found", _("Already here")
        REFUSED = "refused", _("Refused")

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveIntegerField()
    name = models.CharField(max_length=2000)
    content = models.BinaryField(default=b"", editable=False)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    message = models.TextField(blank=True)
    document = models.ForeignKey("claims.Document", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["job", "position"]
        constraints = [models.UniqueConstraint(fields=["job", "position"], name="job_item_one_per_position")]

    def __str__(self) -> str:
        return f"{self.name}: {self.get_state_display()}"

    @property
    def standing(self) -> str:
        """What has become of it, in a word; what its job never came to is as the job is."""
        if self.state == self.State.WAITING and self.job.state != Job.State.DONE:
            return str(self.job.get_state_display())
        return str(self.get_state_display()) if self.state != self.State.WAITING else str(_("Done"))


def begin(
    case: Case,
    task: str,
    given: Sequence[tuple[str, bytes]],
    *,
    by: User,
    once: str | None = None,
    about: dict[str, Any] | None = None,
    document: Document | None = None,
) -> Job:
    """A job that waits for a worker, with what it was given by name; the first one, where a form came twice."""
    fresh_values = {"case": case, "task": task, "by": by, "total": len(given), "about": about or {}}
    with transaction.atomic():
        job, fresh = Job.objects.get_or_create(once=once or f"{by.pk}:{uuid.uuid4()}", defaults=fresh_values)
        if fresh:
            JobItem.objects.bulk_create(
                JobItem(job=job, position=place, name=name, content=content, document=document)
                for place, (name, content) in enumerate(given, start=1)
            )
    return job
