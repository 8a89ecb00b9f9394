"""."""
from django.http import Http404


def evidence_add(request, **kwargs):
    raise Http404


def evidence_edit(request, **kwargs):
    raise Http404


def evidence_remove(request, **kwargs):
    raise Http404


def evidence_restore(request, **kwargs):
    raise Http404
