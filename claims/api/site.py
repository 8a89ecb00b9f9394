"""All operations, and their description."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation
from ninja.parser import Parser

from claims.api import adding as adding  # what is read and added at one address is one page: one router holds both
from claims.api import reading, reports
from claims.api.problems import TYPE, Problem, problem_of, response
from claims.api.shapes import ProblemShape

DESCRIPTION = """Reads and adds what the owner of a token may, under the rules of the pages.

Send the token with each request: `Authorization: Bearer wb_…`. It is made on the page “Tokens”, for some of the
scopes `read`, `write` and `reports`. Lists come in pages: send `next` of one as `after` of the following. Send an
`ETag` back as `If-None-Match` to be told that nothing changed (304), or as `If-Match` to change nothing that somebody
else changed meanwhile (412). Send an `Idempotency-Key` with what adds something: the same request with the same key is
done once, and answered the same for a day. Errors are `application/problem+json`. A token may make 600 requests a
minute. 400: the request is not as described here; 422: a rule says no."""

FAULTS = {
    400: "The request is not as described.",
    401: "No open token was sent.",
    403: "The token's scope, or its owner's role, does not allow it; or its owner lacks the second factor asked for.",
    404: "There is nothing here, or not for this token.",
    409: "It cannot be done now.",
    412: "It was changed since it was read.",
    413: "More is sent than may come in.",
    415: "The body is not of the type described.",
    422: "A rule says no.",
    428: "If-Match is missing.",
    429: "Too many requests in this minute.",
    500: "A defect of the workbench.",
    503: "The database or the store cannot be reached just now.",
    507: "The disk is full.",
}
READING = (400, 401, 403, 404, 422, 429, 500, 503, 507)
WRITING = (*READING, 409, 412, 413, 415)
CONDITION = {
    "in": "header",
    "name": "If-None-Match",
    "required": False,
    "schema": {"type": "string"},
}
MATCH = {"in": "header", "name": "If-Match", "schema": {"type": "string"}}
ONCE = {
    "in": "header", "name": "Idempotency-Key", "required": False,
    "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
}  # fmt: skip
ETAG = {"ETag": {"schema": {"type": "string"}, "description": "A name for exactly this answer."}}


class StrictParser(Parser):
    """Reads JSON, and says what is wrong with what is none."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The body. Raises Problem for another type, and for what is no JSON."""
        if request.content_type != "application/json":
            raise Problem(415, "Send application/json.")
        try:
            return json.loads(request.body, parse_constant=_no_number)
        except (ValueError, RecursionError) as fault:
            raise Problem(400, "The body is no JSON.") from fault


def _no_number(word: str) -> Any:
    raise ValueError(f"{word} is no JSON")


class Site(NinjaAPI):
    """The operations, described with all that may be answered."""

    described: ClassVar[dict[str, OpenAPISchema]] = {}

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """What the operation is called in the code."""
        return operation.view_func.__name__

    def get_openapi_schema(self, *, path_prefix: str | None = None, path_params: Any = None) -> OpenAPISchema:
        """The description: with the errors that each operation may answer, and the headers that count."""
        prefix = self.get_root_path(path_params or {}) if path_prefix is None else path_prefix
        if prefix not in self.described:  # anybody may ask, and it takes a while
            self.described[prefix] = self._described(prefix)
        return self.described[prefix]

    def _described(self, prefix: str) -> OpenAPISchema:
        described = super().get_openapi_schema(path_prefix=prefix)
        shape = ProblemShape.model_json_schema(ref_template="#/components/schemas/{model}")
        described["components"]["schemas"] |= shape.pop("$defs") | {"Problem": shape}
        scopes = self._scopes()
        for methods in described["paths"].values():
            for method, operation in methods.items():
                describe(operation, method)
                operation["x-scope"] = scopes[operation["operationId"]]
        return described

    def _scopes(self) -> dict[str, str]:
        """The scope that each operation asks of a token; nothing where any will do."""
        views = [view for router in self._get_bound_routers() for view in router.path_operations.values()]
        operations: list[Any] = [operation for view in views for operation in view.operations]
        return {one.view_func.__name__: one.auth_callbacks[0].scope or "" for one in operations}


def describe(operation: dict[str, Any], method: str) -> None:
    """Put beside what an operation answers the ways in which it may be refused, and which headers it heeds."""
    reads = method == "get"
    for status in READING if reads else WRITING:
        operation["responses"].setdefault(status, fault_of(status))
    if reads:
        operation["parameters"].append(CONDITION)
        operation["responses"][304] = {"description": "You have exactly this."}
    if method == "post":
        operation["parameters"] += [ONCE, MATCH | {"required": False}]
    if method == "patch":
        operation["parameters"].append(MATCH | {"required": True, "schema": {"type": "string", "minLength": 1}})
        operation["responses"][428] = fault_of(428)
    for status, answer in operation["responses"].items():
        if int(status) < 300:
            answer["headers"] = ETAG


def fault_of(status: int) -> dict[str, Any]:
    """How an error is described."""
    return {"description": FAULTS[status], "content": {TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}


api = Site(
    title="Workbench", version="1", description=DESCRIPTION, urls_namespace="api", docs_url=None, parser=StrictParser()
)
api.add_router("", reading.router)
api.add_router("", reports.router)


@api.exception_handler(Exception)
def broken(request: HttpRequest, fault: Any) -> HttpResponse:
    """Every fault in one form."""
    return response(problem_of(fault))


for kind in (HttpError, ValidationError):
    api.add_exception_handler(kind, broken)
