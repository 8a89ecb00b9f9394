"""Where one is signed in, and the way out of it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.usersessions.models import UserSession
from django.db import models
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from claims.models.sign_ins import end_everywhere, end_sessions, open_sessions
from claims.views.access import Request, polite
from claims.views.devices import Device
from claims.views.parts import go, render_part, whole

MOST = 50
# What browsers and systems call themselves; those that also name others come first.
BROWSERS = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}
SYSTEMS = {
    "iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Windows": "Windows", "Mac OS": "macOS",
    "CrOS": "ChromeOS", "Linux": "Linux",
}  # fmt: skip


@dataclass(frozen=True)
class Seen:
    """One session, as its owner recognises it."""

    row: UserSession
    here: bool

    @property
    def device(self) -> str:
        """The browser and the system, as far as the browser tells."""
        return device_named(self.row.user_agent)


def device_named(agent: str) -> str:
    """What a browser is called by people: Firefox on Linux."""
    browser = next((name for sign, name in BROWSERS.items() if re.search(rf"\b{sign}\w*/", agent)), "")
    system = next((name for sign, name in SYSTEMS.items() if sign in agent), "")
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("An unknown program")


def session_list(request: Request) -> HttpResponse:
    """Where one is signed in, the newest first."""
    rows = open_sessions(request.user).fetch_mode(models.FETCH_RAISE)[: MOST + 1]
    seen = [Seen(row, row.session_key == request.session.session_key) for row in rows]
    others = any(not one.here for one in seen)
    context = {"room": "you", "sessions": seen[:MOST], "more": len(seen) > MOST, "others": others}
    return render_part(request, "claims/session_list.html", "sessions", context)


@polite
def sessions_end(request: Request) -> HttpResponse:
    """End one of one's sessions, or all others than this one and every token."""
    if request.method != "POST":
        return redirect("claims:session-list")
    raise_if_reauthentication_required(request, app="claims")  # a stolen session must not throw its owner out
    chosen = whole(request.POST, "session")
    here = request.session.session_key
    device = Device.of(request)
    stays = chosen is None and device.knows(request.user)
    if chosen is None:
        ended = end_everywhere(request.user, by=request.user, but=here)
    else:
        ended = end_sessions(request.user, but=here, only=[chosen])
    said = ngettext("Signed out in %(n)s place.", "Signed out in %(n)s places.", ended) % {"n": ended}
    response = go(request, "claims:session-list", said)
    if stays:  # the one device that does not become new
        device.learn(request.user).keep_in(response)
    return response
