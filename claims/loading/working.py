"""What a worker does: takes up jobs, one after the other, and says how far each is.

Jobs wait in the application's own table. A queue of tasks beside it (django-tasks-db) would have to be kept in step
with the row that people see, has no progress and leaves a killed task running for ever.
"""

from __future__ import annotations

import datetime
import logging
from collections import Counter
from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DatabaseError, InterfaceError, connection
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from claims.custody.outages import passes
from claims.custody.store import store
from claims.loading import claim_tables
from claims.loading.capturing import capture_address
from claims.loading.deriving import derive, untaken
from claims.loading.documents import load
from claims.loading.suggesting import MOST, suggested
from claims.loading.web import load_address
from claims.models import (
    MOST_ATTEMPTS,
    Cancelled,
    Capture,
    Document,
    Exhibit,
    HandedBack,
    Job,
    JobItem,
    NotYours,
    Overtaken,
    Refused,
    User,
    keep_suggestions,
    may,
    never,
)
from claims.models.entries import asking_anew

logger = logging.getLogger(__name__)
BROKEN = gettext_lazy("It broke off by a fault of the workbench. What was loaded until then stays.")
MOST_TOLD = 100  # refused rows of a table whose reasons are kept


def work_once(stopping: Callable[[], bool] = never) -> Job | None:
    """Do the job that has waited longest, and return it; None where none waits.

    What is raised while database or store are away, or a disk is full, is raised here too; the job then waits again.

    Once `stopping` says so, the job is handed back at its next step: another worker goes on with it.
    """
    job = Job.objects.select_related("case", "by").take()
    if job is not None:
        job.stopping = stopping
        work(job)
    return job


def work(job: Job) -> None:
    """Do a job. Whatever happens, it ends with a sentence that says how; what was done until then stays."""
    try:
        job.end(*_done(job))
    except HandedBack:
        job.hand_back()
        logger.warning("Job %s was handed back: this worker is to end.", job.pk)
    except Overtaken:
        logger.warning("Job %s was taken up by another worker meanwhile.", job.pk)
    except Exception as fault:
        if passes(fault):
            # Not the job's fault. Where nothing can be written at all, this raises again, and the job is found as
            # lost later.
            job.hand_back(counted=reachable())
        raise


