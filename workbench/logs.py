"""What the processes write of themselves: plain lines or JSON, with the id of the request, and never a user's words."""

from __future__ import annotations

import json
import re
import sys
import threading
import time
import traceback
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from logging import Formatter, LogRecord, getLogger
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

if TYPE_CHECKING:
    from django.core.management.base import OutputWrapper

ROOT = Path(__file__).resolve().parent.parent
OURS = ("claims", "workbench")  # what these write is known to hold no user's words
GIVEN_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
current_request: ContextVar[str] = ContextVar("current_request", default="")
requests, serving = getLogger("workbench.requests"), getLogger("workbench.serving")


def logging(form: str) -> dict[str, Any]:
    """Django's LOGGING for `plain` or `json` lines; only the latter have one for each request."""
    formatter = "workbench.logs.Json" if form == "json" else "workbench.logs.Plain"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"chosen": {"()": formatter}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "chosen"}},
        "root": {"handlers": ["console"], "level": "WARNING"},
        "loggers": {
            # Django's own would be written twice, the second time as they stand.
            "django": {"handlers": ["console"], "level": "WARNING", "propagate": False},
            "django.server": {"handlers": ["console"], "level": "WARNING", "propagate": False},
            "gunicorn.error": {"handlers": ["console"], "level": "WARNING", "propagate": False},
            "workbench.requests": {"level": "INFO" if form == "json" else "WARNING"},
            "workbench.serving": {"level": "INFO"},
        },
    }


def message(record: LogRecord) -> str:
    """What a record says. Words that somebody else's library fills in, such as addresses and forms, are left out."""
    if record.name.partition(".")[0] in OURS:
        return record.getMessage()
    if record.name.startswith("django.security"):
        return f"Refused: {record.name.removeprefix('django.security.')}"
    if record.name == "django.request" and isinstance(request := getattr(record, "request", None), HttpRequest):
        match, status = request.resolver_match, getattr(record, "status_code", "…")
        return (
            f"Answered with {status}: {match.view_name if match else 'no page'}, request {getattr(request, 'id', '…')}"
        )
    if isinstance(record.args, tuple) and record.args:
        return str(record.msg) % tuple(map(_numbers, record.args))
    # Without what is filled in, nobody can tell whose words stand in it.
    return f"{_short(record.pathname)}:{record.lineno}"


def _numbers(value: Any) -> Any:
    return value if isinstance(value, int | float) else "…"


def trace(fault: BaseException | None) -> list[str]:
    """Which faults led to this one and where each was raised, the newest last, without what they say: a line each."""
    lines: list[str] = []
    while fault is not None:
        frames = traceback.extract_tb(fault.__traceback__)
        places = [f"  {_short(frame.filename)}:{frame.lineno} in {frame.name}" for frame in frames]
        lines = [f"{type(fault).__module__}.{type(fault).__qualname__}", *places, *lines]
        fault = fault.__cause__ or (None if fault.__suppress_context__ else fault.__context__)
    return lines


def _short(path: str) -> str:
    return path.removeprefix(f"{ROOT}/").rpartition("site-packages/")[2]


def say(out: OutputWrapper, *lines: str) -> None:
    """Tell whoever looks on, at once: as lines of the log where those are JSON, and else as it stands, to `out`."""
    if settings.LOGS == "json":
        for line in lines:
            serving.info("%s", line.strip())
    else:
        out.write("\n".join(lines))
        out.flush()


def catch_the_rest() -> None:
    """From now on what nobody catches, in this thread or another, is a line of the log as any other fault is."""

    def told(kind: type[BaseException], fault: BaseException | None) -> None:
        if not issubclass(kind, KeyboardInterrupt | SystemExit):
            getLogger("workbench.faults").critical("It broke off, by a fault of the workbench.", exc_info=fault)

    sys.excepthook = lambda kind, fault, _: told(kind, fault)
    threading.excepthook = lambda caught: told(caught.exc_type, caught.exc_value)


class Plain(Formatter):
    """A line to read, and the trace of a fault below it."""

    def format(self, record: LogRecord) -> str:
        """The record as text."""
        when = datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%d %H:%M:%S")
        request = f" [{current_request.get()}]" if current_request.get() else ""
        line = f"{when} {record.levelname} {record.name}{request}: {message(record)}"
        return "\n".join([line, *trace(record.exc_info[1])]) if record.exc_info else line


class Json(Formatter):
    """One JSON object a line: time, level, logger, message, and what else the record brings."""

    def format(self, record: LogRecord) -> str:
        """The record as text."""
        said: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": message(record),
        }
        if current_request.get():
            said["request"] = current_request.get()
        said |= getattr(record, "told", {})
        if record.exc_info:
            said["trace"] = trace(record.exc_info[1])
        return json.dumps(said, ensure_ascii=False)


class RequestMiddleware:
    """Gives each request an id, which the answer and the log carry, and tells the log how it went.

    Told is the page's name, never its address, in which stand words that somebody searched for, or a link's secret.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        given = request.headers.get("X-Request-Id", "") if settings.PROXIES else ""
        id = given if GIVEN_ID.fullmatch(given) else uuid.uuid4().hex
        request.id = id  # type: ignore[attr-defined]
        token = current_request.set(id)
        try:
            response = self.get_response(request)
            response["X-Request-Id"] = id
            self.tell(request, response, time.perf_counter() - began)
        finally:
            current_request.reset(token)
        return response

    def tell(self, request: HttpRequest, response: HttpResponse, seconds: float) -> None:
        """Write a line of the log, and count it where that is wanted."""
        match, user = request.resolver_match, getattr(request, "_cached_user", None)
        told: dict[str, Any] = {
            "method": request.method,
            "page": match.view_name if match else "",
            "status": response.status_code,
            "ms": round(1000 * seconds, 1),
            "user": user.pk if user else None,
        }
        requests.info("answered", extra={"told": told})
        if settings.METRICS:
            from workbench.counting import observe  # only who measures pays for the import

            observe(told["page"], response.status_code, seconds)
