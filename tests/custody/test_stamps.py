"""The log's heads attested by a stamping authority: one made with OpenSSL, and all that one could do wrong."""

import datetime
import io
import shutil
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from claims.custody import guards, stamps
from claims.custody.heads import Head
from claims.custody.stamps import Rounds, Unstamped, ask, check_stamps, stamp_heads
from claims.models import Chain, Entry, Stamp
from tests.factories import make_case, make_claim
from workbench import stamping
from workbench.logs import Plain

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="there is no openssl command on this machine")

CONFIG = """
[tsa]
default_tsa = tsa1
[tsa1]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
certs = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
"""


def openssl(folder: Path, *arguments: str, **more) -> bytes:
    done = subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True, **more)
    return bytes(done.stdout)


def make_authority(folder: Path) -> Path:
    """A root, and a stamping service that it vouches for."""
    folder.mkdir()
    (folder / "serial").write_text("01\n")
    (folder / "tsa.cnf").write_text(CONFIG.format(folder=folder))
    (folder / "ext").write_text("extendedKeyUsage = critical, timeStamping\n")
    days, key = ("-days", "30"), ("-newkey", "rsa:2048", "-nodes")
    openssl(folder, "req", "-x509", *key, *days, "-subj", "/CN=Root", "-keyout", "root.key", "-out", "root.pem")
    openssl(folder, "req", *key, "-subj", "/CN=Stamps", "-keyout", "tsa.key", "-out", "tsa.csr")
    signing = ("-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", "-extfile", "ext")
    openssl(folder, "x509", "-req", "-in", "tsa.csr", *signing, *days, "-out", "tsa.pem")
    return folder


def reply(folder: Path, query: bytes) -> bytes:
    """What the authority answers to a query."""
    (folder / "query").write_bytes(query)
    return openssl(folder, "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query")


@pytest.fixture(scope="module")
def authority(tmp_path_factory) -> Path:
    return make_authority(tmp_path_factory.mktemp("stamps") / "authority")


class Service:
    """The authority behind a web server; `answer` may be changed to answer something else."""

    def __init__(self, authority: Path) -> None:
        self.authority, self.asked, self.status = authority, 0, 200
        self.answer = lambda query: reply(authority, query)
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                service.asked += 1
                status = service.status
                query = self.rfile.read(int(self.headers["Content-Length"]))
                assert self.headers["Content-Type"] == "application/timestamp-query"
                self.send_response(status)
                self.end_headers()
                # Whoever is refused does not wait for what follows, and may ask again meanwhile.
                answer = service.answer(query) if status == 200 else b""
                for piece in [answer] if isinstance(answer, bytes) else answer:
                    try:
                        self.wfile.write(piece)
                    except OSError:
                        return

            def log_message(self, *args) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=[0.02], daemon=True).start()
        self.address = f"http://127.0.0.1:{self.server.server_port}/stamp"

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def service(authority, settings):
    made = Service(authority)
    settings.STAMPS, settings.STAMPS_ROOT = made.address, authority / "root.pem"
    yield made
    made.stop()


@pytest.fixture
def chain(case) -> Chain:
    Chain.objects.exclude(case=case).delete()
    return Chain.objects.get(case=case)


TODAY = datetime.datetime.now(datetime.UTC).date()


def verify_log() -> str:
    out = io.StringIO()
    try:
        call_command("verify_log", case="BY", stdout=out, stderr=out)
    except CommandError as fault:
        return f"{out.getvalue()}{fault}"
    return out.getvalue()


