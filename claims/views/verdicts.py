"""."""
from django.http import Http404


def verdict_propose(request, **kwargs):
    raise Http404


def verdict_sign_off(request, **kwargs):
    raise Http404


def verdict_send_back(request, **kwargs):
    raise Http404
