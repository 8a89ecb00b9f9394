"""Programs that ask."""

import json
from typing import Any

import pytest
from django.test import Client

from claims.api import access
from tests.factories import make_token


@pytest.fixture(autouse=True)
def no_leases(monkeypatch):
    """What one test asked is not counted against the next."""
    monkeypatch.setattr(access, "leases", access.Leases())


class Program:
    """A program with a token, or without; it keeps no cookies."""

    def __init__(self, secret=""):
        self.secret = secret

    def ask(self, method, path, body=None, /, **headers):
        """What is answered under /api."""
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.secret:
            headers.setdefault("Authorization", f"Bearer {self.secret}")
        sent: dict[str, Any] = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        return Client(headers=headers).generic(method, f"/api{path}", **sent)

    def get(self, path, **headers):
        return self.ask("GET", path, **headers)

    def post(self, path, body, **headers):
        return self.ask("POST", path, body, **headers)

    def patch(self, path, body, **headers):
        return self.ask("PATCH", path, body, **headers)


@pytest.fixture
def program():
    """`program(ann)` is a program with a token of Ann's; what the token may, and where, can be said."""

    def with_token(owner, **fields):
        return Program(make_token(owner=owner, **fields)[1])

    return with_token
