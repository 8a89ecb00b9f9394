"""What comes into a case: documents, tables of claims, and the jobs that load them."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from claims.forms.documents import LoadForm, TableForm
from claims.loading.claim_tables import EXAMPLE
from claims.models import Case, Document, Job
from claims.views.access import Request, on_case
from claims.views.parts import go, render_part

RECENT = 5
MOST_ITEMS = 200
# A job that has waited so long waits for a worker that nobody started.
PATIENCE = datetime.timedelta(seconds=10)


@on_case(may="load")
def document_add(request: Request, case: Case) -> HttpResponse:
    """Loads documents by paste, upload or address."""
    form = LoadForm(request.POST, request.FILES) if request.method == "POST" else LoadForm()
    loaded = form.load(case, request.user) if form.is_bound else None
    if isinstance(loaded, Job):
        return go(request, loaded)
    if loaded is not None:
        return _loaded(request, *loaded)
    context = {
        "room": "case",
        "case": case,
        "form": form,
        "jobs": case.jobs.select_related("by").defer("message")[:RECENT],
        "fetches": settings.FETCH_URLS,
    }
    return render_part(request, "claims/document_add.html", "load", context, form.status if form.errors else 200)


def _loaded(request: Request, document: Document, new: bool) -> HttpResponse:
    if not new:
        messages.info(request, _("This text is in the case already. It is document %(n)s.") % {"n": document.number})
        return go(request, document)
    found = document.suggestions.count()
    said = ngettext("%(n)s word", "%(n)s words", document.words) % {"n": f"{document.words:,}"}
    if found:
        assertions = ngettext("%(n)s assertion is suggested", "%(n)s assertions are suggested", found) % {"n": found}
        said = _("%(words)s; %(assertions)s") % {"words": said, "assertions": assertions}
    return go(request, document, _("“%(title)s” is loaded: %(words)s.") % {"title": document, "words": said})


@on_case(may="load")
def claims_import(request: Request, case: Case) -> HttpResponse:
    """Begins to import a table of claims."""
    form = TableForm(request.POST, request.FILES) if request.method == "POST" else TableForm()
    job = form.begin(case, request.user) if form.is_bound else None
    if job is not None:
        return go(request, job)
    context = {"room": "case", "case": case, "form": form, "example": EXAMPLE}
    return render_part(request, "claims/claims_import.html", "load", context, form.status if form.errors else 200)


@on_case(may="load")
def job_detail(request: Request, case: Case, pk: int) -> HttpResponse:
    """How far a job is, and what came of it."""
    job = _job(case, pk)
    items = job.items.select_related("document", "job").defer("content", "document__content", "document__text")
    context = {
        "room": "case",
        "case": case,
        "job": job,
        "items": list(items.order_by("position")[:MOST_ITEMS]),
        "unattended": job.state == Job.State.WAITING and job.made_at < timezone.now() - PATIENCE,
    }
    return render_part(request, "claims/job_detail.html", "job", context)


@require_POST
@on_case(may="load")
def job_cancel(request: Request, case: Case, pk: int) -> HttpResponse:
    """Asks a job to stop."""
    job = _job(case, pk)
    job.cancel()
    return go(request, job)


def _job(case: Case, pk: int) -> Job:
    job = case.jobs.select_related("by").filter(pk=pk).first()
    if job is None:
        raise Http404
    job.case = case
    found: Job = job
    return found
