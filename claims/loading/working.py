"""What a worker does: takes up jobs, one after the other, and says how far each is.

Jobs wait in the application's own table. A queue of tasks beside it (django-tasks-db) would have to be kept in step
with the row that people see, has no progress and leaves a killed task running for ever.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from claims.loading import claim_tables
from claims.loading.documents import load
from claims.loading.suggesting import suggested
from claims.loading.web import load_address
from claims.models import Cancelled, Document, Job, JobItem, Refused, keep_suggestions

logger = logging.getLogger(__name__)
MOST_TOLD = 100  # refused rows of a table whose reasons are kept


def work_once() -> Job | None:
    """Do the job that has waited longest, and return it; None where none waits."""
    job = Job.objects.select_related("case", "by").take()
    if job is not None:
        work(job)
    return job


def work(job: Job) -> None:
    """Do a job. Whatever happens, it ends with a sentence that says how; what was done until then stays."""
    try:
        message = TASKS[job.task](job)
    except Cancelled:
        job.end(Job.State.CANCELLED, _("Cancelled. What was loaded until then stays."))
    except Refused as refusal:
        job.end(Job.State.FAILED, str(refusal))
    except Exception:
        logger.exception("Job %s broke off.", job.pk)
        job.end(Job.State.FAILED, _("It broke off by a fault of the workbench. What was loaded until then stays."))
    else:
        job.end(Job.State.DONE, message)


def _load_items(job: Job, load_one: Callable[[JobItem], tuple[Document, bool]]) -> str:
    """Load each thing that was given; one that cannot be loaded stops none of the others."""
    items = list(job.items.order_by("position").defer("content"))
    job.advance(0, len(items))
    for done, item in enumerate(items, start=1):
        if item.state == JobItem.State.WAITING:
            try:
                item.document, new = load_one(item)
                item.state = JobItem.State.LOADED if new else JobItem.State.FOUND
            except ValidationError as refusal:
                item.state, item.message = JobItem.State.REFUSED, " ".join(refusal.messages)
            item.save(update_fields=["document", "state", "message"])
        job.advance(done)
    loaded = sum(item.state == JobItem.State.LOADED for item in items)
    said = ngettext("%(n)s document is loaded.", "%(n)s documents are loaded.", loaded)
    return said % {"n": loaded}


def _files(job: Job) -> str:
    return _load_items(
        job,
        lambda item: load(
            job.case, bytes(item.content), by=job.by, origin=Document.Origin.FILE, file_name=item.name
        ),
    )  # fmt: skip


def _address(job: Job) -> str:
    return _load_items(job, lambda item: load_address(job.case, item.name, by=job.by))


def _claims(job: Job) -> str:
    item = job.items.get()
    content = bytes(item.content)
    job.advance(0, claim_tables.count(content))
    outcome = claim_tables.import_claims(job.case, content, by=job.by, file_name=item.name, progress=job.advance)
    job.done = job.total
    told = [_("Line %(line)s: %(why)s") % {"line": line, "why": why} for line, why in outcome.refused[:MOST_TOLD]]
    left = len(outcome.refused) - len(told)
    if left:
        told.append(ngettext("And %(n)s more.", "And %(n)s more.", left) % {"n": left})
    item.state, item.message = JobItem.State.LOADED, "\n".join(told)
    item.save(update_fields=["state", "message"])
    numbers: dict[str, Any] = {"made": outcome.made, "found": outcome.found, "refused": len(outcome.refused)}
    return _("%(made)s claims are made; %(found)s were here already, %(refused)s lines could not be read.") % numbers


def _suggest(job: Job) -> str:
    document = Document.objects.select_related("case").get(pk=job.items.get().document_id)
    job.advance(0, 1)
    found = suggested(document.text)
    job.advance(1)
    keep_suggestions(document, found, by=job.by)
    said = ngettext("%(n)s assertion is suggested.", "%(n)s assertions are suggested.", len(found))
    return said % {"n": len(found)}


TASKS: dict[str, Callable[[Job], str]] = {
    Job.Task.FILES: _files,
    Job.Task.CLAIMS: _claims,
    Job.Task.ADDRESS: _address,
    Job.Task.SUGGEST: _suggest,
}
