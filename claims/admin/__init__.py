"""The admin: everything is there for administrators, and even there the rules hold and the log is only read.

Saving and deleting go through the records' own `save(by=…)` and `delete(by=…)`. What a rule of its own
writes (the log, grades, assessments, verdicts, reports) is shown and cannot be changed here. Administrators
see every submitted assessment and every draft, and every comment: whoever reviews in a case should not be an
administrator.
"""

from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _

from claims.admin import agreement, cases, claims, custody, hypotheses, loading, log, people, sources, talk

admin.site.site_header = admin.site.site_title = _("Workbench: administration")
admin.site.index_title = _("Every record")

# Roles are given per case; a group would give rights that no page knows of.
admin.site.unregister(Group)
# Whoever could add an address here would give a second sign-in that leaves no entry.
admin.site.unregister(EmailAddress)

__all__ = ["agreement", "cases", "claims", "custody", "hypotheses", "loading", "log", "people", "sources", "talk"]
