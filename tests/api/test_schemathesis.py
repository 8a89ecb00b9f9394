"""The description of the operations is tried against them: what it allows is taken, what it does not is refused."""

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from django.db import connections
from schemathesis.engine import events, from_schema
from schemathesis.transport.wsgi import WSGITransport

from claims.api import access
from claims.models import Exhibit, Role, Source
from claims.reports.freezing import freeze
from tests.factories import make_case, make_claim, make_document, make_evidence, make_source, make_token, make_user

REFUSED = ["400", "401", "403", "404", "405", "409", "412", "413", "415", "422", "428"]
CONFIG = {
    "seed": 7,
    "generation": {"max-examples": 8, "deterministic": True, "database": "none"},
    "phases": {"stateful": {"generation": {"max-examples": 3}}},
    "checks": {
        # What the description allows can still be refused by a rule (422), by what stands (409, 412), or not be there.
        "positive_data_acceptance": {"expected-statuses": ["2xx", "304", "403", "404", "409", "412", "422"]},
        "negative_data_rejection": {"expected-statuses": REFUSED},
        "missing_required_header": {"expected-statuses": ["400", "401", "403", "404", "428"]},
    },
}
CHECKS = {
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
    "response_schema_conformance", "negative_data_rejection", "positive_data_acceptance", "missing_required_header",
    "unsupported_method", "ignored_auth", "allow_header_conformance",
}  # fmt: skip


@pytest.fixture
def headers(real_transactions, monkeypatch):
    """The headers of a program that may ask as often as it likes, about a case with one of everything."""
    send = WSGITransport.send

    def send_in_process(self, case, **kwargs):
        # Asked without a session, it would hand settings of sockets on to the client of the application.
        for name in ("max_redirects", "verify", "cert", "proxies"):
            kwargs.pop(name, None)
        return send(self, case, **kwargs)

    monkeypatch.setattr(WSGITransport, "send", send_in_process)
    monkeypatch.setattr(access.Leases, "spend", lambda self, token: True)
    ann, eve = make_user(name="Ann"), make_user(name="Eve")
    case = make_case(code="BY", members={ann: Role.ANALYST, eve: Role.EDITOR})
    claim = make_claim(document=make_document(case=case), exact="48,000")
    exhibit = Exhibit(title="The census", text="It says 48,000.")
    make_evidence(claim=claim, source=make_source(case=case), exhibit=exhibit)
    freeze(case, case.claims.all(), by=eve)
    return {"Authorization": f"Bearer {make_token(owner=ann)[1]}", "Accept-Encoding": "identity"}


def loaded(**chosen):
    """The operations, to be tried in this process."""
    config = schemathesis.Config.from_dict(CONFIG | chosen)
    return schemathesis.openapi.from_wsgi("/api/openapi.json", app, config=config)


application = get_wsgi_application()


def app(environ, start_response):
    """The application; whichever thread asked it keeps no connection to a database that is to go."""
    answer = application(environ, start_response)
    content = b"".join(answer)
    answer.close()
    connections.close_all()
    return [content]


@pytest.mark.parametrize("place", ["anywhere", "where something is"])
def test_every_operation_is_as_described(place, headers):
    there = {"path.code": "BY", "path.number": 1, "path.item": 1, "path.id": Source.objects.get().pk}
    described = loaded(headers=headers, parameters=there if place != "anywhere" else {})
    found, asked, tried = list[str](), set[str](), set[str]()
    for event in from_schema(described).execute():
        if isinstance(event, events.NonFatalError | events.FatalError):
            found.append(str(getattr(event, "value", event)))
        if not isinstance(event, events.ScenarioFinished):
            continue
        for checks in event.recorder.checks.values():
            tried |= {check.name for check in checks}
            failed = [check.failure_info for check in checks if check.failure_info]
            found += [f"{event.recorder.label}: {each.failure}\n{each.code_sample[:500]}" for each in failed]
        answers = [one.response for one in event.recorder.interactions.values() if one.response]
        asked |= {event.recorder.label for answer in answers if answer.status_code < 300}
    assert not found, "\n\n".join(found[:20])
    assert tried >= CHECKS
    if place != "anywhere":
        operations = {one.ok().label for one in described.get_all_operations()}
        reading = {label for label in operations if label.startswith("GET ")}
        assert reading <= asked, "each was answered, and not only refused"
