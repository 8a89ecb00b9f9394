"""Web addresses: nothing inside the house is asked, whoever names it and however; what is fetched is kept whole.

The guard is never loosened here: a public address is faked at the resolver, and only the last step, the connection to
that address, is led to a server of the test's own.
"""

import datetime
import gzip
import hashlib
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st

from claims.loading import fetching
from claims.loading.addresses import is_public, target
from claims.loading.fetching import WHY, Unfetchable, fetch
from claims.loading.formats.parsed import Fault
from tests.processes import python

PUBLIC = "93.184.215.14"
PAGE = b"<p>The army is 48,000 strong.</p>"


class Handler(BaseHTTPRequestHandler):
    """Answers with what the test wants; notes what was asked."""

    def do_GET(self) -> None:
        self.server.asked.append((self.headers["Host"], self.path, dict(self.headers)))  # type: ignore[attr-defined]
        self.server.answer(self)  # type: ignore[attr-defined]

    def log_message(self, *arguments: object) -> None:
        """Nothing on the screen."""


def respond(content: bytes = PAGE, status: int = 200, **headers: str) -> Callable[[Handler], None]:
    def answer(handler: Handler) -> None:
        handler.send_response(status)
        for name, value in ({"Content-Length": str(len(content))} | headers).items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(content)

    return answer


@pytest.fixture
def web(settings, monkeypatch):
    """A server on what seems to be the internet; `names` says who has which addresses, `dialled` who was called."""
    settings.FETCH_URLS = True
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.asked, server.answer, server.dialled = [], respond(), []  # type: ignore[attr-defined]
    server.names = {"news.example.org": [PUBLIC]}  # type: ignore[attr-defined]
    server.daemon_threads = True

    def resolve(host: str, port: int):
        found = server.names.get(host)  # type: ignore[attr-defined]
        if found is None:
            raise socket.gaierror("no such name")
        return found.pop(0) if isinstance(found[0], list) else found

    def dial(address: str, port: int, seconds: float) -> socket.socket:
        server.dialled.append((address, port))  # type: ignore[attr-defined]
        return socket.create_connection(("127.0.0.1", server.server_port), timeout=seconds)

    monkeypatch.setattr(fetching, "resolve", resolve)
    monkeypatch.setattr(fetching, "dial", dial)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def refusal(url: str) -> str:
    """Why an address is not fetched: the reason's code; its sentence must be there too."""
    with pytest.raises(Unfetchable) as fault:
        fetch(url)
    assert str(fault.value).endswith(".")
    assert "%" not in str(fault.value)
    return fault.value.reason


def test_nothing_is_fetched_unless_the_setting_allows_it(web, settings):
    settings.FETCH_URLS = False
    assert refusal("http://news.example.org/") == "off"
    assert not web.dialled


def test_the_setting_is_off_by_default_and_read_strictly(tmp_path):
    ask = "import workbench.settings as s; print(s.FETCH_URLS)"
    data = {"WORKBENCH_DATA": str(tmp_path)}
    assert python("-c", ask, **data).stdout.strip() == "False"
    assert python("-c", ask, WORKBENCH_FETCH="1", **data).stdout.strip() == "True"
    assert "WORKBENCH_FETCH" in python("-c", ask, WORKBENCH_FETCH="perhaps", **data).stderr.splitlines()[-1]


def test_what_is_fetched_is_kept_whole(web):
    web.answer = respond(Content_Type="text/html; charset=utf-8", Set_Cookie="a=1")
    found = fetch(" http://news.example.org/forces?year=2023&q=a b#top ".replace("a b", "é"))
    assert (found.status, found.content) == (200, PAGE)
    assert found.url == "http://news.example.org/forces?year=2023&q=%C3%A9"
    assert found.sha256 == hashlib.sha256(PAGE).hexdigest()
    assert found.addresses == [PUBLIC]
    assert ("Set-Cookie", "a=1") in found.headers
    assert found.content_type == "text/html; charset=utf-8"
    assert found.fetched_at.tzinfo == datetime.UTC
    assert web.dialled == [(PUBLIC, 80)]
    host, _path, headers = web.asked[0]
    assert host == "news.example.org"
    assert not {"Cookie", "Authorization", "Referer"} & set(headers)


