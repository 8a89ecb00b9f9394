"""How an answer goes out: with its ETag, page by page, and the same again where a request comes twice."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

from django.db import connection, models, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from pydantic import BaseModel

from claims.api.access import Asked
from claims.api.problems import Problem
from claims.models import Case, KeptAnswer
from claims.models.entries import through

KEY = re.compile(r"[\x21-\x7e]{1,255}")
TAG = re.compile(r'(?:W/)?"([^"]*)"')
HEADERS = {"Cache-Control": "private, no-cache", "Vary": "Authorization"}


def body_of(shape: BaseModel) -> bytes:
    """What is told, as it goes out."""
    return shape.model_dump_json().encode()


def etag_of(content: bytes) -> str:
    """A name for exactly this content."""
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def names(header: str, etag: str) -> bool:
    """Whether a header of conditions names this ETag. A proxy that packs the answer makes it a weak one: it counts."""
    return header.strip() == "*" or etag.strip('"') in TAG.findall(header)


def told(request: HttpRequest, shape: BaseModel, status: int = 200, location: str = "") -> HttpResponse:
    """The answer; 304 without a body where the program has exactly this already."""
    content = body_of(shape)
    same = unchanged(request, etag_of(content)) if request.method == "GET" else None
    return same or _answer(content, status, location)


def unchanged(request: HttpRequest, etag: str) -> HttpResponse | None:
    """304 without a body, where the program has already what bears this ETag."""
    if names(request.headers.get("If-None-Match", ""), etag):
        return HttpResponse(status=304, headers=HEADERS | {"ETag": etag})
    return None


def _answer(content: bytes, status: int, location: str) -> HttpResponse:
    headers = HEADERS | {"ETag": etag_of(content)} | ({"Location": location} if location else {})
    return HttpResponse(content, status=status, content_type="application/json", headers=headers)


def require_match(request: HttpRequest, now: BaseModel, *, needed: bool) -> None:
    """Raises Problem where what the program saw (If-Match) is not what stands now; 428 where it must say, and does not.

    Call it in the transaction that writes.
    """
    header = request.headers.get("If-Match", "")
    if not header:
        if needed:
            raise Problem(428, _("Say which state you change: send the ETag that you were given, as If-Match."))
        return
    if not names(header, etag_of(body_of(now))):
        raise Problem(412, _("It was changed since you read it. Read it again, then send your change once more."))


def cursor_at(place: int | str) -> str:
    """Where the next page goes on, in a form that says nothing."""
    return base64.urlsafe_b64encode(json.dumps([place]).encode()).decode().rstrip("=")


def place_of[Place: (int, str)](cursor: str | None, kind: type[Place]) -> Place | None:
    """Where a cursor says that the page goes on; None for the first page. Raises Problem for one that is not ours."""
    if cursor is None:
        return None
    try:
        [place] = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        str(place).encode()  # half a character, which no database takes, is no place either
    except (ValueError, TypeError, binascii.Error, RecursionError):
        place = None
    if type(place) is kind and (not isinstance(place, int) or 0 <= place < 2**63):
        return place
    said = _("This is no place at which a page begins. Take it from “next” of the page before.")
    raise Problem(422, said, errors=[("after", said)])


def newest_of(
    case: Case, numbered: models.QuerySet[Any], after: str | None, limit: int
) -> tuple[list[Any], str | None]:
    """A page of what a case numbers, the newest first, with the case in each row; and where the next page goes on."""
    found, place = numbered.order_by("-number"), place_of(after, int)
    if place is not None:
        found = found.filter(number__lt=place)
    rows, onward = cut(found, limit, lambda one: one.number)
    for one in rows:
        one.case = case
    return rows, onward


def cut(found: models.QuerySet[Any], limit: int, place: Callable[[Any], int | str]) -> tuple[list[Any], str | None]:
    """The first `limit` rows, and where the next page goes on; None at the end."""
    rows = list(found[: limit + 1])
    return rows[:limit], cursor_at(place(rows[limit - 1])) if len(rows) > limit else None


def added(request: Asked, act: Callable[[], HttpResponse]) -> HttpResponse:
    """What `act` answers, which writes. With an Idempotency-Key the same request again is answered the same, for a day.

    The answer is kept in the transaction of what was written: after a fault there are both, or neither. Of two such
    requests at once PostgreSQL answers the second with 409; on SQLite it waits for the first, and is answered the same.
    """
    named = through.set(str(request.token))
    try:
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return act()
        if not KEY.fullmatch(key):
            said = _("An Idempotency-Key has 1 to 255 visible ASCII characters.")
            raise Problem(400, said, errors=[("Idempotency-Key", said)])
        return _once(request, key, act)
    finally:
        through.reset(named)


def answered_before(request: Asked) -> HttpResponse | None:
    """The answer that this very request was given, if it came before with its key; asked before work is done anew."""
    key = request.headers.get("Idempotency-Key")
    return _kept(request, key) if key else None


def _once(request: Asked, key: str, act: Callable[[], HttpResponse]) -> HttpResponse:
    with transaction.atomic():
        _require_alone(request, key)
        kept = _kept(request, key)
        if kept is not None:
            return kept
        answer = act()
        KeptAnswer.keep(
            request.token, key, asked=_digest(request), status=answer.status_code, body=answer.content.decode(),
            location=answer.get("Location", ""),
        )  # fmt: skip
        return answer


def _kept(request: Asked, key: str) -> HttpResponse | None:
    kept = KeptAnswer.objects.fresh().filter(token=request.token, key=key).first()
    if kept is None:
        return None
    if kept.asked != _digest(request):
        said = _("Another request came with this Idempotency-Key. Send a new key with a new request.")
        raise Problem(422, said, errors=[("Idempotency-Key", said)])
    return _answer(kept.body.encode(), kept.status, kept.location)


def _digest(request: HttpRequest) -> str:
    asked = hashlib.sha256(f"{request.method} {request.get_full_path()} {request.content_type}\n".encode())
    asked.update(request.headers.get("If-Match", "").encode() + b"\n" + request.body)
    return asked.hexdigest()


def _require_alone(request: Asked, key: str) -> None:
    """Raises Problem where the same key is at work already: held until the transaction ends, however it does."""
    if connection.vendor != "postgresql":
        return  # one writes at a time, and this transaction writes
    lock = hashlib.sha256(f"{request.token.pk} {key}".encode()).digest()[:8]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [int.from_bytes(lock, signed=True)])
        row: Any = cursor.fetchone()
    if not row[0]:
        raise Problem(
            409, _("The same request is being answered just now. Ask again in a moment."), headers={"Retry-After": "1"}
        )
