"""People who leave: an account is closed, and what tells who it was is taken out of it; the log stays whole."""

from __future__ import annotations

import json

from django.apps import apps
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from claims.models.cases import Case, Membership
from claims.models.entries import take_chains, writing
from claims.models.kept_answers import KeptAnswer
from claims.models.notices import Notice
from claims.models.people import User
from claims.models.records import NotNow, Refused
from claims.models.sign_ins import end_sessions, forget_sign_ins


def close(user: User, *, by: User) -> None:
    """Close an account: from this moment nobody is signed in with it. Raises Refused for one's own."""
    if user.pk == by.pk:
        raise Refused(_("This is your own account: another administrator must close it."))
    with writing(None):
        user.refresh_from_db()
        user.is_active = False
        user.save(by=by)
        end_sessions(user)


def remove(user: User, *, by: User) -> User:
    """Take the person out of a closed account: name and address, ways to sign in, roles, notices.

    What they did stays theirs under “Former member 7”; no entry of the log, no seal and no report is touched, so what
    these hold of the name stays there. Raises NotNow for an account that is open, or nobody's any more, and Refused
    where a case would be left without an editor.
    """
    with transaction.atomic():
        take_chains(Case.objects.filter(memberships__user=user))
        with writing(None):
            user = User.objects.get(pk=user.pk)
            if user.is_removed:
                raise NotNow(_("The person is removed already."))
            if user.is_active:
                raise NotNow(_("The account is open. Close it first."))
            called = {user.name, user.email}
            user.forget(by=by)
        for membership in Membership.objects.filter(user=user).select_related("case", "user"):
            membership.delete(by=by)
        Notice.objects.filter(user=user).delete()
        forget_sign_ins(user, by=by)
        KeptAnswer.objects.forget(user)
        _forget_admin_history(called)
    return user


def _forget_admin_history(called: set[str]) -> None:
    """Take these names out of the admin's own list of what was done there: the log has it all, and this is none."""
    history = apps.get_model("admin.LogEntry")._default_manager
    for name in called - {""}:
        held = Q(object_repr__contains=name) | Q(change_message__contains=json.dumps(name)[1:-1])
        history.filter(held).delete()
