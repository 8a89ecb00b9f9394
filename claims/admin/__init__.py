"""The admin: everything is there for administrators, and even there the rules hold and the log is only read.

Saving and deleting go through the records' own `save(by=…)` and `delete(by=…)`. What a rule of its own
writes (the log, grades, assessments, verdicts, reports) is shown and cannot be changed here. Administrators
see every submitted assessment and every draft, and every comment: whoever reviews in a case should not be an
administrator.
"""

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _
from django.views.generic import RedirectView

from claims.admin import agreement, cases, claims, custody, hypotheses, loading, log, people, programs, sources, talk

admin.site.site_header = admin.site.site_title = _("Workbench: administration")
admin.site.index_title = _("Every record")

# Roles are given per case; a group would give rights that no page knows of.
admin.site.unregister(Group)
# Whoever could write these here would give or take a way to sign in that leaves no entry.
for model in (EmailAddress, Authenticator, UserSession, SocialAccount, SocialApp, SocialToken):
    admin.site.unregister(model)
# One way in, with its limits and second factors; one page for the own password.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.password_change = RedirectView.as_view(pattern_name="account_change_password")  # type: ignore[method-assign, assignment]

__all__ = [
    "agreement",
    "cases",
    "claims",
    "custody",
    "hypotheses",
    "loading",
    "log",
    "people",
    "programs",
    "sources",
    "talk",
]