def test_the_head_of_each_chain_that_moved_is_stamped_and_anybody_can_check_it(case, service, authority, tmp_path):
    outcome = stamp_heads(TODAY)
    assert outcome.failed == []
    assert {stamp.case for stamp in outcome.stamps} == {case, None}
    stamp = Stamp.objects.get(case=case)
    chain = Chain.objects.get(case=case)
    assert (stamp.count, stamp.head, stamp.service) == (chain.count, chain.head, service.address)
    assert abs(stamp.stamped_at - timezone.now()) < datetime.timedelta(minutes=5)
    (tmp_path / "head.txt").write_text(f"{stamp.count}:{stamp.head}")
    (tmp_path / "token.tsr").write_bytes(stamp.token)
    root = str(authority / "root.pem")
    said = openssl(tmp_path, "ts", "-verify", "-data", "head.txt", "-in", "token.tsr", "-CAfile", root)
    assert b"OK" in said


def test_a_chain_is_stamped_at_most_once_a_day_and_only_when_it_moved(case, ann, chain, service):
    assert len(stamp_heads(TODAY).stamps) == 1
    assert stamp_heads(TODAY + datetime.timedelta(1)).stamps == []
    make_claim(case=case, by=ann)
    assert stamp_heads(TODAY).stamps == []
    assert len(stamp_heads(TODAY + datetime.timedelta(1)).stamps) == 1
    assert service.asked == 2


def test_a_stamp_stays_as_it_is(case, chain, service):
    stamp_heads(TODAY)
    with pytest.raises(Exception, match="never changed"), transaction.atomic():
        Stamp.objects.update(head="0" * 64)


def test_verify_log_says_of_each_chain_that_its_stamps_hold(case, chain, service, settings):
    stamp_heads(TODAY)
    said = verify_log()
    assert f"BY: 1 stamps hold (signed by the service), the newest of entry {chain.count}" in said
    settings.STAMPS_ROOT = None
    assert "signed by whom, no root is set to tell" in verify_log()
    assert "stamp" not in verify_log().replace("stamps hold", "")


def tampered(**values) -> str:
    """What verify_log says once somebody has changed the stamp past the guards."""
    guards.take_down(connection)
    Stamp.objects.update(**values)
    guards.set_up(connection)
    return verify_log()


def test_a_stamp_of_another_head_than_stands_in_the_log_is_false(case, chain, service):
    stamp_heads(TODAY)
    said = tampered(head="0" * 64)
    assert "is false: another head was stamped than stands there." in said
    assert "The log is not what was entered." in said


def test_a_stamp_with_a_token_for_another_head_is_false(case, chain, service):
    stamp_heads(TODAY)
    token, _at = ask(Head(chain.count, "0" * 64))
    assert "is false: The token is for another head." in tampered(token=token)


def test_a_stamp_whose_entry_is_gone_or_whose_time_is_another_is_false(case, chain, service):
    stamp_heads(TODAY)
    assert "it gives another time than is kept" in tampered(stamped_at=timezone.now() - datetime.timedelta(9))
    assert "that entry is gone" in tampered(count=chain.count + 99)


def test_a_token_of_another_authority_is_false_where_a_root_is_set(case, chain, service, settings, tmp_path):
    other = make_authority(tmp_path / "other")
    service.answer = lambda query: reply(other, query)
    outcome = stamp_heads(TODAY)
    assert "not signed by the service" in outcome.failed[0][1]
    assert not Stamp.objects.exists()
    settings.STAMPS_ROOT = None
    stamp_heads(TODAY)
    settings.STAMPS_ROOT = service.authority / "root.pem"
    assert "is false: The token is not signed by the service" in verify_log()


def test_a_token_for_another_head_is_no_stamp(case, chain, service):
    service.answer = lambda query: reply(service.authority, query_for(service.authority, b"something else"))
    assert stamp_heads(TODAY).failed == [("BY", "The token is for another head.")]


def test_a_token_with_another_nonce_is_no_stamp(case, chain, service):
    content = stamps.message(Head(chain.count, chain.head))
    service.answer = lambda query: reply(service.authority, query_for(service.authority, content))
    assert "the nonce differs" in stamp_heads(TODAY).failed[0][1]


