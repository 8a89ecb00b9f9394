"""Who asks, and what they may see: a token opens what its owner's pages would show, as far as it reaches."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja.security import HttpBearer

from claims.api.problems import CHALLENGE, Problem
from claims.models import Case, Claim, Document, NotYours, Scope, Token, User
from claims.views.access import claims_by_number
from claims.views.second_factors import needs_one

if TYPE_CHECKING:

    class Asked(HttpRequest):
        """A request with a token."""

        token: Token
        person: User  # the token's owner, as far as it reaches
else:
    Asked = HttpRequest


class Leases:
    """How many requests this process may still answer to each token in a minute before it asks the database again."""

    def __init__(self) -> None:
        self.left: dict[int, tuple[int, int]] = {}
        self.lock = threading.Lock()

    def spend(self, token: Token) -> bool:
        """Take one; False where the token made too many requests in this minute."""
        minute = int(timezone.now().timestamp()) // 60
        with self.lock:
            of, left = self.left.get(token.pk, (0, 0))
            if of == minute and left > 0:
                self.left[token.pk] = minute, left - 1
                return True
        leased = token.take_lease()
        with self.lock:
            if len(self.left) > 10_000:
                self.left.clear()
            if leased:
                self.left[token.pk] = minute, leased - 1
        return leased > 0


leases = Leases()


class Bearer(HttpBearer):
    """An open token with the scope that an operation asks for; with any, where it asks for none."""

    def __init__(self, scope: Scope | None = None) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> Token | None:
        """The token; None for whatever is wrong with it, all of which looks the same."""
        found: Token | None = Token.objects.of_secret(token).select_related("owner", "case").first()
        if found is None:
            return None
        if not leases.spend(found):
            wait = str(60 - int(timezone.now().timestamp()) % 60)
            raise Problem(429, _("This token made too many requests in this minute."), headers={"Retry-After": wait})
        if needs_one(found.owner):
            raise Problem(403, _("This workbench asks for a second factor, and the token's owner has none. "
                                 "It opens nothing until they set one up."))  # fmt: skip
        if self.scope is not None and self.scope not in found.scopes:
            lacks = f'{CHALLENGE}, error="insufficient_scope", scope="{self.scope.value}"'
            raise Problem(
                403, _("This token may not: it lacks the scope “%(scope)s”.") % {"scope": self.scope.value},
                headers={"WWW-Authenticate": lacks},
            )  # fmt: skip
        request.token, request.person = found, found.acting  # type: ignore[attr-defined]
        return found


def case_of(request: Asked, code: str, may: str = "see") -> Case:
    """The case of this code among those that the token opens. Raises Http404, NotYours."""
    found: Case | None = Case.objects.visible_to(request.person).select_related("scale").filter(code=code).first()
    if found is None:
        raise Http404
    if not found.allows(request.person, may):
        raise NotYours(_("Your role in this case does not allow this. Ask one of its editors."))
    return found


def claim_of(request: Asked, code: str, number: int, may: str = "see") -> Claim:
    """The claim of this number there. Raises Http404, NotYours."""
    case = case_of(request, code, may)
    found: list[Claim] = claims_by_number(case.pk, number)
    if not found:
        raise Http404
    found[0].case = case
    return found[0]


def document_of(request: Asked, code: str, number: int, may: str = "see") -> Document:
    """The document of this number there, without its bytes and text. Raises Http404, NotYours."""
    case = case_of(request, code, may)
    found: Document | None = Document.objects.filter(case=case, number=number).light().first()
    if found is None:
        raise Http404
    found.case = case
    return found
