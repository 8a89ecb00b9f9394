"""What programs can ask for, as a page: made of the same description that programs read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import cached_property

from claims.api.site import api
from claims.models.tokens import A_MINUTE
from claims.views.access import Request


@dataclass(frozen=True)
class Field:
    """One thing to be sent or answered: its name, what it may be, and whether it must be there."""

    name: str
    kind: str
    required: bool = False


class Operation:
    """One operation as the page shows it."""

    def __init__(self, method: str, path: str, said: dict[str, Any], schemas: dict[str, Any]) -> None:
        self.method, self.path, self.said, self.schemas = method.upper(), path, said, schemas
        self.name, self.scope = said["operationId"].replace("_", "-"), said["x-scope"]
        self.sentence = said.get("description", "")

    @cached_property
    def parameters(self) -> list[Field]:
        """What stands in the address and the headers."""
        return [Field(one["name"], self.kind(one["schema"]), one["required"]) for one in self.said["parameters"]]

    @cached_property
    def body(self) -> list[Field]:
        """What is sent, field by field."""
        content = self.said.get("requestBody", {}).get("content", {})
        return self.fields(next(iter(content.values()))["schema"]) if content else []

    @property
    def content(self) -> dict[str, Any]:
        """What is answered where it is not refused, by type."""
        answer = next(one for status, one in self.said["responses"].items() if int(status) < 300)
        found: dict[str, Any] = answer.get("content", {})
        return found

    @cached_property
    def answer(self) -> list[Field]:
        """What is answered, field by field; of a list the fields of one of its items."""
        schema = self.resolved(next(iter(self.content.values()))["schema"]) if self.content else {}
        items = schema.get("properties", {}).get("items", {}).get("items")
        return self.fields(items or schema)

    @property
    def files(self) -> list[str]:
        """The types of file that are answered, where it is one."""
        return [] if self.answer else list(self.content)

    @property
    def pages(self) -> bool:
        """Whether it answers a list that comes in pages."""
        return any(one.name == "after" for one in self.parameters)

    @property
    def refusals(self) -> list[tuple[int, str]]:
        """With what it may be refused, beside what any operation may."""
        told = [(int(status), one["description"]) for status, one in self.said["responses"].items()]
        return sorted((status, what) for status, what in told if status in (304, 409, 412, 413, 415, 422, 428))

    def resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The shape that is meant, where it is named."""
        name = schema.get("$ref", "").rpartition("/")[2]
        found: dict[str, Any] = self.schemas[name] if name else schema
        return found

    def fields(self, schema: dict[str, Any]) -> list[Field]:
        """The fields of a shape."""
        whole = self.resolved(schema)
        needed = whole.get("required", [])
        return [Field(name, self.kind(one), name in needed) for name, one in whole.get("properties", {}).items()]

    def kind(self, schema: dict[str, Any]) -> str:
        """What something may be, in a few words."""
        if "anyOf" in schema:
            return " | ".join(self.kind(one) for one in schema["anyOf"])
        if "enum" in schema:
            return " | ".join(f"“{one}”" for one in schema["enum"] if one)
        if schema.get("type") == "array":
            return f"[{self.kind(schema['items'])}]"
        if "$ref" in schema:
            return "{" + ", ".join(one.name for one in self.fields(schema)) + "}"
        kind = str(schema.get("format") or schema.get("type", ""))
        bounds = [f"{sign} {schema[name]:,}" for sign, name in BOUNDS if name in schema]
        return " ".join([kind, *bounds])


BOUNDS = (("≥", "minimum"), ("≤", "maximum"), ("≤", "maxLength"), ("≤", "maxItems"))


def operations() -> dict[str, list[Operation]]:
    """All operations by what they are about."""
    described = api.get_openapi_schema()
    rooms: dict[str, list[Operation]] = {}
    for path, methods in described["paths"].items():
        for method, said in methods.items():
            made = Operation(method, path, said, described["components"]["schemas"])
            rooms.setdefault(said["tags"][0], []).append(made)
    return rooms


def program_help(request: Request) -> HttpResponse:
    """What programs can ask for, and how."""
    context = {"room": "you", "rooms": operations().items(), "a_minute": A_MINUTE}
    return render(request, "claims/program_help.html", context)
