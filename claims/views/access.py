"""Who gets in, and who gets to what: sign-in, and the finding of records among those a person may see."""

from __future__ import annotations

import functools
import re
import zoneinfo
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.db.models import Count, Exists, F, OuterRef
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponsePermanentRedirect
from django.shortcuts import render, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from claims.models import (
    Assessment,
    Case,
    Claim,
    Document,
    Exhibit,
    NotNow,
    NotYours,
    Refused,
    Report,
    Source,
    Unchecked,
    User,
)
from claims.models.prepared import Prepared
from claims.views.faults import stay
from claims.views.parts import refuse

if TYPE_CHECKING:

    class Request(HttpRequest):
        """A request by somebody who is signed in."""

        user: User
        htmx: HtmxDetails
else:
    Request = HttpRequest


class AccountBackend(AuthenticationBackend):  # type: ignore[misc]
    """Signs in by e-mail and password; demo accounts in a demo data folder alone."""

    def user_can_authenticate(self, user: User) -> bool:
        """Whether this account may sign in here, or stay signed in."""
        return bool(super().user_can_authenticate(user)) and (settings.DEMO or not user.is_demo)


class SignInMiddleware(LoginRequiredMiddleware):
    """Login by default. An htmx request whose session has ended takes the whole page to the sign-in."""

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponse:  # type: ignore[override]
        """The way to the sign-in page, and back to where the person was."""
        if getattr(view_func, "polled", False):
            # Nobody did anything: what is typed in the page must not be lost to a page that asks by itself.
            return HttpResponse(status=204)
        typed = typed_in(request)
        if getattr(request, "htmx", False) and typed:
            said = _(
                "You are signed out. Sign in in another tab, then press the button again: your words are still here."
            )
            return stay(said, 403)
        if getattr(request, "htmx", False):
            page = urlsplit(request.htmx.current_url_abs_path or reverse("claims:queue"))  # type: ignore[attr-defined]
            back = redirect_to_login(page.path, resolve_url(settings.LOGIN_URL), "next")
            return HttpResponseClientRedirect(back.url)
        away = super().handle_no_permission(request, view_func)
        if not typed:
            return away
        # Not redirected, or the words would be gone with the request.
        context = {"typed": typed, "login": away["Location"]}
        return render(request, "claims/signed_out.html", context, status=403)


def typed_in(request: HttpRequest) -> list[tuple[str, str]]:
    """What somebody wrote into a form, as (name of the field, words): what is more than a word and no secret."""
    if request.method != "POST":
        return []
    fields = ((name.replace("_", " "), str(value).strip()) for name, value in request.POST.items())
    return [(name, words) for name, words in fields if " " in words and "password" not in name]


class ZoneMiddleware:
    """Shows times in the reader's own zone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        zone = getattr(request.user, "time_zone", None) or "UTC"
        try:
            zone_info = zoneinfo.ZoneInfo(zone)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError):
            # A zone that the machine's database no longer knows must not lock its owner out.
            zone_info = zoneinfo.ZoneInfo("UTC")
        with timezone.override(zone_info):
            return self.get_response(request)


class Misspelled(Exception):
    """The case's code was written in small letters, by somebody who may see the case; the page is at `address`."""

    def __init__(self, request: Request, code: str) -> None:
        match = request.resolver_match
        page = reverse(match.view_name, kwargs=match.kwargs | {"code": code}) if match else ""
        self.address = f"{page}?{request.GET.urlencode()}" if request.GET else page