def query_for(authority: Path, content: bytes) -> bytes:
    (authority / "data").write_bytes(content)
    return openssl(authority, "ts", "-query", "-data", "data", "-sha256", "-cert")


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"<html>Not here</html>", "is no token"),
        (b"", "is no token"),
        (b"0" * 100_001, "more than 100,000 bytes"),
        (b"\x30\x03\x02\x01\x02", "is no token|refused"),
    ],
)
def test_rubbish_is_no_stamp(case, chain, service, answer, why):
    service.answer = lambda query: answer
    with pytest.raises(Unstamped, match=why):
        ask(Head(chain.count, chain.head))
    assert len(stamp_heads(TODAY).failed) == 1


def test_a_status_that_is_none_is_no_stamp(case, chain, service, caplog):
    service.status = 503
    assert stamp_heads(TODAY).failed == [("BY", "The service answered with status 503.")]
    (line,) = caplog.records
    assert "status 503" not in Plain().format(line), "what a service says is not ours to log"
    assert "claims.custody.stamps.Unstamped" in Plain().format(line)


@pytest.mark.timeout(60)
def test_a_service_that_drips_is_cut_off(case, chain, service, monkeypatch):
    monkeypatch.setattr(stamps, "SECONDS", 1)

    def drip():
        for _ in range(1200):
            time.sleep(0.1)
            yield b"0"

    service.answer = lambda query: drip()
    assert len(stamp_heads(TODAY).failed) == 1


def test_a_service_that_is_down_is_not_asked_for_every_chain(case, service):
    service.stop()
    make_case()
    outcome = stamp_heads(TODAY)
    assert len(outcome.failed) == 1
    assert "cannot be reached" in outcome.failed[0][1]


def test_the_worker_goes_on_when_stamping_fails_and_tries_again_later(case, chain, service, caplog):
    rounds = Rounds(lambda: False)
    service.status = 500
    rounds.go_if_due()
    rounds.go_if_due()
    assert service.asked == 1
    assert "tried again in an hour" in caplog.text
    service.status = 200
    rounds.next = timezone.now()
    rounds.go_if_due()
    assert Stamp.objects.count() == 1
    assert rounds.next.date() == timezone.now().date() + datetime.timedelta(1)


def test_the_worker_stamps_what_is_due(case, chain, service):
    call_command("worker", once=True)
    assert Stamp.objects.count() == 1


def test_without_a_service_nothing_is_stamped(case, settings):
    settings.STAMPS = ""
    call_command("worker", once=True)
    assert not Stamp.objects.exists()
    with pytest.raises(CommandError, match="WORKBENCH_STAMPS"):
        call_command("stamp_log")
    assert check_stamps(case).said == ""


def test_stamp_log_says_what_was_stamped_and_what_was_not(case, chain, service):
    out = io.StringIO()
    call_command("stamp_log", stdout=out)
    assert f"BY: stamped, BY {chain.count}:{chain.head[:12]}" in out.getvalue()
    call_command("stamp_log", stdout=out)
    assert "Nothing to stamp" in out.getvalue()
    make_case(code="OT")
    service.status = 500
    with pytest.raises(CommandError, match="tried again"):
        call_command("stamp_log", stdout=out)
    assert "OT: The service answered with status 500." in out.getvalue()
    assert Entry.objects.exists()


@pytest.mark.parametrize("address", ["ftp://x", "x", "http://", "http://x:99999/", "http://ü/"])
def test_a_service_that_is_no_address_stops_the_start(address):
    with pytest.raises(ImproperlyConfigured, match="WORKBENCH_STAMPS"):
        stamping.service(address)


def test_a_root_that_holds_no_certificate_stops_the_start(tmp_path, authority):
    (tmp_path / "empty.pem").write_text("nothing")
    for path in (tmp_path / "empty.pem", tmp_path / "missing.pem"):
        with pytest.raises(ImproperlyConfigured, match="WORKBENCH_STAMPS_ROOT"):
            stamping.root(str(path))
    assert stamping.root(str(authority / "root.pem")) == authority / "root.pem"
    assert stamping.root("") is None
    assert stamping.service("") == ""
