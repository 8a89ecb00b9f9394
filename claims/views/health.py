"""."""
from django.http import Http404


def process(request, **kwargs):
    raise Http404


def ready(request, **kwargs):
    raise Http404
