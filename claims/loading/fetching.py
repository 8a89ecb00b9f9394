"""What stands at a web address, fetched past a guard: nothing inside the house is ever asked, whoever names it.

Off unless WORKBENCH_FETCH allows it. A name is looked up once for each request, every address it has is checked, and
the connection goes to a checked address; a redirect starts over. No cookies, no proxies, no credentials.
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import queue
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from claims.loading.addresses import LONGEST, Target, is_public, target
from claims.loading.formats.parsed import Fault

SECONDS = 20  # for everything together
SENDING = 10  # seconds for a message to another system: the worker that sends it has more to do
MOST_BYTES = 20_000_000  # unpacked
MOST_REDIRECTS = 5
MOST_ADDRESSES = 4  # tried one after the other
REDIRECTS = {301, 302, 303, 307, 308}
HEADERS = {
    "User-Agent": "workbench",
    "Accept": "text/html,application/xhtml+xml,application/pdf,text/plain;q=0.9,*/*;q=0.5",
    "Accept-Encoding": "identity",
}
WHY: dict[str, Any] = {
    "off": _("Fetching web addresses is switched off here. Save the page and load the file."),
    "address": _("This is no web address that can be read. Copy it from the browser's address bar."),
    "scheme": _("Only addresses that begin with http:// or https:// are fetched."),
    "credentials": _("The address holds a name or a password. Leave out what stands before the @."),
    "port": _("The address names port %(detail)s; only the web's own ports, 80 and 443, are asked."),
    "number": _("The host is a number in an unusual form. Write its name."),
    "inside": _("The address does not lead to the public internet, so it is not asked."),
    "unresolved": _("There is no host of this name. Check the spelling."),
    "unreachable": _("The host does not answer, or not as a web server does (%(detail)s)."),
    "certificate": _("The host cannot prove that it is what its name says: its certificate is not valid."),
    "redirects": _("It was passed on more than %(detail)s times, so it was given up."),
    "time": _("It took longer than %(detail)s seconds, so it was given up."),
    "large": _("It has more than %(detail)s MB, so it was given up."),
}


class Unfetchable(ValueError):
    """An address was not fetched: ``reason`` is a key of WHY; as a string it is a sentence for the person."""

    def __init__(self, reason: str, detail: str | int = "") -> None:
        self.reason, self.detail = reason, detail
        super().__init__(reason, detail)

    def __str__(self) -> str:
        return str(WHY[self.reason] % {"detail": self.detail})


@dataclass(frozen=True)
class Fetched:
    """What an address answered with. The bytes are unpacked; headers are in the order and number they came in."""

    asked: str
    url: str
    status: int
    headers: list[tuple[str, str]]
    content: bytes
    sha256: str
    fetched_at: datetime.datetime
    addresses: list[str]  # connected to, one for each request
    redirects: list[str]  # passed through, in order

    @property
    def content_type(self) -> str:
        return next((value for name, value in self.headers if name.lower() == "content-type"), "")


@dataclass
class Errand:
    """One fetch under way: the time it has left and where it has been."""

    seconds: int = field(default_factory=lambda: SECONDS)
    addresses: list[str] = field(default_factory=list)
    redirects: list[str] = field(default_factory=list)
    _line: socket.socket | None = None

    def __post_init__(self) -> None:
        self.ends = time.monotonic() + self.seconds

    def left(self) -> float:
        """Seconds that are left. Raises Fault where none are."""
        seconds = self.ends - time.monotonic()
        if seconds <= 0:
            raise Fault("time", self.seconds)
        return seconds

    def connect(self, host: str, port: int) -> socket.socket:
        """A connection to one of a host's addresses, all of which are public. Raises Fault."""
        found = [host] if is_public(host) else looked_up(host, port, self.left())
        if not all(map(is_public, found)):
            raise Fault("inside")
        for address in found[:MOST_ADDRESSES]:
            try:
                line = dial(address, port, self.left())
            except OSError as error:
                fault = Fault("unreachable", type(error).__name__)
                continue
            self.addresses.append(address)
            self.hold(line)
            return line
        raise fault if found else Fault("unresolved")

    def hold(self, line: socket.socket) -> None:
        """Keep a second hold on a connection: its own may be wrapped and out of reach when time is up."""
        self.let_go()
        self._line = line.dup()

    def let_go(self) -> None:
        if self._line:
            self._line.close()

    def cut(self) -> None:
        """End whatever is being waited for: a server may send a byte a second and never be late."""
        if self._line:
            with contextlib.suppress(OSError):  # it is closed already
                self._line.shutdown(socket.SHUT_RDWR)


class Guarded:
    """A connection that goes where its errand lets it, and nowhere else."""

    errand: Errand
    host: str
    port: int

    def _new_conn(self) -> socket.socket:
        # What urllib3 calls for a connected socket; TLS then asks for a certificate of `host`, not of the address.
        return self.errand.connect(self.host, self.port)


class Plain(Guarded, HTTPConnection):
    """http://"""


class Secure(Guarded, HTTPSConnection):
    """https://"""


def fetch(url: str) -> Fetched:
    """What a web address answers with, whatever its status. Raises Unfetchable."""
    if not settings.FETCH_URLS:
        raise Unfetchable("off")
    with under_way() as errand:
        return follow(url, errand)


