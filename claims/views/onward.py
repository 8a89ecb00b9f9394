"""After something of the queue is done: to the next of its kind."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from claims.models import Claim
from claims.views.access import Request
from claims.views.parts import came_from, go
from claims.views.queue import SHOWN, next_in


def to_next(request: Request, claim: Claim, sentence: Any) -> HttpResponse | None:
    """To the next claim of the section that the person works through, or back to the queue once all is done.

    None for whoever came by another way.
    """
    found = next_in(came_from(request), request.user, claim)
    if found is None:
        return None
    section, following = found
    if following is None:
        return go(request, "claims:queue", f"{sentence} {section.nothing}.")
    left = f"{SHOWN}+" if section.more else str(len(section.claims))
    onwards = _("Next: %(ref)s (%(n)s left)") % {"ref": following.ref, "n": left}
    return go(request, section.address(following), f"{sentence} {onwards}")