def reachable() -> bool:
    """Whether database and store answer, so that a fault of theirs may have been the job's doing.

    A connection that has died answers nothing: the next question opens another.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        store().check()
    except (DatabaseError, InterfaceError, OSError):
        if not connection.in_atomic_block:
            connection.close()
        return False
    return True


def _done(job: Job) -> tuple[str, str]:
    """The state in which the job ends, and the sentence.

    Raises Overtaken, HandedBack where the worker is to end, and what is raised while database or store are away, or
    take nothing in.
    """
    try:
        _require_allowed(job)
        if job.attempts > MOST_ATTEMPTS:
            raise Refused(_("It was begun %(n)s times and never came to an end.") % {"n": MOST_ATTEMPTS})
        with asking_anew(lambda: _require_allowed(job)):
            return Job.State.DONE, TASKS[job.task](job)
    except (Overtaken, HandedBack):
        raise
    except Cancelled:
        said = _("Stopped after %(done)s of %(total)s. What was loaded until then stays; the same again goes on there.")
        if job.task == Job.Task.REPORT:
            said = _("Stopped after %(done)s of %(total)s steps. A report that was made until then stays.")
        if "bundle" in job.about:
            said = _("Stopped. Nothing of the bundle is kept; it can be made again on the report's page.")
        return Job.State.CANCELLED, said % {"done": job.done, "total": job.total}
    except Refused as refusal:
        return Job.State.FAILED, str(refusal)
    except Exception as fault:  # whatever a task breaks on: the worker goes on with the next job, its owner is told
        if passes(fault):
            raise
        logger.exception("Job %s broke off.", job.pk)
        return Job.State.FAILED, str(BROKEN)


def _require_allowed(job: Job) -> None:
    """Raises NotYours where whoever asked for the job may not do it, as account and role stand at this moment."""
    act = "export" if job.task == Job.Task.REPORT else "load"
    who = User.objects.get(pk=job.by_id)
    if not (who.is_active and may(job.case.role_of(who), act)):
        raise NotYours(_("%(name)s may not do this in this case any more.") % {"name": who})


def _load_items(job: Job, load_one: Callable[[JobItem], tuple[Document, bool]]) -> str:
    """Load each thing that was given; one that cannot be loaded stops none of the others."""
    items = list(job.items.order_by("position").defer("content"))
    job.advance(0, len(items))
    for done, item in enumerate(items, start=1):
        if item.state == JobItem.State.WAITING:
            _load_item(item, load_one)
        job.advance(done)
    counts = Counter(item.state for item in items)
    loaded = counts[JobItem.State.LOADED]
    said = [ngettext("%(n)s document is loaded", "%(n)s documents are loaded", loaded) % {"n": loaded}]
    if here := counts[JobItem.State.FOUND]:
        said.append(ngettext("%(n)s was here already", "%(n)s were here already", here) % {"n": here})
    if refused := counts[JobItem.State.REFUSED]:
        said.append(_("%(n)s could not be read") % {"n": refused})
    return ", ".join(said) + "."


def _load_item(item: JobItem, load_one: Callable[[JobItem], tuple[Document, bool]]) -> None:
    try:
        item.document, new = load_one(item)
        item.state = JobItem.State.LOADED if new else JobItem.State.FOUND
    except NotYours:
        raise
    except ValidationError as refusal:
        item.state, item.message = JobItem.State.REFUSED, " ".join(refusal.messages)
    except Exception as fault:  # whatever one file breaks on stops none of the others
        if passes(fault):
            raise
        logger.exception("Item %s of job %s broke off.", item.position, item.job_id)
        item.state, item.message = JobItem.State.REFUSED, str(BROKEN)
    # Only while nobody has: a worker that comes late has nothing more to say of it.
    kept = {"document": item.document, "state": item.state, "message": item.message}
    JobItem.objects.filter(pk=item.pk, state=JobItem.State.WAITING).update(**kept)


def _about(job: Job) -> dict[str, Any]:
    """What a person said of what is to be loaded, as it goes in."""
    said: dict[str, Any] = job.about
    days = [name for name in ("published", "modified") if name in said]
    return said | {name: datetime.date.fromisoformat(said[name]) for name in days}


def _files(job: Job) -> str:
    about = _about(job)

    def load_one(item: JobItem) -> tuple[Document, bool]:
        name = item.name
        return load(job.case, bytes(item.content), by=job.by, origin=Document.Origin.FILE, file_name=name, **about)

    return _load_items(job, load_one)


def _address(job: Job) -> str:
    about = {name: value for name, value in _about(job).items() if name != "url"}

    def load_one(item: JobItem) -> tuple[Document, bool]:
        return load_address(job.case, item.name, by=job.by, once=f"fetched:{item.pk}", **about)

    return _load_items(job, load_one)


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
    job.advance(0, len(document.text))
    found = suggested(document.text, progress=job.advance, today=document.published)
    if not keep_suggestions(document, found, by=job.by):
        return _("Its assertions had been looked for already.")
    job.done = job.total
    said = ngettext("%(n)s assertion is suggested.", "%(n)s assertions are suggested.", len(found))
    if len(found) == MOST:
        said = _("The best %(n)s assertions are suggested; the others stand among the sentences.")
    return said % {"n": len(found)}


def _capture(job: Job) -> str:
    exhibit = Exhibit.objects.select_related("case").get(pk=job.about["exhibit"], case=job.case)
    item = job.items.get()
    job.advance(0, 1)
    made = capture_address(exhibit, item.name, by=job.by, once=f"captured:{item.pk}")
    derive(made, by=job.by)
    JobItem.objects.filter(pk=item.pk).update(state=JobItem.State.LOADED)
    job.done = 1
    numbers = {"size": f"{made.file.size:,}", "hash": made.file.sha256[:12]}
    return f"{_('Captured: %(size)s bytes, SHA-256 %(hash)s….') % numbers} {untaken(made)}".strip()


def _derive(job: Job) -> str:
    captures = Capture.objects.select_related("exhibit__case", "file")
    job.advance(0, 1)
    capture = captures.get(pk=job.about["capture"], exhibit__case=job.case)
    made = derive(capture, by=job.by)
    job.items.update(state=JobItem.State.LOADED)
    job.done = 1
    return " ".join(each.fault for each in made if each.fault) or untaken(capture) or _("It was read.")


def _report(job: Job) -> str:
    # By its name: loading and reports ignore each other, and the worker does the jobs of both.
    made: str = import_string("claims.reports.making.make_report")(job)
    return made


TASKS: dict[str, Callable[[Job], str]] = {
    Job.Task.FILES: _files,
    Job.Task.CLAIMS: _claims,
    Job.Task.ADDRESS: _address,
    Job.Task.SUGGEST: _suggest,
    Job.Task.CAPTURE: _capture,
    Job.Task.DERIVE: _derive,
    Job.Task.REPORT: _report,
}
