"""What is measured of an installation: requests as they are counted; jobs, worker and disk when it is asked for."""

from __future__ import annotations

import shutil
from collections.abc import Iterable

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.utils import timezone
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from claims.models import Job, Worker
from workbench.counting import counted

__all__ = ["CONTENT_TYPE_LATEST", "measured"]
MOST = 10_000  # jobs that are counted: a queue that long is too long, however long it is


class Installation(Collector):
    """What is measured when it is asked for."""

    def collect(self) -> Iterable[Metric]:
        """Free space, and of jobs and worker what the database tells while it answers."""
        free = shutil.disk_usage(settings.DATA).free
        yield GaugeMetricFamily("workbench_free_bytes", "Free on the disk of the data folder.", value=free)
        try:
            count, oldest = Job.objects.waiting(MOST)
            seen = Worker.objects.last_seen()
        except (DatabaseError, InterfaceError):
            yield GaugeMetricFamily("workbench_database_up", "Whether the database answers.", value=0)
            return
        now = timezone.now()
        yield GaugeMetricFamily("workbench_database_up", "Whether the database answers.", value=1)
        yield GaugeMetricFamily("workbench_jobs_waiting", "Jobs that no worker has taken up.", value=count)
        age = (now - oldest).total_seconds() if oldest else 0
        yield GaugeMetricFamily("workbench_oldest_job_seconds", "How long the oldest of them waits.", value=age)
        if seen is not None:
            silence = (now - seen).total_seconds()
            yield GaugeMetricFamily("workbench_worker_silent_seconds", "Since a worker was heard of.", value=silence)


def measured() -> bytes:
    """All of it in Prometheus's text form."""
    registry = CollectorRegistry()
    registry.register(Installation())
    return counted() + generate_latest(registry)
