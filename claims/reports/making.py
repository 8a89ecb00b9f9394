"""Making a long report as a job: it is frozen, then written in the formats that take long, which are kept."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from claims.custody.store import keep
from claims.models import Case, Claim, Job, RenderedFile, Report, User, begin
from claims.reports.choices import Choice
from claims.reports.freezing import freeze
from claims.reports.render import render

AT_ONCE = 200  # claims of a report that is made while a person waits
KEPT = ("pdf", "docx")  # formats that take long


def begin_report(
    case: Case, numbers: list[int], *, by: User, title: str, selection: str, choice: Choice, once: str | None = None
) -> Job:
    """The job that makes a report of the claims of these numbers."""
    about: dict[str, Any] = {"title": title, "selection": selection, "choice": choice.facts(), "numbers": numbers}
    return begin(case, Job.Task.REPORT, [], by=by, once=once and f"{once}:job", about=about)


def make_report(job: Job) -> str:
    """Do such a job; begun again it goes on with the same report. Raises Cancelled, Refused."""
    job.advance(0, 1 + len(KEPT))
    report = _report_of(job)
    for done, name in enumerate(KEPT, 1):
        job.advance(done)
        rendered(report, name)
    job.advance(1 + len(KEPT))
    return _("Report %(number)s is made.") % {"number": report.number}


def _report_of(job: Job) -> Report:
    """The report that the job names; where it names none yet, the one that it is to make."""
    about = job.about
    if "report" in about:
        made: Report = Report.objects.select_related("case").get(case=job.case, number=about["report"])
        return made
    report = freeze(
        job.case, numbered(job.case, about["numbers"]), by=job.by, title=about["title"], selection=about["selection"],
        choice=Choice.of(about["choice"]), once=f"job:{job.pk}",
    )  # fmt: skip
    Job.objects.filter(pk=job.pk).update(about=about | {"report": report.number})
    return report


def begin_rendering(report: Report, *, by: User) -> Job:
    """The job that writes a report in the formats that take long; the one that is under way, where there is one."""
    about = {"report": report.number}
    states = [Job.State.WAITING, Job.State.RUNNING]
    running = Job.objects.filter(case=report.case, task=Job.Task.REPORT, about=about, state__in=states).first()
    return running or begin(report.case, Job.Task.REPORT, [], by=by, about=about)


def to_render(report: Report) -> bool:
    """Whether the report is long, and some format that takes long is not kept of it."""
    return report.claims_in > AT_ONCE and report.rendered.filter(format__in=KEPT).count() < len(KEPT)


def numbered(case: Case, numbers: list[int]) -> models.QuerySet[Claim]:
    """The claims of these numbers in a case."""
    found: models.QuerySet[Claim] = Claim.objects.filter(case=case, number__in=numbers)
    return found


def rendered(report: Report, name: str) -> RenderedFile:
    """The report in one format, kept in the store; what is kept already is not made again."""
    kept = kept_file(report, name)
    if kept is None:
        file = keep(render(report.data, name))
        kept, _fresh = RenderedFile.objects.get_or_create(report=report, format=name, defaults={"file": file})
    return kept


def kept_file(report: Report, name: str) -> RenderedFile | None:
    """The report in one format, if a job has made it."""
    return RenderedFile.objects.select_related("file").filter(report=report, format=name).first()
