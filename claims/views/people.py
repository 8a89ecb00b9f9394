"""."""
from django.http import Http404


def person_edit(request, **kwargs):
    raise Http404
