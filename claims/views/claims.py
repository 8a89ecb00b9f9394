"""."""
from django.http import Http404


def claim_detail(request, **kwargs):
    raise Http404


def claim_edit(request, **kwargs):
    raise Http404


def claim_history(request, **kwargs):
    raise Http404


def claim_assign(request, **kwargs):
    raise Http404


def claim_withdraw(request, **kwargs):
    raise Http404


def claim_reopen(request, **kwargs):
    raise Http404