def test_an_answer_that_is_no_success_is_an_answer(web):
    web.answer = respond(b"gone", 410)
    assert (fetch("http://news.example.org/").status, fetch("http://news.example.org/").content) == (410, b"gone")


def test_no_proxy_of_the_environment_is_used(web, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert fetch("http://news.example.org/").status == 200
    assert web.dialled == [(PUBLIC, 80)]


INSIDE = [
    "0.0.0.0",  # noqa: S104 - not bound to
    "0.1.2.3", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.8.8.8", "169.254.169.254", "172.16.0.1",
    "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "203.0.113.9", "224.0.0.1", "239.1.1.1",
    "240.0.0.1", "255.255.255.255", "168.63.129.16",
    "::", "::1", "fe80::1", "fe80::1%eth0", "2606:4700::1111%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1",
    "2001:db8::1", "3fff::1",
    "::ffff:127.0.0.1", "::ffff:93.184.215.14", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::5db8:d70e", "64:ff9b:1::1",
    "2002:7f00:1::", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2606:4700::5efe:7f00:1", "2606:4700::200:5efe:a00:1",
    "5f00::1", "100::1", "not an address", "",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_a_name_with_an_address_inside_is_not_asked(web, address):
    assert not is_public(address)
    web.names["news.example.org"] = [address]
    assert refusal("http://news.example.org/") == "inside"
    web.names["news.example.org"] = [PUBLIC, address]
    assert refusal("https://news.example.org/") == "inside", "one address inside is one too many"
    assert not web.dialled


@pytest.mark.parametrize("address", ["93.184.215.14", "1.1.1.1", "2606:4700:4700::1111", "2a00:1450:4001:810::200e"])
def test_public_addresses_are_asked(web, address):
    assert is_public(address)
    fetch(f"http://[{address}]/" if ":" in address else f"http://{address}/")
    assert web.dialled == [(address, 80)]


@given(st.integers(0, 2**32 - 1))
def test_no_address_inside_becomes_public_in_another_wrapping(number):
    from ipaddress import IPv4Address, IPv6Address

    inner = IPv4Address(number)
    for prefix, shift in (("::ffff:0:0", 0), ("64:ff9b::", 0), ("::", 0), ("2002::", 80), ("2001:db8::5efe:0:0", 0)):
        assert not is_public(str(IPv6Address(int(IPv6Address(prefix)) | int(inner) << shift)))


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://127.0.0.1/", "inside"),
        ("http://[::1]/", "inside"),
        ("http://[::ffff:127.0.0.1]/", "inside"),
        ("http://[fe80::1%25eth0]/", "inside"),
        ("http://169.254.169.254/latest/meta-data/", "inside"),
        ("http://2130706433/", "number"),
        ("http://0x7f000001/", "number"),
        ("http://0x7f.0.0.1/", "number"),
        ("http://0177.0.0.1/", "number"),
        ("http://127.1/", "number"),
        ("http://127.0.0.1.:80/", "inside"),
        ("http://127.0.0.0x1/", "number"),
        ("http://１２７.0.0.1/", "inside"),  # noqa: RUF001 - full-width digits
        ("http://127。0。0。1/", "inside"),
        ("http://%31%32%37.0.0.1/", "number"),
        ("http://%6c%6fcalhost.example.org/", "address"),
        ("http://localhost/", "inside"),
        ("http://LOCALHOST./", "inside"),
        ("http://a.localhost/", "inside"),
        ("http://printer.local/", "inside"),
        ("http://database/", "inside"),
        ("http://router.home.arpa/", "inside"),
        ("http://user:secret@news.example.org/", "credentials"),
        ("http://news.example.org@127.0.0.1/", "credentials"),
        ("http://news.example.org\\@127.0.0.1/", "address"),
        ("http://news.example.org\r\nHost: inside/", "address"),
        ("http://news.example.org/a\tb", "address"),
        ("http://news.example.org:22/", "port"),
        ("http://news.example.org:8080/", "port"),
        ("http://news.example.org:443/", "port"),
        ("http://news.example.org:99999/", "address"),
        ("http://news.example.org:0/", "port"),
        ("ftp://news.example.org/", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("gopher://news.example.org/", "scheme"),
        ("news.example.org", "scheme"),
        ("", "scheme"),
        ("http://", "address"),
        ("http:///path", "address"),
        ("http://-a.example.org/", "address"),
        ("http://a..example.org/", "address"),
        ("http://[::1/", "address"),
        ("http://" + "a" * 2000 + ".org/", "address"),
        ("http://nowhere.example.org/", "unresolved"),
    ],
)
def test_addresses_that_are_not_fetched_say_why(web, url, reason):
    assert refusal(url) == reason
    assert not web.dialled


@given(st.text(max_size=60))
def test_any_words_at_all_are_an_address_or_a_fault(words):
    for url in (words, f"http://{words}/", f"http://news.example.org/{words}", f"https://{words}"):
        try:
            found = target(url)
        except Fault as fault:
            reasons = {fault.reason}
        else:
            reasons = set()
            assert found.url.isascii()
            assert target(found.url) == found
        assert reasons <= set(WHY)


def test_a_name_is_looked_up_once_so_that_a_second_answer_changes_nothing(web):
    """DNS rebinding: the first answer passes the check, the second would be inside."""
    web.names["news.example.org"] = [[PUBLIC], ["127.0.0.1"]]
    assert fetch("http://news.example.org/").addresses == [PUBLIC]
    assert web.dialled == [(PUBLIC, 80)]
    assert len(web.names["news.example.org"]) == 1


def test_a_redirect_to_the_same_name_is_checked_anew(web):
    web.names["news.example.org"] = [[PUBLIC], ["127.0.0.1"]]
    web.answer = respond(b"", 302, Location="/again")
    assert refusal("http://news.example.org/") == "inside"
    assert web.dialled == [(PUBLIC, 80)]


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        ("http://127.0.0.1/", "inside"),
        ("//localhost/admin", "inside"),
        ("http://2130706433/", "number"),
        ("http://inside.example.org/", "inside"),
        ("http://[::ffff:10.0.0.1]/", "inside"),
        ("file:///etc/passwd", "scheme"),
        ("http://news.example.org:6379/", "port"),
        ("http://[", "address"),
    ],
)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_the_inside_is_not_followed(web, place, reason, status):
    web.names["inside.example.org"] = ["10.0.0.7"]
    web.answer = respond(b"", status, Location=place)
    assert refusal("http://news.example.org/") == reason
    assert web.dialled == [(PUBLIC, 80)]


