"""What the processes write of themselves."""

import json
import logging

import pytest
from django.db import IntegrityError

from tests.processes import manage
from workbench.logs import Json, Plain, current_request


def record(
    name="django.request", said="%s: %s", args=("Not Found", "/cases/the-words-of-somebody/"), fault=None, **more
):
    made = logging.LogRecord(
        name, logging.WARNING, __file__, 1, said, args, (type(fault), fault, None) if fault else None
    )
    for key, value in more.items():
        setattr(made, key, value)
    return made


@pytest.mark.parametrize("form", [Plain, Json])
def test_what_a_library_fills_in_is_left_out(form):
    assert "words of" not in form().format(record())
    assert "…" in form().format(record())
    assert "3" in form().format(record(args=("words", 3)))
    for said, args in (("%(x)s", ({"x": "words of somebody"},)), ("already words of somebody", ())):
        assert "words of" not in form().format(record("pypdfium2", said, args))
    assert "words" not in form().format(record("django.security.DisallowedHost", "Invalid header: 'words'", ()))


@pytest.mark.parametrize("form", [Plain, Json])
def test_a_fault_is_told_by_its_kind_and_place_and_never_by_its_words(form):
    try:
        try:
            raise KeyError("the words of somebody")
        except KeyError as first:
            raise IntegrityError("DETAIL: Key (statement)=(the words of somebody)") from first
    except IntegrityError as fault:
        made = record("claims.x", "It broke.", (), fault)
        made.exc_info = (type(fault), fault, fault.__traceback__)
    line = form().format(made)
    assert "words of" not in line
    assert line.index("builtins.KeyError") < line.index("django.db.utils.IntegrityError")
    assert "tests/test_logs.py:" in line


def test_a_line_of_json_has_the_id_of_the_request_and_what_was_told():
    token = current_request.set("abc-12345678")
    try:
        line = Json().format(record("workbench.requests", "answered", (), told={"page": "claims:queue", "status": 200}))
    finally:
        current_request.reset(token)
    told = json.loads(line)
    assert (told["request"], told["page"], told["status"], told["level"]) == (
        "abc-12345678",
        "claims:queue",
        200,
        "warning",
    )
    assert told["time"].endswith("+00:00")


def test_every_answer_names_its_request_and_the_log_names_the_page_alone(client, caplog, db):
    with caplog.at_level(logging.INFO, "workbench.requests"):
        answer = client.get("/search/?q=the+words+of+somebody", headers={"X-Request-Id": "taken-from-nobody"})
    (line,) = [each for each in caplog.records if each.name == "workbench.requests"]
    assert len(answer["X-Request-Id"]) == 32
    assert line.told["page"] == "claims:search"
    assert line.told["status"] == 302
    assert "words" not in Json().format(line)


def test_an_answer_that_is_a_fault_names_status_page_and_request_and_not_the_address(client, caplog, db):
    answer = client.get("/words-of-somebody/?q=words")
    (line,) = [Plain().format(each) for each in caplog.records if each.name == "django.request"]
    assert "Answered with 404: no page" in line
    assert answer["X-Request-Id"] in line
    assert "words" not in line


def test_the_id_that_a_proxy_gives_is_kept_where_there_is_one(client, db, settings):
    settings.PROXIES = 1
    assert client.get("/healthz", headers={"X-Request-Id": "0123456789abcdef"})["X-Request-Id"] == "0123456789abcdef"
    assert client.get("/healthz", headers={"X-Request-Id": "a b\tc" * 5})["X-Request-Id"] != "a b\tc" * 5


def test_who_asked_is_told_by_a_number(as_, ann, caplog):
    with caplog.at_level(logging.INFO, "workbench.requests"):
        as_(ann).get("/")
    assert [each.told["user"] for each in caplog.records if each.name == "workbench.requests"] == [ann.pk]


BREAK = (
    "import threading; "
    "thread = threading.Thread(target=lambda: {}['the words of somebody']); thread.start(); thread.join(); "
    "raise ValueError('the words of somebody')"
)


def test_what_nobody_catches_is_a_line_of_the_log_without_words(tmp_path):
    done = manage("shell", "-v", "0", "-c", BREAK, WORKBENCH_DATA=str(tmp_path), WORKBENCH_LOGS="json")
    assert done.returncode == 1
    assert "the words of somebody" not in done.stderr
    told = [json.loads(line) for line in done.stderr.splitlines()]
    assert [line["level"] for line in told] == ["critical"] * 2
    assert [line["trace"][0] for line in told] == ["builtins.KeyError", "builtins.ValueError"]
