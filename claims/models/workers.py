"""The processes that take up jobs, and when each was last heard of.

No record, and so not in the log: it says nothing of the investigations, and every half minute something else.
"""

from __future__ import annotations

import datetime

from django.db import models
from django.utils import timezone

from claims.models.jobs import SILENT, Job

BEAT = 30  # seconds between two signs of life
FORGOTTEN = datetime.timedelta(days=1)


class WorkerManager(models.Manager["Worker"]):
    """Signs of life, from both sides."""

    def beat(self, name: str) -> None:
        """Note that this one is alive; what has not been heard of for a day is deleted on the way."""
        now = timezone.now()
        self.update_or_create(name=name, defaults={"seen_at": now}, create_defaults={"seen_at": now, "started_at": now})
        self.filter(seen_at__lt=now - FORGOTTEN).delete()

    def last_seen(self) -> datetime.datetime | None:
        """When any of them was heard of, by its beat or by a job in hand; None where there never was one.

        What is still to come is from before the clock was turned back, and tells nothing.
        """
        until = timezone.now() + SILENT
        past = self.filter(seen_at__lte=until)
        beats = past.order_by("-seen_at").values_list("seen_at", flat=True).first()
        running = Job.objects.filter(state=Job.State.RUNNING, heartbeat__lte=until)
        job = running.order_by("-heartbeat").values_list("heartbeat", flat=True).first()
        return max((when for when in (beats, job) if when), default=None)

    def alive(self) -> bool:
        """Whether there is one that takes up jobs."""
        seen = self.last_seen()
        return seen is not None and seen > timezone.now() - SILENT


class Worker(models.Model):
    """One process, by the machine and the number that it has there."""

    name = models.CharField(max_length=200, unique=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField(db_index=True)

    objects = WorkerManager()

    class Meta:
        ordering = ["-seen_at"]

    def __str__(self) -> str:
        return self.name