def test_redirects_are_followed_and_told(web):
    def answer(handler: Handler) -> None:
        again = respond(b"", 302, Location="/seite/\u00c3\u00a9") if handler.path == "/" else respond()
        again(handler)

    web.answer = answer
    found = fetch("http://news.example.org/")
    assert (found.asked, found.url) == ("http://news.example.org/", "http://news.example.org/seite/%C3%A9")
    assert found.redirects == ["http://news.example.org/"]
    assert found.addresses == [PUBLIC, PUBLIC]


def test_redirects_come_to_an_end(web):
    web.answer = respond(b"", 302, Location="/")
    assert refusal("http://news.example.org/") == "redirects"
    assert len(web.dialled) == fetching.MOST_REDIRECTS + 1


def test_a_large_answer_is_given_up(web, monkeypatch):
    monkeypatch.setattr(fetching, "MOST_BYTES", 1_000_000)
    web.answer = respond(b"a" * 1_000_000)
    assert len(fetch("http://news.example.org/").content) == 1_000_000
    web.answer = respond(b"a" * 1_000_001)
    assert refusal("http://news.example.org/") == "large"


@pytest.mark.parametrize("coding", ["gzip", "deflate", "gzip, gzip"])
def test_a_small_answer_that_unpacks_to_a_large_one_is_given_up(web, coding):
    packed = gzip.compress(b"\0" * 40_000_000) if "gzip" in coding else zlib.compress(b"\0" * 40_000_000)
    web.answer = respond(gzip.compress(packed) if "," in coding else packed, Content_Encoding=coding)
    assert refusal("http://news.example.org/") == "large"


