"""."""
from django.http import Http404


def assess(request, **kwargs):
    raise Http404
