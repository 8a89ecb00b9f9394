"""."""
from django.http import Http404


def case_list(request, **kwargs):
    raise Http404


def case_add(request, **kwargs):
    raise Http404


def case_detail(request, **kwargs):
    raise Http404


def case_edit(request, **kwargs):
    raise Http404


def case_log(request, **kwargs):
    raise Http404