def test_a_packed_answer_is_kept_unpacked(web):
    web.answer = respond(gzip.compress(PAGE), Content_Encoding="gzip")
    assert fetch("http://news.example.org/").content == PAGE


def slowly(*, head: bool) -> Callable[[Handler], None]:
    """Sends a byte every tenth of a second for a minute, so that no single wait is ever long."""

    def answer(handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n" + (b"X-Slow: " if head else b"\r\n"))
        for _ in range(600):
            try:
                handler.wfile.write(b"a")
            except OSError:
                return
            time.sleep(0.1)

    return answer


@pytest.mark.timeout(40)
@pytest.mark.parametrize("head", [True, False], ids=["headers", "body"])
def test_a_server_that_trickles_is_given_up_in_time(web, monkeypatch, head):
    monkeypatch.setattr(fetching, "SECONDS", 1)
    web.answer = slowly(head=head)
    assert refusal("http://news.example.org/") == "time"


def test_a_resolver_that_hangs_is_given_up_in_time(web, monkeypatch):
    monkeypatch.setattr(fetching, "SECONDS", 0.5)

    def resolve(host: str, port: int) -> list[str]:
        time.sleep(2)
        return [PUBLIC]

    monkeypatch.setattr(fetching, "resolve", resolve)
    assert refusal("http://news.example.org/") == "time"


def test_a_host_that_answers_nonsense_or_not_at_all_is_told(web, monkeypatch):
    web.answer = lambda handler: handler.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n")
    assert refusal("http://news.example.org/") == "unreachable"
    web.answer = respond(b"short", Content_Length="5000")
    assert refusal("http://news.example.org/") == "unreachable"

    def refuse(address: str, port: int, seconds: float) -> socket.socket:
        raise ConnectionRefusedError

    monkeypatch.setattr(fetching, "dial", refuse)
    assert refusal("http://news.example.org/") == "unreachable"


@pytest.fixture
def secure(web, monkeypatch):
    """The same server behind TLS, with a trusted certificate for news.example.org; it hears `asked_for`."""
    authority, web.asked_for = trustme.CA(), []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("news.example.org").configure_cert(context)
    context.sni_callback = lambda line, name, _context: web.asked_for.append(name)
    web.socket = context.wrap_socket(web.socket, server_side=True)

    def trusted() -> ssl.SSLContext:
        ours = ssl.create_default_context()
        authority.configure_trust(ours)
        return ours

    web.untrusting = fetching.trusted
    monkeypatch.setattr(fetching, "trusted", trusted)
    return web


def test_the_certificate_is_asked_for_by_name_though_the_address_is_called(secure):
    assert fetch("https://news.example.org/").content == PAGE
    assert secure.dialled == [(PUBLIC, 443)]
    assert secure.asked_for == ["news.example.org"]


def test_a_certificate_for_another_name_is_refused(secure):
    secure.names["other.example.org"] = [PUBLIC]
    assert refusal("https://other.example.org/") == "certificate"
    assert not secure.asked


def test_a_certificate_that_nobody_vouches_for_is_refused(secure, monkeypatch):
    monkeypatch.setattr(fetching, "trusted", secure.untrusting)
    assert refusal("https://news.example.org/") == "certificate"
    assert not secure.asked


def test_the_systems_resolver_tells_zones_and_each_address_once(monkeypatch):
    place = (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("fe80::1", 80, 0, 2))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: [place, place])
    assert fetching.resolve("a.example.org", 80) == ["fe80::1%2"]