@contextlib.contextmanager
def under_way(seconds: int | None = None) -> Iterator[Errand]:
    """An errand that is cut off when its time is up. Raises Unfetchable for what stands in its way."""
    errand = Errand(SECONDS if seconds is None else seconds)
    timer = threading.Timer(errand.seconds, errand.cut)
    timer.daemon = True
    timer.start()
    try:
        yield errand
    except Fault as fault:
        raise Unfetchable(fault.reason, fault.detail) from fault
    finally:
        timer.cancel()
        errand.let_go()


def post(url: str, content: bytes, headers: dict[str, str]) -> int:
    """Send something to a web address past the same guard: the status that is answered. Raises Unfetchable.

    It is passed on to nobody else, and what is answered beside the status is not read. Off unless WORKBENCH_WEBHOOKS
    allows it.
    """
    if not settings.WEBHOOKS:
        raise Unfetchable("off")
    with under_way(SENDING) as errand:
        return request(target(url), errand, content, {"User-Agent": "workbench"} | headers)[0]


def why_not(url: str) -> str:
    """Why nothing would ever be asked at this address, as far as its words tell; "" where something may be."""
    try:
        target(url)
    except Fault as fault:
        return str(Unfetchable(fault.reason, fault.detail))
    return ""


def follow(url: str, errand: Errand) -> Fetched:
    """The answer at the end of all redirects. Raises Fault."""
    asked = url.strip()
    while True:
        here = target(url)
        status, headers, content = request(here, errand)
        place = next((value for name, value in headers if name.lower() == "location"), "")
        if status not in REDIRECTS or not place:
            break
        errand.redirects.append(here.url)
        if len(errand.redirects) > MOST_REDIRECTS:
            raise Fault("redirects", MOST_REDIRECTS)
        try:
            # Servers write bytes; what is no ASCII among them is UTF-8.
            url = urljoin(here.url, place.encode("latin-1", "ignore").decode("utf-8", "replace")[: LONGEST + 1])
        except ValueError:
            raise Fault("address") from None
    now = datetime.datetime.now(datetime.UTC)
    digest = hashlib.sha256(content).hexdigest()
    return Fetched(asked, here.url, status, headers, content, digest, now, errand.addresses, errand.redirects)


def request(
    here: Target, errand: Errand, sent: bytes | None = None, headed: dict[str, str] = HEADERS
) -> tuple[int, list[tuple[str, str]], bytes]:
    """One answer: its status, its headers and, to what asks and is not passed on, its bytes. Raises Fault."""
    connection: Plain | Secure
    if here.scheme == "https":
        connection = Secure(here.host, here.port, timeout=errand.left(), ssl_context=trusted())
    else:
        connection = Plain(here.host, here.port, timeout=errand.left())
    connection.errand = errand
    try:
        method = "GET" if sent is None else "POST"
        connection.request(method, here.path, sent, headers=headed, preload_content=False, decode_content=True)
        response = connection.getresponse()
        headers = list(response.headers.iteritems())
        content = b"" if response.status in REDIRECTS or sent is not None else body(response, errand)
        errand.left()  # a connection that was cut looks like one that ended
        return response.status, headers, content
    except (OSError, HTTPError, HTTPException, ValueError) as error:
        errand.left()
        raise fault_of(error) from error
    finally:
        connection.close()


def body(response: BaseHTTPResponse, errand: Errand) -> bytes:
    """The bytes of an answer, unpacked no further than allowed. Raises Fault."""
    content = bytearray()
    while chunk := response.read(65536):
        content += chunk
        errand.left()
        if len(content) > MOST_BYTES:
            raise Fault("large", MOST_BYTES // 1_000_000)
    return bytes(content)


def fault_of(error: Exception) -> Fault:
    """Why an exchange failed, in our words."""
    causes = [error, error.__cause__, *error.args]
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return Fault("certificate")
    if any(isinstance(cause, TimeoutError) for cause in causes):
        return Fault("time", SECONDS)
    return Fault("unreachable", type(error).__name__)


def looked_up(host: str, port: int, seconds: float) -> list[str]:
    """The addresses of a host, from one look-up. Raises Fault where it has none or the answer takes too long."""
    answers: queue.SimpleQueue[list[str] | OSError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(resolve(host, port))
        except OSError as error:
            answers.put(error)

    # The system's look-up cannot be told how long it may take.
    threading.Thread(target=ask, daemon=True).start()
    try:
        found = answers.get(timeout=seconds)
    except queue.Empty:
        raise Fault("time", SECONDS) from None
    if isinstance(found, OSError):
        raise Fault("unresolved") from found
    return found


def resolve(host: str, port: int) -> list[str]:
    """The addresses that the system's resolver has for a host, each once, a zone with it. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    zoned = [f"{place[0]}%{place[3]}" if len(place) == 4 and place[3] else str(place[0]) for *_, place in found]
    return list(dict.fromkeys(zoned))


def dial(address: str, port: int, seconds: float) -> socket.socket:
    """A connection to an address: a number, so nothing is looked up again. Raises OSError."""
    line = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    try:
        line.settimeout(seconds)
        line.connect((address, port))
    except OSError:
        line.close()
        raise
    return line


def trusted() -> ssl.SSLContext:
    """The certificates that the system trusts."""
    return ssl.create_default_context()
