"""."""
from django.http import Http404


def source_list(request, **kwargs):
    raise Http404


def source_add(request, **kwargs):
    raise Http404


def source_detail(request, **kwargs):
    raise Http404


def source_edit(request, **kwargs):
    raise Http404


def source_grade(request, **kwargs):
    raise Http404
