"""Making a long report as a job: it is frozen, then written in the formats that take long, which are kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from time import monotonic
from typing import Any

from django.db import connection, models
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from claims.custody.store import Arrival, keep, pieces, store
from claims.models import Case, Claim, Job, Refused, RenderedFile, Report, User, begin
from claims.models.moments import aside
from claims.models.reports import READ
from claims.reports.bundle import about_how_large, is_large, kept_back_by_now, make_bundle
from claims.reports.choices import Choice
from claims.reports.freezing import freeze
from claims.reports.render import render

AT_ONCE = 200  # claims of a report that is made while a person waits
THOUSAND = 1000  # bytes: in these it is said how far a bundle is
EVERY = 1.0  # seconds between two words on that
KEPT = ("html", "pdf", "docx")  # formats that take long
UNDER_WAY = (Job.State.WAITING, Job.State.RUNNING)


def begin_report(
    case: Case, numbers: list[int], *, by: User, title: str, selection: str, choice: Choice, once: str | None = None
) -> Job:
    """The job that makes a report of the claims of these numbers."""
    about: dict[str, Any] = {"title": title, "selection": selection, "choice": choice.facts(), "numbers": numbers}
    return begin(case, Job.Task.REPORT, [], by=by, once=once and f"{once}:job", about=about)


def make_report(job: Job) -> str:
    """Do such a job; begun again it goes on with the same report. Raises Cancelled, Refused."""
    if "bundle" in job.about:
        return _make_bundle(job)
    report = _report_of(job)
    formats = KEPT if report.readable else ()
    job.advance(report.claims_in, (1 + len(formats)) * report.claims_in)
    for done, name in enumerate(formats, 2):
        rendered(report, name)
        job.advance(done * report.claims_in)
    return _("Report %(number)s is made.") % {"number": report.number}


def _report_of(job: Job) -> Report:
    """The report that the job names; where it names none yet, the one that it is to make."""
    about = job.about
    if "report" in about:
        made: Report = Report.objects.select_related("case").get(case=job.case, number=about["report"])
        return made
    size = len(about["numbers"])
    job.advance(0, size if size > READ else (1 + len(KEPT)) * size)
    with aside() as apart:
        report = freeze(
            job.case, numbered(job.case, about["numbers"]), by=job.by, title=about["title"],
            selection=about["selection"], choice=Choice.of(about["choice"]), once=f"job:{job.pk}",
            tell=lambda done: apart(job.advance, done),
        )  # fmt: skip
    Job.objects.filter(pk=job.pk).update(about=about | {"report": report.number})
    return report


def _make_bundle(job: Job) -> str:
    report = _report_of(job)
    total = max(1, about_how_large(report) // THOUSAND)
    job.advance(0, total)
    if kept_bundle(report) is None:
        with aside() as apart:  # rows are being read meanwhile
            _keep_bundle(report, now_and_then(lambda written: apart(job.advance, min(written // THOUSAND, total))))
    job.advance(total)
    return _("The bundle of report %(number)s is made.") % {"number": report.number}


def _keep_bundle(report: Report, tell: Callable[[int], None]) -> None:
    """Make it and keep it, in place of one that was lost since."""
    name = bundle_name(report)
    made = make_bundle(report, tell=tell)
    with made, closing(Arrival()) as arrival:
        size = made.seek(0, 2)
        made.seek(0)
        for piece in pieces(made):
            arrival.write(piece)
            tell(size)  # a sign of life, and the last chance to stop it
        if bundle_name(report) != name:
            raise Refused(_("Something was withheld or named while the bundle was made. Have it made again."))
        RenderedFile.objects.update_or_create(report=report, format=name, defaults={"file": arrival.keep()})


def now_and_then(tell: Callable[[int], None]) -> Callable[[int], None]:
    """The same, no oftener than is needed for a bar to move and a job to be stopped."""
    last = monotonic()

    def told(written: int) -> None:
        nonlocal last
        if monotonic() >= last + EVERY:
            last = monotonic()
            tell(written)

    return told


def begin_rendering(report: Report, *, by: User, bundle: bool = False) -> Job:
    """The job that writes a report in the formats that take long, or its bundle; the one under way, if there is one."""
    running = under_way(report, bundle=bundle)
    if running is not None:
        return running
    # Who asks at the same instant finds none either: but as many are over for both.
    over = _renderings(report, bundle=bundle).exclude(state__in=UNDER_WAY).count()
    once = f"report:{report.pk}:{'bundle' if bundle else 'formats'}:{over}"
    return begin(report.case, Job.Task.REPORT, [], by=by, once=once, about=_about(report, bundle=bundle))


def under_way(report: Report, *, bundle: bool) -> Job | None:
    """The job that is making the bundle, or the formats that take long; None where none is."""
    return _renderings(report, bundle=bundle).filter(state__in=UNDER_WAY).first()


def _renderings(report: Report, *, bundle: bool) -> models.QuerySet[Job]:
    jobs: models.QuerySet[Job] = Job.objects.filter(case=report.case, task=Job.Task.REPORT)
    return jobs.filter(about=_about(report, bundle=bundle))


def _about(report: Report, *, bundle: bool) -> dict[str, Any]:
    return {"report": report.number} | ({"bundle": True} if bundle else {})


def bundle_name(report: Report) -> str:
    """Under which name its bundle is kept: another one once something else is withheld."""
    return f"zip-{kept_back_by_now(report)}"


def kept_bundle(report: Report) -> RenderedFile | None:
    """The bundle, if a job has made it, and nothing was withheld or named since."""
    kept = kept_file(report, bundle_name(report))
    return kept if kept is not None and not kept.file.fault and store().has(kept.file.sha256) else None


def bundle_waits(report: Report) -> bool:
    """Whether the bundle is a job's work, and none has made it."""
    return bool(report.readable) and is_large(report) and kept_bundle(report) is None


def to_render(report: Report) -> bool:
    """Whether the report is long, and some format that takes long is not kept of it."""
    if not AT_ONCE < report.claims_in <= READ:
        return False
    return report.rendered.filter(format__in=KEPT).count() < len(KEPT)


def numbered(case: Case, numbers: list[int]) -> models.QuerySet[Claim]:
    """The claims of these numbers in a case, be they ever so many: so the numbers go in as one value."""
    many = "SELECT value::bigint FROM jsonb_array_elements_text(%s)"
    one = "SELECT value FROM json_each(%s)"
    words = many if connection.vendor == "postgresql" else one
    inside = RawSQL(words, [json.dumps(numbers)])  # noqa: S611 - own words
    found: models.QuerySet[Claim] = Claim.objects.filter(case=case, number__in=inside)
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
