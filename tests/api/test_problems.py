"""Whatever goes wrong is told in one form, and nobody is sent to a sign-in page."""

import datetime
import json

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from claims.api import reading
from claims.models import Token
from claims.models.tokens import A_MINUTE
from tests.api.conftest import Program
from tests.factories import make_claim, make_document, make_token


def check(answer, status):
    """That it is a problem of this status, in the form of RFC 9457."""
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    told = answer.json()
    assert {"type", "title", "status", "detail"} <= set(told)
    assert told["status"] == status
    assert told["detail"]
    assert "Set-Cookie" not in answer.headers
    assert answer["Cache-Control"] == "no-store"
    return told


@pytest.mark.parametrize("path", ["/token", "/cases", "/cases/BY", "/search?q=army", "/cases/BY/reports/1/files/pdf"])
def test_without_an_open_token_nothing_is_told(path, case, ann):
    token, secret = make_token(owner=ann)
    token.withdraw(by=ann)
    for asker in (Program(), Program(secret), Program("wb_wrong"), Program("")):
        answer = asker.get(path)
        check(answer, 401)
        assert answer["WWW-Authenticate"].startswith("Bearer")
    check(Program().get(path, Authorization=f"Basic {secret}"), 401)


def test_while_their_owner_lacks_the_second_factor_asked_for_tokens_open_nothing(case, ann, ada, program, settings):
    asker, administrators = program(ann), program(ada)
    settings.SECOND_FACTOR = "staff"
    assert asker.get("/cases/BY").status_code == 200, "nobody asks Ann for one"
    check(administrators.get("/token"), 403)
    settings.SECOND_FACTOR = "all"
    for path in ("/token", "/cases/BY"):
        told = check(asker.get(path), 403)
        assert "second factor" in told["detail"]
    Authenticator.objects.create(user=ann, type=Authenticator.Type.TOTP, data={})
    assert asker.get("/cases/BY").status_code == 200


def test_a_session_is_no_way_in(case, ann, as_):
    """Or a page of another site could ask with the cookies of whoever looks at it."""
    browser = as_(ann)
    assert browser.get("/cases/").status_code == 200
    check(browser.get("/api/cases"), 401)
    body = json.dumps({"text": "The army is strong."})
    check(browser.post("/api/cases/BY/documents", body, content_type="application/json"), 401)
    assert not case.documents.exists()


def test_no_other_site_may_read_an_answer(case, ann, program):
    asker = program(ann)
    answers = [
        asker.get("/cases", Origin="https://elsewhere.example"),
        asker.ask("OPTIONS", "/cases", Origin="https://e.example"),
    ]
    for answer in answers:
        assert not [name for name in answer.headers if name.lower().startswith("access-control")]
    check(answers[1], 405)


def test_what_is_not_there_is_told_as_such(ann, program):
    for path in (
        "/",
        "/nothing",
        "/cases/",
        "/cases/by",
        "/cases/BY-1",
        "/cases/ẞ",
        "/sources/x",
        "/sources/0",
        f"/sources/{2**70}",
    ):
        check(program(ann).get(path), 404)


def test_a_method_that_is_none_here_is_named_with_those_that_are(case, ann, program):
    answer = program(ann).ask("DELETE", "/cases/BY/documents")
    check(answer, 405)
    assert set(answer["Allow"].split(", ")) == {"GET", "POST"}