def polite(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A view whose rules may refuse: what a rule says is shown where the person is, with the status it has."""

    @functools.wraps(view)
    def answer(request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except Refused as refusal:
            return refuse(request, refusal)
        except Misspelled as page:
            response = HttpResponsePermanentRedirect(page.address)
            # Nobody else is to learn from a shared cache that there is such a case.
            patch_cache_control(response, private=True)
            return response

    return answer


@functools.cache
def cases_by_code(everywhere: bool) -> Prepared[Case]:
    """The case of a code, if the person may see it; `everywhere` for an administrator."""

    def build(reader: int, code: str) -> Any:
        seen = Case.objects.visible_to(User(pk=reader, is_superuser=everywhere))
        return seen.select_related("scale").filter(code=code).order_by()[:1]

    return Prepared(build)


def is_code(code: str) -> bool:
    """Whether a case could have this code."""
    return re.fullmatch(r"[A-Z][A-Z0-9]*", code, re.ASCII) is not None


@Prepared
def claims_by_number(case: int, number: int) -> Any:
    """The claim of a number in a case; with it, whether some words of it came in unchecked, which few have."""
    unchecked = Exists(Unchecked.objects.filter(claim=OuterRef("pk")))
    found = Claim.objects.filter(case=case, number=number).annotate(has_unchecked=unchecked)
    return found.select_related("rating").order_by()[:1]


def _case_of(request: Request, code: str) -> Case:
    user = request.user
    # What was posted to another address is not sent on. Beyond ASCII, capitals may be other letters: “ß” becomes “SS”.
    right = code.upper() if request.method in ("GET", "HEAD") and code.isascii() else code
    # A NUL in the address would be an error to PostgreSQL.
    if not is_code(right):
        raise Http404
    found = cases_by_code(user.is_superuser and user.is_active)(user.pk, right)
    if not found:
        raise Http404
    if right != code:
        raise Misspelled(request, right)
    return found[0]


def _check(case: Case, user: User, act: str) -> None:
    if not case.allows(user, act):
        raise NotYours(_("Your role in this case does not allow this. Ask one of its editors."))


def open_to(claims: Sequence[Claim], user: User, role: str) -> set[int]:
    """The keys of those claims of which this person, having that role in their cases, sees this round's answers."""
    answers = Assessment.objects.filter(claim__in=[claim.pk for claim in claims], round=F("claim__round"))
    seen = answers.visible_to(user, role).order_by().values_list("claim").annotate(n=Count("pk"))
    counts: dict[int, int] = dict(seen)
    return {claim.pk for claim in claims if counts.get(claim.pk, 0) >= claim.answers_in}


def on_case(may: str = "see") -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """A view of one case: found by `code` among those the person may see (404 otherwise), if the role allows `may`."""

    def wrap(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @functools.wraps(view)
        def found(request: Request, code: str, **kwargs: Any) -> HttpResponseBase:
            case = _case_of(request, code)
            _check(case, request.user, may)
            return view(request, case, **kwargs)

        return polite(found)

    return wrap


def _on_numbered(
    find: Callable[[Case, int], Any], may: str
) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    def wrap(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @functools.wraps(view)
        def found(request: Request, code: str, number: int, **kwargs: Any) -> HttpResponseBase:
            case = _case_of(request, code)
            record = next(iter(find(case, number)), None)
            if record is None:
                raise Http404
            record.case = case
            _check(case, request.user, may)
            return view(request, record, **kwargs)

        return polite(found)

    return wrap


def on_claim(may: str = "see") -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """A view of one claim, found by its case's `code` and its `number`; `claim.case.role` is the person's role."""
    return _on_numbered(lambda case, number: claims_by_number(case.pk, number), may)


def on_document(may: str = "see") -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """A view of one document, found by its case's `code` and its `number`; its bytes and its text are not read."""
    return _on_numbered(lambda case, number: Document.objects.filter(case=case, number=number).light(), may)


def _check_rated(exhibit: Exhibit, user: User) -> None:
    """Raises NotNow where evidence cites it whose source is hidden from the person until it is rated."""
    if Exhibit.objects.filter(pk=exhibit.pk).rated_for(user, exhibit.case).exists():
        return
    waiting = exhibit.evidence.standing().waiting_for_rating().order_by("pk").values_list("claim__number", "number")[0]
    raise NotNow(
        _("Evidence %(number)s of %(code)s-%(claim)s cites this exhibit, and its source is hidden until the "
          "credibility is rated. Rate it first.")
        % {"number": waiting[1], "code": exhibit.case.code, "claim": waiting[0]}
    )  # fmt: skip


def on_exhibit(may: str = "see") -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """A view of one exhibit of a case, found by `pk`; no reader gets to one of which it is withheld whose it is."""

    def wrap(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @functools.wraps(view)
        def found(request: Request, code: str, pk: int, **kwargs: Any) -> HttpResponseBase:
            case = _case_of(request, code)
            exhibits = Exhibit.objects.filter(case=case, pk=pk).shown_to(case.role)
            exhibit = exhibits.select_related("source").defer("text").first()
            if exhibit is None:
                raise Http404
            exhibit.case = case
            _check(case, request.user, may)
            _check_rated(exhibit, request.user)
            return view(request, exhibit, **kwargs)

        return polite(found)

    return wrap


def on_report(may: str = "see") -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """A view of one report, found by its case's `code` and its `number`."""
    reports = Report.objects.select_related("made_by")
    return _on_numbered(lambda case, number: reports.filter(case=case, number=number), may)


def on_source(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A view of one source, found by `pk` among those the person may see (404 otherwise)."""

    @functools.wraps(view)
    def found(request: Request, pk: int, **kwargs: Any) -> HttpResponseBase:
        source = Source.objects.visible_to(request.user).filter(pk=pk).first()
        if source is None:
            raise Http404
        return view(request, source, **kwargs)

    return polite(found)
