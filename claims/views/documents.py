"""."""
from django.http import Http404


def document_add(request, **kwargs):
    raise Http404


def document_detail(request, **kwargs):
    raise Http404


def document_edit(request, **kwargs):
    raise Http404


def document_sentences(request, **kwargs):
    raise Http404


def claim_add(request, **kwargs):
    raise Http404