@pytest.mark.parametrize(
    ("scopes", "method", "path"),
    [
        (["read"], "POST", "/cases/BY/documents"),
        (["read"], "GET", "/cases/BY/reports"),
        (["write"], "GET", "/cases/BY/claims"),
        (["reports"], "GET", "/search?q=army"),
        (["reports", "read"], "PATCH", "/cases/BY/claims/1"),
    ],
)
def test_a_token_may_what_was_ticked_and_no_more(scopes, method, path, case, ann, program):
    answer = program(ann, scopes=scopes).ask(method, path, {"text": "x"})
    check(answer, 403)
    assert 'error="insufficient_scope"' in answer["WWW-Authenticate"]


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"", "application/json", 400),
        (b"{", "application/json", 400),
        (b'{"text": NaN}', "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b'"text"', "application/json", 400),
        (b'{"text": 1}', "application/json", 400),
        (b'{"text": "a", "other": 1}', "application/json", 400),
        (b'{"text": "\\ud800"}', "application/json", 400),
        (b'{"text": "\\u0000"}', "application/json", 422),
        (b'{"text": "a", "published": "20.2.2023"}', "application/json", 400),
        (b'{"text": "a", "published": "2023-02-30"}', "application/json", 400),
        (b"text=a", "application/x-www-form-urlencoded", 415),
        (b"text", "text/plain", 415),
        (b'{"text": "a", "language": "no language"}', "application/json", 422),
        (b'{"text": "   "}', "application/json", 422),
    ],
)  # fmt: skip
def test_a_body_that_is_not_as_described_is_refused(body, kind, status, case, ann):
    headers = {"Authorization": f"Bearer {make_token(owner=ann)[1]}"}
    check(Client(headers=headers).generic("POST", "/api/cases/BY/documents", body, kind), status)
    assert not case.documents.exists()


def test_what_is_wrong_is_named_field_by_field(case, ann, program):
    told = check(program(ann).post("/cases/BY/documents", {"text": "a", "title": 1, "langage": "en"}), 400)
    assert {one["field"] for one in told["errors"]} == {"title", "langage"}
    told = check(program(ann).post("/cases/BY/documents", {"text": "a", "language": "x x"}), 422)
    assert [one["field"] for one in told["errors"]] == ["language"]


def test_more_than_may_come_in_is_refused_unread(case, ann):
    headers = {"Authorization": f"Bearer {make_token(owner=ann)[1]}"}
    content = b" " * (settings.FORM_LIMIT + 1)
    check(Client(headers=headers).post("/api/cases/BY/documents", content, content_type="application/json"), 413)


def test_too_many_requests_in_a_minute_wait_for_the_next(case, ann):
    token, secret = make_token(owner=ann)
    with time_machine.travel(timezone.now().replace(second=10), tick=False) as clock:
        for _ in range(A_MINUTE // 30):
            token.take_lease()
        answer = Program(secret).get("/cases")
        check(answer, 429)
        assert answer["Retry-After"] == "50"
        clock.shift(datetime.timedelta(seconds=50))
        assert Program(secret).get("/cases").status_code == 200


def test_reading_writes_down_its_use_once_for_many(case, ann, django_assert_max_num_queries):
    token, secret = make_token(owner=ann)
    asker = Program(secret)
    with time_machine.travel(timezone.now().replace(second=1), tick=False):
        asker.get("/cases")
        used = Token.objects.get(pk=token.pk).last_used_at
        assert used is not None
        with django_assert_max_num_queries(2) as asked:
            asker.get("/cases")
        assert not [one for one in asked.captured_queries if one["sql"].startswith(("UPDATE", "INSERT"))]


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (OperationalError("the connection is lost"), 503),
        (OSError(28, "No space left on device"), 507),
        (RuntimeError("a fuse blew"), 500),
    ],
)
def test_a_fault_of_ours_is_told_as_one_and_tells_nothing(fault, status, case, ann, program, monkeypatch, caplog):
    def broken(*args, **kwargs):
        raise fault

    monkeypatch.setattr(reading, "case_of", broken)
    told = check(program(ann).get("/cases/BY"), status)
    assert str(fault) not in told["detail"]
    assert "broke off" in caplog.text


def test_a_lost_database_is_told_before_anybody_is_known(ann, program, monkeypatch):
    asker = program(ann)

    def broken(*args):
        raise OperationalError("gone")

    monkeypatch.setattr(Token.objects, "of_secret", broken)
    answer = asker.get("/cases")
    check(answer, 503)
    assert answer["Retry-After"] == "10"


def test_the_person_no_longer_in_a_case_has_a_token_that_opens_nothing_there(case, ann, eve, program):
    make_claim(document=make_document(case=case), exact="48,000")
    asker = program(ann)
    assert asker.get("/cases/BY/claims/1").status_code == 200
    case.memberships.get(user=ann).delete(by=eve)
    check(asker.get("/cases/BY/claims/1"), 404)
