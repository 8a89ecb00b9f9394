"""The reader's own settings."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _

from claims.forms.fields import initial_of
from claims.forms.people import PersonForm
from claims.models.sign_ins import provider_tie
from claims.views.access import Request, polite
from claims.views.parts import go, render_part
from claims.views.providers import provider_name


@polite
def person_edit(request: Request) -> HttpResponse:
    """Change one's name and time zone, and whether one is mailed."""
    posted = request.POST if request.method == "POST" else None
    form = PersonForm(posted, initial=initial_of(request.user, ["name", "time_zone", "digest"]))
    if form.is_valid() and form.attempt(lambda: form.save(request.user)) is not None:
        return go(request, "claims:person-edit", _("Saved."))
    context = {"room": "you", "form": form, "tie": provider_tie(request.user), "provider": provider_name()}
    return render_part(request, "claims/person_edit.html", "person", context, form.status if form.errors else 200)
